//! A memo of the second books: its face and a list of what happened to it. Every balance is added up
//! from that list when it is asked for. Amounts are cents; upstream lines millionths.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::{
    paper::{month_of, services_of},
    paying::{TAX, rounded},
    steps::{Cents, Micros, Month, Rounding},
};

/// A credit memo.
#[derive(Debug, Clone)]
pub(crate) struct Memo {
    pub(crate) member: usize,
    /// Its place among the account's memos, from 1.
    pub(crate) ordinal: usize,
    pub(crate) credit: Option<String>,
    /// It is the memo of its credit, not one moved or added by hand.
    pub(crate) is_the_credits: bool,
    pub(crate) grows_with_funding: bool,
    pub(crate) face: Cents,
    pub(crate) start: NaiveDate,
    pub(crate) end: Option<NaiveDate>,
    pub(crate) pays: u8,
    pub(crate) covers_tax: bool,
    /// Later than the end: days of grace, or AWS gave the credit more time.
    pub(crate) usable_until: Option<NaiveDate>,
    /// The memo that it supplements since AWS granted more.
    pub(crate) supplements: Option<usize>,
    /// What another system had paid with it.
    pub(crate) applied_before: Cents,
    /// The memo that it came from by hand, or stands beside.
    pub(crate) came_from: Option<usize>,
    /// A person granted it beside the credit's own: AWS's money reaches it last.
    pub(crate) is_beside: bool,
    /// Its owner lost the credit.
    pub(crate) ownership_ended: bool,
    /// A person granted it when AWS had cancelled the credit, or given it to another.
    pub(crate) is_own_promise: bool,
    /// What it paid of each month, pool by pool.
    pub(crate) paid: BTreeMap<Month, BTreeMap<&'static str, Cents>>,
    pub(crate) expired: Cents,
    pub(crate) written_off: Cents,
    /// The part of what expired that ended by itself since AWS had not paid it: it may come back.
    pub(crate) lapsed: Cents,
    /// The part of what expired that a person ended before AWS had paid it.
    pub(crate) given_up: Cents,
    /// The part of what was written off since AWS would pay no more: it may come back.
    pub(crate) written_down: Cents,
    /// The part of what a person wrote off that AWS had paid.
    pub(crate) gain: Cents,
    pub(crate) refunded: Cents,
    pub(crate) moved_out: Cents,
    /// What AWS applied by month.
    pub(crate) funding: BTreeMap<Month, Micros>,
    /// Funding that came or went with a move.
    pub(crate) funding_moved: Micros,
    /// What AWS applied of the credit that no memo of it may have; stands with the credit's own.
    pub(crate) surplus: Micros,
}

impl Memo {
    pub(crate) fn applied(&self) -> Cents {
        self.applied_before + self.paid.values().flat_map(BTreeMap::values).sum::<Cents>()
    }

    pub(crate) fn paid_for(&self, month: Month) -> Cents {
        self.paid.get(&month).map_or(0, |pools| pools.values().sum())
    }

    pub(crate) fn open(&self) -> Cents {
        self.face - self.applied() - self.expired - self.written_off - self.refunded - self.moved_out
    }

    pub(crate) fn funded(&self) -> Micros {
        self.funding.values().sum::<Micros>() + self.funding_moved
    }

    /// The part of the open balance that AWS has taken off the payer's bill. What ended or was
    /// written off is taken from what AWS never gave; what was paid or paid out from what it gave.
    pub(crate) fn funded_open(&self) -> Cents {
        let funded = rounded(self.funded(), Rounding::HalfEven);
        let never_given = (self.face - self.moved_out - funded).max(0);
        let ended_of_funded = (self.expired + self.written_off - never_given).max(0);
        (funded - self.applied() - self.refunded - ended_of_funded).clamp(0, self.open().max(0))
    }

    pub(crate) fn unfunded_open(&self) -> Cents {
        self.open() - self.funded_open()
    }

    /// What the customer had of it, or lost although AWS had paid it.
    pub(crate) fn had(&self) -> Cents {
        self.applied() + self.refunded + self.expired - self.lapsed - self.given_up + self.gain
    }

    /// AWS will pay no more: what it has not paid is written down.
    pub(crate) fn write_down(&mut self) {
        let unpaid = self.unfunded_open();
        self.written_off += unpaid;
        self.written_down += unpaid;
    }

    pub(crate) fn may_pay(&self, pool: &str) -> bool {
        let services = services_of(self.pays);
        if pool == TAX { self.covers_tax } else { services.is_empty() || services.contains(&pool) }
    }

    pub(crate) fn may_pay_in(&self, month: Month) -> bool {
        month_of(self.start) <= month
    }

    pub(crate) fn last_month(&self) -> Option<Month> {
        self.usable_until.max(self.end).map(month_of)
    }
}

/// A memo to be made.
pub(crate) struct NewMemo {
    pub(crate) member: usize,
    pub(crate) credit: Option<String>,
    pub(crate) is_the_credits: bool,
    pub(crate) grows_with_funding: bool,
    pub(crate) face: Cents,
    pub(crate) start: NaiveDate,
    pub(crate) end: Option<NaiveDate>,
    pub(crate) pays: u8,
    pub(crate) covers_tax: bool,
    pub(crate) funding_moved: Micros,
}
