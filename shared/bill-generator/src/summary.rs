//! What was generated, to check other programs against.

use std::path::PathBuf;

use chrono::NaiveDate;
use domain::{
    ids::{MemberAccountId, PayerAccountId, UpstreamCreditId},
    period::BillingPeriod,
};
use money::Exact;

/// Everything written by one call. Sums are of the lines as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratedYear {
    /// The accounts import.
    pub accounts_file: PathBuf,
    /// The credits import.
    pub credits_file: PathBuf,
    /// Customers.
    pub customers: usize,
    /// Member accounts.
    pub members: usize,
    /// One a payer and month: payers in the plan's order, months in time's.
    pub periods: Vec<GeneratedPeriod>,
    /// The credits, in the order of the import file.
    pub credits: Vec<GeneratedCredit>,
}

/// One payer's month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratedPeriod {
    /// Who is billed.
    pub payer: PayerAccountId,
    /// Which month.
    pub period: BillingPeriod,
    /// The folder with the bill files (and, for the legacy report, their manifests).
    pub delivery: PathBuf,
    /// The manifest that names them.
    pub manifest: PathBuf,
    /// The bill files, in order.
    pub files: Vec<PathBuf>,
    /// Whether invoice ids are filled in.
    pub is_final: bool,
    /// Member accounts on the bill.
    pub members: usize,
    /// Lines.
    pub rows: u64,
    /// Their sum.
    pub total: Exact,
    /// By the words of the type column (`Usage`, `Credit`, ...), sorted.
    pub by_type: Vec<TypeTotal>,
    /// Promotional credits with lines in the month, in the order of the import file.
    pub credits: Vec<CreditInPeriod>,
    /// Sum of AWS Free Tier credit lines, signed; part of type `Credit`.
    pub free_tier: Exact,
}

/// Lines of one type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeTotal {
    /// As the bill writes it.
    pub line_type: String,
    /// How many.
    pub rows: u64,
    /// Their sum, signed.
    pub amount: Exact,
}

/// What AWS took of one credit in one month; amounts are positive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditInPeriod {
    /// Which credit.
    pub credit_id: UpstreamCreditId,
    /// Whose it is.
    pub owner: MemberAccountId,
    /// On the owner's lines.
    pub on_owner: Exact,
    /// On other accounts' lines.
    pub scattered: Exact,
}

/// A credit over the whole span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratedCredit {
    /// Which.
    pub credit_id: UpstreamCreditId,
    /// Under which payer.
    pub payer: PayerAccountId,
    /// Whose.
    pub owner: MemberAccountId,
    /// As on the owner's own lines.
    pub description: String,
    /// Programme.
    pub program: String,
    /// Face amount.
    pub face: Exact,
    /// First day.
    pub start_date: NaiveDate,
    /// Last day.
    pub end_date: NaiveDate,
    /// What AWS took of it in all months.
    pub applied: Exact,
}
