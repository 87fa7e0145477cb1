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

    /// Without its sign.
    pub(crate) fn size(self) -> Self {
        Self(self.0.abs())
    }

    /// Rounded to two places; a tie goes to the even cent, or away from zero.
    pub(crate) fn to_cents(self, half_even: bool) -> Self {
        let cent = 10i128.pow(16);
        let (whole, rest) = (self.0.abs() / cent, self.0.abs() % cent);
        let up = rest * 2 > cent || (rest * 2 == cent && (!half_even || whole % 2 == 1));
        Self(self.0.signum() * (whole + i128::from(up)) * cent)
    }
}

/// The sum of texts.
#[track_caller]
pub(crate) fn sum<'a>(texts: impl IntoIterator<Item = &'a str>) -> Decimal {
    Decimal(texts.into_iter().map(|text| Decimal::of(text).0).sum())
}
