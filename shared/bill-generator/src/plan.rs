//! What to generate, and the bounds of it.

use domain::{aws_rules::HighestSpend, ids::PayerAccountId, period::BillingPeriod};

use crate::GeneratorFault;

/// The layout of the bill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum BillFormat {
    /// AWS Cost and Usage Report 2.0 (Data Exports).
    #[default]
    Cur2,
    /// The Cost and Usage Report as it was before Data Exports.
    CurLegacy,
    /// FOCUS 1.2 with AWS columns.
    Focus12,
}

/// The kind of file that holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum BillContainer {
    /// CSV, gzip.
    #[default]
    CsvGz,
    /// CSV as it is.
    Csv,
    /// Parquet, snappy; costs are doubles as in AWS's own files.
    Parquet,
}

impl BillContainer {
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::CsvGz => "csv.gz",
            Self::Csv => "csv",
            Self::Parquet => "snappy.parquet",
        }
    }
}

/// What to generate. Start from [`GeneratorPlan::demo`]: a year of a distributor's payer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratorPlan {
    /// Member accounts in all, over all payers.
    pub accounts: usize,
    /// Billing months.
    pub months: u32,
    /// Upstream credits.
    pub credits: usize,
    /// Bill lines a month in all, approximately: each account has a few lines at least.
    pub rows: u64,
    /// The same seed gives the same bytes.
    pub seed: u64,
    /// Layout of the bill.
    pub format: BillFormat,
    /// Kind of file.
    pub container: BillContainer,
    /// The first month.
    pub first_period: BillingPeriod,
    /// The payers; customers are dealt out over them in turn.
    pub payers: Vec<PayerAccountId>,
    /// Leave the invoice ids of the last month blank, as AWS does until a bill is final.
    pub open_month: bool,
    /// From the middle of the span on, state the distributor's discount (and one customer's private
    /// one) as lines of their own.
    pub discount_lines: bool,
    /// Which reading of "highest spend" scatters the credits.
    pub highest_spend: HighestSpend,
    /// A new bill file starts about here; AWS splits at about a million lines.
    pub rows_per_file: u64,
}

/// Bounds that keep every identifier unique and every sum exact.
const ACCOUNTS_MAX: usize = 1_000_000;
const MONTHS_MAX: u32 = 120;
const CREDITS_MAX: usize = 100_000;
const ROWS_MAX: u64 = 10_000_000_000;

impl GeneratorPlan {
    /// The default plan.
    ///
    /// # Errors
    /// Never in practice: the constants in it are valid.
    pub fn demo() -> Result<Self, GeneratorFault> {
        let refuse = |cause: &dyn std::fmt::Display| GeneratorFault::Plan(cause.to_string());
        Ok(Self {
            accounts: 120,
            months: 12,
            credits: 40,
            rows: 20_000,
            seed: 2025,
            format: BillFormat::default(),
            container: BillContainer::default(),
            first_period: BillingPeriod::parse("2025-01").map_err(|cause| refuse(&cause))?,
            payers: vec![PayerAccountId::parse("310045127788").map_err(|cause| refuse(&cause))?],
            open_month: false,
            discount_lines: true,
            highest_spend: HighestSpend::Total,
            rows_per_file: 1_000_000,
        })
    }

    pub(crate) fn check(&self) -> Result<(), GeneratorFault> {
        let refuse = |what: String| Err(GeneratorFault::Plan(what));
        if self.payers.is_empty() {
            return refuse("at least one payer is needed".to_owned());
        }
        let distinct: std::collections::BTreeSet<&PayerAccountId> = self.payers.iter().collect();
        if distinct.len() != self.payers.len() {
            return refuse("a payer is named twice".to_owned());
        }
        if self.accounts < self.payers.len() || self.accounts > ACCOUNTS_MAX {
            return refuse(format!("accounts must be {} to {ACCOUNTS_MAX}, not {}", self.payers.len(), self.accounts));
        }
        if self.months == 0 || self.months > MONTHS_MAX {
            return refuse(format!("months must be 1 to {MONTHS_MAX}, not {}", self.months));
        }
        if self.rows > ROWS_MAX {
            return refuse(format!("rows must be at most {ROWS_MAX}, not {}", self.rows));
        }
        if self.credits > CREDITS_MAX {
            return refuse(format!("credits must be at most {CREDITS_MAX}, not {}", self.credits));
        }
        if self.rows_per_file == 0 {
            return refuse("rows per file must be at least 1".to_owned());
        }
        Ok(())
    }

    /// The months, in order.
    pub fn periods(&self) -> Vec<BillingPeriod> {
        std::iter::successors(Some(self.first_period), |period| Some(period.next()))
            .take(self.months as usize)
            .collect()
    }
}
