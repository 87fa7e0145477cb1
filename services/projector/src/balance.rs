//! Balances of funds, one row a memo: as they stand, or as of either date.

use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    account::MemberAccountState,
    ids::{MemberAccountId, MemoNumber, PayerAccountId, UpstreamCreditId},
    memo::{CreditMemo, MemoStatus},
};
use money::Money;
use read_model::{ReadModel, as_of};
use schemars::JsonSchema;
use serde::Serialize;
use service_kit::Failure;

/// The dates a balance is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct AsOf {
    /// What counts by the end of this day.
    pub effective: Option<NaiveDate>,
    /// What was recorded at or before this time.
    pub recorded: Option<DateTime<Utc>>,
}

/// The balance of a memo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BalanceRow {
    /// The payer.
    pub payer_account_id: PayerAccountId,
    /// The owner.
    pub member_account_id: MemberAccountId,
    /// Its customer; blank while the account is unassigned.
    pub customer: String,
    /// Its PO number.
    pub po_number: String,
    /// The memo.
    pub memo_number: MemoNumber,
    /// The upstream credit.
    pub credit_id: Option<UpstreamCreditId>,
    /// The currency of all amounts.
    pub currency: String,
    /// What it was issued at.
    pub face_amount: Money,
    /// Paid for the account's charges.
    pub applied_amount: Money,
    /// Lapsed and expired.
    pub expired_amount: Money,
    /// Written off.
    pub written_off_amount: Money,
    /// Paid out.
    pub refunded_amount: Money,
    /// Gone to other memos.
    pub reassigned_amount: Money,
    /// The balance of funds.
    pub open_balance: Money,
    /// The part of it that AWS has taken off the payer's bill.
    pub funded_balance: Money,
    /// The part of it that AWS has not.
    pub unfunded_balance: Money,
    /// The last day.
    pub end_date: Option<NaiveDate>,
    /// Where it stands.
    pub status: MemoStatus,
}

/// The balances of a payer's or account's memos, exhausted and expired ones too.
///
/// # Errors
/// [`Failure`].
pub fn balance_rows(
    model: &ReadModel,
    payer: Option<&PayerAccountId>,
    member: Option<&MemberAccountId>,
    at: AsOf,
    today: NaiveDate,
) -> Result<Vec<BalanceRow>, Failure> {
    let mut rows = Vec::new();
    for (of_payer, of_member) in model.memo_owners(payer)? {
        if member.is_some_and(|member| *member != of_member) {
            continue;
        }
        let memos = model.memos(&of_payer, &of_member)?;
        let account = model.member_account(&of_payer, &of_member)?;
        let shown: Vec<CreditMemo> = if at.effective.is_none() && at.recorded.is_none() {
            memos.in_order_of_issue().into_iter().cloned().collect()
        } else {
            let entries = model.memo_entries(&of_payer, &of_member)?;
            as_of(&memos.memos, &entries, at.effective, at.recorded)?
        };
        let day = at.effective.or(at.recorded.map(|time| time.date_naive())).unwrap_or(today);
        rows.extend(shown.iter().map(|memo| row_of(&of_payer, &of_member, &account, memo, day)));
    }
    Ok(rows)
}

/// The row of a memo. The customer and PO number are those of the day, else the last known ones.
pub fn row_of(
    payer: &PayerAccountId,
    member: &MemberAccountId,
    account: &MemberAccountState,
    memo: &CreditMemo,
    day: NaiveDate,
) -> BalanceRow {
    let begun = || account.assignments().filter(|one| one.from <= day).last();
    let assignment = account.on(day).or_else(begun).or_else(|| account.assignments().next());
    let (customer, po_number) = match (&memo.assigned_to, assignment) {
        (Some((customer, po_number)), _) => (customer.to_string(), po_number.to_string()),
        (None, Some(assignment)) => (assignment.customer.to_string(), assignment.po_number.to_string()),
        (None, None) => (String::new(), String::new()),
    };
    BalanceRow {
        payer_account_id: payer.clone(),
        member_account_id: member.clone(),
        customer,
        po_number,
        memo_number: memo.number.clone(),
        credit_id: memo.credit.clone(),
        currency: memo.currency.to_string(),
        face_amount: memo.face,
        applied_amount: memo.applied,
        expired_amount: memo.expired,
        written_off_amount: memo.written_off,
        refunded_amount: memo.refunded,
        reassigned_amount: memo.reassigned_out,
        open_balance: memo.open,
        funded_balance: memo.funded_balance(),
        unfunded_balance: memo.unfunded_balance(),
        end_date: memo.end_date,
        status: memo.status(),
    }
}
