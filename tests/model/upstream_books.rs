//! What AWS does with credits, in the second books: attributed lines, funding, revisions, transfers,
//! splits, cancellations.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::{
    attribution::attribute,
    bookkeeper::Books,
    credit::Credit,
    memo::{Memo, NewMemo},
    paper::month_of,
    steps::{CENT, Cents, Micros, Month},
};

impl Books {
    /// Attributes the credit lines of a delivered month anew; and those of the latest other months that
    /// lie beyond a face then.
    pub(crate) fn attribute(&mut self, month: Month) {
        self.attribute_one(month);
        self.attribute_beyond_faces();
    }

    /// Each month once, the earliest first: those with lines of a credit that has more than its face, and those
    /// with lines beyond a face where a credit has room, or gave it to a later month.
    pub(crate) fn attribute_beyond_faces(&mut self) {
        let mut done: BTreeSet<Month> = BTreeSet::new();
        while let Some(month) = self.to_fill().into_iter().find(|month| !done.contains(month)) {
            self.attribute_one(month);
            done.insert(month);
        }
    }

    fn to_fill(&self) -> BTreeSet<Month> {
        let all = |credit: &Credit| credit.applied.values().sum::<Micros>();
        let beyond = self.credits.values().filter(|credit| all(credit) > credit.face);
        let filled = beyond.flat_map(|credit| credit.applied.iter().filter(|(_, sum)| **sum > 0));
        let mut months: BTreeSet<Month> = filled.map(|(month, _)| *month).collect();
        let has_room = self.credits.values().any(|credit| all(credit) < credit.face && !credit.applied.is_empty());
        let waits = self.months.iter().filter(|(_, book)| book.is_beyond).map(|(month, _)| *month);
        let later = |month: Month| {
            self.credits.values().any(|credit| credit.applied.range(month + 1..).any(|(_, sum)| *sum > 0))
        };
        months.extend(waits.filter(|month| has_room || later(*month)));
        months
    }

    pub(crate) fn attribute_one(&mut self, month: Month) {
        let Some(book) = self.months.get(&month) else { return };
        let Some(bill) = &book.bill else { return };
        let said_before: Vec<_> = self.months.range(..month).flat_map(|(_, book)| book.said.clone()).collect();
        let attributed = attribute(&bill.credits, &self.credits, month, (&book.said, &said_before));
        for (id, credit) in &mut self.credits {
            let amount = attributed.by_credit.get(id).copied().unwrap_or(0);
            if amount != 0 || credit.applied.contains_key(&month) {
                credit.applied.insert(month, amount);
            }
        }
        let book = self.month(month);
        (book.suspense, book.is_beyond) = (attributed.suspense, attributed.is_beyond);
    }

    pub(crate) fn attribute_all(&mut self) {
        self.attribute_beyond_faces();
        let delivered: Vec<Month> =
            self.months.iter().filter(|(_, book)| book.bill.is_some()).map(|(month, _)| *month).collect();
        for month in delivered {
            self.attribute(month);
        }
    }

    /// What became of credits upstream reaches the memos: first who owns them and what they are worth,
    /// then what ended.
    pub(crate) fn follow(&mut self, today: NaiveDate) {
        let ids: Vec<String> = self.credits.keys().cloned().collect();
        let mut has_moved = false;
        for id in &ids {
            let credit = self.credits[id].clone();
            for memo in self.memos.iter_mut().filter(|memo| memo.credit.as_ref() == Some(id)) {
                if memo.ownership_ended && !memo.is_own_promise {
                    memo.write_down();
                }
            }
            if let Some((member, face, day)) = self.credits.get_mut(id).unwrap().given_to.take() {
                self.issue_for(id, member, face, day, month_of(day));
                has_moved = true;
            }
            let known_since = self.changed_since(&credit) != 0;
            if (credit.is_revised || known_since) && !credit.is_cancelled {
                // A later end first: whether more is promised hangs on it.
                has_moved |= self.extend(id);
                has_moved |= self.revise(id, today);
            }
        }
        if has_moved {
            self.fund();
        }
        for id in &ids {
            let credit = self.credits[id].clone();
            for memo in &mut self.memos {
                if memo.credit.as_ref() == Some(id) && credit.is_cancelled && !memo.is_own_promise {
                    memo.write_down();
                }
            }
            self.split_off(id, &credit);
        }
    }

    /// More is another memo; less is taken from what came last, as far as it is open.
    fn revise(&mut self, id: &str, today: NaiveDate) -> bool {
        let credit = self.credits[id].clone();
        let member = credit.owner();
        let own = |memo: &Memo| memo.member == member && memo.is_the_credits && memo.credit.as_deref() == Some(id);
        let Some(base) = (0..self.memos.len()).rev().find(|at| own(&self.memos[*at])) else { return false };
        let of = self.memos[base].clone();
        if of.grows_with_funding {
            return false;
        }
        let key = (member, id.to_owned());
        let stated = self.changed_since(&credit) / CENT;
        let so_far = self.revised.get(&key).copied().unwrap_or(0);
        // A cut that a person made ahead of AWS is not made again.
        let mut follows = stated;
        for (at, amount) in self.cut_by_hand.get(&key).into_iter().flatten() {
            follows = if stated < *at { (follows + amount).min(*at) } else { follows };
        }
        let mut chain: Vec<usize> =
            (0..self.memos.len()).rev().filter(|at| self.memos[*at].supplements == Some(base)).collect();
        chain.push(base);
        let sum = |of: fn(&Memo) -> Cents| chain.iter().map(|at| of(&self.memos[*at])).sum::<Cents>();
        let change = follows - so_far;
        if change > 0 {
            let has_ended = self.first_unissued().zip(of.last_month()).is_some_and(|(open, last)| last < open);
            // Of a credit that has ended AWS raises only what it has applied beyond.
            let paid_beyond = of.surplus / CENT - sum(Memo::unfunded_open);
            let more = if has_ended { change.min(paid_beyond) } else { change };
            if more <= 0 {
                return false;
            }
            let start = today.max(credit.start).min(credit.end.max(credit.start));
            let at = self.add_memo(NewMemo {
                member,
                credit: of.credit.clone(),
                is_the_credits: false,
                grows_with_funding: false,
                face: more,
                start,
                end: of.usable_until.max(of.end).map(|end| end.max(start)),
                pays: of.pays,
                covers_tax: of.covers_tax,
                funding_moved: 0,
            });
            self.memos[at].supplements = Some(base);
            *self.revised.entry(key).or_default() += more;
            return true;
        }
        // The customer had, has, or gave away no more than AWS states: the rest is cut, what came last first.
        let promised = sum(|memo| memo.applied() + memo.refunded + memo.open() + memo.moved_out);
        let beyond = (promised - of.face - stated).max(0);
        let mut less = beyond;
        for at in chain {
            let amount = less.min(self.memos[at].open());
            self.memos[at].written_off += amount;
            *self.revised.entry(key.clone()).or_default() -= amount;
            less -= amount;
        }
        less != beyond
    }

    /// What AWS has changed of a credit since its owner has it; where it was given to him, also what is known
    /// better since of what was left to give.
    fn changed_since(&self, credit: &Credit) -> Micros {
        match (credit.given, credit.portions.is_empty()) {
            (Some((day, given)), true) => credit.remaining_on(day) - given,
            _ => credit.changed,
        }
    }

    /// More time is the memos' too; less is not, since their end was promised.
    fn extend(&mut self, id: &str) -> bool {
        let credit = self.credits[id].clone();
        if credit.is_cancelled || !credit.portions.is_empty() {
            return false;
        }
        let mut is_longer = false;
        for memo in &mut self.memos {
            let of_credit = memo.member == credit.owner() && memo.credit.as_deref() == Some(id);
            if of_credit && memo.usable_until.max(memo.end).is_some_and(|end| end < credit.end) {
                memo.usable_until = Some(credit.end);
                is_longer = true;
            }
        }
        is_longer
    }

    /// Children of a split get their portions of what is open, the unfunded part first: it is what
    /// AWS has not applied that was split.
    pub(crate) fn split_off(&mut self, id: &str, credit: &Credit) {
        let Some(day) = credit.ended_on else { return };
        for (at, (child, portion, is_made)) in credit.portions.iter().enumerate() {
            let Some(from) = self.memo_of(id, credit.owner(), Month::MAX) else { continue };
            if self.memos[from].grows_with_funding && !*is_made {
                self.issue_unfunded_child(child, &self.memos[from].clone(), day);
                self.credits.get_mut(id).unwrap().portions[at].2 = true;
                continue;
            }
            let amount = (portion / CENT).min(self.memos[from].open());
            if *is_made || amount <= 0 {
                continue;
            }
            let funding = (amount - self.memos[from].unfunded_open().min(amount)) * CENT;
            let parent = self.memos[from].clone();
            self.move_part(
                from,
                amount,
                funding,
                NewMemo {
                    member: credit.owner(),
                    credit: Some(child.clone()),
                    is_the_credits: true,
                    grows_with_funding: false,
                    face: 0,
                    start: day,
                    end: parent.end.map(|end| end.max(day)),
                    pays: parent.pays,
                    covers_tax: parent.covers_tax,
                    funding_moved: 0,
                },
            );
            self.credits.get_mut(id).unwrap().portions[at].2 = true;
        }
    }

    /// Where memos grow with what AWS applies, a portion has nothing yet.
    pub(crate) fn issue_unfunded_child(&mut self, child: &str, parent: &Memo, day: NaiveDate) {
        self.add_memo(NewMemo {
            member: parent.member,
            credit: Some(child.to_owned()),
            is_the_credits: true,
            grows_with_funding: true,
            face: 0,
            start: day,
            end: parent.end.map(|end| end.max(day)),
            pays: parent.pays,
            covers_tax: parent.covers_tax,
            funding_moved: 0,
        });
    }
}
