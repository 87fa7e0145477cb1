//! Currencies: an ISO 4217 code and its minor digits. Nothing else of a currency lives here.

use std::{fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An ISO 4217 currency that has a minor unit, for example `USD` with two digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", extend("pattern" = "^[A-Z]{3}$"))]
pub struct Currency {
    code: [u8; 3],
    minor_digits: u8,
}

/// The code is no ISO 4217 currency with a minor unit. Fix the code in the input.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not an ISO 4217 currency code such as USD or EUR")]
pub struct UnknownCurrency(pub String);

impl Currency {
    /// The US dollar, the currency of most AWS credits.
    pub const USD: Currency = Currency { code: *b"USD", minor_digits: 2 };

    /// Reads a code. AWS writes upper case; lower case is accepted.
    pub fn parse(text: &str) -> Result<Self, UnknownCurrency> {
        let refuse = || UnknownCurrency(text.to_owned());
        let upper = text.trim().to_ascii_uppercase();
        let iso = iso_currency::Currency::from_code(&upper).ok_or_else(refuse)?;
        let code: [u8; 3] = upper.as_bytes().try_into().map_err(|_| refuse())?;
        let minor_digits = u8::try_from(iso.exponent().ok_or_else(refuse)?).map_err(|_| refuse())?;
        Ok(Self { code, minor_digits })
    }

    /// The three letters of the code.
    pub fn code(&self) -> &str {
        // The constructor admits ASCII codes only.
        std::str::from_utf8(&self.code).unwrap_or("XXX")
    }

    /// Digits of the minor unit: 2 for USD, 0 for JPY, 3 for KWD.
    pub fn minor_digits(&self) -> u8 {
        self.minor_digits
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl FromStr for Currency {
    type Err = UnknownCurrency;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Currency {
    type Error = UnknownCurrency;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minor_digits_follow_iso_4217() {
        for (code, digits) in [("USD", 2), ("EUR", 2), ("JPY", 0), ("KWD", 3)] {
            assert_eq!(Currency::parse(code).map(|c| c.minor_digits()), Ok(digits), "{code}");
        }
        assert_eq!(Currency::parse("US"), Err(UnknownCurrency("US".into())));
        assert_eq!(Currency::parse("QQQ"), Err(UnknownCurrency("QQQ".into())));
    }
}
