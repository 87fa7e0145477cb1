//! A month in the second books: what an account is charged, what memos pay of it, corrections, the
//! close, and what keeps a month from being billed or closed.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use crate::{
    bookkeeper::{Books, MonthBook, Status},
    paper::{GRACE_DAYS, POOLS, first_day, last_day, services_of},
    paying::{Charges, Offer, Paying, TAX, add_all, rounded},
    steps::{Cents, Expiry, Month},
};

impl Books {
    /// What an account is charged for a month.
    pub(crate) fn charges(&self, member: usize, month: Month) -> Charges {
        let mut charges = Charges::default();
        let Some(bill) = self.months.get(&month).and_then(|book| book.bill.as_ref()) else { return charges };
        let used = &bill.used[member];
        for (pool, amount) in POOLS.into_iter().zip(used.usage) {
            charges.add(pool, amount);
        }
        charges.add(POOLS[1], -used.free_tier);
        charges.add(TAX, used.tax);
        charges.never = used.marketplace;
        charges
    }

    /// Memos of an account in the order they pay: the one that ends first, the most restricted, the
    /// oldest, the lowest number.
    pub(crate) fn in_order(&self, member: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.memos.len()).filter(|at| self.memos[*at].member == member).collect();
        order.sort_by_key(|at| {
            let memo = &self.memos[*at];
            let breadth = match services_of(memo.pays).len() {
                0 => usize::MAX,
                listed => listed,
            };
            (memo.end.unwrap_or(NaiveDate::MAX), breadth, memo.start, memo.ordinal)
        });
        order
    }

    pub(crate) fn offers(&self, member: usize, month: Month) -> Vec<Offer> {
        let chosen = self.chosen(month);
        let mut offers = Vec::new();
        for at in self.in_order(member) {
            let memo = &self.memos[at];
            let is_past = memo.last_month().is_some_and(|last| month > last);
            let only_funded = chosen.draw_funded || (is_past && chosen.expiry == Expiry::UnfundedOnly);
            let limit = if only_funded { memo.funded_open() } else { memo.open() };
            let ended = is_past && chosen.expiry == Expiry::Upstream;
            if memo.may_pay_in(month) && limit > 0 && !ended {
                offers.push(Offer { memo: at, limit });
            }
        }
        offers
    }

    /// Bills a month that may be billed: corrects the months before, then draws this one anew.
    pub(crate) fn bill(&mut self, month: Month, draft: bool) {
        for member in 0..4 {
            let earlier: Vec<Month> = self.months.range(..month).map(|(earlier, _)| *earlier).collect();
            for of in earlier {
                if self.is_to_correct(of, month) {
                    self.correct(member, of, month);
                }
            }
            self.draw(member, month);
        }
        for member in 0..4 {
            let charges = self.charges(member, month);
            let earlier: Vec<Month> = self.months.range(..month).map(|(earlier, _)| *earlier).collect();
            for of in earlier {
                if self.is_to_correct(of, month) {
                    let charges = self.charges(member, of);
                    self.settle(member, of, month, &charges);
                }
            }
            self.settle(member, month, month, &charges);
        }
        let book = self.month(month);
        book.is_known = true;
        book.billed = Some((book.delivery, draft));
        book.has_documents |= !draft;
    }

    pub(crate) fn is_to_correct(&self, of: Month, in_bill: Month) -> bool {
        let book = &self.months[&of];
        let Some((delivery, _)) = book.billed else { return false };
        let is_anew = |between: &MonthBook| between.billed.is_some_and(|(billed, _)| billed != between.delivery);
        let is_between_anew = self.months.range(of + 1..in_bill).any(|(_, between)| is_anew(between));
        book.is_issued() && (delivery != book.delivery || is_between_anew)
    }

    pub(crate) fn draw(&mut self, member: usize, month: Month) {
        for memo in self.memos.iter_mut().filter(|memo| memo.member == member) {
            memo.paid.remove(&month);
        }
        let charges = self.charges(member, month);
        let offers = self.offers(member, month);
        let with_tax = offers.iter().any(|offer| self.memos[offer.memo].covers_tax);
        let mut paying = Paying::new(&charges, with_tax, self.chosen(month).rounding);
        for Offer { memo, limit } in offers {
            let paid = paying.pay(limit, |pool| self.memos[memo].may_pay(pool));
            if !paid.is_empty() {
                self.memos[memo].paid.insert(month, paid);
            }
        }
    }

    pub(crate) fn settle(&mut self, member: usize, of: Month, in_bill: Month, charges: &Charges) {
        let paid = self.memos.iter().filter(|memo| memo.member == member).map(|memo| memo.paid_for(of)).sum();
        let gross = rounded(charges.gross(), self.chosen(of).rounding);
        self.settled.entry((member, of)).or_default().insert(in_bill, (gross, paid));
    }

    /// A month whose documents are out: each memo keeps what it paid as far as the charges still
    /// hold it, then what it may pay of other services; what more is charged than other bills have
    /// settled is drawn from what is open; what comes back to a memo past its end ends.
    pub(crate) fn correct(&mut self, member: usize, of: Month, in_bill: Month) {
        let charges = self.charges(member, of);
        if self.corrected.get(&(member, of)) == Some(&charges) {
            return;
        }
        let by_others = self
            .settled
            .get(&(member, of))
            .and_then(|settled| settled.iter().rev().find(|(bill, _)| **bill != in_bill).map(|(_, settled)| *settled));
        let (charged, paid_before) = by_others.unwrap_or_default();
        let chosen = self.chosen(of);
        let offers = self.offers(member, of);
        let paid: Vec<usize> =
            self.in_order(member).into_iter().filter(|at| self.memos[*at].paid_for(of) > 0).collect();
        let tax = |at: usize| self.memos[at].covers_tax;
        let with_tax = paid.iter().copied().chain(offers.iter().map(|offer| offer.memo)).any(tax);
        let mut paying = Paying::new(&charges, with_tax, chosen.rounding);
        let mut kept: BTreeMap<usize, BTreeMap<&'static str, Cents>> = BTreeMap::new();
        for at in &paid {
            for (pool, part) in self.memos[*at].paid[&of].clone() {
                add_all(kept.entry(*at).or_default(), paying.pay(part, |other| other == pool));
            }
        }
        for at in &paid {
            let limit = self.memos[*at].paid_for(of) - kept[at].values().sum::<Cents>();
            let other = paying.pay(limit, |pool| self.memos[*at].may_pay(pool));
            add_all(kept.get_mut(at).unwrap(), other);
        }
        let stays: Cents = kept.values().flat_map(BTreeMap::values).sum();
        let mut more = paid_before + (rounded(charges.gross(), chosen.rounding) - charged).max(0) - stays;
        for Offer { memo, limit } in offers {
            let new = paying.pay(limit.min(more.max(0)), |pool| self.memos[memo].may_pay(pool));
            more -= new.values().sum::<Cents>();
            if !new.is_empty() {
                add_all(kept.entry(memo).or_default(), new);
            }
        }
        let mut came_back = Vec::new();
        for (at, now) in kept {
            let before = self.memos[at].paid_for(of);
            if now.values().sum::<Cents>() < before {
                came_back.push(at);
            }
            if self.memos[at].paid.get(&of) != Some(&now) {
                self.corrected.insert((member, of), charges.clone());
            }
            self.memos[at].paid.insert(of, now);
        }
        for at in came_back {
            self.lapse_past_end(at, in_bill, last_day(in_bill));
        }
    }

    /// What came back to a memo past its end lapses at once, or may be used for the days of grace.
    pub(crate) fn lapse_past_end(&mut self, at: usize, posting: Month, on: NaiveDate) {
        if self.memos[at].last_month().is_none_or(|last| last >= posting) {
            return;
        }
        if self.chosen(posting).grace {
            let until = Some(on + Days::new(GRACE_DAYS));
            let memo = &mut self.memos[at];
            memo.usable_until = memo.usable_until.max(until);
        } else {
            self.lapse_one(at, posting);
        }
    }

    pub(crate) fn lapse_one(&mut self, at: usize, by: Month) {
        let memo = &mut self.memos[at];
        let unpaid = memo.unfunded_open();
        let ended = match self.policies.iter().rev().find(|(from, _)| *from <= by).map(|(_, chosen)| chosen.expiry) {
            Some(Expiry::Never) => 0,
            Some(Expiry::Upstream) => memo.open(),
            Some(Expiry::UnfundedOnly) | None => unpaid,
        };
        memo.lapsed += ended.min(unpaid);
        memo.expired += ended;
    }

    /// Closes a month that may be closed.
    pub(crate) fn close(&mut self, month: Month) {
        let book = self.month(month);
        book.status = Status::Closed;
        book.is_known = true;
        self.fund();
        for at in 0..self.memos.len() {
            if self.memos[at].last_month().is_some_and(|last| last <= month) {
                self.lapse_one(at, month);
            }
            let left = self.accounts.get(&self.memos[at].member).copied().flatten();
            if left.is_some_and(|day| day <= first_day(month + 1)) {
                self.memos[at].write_down();
            }
        }
    }

    pub(crate) fn former_is_open(&self, month: Month) -> bool {
        let known = |book: &MonthBook| book.bill.is_some() || book.is_known;
        let first = self.months.iter().find(|(_, book)| known(book)).map(|(month, _)| *month);
        first.is_some_and(|first| month > first)
            && self.months.get(&(month - 1)).is_none_or(|book| book.status == Status::Open)
    }

    /// Whether what is known of the month's bill keeps it from being closed, and may be waived.
    pub(crate) fn has_waivable(&self, month: Month, accept_estimated: bool) -> bool {
        let book = &self.months[&month];
        let Some(bill) = &book.bill else { return self.former_is_open(month) };
        let charged = |member: usize| {
            self.charges(member, month) != Charges::default()
                || bill.credits.iter().any(|line| line.on == member)
                || bill.used[member] != crate::steps::Used::nothing()
        };
        let is_there = |member: usize| charged(member) || self.memos.iter().any(|memo| memo.member == member);
        let unassigned = (0..4).any(|member| !self.accounts.contains_key(&member) && is_there(member));
        let estimated = !bill.is_final && !accept_estimated;
        self.former_is_open(month) || estimated || book.suspense != 0 || unassigned
    }
}
