//! Memos that come from elsewhere: taken over from another system at cut-over, or moved from
//! another account. Face, balance and funding arrive together, on either basis (rule book B.1).

use domain::{
    memo::{FundMemo, FundingFromCredit, IssueMemo, MemberMemos, MemoFact, OpenMemo, TransferMemo},
    policy::MemoBasis,
};
use money::{Money, Rounding};
use proptest::prelude::*;

use crate::builders::{
    cents, credit_id, day, exact, fine, fold, holding, issue, member, month_of_2019, open, payer, usd,
};

fn take_over(basis: MemoBasis, face: Money, applied_before: Money, funded_fine: i64) -> OpenMemo {
    OpenMemo {
        issue: IssueMemo { basis, ..issue("1", face, Some("2019-12-31")) },
        applied_before,
        funded_before: fine(funded_fine),
        as_of: day("2019-03-31"),
        former_number: "M-17".into(),
        evidence: "balance list of March".into(),
        same_before: 0,
    }
}

fn funded(memos: &MemberMemos, month: u32, attributed: &str) -> Vec<MemoFact> {
    let funding = FundingFromCredit { period: month_of_2019(month), attributed: exact(attributed), delivery: None };
    let command = FundMemo { credit: credit_id("1"), funding, rounding: Rounding::HalfEven, first_unissued: None };
    memos.decide_fund(&command).unwrap()
}

fn transfer(memos: &MemberMemos, amount: Option<Money>) -> (MemoFact, Money, money::Exact) {
    let memo = memos.memos.keys().next().unwrap().clone();
    let command = TransferMemo {
        memo,
        transfer: "t-1".into(),
        to_payer: payer(),
        to_member: member("444455556666"),
        amount,
        unfunded_first: false,
        effective: day("2019-02-28"),
        posting: month_of_2019(2),
    };
    memos.decide_transfer_out(&command).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_take_over_is_whole_or_refused(
        face in -10i64..100_000, applied in -10i64..110_000, funded_fine in 0i64..10_000_000, is_funded in any::<bool>(),
    ) {
        let basis = if is_funded { MemoBasis::Funded } else { MemoBasis::Face };
        let command = take_over(basis, cents(face), cents(applied), funded_fine);
        let mut memos = MemberMemos::default();
        let Ok(facts) = memos.decide_open(&command) else {
            prop_assert!(face <= 0 || applied < 0 || applied > face, "refused without need");
            return Ok(());
        };
        fold(&mut memos, &facts);
        let memo = memos.memos.values().next().unwrap();
        prop_assert!(memo.conserves());
        prop_assert_eq!((memo.face, memo.applied, memo.open), (cents(face), cents(applied), cents(face - applied)));
        prop_assert!(memo.applications_tie(cents(applied)));
        prop_assert_eq!(memos.decide_open(&command).unwrap(), [], "taking it over again");
    }
}

#[test]
fn a_funded_memo_goes_on_growing_after_part_of_it_moved() {
    let mut memos = holding(&[IssueMemo { basis: MemoBasis::Funded, ..issue("1", usd("1000.00"), None) }]);
    let facts = funded(&memos, 1, "100");
    fold(&mut memos, &facts);
    let (out, face, funded_moved) = transfer(&memos, Some(usd("40.00")));
    fold(&mut memos, &[out]);
    assert_eq!((face, funded_moved, open(&memos)), (usd("40.00"), exact("40"), vec!["60.00".to_owned()]));
    let facts = funded(&memos, 2, "50");
    fold(&mut memos, &facts);
    assert_eq!(open(&memos), ["110.00"]);
    assert_eq!(memos.memos.values().next().unwrap().unfunded_balance(), usd("0.00"));
}

#[test]
fn what_comes_from_another_memo_is_its_face_on_either_basis() {
    for basis in [MemoBasis::Face, MemoBasis::Funded] {
        let mut memos = holding(&[issue("1", usd("100.00"), None)]);
        let facts = funded(&memos, 1, "70");
        fold(&mut memos, &facts);
        let (_, face, funded_moved) = transfer(&memos, None);
        let incoming = IssueMemo { member: member("444455556666"), basis, ..issue("1", face, None) };
        let from = (memos.memos.keys().next().unwrap().clone(), member("111122223333"));
        let mut other = MemberMemos::default();
        let came = other.decide_transfer_in(&incoming, "t-1", from, funded_moved, false).unwrap();
        fold(&mut other, &came);
        let memo = other.memos.values().next().unwrap();
        assert_eq!((memo.open, memo.funded_balance()), (usd("100.00"), usd("70.00")), "{basis:?}");
    }
}
