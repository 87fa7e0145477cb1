//! Exact decimals as AWS states them. No currency, no rounding but by name.

use std::{fmt, ops::Neg, str::FromStr};

use rust_decimal::{Decimal, RoundingStrategy};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{Currency, Money, Rounding, accumulator::ParsedDecimal};

/// Digits after the point that an amount may have. AWS has shown 16; more than this is refused
/// rather than rounded.
pub(crate) const SCALE_MAX: u32 = 24;

/// An exact signed decimal in normal form: no trailing zeros, no `-0`, so equal numbers are equal
/// bytes on the wire and in a hash.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, JsonSchema)]
#[schemars(with = "String", extend("pattern" = "^-?[0-9]+(\\.[0-9]+)?$"))]
pub struct Exact(Decimal);

/// An amount could not be read or held. The input has to be fixed: nothing is rounded to fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The text is blank.
    #[error("the amount is blank")]
    Blank,
    /// The text is no decimal number. Thousand separators, currency signs and hexadecimal are
    /// among what is refused.
    #[error("'{0}' is not a decimal amount such as 12.50 or 7.0E-10")]
    Unreadable(String),
    /// The number has more digits than can be held exactly.
    #[error("'{0}' has more digits than can be held exactly (28 in all, {SCALE_MAX} after the point)")]
    TooPrecise(String),
    /// A sum left the range that can be held exactly.
    #[error("a sum of {0} and {1} cannot be held exactly")]
    SumOverflow(String, String),
    /// The double is not a finite number.
    #[error("{0} is not a finite amount")]
    NotFinite(String),
    /// The amount has parts of a minor unit where whole ones are needed.
    #[error("'{text}' has parts smaller than the minor unit of {currency}")]
    FractionOfMinorUnit {
        /// The amount as it stands in the input.
        text: String,
        /// Its currency.
        currency: Currency,
    },
}

/// Digits of a part that is shared out: as many as the finest amounts on AWS's bills.
const APPORTIONED_DIGITS: u32 = 12;

impl Exact {
    /// Nothing.
    pub const ZERO: Exact = Exact(Decimal::ZERO);

    /// Reads a decimal, with or without an exponent (`35.2E-7`), as CUR and FOCUS write them.
    ///
    /// # Errors
    /// Blank, unreadable, or more digits than can be held exactly.
    pub fn parse(text: &str) -> Result<Self, MoneyError> {
        ParsedDecimal::parse(text.as_bytes())
            .map_err(|cause| cause.into_money_error(text))?
            .into_exact()
            .ok_or_else(|| MoneyError::TooPrecise(text.to_owned()))
    }

    /// Reads a double through its shortest decimal text, as Parquet cost columns need.
    ///
    /// # Errors
    /// Not finite, or more digits than can be held exactly.
    pub fn from_double_shortest(double: f64) -> Result<Self, MoneyError> {
        ParsedDecimal::from_double_shortest(double)
            .map_err(|cause| cause.into_money_error(&double.to_string()))?
            .into_exact()
            .ok_or_else(|| MoneyError::TooPrecise(double.to_string()))
    }

    pub(crate) fn from_parts(mantissa: i128, scale: u32) -> Option<Self> {
        Decimal::try_from_i128_with_scale(mantissa, scale).ok().map(Self::normal)
    }

    fn normal(decimal: Decimal) -> Self {
        // `normalize` drops trailing zeros and turns -0 into 0.
        Self(decimal.normalize())
    }

    /// The sum, or an error where it could only be held rounded.
    ///
    /// # Errors
    /// [`MoneyError::SumOverflow`].
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        let overflow = || MoneyError::SumOverflow(self.to_string(), other.to_string());
        let sum = self.0.checked_add(other.0).ok_or_else(overflow)?;
        // rust_decimal rounds a sum to fit its 96 bits; the scale then shrinks.
        if sum.scale() < self.0.scale().max(other.0.scale()) && !sum.is_zero() {
            return Err(overflow());
        }
        Ok(Self::normal(sum))
    }

    /// The difference, or an error where it could only be held rounded.
    ///
    /// # Errors
    /// [`MoneyError::SumOverflow`].
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.checked_add(-other)
    }

    /// The sum of many.
    ///
    /// # Errors
    /// [`MoneyError::SumOverflow`].
    pub fn checked_sum(amounts: impl IntoIterator<Item = Self>) -> Result<Self, MoneyError> {
        amounts.into_iter().try_fold(Self::ZERO, Self::checked_add)
    }

    /// Rounds to whole minor units of `currency`: the one way from exact amounts to documents.
    ///
    /// # Errors
    /// [`MoneyError::TooPrecise`] where the units cannot be held.
    pub fn round_to_money(self, currency: Currency, rounding: Rounding) -> Result<Money, MoneyError> {
        let digits = u32::from(currency.minor_digits());
        let strategy = match rounding {
            Rounding::HalfEven => RoundingStrategy::MidpointNearestEven,
            Rounding::HalfUp => RoundingStrategy::MidpointAwayFromZero,
            Rounding::Down => RoundingStrategy::ToZero,
        };
        let mut rounded = self.0.round_dp_with_strategy(digits, strategy);
        rounded.rescale(digits);
        if rounded.scale() != digits {
            return Err(MoneyError::TooPrecise(self.to_string()));
        }
        Ok(Money::from_units(rounded.mantissa(), currency.minor_digits()))
    }

    /// The amount as whole minor units, refused where it has smaller parts.
    ///
    /// # Errors
    /// [`MoneyError::FractionOfMinorUnit`].
    pub fn to_money(self, currency: Currency) -> Result<Money, MoneyError> {
        let money = self.round_to_money(currency, Rounding::HalfEven)?;
        if money.to_exact() != self {
            return Err(MoneyError::FractionOfMinorUnit { text: self.to_string(), currency });
        }
        Ok(money)
    }

    /// The product with a rate (a conversion rate, a percentage), or an error where it could only
    /// be held rounded.
    ///
    /// # Errors
    /// [`MoneyError::TooPrecise`].
    pub fn checked_mul(self, rate: Self) -> Result<Self, MoneyError> {
        let too_precise = || MoneyError::TooPrecise(format!("{self} x {rate}"));
        let product = self.0.checked_mul(rate.0).ok_or_else(too_precise)?;
        if !product.is_zero() && product.scale() < self.0.scale() + rate.0.scale() {
            return Err(too_precise());
        }
        Ok(Self::normal(product))
    }

    /// The part of this that falls to `part` of `whole`, rounded to twelve digits: what is shared out
    /// keeps its sum only where the last part is the remainder. Nothing where `whole` is nothing.
    ///
    /// # Errors
    /// [`MoneyError::TooPrecise`] where it cannot be held.
    pub fn apportioned(self, part: Self, whole: Self) -> Result<Self, MoneyError> {
        if whole.is_zero() {
            return Ok(Self::ZERO);
        }
        let share = part.0.checked_div(whole.0).and_then(|ratio| self.0.checked_mul(ratio));
        let share = share.ok_or_else(|| MoneyError::TooPrecise(format!("{self} x {part} / {whole}")))?;
        Ok(Self::normal(share.round_dp(APPORTIONED_DIGITS)))
    }

    /// Whether this is nothing.
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// Below zero.
    pub fn is_negative(self) -> bool {
        self.0.is_sign_negative() && !self.0.is_zero()
    }

    /// Above zero.
    pub fn is_positive(self) -> bool {
        !self.is_negative() && !self.is_zero()
    }

    /// Without its sign.
    #[must_use]
    pub fn abs(self) -> Self {
        Self(self.0.abs())
    }

    /// The decimal as an integer and the digits after the point.
    pub fn to_parts(self) -> (i128, u32) {
        (self.0.mantissa(), self.0.scale())
    }
}

impl Neg for Exact {
    type Output = Self;

    fn neg(self) -> Self {
        Self::normal(-self.0)
    }
}

impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.to_string())
    }
}

impl fmt::Debug for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl FromStr for Exact {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FromText;
        impl de::Visitor<'_> for FromText {
            type Value = Exact;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a decimal amount as a string")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Exact, E> {
                Exact::parse(text).map_err(E::custom)
            }
        }
        deserializer.deserialize_str(FromText)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn exact(text: &str) -> Exact {
        Exact::parse(text).unwrap()
    }

    #[test]
    fn reads_what_bills_write_and_nothing_else() {
        for (text, normal) in [
            ("1.50", "1.5"),
            ("-0.00", "0"),
            ("7.0E-10", "0.0000000007"),
            ("35.2e+2", "3520"),
            ("-2.61370000000", "-2.6137"),
            ("  4 ", "4"),
            (".5", "0.5"),
            ("5.", "5"),
        ] {
            assert_eq!(exact(text).to_string(), normal, "{text}");
        }
        for text in ["", " ", "abc", "1,000.00", "$5", "0x10", "1e", "--1", "NaN", "inf", "1e400", "."] {
            assert!(Exact::parse(text).is_err(), "{text} was read");
        }
    }

    #[test]
    fn a_sum_that_cannot_be_held_is_an_error_and_never_rounded() {
        let large = exact("9999999999999999999999999999");
        assert!(matches!(large.checked_add(exact("0.1")), Err(MoneyError::SumOverflow(..))));
    }

    #[test]
    fn rounding_is_half_even_or_half_up_by_name() {
        for (text, even, up) in [("250.405", "250.40", "250.41"), ("1.96", "1.96", "1.96"), ("-0.005", "0.00", "-0.01")]
        {
            let amount = exact(text);
            assert_eq!(amount.round_to_money(Currency::USD, Rounding::HalfEven).unwrap().to_string(), even);
            assert_eq!(amount.round_to_money(Currency::USD, Rounding::HalfUp).unwrap().to_string(), up);
        }
    }

    #[test]
    fn a_double_is_read_through_its_shortest_text() {
        for (double, text) in
            [(0.1, "0.1"), (1e-7, "0.0000001"), (-15.5, "-15.5"), (0.30000000000000004, "0.30000000000000004")]
        {
            assert_eq!(Exact::from_double_shortest(double).unwrap(), exact(text));
        }
        assert!(Exact::from_double_shortest(f64::NAN).is_err());
    }

    proptest! {
        #[test]
        fn the_fast_way_from_a_double_equals_its_shortest_text(double in -1e9f64..1e9f64) {
            let text = format!("{double}");
            prop_assert_eq!(Exact::from_double_shortest(double).ok(), Exact::parse(&text).ok());
        }

        #[test]
        fn short_decimals_survive_the_double(units in -1_000_000_000_000i64..1_000_000_000_000, scale in 0u32..11) {
            let amount = Exact::from_parts(i128::from(units), scale).unwrap();
            let double: f64 = amount.to_string().parse().unwrap();
            prop_assert_eq!(Exact::from_double_shortest(double).unwrap(), amount);
        }

        #[test]
        fn text_round_trips(mantissa in any::<i64>(), scale in 0u32..18) {
            let amount = Exact::from_parts(i128::from(mantissa), scale).unwrap();
            prop_assert_eq!(exact(&amount.to_string()), amount);
            prop_assert_eq!(serde_json::from_str::<Exact>(&serde_json::to_string(&amount).unwrap()).unwrap(), amount);
        }
    }
}
