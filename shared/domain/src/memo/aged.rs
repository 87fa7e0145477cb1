//! How far a memo and AWS are apart, and for how long: what was drawn ahead of AWS (exposure), and
//! what AWS took off the payer's bill and the customer has not used (owed) (rule book N28).
//!
//! Funding pays the oldest draws first, and draws use the oldest funding first. So what is drawn
//! ahead of AWS are the latest draws, and what is owed is the latest funding: each has the age of
//! the months it stands on.

use chrono::NaiveDate;
use money::{Currency, Money, Rounding};
use schemars::JsonSchema;
use serde::Serialize;

use super::CreditMemo;

/// An amount by the days since the month it stands on ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Ages {
    /// Up to 30 days.
    pub days_0_to_30: Money,
    /// 31 to 60 days.
    pub days_31_to_60: Money,
    /// 61 to 90 days.
    pub days_61_to_90: Money,
    /// More than 90 days.
    pub days_over_90: Money,
}

impl Ages {
    /// Nothing of any age.
    pub fn none(currency: Currency) -> Self {
        let zero = Money::zero(currency);
        Self { days_0_to_30: zero, days_31_to_60: zero, days_61_to_90: zero, days_over_90: zero }
    }

    fn add(&mut self, amount: Money, days: i64) {
        let bucket = match days {
            ..=30 => &mut self.days_0_to_30,
            31..=60 => &mut self.days_31_to_60,
            61..=90 => &mut self.days_61_to_90,
            _ => &mut self.days_over_90,
        };
        *bucket += amount;
    }

    /// All of it.
    pub fn total(&self) -> Money {
        self.days_0_to_30 + self.days_31_to_60 + self.days_61_to_90 + self.days_over_90
    }

    /// Adds another's.
    pub fn add_all(&mut self, other: &Self) {
        self.days_0_to_30 += other.days_0_to_30;
        self.days_31_to_60 += other.days_31_to_60;
        self.days_61_to_90 += other.days_61_to_90;
        self.days_over_90 += other.days_over_90;
    }
}

impl CreditMemo {
    /// What was given to the customer ahead of AWS, by age on a day.
    pub fn exposure_by_age(&self, day: NaiveDate) -> Ages {
        let draws = self.applications.iter().rev();
        let draws = draws.map(|(period, application)| (period.last_day(), application.amount));
        self.aged(self.exposure(), draws, day)
    }

    /// What AWS has taken off the payer's bill and the customer has not used, by age on a day.
    pub fn owed_by_age(&self, day: NaiveDate) -> Ages {
        let zero = Money::zero(self.currency);
        let funding = self.funding.iter().rev().map(|(period, amount)| {
            // As the funded balance itself is rounded; what cannot be held ages with the memo.
            (period.last_day(), amount.round_to_money(self.currency, Rounding::HalfEven).unwrap_or(zero))
        });
        self.aged(self.funded_balance(), funding, day)
    }

    /// Lays an amount over pieces, the latest first; what none of them holds has the memo's own age.
    fn aged(&self, amount: Money, pieces: impl Iterator<Item = (NaiveDate, Money)>, day: NaiveDate) -> Ages {
        let mut ages = Ages::none(self.currency);
        let mut left = amount;
        for (since, piece) in pieces.filter(|(since, _)| *since <= day) {
            let part = piece.at_least_zero().min(left);
            ages.add(part, (day - since).num_days());
            left -= part;
        }
        if !left.is_zero() {
            ages.add(left, (day - self.start_date).num_days());
        }
        ages
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_buckets_are_those_of_a_receivables_ledger() {
        let mut ages = Ages::none(Currency::USD);
        for (days, cents) in [(-5, 1), (0, 2), (30, 4), (31, 8), (60, 16), (61, 32), (90, 64), (91, 128), (400, 256)] {
            ages.add(Money::from_units(cents, 2), days);
        }
        let shown = [ages.days_0_to_30, ages.days_31_to_60, ages.days_61_to_90, ages.days_over_90];
        assert_eq!(shown.map(|amount| amount.units()), [7, 24, 96, 384]);
        assert_eq!(ages.total().units(), 511);
    }
}
