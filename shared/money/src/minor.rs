//! Whole minor units: what documents and memos are made of.

use std::{
    fmt,
    iter::Sum,
    ops::{Add, AddAssign, Neg, Sub, SubAssign},
    str::FromStr,
};

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{Currency, Exact, MoneyError};

/// The largest number of minor units read from outside: 25 integer digits, as the AWS Billing API
/// admits. Sums of such amounts stay in 128 bits for more terms than a log can hold.
const UNITS_MAX: i128 = 10i128.pow(27);

/// Whole minor units of one currency, with that currency's number of minor digits: `900.00`.
///
/// The currency itself is stated once by what holds the amount (a memo, a document). Amounts of
/// different minor digits are never added: that is a defect of the caller and stops the program.
#[derive(Clone, Copy, PartialEq, Eq, Hash, JsonSchema)]
#[schemars(with = "String", extend("pattern" = "^-?[0-9]+(\\.[0-9]+)?$"))]
pub struct Money {
    units: i128,
    minor_digits: u8,
}

impl Money {
    /// Nothing, in the currency's digits.
    pub fn zero(currency: Currency) -> Self {
        Self::from_units(0, currency.minor_digits())
    }

    /// So many minor units.
    pub fn from_units(units: i128, minor_digits: u8) -> Self {
        Self { units, minor_digits }
    }

    /// Reads an amount that must be whole minor units of `currency`.
    ///
    /// # Errors
    /// Unreadable, or parts of a minor unit.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        Exact::parse(text)?.to_money(currency)
    }

    /// The number of minor units.
    pub fn units(self) -> i128 {
        self.units
    }

    /// The digits after the point.
    pub fn minor_digits(self) -> u8 {
        self.minor_digits
    }

    /// The same amount as an exact decimal.
    pub fn to_exact(self) -> Exact {
        let mut units = self.units;
        let mut digits = u32::from(self.minor_digits);
        while digits > 0 && units % 10 == 0 {
            units /= 10;
            digits -= 1;
        }
        // UNITS_MAX keeps the mantissa inside what an exact decimal holds.
        Exact::from_parts(units, digits).unwrap_or(Exact::ZERO)
    }

    /// Nothing, with the digits of this amount.
    #[must_use]
    pub fn zeroed(self) -> Self {
        Self { units: 0, ..self }
    }

    /// Whether this is nothing.
    pub fn is_zero(self) -> bool {
        self.units == 0
    }

    /// Below zero.
    pub fn is_negative(self) -> bool {
        self.units < 0
    }

    /// Above zero.
    pub fn is_positive(self) -> bool {
        self.units > 0
    }

    /// Without its sign.
    #[must_use]
    pub fn abs(self) -> Self {
        Self { units: self.units.abs(), ..self }
    }

    /// The smaller of two.
    #[must_use]
    pub fn min(self, other: Self) -> Self {
        self.same_digits(other);
        if other.units < self.units { other } else { self }
    }

    /// The larger of two.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        self.same_digits(other);
        if other.units > self.units { other } else { self }
    }

    /// This, or nothing where it is negative.
    #[must_use]
    pub fn at_least_zero(self) -> Self {
        self.max(self.zeroed())
    }

    fn same_digits(self, other: Self) {
        assert_eq!(self.minor_digits, other.minor_digits, "amounts of two currencies were mixed");
    }
}

impl PartialOrd for Money {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Money {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.same_digits(*other);
        self.units.cmp(&other.units)
    }
}

impl Add for Money {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        self.same_digits(other);
        Self { units: self.units + other.units, ..self }
    }
}

impl Sub for Money {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self.same_digits(other);
        Self { units: self.units - other.units, ..self }
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Money {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl Neg for Money {
    type Output = Self;

    fn neg(self) -> Self {
        Self { units: -self.units, ..self }
    }
}

impl Money {
    /// The sum of many, in the digits of `currency` even when there are none.
    pub fn sum(currency: Currency, amounts: impl IntoIterator<Item = Self>) -> Self {
        amounts.into_iter().fold(Self::zero(currency), Add::add)
    }
}

impl Sum<Money> for Option<Money> {
    fn sum<I: Iterator<Item = Money>>(iter: I) -> Self {
        iter.reduce(Add::add)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let power = 10u128.pow(u32::from(self.minor_digits));
        let magnitude = self.units.unsigned_abs();
        let sign = if self.units < 0 { "-" } else { "" };
        if self.minor_digits == 0 {
            return f.pad(&format!("{sign}{magnitude}"));
        }
        let width = usize::from(self.minor_digits);
        f.pad(&format!("{sign}{}.{:0width$}", magnitude / power, magnitude % power))
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromStr for Money {
    type Err = MoneyError;

    /// Reads the wire form, whose digits after the point are the currency's.
    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let unreadable = || MoneyError::Unreadable(text.to_owned());
        let digits = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        let mut units: i128 = 0;
        let bytes = text.as_bytes();
        let (negative, body) = match bytes.split_first() {
            Some((b'-', tail)) => (true, tail),
            _ => (false, bytes),
        };
        if body.is_empty() || body.len() > 30 || body[0] == b'.' || body.ends_with(b".") {
            return Err(unreadable());
        }
        for byte in body {
            match byte {
                b'0'..=b'9' => units = units * 10 + i128::from(byte - b'0'),
                b'.' => {}
                _ => return Err(unreadable()),
            }
        }
        if units > UNITS_MAX || body.iter().filter(|byte| **byte == b'.').count() > 1 {
            return Err(unreadable());
        }
        let minor_digits = u8::try_from(digits).map_err(|_| unreadable())?;
        Ok(Self { units: if negative { -units } else { units }, minor_digits })
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FromText;
        impl de::Visitor<'_> for FromText {
            type Value = Money;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an amount in minor digits as a string")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Money, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(FromText)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_wire_form_keeps_the_currency_digits() {
        let yen = Currency::parse("JPY").unwrap();
        assert_eq!(Money::parse("900", Currency::USD).unwrap().to_string(), "900.00");
        assert_eq!(Money::parse("900", yen).unwrap().to_string(), "900");
        assert_eq!(Money::parse("-0.07", Currency::USD).unwrap().to_string(), "-0.07");
        assert!(Money::parse("0.001", Currency::USD).is_err());
        for text in ["", "-", ".", "1.", ".5", "1.2.3", "x"] {
            assert!(text.parse::<Money>().is_err(), "{text} was read");
        }
    }

    #[test]
    #[should_panic(expected = "two currencies")]
    fn amounts_of_two_currencies_never_add() {
        let yen = Currency::parse("JPY").unwrap();
        let _ = Money::zero(Currency::USD) + Money::zero(yen);
    }

    proptest! {
        #[test]
        fn text_and_exact_round_trip(units in any::<i64>()) {
            let money = Money::from_units(i128::from(units), 2);
            prop_assert_eq!(money.to_string().parse::<Money>().unwrap(), money);
            prop_assert_eq!(money.to_exact().to_money(Currency::USD).unwrap(), money);
        }
    }
}
