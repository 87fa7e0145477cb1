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

#[cfg(test)]
mod tests {
    use super::{
        super::sample::{assign, member, memo, month, payer_month},
        *,
    };

    /// The last statement's customer and PO number, those of February, and what moves.
    #[test]
    fn n22_w12_the_open_balance_follows_the_po_number_of_the_same_customer() {
        use AssignmentKey::{MemberAccount, PoNumber};
        let cases = [
            ("another PO number", PoNumber, Some(("acme", "PO-A")), ("acme", "PO-B"), Some("900.00")),
            ("the same PO number", PoNumber, Some(("acme", "PO-A")), ("acme", "PO-A"), None),
            ("another customer", PoNumber, Some(("acme", "PO-A")), ("other", "PO-B"), None),
            ("no statement before", PoNumber, None, ("acme", "PO-B"), None),
            ("balances go by account", MemberAccount, Some(("acme", "PO-A")), ("acme", "PO-B"), None),
        ];
        for (what, key, before, (customer, po_number), expected) in cases {
            let mut february = payer_month(month(2));
            february.policies.assignment_key = key;
            let mut member = member(memo("900.00"), Vec::new(), Vec::new());
            assign(&mut member.own, customer, po_number, 2);
            member.last_assigned = before.map(|(customer, po_number)| (customer.into(), po_number.into()));
            let facts = reassign_to_present_po(&february, &member, month(3).first_day()).unwrap();
            let moved: Vec<String> = facts
                .iter()
                .map(|fact| match fact {
                    MemoFact::PoReassigned(moved) => moved.amount.to_string(),
                    other => panic!("{other:?}"),
                })
                .collect();
            assert_eq!(moved, expected.into_iter().collect::<Vec<_>>(), "{what}");
        }
    }
}
