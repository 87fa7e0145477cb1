//! The exception report: what stands, is right by the rules, and still wants a person's eye (rule
//! book N6, N7, N10, N13, N14, N18, N28). It blocks nothing by itself; what blocks a close is the
//! close's to say.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use domain::{
    credit::{SuspenseReason, UpstreamCreditState},
    ids::{MemberAccountId, MemoNumber, PayerAccountId, UpstreamCreditId},
    memo::{CreditMemo, MemberMemos, memo_customer},
    period::BillingPeriod,
};
use money::Exact;
use read_model::ReadModel;
use schemars::JsonSchema;
use serde::Serialize;
use service_kit::Failure;

use crate::{
    given_back::unclear,
    in_transit::{InTransit, in_transit_of},
};

/// What kind of exception it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ExceptionKind {
    /// AWS lowered, cancelled or gave away a credit below what its customer was given (N6, N8, N25).
    UpstreamShortfall,
    /// AWS applied more of a credit than any of its memos may have (D1).
    UpstreamSurplus,
    /// AWS took back more of a credit than it ever applied (N7).
    NegativeFunding,
    /// Given to the customer ahead of AWS (N28).
    Exposure,
    /// Part of a memo ended without AWS ever having paid for it (N14).
    UnfundedLapse,
    /// The account is another customer's now: the memo pays nothing until it is reassigned (D5, N22).
    OtherCustomer,
    /// A memo is past its end, and what AWS paid for is still owed (N14).
    FundedOpen,
    /// AWS's lines go beyond the face of the credit they fit (N13).
    OverApplication,
    /// AWS's lines without a known owner (N10).
    Suspense,
    /// AWS's allocation history says something else than its bill (N18).
    HistoryDifference,
    /// It left a memo and has not arrived at another: the process that moved it was cut off.
    InTransit,
    /// Memos of another payer of ours paid more or less of a month than its statements say (N21).
    PaidNotShown,
    /// Money given back of which nothing tells what it is of, or more than was charged (law D6).
    UnclearRefund,
}

/// An exception.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Exception {
    /// What kind.
    pub exception: ExceptionKind,
    /// The payer.
    pub payer_account_id: PayerAccountId,
    /// The month it is of; none for what stands by now.
    pub period: Option<BillingPeriod>,
    /// The account.
    pub member_account_id: Option<MemberAccountId>,
    /// The memo.
    pub memo_number: Option<MemoNumber>,
    /// The upstream credit.
    pub credit_id: Option<UpstreamCreditId>,
    /// The currency.
    pub currency: String,
    /// How much.
    pub amount: Exact,
    /// Days since the month it is of, or since the memo's end.
    pub age_days: Option<i64>,
    /// What it is and what to do.
    pub message: String,
}

/// The exceptions of a payer, or of all, in order of kind, payer and memo.
///
/// # Errors
/// [`Failure`].
pub fn exceptions(
    model: &ReadModel,
    payer: Option<&PayerAccountId>,
    today: NaiveDate,
) -> Result<Vec<Exception>, Failure> {
    let mut found = Vec::new();
    for ((of_payer, member), memos) in model.memos_of(payer)? {
        for memo in memos.in_order_of_issue() {
            of_memo(&of_payer, &member, &memos, memo, today, &mut found);
            found.extend(of_another(model, (&of_payer, &member), memo, today)?);
        }
        found.extend(in_transit_of(model, &of_payer, &member, &memos)?.into_iter().map(|one| moved(one, today)));
    }
    for ((of_payer, id), credit) in model.upstream_credits(payer)? {
        found.extend(history_differences(&of_payer, &id, &credit, today)?);
    }
    for ((of_payer, period), suspense) in model.all_suspense(payer)? {
        if suspense.items.is_empty() {
            continue;
        }
        let delivery = model.deliveries(&of_payer, period)?;
        let currency = delivery.current().map_or_else(String::new, |current| current.currency.to_string());
        for item in suspense.items.values() {
            let (exception, what) = match item.reason {
                SuspenseReason::BeyondFace => (ExceptionKind::OverApplication, "goes beyond the face of its credit"),
                _ => (ExceptionKind::Suspense, "has no known owner"),
            };
            found.push(Exception {
                exception,
                payer_account_id: of_payer.clone(),
                period: Some(period),
                member_account_id: Some(item.member.clone()),
                memo_number: None,
                credit_id: None,
                currency: currency.clone(),
                amount: item.amount,
                age_days: age(period.last_day(), today),
                message: format!("'{}' {what}: see credits suspense (item {})", item.description, item.item),
            });
        }
    }
    let payers = match payer {
        Some(payer) => BTreeSet::from([payer.clone()]),
        None => model.payers()?.into_iter().collect(),
    };
    for of_payer in payers {
        found.extend(unclear(model, &of_payer, today)?);
    }
    found.sort_by(|a, b| {
        let key = |one: &Exception| (one.exception, one.payer_account_id.clone(), one.memo_number.clone(), one.period);
        key(a).cmp(&key(b))
    });
    Ok(found)
}

/// A memo whose account went to another customer: it pays nothing of the newcomer's (rule book D5, N22).
fn of_another(
    model: &ReadModel,
    (payer, member): (&PayerAccountId, &MemberAccountId),
    memo: &CreditMemo,
    today: NaiveDate,
) -> Result<Option<Exception>, Failure> {
    let account = model.member_account(payer, member)?;
    let present = account.on(today).or_else(|| account.assignments().last()).cloned();
    let Some(present) =
        present.filter(|present| memo.open.is_positive() && memo.is_anothers(&account, &present.customer))
    else {
        return Ok(None);
    };
    let owner = memo_customer(memo, &account).map_or_else(String::new, |owner| owner.to_string());
    Ok(Some(Exception {
        exception: ExceptionKind::OtherCustomer,
        payer_account_id: payer.clone(),
        period: None,
        member_account_id: Some(member.clone()),
        memo_number: Some(memo.number.clone()),
        credit_id: memo.credit.clone(),
        currency: memo.currency.to_string(),
        amount: memo.open.to_exact(),
        age_days: age(present.from, today),
        message: format!(
            "the memo is {owner}'s and the account {}'s since {}: refund it, or reassign it with consent",
            present.customer, present.from
        ),
    }))
}

fn moved(one: InTransit, today: NaiveDate) -> Exception {
    Exception {
        exception: ExceptionKind::InTransit,
        payer_account_id: one.payer,
        period: None,
        member_account_id: Some(one.member),
        memo_number: Some(one.memo.number),
        credit_id: one.memo.credit,
        currency: one.memo.currency.to_string(),
        amount: one.left.amount.to_exact(),
        age_days: age(one.left.effective, today),
        message: format!(
            "it left the memo for account {} of payer {} and has not arrived: the next bill, close or act by hand \
             brings it there",
            one.left.to_member, one.left.to_payer
        ),
    }
}

pub(crate) fn age(since: NaiveDate, today: NaiveDate) -> Option<i64> {
    Some((today - since).num_days().max(0))
}

fn of_memo(
    payer: &PayerAccountId,
    member: &MemberAccountId,
    memos: &MemberMemos,
    memo: &CreditMemo,
    today: NaiveDate,
    found: &mut Vec<Exception>,
) {
    let ended = memo.usable_until.max(memo.end_date).filter(|end| *end < today);
    let mut note = |exception: ExceptionKind, amount: Exact, age_days: Option<i64>, message: String| {
        if amount.is_positive() {
            found.push(Exception {
                exception,
                payer_account_id: payer.clone(),
                period: None,
                member_account_id: Some(member.clone()),
                memo_number: Some(memo.number.clone()),
                credit_id: memo.credit.clone(),
                currency: memo.currency.to_string(),
                amount,
                age_days,
                message,
            });
        }
    };
    let is_its = |credit: &&UpstreamCreditId| memos.of_credit(credit).is_some_and(|of| of.number == memo.number);
    let shortfall = memo.credit.as_ref().filter(is_its);
    if let Some(shortfall) = shortfall.and_then(|credit| memos.shortfalls.get(credit)) {
        let message = "AWS gives less of the credit than the customer was given: claim it, or bear it".to_owned();
        note(ExceptionKind::UpstreamShortfall, shortfall.to_exact(), None, message);
    }
    for (period, amount) in &memo.surplus {
        let message = format!(
            "AWS applied this of {period} beyond what any memo of the credit may have: adjust the memo, or keep it"
        );
        note(ExceptionKind::UpstreamSurplus, *amount, age(period.last_day(), today), message);
    }
    if memo.funded.is_negative() {
        let message = "AWS took back more than it ever applied: ask AWS".to_owned();
        note(ExceptionKind::NegativeFunding, memo.funded.abs(), None, message);
    }
    let message = format!("{} was given ahead of AWS, which has applied {}", memo.applied + memo.refunded, memo.funded);
    note(ExceptionKind::Exposure, memo.exposure().to_exact(), None, message);
    let Some(end) = ended else { return };
    let never_funded = memo.lapsed_unfunded();
    let message = format!("AWS never applied this part by {end}: decide whether the customer is still owed it");
    note(ExceptionKind::UnfundedLapse, never_funded.to_exact(), age(end, today), message);
    let message = format!("the memo ended on {end} and AWS has paid for this part: refund it, or let it be drawn");
    note(ExceptionKind::FundedOpen, memo.funded_balance().to_exact(), age(end, today), message);
}

/// Months in which AWS's history of a credit and the bill's lines differ. A month or a credit that the
/// history does not name is not compared: what is missing is not nothing.
pub(crate) fn history_differences(
    payer: &PayerAccountId,
    id: &UpstreamCreditId,
    credit: &UpstreamCreditState,
    today: NaiveDate,
) -> Result<Vec<Exception>, Failure> {
    let mut found = Vec::new();
    for (period, observed) in &credit.history {
        let on_bill = match credit.applications.get(period) {
            Some(applied) => applied.amount.checked_add(applied.beyond_face)?,
            None => Exact::ZERO,
        };
        let difference = observed.amount.checked_sub(on_bill)?;
        if difference.is_zero() {
            continue;
        }
        let estimated = if observed.is_estimated() { " (estimated)" } else { "" };
        found.push(Exception {
            exception: ExceptionKind::HistoryDifference,
            payer_account_id: payer.clone(),
            period: Some(*period),
            member_account_id: credit.owner_in(*period).cloned(),
            memo_number: None,
            credit_id: Some(id.clone()),
            currency: observed.currency.to_string(),
            amount: difference,
            age_days: age(period.last_day(), today),
            message: format!(
                "AWS's history has {}{estimated} and its bill {on_bill}: see credits show {id} and credits suspense",
                observed.amount
            ),
        });
    }
    Ok(found)
}
