//! The program against the second books, and the invariants of rule book B that need no second
//! books: what must hold after every step of any story.

use std::collections::BTreeMap;

use domain::{
    billing::PeriodStatus,
    ids::{MemberAccountId, PayerAccountId},
    memo::CreditMemo,
    period::BillingPeriod,
};
use projector::{Until, audit, differences, replay};
use read_model::{ReadModel, WhatToFold};

use crate::{
    bookkeeper::{Books, Status},
    memo::Memo,
    paper::{MEMBERS, PAYER, name},
    program::Program,
    steps::{Cents, Month},
};

pub(crate) fn payer() -> PayerAccountId {
    PayerAccountId::parse(PAYER).unwrap()
}

pub(crate) fn member(at: usize) -> MemberAccountId {
    MemberAccountId::parse(MEMBERS[at]).unwrap()
}

pub(crate) fn period(month: Month) -> BillingPeriod {
    BillingPeriod::parse(&name(month)).unwrap()
}

/// Everything that a statement or document said once it was out, as bytes.
#[derive(Default)]
pub(crate) struct Issued {
    documents: BTreeMap<String, String>,
    statements: BTreeMap<(Month, usize), String>,
}

/// Every balance of every memo is the same on both sides.
pub(crate) fn balances(model: &ReadModel, books: &Books) {
    let mut found: Vec<String> = Vec::new();
    for ((_, owner), memos) in model.all_memos().unwrap() {
        found.extend(memos.memos.values().map(|memo| row_of_program(owner.as_str(), memo)));
    }
    let mut kept: Vec<String> = books.memos.iter().map(row_of_books).collect();
    found.sort();
    kept.sort();
    assert_eq!(found, kept, "the program (left) and the second books (right) differ");
}

fn row_of_program(owner: &str, memo: &CreditMemo) -> String {
    let cents = |amount: money::Money| amount.units();
    row(
        owner,
        memo.ordinal as usize,
        [memo.face, memo.open, memo.applied, memo.expired, memo.written_off, memo.refunded, memo.reassigned_out]
            .map(cents),
        micros(memo.funded),
        [memo.funded_balance(), memo.unfunded_balance()].map(cents),
    )
}

fn row_of_books(memo: &Memo) -> String {
    let cents = |amount: Cents| i128::from(amount);
    row(
        MEMBERS[memo.member],
        memo.ordinal,
        [memo.face, memo.open(), memo.applied(), memo.expired, memo.written_off, memo.refunded, memo.moved_out]
            .map(cents),
        memo.funded().into(),
        [memo.funded_open(), memo.unfunded_open()].map(cents),
    )
}

/// Millionths: no story has finer amounts.
fn micros(exact: money::Exact) -> i128 {
    let (digits, places) = exact.to_parts();
    digits * 10_i128.pow(6 - places)
}

fn row(owner: &str, ordinal: usize, parts: [i128; 7], funded: i128, open: [i128; 2]) -> String {
    let [face, balance, applied, expired, written_off, refunded, moved] = parts;
    format!(
        "{owner}-{ordinal}: face {face} = open {balance} + applied {applied} + expired {expired} + written off \
         {written_off} + refunded {refunded} + reassigned {moved}; funded {funded} millionths, of open {} and not {}",
        open[0], open[1]
    )
}

/// The statements of a month that was just billed say what the second books say of its charges and
/// draws, and carry on where the former ended.
pub(crate) fn statements(model: &ReadModel, books: &Books, month: Month) {
    let rounding = books.chosen(month).rounding;
    for (at, id) in MEMBERS.iter().enumerate() {
        let of_member = model.statements(&payer(), &member(at)).unwrap();
        let Some(stored) = of_member.iter().find(|stored| stored.statement.period == period(month)) else { continue };
        let statement = &stored.statement;
        assert!(statement.foots(), "{statement:#?}");
        let gross = crate::paying::rounded(books.charges(at, month).gross(), rounding);
        assert_eq!(statement.gross.units(), i128::from(gross), "gross of {id} in {month}");
        let drawn: Cents = books.memos.iter().filter(|memo| memo.member == at).map(|memo| memo.paid_for(month)).sum();
        assert_eq!(statement.applied.units(), i128::from(drawn), "applied of {id} in {month}");
        let corrected: i128 = statement.earlier_periods.iter().map(|one| one.due.units()).sum();
        assert_eq!(statement.due.units(), i128::from(gross - drawn) + corrected, "due of {id} in {month}");
    }
}

/// What holds of any log.
pub(crate) async fn invariants(program: &Program, books: &Books, issued: &mut Issued) {
    let model = &program.office.model;
    for memos in model.all_memos().unwrap().values() {
        for memo in memos.memos.values() {
            assert!(memo.conserves(), "{memo:#?}");
        }
    }
    for (month, book) in &books.months {
        let state = model.billing(&payer(), period(*month)).unwrap();
        let status = match book.status {
            Status::Open => PeriodStatus::Open,
            Status::Waived => PeriodStatus::Waived,
            Status::Closed => PeriodStatus::Closed,
        };
        assert_eq!(state.status, status, "status of {}", name(*month));
        let suspense = model.suspense(&payer(), period(*month)).unwrap().total().unwrap();
        assert_eq!(micros(suspense), i128::from(book.suspense), "suspense of {}", name(*month));
        if let Some(reconciled) = memo_keeper::reconcile(model, &payer(), period(*month)).unwrap() {
            assert!(reconciled.residual.is_zero(), "{} does not tie: {reconciled:#?}", name(*month));
        }
        for (number, header) in &state.documents {
            let text = serde_json::to_string(header).unwrap();
            let before = issued.documents.entry(number.to_string()).or_insert_with(|| text.clone());
            assert_eq!(*before, text, "document {number} changed");
        }
        for (at, id) in MEMBERS.iter().enumerate() {
            let Some(stored) = model.statement(&payer(), &member(at), period(*month)).unwrap() else { continue };
            if book.status == Status::Closed {
                let text = serde_json::to_string(&stored.statement).unwrap();
                let before = issued.statements.entry((*month, at)).or_insert_with(|| text.clone());
                assert_eq!(*before, text, "the statement of {id} for closed {} changed", name(*month));
            } else {
                issued.statements.remove(&(*month, at));
            }
        }
    }
    let known = books.months.keys().map(|month| model.billing(&payer(), period(*month)).unwrap().documents.len());
    assert_eq!(known.sum::<usize>(), issued.documents.len(), "a document vanished, or a number was given twice");
}

/// The log alone makes the same of every memo, and the audit finds nothing.
pub(crate) async fn replays(program: &Program) {
    let report = replay(&program.log, Until::Head, WhatToFold::Balances).await.unwrap();
    let found = differences(&report.model, &program.office.model).unwrap();
    assert!(found.is_empty(), "the log makes other balances: {found:#?}");
    let audited = audit(&program.log, &program.office.model, None).await.unwrap();
    let broken: Vec<_> = audited.checks.iter().filter(|check| !check.holds).collect();
    assert!(broken.is_empty(), "{broken:#?}");
}

/// Gone through once more under its own policies, nothing of it is another.
pub(crate) async fn is_the_same_decided_again(program: &Program) {
    let same =
        memo_keeper::what_if(&program.office, &|policies| Ok(policies.clone()), None, |office, payer, period| {
            Box::pin(async move {
                match period {
                    Some(period) => upstream_credits::attribute_period(office, payer, period).await,
                    None => upstream_credits::attribute_payer(office, payer).await,
                }
            })
        })
        .await
        .unwrap();
    assert!(same.rows.is_empty(), "decided again it is another: {:#?}", same.rows);
}
