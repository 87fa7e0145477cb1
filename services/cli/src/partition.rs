//! Which payers a process follows first, where several share them.
//!
//! Every process follows every payer in the end; the parts only say who does so at once. So one that
//! is added or lost changes how soon something is recorded, and never whether, or how often.

use std::str::FromStr;

use domain::ids::PayerAccountId;
use sha2::{Digest, Sha256};

/// One of several parts of the payers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Partition {
    part: u32,
    parts: u32,
}

impl Partition {
    /// Whether a payer is of this part: by a hash of its id, so that all processes agree.
    pub(crate) fn has(self, payer: &PayerAccountId) -> bool {
        let digest = Sha256::digest(payer.as_str().as_bytes());
        let number = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]);
        number % self.parts + 1 == self.part
    }
}

impl FromStr for Partition {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("'{text}' is no part: write PART/PARTS, for example 1/3");
        let (part, parts) = text.split_once('/').ok_or_else(wrong)?;
        let (part, parts): (u32, u32) = (part.parse().map_err(|_| wrong())?, parts.parse().map_err(|_| wrong())?);
        if part == 0 || part > parts {
            return Err(wrong());
        }
        Ok(Self { part, parts })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_payer_is_of_exactly_one_part() {
        for number in 0..200 {
            let payer = PayerAccountId::parse(&format!("{number:012}")).unwrap();
            let of = |part: u32| format!("{part}/3").parse::<Partition>().unwrap().has(&payer);
            assert_eq!((1..=3).filter(|part| of(*part)).count(), 1, "{payer}");
        }
    }

    #[test]
    fn what_is_no_part_is_refused() {
        for text in ["", "1", "0/3", "4/3", "1/0", "a/b"] {
            assert!(text.parse::<Partition>().is_err(), "{text}");
        }
    }
}
