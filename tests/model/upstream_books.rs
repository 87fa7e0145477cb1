//! What AWS does with credits, in the second books: attributed lines, funding, revisions, transfers,
//! splits, cancellations.

use chrono::NaiveDate;

use crate::{
    attribution::attribute,
    bookkeeper::Books,
    credit::Credit,
    memo::{Memo, NewMemo},
    paper::month_of,
    paying::rounded,
    steps::{CENT, Micros, Month},
};

impl Books {
    /// Attributes the credit lines of a delivered month anew, and then those of all months in their order: news
    /// of one may leave too much in later ones, or make room in them.
    pub(crate) fn attribute(&mut self, month: Month) {
        self.attribute_one(month);
        self.attribute_beyond_faces();
    }

    pub(crate) fn attribute_beyond_faces(&mut self) {
        for month in self.delivered() {
            self.attribute_one(month);
        }
    }

    fn delivered(&self) -> Vec<Month> {
        self.months.iter().filter(|(_, book)| book.bill.is_some()).map(|(month, _)| *month).collect()
    }

    pub(crate) fn attribute_one(&mut self, month: Month) {
        let Some(book) = self.months.get(&month) else { return };
        let Some(bill) = &book.bill else { return };
        let said_before: Vec<_> = self.months.range(..month).flat_map(|(_, book)| book.said.clone()).collect();
        let attributed = attribute(&bill.credits, &self.credits, month, (&book.said, &said_before));
        for (id, credit) in &mut self.credits {
            credit.applied.insert(month, attributed.by_credit.get(id).copied().unwrap_or(0));
        }
        self.month(month).suspense = attributed.suspense;
    }

    pub(crate) fn attribute_all(&mut self) {
        self.attribute_beyond_faces();
        for month in self.delivered() {
            self.attribute(month);
        }
    }

    /// Gives each memo what AWS applied of its credit: the credit's own up to its face, then those that
    /// supplement it. Former ownerships give back what is no longer theirs.
    pub(crate) fn fund(&mut self) {
        for (id, credit) in self.credits.clone() {
            for (month, amount) in &credit.applied {
                let owned = self.memo_of(&id, credit.owner_in(*month), *month);
                let (chain, others): (Vec<usize>, Vec<usize>) =
                    self.funded_by(&id).partition(|at| owned == Some(self.memos[*at].supplements.unwrap_or(*at)));
                for at in others {
                    self.fund_one(at, *month, 0);
                }
                let mut left = *amount;
                for (place, at) in chain.iter().enumerate() {
                    let memo = &self.memos[*at];
                    let elsewhere: Micros =
                        memo.funding.iter().filter(|(of, _)| *of != month).map(|(_, sum)| sum).sum();
                    let room = (memo.face * CENT - elsewhere).max(0);
                    let part = if place + 1 == chain.len() { left } else { left.min(room) };
                    left -= part;
                    self.fund_one(*at, *month, part);
                }
            }
        }
    }

    /// The memos that a credit may fund, in the order of issue.
    fn funded_by(&self, id: &str) -> impl Iterator<Item = usize> {
        let is_funded = |at: &usize| {
            let memo = &self.memos[*at];
            memo.credit.as_deref() == Some(id) && (memo.is_the_credits || memo.supplements.is_some())
        };
        (0..self.memos.len()).filter(is_funded).collect::<Vec<_>>().into_iter()
    }

    fn fund_one(&mut self, at: usize, month: Month, amount: Micros) {
        let rounding = self.chosen(month).rounding;
        let memo = &mut self.memos[at];
        if memo.funding.get(&month).copied().unwrap_or(0) == amount {
            return;
        }
        memo.funding.insert(month, amount);
        if memo.grows_with_funding {
            let wanted = rounded(memo.funded(), rounding) + memo.moved_out;
            memo.face = wanted.max(memo.face - memo.open());
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
                    memo.written_off += memo.unfunded_open();
                }
            }
            if let Some((member, face, day)) = self.credits.get_mut(id).unwrap().given_to.take() {
                self.issue_for(id, member, face, day, month_of(day));
                has_moved = true;
            }
            if credit.is_revised {
                has_moved |= self.revise(id, today);
                has_moved |= self.extend(id);
            }
        }
        if has_moved {
            self.fund();
        }
        for id in &ids {
            let credit = self.credits[id].clone();
            for memo in &mut self.memos {
                let of_credit = memo.credit.as_ref() == Some(id) && credit.everyone.contains(&memo.member);
                if of_credit && credit.is_cancelled && !memo.is_own_promise {
                    memo.written_off += memo.unfunded_open();
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
        let change = credit.changed / CENT - self.revised.get(&key).copied().unwrap_or(0);
        if change > 0 {
            let start = today.max(credit.start).min(credit.end.max(credit.start));
            let at = self.add_memo(NewMemo {
                member,
                credit: of.credit.clone(),
                is_the_credits: false,
                grows_with_funding: false,
                face: change,
                start,
                end: of.end.map(|end| end.max(start)),
                pays: of.pays,
                covers_tax: of.covers_tax,
                funding_moved: 0,
            });
            self.memos[at].supplements = Some(base);
            *self.revised.entry(key).or_default() += change;
            return true;
        }
        let mut less = -change;
        let chain: Vec<usize> =
            (0..self.memos.len()).rev().filter(|at| self.memos[*at].supplements == Some(base)).collect();
        for at in chain.into_iter().chain([base]) {
            let amount = less.min(self.memos[at].open());
            self.memos[at].written_off += amount;
            *self.revised.entry(key.clone()).or_default() -= amount;
            less -= amount;
        }
        less != -change
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
