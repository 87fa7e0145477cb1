//! The law of a credit (rule book D1 to D3): what AWS applied has its place, and the last word decides,
//! whatever came first.

use std::collections::BTreeMap;

use domain::{
    memo::{
        FundMemo, FundingFromCredit, LapseAtClose, MemberMemos, MemoFact, ReviseMemos, WriteOffCause, WriteOffMemo,
    },
    policy::MemoExpiry,
};
use money::{Exact, Money, Rounding};
use proptest::prelude::*;

use crate::builders::{cents, credit_id, day, fold, hash, holding, issue, month_of_2019, usd};

const FACE: i64 = 100_000;

/// One thing that is told: a delivery of a month, a list, a closing of the end's month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Month(u32, i64),
    List(i64),
    Close,
}

fn tell(memos: &mut MemberMemos, told: Told) {
    let facts = match told {
        Told::Month(month, applied) => {
            let attributed = cents(applied).to_exact();
            let funding = FundingFromCredit { period: month_of_2019(month), attributed, delivery: None };
            let command =
                FundMemo { credit: credit_id("1"), funding, rounding: Rounding::HalfEven, first_unissued: None };
            memos.decide_fund(&command).unwrap()
        }
        Told::List(face) => {
            let change = cents(face - FACE).to_exact();
            let command = ReviseMemos {
                credit: credit_id("1"),
                change,
                effective: day("2019-02-01"),
                policy: hash(),
                first_unissued: None,
            };
            memos.decide_revise(&command).unwrap()
        }
        Told::Close => {
            let command = LapseAtClose {
                closing: month_of_2019(6),
                expiry: MemoExpiry::UnfundedOnly,
                policy: &hash(),
                first_unissued: month_of_2019(7),
            };
            memos.decide_lapse(&command)
        }
    };
    fold(memos, &facts);
}

/// Funded, open, lapsed, surplus over all memos.
fn sums(memos: &MemberMemos) -> (Exact, Money, Money, Exact) {
    let all = || memos.memos.values();
    let money = |of: fn(&domain::memo::CreditMemo) -> Money| Money::sum(money::Currency::USD, all().map(of));
    let surplus = all().flat_map(|memo| memo.surplus.values().copied());
    (
        Exact::checked_sum(all().map(|memo| memo.funded)).unwrap(),
        money(|memo| memo.open),
        money(|memo| memo.lapsed),
        Exact::checked_sum(surplus).unwrap(),
    )
}

fn write_off(memos: &mut MemberMemos, amount: i64) {
    let memo = memos.in_order_of_issue().first().unwrap().number.clone();
    let command = WriteOffMemo {
        memo,
        amount: Some(cents(amount)),
        cause: WriteOffCause::ByHand,
        effective: day("2019-01-15"),
        posting: month_of_2019(1),
    };
    let facts = memos.decide_write_off(&command).unwrap();
    fold(memos, &facts);
}

fn begun(written_off: i64) -> MemberMemos {
    let mut memos = holding(&[issue("1", cents(FACE), Some("2019-06-30"))]);
    if written_off > 0 {
        write_off(&mut memos, written_off);
    }
    memos
}

/// The same things in another order, with the last word of each month still its last.
fn reordered(told: &[Told], order: &[usize]) -> Vec<Told> {
    let key = |told: &Told| match told {
        Told::Month(month, _) => *month,
        Told::List(_) => 0,
        Told::Close => 99,
    };
    let mut waiting: BTreeMap<u32, std::collections::VecDeque<Told>> = BTreeMap::new();
    for one in told {
        waiting.entry(key(one)).or_default().push_back(*one);
    }
    order.iter().map(|at| waiting.get_mut(&key(&told[*at])).unwrap().pop_front().unwrap()).collect()
}

/// Months with an earlier and a last delivery each.
fn any_months() -> impl Strategy<Value = Vec<Told>> {
    prop::collection::vec((0i64..25_000, 0i64..25_000), 4).prop_map(|months| {
        let numbered = (1u32..).zip(months);
        numbered.flat_map(|(month, (first, last))| [Told::Month(month, first), Told::Month(month, last)]).collect()
    })
}

fn shuffled(told: Vec<Told>) -> impl Strategy<Value = (Vec<Told>, Vec<usize>)> {
    let order: Vec<usize> = (0..told.len()).collect();
    (Just(told), Just(order).prop_shuffle())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn deliveries_before_and_after_the_lapse_end_in_the_same(
        (told, order) in any_months().prop_map(|mut told| { told.push(Told::Close); told }).prop_flat_map(shuffled),
        written_off in prop_oneof![Just(0i64), 1i64..30_000],
    ) {
        let end = |told: Vec<Told>| {
            let mut memos = begun(written_off);
            told.into_iter().for_each(|one| tell(&mut memos, one));
            // The next close settles what a smaller delivery left.
            tell(&mut memos, Told::Close);
            sums(&memos)
        };
        let (funded, open, lapsed, surplus) = end(told.clone());
        prop_assert_eq!(end(reordered(&told, &order)), (funded, open, lapsed, surplus));
        // By hand: nothing was drawn, so what AWS applied is open, or has no place.
        let applied: i64 = told.iter().rev().filter_map(|one| match one {
            Told::Month(month, applied) => Some((*month, *applied)),
            _ => None,
        }).collect::<Vec<_>>().into_iter().rev().collect::<BTreeMap<u32, i64>>().into_values().sum();
        let placed = applied.min(FACE - written_off);
        prop_assert_eq!(open, cents(placed));
        prop_assert_eq!(lapsed, cents(FACE - written_off - placed));
        prop_assert_eq!(surplus, cents(applied - placed).to_exact());
    }

    #[test]
    fn lists_and_deliveries_end_in_the_same(
        (told, order) in (any_months(), prop::collection::vec(100_000i64..150_000, 1..4), 0i64..4).prop_map(
            |(mut told, lists, _)| { told.extend(lists.into_iter().map(Told::List)); told }
        ).prop_flat_map(shuffled),
        written_off in prop_oneof![Just(0i64), 1i64..30_000],
    ) {
        let end = |told: Vec<Told>| {
            let mut memos = begun(written_off);
            told.into_iter().for_each(|one| tell(&mut memos, one));
            (sums(&memos).1, sums(&memos).0.checked_add(sums(&memos).3).unwrap())
        };
        prop_assert_eq!(end(told.clone()), end(reordered(&told, &order)));
    }
}

#[test]
fn a_cut_that_was_written_off_by_hand_is_not_made_twice_and_a_raise_gives_back_what_was_cut() {
    let mut memos = begun(25_000);
    for (list, open) in [(75_000, "750.00"), (60_000, "600.00"), (100_000, "750.00"), (110_000, "850.00")] {
        tell(&mut memos, Told::List(list));
        let sum = sums(&memos).1;
        assert_eq!(sum.to_string(), open, "listed at {list}");
    }
}

#[test]
fn what_a_person_let_lapse_does_not_come_back_by_itself() {
    let mut memos = begun(0);
    let memo = memos.in_order_of_issue().first().unwrap().number.clone();
    let command = domain::memo::ExpireMemo {
        memo,
        amount: Some(usd("300.00")),
        effective: day("2019-01-15"),
        posting: month_of_2019(1),
        policy: hash(),
    };
    let facts = memos.decide_expire(&command).unwrap();
    assert!(matches!(&facts[..], [MemoFact::Lapsed(gone)] if gone.by_hand));
    fold(&mut memos, &facts);
    tell(&mut memos, Told::Month(1, FACE));
    let (funded, open, lapsed, surplus) = sums(&memos);
    assert_eq!((funded, surplus), (usd("700.00").to_exact(), usd("300.00").to_exact()));
    assert_eq!((open, lapsed), (usd("700.00"), usd("0.00")));
}
