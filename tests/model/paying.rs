//! How a month's charges are paid, once more: exact charges in pools, one rounding, the largest pool
//! first.

use std::collections::BTreeMap;

use crate::steps::{CENT, Cents, Micros, Rounding};

pub(crate) const TAX: &str = "Tax";

/// What an account is charged in a month, by pool.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Charges {
    /// By pool, tax among them.
    pub(crate) pools: BTreeMap<&'static str, Micros>,
    /// What no memo pays.
    pub(crate) never: Micros,
}

impl Charges {
    pub(crate) fn gross(&self) -> Micros {
        self.pools.values().sum::<Micros>() + self.never
    }

    pub(crate) fn eligible(&self, with_tax: bool) -> Micros {
        self.pools.iter().filter(|(pool, _)| with_tax || **pool != TAX).map(|(_, sum)| sum).sum()
    }

    pub(crate) fn add(&mut self, pool: &'static str, amount: Micros) {
        if amount != 0 {
            *self.pools.entry(pool).or_default() += amount;
        }
    }
}

/// A memo with the most that it may pay now.
pub(crate) struct Offer {
    pub(crate) memo: usize,
    pub(crate) limit: Cents,
}

/// A month being paid.
pub(crate) struct Paying {
    pub(crate) left: BTreeMap<&'static str, Micros>,
    pub(crate) room: Cents,
    pub(crate) rounding: Rounding,
}

impl Paying {
    pub(crate) fn new(charges: &Charges, with_tax: bool, rounding: Rounding) -> Self {
        let eligible = rounded(charges.eligible(with_tax), rounding);
        let room = eligible.min(rounded(charges.gross(), rounding)).max(0);
        Self { left: charges.pools.clone(), room, rounding }
    }

    /// Pays from the pools that fit, the largest first; answers with what was paid of each.
    pub(crate) fn pay(&mut self, limit: Cents, fits: impl Fn(&str) -> bool) -> BTreeMap<&'static str, Cents> {
        let mut fitting: Vec<(&'static str, Micros)> =
            self.left.iter().filter(|(pool, _)| fits(pool)).map(|(pool, sum)| (*pool, *sum)).collect();
        let eligible = rounded(fitting.iter().map(|(_, sum)| sum).sum(), self.rounding);
        let amount = eligible.min(self.room).min(limit).max(0);
        self.room -= amount;
        fitting.sort_by_key(|(pool, sum)| (-sum, *pool));
        let mut paid = BTreeMap::new();
        let mut rest = amount * CENT;
        for (pool, sum) in fitting.into_iter().filter(|(_, sum)| *sum > 0) {
            let part = sum.min(rest);
            rest -= part;
            *self.left.get_mut(pool).unwrap() -= part;
            if part > 0 {
                paid.insert(pool, part);
            }
        }
        in_cents(paid, amount)
    }
}

/// Parts in cents that add up to the amount: cut, and what is missing given to the largest.
pub(crate) fn in_cents(parts: BTreeMap<&'static str, Micros>, amount: Cents) -> BTreeMap<&'static str, Cents> {
    let largest = parts.iter().max_by_key(|(_, part)| **part).map(|(pool, _)| *pool);
    let mut cents: BTreeMap<&'static str, Cents> = parts.into_iter().map(|(pool, part)| (pool, part / CENT)).collect();
    let missing = amount - cents.values().sum::<Cents>();
    if let Some(largest) = largest {
        *cents.entry(largest).or_default() += missing;
    }
    cents.retain(|_, part| *part != 0);
    cents
}

pub(crate) fn rounded(micros: Micros, rounding: Rounding) -> Cents {
    let (whole, rest) = (micros.abs() / CENT, micros.abs() % CENT);
    let up = match rounding {
        Rounding::Down => false,
        Rounding::HalfUp => rest * 2 >= CENT,
        Rounding::HalfEven => rest * 2 > CENT || (rest * 2 == CENT && whole % 2 == 1),
    };
    (whole + Cents::from(up)) * micros.signum()
}

pub(crate) fn add_all(into: &mut BTreeMap<&'static str, Cents>, parts: BTreeMap<&'static str, Cents>) {
    for (pool, part) in parts {
        *into.entry(pool).or_default() += part;
    }
}
