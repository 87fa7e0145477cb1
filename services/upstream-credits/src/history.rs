//! The JSON of `aws billing get-credit-allocation-history`, as it comes: one answer, an array of
//! answers, or answers one after another (pages).
//!
//! Source: <https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_billing_GetCreditAllocationHistory.html>.
//! An answer that is not whole (`partialResults`, `failedMonths`, a page that a further one follows)
//! is refused as a whole: a month that is missing is not a month of nothing (rule book N18).

use std::{collections::BTreeMap, path::Path};

use bill_formats::input_file::read_import;
use domain::{
    credit::{AllocatedAmount, CreditAllocationObserved},
    ids::{MemberAccountId, PayerAccountId, UpstreamCreditId},
    period::BillingPeriod,
};
use money::{Currency, Exact};
use serde_json::Value;
use service_kit::{Failure, UnitOfWork, codes};
use wire::{Fact, Subject};

use crate::{
    billing_api::{amount_of, text_of},
    import::without_byte_order_mark,
};

/// What an import of AWS's history did.
#[derive(Debug, Clone, Default)]
pub struct HistoryImported {
    /// What the file says, by credit and month.
    pub observed: Vec<CreditAllocationObserved>,
    /// Of them new, or other than before.
    pub changed: usize,
    /// Credits that no import names.
    pub unknown: Vec<UpstreamCreditId>,
}

/// Reads a history file.
///
/// # Errors
/// [`Failure`] with what is wrong; nothing of the file counts then.
pub fn read_history_file(path: &Path, payer: &PayerAccountId) -> Result<Vec<CreditAllocationObserved>, Failure> {
    let name = path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
    let bytes = read_import(path).map_err(|fault| Failure::refused(codes::FILE_UNREADABLE, fault))?;
    let mut answers = Vec::new();
    for document in serde_json::Deserializer::from_slice(without_byte_order_mark(&bytes)).into_iter::<Value>() {
        match document {
            Ok(Value::Array(pages)) => answers.extend(pages),
            Ok(page) => answers.push(page),
            Err(cause) => {
                let place = format!("{name} line {} column {}", cause.line(), cause.column());
                return Err(Failure::refused(codes::NOT_JSON, format!("{place}: it is not JSON: {cause}")));
            }
        }
    }
    read_history(&answers, payer).map_err(|fault| Failure::refused(codes::HISTORY_REFUSED, format!("{name}: {fault}")))
}

type ByCreditAndMonth =
    BTreeMap<(UpstreamCreditId, BillingPeriod), (Currency, BTreeMap<(MemberAccountId, String, bool), Exact>)>;

/// Reads the pages of a history.
///
/// # Errors
/// What is wrong, naming the entry and the field.
fn read_history(answers: &[Value], payer: &PayerAccountId) -> Result<Vec<CreditAllocationObserved>, String> {
    const NOT_A_HISTORY: &str = "this is not the JSON of aws billing get-credit-allocation-history";
    if answers.is_empty() {
        return Err(format!("{NOT_A_HISTORY}: it is empty"));
    }
    let mut sums = ByCreditAndMonth::new();
    let mut at = 0;
    for (page, answer) in answers.iter().enumerate() {
        refuse_what_is_not_whole(answer, page + 1 == answers.len())?;
        let Some(Value::Array(entries)) = answer.get("creditAllocationHistoryList") else {
            return Err(format!("{NOT_A_HISTORY}: it has no list creditAllocationHistoryList"));
        };
        for entry in entries {
            at += 1;
            read_entry(entry, &mut sums).map_err(|fault| format!("entry {at}, {fault}"))?;
        }
    }
    sums.into_iter()
        .map(|((credit, period), (currency, by_account))| {
            let amount = Exact::checked_sum(by_account.values().copied()).map_err(|cause| cause.to_string())?;
            let allocated = by_account
                .into_iter()
                .map(|((beneficiary, service, estimated), amount)| AllocatedAmount {
                    beneficiary,
                    service,
                    amount,
                    estimated,
                })
                .collect();
            Ok(CreditAllocationObserved { credit, payer: payer.clone(), period, currency, amount, allocated })
        })
        .collect()
}

fn refuse_what_is_not_whole(answer: &Value, is_last: bool) -> Result<(), String> {
    let failed: Vec<String> = match answer.get("failedMonths") {
        Some(Value::Array(months)) => months.iter().map(|month| text_of(Some(month))).collect(),
        _ => Vec::new(),
    };
    if !failed.is_empty() || answer.get("partialResults") == Some(&Value::Bool(true)) {
        let which = if failed.is_empty() { "some months".to_owned() } else { failed.join(", ") };
        return Err(format!(
            "AWS could not answer for {which} (partialResults): ask again, or for a window without them; nothing was taken"
        ));
    }
    let goes_on = ["nextToken", "NextToken"].iter().any(|field| !text_of(answer.get(field)).is_empty());
    if is_last && goes_on {
        return Err("a further page follows (nextToken): add it to the file; nothing was taken".to_owned());
    }
    Ok(())
}

fn read_entry(entry: &Value, sums: &mut ByCreditAndMonth) -> Result<(), String> {
    let fault = |field: &str, what: &dyn std::fmt::Display| format!("field {field}: {what}");
    let text = |field: &str| text_of(entry.get(field));
    let credit: UpstreamCreditId = text("creditId").parse().map_err(|cause| fault("creditId", &cause))?;
    let beneficiary: MemberAccountId = text("accountId").parse().map_err(|cause| fault("accountId", &cause))?;
    let period: BillingPeriod = text("billingMonth").parse().map_err(|cause| fault("billingMonth", &cause))?;
    let (amount, currency) = amount_of(entry, "creditAmount").map_err(|cause| fault("creditAmount", &cause))?;
    let (Some(amount), Some(currency)) = (amount, currency) else {
        return Err(fault("creditAmount", &"it is missing"));
    };
    let estimated = entry.get("isEstimatedBill") == Some(&Value::Bool(true));
    let (known, by_account) = sums.entry((credit, period)).or_insert_with(|| (currency, BTreeMap::new()));
    if *known != currency {
        return Err(fault("creditAmount", &format!("it is in {currency}, and the credit's others in {known}")));
    }
    let sum = by_account.entry((beneficiary, text("appliedServiceName"), estimated)).or_default();
    // A negative amount reduced the bill: AWS applied that much.
    *sum = sum.checked_sub(amount).map_err(|cause| fault("creditAmount", &cause))?;
    Ok(())
}

/// Records what AWS says it applied.
///
/// # Errors
/// [`Failure`]; nothing is recorded then.
pub async fn observe_history(
    unit: &mut UnitOfWork,
    observed: Vec<CreditAllocationObserved>,
) -> Result<HistoryImported, Failure> {
    let mut by_credit: BTreeMap<(PayerAccountId, UpstreamCreditId), Vec<CreditAllocationObserved>> = BTreeMap::new();
    for one in &observed {
        by_credit.entry((one.payer.clone(), one.credit.clone())).or_default().push(one.clone());
    }
    let decided = unit
        .decide_many(|model| {
            by_credit
                .iter()
                .map(|((payer, credit), months)| {
                    let state = model.upstream_credit(payer, credit)?;
                    let facts = months.iter().flat_map(|month| state.decide_history(month)).map(Fact::from).collect();
                    Ok((Subject::credit(payer, credit), facts))
                })
                .collect()
        })
        .await?;
    let mut imported =
        HistoryImported { changed: decided.iter().map(|(_, facts)| facts.len()).sum(), ..Default::default() };
    for (payer, credit) in by_credit.keys() {
        if unit.model.upstream_credit(payer, credit)?.terms.is_none() {
            imported.unknown.push(credit.clone());
        }
    }
    imported.observed = observed;
    Ok(imported)
}
