//! The text values of a row that aggregates are keyed by, whatever the format calls them.
//!
//! A row's key is one interned number a field. The list is closed: a new field is a new variant
//! here and a name in each format's table.

/// One text value of a row. The order groups them by how much they vary, which keeps the keys of
/// [`crate::table`] short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    /// The payer billed.
    Payer,
    /// The start of the billing period.
    Period,
    /// The currency billed in.
    Currency,
    /// Billing entity (CUR).
    BillingEntity,
    /// Seller of record (CUR) or invoice issuer (FOCUS).
    LegalEntity,
    /// Invoice id.
    Invoice,
    /// Bill type (CUR) or charge class (FOCUS).
    BillType,
    /// The billing view exported.
    BillingView,
    /// When the charge was incurred, cut to what the aggregate keeps.
    ChargeDate,
    /// Who sells (FOCUS).
    Publisher,
    /// Line type (CUR) or charge category (FOCUS).
    LineType,
    /// The service's code; for FOCUS `x_ServiceCode`.
    Product,
    /// The service's other code, read where the first is blank.
    ServiceCode,
    /// The service's name.
    ServiceName,
    /// Purchase option (CUR) or charge frequency (FOCUS).
    PurchaseType,
    /// The region's code.
    Region,
    /// The account that used.
    Member,
    /// The line's description, read for credits.
    Description,
    /// The credit's id, read for credits.
    CreditId,
    /// Who bills (FOCUS to 1.2).
    Provider,
    /// Who sells (FOCUS from 1.3): Marketplace's sellers too.
    ServiceProvider,
    /// On whose machines it runs (FOCUS from 1.3).
    HostProvider,
}

impl Field {
    /// How many there are.
    pub(crate) const COUNT: usize = 22;

    /// All of them, in the order of their numbers.
    pub(crate) const ALL: [Field; Self::COUNT] = [
        Self::Payer,
        Self::Period,
        Self::Currency,
        Self::BillingEntity,
        Self::LegalEntity,
        Self::Invoice,
        Self::BillType,
        Self::BillingView,
        Self::ChargeDate,
        Self::Publisher,
        Self::LineType,
        Self::Product,
        Self::ServiceCode,
        Self::ServiceName,
        Self::PurchaseType,
        Self::Region,
        Self::Member,
        Self::Description,
        Self::CreditId,
        Self::Provider,
        Self::ServiceProvider,
        Self::HostProvider,
    ];

    /// How many, from the first, say which bill a row is of: hardly more than one value each.
    pub(crate) const OF_BILL: usize = 10;

    /// How many after those say what was billed: some thousand combinations.
    pub(crate) const OF_SERVICE: usize = 6;

    /// Its number.
    pub(crate) const fn index(self) -> usize {
        self as usize
    }

    /// Whether the key of such a line has this field: a key holds no more than its aggregate does,
    /// so that the number of keys stays near the number of aggregates.
    pub(crate) const fn is_kept_for(self, class: LineClass) -> bool {
        match self {
            Self::Payer | Self::Member | Self::Period | Self::LineType | Self::Currency | Self::Product => true,
            Self::ServiceCode | Self::BillingEntity | Self::Invoice | Self::BillType | Self::Publisher => true,
            Self::ServiceName => true,
            // Of credits too: a Free Tier line belongs to the charges of its place and day.
            Self::Region | Self::ChargeDate => true,
            Self::PurchaseType | Self::LegalEntity | Self::BillingView => !matches!(class, LineClass::Credit),
            Self::Description | Self::CreditId => !matches!(class, LineClass::Charge),
            // The providers decide before a key is made; all rows kept are billed by AWS.
            Self::Provider | Self::ServiceProvider | Self::HostProvider => false,
        }
    }
}

/// The kinds of line that are keyed apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineClass {
    /// A credit line: keyed by its description.
    Credit,
    /// Money given back: keyed as a charge, with its description.
    GivesBack,
    /// Anything else.
    Charge,
}

impl LineClass {
    /// `Credit` is the word of CUR and of FOCUS alike; a refund is CUR's `Refund` and the `Adjustment` of
    /// older FOCUS converters. Every other type is a charge line here, whatever the classification makes
    /// of it later.
    pub(crate) fn of(line_type: &str) -> Self {
        let is = |word: &str| line_type.eq_ignore_ascii_case(word);
        match () {
            () if is("credit") => Self::Credit,
            () if is("refund") || is("adjustment") => Self::GivesBack,
            () => Self::Charge,
        }
    }
}
