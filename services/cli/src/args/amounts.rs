//! Amounts as they are written on the command line and in messages: plain decimals.
//!
//! `1e2` is a slip of the finger and not 100. Bills and files may write numbers otherwise; what a person orders may not.

use money::Exact;
use serde::{Deserialize, Deserializer, de::Error};

/// Reads a plain decimal: `70`, `-5`, `0.01`.
pub(crate) fn plain_amount(text: &str) -> Result<Exact, String> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let are_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !are_digits(whole) || !are_digits(fraction) {
        return Err(format!("'{text}' is no amount: write it as a plain decimal, as 100.00"));
    }
    Exact::parse(text).map_err(|fault| fault.to_string())
}

/// The same of a message.
pub(super) fn amount<'de, D: Deserializer<'de>>(from: D) -> Result<Exact, D::Error> {
    plain_amount(&String::deserialize(from)?).map_err(D::Error::custom)
}

/// The same of a message that may leave it out.
pub(super) fn optional_amount<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Exact>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    text.map(|text| plain_amount(&text).map_err(D::Error::custom)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_a_plain_decimal() {
        for text in ["70", "70.00", "0.01", "-5", "-0.5", "007.10"] {
            assert!(plain_amount(text).is_ok(), "{text}");
        }
        for text in ["1e2", "1E2", "+5", "1,000.00", "", "-", ".5", "5.", " 5", "0x10", "1_000", "--5", "NaN", "٣"] {
            assert!(plain_amount(text).is_err(), "{text}");
        }
    }
}
