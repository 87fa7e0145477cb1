//! The formats that bills come in. How each names its columns is in [`crate::columns`]; what its
//! rows mean is in [`crate::meaning`].

use std::fmt;

/// The layout of a bill's rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BillFormat {
    /// The legacy Cost and Usage Report.
    CurLegacy,
    /// CUR 2.0, delivered by Data Exports.
    Cur2,
    /// FOCUS, any version from 1.0.
    Focus,
}

impl fmt::Display for BillFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::CurLegacy => "legacy CUR",
            Self::Cur2 => "CUR 2.0",
            Self::Focus => "FOCUS",
        })
    }
}

/// How the rows are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Encoding {
    /// Comma-separated text, packed or not.
    Csv,
    /// Parquet.
    Parquet,
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Csv => "CSV",
            Self::Parquet => "Parquet",
        })
    }
}
