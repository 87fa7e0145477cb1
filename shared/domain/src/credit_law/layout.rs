//! Who gets what of AWS's applications: what was given to the customer first, then what is open, then what
//! comes back, each in the order of draws; then a person's own grants; what finds no place is a surplus.

use std::collections::BTreeMap;

use money::{Exact, Money, MoneyError};

use crate::period::BillingPeriod;

/// What one memo may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// What the customer had of it, or ended although AWS had paid.
    pub had: Money,
    /// Its open balance.
    pub open: Money,
    /// What lapsed, or was written down, and comes back if AWS applied it after all.
    pub comes_back: Money,
    /// Whether AWS's credit is what it promises.
    pub of_aws: bool,
    /// What funding came with it, or left it, by moves: it stands beside the months'.
    pub moved: Exact,
}

/// What each memo is funded with by month, in the order of the shares.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Laid {
    /// By share and month.
    pub by_share: Vec<BTreeMap<BillingPeriod, Exact>>,
    /// The surplus by month.
    pub surplus: BTreeMap<BillingPeriod, Exact>,
}

/// Lays a credit's applications over the memos of one ownership.
///
/// # Errors
/// [`MoneyError`] where a sum cannot be held.
pub fn lay_out(shares: &[Share], applied: &BTreeMap<BillingPeriod, Exact>) -> Result<Laid, MoneyError> {
    let mut laid = Laid { by_share: vec![BTreeMap::new(); shares.len()], surplus: BTreeMap::new() };
    let Some(last) = applied.keys().next_back() else { return Ok(laid) };
    if shares.is_empty() {
        return Ok(laid);
    }
    let months = Exact::checked_sum(applied.values().copied())?;
    let all = months.checked_add(Exact::checked_sum(shares.iter().map(|share| share.moved))?)?;
    let (targets, surplus) = targets(shares, all)?;
    // What the months must bring each: what came by moves stands already. A memo that has more by moves
    // than it may keep gives the rest back in the last month.
    let mut wanted = Vec::with_capacity(shares.len());
    let mut given_back = Exact::ZERO;
    for (at, (target, share)) in targets.iter().zip(shares).enumerate() {
        let of_months = target.checked_sub(share.moved)?;
        if of_months.is_negative() && !months.is_negative() {
            given_back = given_back.checked_sub(of_months)?;
            laid.by_share[at].insert(*last, of_months);
        }
        wanted.push(of_months.max(Exact::ZERO));
    }
    let mut sum = Exact::ZERO;
    let mut before = pieces(&wanted, surplus, sum)?;
    for (period, amount) in applied {
        sum = sum.checked_add(*amount)?;
        if period == last {
            sum = sum.checked_add(given_back)?;
        }
        let after = pieces(&wanted, surplus, sum)?;
        for (at, (after, before)) in after.0.iter().zip(&before.0).enumerate() {
            let of_period = laid.by_share[at].entry(*period).or_default();
            *of_period = of_period.checked_add(after.checked_sub(*before)?)?;
        }
        laid.surplus.insert(*period, after.1.checked_sub(before.1)?);
        before = after;
    }
    Ok(laid)
}

/// What each is funded with in the end, and the surplus.
fn targets(shares: &[Share], all: Exact) -> Result<(Vec<Exact>, Exact), MoneyError> {
    let mut targets = vec![Exact::ZERO; shares.len()];
    let mut left = all;
    let of_aws = |share: &Share| share.of_aws;
    let by_hand = |share: &Share| !share.of_aws;
    type Whose = fn(&Share) -> bool;
    type Part = fn(&Share) -> Money;
    let rounds: [(Whose, Part); 5] = [
        (of_aws, |share| share.had),
        (of_aws, |share| share.open),
        (of_aws, |share| share.comes_back),
        (by_hand, |share| share.had),
        (by_hand, |share| share.open),
    ];
    if left.is_negative() {
        // AWS took back more than it applied: the first memo shows it (rule book N7).
        if let Some(first) = targets.first_mut() {
            *first = left;
        }
        return Ok((targets, Exact::ZERO));
    }
    for (whose, part) in rounds {
        for (target, share) in targets.iter_mut().zip(shares).filter(|(_, share)| whose(share)) {
            let piece = part(share).at_least_zero().to_exact().min(left);
            *target = target.checked_add(piece)?;
            left = left.checked_sub(piece)?;
        }
    }
    Ok((targets, left))
}

/// A sum over months laid over what is wanted, one after the other, then the surplus. What months bring
/// beyond all of it for a while, until a later one takes it back, stands with the last one.
fn pieces(wanted: &[Exact], surplus: Exact, sum: Exact) -> Result<(Vec<Exact>, Exact), MoneyError> {
    let mut pieces = Vec::with_capacity(wanted.len());
    let mut left = sum;
    for want in wanted {
        let piece = if left.is_negative() && !pieces.is_empty() { Exact::ZERO } else { (*want).min(left) };
        pieces.push(piece);
        left = left.checked_sub(piece)?;
    }
    let beyond = surplus.min(left.max(Exact::ZERO));
    let left = left.checked_sub(beyond)?;
    if let Some(last) = pieces.last_mut().filter(|_| left.is_positive()) {
        *last = last.checked_add(left)?;
    }
    Ok((pieces, beyond))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(had: i128, open: i128, comes_back: i128) -> Share {
        let units = |amount| Money::from_units(amount * 100, 2);
        let (had, open, comes_back) = (units(had), units(open), units(comes_back));
        Share { had, open, comes_back, of_aws: true, moved: Exact::ZERO }
    }

    fn laid(shares: &[Share], months: &[&str]) -> (Vec<String>, String) {
        let start = BillingPeriod::parse("2025-01").unwrap();
        let mut period = start;
        let mut applied = BTreeMap::new();
        for month in months {
            applied.insert(period, Exact::parse(month).unwrap());
            period = period.next();
        }
        let laid = lay_out(shares, &applied).unwrap();
        let sum = |of: &BTreeMap<BillingPeriod, Exact>| Exact::checked_sum(of.values().copied()).unwrap().to_string();
        for (period, amount) in &applied {
            let placed = laid.by_share.iter().chain([&laid.surplus]).filter_map(|of| of.get(period).copied());
            assert_eq!(Exact::checked_sum(placed).unwrap(), *amount, "{period}: each month is placed whole");
        }
        (laid.by_share.iter().map(sum).collect(), sum(&laid.surplus))
    }

    #[test]
    fn what_was_given_to_the_customer_is_paid_for_first_wherever_it_lies() {
        // 600 open here, and 300 of which 200 are used there: 500 pay the 200, then 300 of what is open here.
        assert_eq!(laid(&[share(0, 600, 0), share(200, 100, 0)], &["500"]).0, ["300", "200"]);
    }

    #[test]
    fn what_lapsed_comes_back_before_there_is_a_surplus() {
        assert_eq!(laid(&[share(70, 430, 400)], &["500", "400"]), (vec!["900".into()], "0".into()));
        assert_eq!(laid(&[share(70, 530, 0)], &["900"]), (vec!["600".into()], "300".into()));
    }

    #[test]
    fn a_month_that_takes_back_leaves_each_month_as_aws_billed_it() {
        assert_eq!(laid(&[share(6, 0, 0)], &["10", "-4"]), (vec!["6".into()], "0".into()));
        assert_eq!(laid(&[share(0, 900, 0)], &["-4", "10"]), (vec!["6".into()], "0".into()));
        assert_eq!(laid(&[share(0, 900, 0)], &["-4"]), (vec!["-4".into()], "0".into()));
    }

    #[test]
    fn funding_that_moved_stands_beside_the_months() {
        // 520 of 600 moved with 120 of funding; 200 were applied before, 160 since.
        let moved = |share: Share, by: &str| Share { moved: Exact::parse(by).unwrap(), ..share };
        let here = moved(share(80, 0, 0), "-120");
        let there = moved(share(70, 450, 0), "120");
        assert_eq!(laid(&[here, there], &["200", "160"]).0, ["200", "160"]);
        // What AWS applied before turns out to be 250: the other 50 are with what moved.
        assert_eq!(laid(&[here, there], &["250", "160"]).0, ["200", "210"]);
    }
}
