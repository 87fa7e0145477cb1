//! What the table of names of a format is made of, and when two names are the same.

use crate::field::Field;

/// One text column of a format.
pub(super) struct TextColumn {
    pub(super) field: Field,
    pub(super) required: bool,
    /// In order of preference.
    pub(super) names: &'static [&'static str],
}

/// The amount columns of a format.
pub(super) struct Amounts {
    pub(super) cost: &'static str,
    pub(super) net: Option<&'static str>,
    pub(super) discount_total: Option<&'static str>,
    pub(super) discount_map: Option<&'static str>,
    /// The group whose other columns are one discount type each.
    pub(super) discount_prefix: Option<&'static str>,
}

/// The table of a format.
pub(super) struct Names {
    pub(super) texts: &'static [TextColumn],
    pub(super) amounts: Amounts,
}

impl Names {
    pub(super) fn required(&self) -> impl Iterator<Item = &'static str> {
        self.texts.iter().filter(|column| column.required).map(|column| column.names[0]).chain([self.amounts.cost])
    }
}

/// Two spellings of one column: case, `/` and `_` are the exporter's taste.
pub(super) fn same(a: &str, b: &str) -> bool {
    let letters = |text: &str| -> Vec<u8> {
        text.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase()).collect()
    };
    letters(a) == letters(b)
}
