//! Balances of funds, one row a memo: as they stand, or as of either date.

use chrono::NaiveDate;
use domain::{
    account::MemberAccountState,
    ids::{MemberAccountId, MemoNumber, PayerAccountId, UpstreamCreditId},
    memo::{CreditMemo, MemoStatus},
};
use money::Money;
use read_model::as_of;
use schemars::JsonSchema;
use serde::Serialize;
use service_kit::Failure;
use wire::StreamName;

use crate::{books::Books, customers::customer_on, filter::Filter, point_in_time::PointInTime, words::word_of};

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

const STREAMS: [StreamName; 2] = [StreamName::Accounts, StreamName::Memos];

/// The balances of memos, exhausted and expired ones too, in order of payer, account and issue.
///
/// # Errors
/// [`Failure`].
pub async fn balance(books: &Books<'_>, at: PointInTime, filter: &Filter) -> Result<Vec<BalanceRow>, Failure> {
    let model = books.known(at.recorded, &STREAMS).await?;
    let day = at.day(books.today);
    let mut rows = Vec::new();
    for (payer, member) in model.memo_owners(filter.payer.as_ref())? {
        if !filter.takes_account(&payer, &member) {
            continue;
        }
        let memos = model.memos(&payer, &member)?;
        let account = model.member_account(&payer, &member)?;
        let shown: Vec<CreditMemo> = if at == PointInTime::default() {
            memos.in_order_of_issue().into_iter().cloned().collect()
        } else {
            let entries = model.memo_entries(&payer, &member)?;
            as_of(&memos.memos, &entries, at.effective, at.recorded)?
        };
        let balances = shown.iter().map(|memo| balance_of(&payer, &member, &account, memo, day));
        rows.extend(balances.filter(|row| row.is_asked(filter)));
    }
    Ok(rows)
}

impl BalanceRow {
    /// Whether its customer, PO number and status are asked for.
    pub(crate) fn is_asked(&self, filter: &Filter) -> bool {
        filter.takes_customer(&self.customer, &self.po_number) && filter.takes_status(&word_of(&self.status))
    }
}

/// The row of a memo. The customer and PO number are those of the day, else the last known ones.
pub fn balance_of(
    payer: &PayerAccountId,
    member: &MemberAccountId,
    account: &MemberAccountState,
    memo: &CreditMemo,
    day: NaiveDate,
) -> BalanceRow {
    let (customer, po_number) = match &memo.assigned_to {
        Some((customer, po_number)) => (customer.to_string(), po_number.to_string()),
        None => customer_on(account, day),
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
