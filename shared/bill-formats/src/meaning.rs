//! What a row means: whose it is, and which aggregate it belongs to.
//!
//! Asked once a distinct key, not once a row, so it may take its time. Format by format the texts
//! become a [`ChargeKey`] or a [`CreditLineKey`]; ids, periods and currencies become true here.
//! Deliberately absent: what a line type means for money. Unknown types pass (rule book N45).

use std::sync::Arc;

use domain::{
    classification::belongs_to_charges,
    credit::split_owner_suffix,
    ids::{IdFault, MemberAccountId, PayerAccountId, ProductCode},
    period::BillingPeriod,
    usage::{ChargeKey, CreditLineKey, LineType},
};
use money::{Currency, MoneyError, UnknownCurrency};

use crate::{
    dates,
    field::{Field, LineClass},
    format::BillFormat,
};

/// What is wrong with a row, and in which column, without the file around it.
#[derive(Debug)]
pub(crate) struct RowFault {
    /// The column at fault.
    pub(crate) at: At,
    /// What is wrong.
    pub(crate) cause: Cause,
    /// The line or row, where it is not the one being read.
    pub(crate) line: Option<u64>,
}

/// The column at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    /// The whole line.
    Line,
    /// The column of a field.
    Field(Field),
    /// The column of this index.
    Column(usize),
}

/// What is wrong with a row.
#[derive(Debug)]
pub(crate) enum Cause {
    Blank(&'static str),
    Amount(MoneyError),
    Id(IdFault),
    Period(String),
    Year(String),
    Currency(UnknownCurrency),
    DiscountMap(String),
    NotUtf8,
    TextTooLong,
    TooMuch(&'static str),
    OtherPeriod { found: BillingPeriod, folder: Arc<str> },
    FieldCount { expected: usize, found: usize },
    Quoting(&'static str),
}

impl RowFault {
    pub(crate) fn line(cause: Cause) -> Self {
        Self { at: At::Line, cause, line: None }
    }

    pub(crate) fn field(field: Field, cause: Cause) -> Self {
        Self { at: At::Field(field), cause, line: None }
    }

    pub(crate) fn column(column: usize, cause: Cause) -> Self {
        Self { at: At::Column(column), cause, line: None }
    }

    /// The same, on a line that was read before.
    pub(crate) fn on_line(self, line: u64) -> Self {
        Self { line: Some(line), ..self }
    }
}

/// Whose the row is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Owner {
    pub(crate) payer: PayerAccountId,
    pub(crate) period: BillingPeriod,
    pub(crate) member: MemberAccountId,
    pub(crate) currency: Currency,
}

/// The aggregate a row belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Key {
    Charge(Box<ChargeKey>),
    Credit(Box<CreditLineKey>),
}

/// All that a distinct row key says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Meaning {
    pub(crate) owner: Owner,
    pub(crate) key: Key,
    /// The charge date is there and cannot be read: kept without it, and reported.
    pub(crate) charge_date_unreadable: bool,
}

/// Reads the texts of a row.
///
/// # Errors
/// A needed value that is blank or unreadable.
pub(crate) fn interpret<'a>(
    format: BillFormat,
    class: LineClass,
    keep_days: bool,
    text: impl Fn(Field) -> &'a str,
) -> Result<Meaning, RowFault> {
    let needed = |field: Field, what: &'static str| {
        let found = text(field);
        if found.is_empty() { Err(RowFault::field(field, Cause::Blank(what))) } else { Ok(found) }
    };
    let payer = needed(Field::Payer, "the payer account id")?;
    let payer = PayerAccountId::parse(payer).map_err(|fault| RowFault::field(Field::Payer, Cause::Id(fault)))?;
    let period = needed(Field::Period, "the start of the billing period")?;
    let period = dates::billing_period(period)
        .ok_or_else(|| RowFault::field(Field::Period, Cause::Period(period.to_owned())))?;
    let line_type = LineType(needed(Field::LineType, "the line type")?.to_owned());
    let currency = needed(Field::Currency, "the currency")?;
    let currency =
        Currency::parse(currency).map_err(|fault| RowFault::field(Field::Currency, Cause::Currency(fault)))?;
    // Fees on the payer itself have no usage account (CUR) or no sub account (FOCUS).
    let member = match text(Field::Member) {
        "" => payer.as_str(),
        member => member,
    };
    let member = MemberAccountId::parse(member).map_err(|fault| RowFault::field(Field::Member, Cause::Id(fault)))?;
    let owner = Owner { payer, period, member, currency };

    let (product_code, service_name) = service(format, &text);
    let billing_entity = billing_entity(format, &text);
    let owned = |field: Field| text(field).to_owned();
    let charged = text(Field::ChargeDate);
    let charge_day = dates::day(charged);
    if charge_day.is_none() && dates::has_other_year(charged) {
        return Err(RowFault::field(Field::ChargeDate, Cause::Year(charged.to_owned())));
    }
    let charge_month = charge_day.map(BillingPeriod::containing).filter(|month| *month != period);
    let description = owned(Field::Description);
    // Older converters write credits as adjustments too: one that names its owner is a credit.
    let is_credit = class == LineClass::Credit
        || (line_type.as_str().eq_ignore_ascii_case("adjustment") && split_owner_suffix(&description).1.is_some());
    if is_credit {
        // A promotional credit is one sum a description, wherever AWS put it.
        let belongs = belongs_to_charges(&description);
        let key = CreditLineKey {
            region: if belongs { owned(Field::Region) } else { String::new() },
            charge_month: charge_month.filter(|_| belongs),
            charge_day: charge_day.filter(|_| belongs && keep_days),
            undated: belongs && charged.is_empty(),
            description,
            line_type,
            product_code,
            invoice_id: owned(Field::Invoice),
            billing_entity,
            bill_type: owned(Field::BillType),
            credit_id: owned(Field::CreditId),
        };
        return Ok(Meaning { owner, key: Key::Credit(Box::new(key)), charge_date_unreadable: false });
    }
    let purchase_type = match format {
        // Frequency tells upfront from recurring purchases; of usage it says nothing new.
        BillFormat::Focus if !line_type.as_str().eq_ignore_ascii_case("purchase") => String::new(),
        BillFormat::Focus | BillFormat::Cur2 | BillFormat::CurLegacy => owned(Field::PurchaseType),
    };
    // A date is missed only where the line may be of another month than the bill's.
    let is_correction = format == BillFormat::Focus && text(Field::BillType).eq_ignore_ascii_case("correction");
    let key = ChargeKey {
        undated: charged.is_empty() && (class == LineClass::GivesBack || is_correction),
        description: if class == LineClass::GivesBack { description } else { String::new() },
        line_type,
        product_code,
        service_name,
        purchase_type,
        region: owned(Field::Region),
        billing_entity,
        legal_entity: owned(Field::LegalEntity),
        invoice_id: owned(Field::Invoice),
        bill_type: owned(Field::BillType),
        billing_view: owned(Field::BillingView),
        charge_month,
        charge_day: charge_day.filter(|_| keep_days),
    };
    let charge_date_unreadable = charge_day.is_none() && !charged.is_empty();
    Ok(Meaning { owner, key: Key::Charge(Box::new(key)), charge_date_unreadable })
}

fn service<'a>(format: BillFormat, text: &impl Fn(Field) -> &'a str) -> (ProductCode, String) {
    let (code, name) = (text(Field::Product), text(Field::ServiceName));
    match format {
        BillFormat::Focus if code.is_empty() => (ProductCode::from(name), String::new()),
        BillFormat::Focus => (ProductCode::from(code), name.to_owned()),
        BillFormat::Cur2 | BillFormat::CurLegacy => {
            let code = if code.is_empty() { text(Field::ServiceCode) } else { code };
            (ProductCode::from(code), name.to_owned())
        }
    }
}

/// Blank for AWS itself, which keeps the aggregates of a plain bill small.
fn billing_entity<'a>(format: BillFormat, text: &impl Fn(Field) -> &'a str) -> String {
    match format {
        BillFormat::Focus => {
            let publisher = text(Field::Publisher);
            // Billed by AWS, any other publisher or service provider sells through Marketplace.
            if publisher.is_empty() || is_aws(publisher) { String::new() } else { MARKETPLACE.to_owned() }
        }
        BillFormat::Cur2 | BillFormat::CurLegacy => {
            let entity = text(Field::BillingEntity);
            if is_aws(entity) { String::new() } else { entity.to_owned() }
        }
    }
}

/// CUR's billing entity of third-party sales.
const MARKETPLACE: &str = "AWS Marketplace";

/// Whether a provider, publisher or billing entity is AWS itself: `AWS`, `Amazon Web Services`,
/// `Amazon Web Services EMEA SARL`, `AWS India` and so on, but not `AWS Marketplace`.
pub(crate) fn is_aws(name: &str) -> bool {
    let name = name.trim().to_ascii_lowercase();
    let begins_with_word = |word: &str| {
        name.strip_prefix(word).is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_alphanumeric()))
    };
    (begins_with_word("aws") || begins_with_word("amazon")) && !name.contains("marketplace")
}

/// The fields that [`other_provider`] asks, in its order.
pub(crate) const PARTIES: [Field; 4] =
    [Field::Provider, Field::ServiceProvider, Field::LegalEntity, Field::HostProvider];

/// Whether an issuer of invoices is AWS, for itself or for Marketplace's sellers.
fn issues_for_aws(name: &str) -> bool {
    is_aws(&name.to_ascii_lowercase().replace("marketplace", ""))
}

/// Who a row of FOCUS is of, where that is not AWS: the provider decides where one is stated. From
/// FOCUS 1.3 on there are three parties in its place, and AWS bills what it provides and what it
/// invoices for others; on whose machines it runs counts only where nothing else is said.
/// Source: <https://focus.finops.org/focus-specification/v1-3/>, entity identification examples.
pub(crate) fn other_provider([provider, service, issuer, host]: [&str; 4]) -> Option<&str> {
    if !provider.is_empty() {
        return (!is_aws(provider)).then_some(provider);
    }
    if is_aws(service) || issues_for_aws(issuer) {
        return None;
    }
    if service.is_empty() && issuer.is_empty() && is_aws(host) {
        return None;
    }
    Some([service, issuer, host].into_iter().find(|name| !name.is_empty()).unwrap_or("no stated provider"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aws_has_many_names_and_marketplace_is_none_of_them() {
        for name in ["AWS", "aws", "Amazon Web Services", "Amazon Web Services, Inc.", "Amazon", "AWS EMEA SARL"] {
            assert!(is_aws(name), "{name}");
        }
        for (named, other) in [
            (["AWS", "", "", ""], None),
            (["Oracle", "AWS", "AWS", "AWS"], Some("Oracle")),
            (["", "AWS", "AWS", "AWS"], None),
            (["", "Snowdrift Ltd", "Amazon Web Services, Inc.", "Snowdrift Ltd"], None),
            (["", "Snowdrift Ltd", "AWS Marketplace", "AWS"], None),
            (["", "AWS", "Sinnet", "Sinnet"], None),
            (["", "Harbour MSP", "Harbour MSP", "AWS"], Some("Harbour MSP")),
            (["", "", "", "AWS"], None),
            (["", "", "", ""], Some("no stated provider")),
        ] {
            assert_eq!(other_provider(named), other, "{named:?}");
        }
        for name in ["AWS Marketplace", "Microsoft", "Amazonia Ltd", "awsome", "", "Oracle"] {
            assert!(!is_aws(name), "{name}");
        }
    }
}
