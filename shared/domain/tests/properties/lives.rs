//! Random lives of memos: whatever happens in whatever order, a memo's parts add up to its face,
//! every fact states the balances that the facts before it make, and deciding again what stands
//! records nothing (rule book, "The conservation law").
//!
//! The law is checked against a ledger of whole cents that only adds what the facts say.

use std::collections::BTreeMap;

use domain::{
    ids::MemoNumber,
    memo::{
        AdjustMemo, CreditMemo, EndUnfunded, ExpireMemo, FundMemo, FundingFromCredit, IssueMemo, LapseAtClose,
        MemberMemos, MemoFact, PastEnd, ReassignPo, RefundMemo, ReinstateMemo, ReviseMemos, TransferMemo,
        WriteOffCause, WriteOffMemo,
    },
    policy::{MemoBasis, Policies},
    rating::RatedCharge,
};
use money::{Currency, Money};
use proptest::{collection::vec, option, prelude::*};

use crate::books::Books;
use crate::builders::{
    any_charges, any_issues, any_policies, cents, correct, draw, fine, fold, hash, issue, member, month_of_2019, payer,
    rated,
};

/// Something that happens to an account; memos and months are taken modulo what there is.
#[derive(Debug, Clone)]
enum Act {
    Issue(Box<IssueMemo>),
    Fund { memo: usize, month: u32, attributed_fine: i64 },
    Draw { month: u32, charges: Vec<RatedCharge> },
    Correct { month: u32, charges: Vec<RatedCharge> },
    Close { month: u32 },
    Expire { memo: usize, cents: Option<i64> },
    WriteOff { memo: usize, cents: Option<i64> },
    Refund { memo: usize, cents: Option<i64> },
    Adjust { memo: usize, cents: i64 },
    Transfer { memo: usize, cents: Option<i64> },
    ReassignPo { memo: usize, po: u8 },
    Reinstate { memo: usize, cents: Option<i64> },
    Revise { memo: usize, change_fine: i64 },
    Cancel { memo: usize },
    Leave,
}

const MONTHS: u32 = 9;

fn any_act() -> impl Strategy<Value = Act> {
    let memo = || 0usize..5;
    let month = || 1u32..=MONTHS;
    let part = || option::of(-100i64..30_000);
    prop_oneof![
        2 => (any_issues(1), any::<bool>()).prop_map(|(issues, funded)| {
            let basis = if funded { MemoBasis::Funded } else { MemoBasis::Face };
            Act::Issue(Box::new(IssueMemo { basis, ..issues.into_iter().next().unwrap() }))
        }),
        4 => (memo(), month(), -200_000i64..4_000_000)
            .prop_map(|(memo, month, attributed_fine)| Act::Fund { memo, month, attributed_fine }),
        6 => (month(), any_charges(-3_000)).prop_map(|(month, charges)| Act::Draw { month, charges }),
        3 => (month(), any_charges(-3_000)).prop_map(|(month, charges)| Act::Correct { month, charges }),
        2 => month().prop_map(|month| Act::Close { month }),
        1 => (memo(), part()).prop_map(|(memo, cents)| Act::Expire { memo, cents }),
        1 => (memo(), part()).prop_map(|(memo, cents)| Act::WriteOff { memo, cents }),
        1 => (memo(), part()).prop_map(|(memo, cents)| Act::Refund { memo, cents }),
        1 => (memo(), -10_000i64..10_000).prop_map(|(memo, cents)| Act::Adjust { memo, cents }),
        1 => (memo(), part()).prop_map(|(memo, cents)| Act::Transfer { memo, cents }),
        1 => (memo(), 0u8..3).prop_map(|(memo, po)| Act::ReassignPo { memo, po }),
        1 => (memo(), part()).prop_map(|(memo, cents)| Act::Reinstate { memo, cents }),
        1 => (memo(), -2_000_000i64..2_000_000).prop_map(|(memo, change_fine)| Act::Revise { memo, change_fine }),
        1 => memo().prop_map(|memo| Act::Cancel { memo }),
        1 => Just(Act::Leave),
    ]
}

/// Whole cents by memo, from the facts alone: open balance and face.
#[derive(Default)]
struct CentLedger {
    open: BTreeMap<MemoNumber, i128>,
    face: BTreeMap<MemoNumber, i128>,
    books: Books,
}

impl CentLedger {
    fn record(&mut self, fact: &MemoFact) {
        self.books.post(fact);
        let number = fact.memo().clone();
        let (open, face) = match fact {
            MemoFact::Issued(issued) => (issued.face, issued.face),
            MemoFact::ReassignedIn(came) => (came.issued.face, came.issued.face),
            MemoFact::Opened(opened) => (opened.issued.face - opened.applied_before, opened.issued.face),
            MemoFact::Funded(funded) => (funded.grown, funded.grown),
            MemoFact::Applied(applied) => (-applied.amount, cents(0)),
            MemoFact::Unapplied(back) => (back.amount, cents(0)),
            MemoFact::Lapsed(gone) | MemoFact::Expired(gone) => (-gone.amount, cents(0)),
            MemoFact::WrittenOff(gone) => (-gone.amount, cents(0)),
            MemoFact::Refunded(gone) => (-gone.amount, cents(0)),
            MemoFact::ReassignedOut(gone) => (-gone.amount, cents(0)),
            MemoFact::PoReassigned(_) | MemoFact::Shortfall(_) | MemoFact::Surplus(_) => (cents(0), cents(0)),
            MemoFact::Reinstated(back) => (back.amount, cents(0)),
        };
        let before = self.open.entry(number.clone()).or_default();
        let (stated_before, stated_after) = fact.balances();
        assert_eq!(stated_before.units(), *before, "{fact:?}");
        *before += open.units();
        assert_eq!(stated_after.units(), *before, "{fact:?}");
        *self.face.entry(number).or_default() += face.units();
    }
}

fn check_memo(memo: &CreditMemo, ledger: &CentLedger) {
    let parts = [memo.open, memo.applied, memo.expired, memo.written_off, memo.refunded, memo.reassigned_out];
    assert_eq!(parts.iter().map(|part| part.units()).sum::<i128>(), memo.face.units(), "{memo:?}");
    assert!(parts.iter().all(|part| !part.is_negative()), "a part below zero: {memo:?}");
    assert!(memo.open <= memo.face, "{memo:?}");
    let movements: i128 = memo.movements.values().map(|movement| movement.net().units()).sum();
    assert_eq!(movements, memo.open.units(), "what statements show is not the balance: {memo:?}");
    assert_eq!(ledger.open[&memo.number], memo.open.units());
    assert_eq!(ledger.face[&memo.number], memo.face.units());
    assert_eq!(ledger.books.liability(&memo.number), memo.open.to_exact(), "the journal says otherwise: {memo:?}");
    assert!(memo.applications_tie(Money::zero(Currency::USD)), "{memo:?}");
    assert_eq!(memo.funded_balance() + memo.unfunded_balance(), memo.open);
    assert!(!memo.funded_balance().is_negative() && !memo.unfunded_balance().is_negative());
}

/// An account, and the one that its memos are moved to.
#[derive(Default)]
struct Life {
    home: MemberMemos,
    other: MemberMemos,
    ledger: CentLedger,
    issued: u32,
    transfers: u32,
}

impl Life {
    fn record(&mut self, facts: &[MemoFact]) {
        for fact in facts {
            self.ledger.record(fact);
            self.home.evolve(fact).unwrap_or_else(|fault| panic!("{fault}: {fact:?}"));
            check_memo(&self.home.memos[fact.memo()], &self.ledger);
        }
    }

    fn memo(&self, at: usize) -> Option<CreditMemo> {
        let memos = self.home.in_order_of_issue();
        (!memos.is_empty()).then(|| memos[at % memos.len()].clone())
    }

    fn act(&mut self, act: &Act, policies: &Policies) {
        let posting = month_of_2019(MONTHS + 1);
        let effective = posting.first_day();
        let amount = |part: &Option<i64>| part.map(cents);
        match act {
            Act::Issue(issue) => {
                self.issued += 1;
                let credit = crate::builders::credit_id(&self.issued.to_string());
                let facts = self.home.decide_issue(&IssueMemo { credit: Some(credit), ..(**issue).clone() }).unwrap();
                self.record(&facts);
            }
            Act::Fund { memo, month, attributed_fine } => {
                let Some(credit) = self.memo(*memo).and_then(|memo| memo.credit) else { return };
                let command = FundMemo {
                    credit,
                    funding: FundingFromCredit {
                        period: month_of_2019(*month),
                        attributed: fine(*attributed_fine),
                        delivery: None,
                    },
                    rounding: policies.rounding,
                    first_unissued: None,
                };
                let facts = self.home.decide_fund(&command).unwrap();
                self.record(&facts);
                assert_eq!(self.home.decide_fund(&command).unwrap(), [], "funding again");
            }
            Act::Draw { month, charges } => {
                let month = rated(month_of_2019(*month), charges.clone());
                let facts = draw(&self.home, &month, policies).unwrap().facts;
                self.record(&facts);
                assert_eq!(draw(&self.home, &month, policies).unwrap().facts, [], "drawing again");
            }
            Act::Correct { month, charges } => {
                let month = rated(month_of_2019(*month), charges.clone());
                let facts = correct(&self.home, &month, policies, posting).unwrap().facts;
                self.record(&facts);
            }
            Act::Close { month } => {
                let command = LapseAtClose {
                    closing: month_of_2019(*month),
                    expiry: policies.memo_expiry,
                    policy: &hash(),
                    first_unissued: month_of_2019(*month),
                };
                let facts = self.home.decide_lapse(&command);
                self.record(&facts);
                assert_eq!(self.home.decide_lapse(&command), [], "lapsing again");
            }
            Act::Expire { memo, cents } => {
                let Some(memo) = self.memo(*memo).map(|memo| memo.number) else { return };
                let command = ExpireMemo { memo, amount: amount(cents), effective, posting, policy: hash() };
                let decided = self.home.decide_expire(&command);
                self.record(&decided.unwrap_or_default());
            }
            Act::WriteOff { memo, cents } => {
                let Some(memo) = self.memo(*memo).map(|memo| memo.number) else { return };
                let cause = WriteOffCause::ByHand;
                let command = WriteOffMemo { memo, amount: amount(cents), cause, effective, posting };
                self.record(&self.home.decide_write_off(&command).unwrap_or_default());
            }
            Act::Refund { memo, cents } => {
                let Some(memo) = self.memo(*memo).map(|memo| memo.number) else { return };
                let command = RefundMemo { memo, amount: amount(cents), effective, posting };
                self.record(&self.home.decide_refund(&command).unwrap_or_default());
            }
            Act::Adjust { memo, cents: change } => {
                let Some(memo) = self.memo(*memo).map(|memo| memo.number) else { return };
                let change = cents(*change);
                let command = AdjustMemo {
                    memo,
                    change,
                    effective,
                    posting,
                    policy: hash(),
                    first_unissued: Some(posting),
                    after_upstream_end: false,
                };
                self.record(&self.home.decide_adjust(&command).unwrap_or_default());
            }
            Act::Transfer { memo, cents } => self.transfer(*memo, amount(cents)),
            Act::ReassignPo { memo, po } => {
                let Some(memo) = self.memo(*memo).map(|memo| memo.number) else { return };
                let from = ("acme".into(), "PO-A".into());
                let po_number = format!("PO-{po}").as_str().into();
                let command = ReassignPo { memo, customer: "acme".into(), po_number, from, effective, posting };
                self.record(&self.home.decide_reassign_po(&command).unwrap());
                assert_eq!(self.home.decide_reassign_po(&command).unwrap(), [], "reassigning again");
            }
            Act::Reinstate { memo, cents } => {
                let Some(memo) = self.memo(*memo).map(|memo| memo.number) else { return };
                let past_end = Some(PastEnd::of(policies));
                let command =
                    ReinstateMemo { memo, amount: amount(cents), usable_until: None, effective, posting, past_end };
                self.record(&self.home.decide_reinstate(&command).unwrap_or_default());
            }
            Act::Revise { memo, change_fine } => {
                let Some(credit) = self.memo(*memo).and_then(|memo| memo.credit) else { return };
                let (change, first_unissued) = (fine(*change_fine), Some(posting));
                let command = ReviseMemos { credit, change, effective, policy: hash(), first_unissued };
                self.record(&self.home.decide_revise(&command).unwrap());
                assert_eq!(self.home.decide_revise(&command).unwrap(), [], "revising again");
            }
            Act::Cancel { memo } => {
                let Some(credit) = self.memo(*memo).and_then(|memo| memo.credit) else { return };
                let cause = WriteOffCause::UpstreamCancelled;
                let command = EndUnfunded { credit, cause, effective, posting, until: None, states_shortfall: true };
                self.record(&self.home.decide_end_unfunded(&command).unwrap());
                assert_eq!(self.home.decide_end_unfunded(&command).unwrap(), [], "cancelling again");
            }
            Act::Leave => {
                self.record(&self.home.decide_account_left(effective, posting));
                assert_eq!(self.home.decide_account_left(effective, posting), [], "leaving again");
            }
        }
    }

    /// Both sides of a move: what leaves one account is the face that the other one gets.
    fn transfer(&mut self, at: usize, amount: Option<Money>) {
        let Some(memo) = self.memo(at) else { return };
        self.transfers += 1;
        let posting = month_of_2019(MONTHS + 1);
        let transfer = format!("transfer-{}", self.transfers);
        let command = TransferMemo {
            memo: memo.number.clone(),
            transfer: transfer.clone(),
            to_payer: payer(),
            to_member: member("444455556666"),
            amount,
            unfunded_first: false,
            effective: posting.first_day(),
            posting,
        };
        let Ok((out, face, funded_moved)) = self.home.decide_transfer_out(&command) else { return };
        self.record(std::slice::from_ref(&out));
        let incoming = IssueMemo {
            member: member("444455556666"),
            end_date: None,
            ..issue(&format!("moved-{}", self.transfers), face, None)
        };
        let from = (memo.number, member("111122223333"));
        let came = self.other.decide_transfer_in(&incoming, &transfer, from, funded_moved, false).unwrap();
        fold(&mut self.other, &came);
        let moved = self.other.memos.values().max_by_key(|memo| memo.ordinal).unwrap();
        assert_eq!((moved.open, moved.face, moved.funded), (face, face, funded_moved));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn every_life_conserves_the_face(
        first in any_issues(3), acts in vec(any_act(), 1..25), policies in any_policies(),
    ) {
        let mut life = Life::default();
        for issue in first {
            life.act(&Act::Issue(Box::new(issue)), &policies);
        }
        for act in &acts {
            life.act(act, &policies);
            for memo in life.home.memos.values() {
                check_memo(memo, &life.ledger);
            }
        }
        let came: Money = Money::sum(Currency::USD, life.other.memos.values().map(|memo| memo.face));
        let left = Money::sum(Currency::USD, life.home.memos.values().map(|memo| memo.reassigned_out));
        prop_assert_eq!(came, left, "what left one account is what came to the other");
    }
}

#[test]
fn a_fact_that_states_another_balance_does_not_fold() {
    let mut memos = crate::builders::holding(&[issue("1", cents(100_000), None)]);
    let month = rated(month_of_2019(1), vec![crate::builders::charge("AmazonEC2", "100")]);
    let facts = draw(&memos, &month, &Policies::default()).unwrap().facts;
    fold(&mut memos, &facts);
    assert!(memos.evolve(&facts[0]).is_err(), "the same draw twice does not start from the same balance");
}
