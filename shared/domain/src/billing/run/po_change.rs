//! A change of PO number or customer (rule book N22, W12): the open balance goes to the PO number that
//! the account has at processing, as long as the customer is the same. To another customer nothing
//! moves by itself.

use chrono::NaiveDate;

use super::{MemberInputs, PayerMonth};
use crate::{
    memo::{HandRefusal, MemoFact, ReassignPo},
    policy::AssignmentKey,
};

/// Decides the move of an account's open balances to its present PO number.
///
/// # Errors
/// [`HandRefusal`].
pub(super) fn reassign_to_present_po(
    of: &PayerMonth,
    member: &MemberInputs,
    processed_on: NaiveDate,
) -> Result<Vec<MemoFact>, HandRefusal> {
    if of.policies.assignment_key == AssignmentKey::MemberAccount {
        return Ok(Vec::new());
    }
    let present = member.own.account.for_processing(of.period, processed_on);
    let Some((present, (customer, po_number))) = present.zip(member.last_assigned.as_ref()) else {
        return Ok(Vec::new());
    };
    if *customer != present.customer || *po_number == present.po_number {
        return Ok(Vec::new());
    }
    let memos = &member.own.memos;
    let mut facts = Vec::new();
    for memo in memos.in_order_of_issue().into_iter().filter(|memo| memo.open.is_positive()) {
        let command = ReassignPo {
            memo: memo.number.clone(),
            customer: present.customer.clone(),
            po_number: present.po_number.clone(),
            from: (customer.clone(), po_number.clone()),
            effective: of.period.first_day(),
            posting: of.period,
        };
        facts.extend(memos.decide_reassign_po(&command)?);
    }
    Ok(facts)
}
