//! exporter: what other systems read of the books.
//!
//! The double-entry journal in hledger's format, made of the log; the tables of the read model as
//! CSV or Parquet; the customers' charges as FOCUS rows. It writes no stream.
//!
//! Invariants: the same log gives the same bytes. Amounts leave as exact as they are: as decimal
//! text or as decimals, never as floating point. Absent: rules of posting, which are in
//! `domain::journal`.

mod facts;
mod focus;
mod hledger;
mod journal;
mod tables;

pub use focus::{FocusOptions, focus_csv};
pub use hledger::write_hledger;
pub use journal::{JournalOptions, journal};
pub use tables::{ColumnDefinition, ColumnKind, TABLES, TableDefinition, TableFile, TableFormat, write_tables};
