//! Fast exact sums for ingest: integers with a scale, no decimal type on the hot path.
//!
//! [`ExactAccumulator`] adds millions of bill lines as 128-bit integers and becomes an
//! [`Exact`] at the end; it refuses, and never rounds, what it cannot hold.

#![allow(clippy::float_arithmetic)] // a double is taken apart here once, exactly, and checked

use crate::exact::{Exact, MoneyError, SCALE_MAX};

/// A decimal taken apart: `mantissa / 10^scale`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParsedDecimal {
    mantissa: i128,
    scale: u32,
}

/// Why a decimal could not be taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParseFault {
    /// Nothing but white space.
    Blank,
    /// Not a number.
    Unreadable,
    /// More digits than can be held exactly.
    TooPrecise,
    /// Infinite, or not a number.
    NotFinite,
}

impl ParseFault {
    /// The fault with the text it was found in.
    pub fn into_money_error(self, text: &str) -> MoneyError {
        match self {
            Self::Blank => MoneyError::Blank,
            Self::Unreadable => MoneyError::Unreadable(text.to_owned()),
            Self::TooPrecise => MoneyError::TooPrecise(text.to_owned()),
            Self::NotFinite => MoneyError::NotFinite(text.to_owned()),
        }
    }
}

const POWERS_OF_TEN: [i128; 39] = {
    let mut powers = [1i128; 39];
    let mut i = 1;
    while i < powers.len() {
        powers[i] = powers[i - 1] * 10;
        i += 1;
    }
    powers
};

/// Digits that a mantissa takes from a text.
const DIGITS_PARSED_MAX: usize = 37;

/// What [`ParsedDecimal::parse_rounded`] added is in units of 10 to the minus this.
const ROUNDING_SCALE: i64 = 37;

/// `mantissa / power`, half to even; `more` says that a part follows which is smaller than the mantissa's
/// last digit.
fn round_half_even(mantissa: i128, power: i128, more: bool) -> i128 {
    let (whole, rest) = (mantissa / power, (mantissa % power).abs());
    let twice = rest.saturating_mul(2);
    let is_up = twice > power || (twice == power && (more || whole % 2 != 0));
    whole + if is_up { mantissa.signum() } else { 0 }
}

impl ParsedDecimal {
    /// Takes a decimal text apart: digits, at most one point, an optional exponent.
    ///
    /// # Errors
    /// A [`ParseFault`].
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseFault> {
        let text = bytes.trim_ascii();
        if text.is_empty() {
            return Err(ParseFault::Blank);
        }
        let (negative, mut rest) = match text[0] {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let mut mantissa: i128 = 0;
        let mut digits = 0usize;
        let mut scale: i64 = 0;
        let mut after_point = false;
        while let Some((&byte, tail)) = rest.split_first() {
            match byte {
                b'0'..=b'9' => {
                    if digits >= 37 {
                        // Zeros past the point add nothing; anything else would be lost.
                        if byte != b'0' || !after_point {
                            return Err(ParseFault::TooPrecise);
                        }
                    } else {
                        mantissa = mantissa * 10 + i128::from(byte - b'0');
                        // Leading zeros hold no information and must not use up the digits.
                        digits += usize::from(mantissa != 0);
                        scale += i64::from(after_point);
                    }
                }
                b'.' if !after_point => after_point = true,
                b'e' | b'E' => break,
                _ => return Err(ParseFault::Unreadable),
            }
            rest = tail;
        }
        let read = text.len() - rest.len() - usize::from(matches!(text[0], b'-' | b'+'));
        if read == 0 || (read == 1 && after_point) {
            return Err(ParseFault::Unreadable);
        }
        if let Some((_, exponent)) = rest.split_first() {
            let exponent: i64 =
                std::str::from_utf8(exponent).ok().and_then(|text| text.parse().ok()).ok_or(ParseFault::Unreadable)?;
            scale = scale.checked_sub(exponent).ok_or(ParseFault::TooPrecise)?;
        }
        if negative {
            mantissa = -mantissa;
        }
        Self::normal(mantissa, scale)
    }

    /// Takes a double apart through its shortest decimal text.
    ///
    /// # Errors
    /// Not finite, or too many digits.
    pub fn from_double_shortest(double: f64) -> Result<Self, ParseFault> {
        if !double.is_finite() {
            return Err(ParseFault::NotFinite);
        }
        // A decimal of at most 15 digits is the only one of that length for its double, so a
        // candidate that divides back to the same double is the shortest text. 10^10 is exact.
        const CANDIDATE_SCALE: u32 = 10;
        const CANDIDATE_POWER: f64 = 1e10;
        const FIFTEEN_DIGITS: f64 = 1e15;
        let candidate = (double * CANDIDATE_POWER).round();
        if candidate.abs() < FIFTEEN_DIGITS && candidate / CANDIDATE_POWER == double {
            return Ok(Self { mantissa: candidate as i128, scale: CANDIDATE_SCALE });
        }
        Self::parse(ryu::Buffer::new().format_finite(double).as_bytes())
    }

    /// Takes apart a decimal text that [`Self::parse`] found too precise: rounded half-even to the digits
    /// after the point that can be held, with what the rounding added, in units of 10^-37 (what is
    /// smaller is left out of it).
    ///
    /// # Errors
    /// A [`ParseFault`]; an amount that is too large for its digits is one.
    pub fn parse_rounded(bytes: &[u8]) -> Result<(Self, i128), ParseFault> {
        let text = bytes.trim_ascii();
        let (negative, unsigned) = match text.split_first() {
            None => return Err(ParseFault::Blank),
            Some((b'-', rest)) => (true, rest),
            Some((b'+', rest)) => (false, rest),
            Some(_) => (false, text),
        };
        let end = unsigned.iter().position(|byte| matches!(byte, b'e' | b'E')).unwrap_or(unsigned.len());
        let (number, exponent) = unsigned.split_at(end);
        let (mut mantissa, mut kept, mut read) = (0i128, 0, 0);
        let (mut scale, mut after_point, mut more) = (0i64, false, false);
        for byte in number {
            match byte {
                b'0'..=b'9' => {
                    read += 1;
                    if kept < DIGITS_PARSED_MAX {
                        mantissa = mantissa * 10 + i128::from(byte - b'0');
                        kept += usize::from(mantissa != 0);
                        scale += i64::from(after_point);
                    } else {
                        more |= *byte != b'0';
                        scale -= i64::from(!after_point);
                    }
                }
                b'.' if !after_point => after_point = true,
                _ => return Err(ParseFault::Unreadable),
            }
        }
        if read == 0 {
            return Err(ParseFault::Unreadable);
        }
        if let Some((_, exponent)) = exponent.split_first() {
            let exponent = std::str::from_utf8(exponent).ok().and_then(|text| text.parse::<i64>().ok());
            scale = scale.checked_sub(exponent.ok_or(ParseFault::Unreadable)?).ok_or(ParseFault::TooPrecise)?;
        }
        let sign = if negative { -1 } else { 1 };
        let held = i64::from(SCALE_MAX);
        if scale <= held {
            return if more {
                Err(ParseFault::TooPrecise)
            } else {
                Self::normal(sign * mantissa, scale).map(|it| (it, 0))
            };
        }
        let cut = usize::try_from(scale - held).unwrap_or(usize::MAX);
        let rounded = match POWERS_OF_TEN.get(cut) {
            None => 0,
            Some(power) => round_half_even(mantissa, *power, more),
        };
        // What was added, at the scale of the text, then at 10^-37.
        let added = POWERS_OF_TEN.get(cut).map_or(-mantissa, |power| rounded * power - mantissa);
        let beyond = scale - ROUNDING_SCALE;
        let power = |digits: i64| usize::try_from(digits).ok().and_then(|at| POWERS_OF_TEN.get(at));
        let added = if beyond <= 0 {
            power(-beyond).map_or(0, |power| added.saturating_mul(*power))
        } else {
            power(beyond).map_or(0, |power| added / power)
        };
        Self::normal(sign * rounded, held).map(|it| (it, sign * added))
    }

    fn normal(mut mantissa: i128, mut scale: i64) -> Result<Self, ParseFault> {
        if mantissa == 0 {
            return Ok(Self { mantissa: 0, scale: 0 });
        }
        while scale > 0
            && (scale > i64::from(SCALE_MAX) || mantissa.unsigned_abs() > u128::from(u64::MAX))
            && mantissa % 10 == 0
        {
            mantissa /= 10;
            scale -= 1;
        }
        if scale < 0 {
            let power =
                usize::try_from(-scale).ok().and_then(|at| POWERS_OF_TEN.get(at)).ok_or(ParseFault::TooPrecise)?;
            mantissa = mantissa.checked_mul(*power).ok_or(ParseFault::TooPrecise)?;
            scale = 0;
        }
        let scale = u32::try_from(scale).ok().filter(|scale| *scale <= SCALE_MAX).ok_or(ParseFault::TooPrecise)?;
        Ok(Self { mantissa, scale })
    }

    /// As an [`Exact`], if it can be held.
    pub fn into_exact(self) -> Option<Exact> {
        let (mut mantissa, mut scale) = (self.mantissa, self.scale);
        while scale > 0 && mantissa % 10 == 0 {
            mantissa /= 10;
            scale -= 1;
        }
        Exact::from_parts(mantissa, scale)
    }

    /// `mantissa / 10^scale`, as a typed decimal column states it.
    ///
    /// # Errors
    /// More digits than can be held exactly.
    pub fn from_parts(mantissa: i128, scale: i64) -> Result<Self, ParseFault> {
        Self::normal(mantissa, scale)
    }

    /// With the other sign.
    #[must_use]
    pub fn negated(self) -> Self {
        // A mantissa has at most 38 digits, so it is never the one integer without a negative.
        Self { mantissa: self.mantissa.saturating_neg(), scale: self.scale }
    }

    /// Whether it is nothing.
    pub fn is_zero(self) -> bool {
        self.mantissa == 0
    }
}

/// A running exact sum.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ExactAccumulator {
    mantissa: i128,
    scale: u32,
}

impl ExactAccumulator {
    /// Adds one decimal; `None` where the sum cannot be held exactly.
    #[must_use]
    pub fn checked_add(self, term: ParsedDecimal) -> Option<Self> {
        if term.scale == self.scale {
            return Some(Self { mantissa: self.mantissa.checked_add(term.mantissa)?, scale: self.scale });
        }
        let scale = self.scale.max(term.scale);
        let lift = |mantissa: i128, from: u32| mantissa.checked_mul(POWERS_OF_TEN[(scale - from) as usize]);
        let mantissa = lift(self.mantissa, self.scale)?.checked_add(lift(term.mantissa, term.scale)?)?;
        Some(Self { mantissa, scale })
    }

    /// Adds another running sum.
    #[must_use]
    pub fn merge(self, other: Self) -> Option<Self> {
        self.checked_add(ParsedDecimal { mantissa: other.mantissa, scale: other.scale })
    }

    /// The sum rounded half-even to so many digits after the point.
    #[must_use]
    pub fn rounded(self, digits: u32) -> Self {
        let cut = self.scale.saturating_sub(digits) as usize;
        match POWERS_OF_TEN.get(cut) {
            Some(power) if cut > 0 => Self { mantissa: round_half_even(self.mantissa, *power, false), scale: digits },
            _ => self,
        }
    }

    /// Whether it is nothing.
    pub fn is_zero(self) -> bool {
        self.mantissa == 0
    }

    /// This less another; `None` where that cannot be held exactly.
    #[must_use]
    pub fn less(self, other: Self) -> Option<Self> {
        self.checked_add(ParsedDecimal { mantissa: other.mantissa, scale: other.scale }.negated())
    }

    /// How many digits it needs before the point, and how many after it.
    pub fn digits(self) -> (u32, u32) {
        let (mut mantissa, mut scale) = (self.mantissa.unsigned_abs(), self.scale);
        while scale > 0 && mantissa.is_multiple_of(10) {
            mantissa /= 10;
            scale -= 1;
        }
        let all = mantissa.checked_ilog10().map_or(0, |log| log + 1);
        (all.saturating_sub(scale), scale)
    }

    /// The sum so far as an [`Exact`], if it can be held.
    pub fn to_exact(self) -> Option<Exact> {
        ParsedDecimal { mantissa: self.mantissa, scale: self.scale }.into_exact()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_has_too_many_digits_is_rounded_once_and_says_by_how_much() {
        // 0.000000000000000055511151231257830 is cut after its 24th digit: ...0.1231257830 of it are left.
        for (text, rounded, added) in [
            ("5.551115123125783e-17", "0.000000000000000055511151", -2_312_578_300_000),
            ("-5.551115123125783e-17", "-0.000000000000000055511151", 2_312_578_300_000),
            ("1.0000000000000000000000015", "1.000000000000000000000002", 5_000_000_000_000),
            ("0.0000000000000000000000005", "0", -5_000_000_000_000),
            (
                "0.00000000000000000000000050000000000000000000000000000000001",
                "0.000000000000000000000001",
                4_999_999_999_999,
            ),
            ("1e-400", "0", 0),
            ("0.25", "0.25", 0),
        ] {
            let (decimal, difference) = ParsedDecimal::parse_rounded(text.as_bytes()).unwrap();
            assert_eq!((decimal.into_exact().unwrap().to_string().as_str(), difference), (rounded, added), "{text}");
        }
        for text in ["1e40", "x", "", "1.2.3", "99999999999999999999999999999999999999.1"] {
            assert!(ParsedDecimal::parse_rounded(text.as_bytes()).is_err(), "{text}");
        }
        let sum = ExactAccumulator::default().checked_add(ParsedDecimal::parse(b"12.34565").unwrap()).unwrap();
        assert_eq!(sum.rounded(4).to_exact().unwrap().to_string(), "12.3456");
        assert_eq!(sum.digits(), (2, 5));
    }

    proptest! {
        #[test]
        fn the_accumulator_agrees_with_the_decimal_sum(terms in prop::collection::vec((any::<i32>(), 0u32..16), 0..50)) {
            let mut fast = ExactAccumulator::default();
            let mut slow = Exact::ZERO;
            for (mantissa, scale) in terms {
                let term = Exact::from_parts(i128::from(mantissa), scale).unwrap();
                fast = fast.checked_add(ParsedDecimal::parse(term.to_string().as_bytes()).unwrap()).unwrap();
                slow = slow.checked_add(term).unwrap();
            }
            prop_assert_eq!(fast.to_exact().unwrap(), slow);
        }
    }
}
