//! Members' usage held against the control totals of their delivery: what counts of the accounts together is
//! what the delivery said, line type by line type (rule book N18).

use std::collections::BTreeMap;

use money::{Exact, MoneyError};

use super::{DeliveryCompleted, LineType, MemberUsage};

/// The usage of members together, by line type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MembersTogether {
    by_type: BTreeMap<LineType, (u64, Exact)>,
}

/// A line type of which the members together say something else than their delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlDifference {
    /// The line type.
    pub line_type: LineType,
    /// Rows by the members, and by the delivery.
    pub rows: (u64, u64),
    /// The sum by the members.
    pub by_members: Exact,
    /// The control total.
    pub by_delivery: Exact,
}

impl ControlDifference {
    /// The members' sum less the control total.
    ///
    /// # Errors
    /// [`MoneyError`] where it cannot be held.
    pub fn amount(&self) -> Result<Exact, MoneyError> {
        self.by_members.checked_sub(self.by_delivery)
    }
}

impl std::fmt::Display for ControlDifference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { line_type, rows: (by_members, by_delivery), .. } = self;
        write!(
            f,
            "'{line_type}' is {} in {by_members} rows by the accounts and {} in {by_delivery} rows by the delivery",
            self.by_members, self.by_delivery
        )
    }
}

impl MembersTogether {
    /// Adds a member's usage as it counts.
    ///
    /// # Errors
    /// [`MoneyError`] where a sum cannot be held.
    pub fn add(&mut self, usage: &MemberUsage) -> Result<(), MoneyError> {
        let charges = usage.charges.iter().map(|charge| (&charge.key.line_type, charge.rows, charge.amount));
        let credits = usage.credit_lines.iter().map(|line| (&line.key.line_type, line.rows, line.amount));
        for (line_type, rows, amount) in charges.chain(credits) {
            let (all_rows, sum) = self.by_type.entry(line_type.clone()).or_insert((0, Exact::ZERO));
            *all_rows += rows;
            *sum = sum.checked_add(amount)?;
        }
        Ok(())
    }

    /// Where they differ from a delivery's control totals, by line type; nothing where all of it ties.
    pub fn differences(&self, delivery: &DeliveryCompleted) -> Vec<ControlDifference> {
        let stated: BTreeMap<&LineType, (u64, Exact)> =
            delivery.by_type.iter().map(|total| (&total.line_type, (total.rows, total.amount))).collect();
        let nothing = (0, Exact::ZERO);
        let line_types: std::collections::BTreeSet<&LineType> =
            self.by_type.keys().chain(stated.keys().copied()).collect();
        let compared = line_types.into_iter().map(|line_type| {
            let (rows, by_members) = self.by_type.get(line_type).copied().unwrap_or(nothing);
            let (rows_stated, by_delivery) = stated.get(line_type).copied().unwrap_or(nothing);
            let line_type = line_type.clone();
            ControlDifference { line_type, rows: (rows, rows_stated), by_members, by_delivery }
        });
        compared.filter(|one| one.rows.0 != one.rows.1 || one.by_members != one.by_delivery).collect()
    }
}
