//! Whose an account is on a day.

use chrono::NaiveDate;
use domain::{
    account::MemberAccountState,
    ids::{MemberAccountId, PayerAccountId},
};
use read_model::ReadModel;
use service_kit::Failure;

use crate::filter::Filter;

/// The customer and PO number of an account on a day, else the last known ones; blank while it is unassigned.
pub(crate) fn customer_on(account: &MemberAccountState, day: NaiveDate) -> (String, String) {
    let begun = || account.assignments().filter(|one| one.from <= day).last();
    let assignment = account.on(day).or_else(begun).or_else(|| account.assignments().next());
    assignment.map_or_else(Default::default, |one| (one.customer.to_string(), one.po_number.to_string()))
}

/// Whether an account is one that is asked for. Its customer is read only where the filter names one.
pub(crate) fn takes_member(
    model: &ReadModel,
    filter: &Filter,
    payer: &PayerAccountId,
    member: &MemberAccountId,
    day: NaiveDate,
) -> Result<bool, Failure> {
    if !filter.takes_account(payer, member) {
        return Ok(false);
    }
    if !filter.asks_customer() {
        return Ok(true);
    }
    let (customer, po_number) = customer_on(&model.member_account(payer, member)?, day);
    Ok(filter.takes_customer(&customer, &po_number))
}
