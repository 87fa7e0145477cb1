//! Why a year could not be generated.

use std::path::{Path, PathBuf};

/// Nothing usable was written; what is in the directory may be removed.
#[derive(Debug, thiserror::Error)]
pub enum GeneratorFault {
    /// The plan asks for something impossible. Change the option it names.
    #[error("cannot generate bills: {0}")]
    Plan(String),
    /// A file could not be written. Check the path and the free space.
    #[error("cannot write {}", path.display())]
    Write {
        /// Which file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A Parquet file could not be written. Check the path and the free space.
    #[error("cannot write {}", path.display())]
    Parquet {
        /// Which file.
        path: PathBuf,
        /// What the writer said.
        source: parquet::errors::ParquetError,
    },
    /// An amount left the range that is exact. Ask for fewer accounts or rows.
    #[error("an amount of the generated bill cannot be held exactly")]
    Amount(#[from] money::MoneyError),
    /// The lines written do not add up to what was planned: a defect of the generator.
    #[error("the generated bill of {payer} for {period} does not tie: {what}")]
    Untied {
        /// Which payer.
        payer: String,
        /// Which month.
        period: String,
        /// What differs.
        what: String,
    },
}

impl GeneratorFault {
    pub(crate) fn write(path: &Path, source: impl Into<std::io::Error>) -> Self {
        Self::Write { path: path.to_owned(), source: source.into() }
    }

    pub(crate) fn parquet(path: &Path, source: parquet::errors::ParquetError) -> Self {
        Self::Parquet { path: path.to_owned(), source }
    }
}
