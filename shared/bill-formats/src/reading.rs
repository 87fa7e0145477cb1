//! What a read hands out.

use chrono::{DateTime, Utc};
use domain::{
    ids::{DeliveryId, PayerAccountId},
    period::BillingPeriod,
    usage::{LineType, MemberUsage},
};
use money::{Currency, Exact};

use crate::{
    format::{BillFormat, Encoding},
    manifest::ManifestInfo,
};

/// All that a call read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillReading {
    /// One a payer and period, sorted by both.
    pub deliveries: Vec<DeliveryReading>,
    /// What the operator should know of the call as a whole.
    pub warnings: Vec<Warning>,
}

/// A payer's bill of one period, complete, checked and summed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryReading {
    /// Derived from payer, period and the content of the files: the same files are the same
    /// delivery.
    pub delivery: DeliveryId,
    /// The payer billed.
    pub payer: PayerAccountId,
    /// The month billed.
    pub period: BillingPeriod,
    /// The currency of all amounts.
    pub currency: Currency,
    /// The layout of its rows.
    pub format: BillFormat,
    /// How they were stored.
    pub encoding: Encoding,
    /// Its files, sorted by name and digest.
    pub files: Vec<FileRead>,
    /// The manifest that listed them.
    pub manifest: Option<ManifestInfo>,
    /// Rows of this payer and period.
    pub rows: u64,
    /// Control totals, sorted by type.
    pub by_type: Vec<TypeTotal>,
    /// What it says of each account, sorted by account.
    pub members: Vec<MemberUsage>,
    /// Evidence of finality by bill type, sorted: AWS leaves invoice ids blank until a bill is
    /// final.
    pub bill_types: Vec<BillTypeEvidence>,
    /// Rows of other providers in its files, sorted by provider.
    pub left_out: Vec<LeftOut>,
    /// Columns in its files that the format is not known to have, sorted.
    pub unknown_columns: Vec<String>,
    /// What the operator should know.
    pub warnings: Vec<Warning>,
    /// Hexadecimal SHA-256 over the aggregates: equal aggregates have equal digests, whatever the
    /// order of lines and files was.
    pub digest: String,
    /// Hexadecimal SHA-256 over the digests of the files, sorted.
    pub content_digest: String,
    /// A pro-forma export: no credits and no invoices in it, so it tells nothing of either (rule
    /// book N42).
    pub pro_forma: bool,
    /// Net amounts are stated.
    pub has_net: bool,
    /// Discounts are stated beside the charges.
    pub has_discounts: bool,
}

impl DeliveryReading {
    /// Rows with an invoice id.
    pub fn rows_with_invoice(&self) -> u64 {
        self.bill_types.iter().map(|evidence| evidence.rows_with_invoice).sum()
    }

    /// Rows without an invoice id.
    pub fn rows_without_invoice(&self) -> u64 {
        self.bill_types.iter().map(|evidence| evidence.rows_without_invoice).sum()
    }

    /// When AWS made the delivery, where that is known.
    pub fn created(&self) -> Option<DateTime<Utc>> {
        self.manifest.as_ref().and_then(|manifest| manifest.created)
    }
}

/// A file of a delivery.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileRead {
    /// Its name, without folders.
    pub name: String,
    /// Hexadecimal SHA-256 of its bytes.
    pub sha256: String,
    /// Its length.
    pub bytes: u64,
    /// Rows of the delivery in it.
    pub rows: u64,
}

/// The control total of a line type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeTotal {
    /// The type in the bill's own words.
    pub line_type: LineType,
    /// Rows.
    pub rows: u64,
    /// Their exact sum.
    pub amount: Exact,
}

/// Rows of a bill type with and without an invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillTypeEvidence {
    /// `Anniversary`, `Purchase`, `Refund`; blank where the bill has none.
    pub bill_type: String,
    /// Rows with an invoice id.
    pub rows_with_invoice: u64,
    /// Rows without one that cost something: a row of nothing is on no invoice.
    pub rows_without_invoice: u64,
}

/// Rows of another provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The provider as the bill names it.
    pub provider: String,
    /// Rows.
    pub rows: u64,
}

/// What does not stop a read and should be known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Warning {
    /// Check the id with AWS; export it as text.
    #[error(
        "account id {id} has {} digits on {rows} rows where the others have 12: leading zeros may have been lost",
        .id.len()
    )]
    LeadingZerosLost {
        /// The id.
        id: String,
        /// Rows with it.
        rows: u64,
    },
    /// Nothing to do where the bill was anonymised on purpose.
    #[error("{count} account ids are not of 12 digits ({rows} rows), for example {example}")]
    UnusualAccountIds {
        /// How many ids.
        count: u64,
        /// Rows with them.
        rows: u64,
        /// The first of them.
        example: String,
    },
    /// Look at the charge dates: these rows are taken to be of the billing period.
    #[error("{rows} rows have a charge date that cannot be read: they are taken to be of the billing period")]
    ChargeDateUnreadable {
        /// Rows.
        rows: u64,
    },
    /// Use the payer's own bill for credits and invoices.
    #[error("the bill is pro-forma: it shows no credits and no invoices of AWS")]
    ProForma,
    /// Name the file itself if it is a bill.
    #[error("{name} is no bill and was passed over")]
    FilePassedOver {
        /// Its name.
        name: String,
    },
    /// Name the bill's own file, or fetch its manifest.
    #[error(
        "{count} bill files are named by no manifest here and were not read: {names}; fetch their manifest, or name \
         the files"
    )]
    BillsWithoutManifest {
        /// How many.
        count: usize,
        /// Some of them.
        names: String,
    },
    /// Name the file that it leads to.
    #[error("{name} is a link that leads out of the folder, or to a folder, and was not followed")]
    LinkNotFollowed {
        /// The link.
        name: String,
    },
    /// Nothing to do where the newer delivery is meant.
    #[error(
        "{older} holds an older delivery than {newer}, by the times that the folders are named by, and was passed over"
    )]
    OlderFolderPassedOver {
        /// The folder.
        older: String,
        /// The folder read.
        newer: String,
    },
    /// Export the bill with the column: memos never pay Marketplace.
    #[error(
        "{files} files have no column {column}: what Marketplace sells cannot be told from AWS's own and is taken for AWS's"
    )]
    SellerUnknown {
        /// The column.
        column: &'static str,
        /// How many files.
        files: usize,
    },
    /// Nothing to do where the amount is nothing: it is the noise of binary fractions.
    #[error(
        "{amounts} amounts have more digits than can be held: rounded half-even to {digits} digits after the point, which added {added} in all"
    )]
    AmountsRounded {
        /// How many.
        amounts: u64,
        /// Digits that stayed.
        digits: u32,
        /// What the rounding added.
        added: String,
    },
    /// Nothing to do where the newer delivery is meant.
    #[error("{manifest} lists an older delivery than {newer} and was passed over")]
    OlderDeliveryPassedOver {
        /// The manifest.
        manifest: String,
        /// The manifest read.
        newer: String,
    },
    /// Nothing to do where other providers are billed elsewhere.
    #[error("{rows} rows of {provider} were left out: only AWS is billed here")]
    OtherProviderLeftOut {
        /// The provider.
        provider: String,
        /// Rows.
        rows: u64,
    },
}
