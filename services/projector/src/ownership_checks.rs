//! The audit of ownership (rule book D5): a memo paid its own customer's charges only.

use domain::memo::CreditMemo;
use read_model::ReadModel;
use service_kit::Failure;

use crate::audit_check::{AllMemos, AuditCheck, check};

/// The statement of each month that a memo paid went to the memo's customer. A memo that was reassigned has
/// been two customers', so it is not looked at here: its reassignment says who it was.
pub(crate) fn memos_paid_their_customers(model: &ReadModel, memos: &AllMemos) -> Result<AuditCheck, Failure> {
    let (mut findings, mut looked_at) = (Vec::new(), 0);
    for ((payer, member), memos) in memos {
        let is_one_customers = |memo: &&CreditMemo| memo.assigned_to.is_none() && !memo.applications.is_empty();
        for memo in memos.memos.values().filter(is_one_customers) {
            let Some(customer) = &memo.customer else { continue };
            for period in memo.applications.keys() {
                looked_at += 1;
                let stored = model.statement(payer, member, *period)?;
                let Some(charged) = stored.map(|stored| stored.statement.customer) else { continue };
                if charged != *customer && !charged.is_blank() {
                    findings.push(format!("{} is {customer}'s, and paid {period} of {charged}", memo.number));
                }
            }
        }
    }
    Ok(check("memos paid their own customers' charges", looked_at, "months that memos paid", findings))
}
