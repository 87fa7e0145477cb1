//! Realistic bill files of a distributor's payer, made up from a seed.
//!
//! No public file shows promotional credits scattered over a real organization, so demonstrations,
//! tests and benchmarks need generated ones. [`generate`] writes the two import files
//! (`accounts.csv`, `credits.csv`) and, a payer and month, a delivery as AWS lays it out: bill files
//! with their manifest. Where each credit lands is decided by [`domain::aws_rules`], then itemised
//! per SKU, region and hour as AWS's own lines are.
//!
//! Invariants: the same plan writes the same bytes, whatever the number of threads; every amount is
//! an integer number of 10^-11 of the currency unit ([`GeneratedYear`] states their exact sums) and
//! has at most 15 significant digits, so a Parquet double gives it back; a line's cost is its
//! quantity times its rate; the lines of a credit add up to what the rule applied and never exceed
//! what remained; what was planned is compared with what was written before the call returns.
//! Deliberately absent: floating-point arithmetic on amounts (but for the one division that makes a
//! Parquet double), clocks, any real customer's name or data, take-backs of credits and restated
//! deliveries.

mod calendar;
mod catalogue;
mod columns;
mod commitments;
mod csv_file;
mod delivery;
mod emit;
mod extras;
mod fault;
mod fields;
mod grants;
mod import_files;
mod itemise;
mod labels;
mod line;
mod member_month;
mod names;
mod parquet_file;
mod plan;
mod roster;
mod scatter;
mod seeded;
mod series;
mod summary;
mod tally;
mod ticks;
mod year;

pub use fault::GeneratorFault;
pub use plan::{BillContainer, BillFormat, GeneratorPlan};
pub use summary::{CreditInPeriod, GeneratedCredit, GeneratedPeriod, GeneratedYear, TypeTotal};
pub use year::{generate, generate_with_progress};
