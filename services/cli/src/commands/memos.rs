//! `memos list` and `memos show`.

use domain::{
    ids::{MemberAccountId, MemoNumber, PayerAccountId},
    memo::{CreditMemo, expiry_in_words},
    period::BillingPeriod,
};
use projector::row_of;
use service_kit::{BackOffice, Failure};

use super::rows::{MemoEntryRow, MemoRow};
use crate::{args::Global, output};

fn row(
    office: &BackOffice,
    payer: &PayerAccountId,
    member: &MemberAccountId,
    memo: &CreditMemo,
    entries: Vec<MemoEntryRow>,
) -> Result<MemoRow, Failure> {
    let account = office.model.member_account(payer, member)?;
    Ok(MemoRow {
        balance: row_of(payer, member, &account, memo, office.clock.today()),
        description: memo.description.clone(),
        program: memo.program.clone(),
        start_date: memo.start_date,
        services: memo.terms.services.clone(),
        excluded_services: memo.terms.excluded_services.clone(),
        regions: memo.terms.regions.clone(),
        covers_tax: memo.terms.covers_tax,
        monthly_cap: memo.terms.monthly_cap,
        expiry_rule: expiry_rule(office, payer, memo)?,
        funded_amount: memo.funded,
        exposure: memo.exposure(),
        entries,
    })
}

/// By the policies of the month that it ends in.
fn expiry_rule(office: &BackOffice, payer: &PayerAccountId, memo: &CreditMemo) -> Result<String, Failure> {
    let end = memo.usable_until.max(memo.end_date);
    let Some(ends_in) = end.map(BillingPeriod::containing) else { return Ok(String::new()) };
    Ok(expiry_in_words(&office.model.policies(payer, ends_in)?, end))
}

/// Lists memos.
pub(crate) fn memos_list(
    global: &Global,
    office: &BackOffice,
    payer: Option<&PayerAccountId>,
    account: Option<&MemberAccountId>,
) -> Result<(), Failure> {
    let mut rows = Vec::new();
    for ((of_payer, member), memos) in office.model.all_memos()? {
        if payer.is_some_and(|payer| *payer != of_payer) || account.is_some_and(|account| *account != member) {
            continue;
        }
        for memo in memos.in_order_of_issue() {
            rows.push(row(office, &of_payer, &member, memo, Vec::new())?);
        }
    }
    output::print_rows(
        global.output,
        &rows,
        &[
            "memo_number",
            "customer",
            "description",
            "currency",
            "face_amount",
            "applied_amount",
            "expired_amount",
            "open_balance",
            "funded_balance",
            "end_date",
            "status",
        ],
    )
}

/// Shows a memo with everything that happened to it.
pub(crate) fn memos_show(global: &Global, office: &BackOffice, number: &MemoNumber) -> Result<(), Failure> {
    for ((payer, member), memos) in office.model.all_memos()? {
        let Some(memo) = memos.memos.get(number) else { continue };
        let entries = office
            .model
            .memo_entries(&payer, &member)?
            .into_iter()
            .filter(|entry| entry.memo == *number)
            .map(|entry| MemoEntryRow {
                position: entry.sequence,
                effective: entry.effective,
                recorded: entry.recorded,
                issued: entry.face,
                applied: entry.applied,
                expired: entry.expired,
                other: -(entry.written_off + entry.refunded + entry.reassigned_out),
                funded: entry.funded,
            })
            .collect();
        return output::print_object(global.output, &row(office, &payer, &member, memo, entries)?);
    }
    Err(Failure::failed("CM0121", format!("no memo {number} is known: see memos list")))
}
