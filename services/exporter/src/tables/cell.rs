//! Cells and rows: what a table is made of before it is written as a file of some format.

use chrono::{DateTime, NaiveDate, Utc};
use money::Exact;
use serde::Serialize;

use super::definitions::TableDefinition;

/// A value of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell {
    Text(String),
    Integer(u64),
    Amount(Exact),
    Date(NaiveDate),
    Time(DateTime<Utc>),
    Truth(bool),
    Nothing,
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Nothing, Into::into)
    }
}

macro_rules! cell_of {
    ($($type:ty => $make:expr),* $(,)?) => {
        $(impl From<$type> for Cell {
            fn from(value: $type) -> Self {
                let make: fn($type) -> Cell = $make;
                make(value)
            }
        })*
    };
}

cell_of! {
    String => Cell::Text,
    &str => |text| Cell::Text(text.to_owned()),
    u64 => Cell::Integer,
    u32 => |count| Cell::Integer(count.into()),
    Exact => Cell::Amount,
    money::Money => |amount| Cell::Amount(amount.to_exact()),
    NaiveDate => Cell::Date,
    DateTime<Utc> => Cell::Time,
    bool => Cell::Truth,
}

/// The word that a choice is written as in JSON.
pub(super) fn word<T: Serialize>(choice: T) -> Cell {
    match serde_json::to_value(choice) {
        Ok(serde_json::Value::String(word)) => Cell::Text(word),
        _ => Cell::Nothing,
    }
}

/// A row of cells.
macro_rules! row {
    ($($cell:expr),* $(,)?) => { vec![$(crate::tables::cell::Cell::from($cell)),*] };
}
pub(super) use row;

/// A table with its rows.
pub(super) struct Table {
    pub(super) definition: &'static TableDefinition,
    pub(super) rows: Vec<Vec<Cell>>,
}
