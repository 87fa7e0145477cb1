//! Who gets what AWS applied, in the second books: a target for every memo, reckoned anew from all that is
//! known (rule book D1). First what the customer had, then what is open, then what ended only since AWS was
//! thought to pay no more, which comes back as far as AWS paid it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::{
    bookkeeper::Books,
    credit::Credit,
    memo::Memo,
    paper::MEMBERS,
    paying::rounded,
    steps::{CENT, Cents, Micros, Month, Rounding},
};

/// What a memo may have of AWS's money in a turn.
type Wants = fn(&Memo) -> Cents;

impl Books {
    /// Brings the funding of all memos to what AWS applied of their credits.
    pub(crate) fn fund(&mut self) {
        for (id, credit) in self.credits.clone() {
            for (first, applied) in self.applied_by_ownership(&id, &credit) {
                if self.memos[first].grows_with_funding {
                    self.grow(first, &applied);
                } else {
                    self.lay_over(&id, first, applied.values().sum());
                }
            }
        }
    }

    /// What AWS applied by month, for the first memo of each ownership. Whoever else owned the credit gets
    /// nothing of the month.
    fn applied_by_ownership(&self, id: &str, credit: &Credit) -> BTreeMap<usize, BTreeMap<Month, Micros>> {
        let mut found: BTreeMap<usize, BTreeMap<Month, Micros>> = BTreeMap::new();
        for (month, amount) in &credit.applied {
            for member in &credit.everyone {
                let carries =
                    |at: &usize| self.memos[*at].member == *member && self.memos[*at].credit.as_deref() == Some(id);
                let any = || (0..self.memos.len()).find(carries);
                let Some(memo) = self.memo_of(id, *member, *month).or_else(any) else { continue };
                let part = if *member == credit.owner_in(*month) { *amount } else { 0 };
                *found.entry(self.first_of(memo)).or_default().entry(*month).or_default() += part;
            }
        }
        found
    }

    /// The memo that another came from in the end.
    fn first_of(&self, at: usize) -> usize {
        let memo = &self.memos[at];
        memo.supplements.or(memo.came_from).map_or(at, |from| self.first_of(from))
    }

    /// A memo without a face of its own gets all, month by month.
    fn grow(&mut self, at: usize, applied: &BTreeMap<Month, Micros>) {
        let months: BTreeSet<Month> = self.memos[at].funding.keys().chain(applied.keys()).copied().collect();
        for month in months {
            let rounding = self.chosen(month).rounding;
            let amount = applied.get(&month).copied().unwrap_or(0);
            let memo = &mut self.memos[at];
            if memo.funding.get(&month).copied().unwrap_or(0) != amount {
                memo.funding.insert(month, amount);
                let wanted = rounded(memo.funded(), rounding) + memo.moved_out;
                memo.face = wanted.max(memo.face - memo.open());
            }
        }
    }

    fn lay_over(&mut self, id: &str, first: usize, applied: Micros) {
        let mut chain: Vec<usize> = (0..self.memos.len())
            .filter(|at| self.memos[*at].credit.as_deref() == Some(id) && self.first_of(*at) == first)
            .collect();
        chain.sort_by_key(|at| {
            let memo = &self.memos[*at];
            (memo.end.unwrap_or(NaiveDate::MAX), memo.start, memo.ordinal, MEMBERS[memo.member])
        });
        let moved: Micros = chain.iter().map(|at| self.memos[*at].funding_moved).sum();
        let mut targets: BTreeMap<usize, Micros> = chain.iter().map(|at| (*at, 0)).collect();
        let mut left = applied + moved;
        if applied < 0 || left < 0 {
            // AWS took back more than it ever applied: the first memo shows it, the others keep what moved.
            for at in &chain {
                targets.insert(*at, if applied < 0 { self.memos[*at].funding_moved } else { 0 });
            }
            *targets.get_mut(&chain[0]).unwrap() += if applied < 0 { applied } else { left };
            left = 0;
        }
        let turns: [(bool, Wants); 5] = [
            (false, Memo::had),
            (false, Memo::open),
            (false, |memo| memo.lapsed + memo.written_down),
            (true, Memo::had),
            (true, Memo::open),
        ];
        for (is_beside, wants) in turns {
            for at in chain.iter().filter(|at| self.memos[**at].is_beside == is_beside) {
                let part = (wants(&self.memos[*at]).max(0) * CENT).min(left);
                *targets.get_mut(at).unwrap() += part;
                left -= part;
            }
        }
        for (at, target) in targets {
            let memo = &mut self.memos[at];
            // Only the sum counts here: it stands with the first month.
            memo.funding = [(0, target - memo.funding_moved)].into();
            let funded = rounded(target, Rounding::HalfEven);
            let lapse = (funded - memo.had() - memo.open()).max(0).min(memo.lapsed);
            memo.lapsed -= lapse;
            memo.expired -= lapse;
            let cut = (funded - memo.had() - memo.open()).max(0).min(memo.written_down);
            memo.written_down -= cut;
            memo.written_off -= cut;
        }
        self.memos[first].surplus = left;
    }

    /// A person writes off part of a memo, be it what AWS has paid or not.
    pub(crate) fn write_off_by_hand(&mut self, at: usize, cents: Cents) {
        let memo = &mut self.memos[at];
        memo.gain += (cents - memo.unfunded_open()).max(0);
        memo.written_off += cents;
        let is_aws = memo.is_the_credits || memo.supplements.is_some();
        let Some(id) = memo.credit.clone().filter(|_| is_aws) else { return };
        let key = (memo.member, id);
        let revised = self.revised.get(&key).copied().unwrap_or(0);
        self.cut_by_hand.entry(key).or_default().push((revised, cents));
    }
}
