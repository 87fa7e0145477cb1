//! The second books: months, memos, credits and policies, and what is asked of them all. What is done
//! upstream is written in `upstream_books.rs`, bills and closes in `month_books.rs`.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::{
    credit::Credit,
    memo::{Memo, NewMemo},
    paper::Bill,
    paying::Charges,
    steps::{CENT, Cents, Chosen, Micros, Month},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Status {
    #[default]
    Open,
    Waived,
    Closed,
}

/// A month of the payer.
#[derive(Debug, Clone, Default)]
pub(crate) struct MonthBook {
    pub(crate) bill: Option<Bill>,
    /// Every file that came, as text.
    pub(crate) texts: Vec<String>,
    /// Counts bills that changed something.
    pub(crate) delivery: u32,
    /// The delivery billed, and whether that made drafts.
    pub(crate) billed: Option<(u32, bool)>,
    pub(crate) has_documents: bool,
    pub(crate) status: Status,
    /// Something was recorded of its billing.
    pub(crate) is_known: bool,
    pub(crate) suspense: Micros,
    /// Lines of it lie beyond the face of their credit.
    pub(crate) is_beyond: bool,
    pub(crate) said: Vec<(usize, String, String)>,
}

impl MonthBook {
    pub(crate) fn is_issued(&self) -> bool {
        self.status == Status::Closed || self.has_documents || self.billed.is_some_and(|(_, draft)| !draft)
    }
}

/// The books.
#[derive(Debug, Clone, Default)]
pub(crate) struct Books {
    pub(crate) credits: BTreeMap<String, Credit>,
    pub(crate) memos: Vec<Memo>,
    pub(crate) months: BTreeMap<Month, MonthBook>,
    /// From which month on which policies.
    pub(crate) policies: Vec<(Month, Chosen)>,
    /// What was settled with an account of a month, by whose month's bill: charged, and paid by memos.
    pub(crate) settled: BTreeMap<(usize, Month), BTreeMap<Month, (Cents, Cents)>>,
    /// What revisions of a credit have changed of an account's memos.
    pub(crate) revised: BTreeMap<(usize, String), Cents>,
    /// What persons wrote off of a credit's memos: what revisions had changed by then, and how much.
    pub(crate) cut_by_hand: BTreeMap<(usize, String), Vec<(Cents, Cents)>>,
    /// The charges that a month was last corrected upon.
    pub(crate) corrected: BTreeMap<(usize, Month), Charges>,
    /// The accounts that an import named, with the day after the last.
    pub(crate) accounts: BTreeMap<usize, Option<NaiveDate>>,
}

impl Books {
    pub(crate) fn chosen(&self, month: Month) -> Chosen {
        self.policies.iter().rev().find(|(from, _)| *from <= month).map_or_else(Chosen::default, |(_, chosen)| *chosen)
    }

    pub(crate) fn month(&mut self, month: Month) -> &mut MonthBook {
        self.months.entry(month).or_default()
    }

    pub(crate) fn newest(&self) -> Option<Month> {
        self.months.iter().rev().find(|(_, book)| book.bill.is_some()).map(|(month, _)| *month)
    }

    pub(crate) fn first_unissued(&self) -> Option<Month> {
        self.months.iter().rev().find(|(_, book)| book.is_issued()).map(|(month, _)| month + 1)
    }

    pub(crate) fn last_closed(&self) -> Option<Month> {
        self.months.iter().rev().find(|(_, book)| book.status == Status::Closed).map(|(month, _)| *month)
    }

    // ---- memos

    pub(crate) fn next_ordinal(&self, member: usize) -> usize {
        self.memos.iter().filter(|memo| memo.member == member).count() + 1
    }

    /// A memo without a past.
    pub(crate) fn add_memo(&mut self, memo: NewMemo) -> usize {
        let ordinal = self.next_ordinal(memo.member);
        self.memos.push(Memo {
            member: memo.member,
            ordinal,
            credit: memo.credit,
            is_the_credits: memo.is_the_credits,
            grows_with_funding: memo.grows_with_funding,
            face: if memo.grows_with_funding { 0 } else { memo.face },
            start: memo.start,
            end: memo.end,
            pays: memo.pays,
            covers_tax: memo.covers_tax,
            usable_until: None,
            supplements: None,
            came_from: None,
            is_beside: false,
            applied_before: 0,
            ownership_ended: false,
            is_own_promise: false,
            paid: BTreeMap::new(),
            expired: 0,
            written_off: 0,
            lapsed: 0,
            given_up: 0,
            written_down: 0,
            gain: 0,
            refunded: 0,
            moved_out: 0,
            funding: BTreeMap::new(),
            funding_moved: memo.funding_moved,
            surplus: 0,
        });
        self.memos.len() - 1
    }

    /// A credit's memo, at its face or at nothing, by the policies of the month it enters.
    pub(crate) fn issue_for(&mut self, id: &str, member: usize, face: Micros, start: NaiveDate, enters: Month) {
        let credit = self.credits[id].clone();
        let face = face / CENT;
        if face <= 0 {
            return;
        }
        self.revised.remove(&(member, id.to_owned()));
        self.cut_by_hand.remove(&(member, id.to_owned()));
        self.add_memo(NewMemo {
            member,
            credit: Some(id.to_owned()),
            is_the_credits: true,
            grows_with_funding: self.chosen(enters).basis_funded,
            face,
            start,
            end: Some(credit.end.max(start)),
            pays: credit.pays,
            covers_tax: credit.covers_tax,
            funding_moved: 0,
        });
    }

    /// The memo of a credit with an account, of the ownership in a month.
    pub(crate) fn memo_of(&self, id: &str, member: usize, month: Month) -> Option<usize> {
        let all: Vec<usize> = (0..self.memos.len())
            .filter(|at| {
                let memo = &self.memos[*at];
                memo.member == member && memo.is_the_credits && memo.credit.as_deref() == Some(id)
            })
            .collect();
        let begun = all.iter().rev().find(|at| self.memos[**at].may_pay_in(month));
        begun.or(all.first()).copied()
    }

    /// Moves part of a memo to a new one.
    pub(crate) fn move_part(&mut self, from: usize, amount: Cents, funding: Micros, to: NewMemo) {
        self.memos[from].moved_out += amount;
        self.memos[from].funding_moved -= funding;
        let is_same_credit = self.memos[from].credit == to.credit;
        let moved = self.add_memo(NewMemo { face: amount, funding_moved: funding, ..to });
        self.memos[moved].came_from = is_same_credit.then_some(from);
    }
}
