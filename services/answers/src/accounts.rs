//! Member accounts: whose they are from when on, and those that no import names.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;
use service_kit::Failure;
use wire::StreamName;

use crate::{books::Books, filter::Filter, point_in_time::PointInTime};

const STREAMS: [StreamName; 3] = [StreamName::Accounts, StreamName::Usage, StreamName::Memos];

/// A member account's assignment.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct AccountRow {
    /// The payer.
    pub payer_account_id: String,
    /// The account.
    pub member_account_id: String,
    /// Its customer; blank for an account that only a bill or a credit names.
    pub customer: String,
    /// The PO number on its documents.
    pub po_number: String,
    /// The first day.
    pub from: Option<NaiveDate>,
    /// The day after the last.
    pub to: Option<NaiveDate>,
    /// Whether an import names it.
    pub assigned: bool,
}

/// Assignments in order of payer, account and first day; on a day, the one that is in force. The status is
/// `assigned` or `unassigned`.
///
/// # Errors
/// [`Failure`].
pub async fn accounts(books: &Books<'_>, at: PointInTime, filter: &Filter) -> Result<Vec<AccountRow>, Failure> {
    let model = books.known(at.recorded, &STREAMS).await?;
    let accounts = model.member_accounts()?;
    let mut rows = Vec::new();
    for ((payer, member), account) in accounts.iter().filter(|((payer, member), _)| filter.takes_account(payer, member))
    {
        let in_force = at.effective.map(|day| account.on(day).map(|one| one.from));
        for assignment in account.assignments() {
            if in_force.is_some_and(|from| from != Some(assignment.from)) {
                continue;
            }
            rows.push(AccountRow {
                payer_account_id: payer.to_string(),
                member_account_id: member.to_string(),
                customer: assignment.customer.to_string(),
                po_number: assignment.po_number.to_string(),
                from: Some(assignment.from),
                to: assignment.to,
                assigned: true,
            });
        }
    }
    let seen = model.members_with_statements()?.into_iter().filter(|key| !accounts.contains_key(key));
    for (payer, member) in seen.filter(|(payer, member)| filter.takes_account(payer, member)) {
        rows.push(AccountRow {
            payer_account_id: payer.to_string(),
            member_account_id: member.to_string(),
            customer: String::new(),
            po_number: String::new(),
            from: None,
            to: None,
            assigned: false,
        });
    }
    rows.retain(|row| {
        filter.takes_customer(&row.customer, &row.po_number)
            && filter.takes_status(if row.assigned { "assigned" } else { "unassigned" })
    });
    rows.sort_by(|a, b| {
        (&a.payer_account_id, &a.member_account_id, a.from).cmp(&(&b.payer_account_id, &b.member_account_id, b.from))
    });
    Ok(rows)
}
