//! What a column holds of a line: one meaning, whatever the format calls it.

use crate::{
    BillFormat,
    line::{Bill, BillLine, LineKind},
    ticks::TICK_SCALE,
};

/// The meaning of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    LineItemId,
    Interval,
    InvoiceId,
    InvoicingEntity,
    BillingEntity,
    BillType,
    Payer,
    PayerName,
    PeriodStart,
    PeriodEnd,
    Member,
    MemberName,
    Type,
    Start,
    End,
    Product,
    ServiceName,
    UsageType,
    Operation,
    Resource,
    Quantity,
    Currency,
    Rate,
    Cost,
    ListCost,
    EffectiveCost,
    Description,
    TaxType,
    LegalEntity,
    Publisher,
    Provider,
    Family,
    Region,
    RegionName,
    Sku,
    Unit,
    Term,
    Commitment,
    CommitmentType,
    SavingsPlan,
    Reservation,
    Category,
    Subcategory,
    ChargeClass,
    Frequency,
    PricingCategory,
    AccountType,
    MemberType,
    ProductMap,
    DiscountMap,
    FocusDiscountMap,
    TagMap,
    EmptyMap,
    TotalDiscount,
}

/// The kind of value, which decides the Parquet type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Text,
    Double,
    Time,
    TextMap,
    AmountMap,
}

impl Field {
    pub(crate) fn shape(self) -> Shape {
        match self {
            Self::Quantity | Self::Cost | Self::ListCost | Self::EffectiveCost | Self::TotalDiscount => Shape::Double,
            Self::PeriodStart | Self::PeriodEnd | Self::Start | Self::End => Shape::Time,
            Self::ProductMap | Self::TagMap | Self::EmptyMap => Shape::TextMap,
            Self::DiscountMap | Self::FocusDiscountMap => Shape::AmountMap,
            _ => Shape::Text,
        }
    }
}

/// A value of a line.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cell<'a> {
    Blank,
    /// Text without commas or quotes.
    Word(&'a str),
    /// Text that may need quoting.
    Prose(&'a str),
    /// `mantissa / 10^scale`.
    Number(i64, u32),
    /// Hour from the beginning of the month.
    Hour(u32),
    /// From hour to hour, as one text.
    Interval(u32, u32),
    TextMap([Option<(&'a str, &'a str)>; 2]),
    AmountMap(Option<(&'a str, i64)>),
}

/// AWS's own legal entity.
const AWS_INC: &str = "Amazon Web Services, Inc.";

fn word_or_blank(text: &str) -> Cell<'_> {
    if text.is_empty() { Cell::Blank } else { Cell::Word(text) }
}

fn prose_or_blank(text: &str) -> Cell<'_> {
    if text.is_empty() { Cell::Blank } else { Cell::Prose(text) }
}

/// The value of a column on a line.
pub(crate) fn cell<'a>(field: Field, line: &BillLine<'a>, format: BillFormat) -> Cell<'a> {
    let item = line.item;
    match field {
        Field::LineItemId => Cell::Word(item.line_item_id),
        Field::Interval => Cell::Interval(line.start, line.end),
        Field::InvoiceId => word_or_blank(line.sheet.invoices.of(line.bill)),
        Field::InvoicingEntity => Cell::Prose(AWS_INC),
        Field::BillingEntity => Cell::Word(line.bill.billing_entity()),
        Field::BillType => Cell::Word(line.bill.bill_type()),
        Field::Payer => Cell::Word(line.sheet.payer),
        Field::PayerName => Cell::Word(line.sheet.payer_name),
        Field::PeriodStart => Cell::Hour(0),
        Field::PeriodEnd => Cell::Hour(line.sheet.clock.hours),
        Field::Member => Cell::Word(line.member.id.as_str()),
        Field::MemberName => Cell::Word(&line.member.name),
        Field::Type => Cell::Word(line.kind.word(format)),
        Field::Start => Cell::Hour(line.start),
        Field::End => Cell::Hour(line.end),
        Field::Product => Cell::Word(item.product_code),
        Field::ServiceName => prose_or_blank(item.service_name),
        Field::UsageType => word_or_blank(item.usage_type),
        Field::Operation => word_or_blank(item.operation),
        Field::Resource => word_or_blank(line.resource),
        Field::Quantity => Cell::Number(line.quantity, line.quantity_scale),
        Field::Currency => Cell::Word("USD"),
        Field::Rate => word_or_blank(item.rate),
        Field::Cost => Cell::Number(line.billed(format), TICK_SCALE),
        Field::ListCost | Field::EffectiveCost => Cell::Number(line.cost, TICK_SCALE),
        Field::Description => Cell::Prose(line.description),
        Field::TaxType => word_or_blank(line.tax_type),
        Field::LegalEntity | Field::Publisher => match line.bill {
            Bill::Marketplace { seller } => Cell::Prose(seller),
            _ if field == Field::Publisher => Cell::Word("AWS"),
            _ => Cell::Prose(AWS_INC),
        },
        Field::Provider => Cell::Word("AWS"),
        Field::Family => word_or_blank(item.family),
        Field::Region => item.region.map_or(Cell::Blank, |region| Cell::Word(region.code)),
        Field::RegionName => item.region.map_or(Cell::Blank, |region| Cell::Word(region.name)),
        Field::Sku => word_or_blank(item.sku),
        Field::Unit => word_or_blank(item.unit),
        Field::Term => term(line.kind),
        Field::Commitment => word_or_blank(item.commitment),
        Field::CommitmentType if item.commitment.is_empty() => Cell::Blank,
        Field::CommitmentType => Cell::Word(if is_savings_plan(line.kind) { "Savings Plan" } else { "Reserved" }),
        Field::SavingsPlan if is_savings_plan(line.kind) => word_or_blank(item.commitment),
        Field::Reservation if !is_savings_plan(line.kind) => word_or_blank(item.commitment),
        Field::SavingsPlan | Field::Reservation => Cell::Blank,
        Field::Category => word_or_blank(item.category),
        Field::Subcategory => word_or_blank(item.subcategory),
        Field::ChargeClass if line.kind == LineKind::Refund => Cell::Word("Correction"),
        Field::ChargeClass => Cell::Blank,
        Field::Frequency => Cell::Word(line.kind.focus_frequency()),
        Field::PricingCategory if line.kind.focus_category() != "Usage" => Cell::Blank,
        Field::PricingCategory => Cell::Word(if item.commitment.is_empty() { "Standard" } else { "Committed" }),
        Field::AccountType => Cell::Word("AWS Management Account"),
        Field::MemberType => Cell::Word("AWS Account"),
        Field::ProductMap => Cell::TextMap([
            Some(("product_name", item.service_name)).filter(|(_, name)| !name.is_empty()),
            item.region.map(|region| ("region", region.code)),
        ]),
        Field::TagMap => {
            Cell::TextMap([Some(("user_environment", item.environment)).filter(|(_, tag)| !tag.is_empty()), None])
        }
        Field::EmptyMap => Cell::TextMap([None, None]),
        // Where discounts are lines of their own, the columns beside the charges are empty.
        // https://docs.aws.amazon.com/cur/latest/userguide/dc-discount-details.html
        Field::DiscountMap => Cell::AmountMap(None),
        Field::TotalDiscount => Cell::Number(0, 0),
        Field::FocusDiscountMap => {
            Cell::AmountMap(line.kind.is_discount().then(|| (line.kind.report_word(), line.cost)))
        }
    }
}

fn is_savings_plan(kind: LineKind) -> bool {
    matches!(
        kind,
        LineKind::SavingsPlanCoveredUsage | LineKind::SavingsPlanNegation | LineKind::SavingsPlanRecurringFee
    )
}

fn term(kind: LineKind) -> Cell<'static> {
    match kind {
        LineKind::Usage | LineKind::SavingsPlanCoveredUsage => Cell::Word("OnDemand"),
        LineKind::DiscountedUsage | LineKind::RiFee => Cell::Word("Reserved"),
        _ => Cell::Blank,
    }
}
