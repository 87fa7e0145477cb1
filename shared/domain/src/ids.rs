//! Identifiers. Each is text that was checked once, at the edge; inside, it is already true.
//!
//! Account ids are text: 12 digits in real bills, leading zeros kept. Anonymised ids of other
//! lengths are accepted, and [`PayerAccountId::is_twelve_digits`] lets the edge warn.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An identifier that cannot be taken. Fix the input.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdFault {
    /// Nothing there.
    #[error("{what} is blank")]
    Blank {
        /// Which identifier.
        what: &'static str,
    },
    /// A spreadsheet turned the id into a number in scientific notation; its digits are lost.
    #[error(
        "{what} '{text}' was turned into a number by a spreadsheet and its digits are lost: export the column as text again"
    )]
    SpreadsheetNumber {
        /// Which identifier.
        what: &'static str,
        /// The text found.
        text: String,
    },
    /// Characters or a length that no such id has.
    #[error("{what} '{text}' is not an id: write letters, digits, '-', '_', '.' and ':' only, at most {max} of them")]
    NotAnId {
        /// Which identifier.
        what: &'static str,
        /// The text found.
        text: String,
        /// The greatest length.
        max: usize,
    },
}

const ID_LENGTH_MAX: usize = 96;

fn check_id(what: &'static str, text: &str) -> Result<Box<str>, IdFault> {
    let text = text.trim();
    if text.is_empty() {
        return Err(IdFault::Blank { what });
    }
    if looks_like_spreadsheet_number(text) {
        return Err(IdFault::SpreadsheetNumber { what, text: text.to_owned() });
    }
    let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':');
    if text.len() > ID_LENGTH_MAX || !text.bytes().all(known) {
        return Err(IdFault::NotAnId { what, text: text.to_owned(), max: ID_LENGTH_MAX });
    }
    Ok(text.into())
}

/// `1.23457E+12` and `123456789012.0` are what spreadsheets make of account ids.
fn looks_like_spreadsheet_number(text: &str) -> bool {
    let unsigned = text.trim_start_matches(['-', '+']);
    unsigned.as_bytes().first().is_some_and(u8::is_ascii_digit)
        && unsigned.contains(['.', 'E', 'e'])
        && unsigned.parse::<f64>().is_ok()
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
        #[serde(try_from = "String", into = "String")]
        #[schemars(with = "String")]
        pub struct $name(std::sync::Arc<str>);

        impl $name {
            /// Checks the text.
            ///
            /// # Errors
            /// [`IdFault`], naming what is wrong and what to do.
            pub fn parse(text: &str) -> Result<Self, IdFault> {
                check_id($what, text).map(|text| Self(text.into()))
            }

            /// The text of the id.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Twelve digits, as every real AWS account id has.
            pub fn is_twelve_digits(&self) -> bool {
                self.0.len() == 12 && self.0.bytes().all(|byte| byte.is_ascii_digit())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdFault;

            fn try_from(text: String) -> Result<Self, IdFault> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0.as_ref().to_owned()
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdFault;

            fn from_str(text: &str) -> Result<Self, IdFault> {
                Self::parse(text)
            }
        }
    };
}

id!(
    /// The management account that AWS bills: one family of member accounts.
    PayerAccountId,
    "the payer account id"
);
id!(
    /// A linked account of a payer: who uses AWS, and who owns a credit.
    MemberAccountId,
    "the member account id"
);
id!(
    /// AWS's id of a promotional credit: digits, at most 32 in the Billing API.
    UpstreamCreditId,
    "the credit id"
);
id!(
    /// One billing run: derived from what it decides upon, so that a repeated run is the same run.
    RunId,
    "the run id"
);
id!(
    /// One delivery of a payer's bill for a period: derived from its content.
    DeliveryId,
    "the delivery id"
);
id!(
    /// The number on a memo: gap-free within its member account.
    MemoNumber,
    "the memo number"
);
id!(
    /// The number on a document: gap-free within its series.
    DocumentNumber,
    "the document number"
);

macro_rules! label {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Nothing was stated.
            pub fn is_blank(&self) -> bool {
                self.0.is_empty()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }
    };
}

label!(
    /// A customer of the distributor, as the accounts import names it.
    CustomerId
);
label!(
    /// A customer's purchase order, printed on statements and documents.
    PoNumber
);
label!(
    /// AWS's code of a service (`AmazonEC2`), or its name where a bill has no code.
    ProductCode
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leading_zeros_stay_and_spreadsheet_numbers_are_named() {
        assert_eq!(MemberAccountId::parse("000123456789").unwrap().as_str(), "000123456789");
        assert_eq!(MemberAccountId::parse("-1234").unwrap().as_str(), "-1234");
        for text in ["1.23457E+12", "1.23457e12", "123456789012.0"] {
            assert!(matches!(PayerAccountId::parse(text), Err(IdFault::SpreadsheetNumber { .. })), "{text}");
        }
        assert!(matches!(PayerAccountId::parse(" "), Err(IdFault::Blank { .. })));
        assert!(matches!(PayerAccountId::parse("12 34"), Err(IdFault::NotAnId { .. })));
    }
}
