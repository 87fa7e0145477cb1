//! The customers' charges as FOCUS 1.2 rows: what each member account is charged, and what its memos
//! pay, as the issued statements say. The credit lines that AWS scattered are not in it; a memo's
//! draw is a row of its owner.
//!
//! Invariants: the rows of a document add up to what it says is due. Nothing is made up: a statement's
//! line is charged as a whole, so that its pricing quantity is one, of the unit `Statement Lines`, and
//! unit prices, which the statement does not know, are no columns. FOCUS asks for a quantity of usage
//! and purchases and for none of tax:
//! <https://focus.finops.org/focus-specification/v1-2/#pricingquantity>.

use domain::{
    billing::MemberStatement,
    classification::{LineClass, classify_line, is_purchase},
    ids::{MemoNumber, PayerAccountId},
    period::BillingPeriod,
    usage::LineType,
};
use money::{Currency, Money};
use read_model::ReadModel;
use service_kit::{Failure, codes};

/// What is to be exported.
#[derive(Debug, Clone)]
pub struct FocusOptions {
    /// Who issues the documents: the distributor.
    pub issuer: String,
    /// Of this payer only.
    pub payer: Option<PayerAccountId>,
    /// Of this month only.
    pub period: Option<BillingPeriod>,
}

/// The columns, those of FOCUS in its own order, then ours.
const COLUMNS: [&str; 30] = [
    "BilledCost",
    "BillingAccountId",
    "BillingAccountName",
    "BillingCurrency",
    "BillingPeriodEnd",
    "BillingPeriodStart",
    "ChargeCategory",
    "ChargeClass",
    "ChargeDescription",
    "ChargePeriodEnd",
    "ChargePeriodStart",
    "ContractedCost",
    "EffectiveCost",
    "InvoiceId",
    "InvoiceIssuerName",
    "ListCost",
    "PricingQuantity",
    "PricingUnit",
    "ProviderName",
    "PublisherName",
    "ServiceCategory",
    "ServiceName",
    "SubAccountId",
    "SubAccountName",
    "x_Customer",
    "x_PoNumber",
    "x_ServiceCode",
    "x_LineType",
    "x_CreditMemoNumber",
    "x_CorrectsInvoiceId",
];

/// One charge of a statement.
struct FocusCharge<'a> {
    amount: Money,
    currency: Currency,
    charged_in: BillingPeriod,
    category: &'static str,
    is_correction: bool,
    description: String,
    service: &'a str,
    line_type: &'a str,
    memo: String,
    corrects: String,
}

/// Makes the rows as CSV, in order of payer, account and month.
///
/// # Errors
/// [`Failure`].
pub fn focus_csv(model: &ReadModel, options: &FocusOptions) -> Result<Vec<u8>, Failure> {
    let failed = |cause: &dyn std::fmt::Display| {
        Failure::failed(codes::FOCUS_NOT_WRITTEN, format!("writing FOCUS rows failed: {cause}"))
    };
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS).map_err(|cause| failed(&cause))?;
    let members = model.members_with_statements()?;
    for (payer, member) in members.iter().filter(|(of, _)| options.payer.as_ref().is_none_or(|payer| payer == of)) {
        for stored in model.statements(payer, member)? {
            let statement = stored.statement;
            let Some(number) = &statement.document_number else { continue };
            if options.period.is_some_and(|period| period != statement.period) {
                continue;
            }
            // A month that is billed anew charges by its next document; one voided later is corrected.
            if model.billing_outline(payer, statement.period)?.voided.get(number) == Some(&statement.period) {
                continue;
            }
            for charge in charges(&statement) {
                writer.write_record(record(&statement, &charge, &options.issuer)).map_err(|cause| failed(&cause))?;
            }
        }
    }
    writer.into_inner().map_err(|cause| failed(&cause))
}

/// A statement's charges in the currency of its document: lines, draws, corrections.
fn charges(statement: &MemberStatement) -> Vec<FocusCharge<'_>> {
    let converted = statement.in_document_currency.as_ref();
    let currency = converted.map_or(statement.currency, |converted| converted.currency);
    let in_document = |at: usize| converted.and_then(|converted| converted.lines.get(at)).map(|line| line.gross);
    let mut charges = Vec::new();
    for (at, of) in statement.lines.iter().enumerate() {
        charges.push(FocusCharge {
            amount: in_document(at).unwrap_or(of.gross),
            currency,
            charged_in: statement.period,
            category: category(&of.charge_kind),
            is_correction: false,
            description: format!("{} {}", of.service, of.charge_kind),
            service: &of.service,
            line_type: &of.charge_kind,
            memo: String::new(),
            corrects: String::new(),
        });
    }
    // What a memo paid under another payer of ours is a row of that payer's document.
    let draws: Vec<(MemoNumber, Money)> = match converted {
        Some(converted) => converted.memos.iter().map(|memo| (memo.memo_number.clone(), memo.applied)).collect(),
        None => statement.paid_here_by_memo(),
    };
    for (memo, applied) in draws {
        charges.push(credit_row(Some(&memo), -applied, currency, statement.period, false, String::new()));
    }
    for correction in &statement.earlier_periods {
        let stated = correction.in_document_currency.as_ref();
        let currency = stated.map_or(statement.currency, |stated| stated.currency);
        let (gross, applied) =
            stated.map_or((correction.gross, correction.applied), |stated| (stated.gross, stated.applied));
        let corrects = correction.corrects.as_ref().map_or_else(String::new, ToString::to_string);
        charges.push(FocusCharge {
            amount: gross,
            currency,
            charged_in: correction.period,
            category: "Usage",
            is_correction: true,
            description: format!("Correction of {}", correction.period),
            service: "",
            line_type: "",
            memo: String::new(),
            corrects: corrects.clone(),
        });
        charges.push(credit_row(None, -applied, currency, correction.period, true, corrects));
    }
    charges.retain(|charge| !charge.amount.is_zero() || charge.category != "Credit");
    charges
}

fn credit_row<'a>(
    memo: Option<&MemoNumber>,
    amount: Money,
    currency: Currency,
    charged_in: BillingPeriod,
    is_correction: bool,
    corrects: String,
) -> FocusCharge<'a> {
    let of = memo.map_or_else(|| "s".to_owned(), |memo| format!(" {memo}"));
    FocusCharge {
        amount,
        currency,
        charged_in,
        category: "Credit",
        is_correction,
        description: format!("Credit memo{of}, applied to {charged_in}"),
        service: "",
        line_type: "",
        memo: memo.map_or_else(String::new, ToString::to_string),
        corrects,
    }
}

fn category(charge_kind: &str) -> &'static str {
    let line_type = LineType::from(charge_kind);
    match classify_line(&line_type) {
        LineClass::Charge if !is_purchase(&line_type) => "Usage",
        LineClass::Charge => "Purchase",
        LineClass::UpfrontFee => "Purchase",
        LineClass::Tax => "Tax",
        LineClass::CreditLine => "Credit",
        LineClass::Refund | LineClass::Discount | LineClass::Adjustment | LineClass::Unclassified => "Adjustment",
    }
}

fn record(statement: &MemberStatement, charge: &FocusCharge<'_>, issuer: &str) -> Vec<String> {
    let first = |period: BillingPeriod| format!("{}T00:00:00Z", period.first_day());
    let amount = charge.amount.to_string();
    let service = if charge.service.is_empty() { "Credit memos and corrections" } else { charge.service };
    let document = statement.document_number.as_ref().map_or_else(String::new, ToString::to_string);
    let class = if charge.is_correction { "Correction" } else { "" };
    let is_priced = matches!(charge.category, "Usage" | "Purchase") && !charge.is_correction;
    let (quantity, unit) = if is_priced { ("1", "Statement Lines") } else { ("", "") };
    [
        amount.as_str(),
        statement.payer_account_id.as_str(),
        statement.customer.as_str(),
        &charge.currency.to_string(),
        &first(statement.period.next()),
        &first(statement.period),
        charge.category,
        class,
        &charge.description,
        &first(charge.charged_in.next()),
        &first(charge.charged_in),
        &amount,
        &amount,
        &document,
        issuer,
        &amount,
        quantity,
        unit,
        "AWS",
        "AWS",
        "Other",
        service,
        statement.member_account_id.as_str(),
        "",
        statement.customer.as_str(),
        statement.po_number.as_str(),
        charge.service,
        charge.line_type,
        &charge.memo,
        &charge.corrects,
    ]
    .map(str::to_owned)
    .to_vec()
}
