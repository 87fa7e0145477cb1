//! A credit's amount on a service, itemised over the lines it pays.
//!
//! The largest SKU of the service is paid first and, within it, hour after hour. Credit lines are
//! put together over a few usage lines where there are very many, since AWS too states a credit a
//! SKU and hour, not a line.
//!
//! Invariant: the items of a landing add up to it, and no SKU is paid more than it costs.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, VecDeque},
};

use crate::{
    member_month::MemberMonth,
    scatter::Landing,
    ticks::{UNIT, survives_a_double},
};

/// What a credit pays of one series or fee.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Share {
    pub(crate) grant: usize,
    pub(crate) amount: i64,
}

/// The shares of each series and each extra of a member's month, in the order of the rule.
#[derive(Debug, Default)]
pub(crate) struct Shares {
    pub(crate) series: Vec<VecDeque<Share>>,
    pub(crate) extras: Vec<VecDeque<Share>>,
}

/// Something that credits can pay for.
struct Payable {
    /// In the series, else in the extras.
    in_series: bool,
    at: usize,
    left: i64,
}

impl Shares {
    pub(crate) fn of(month: &MemberMonth, landings: &[Landing]) -> Self {
        let mut shares = Self {
            series: vec![VecDeque::new(); month.series.len()],
            extras: vec![VecDeque::new(); month.extras.len()],
        };
        let mut payables: BTreeMap<&str, Vec<Payable>> = BTreeMap::new();
        for landing in landings {
            let code = landing.product.as_str();
            let of_service = payables.entry(code).or_insert_with(|| payables_of(month, code));
            let mut left = landing.amount;
            for payable in of_service {
                let amount = left.min(payable.left);
                if amount > 0 {
                    payable.left -= amount;
                    left -= amount;
                    let all = if payable.in_series { &mut shares.series } else { &mut shares.extras };
                    all[payable.at].push_back(Share { grant: landing.grant, amount });
                }
            }
        }
        shares
    }
}

fn payables_of(month: &MemberMonth, code: &str) -> Vec<Payable> {
    let series = month.series.iter().enumerate().filter(|(_, one)| one.sku.service.code == code);
    let series = series.map(|(at, one)| Payable { in_series: true, at, left: one.cost() });
    let extras = month.extras.iter().enumerate().filter(|(_, one)| one.product_code() == code && one.eligible());
    let extras = extras.map(|(at, one)| Payable { in_series: false, at, left: one.cost });
    let mut payables: Vec<Payable> = series.chain(extras).filter(|payable| payable.left > 0).collect();
    payables.sort_by_key(|payable| (Reverse(payable.left), !payable.in_series, payable.at));
    payables
}

/// A credit line to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CreditItem {
    pub(crate) grant: usize,
    /// Ticks; positive.
    pub(crate) amount: i64,
    pub(crate) hour: u32,
}

/// Walks over the lines of a series and itemises the credits that pay them.
#[derive(Debug)]
pub(crate) struct Itemiser {
    shares: VecDeque<Share>,
    lines_an_item: u32,
    pending: i64,
    pending_lines: u32,
    hour: u32,
    pub(crate) items: Vec<CreditItem>,
}

/// About so many credit lines a series and credit.
const ITEMS_A_SERIES: u32 = 200;

impl Itemiser {
    pub(crate) fn over(shares: VecDeque<Share>, lines: u32) -> Self {
        let lines_an_item = 1 + lines / ITEMS_A_SERIES;
        Self { shares, lines_an_item, pending: 0, pending_lines: 0, hour: 0, items: Vec::new() }
    }

    /// One more line that the credits may pay.
    pub(crate) fn line(&mut self, cost: i64, hour: u32) {
        if self.shares.is_empty() {
            return;
        }
        self.pending += cost;
        self.pending_lines += 1;
        self.hour = hour;
        if self.pending_lines == self.lines_an_item {
            self.settle();
        }
    }

    /// Turns what is pending into items; once more at the end of the series.
    pub(crate) fn settle(&mut self) {
        while self.pending > 0
            && let Some(share) = self.shares.front_mut()
        {
            let amount = share.amount.min(self.pending);
            share.amount -= amount;
            self.pending -= amount;
            let grant = share.grant;
            if share.amount == 0 {
                self.shares.pop_front();
            }
            self.push(grant, amount);
        }
        self.pending = 0;
        self.pending_lines = 0;
    }

    fn push(&mut self, grant: usize, amount: i64) {
        // An amount with more digits than a double holds becomes two lines.
        let whole = if survives_a_double(amount) { 0 } else { amount / UNIT * UNIT };
        for amount in [whole, amount - whole] {
            if amount > 0 {
                self.items.push(CreditItem { grant, amount, hour: self.hour });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_add_up_and_follow_the_order_of_the_shares() {
        let shares = VecDeque::from([Share { grant: 1, amount: 150 }, Share { grant: 2, amount: 70 }]);
        let mut itemiser = Itemiser::over(shares, 4);
        for (hour, cost) in [100, 100, 100, 100].into_iter().enumerate() {
            itemiser.line(cost, hour as u32);
        }
        itemiser.settle();
        let items: Vec<_> = itemiser.items.iter().map(|item| (item.grant, item.amount, item.hour)).collect();
        assert_eq!(items, [(1, 100, 0), (1, 50, 1), (2, 50, 1), (2, 20, 2)]);
    }

    #[test]
    fn an_amount_too_long_for_a_double_becomes_two_lines() {
        let amount = 12_345 * UNIT + 67_890_123_456;
        let mut itemiser = Itemiser::over(VecDeque::from([Share { grant: 0, amount }]), 1);
        itemiser.line(amount + 1, 0);
        itemiser.settle();
        let amounts: Vec<i64> = itemiser.items.iter().map(|item| item.amount).collect();
        assert_eq!(amounts, [12_345 * UNIT, 67_890_123_456]);
    }
}
