//! An upstream credit as the second books keep it: what it is worth, whose it is, what AWS applied.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::{
    paper::{last_day, month_of},
    steps::{Micros, Month},
};

/// An upstream credit.
#[derive(Debug, Clone)]
pub(crate) struct Credit {
    pub(crate) description: String,
    /// What AWS will use of it.
    pub(crate) face: Micros,
    /// The face and the owner that AWS's list states, whatever was split off or given away since.
    pub(crate) stated: (Micros, usize),
    /// What AWS changed of the face since the present owner has it.
    pub(crate) changed: Micros,
    /// Whether AWS ever stated something else than before.
    pub(crate) is_revised: bool,
    /// Who is to get a memo of what is left: the account, the amount, the day.
    pub(crate) given_to: Option<(usize, Micros, NaiveDate)>,
    pub(crate) start: NaiveDate,
    pub(crate) end: NaiveDate,
    pub(crate) pays: u8,
    pub(crate) covers_tax: bool,
    /// Who owned it from which day on.
    pub(crate) owners: BTreeMap<NaiveDate, usize>,
    /// All who ever owned it.
    pub(crate) everyone: BTreeSet<usize>,
    /// When it last changed hands.
    pub(crate) transferred: Option<NaiveDate>,
    /// The day it was last given to another, and what was left of it then.
    pub(crate) given: Option<(NaiveDate, Micros)>,
    pub(crate) ended_on: Option<NaiveDate>,
    pub(crate) is_cancelled: bool,
    /// What it was split into: the child and its portion, once its memo was made.
    pub(crate) portions: Vec<(String, Micros, bool)>,
    /// What AWS applied by month.
    pub(crate) applied: BTreeMap<Month, Micros>,
}

impl Credit {
    pub(crate) fn owner(&self) -> usize {
        *self.owners.values().next_back().unwrap()
    }

    pub(crate) fn owner_in(&self, month: Month) -> usize {
        let before = self.owners.range(..=last_day(month)).next_back();
        *before.or_else(|| self.owners.first_key_value()).unwrap().1
    }

    pub(crate) fn is_live(&self, month: Month) -> bool {
        month_of(self.start) <= month
            && month <= month_of(self.end)
            && self.ended_on.is_none_or(|day| month <= month_of(day))
    }

    /// What was left of it on a day, as known now.
    pub(crate) fn remaining_on(&self, day: NaiveDate) -> Micros {
        let before = self.applied.iter().filter(|(month, _)| last_day(**month) < day);
        (self.face - before.map(|(_, sum)| sum).sum::<Micros>()).min(self.face)
    }

    /// What AWS may still apply: what it took back beyond all that it applied makes no credit larger.
    pub(crate) fn remaining(&self) -> Micros {
        (self.face - self.applied.values().sum::<Micros>()).min(self.face)
    }
}
