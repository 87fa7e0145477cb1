//! Amounts of a bill, and what little is rounded of them.
//!
//! An amount is read exactly. Only one with more digits after the point than can be held, the noise of
//! somebody's binary fractions, is rounded half-even, once, and what that added is counted to be shown.

use money::{MoneyError, ParseFault, ParsedDecimal};

use crate::{
    interner::is_null,
    meaning::{Cause, RowFault},
};

/// No amount has more characters than this; a shortest double has 24.
const AMOUNT_BYTES_MAX: usize = 256;

/// An amount at fault is shown by so much of its text.
const AMOUNT_SHOWN: usize = 40;

/// What was rounded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Roundings {
    /// So many amounts.
    pub(crate) amounts: u64,
    /// So much was added by it, in units of 10^-37.
    pub(crate) added: i128,
}

impl Roundings {
    /// Both together.
    pub(crate) fn and(self, other: Self) -> Self {
        Self { amounts: self.amounts + other.amounts, added: self.added.saturating_add(other.added) }
    }

    /// What was added, as a decimal.
    pub(crate) fn added_text(self) -> String {
        let digits = format!("{:038}", self.added.unsigned_abs());
        let (whole, part) = digits.split_at(digits.len() - 37);
        let part = part.trim_end_matches('0');
        match (part, self.added) {
            (_, 0) => "less than 1E-37".to_owned(),
            ("", _) => format!("{}{whole}", if self.added < 0 { "-" } else { "" }),
            _ => format!("{}{whole}.{part}", if self.added < 0 { "-" } else { "" }),
        }
    }
}

/// An amount; nothing where the text is blank or `NULL`.
///
/// # Errors
/// Unreadable, or too large.
#[inline]
pub(crate) fn read_amount(
    text: &[u8],
    column: usize,
    roundings: &mut Roundings,
) -> Result<Option<ParsedDecimal>, RowFault> {
    if text.is_empty() {
        return Ok(None);
    }
    match ParsedDecimal::parse(text) {
        Ok(amount) => Ok(Some(amount)),
        Err(fault) => read_unusual(text, fault, column, roundings),
    }
}

#[cold]
fn read_unusual(
    text: &[u8],
    fault: ParseFault,
    column: usize,
    roundings: &mut Roundings,
) -> Result<Option<ParsedDecimal>, RowFault> {
    let text = text.trim_ascii();
    if is_null(text) || fault == ParseFault::Blank {
        return Ok(None);
    }
    let fault = match fault {
        ParseFault::TooPrecise if text.len() <= AMOUNT_BYTES_MAX => match ParsedDecimal::parse_rounded(text) {
            Ok((amount, added)) => {
                *roundings = roundings.and(Roundings { amounts: 1, added });
                return Ok(Some(amount));
            }
            Err(fault) => fault,
        },
        fault => fault,
    };
    let mut shown: String = String::from_utf8_lossy(text).chars().take(AMOUNT_SHOWN).collect();
    if text.len() > AMOUNT_SHOWN {
        shown.push_str("...");
    }
    match fault.into_money_error(&shown) {
        MoneyError::Blank => Ok(None),
        fault => Err(RowFault::column(column, Cause::Amount(fault))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_is_a_decimal() {
        for (added, text) in [
            (-2_312_578_300_000, "-0.0000000000000000000000002312578300000"),
            (5 * 10_i128.pow(37), "5"),
            (0, "less than 1E-37"),
        ] {
            let text = text.strip_suffix("00000").unwrap_or(text);
            assert_eq!(Roundings { amounts: 1, added }.added_text(), text);
        }
    }

    #[test]
    fn a_text_without_an_end_is_shown_by_its_begin() {
        let digits = "9".repeat(10_000);
        let refused = read_amount(digits.as_bytes(), 0, &mut Roundings::default()).unwrap_err();
        assert!(matches!(refused.cause, Cause::Amount(MoneyError::TooPrecise(text)) if text.len() < 50));
    }
}
