//! Rows of accounts, policies and memos.

use domain::{ids::PayerAccountId, policy::PolicyHistory};
use read_model::ReadModel;
use service_kit::Failure;

use super::cell::{Cell, row, word};

pub(super) fn accounts(model: &ReadModel) -> Result<Vec<Vec<Cell>>, Failure> {
    let mut rows = Vec::new();
    for ((payer, member), state) in model.member_accounts()? {
        rows.extend(state.assignments().map(|one| {
            row![payer.as_str(), member.as_str(), one.customer.as_str(), one.po_number.as_str(), one.from, one.to]
        }));
    }
    Ok(rows)
}

pub(super) fn policies(model: &ReadModel) -> Result<Vec<Vec<Cell>>, Failure> {
    let mut rows = policy_rows(None, &model.policy_history(None)?);
    for payer in model.payers()? {
        rows.extend(policy_rows(Some(&payer), &model.policy_history(Some(&payer))?));
    }
    Ok(rows)
}

fn policy_rows(payer: Option<&PayerAccountId>, history: &PolicyHistory) -> Vec<Vec<Cell>> {
    let row = |adopted: &domain::policy::PolicyAdopted| {
        row![
            payer.map(PayerAccountId::as_str),
            adopted.from.map(|period| period.to_string()),
            adopted.hash.to_string(),
            serde_json::to_string(&adopted.policies).ok(),
        ]
    };
    history.adoptions().iter().map(row).collect()
}

pub(super) fn memos(model: &ReadModel) -> Result<Vec<Vec<Cell>>, Failure> {
    let mut rows = Vec::new();
    for ((payer, member), memos) in model.all_memos()? {
        let account = model.member_account(&payer, &member)?;
        for memo in memos.in_order_of_issue() {
            let latest = account.assignments().last();
            let (customer, po_number) = match (&memo.assigned_to, latest) {
                (Some((customer, po_number)), _) => (customer.to_string(), po_number.to_string()),
                (None, Some(one)) => (one.customer.to_string(), one.po_number.to_string()),
                (None, None) => Default::default(),
            };
            rows.push(row![
                payer.as_str(),
                member.as_str(),
                customer,
                po_number,
                memo.number.as_str(),
                memo.credit.as_ref().map(|credit| credit.as_str()),
                memo.description.as_str(),
                memo.program.as_str(),
                memo.currency.to_string(),
                word(memo.basis),
                memo.start_date,
                memo.end_date,
                memo.face,
                memo.applied,
                memo.expired,
                memo.written_off,
                memo.refunded,
                memo.reassigned_out,
                memo.open,
                memo.funded_balance(),
                memo.unfunded_balance(),
                memo.funded,
                memo.exposure(),
                word(memo.status()),
            ]);
        }
    }
    Ok(rows)
}

pub(super) fn memo_entries(model: &ReadModel) -> Result<Vec<Vec<Cell>>, Failure> {
    let mut rows = Vec::new();
    for ((payer, member), memos) in model.all_memos()? {
        for entry in model.memo_entries(&payer, &member)? {
            rows.push(row![
                payer.as_str(),
                member.as_str(),
                entry.memo.as_str(),
                memos.currency_of(&entry.memo).map(|currency| currency.to_string()),
                entry.sequence,
                entry.effective,
                entry.recorded,
                entry.face,
                entry.applied,
                entry.expired,
                entry.written_off,
                entry.refunded,
                entry.reassigned_out,
                entry.funded,
            ]);
        }
    }
    Ok(rows)
}
