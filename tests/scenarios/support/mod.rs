//! The language that scenarios are written in: an office with files of its own, bills as tables
//! of lines, imports as tables of rows, and what came of a command.

mod amounts;
mod baseline;
mod bill;
mod check;
mod derivation;
mod focus;
mod forging;
mod hledger;
mod imports;
mod office;
mod packing;
mod real_inputs;
mod snapshot;

pub(crate) use amounts::{Decimal, sum};
pub(crate) use baseline::{A2, A3, FIVE_APRIL, FIVE_FEBRUARY, FIVE_MARCH, OWNER, Story};
pub(crate) use bill::{Bill, Line, bill, credit, line, usage};
pub(crate) use check::{assert_fields, only, row_where, without};
pub(crate) use derivation::assert_adds_up;
pub(crate) use focus::{billed, focus_agrees, focus_rows};
pub(crate) use forging::{audit_finds, rewrite, rewrite_last, with_checksum};
pub(crate) use hledger::{Hledger, journal_agrees};
pub(crate) use imports::{Grant, grant};
pub(crate) use office::{FileBytes, JETSTREAM, Office, Outcome};
pub(crate) use packing::{cur2_manifest, gzip, legacy_manifest, zip};
pub(crate) use real_inputs::shared_data;
pub(crate) use snapshot::forge_snapshot;

/// The payer of the scenarios that do not say otherwise.
pub(crate) const PAYER: &str = "999900001111";
