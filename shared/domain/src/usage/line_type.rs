//! Line types of a bill: an open set, kept in AWS's own words (rule book N45).
//!
//! Sources: <https://docs.aws.amazon.com/cur/latest/userguide/table-dictionary-cur2.html>,
//! <https://focus.finops.org/focus-specification/>

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The line type (CUR) or charge category (FOCUS) as the bill writes it. An unknown one is kept,
/// counted and reported; [`crate::classification`] says what each means.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct LineType(pub String);

impl LineType {
    /// The text as the bill has it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LineType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for LineType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl From<&str> for LineType {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}
