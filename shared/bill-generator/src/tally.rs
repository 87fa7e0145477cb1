//! What was really written, counted line by line, apart from what was planned.

use std::collections::BTreeMap;

use crate::{
    BillFormat, GeneratorFault,
    line::{BillLine, LineKind},
    ticks,
};

/// Lines and their sum.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Count {
    pub(crate) rows: u64,
    pub(crate) ticks: i128,
}

impl Count {
    fn add(&mut self, other: Self) {
        self.rows += other.rows;
        self.ticks += other.ticks;
    }
}

/// Amounts of a credit, positive.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct CreditCount {
    pub(crate) on_owner: i128,
    pub(crate) scattered: i128,
}

const KINDS: [LineKind; 12] = [
    LineKind::Usage,
    LineKind::DiscountedUsage,
    LineKind::SavingsPlanCoveredUsage,
    LineKind::SavingsPlanNegation,
    LineKind::SavingsPlanRecurringFee,
    LineKind::RiFee,
    LineKind::Fee,
    LineKind::Tax,
    LineKind::Credit,
    LineKind::Refund,
    LineKind::SppDiscount,
    LineKind::EdpDiscount,
];

/// A running count of written lines.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    by_kind: [Count; KINDS.len()],
    /// By place of the credit.
    pub(crate) credits: BTreeMap<usize, CreditCount>,
    /// Credit lines of AWS's Free Tier, signed.
    pub(crate) free_tier: i128,
}

impl Tally {
    pub(crate) fn count(
        &mut self,
        line: &BillLine<'_>,
        format: BillFormat,
        owner_benefits: bool,
    ) -> Result<(), GeneratorFault> {
        let cost = line.billed(format);
        if !ticks::survives_a_double(cost) {
            return Err(GeneratorFault::Untied {
                payer: line.sheet.payer.to_owned(),
                period: line.sheet.clock.period.to_string(),
                what: format!("a cost of {cost} ticks has more digits than a double holds"),
            });
        }
        self.by_kind[line.kind as usize].add(Count { rows: 1, ticks: i128::from(cost) });
        match (line.kind, line.credit) {
            (LineKind::Credit, Some(credit)) => {
                let count = self.credits.entry(credit).or_default();
                let part = if owner_benefits { &mut count.on_owner } else { &mut count.scattered };
                *part -= i128::from(cost);
            }
            (LineKind::Credit, None) => self.free_tier += i128::from(cost),
            _ => {}
        }
        Ok(())
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.by_kind.iter_mut().zip(other.by_kind) {
            mine.add(theirs);
        }
        for (credit, count) in &other.credits {
            let mine = self.credits.entry(*credit).or_default();
            mine.on_owner += count.on_owner;
            mine.scattered += count.scattered;
        }
        self.free_tier += other.free_tier;
    }

    pub(crate) fn all(&self) -> Count {
        self.by_kind.iter().fold(Count::default(), |mut sum, count| {
            sum.add(*count);
            sum
        })
    }

    /// By the words of the format's type column.
    pub(crate) fn by_word(&self, format: BillFormat) -> BTreeMap<&'static str, Count> {
        let mut words = BTreeMap::<&str, Count>::new();
        for (kind, count) in KINDS.iter().zip(self.by_kind).filter(|(_, count)| count.rows > 0) {
            words.entry(kind.word(format)).or_default().add(count);
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_stand_where_their_number_says() {
        assert!(KINDS.iter().enumerate().all(|(at, kind)| *kind as usize == at));
    }
}
