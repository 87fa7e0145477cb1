//! One line of a bill, before it takes the layout of a format.
//!
//! Sources for the line types: <https://docs.aws.amazon.com/cur/latest/userguide/table-dictionary-cur2.html>;
//! for FOCUS: <https://docs.aws.amazon.com/cur/latest/userguide/table-dictionary-focus-1-2-aws-columns.html>

use crate::{BillFormat, calendar::MonthClock, catalogue::Region, roster::Member};

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum LineKind {
    Usage,
    DiscountedUsage,
    SavingsPlanCoveredUsage,
    SavingsPlanNegation,
    SavingsPlanRecurringFee,
    RiFee,
    Fee,
    Tax,
    Credit,
    Refund,
    SppDiscount,
    EdpDiscount,
}

impl LineKind {
    /// The word in the type column of a Cost and Usage Report.
    pub(crate) fn report_word(self) -> &'static str {
        match self {
            Self::Usage => "Usage",
            Self::DiscountedUsage => "DiscountedUsage",
            Self::SavingsPlanCoveredUsage => "SavingsPlanCoveredUsage",
            Self::SavingsPlanNegation => "SavingsPlanNegation",
            Self::SavingsPlanRecurringFee => "SavingsPlanRecurringFee",
            Self::RiFee => "RIFee",
            Self::Fee => "Fee",
            Self::Tax => "Tax",
            Self::Credit => "Credit",
            Self::Refund => "Refund",
            Self::SppDiscount => "SppDiscount",
            Self::EdpDiscount => "EdpDiscount",
        }
    }

    /// The charge category in FOCUS. A refund and a discount are adjustments: neither looks forward
    /// as a credit does.
    pub(crate) fn focus_category(self) -> &'static str {
        match self {
            Self::Usage | Self::DiscountedUsage | Self::SavingsPlanCoveredUsage | Self::SavingsPlanNegation => "Usage",
            Self::SavingsPlanRecurringFee | Self::RiFee | Self::Fee => "Purchase",
            Self::Tax => "Tax",
            Self::Credit => "Credit",
            Self::Refund | Self::SppDiscount | Self::EdpDiscount => "Adjustment",
        }
    }

    pub(crate) fn focus_frequency(self) -> &'static str {
        match self {
            Self::Usage | Self::DiscountedUsage | Self::SavingsPlanCoveredUsage | Self::SavingsPlanNegation => {
                "Usage-Based"
            }
            Self::SavingsPlanRecurringFee | Self::RiFee => "Recurring",
            _ => "One-Time",
        }
    }

    pub(crate) fn is_discount(self) -> bool {
        matches!(self, Self::SppDiscount | Self::EdpDiscount)
    }

    /// The word that the format's type column holds.
    pub(crate) fn word(self, format: BillFormat) -> &'static str {
        match format {
            BillFormat::Cur2 | BillFormat::CurLegacy => self.report_word(),
            BillFormat::Focus12 => self.focus_category(),
        }
    }

    /// Whether the format has such lines. FOCUS bills covered usage at 0 and needs no negation.
    pub(crate) fn is_written(self, format: BillFormat) -> bool {
        format != BillFormat::Focus12 || self != Self::SavingsPlanNegation
    }
}

/// The seller of record and the bill a line is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bill<'a> {
    /// AWS's own monthly bill.
    Monthly,
    /// AWS's bill for an upfront purchase.
    Purchase,
    /// AWS's bill that gives money back.
    Refund,
    /// A Marketplace seller's.
    Marketplace { seller: &'a str },
}

impl Bill<'_> {
    pub(crate) fn bill_type(self) -> &'static str {
        match self {
            Self::Monthly | Self::Marketplace { .. } => "Anniversary",
            Self::Purchase => "Purchase",
            Self::Refund => "Refund",
        }
    }

    pub(crate) fn billing_entity(self) -> &'static str {
        match self {
            Self::Marketplace { .. } => "AWS Marketplace",
            _ => "AWS",
        }
    }
}

/// What all lines of a payer's month share.
#[derive(Debug)]
pub(crate) struct Sheet<'a> {
    pub(crate) payer: &'a str,
    pub(crate) payer_name: &'a str,
    pub(crate) clock: &'a MonthClock,
    pub(crate) invoices: &'a Invoices,
}

/// The invoice ids of a payer's month; all blank while it is open.
#[derive(Debug, Clone, Default)]
pub(crate) struct Invoices {
    pub(crate) monthly: String,
    pub(crate) purchase: String,
    pub(crate) refund: String,
    pub(crate) marketplace: String,
}

impl Invoices {
    pub(crate) fn of(&self, bill: Bill<'_>) -> &str {
        match bill {
            Bill::Monthly => &self.monthly,
            Bill::Purchase => &self.purchase,
            Bill::Refund => &self.refund,
            Bill::Marketplace { .. } => &self.marketplace,
        }
    }
}

/// The service and SKU side of a line; the same for all lines of a series.
#[derive(Debug, Clone, Default)]
pub(crate) struct Item<'a> {
    pub(crate) product_code: &'a str,
    pub(crate) service_name: &'a str,
    pub(crate) category: &'a str,
    pub(crate) subcategory: &'a str,
    pub(crate) family: &'a str,
    pub(crate) usage_type: &'a str,
    pub(crate) operation: &'a str,
    pub(crate) unit: &'a str,
    pub(crate) rate: &'a str,
    pub(crate) sku: &'a str,
    pub(crate) region: Option<&'a Region>,
    pub(crate) line_item_id: &'a str,
    /// Reservation or Savings Plan.
    pub(crate) commitment: &'a str,
    pub(crate) environment: &'a str,
}

/// One line.
#[derive(Debug)]
pub(crate) struct BillLine<'a> {
    pub(crate) sheet: &'a Sheet<'a>,
    pub(crate) member: &'a Member,
    pub(crate) kind: LineKind,
    pub(crate) bill: Bill<'a>,
    pub(crate) item: &'a Item<'a>,
    pub(crate) description: &'a str,
    pub(crate) resource: &'a str,
    pub(crate) tax_type: &'a str,
    /// Hours from the beginning of the month.
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) quantity: i64,
    pub(crate) quantity_scale: u32,
    /// Ticks, signed.
    pub(crate) cost: i64,
    /// The credit it is a line of, by place.
    pub(crate) credit: Option<usize>,
}

impl BillLine<'_> {
    /// What the line adds to the bill in this format.
    pub(crate) fn billed(&self, format: BillFormat) -> i64 {
        match (format, self.kind) {
            (BillFormat::Focus12, LineKind::SavingsPlanCoveredUsage | LineKind::SavingsPlanNegation) => 0,
            _ => self.cost,
        }
    }
}
