//! Exact decimals of the tests' own, so that what the product adds up is checked by other means.

/// A decimal of up to 18 places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Decimal(i128);

const PLACES: usize = 18;

impl Decimal {
    /// Reads `-12.5` and the like.
    #[track_caller]
    pub(crate) fn of(text: &str) -> Self {
        let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        assert!(fraction.len() <= PLACES, "{text} has more than {PLACES} places");
        let padded = format!("{whole}{fraction:0<PLACES$}");
        Self(sign * padded.parse::<i128>().unwrap_or_else(|_| panic!("{text} is no decimal")))
    }
}

/// The sum of texts.
#[track_caller]
pub(crate) fn sum<'a>(texts: impl IntoIterator<Item = &'a str>) -> Decimal {
    Decimal(texts.into_iter().map(|text| Decimal::of(text).0).sum())
}
