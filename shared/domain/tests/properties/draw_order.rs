//! The order among memos and among charges, against an implementation that shares nothing with the
//! product's: whole numbers, and a search for the greatest at every step (rule book N31, W5).
//!
//! Source: <https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/useconsolidatedbilling-credits.html>

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::{
    memo::{CreditMemo, IssueMemo, MemberMemos, draw_order},
    policy::Policies,
    rating::{RatedCharge, RatedMonth},
};
use proptest::prelude::*;

use crate::builders::{
    any_charges, any_issues, cents, charge, draw, drawn, holding, issue, month_of_2019, only, open, rated, usd,
};

/// Hundredths of a cent, as the generators make them.
fn fine_units(charge: &RatedCharge) -> i128 {
    let (mantissa, scale) = charge.amount.to_parts();
    mantissa * 10i128.pow(4 - scale)
}

/// A cent is 100 units: a tie goes to the even cent.
fn half_even_cents(units: i128) -> i128 {
    let (cents, rest) = (units.div_euclid(100), units.rem_euclid(100));
    match rest.cmp(&50) {
        std::cmp::Ordering::Less => cents,
        std::cmp::Ordering::Greater => cents + 1,
        std::cmp::Ordering::Equal => cents + cents.rem_euclid(2),
    }
}

fn comes_before(a: &CreditMemo, b: &CreditMemo) -> bool {
    let end = |memo: &CreditMemo| memo.end_date.unwrap_or(NaiveDate::MAX);
    if end(a) != end(b) {
        return end(a) < end(b);
    }
    let (a_services, b_services) = (a.terms.services.len(), b.terms.services.len());
    if a_services != b_services {
        return a_services != 0 && (b_services == 0 || a_services < b_services);
    }
    (a.start_date, a.ordinal) < (b.start_date, b.ordinal)
}

/// What each memo pays, in cents, by number.
fn expected(memos: &MemberMemos, month: &RatedMonth) -> BTreeMap<String, i128> {
    let mut waiting: Vec<&CreditMemo> =
        memos.memos.values().filter(|memo| memo.first_period() <= month.period).collect();
    let tax = waiting.iter().any(|memo| memo.terms.covers_tax);
    let mut unpaid: Vec<i128> = month.charges.iter().map(fine_units).collect();
    let is_eligible = |charge: &RatedCharge| {
        charge.never_covered.is_none()
            || (tax && charge.never_covered == Some(domain::never_covered::NeverCovered::Tax))
    };
    let eligible: i128 = month.charges.iter().filter(|charge| is_eligible(charge)).map(fine_units).sum();
    let mut room = half_even_cents(eligible).min(half_even_cents(unpaid.iter().sum())).max(0);
    let mut paid = BTreeMap::new();
    while !waiting.is_empty() {
        let first =
            (1..waiting.len()).fold(0, |best, at| if comes_before(waiting[at], waiting[best]) { at } else { best });
        let memo = waiting.remove(first);
        let payable: Vec<usize> = (0..unpaid.len()).filter(|at| memo.terms.may_pay(&month.charges[*at])).collect();
        let mut services: BTreeMap<&str, i128> = BTreeMap::new();
        for at in &payable {
            *services.entry(month.charges[*at].product_code.as_str()).or_default() += unpaid[*at];
        }
        let amount = half_even_cents(services.values().sum()).min(memo.open.units()).min(room).max(0);
        room -= amount;
        if amount > 0 {
            paid.insert(memo.number.to_string(), amount);
        }
        let pays_all = amount == half_even_cents(services.values().sum()).max(0);
        let mut left = amount * 100;
        while left > 0 {
            // The greatest service; of equals the one whose code comes first.
            let Some((service, sum)) =
                services.iter().rev().max_by_key(|(_, sum)| **sum).map(|(service, sum)| (*service, *sum))
            else {
                break;
            };
            if sum <= 0 {
                break;
            }
            services.remove(service);
            let mut part = sum.min(left);
            left -= part;
            while part > 0 {
                let of_service = payable.iter().filter(|at| month.charges[**at].product_code.as_str() == service);
                let greatest = *of_service.max_by_key(|at| unpaid[**at]).unwrap();
                let piece = unpaid[greatest].min(part);
                if piece <= 0 {
                    break;
                }
                unpaid[greatest] -= piece;
                part -= piece;
            }
        }
        // What lowered a memo that pays all that it may is used up with what it lowered: of its own
        // service first, then of the smallest.
        if pays_all {
            let code = |at: usize| month.charges[at].product_code.as_str();
            let mut sums: BTreeMap<&str, i128> = BTreeMap::new();
            for at in &payable {
                *sums.entry(code(*at)).or_default() += unpaid[*at];
            }
            let mut positive: Vec<usize> = payable.iter().copied().filter(|at| unpaid[*at] > 0).collect();
            positive.sort_by_key(|at| (sums[code(*at)], std::cmp::Reverse(code(*at)), unpaid[*at]));
            let negative: Vec<usize> = payable.iter().copied().filter(|at| unpaid[*at] < 0).collect();
            for own in [true, false] {
                for at in &negative {
                    for from in positive.iter().filter(|from| !own || code(**from) == code(*at)) {
                        let part = unpaid[*from].min(-unpaid[*at]);
                        unpaid[*from] -= part;
                        unpaid[*at] += part;
                    }
                }
            }
        }
    }
    paid
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn the_draws_are_those_of_the_plain_rule(issues in any_issues(5), charges in any_charges(-5_000)) {
        let memos = holding(&issues);
        let month = rated(month_of_2019(4), charges);
        let plan = draw(&memos, &month, &Policies::default()).unwrap().plan;
        let found: BTreeMap<String, i128> =
            plan.draws.iter().map(|draw| (draw.memo.to_string(), draw.amount.units())).collect();
        prop_assert_eq!(found, expected(&memos, &month));
    }

    #[test]
    fn the_order_is_total_and_does_not_depend_on_how_memos_are_held(
        issues in any_issues(6), seed in any::<u64>(),
    ) {
        let memos = holding(&issues);
        let mut ordered: Vec<&CreditMemo> = memos.memos.values().collect();
        let mut turned = ordered.clone();
        let turn = usize::try_from(seed % turned.len() as u64).unwrap();
        turned.rotate_left(turn);
        draw_order(&mut ordered);
        draw_order(&mut turned);
        prop_assert_eq!(&ordered, &turned);
        for pair in ordered.windows(2) {
            prop_assert!(comes_before(pair[0], pair[1]) && !comes_before(pair[1], pair[0]));
        }
    }
}

#[test]
fn the_guides_example_pays_the_largest_charge_with_both_credits() {
    let c1 = IssueMemo { terms: only(&["AmazonS3", "AmazonEC2"]), ..issue("1", usd("10.00"), Some("2019-01-31")) };
    let c2 = IssueMemo { terms: only(&["AmazonEC2"]), ..issue("2", usd("5.00"), Some("2019-12-31")) };
    for issues in [[c1.clone(), c2.clone()], [c2, c1]] {
        let mut memos = holding(&issues);
        let month = rated(month_of_2019(1), vec![charge("AmazonS3", "50"), charge("AmazonEC2", "100")]);
        let plan = drawn(&mut memos, &month, &Policies::default()).plan;
        let due: Vec<_> = plan.lines.iter().map(|line| (line.service.to_string(), line.due)).collect();
        assert_eq!(due, [("AmazonEC2".to_owned(), usd("85.00")), ("AmazonS3".to_owned(), usd("50.00"))]);
        assert_eq!(open(&memos), ["0.00", "0.00"]);
    }
}

#[test]
fn w5_the_order_among_charges_decides_what_the_customer_pays() {
    let b = issue("1", usd("300.00"), Some("2019-06-30"));
    let a = IssueMemo { terms: only(&["AmazonEC2"]), ..issue("2", usd("500.00"), Some("2019-12-31")) };
    let mut memos = holding(&[a, b]);
    let month = rated(month_of_2019(1), vec![charge("AmazonEC2", "250"), charge("AmazonRDS", "400")]);
    let plan = drawn(&mut memos, &month, &Policies::default()).plan;
    assert_eq!(plan.due, usd("100.00"));
    assert_eq!(open(&memos), ["250.00", "0.00"]);
}

#[test]
fn w5_the_memo_that_ends_first_is_used_up_first() {
    let mut memos =
        holding(&[issue("1", usd("300.00"), Some("2019-03-31")), issue("2", usd("1000.00"), Some("2019-12-31"))]);
    drawn(&mut memos, &rated(month_of_2019(1), vec![charge("AmazonEC2", "200")]), &Policies::default());
    assert_eq!(open(&memos), ["100.00", "1000.00"]);
    drawn(&mut memos, &rated(month_of_2019(2), vec![charge("AmazonEC2", "250")]), &Policies::default());
    assert_eq!(open(&memos), ["0.00", "850.00"]);
}

#[test]
fn equal_memos_are_drawn_by_number_and_a_list_comes_before_none() {
    let any = issue("1", cents(1_000), Some("2019-12-31"));
    let listed = IssueMemo { terms: only(&["AmazonEC2", "AmazonS3"]), ..issue("2", cents(1_000), Some("2019-12-31")) };
    let same = issue("3", cents(1_000), Some("2019-12-31"));
    let mut memos = holding(&[any, listed, same]);
    drawn(&mut memos, &rated(month_of_2019(1), vec![charge("AmazonEC2", "15")]), &Policies::default());
    assert_eq!(open(&memos), ["5.00", "0.00", "10.00"]);
}
