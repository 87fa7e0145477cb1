//! Discounts stated beside a charge: typed columns, a map, and a total that may say more.
//!
//! CUR 2.0 puts `discount_total_discount` beside a `discount` map and typed columns; the legacy
//! report has one column a type. The total is no type: what it holds beyond the types is kept as
//! `UnspecifiedDiscount`, so that nothing that AWS states is lost and nothing is stated twice.
//! Source: <https://docs.aws.amazon.com/cur/latest/userguide/table-dictionary-cur2-discount.html>

use std::collections::BTreeMap;

use domain::usage::LineType;
use money::{ExactAccumulator, ParsedDecimal};
use serde_json::value::RawValue;

use crate::{
    columns::discount_type,
    meaning::{Cause, RowFault},
    roundings::{Roundings, read_amount},
    table::Table,
};

/// What the total states and no type explains.
const UNSPECIFIED: &str = "UnspecifiedDiscount";

/// The key of the total, where a map repeats it.
const TOTAL: &str = "TotalDiscount";

/// A map at fault is shown by so much of its text.
const MAP_SHOWN_MAX: usize = 80;

/// Collects the discounts of one row.
#[derive(Default)]
pub(crate) struct RowDiscounts {
    typed: Vec<(LineType, ParsedDecimal, usize)>,
    total: Option<(ParsedDecimal, usize)>,
}

impl RowDiscounts {
    /// A typed column. It wins over the same type in a map.
    pub(crate) fn typed(&mut self, name: &LineType, amount: ParsedDecimal, column: usize) {
        if !amount.is_zero() && !self.typed.iter().any(|(known, ..)| known == name) {
            self.typed.push((name.clone(), amount, column));
        }
    }

    /// An entry of a map, in the map's spelling.
    pub(crate) fn entry(&mut self, name: &str, amount: ParsedDecimal, column: usize) {
        let name = discount_type(name);
        if name.as_str() == TOTAL {
            self.total = self.total.or(Some((amount, column)));
        } else {
            self.typed(&name, amount, column);
        }
    }

    /// The total.
    pub(crate) fn total(&mut self, amount: ParsedDecimal, column: usize) {
        self.total = Some((amount, column));
    }

    /// Adds the row's discounts to the row last pushed and empties the collection.
    ///
    /// # Errors
    /// More types than any bill has.
    pub(crate) fn push(&mut self, table: &mut Table) -> Result<(), RowFault> {
        if let Some((total, column)) = self.total.take() {
            let number = table.discount_type(&LineType::from(UNSPECIFIED), column)?;
            if !total.is_zero() || !self.typed.is_empty() {
                table.push_discount(number, total, column);
                for (_, amount, column) in &self.typed {
                    table.push_discount(number, amount.negated(), *column);
                }
            }
        }
        for (name, amount, column) in self.typed.drain(..) {
            let number = table.discount_type(&name, column)?;
            table.push_discount(number, amount, column);
        }
        Ok(())
    }
}

/// Reads a map that is written as JSON text, as CSV has it. Amounts are read from their own text:
/// no float is between.
///
/// # Errors
/// Not a map of names and amounts.
pub(crate) fn read_json_map(
    text: &[u8],
    column: usize,
    into: &mut RowDiscounts,
    roundings: &mut Roundings,
) -> Result<(), RowFault> {
    let text = text.trim_ascii();
    if text.is_empty() || text == b"{}" || crate::interner::is_null(text) || text == b"null" {
        return Ok(());
    }
    let refuse = || {
        RowFault::column(
            column,
            Cause::DiscountMap(String::from_utf8_lossy(text).chars().take(MAP_SHOWN_MAX).collect()),
        )
    };
    let map: BTreeMap<String, &RawValue> = serde_json::from_slice(text).map_err(|_| refuse())?;
    for (name, value) in map {
        let value = value.get().trim_matches('"');
        if value.is_empty() || value == "null" {
            continue;
        }
        if let Some(amount) = read_amount(value.as_bytes(), column, roundings).map_err(|_| refuse())? {
            into.entry(&name, amount, column);
        }
    }
    Ok(())
}

/// The sums by type without those that came to nothing, sorted by type.
pub(crate) fn effective(
    sums: impl IntoIterator<Item = (LineType, ExactAccumulator)>,
) -> Option<Vec<domain::usage::DiscountAmount>> {
    let mut kept = Vec::new();
    for (discount_type, sum) in sums {
        let amount = sum.to_exact()?;
        if !amount.is_zero() {
            kept.push(domain::usage::DiscountAmount { discount_type, amount });
        }
    }
    kept.sort();
    Some(kept)
}
