//! Text columns of a batch as numbers of a [`Table`].
//!
//! Dates may be timestamps or days, and ids integers: all become the text that a CSV would have,
//! so that both encodings of a bill have the same aggregates.

use std::fmt::Write;

use arrow::{
    array::{Array, ArrayData, AsArray},
    datatypes::{
        DataType, Date32Type, Float64Type, Int32Type, Int64Type, TimeUnit, TimestampMicrosecondType,
        TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt64Type,
    },
};
use chrono::{DateTime, Datelike, NaiveDate};

use crate::{dates, field::Field, meaning::RowFault, table::Table};

const SECONDS_PER_DAY: i64 = 86_400;

/// Not looked up yet.
const UNKNOWN: u32 = u32::MAX;

/// Whether a field can be read from a column of this type.
pub(super) fn can_read(field: Field, data_type: &DataType) -> bool {
    let is_date = matches!(field, Field::Period | Field::ChargeDate);
    match data_type {
        DataType::Utf8 | DataType::Binary | DataType::Null => true,
        DataType::Timestamp(..) | DataType::Date32 => is_date,
        DataType::Int32 | DataType::Int64 | DataType::UInt64 | DataType::Float64 => !is_date,
        _ => false,
    }
}

/// Reads one field's column.
pub(super) struct TextReader {
    field: Field,
    numbers: Vec<u32>,
    dictionary: Option<ArrayData>,
    of_dictionary: Vec<u32>,
    last_day: Option<(i64, u32)>,
}

impl TextReader {
    pub(super) fn new(field: Field) -> Self {
        Self { field, numbers: Vec::new(), dictionary: None, of_dictionary: Vec::new(), last_day: None }
    }

    pub(super) fn field(&self) -> Field {
        self.field
    }

    /// The numbers of the batch last read.
    pub(super) fn numbers(&self) -> &[u32] {
        &self.numbers
    }

    /// Forgets the numbers of another dictionary. Batches of a row group mostly share one.
    pub(super) fn begin(&mut self, array: &dyn Array) {
        let Some(dictionary) = array.as_dictionary_opt::<Int32Type>() else { return };
        let values = dictionary.values().to_data();
        if !self.dictionary.as_ref().is_some_and(|known| known.ptr_eq(&values)) {
            self.of_dictionary.clear();
            self.of_dictionary.resize(values.len(), UNKNOWN);
            self.dictionary = Some(values);
        }
    }

    /// Reads the whole column.
    ///
    /// # Errors
    /// The row at fault.
    pub(super) fn read_all(&mut self, table: &mut Table, array: &dyn Array) -> Result<(), (usize, RowFault)> {
        self.begin(array);
        let mut numbers = std::mem::take(&mut self.numbers);
        numbers.clear();
        numbers.reserve(array.len());
        match array.as_dictionary_opt::<Int32Type>() {
            Some(dictionary) if dictionary.null_count() == 0 => {
                for (row, at) in dictionary.keys().values().iter().enumerate() {
                    let known = usize::try_from(*at).ok().and_then(|at| self.of_dictionary.get(at));
                    match known {
                        Some(number) if *number != UNKNOWN => numbers.push(*number),
                        _ => numbers.push(self.number(table, array, row).map_err(|fault| (row, fault))?),
                    }
                }
            }
            _ => {
                for row in 0..array.len() {
                    numbers.push(self.number(table, array, row).map_err(|fault| (row, fault))?);
                }
            }
        }
        self.numbers = numbers;
        Ok(())
    }

    /// Reads one row of a column that was begun.
    ///
    /// # Errors
    /// Not UTF-8.
    #[inline]
    pub(super) fn number(&mut self, table: &mut Table, array: &dyn Array, row: usize) -> Result<u32, RowFault> {
        if array.is_null(row) {
            return Ok(0);
        }
        if let Some(dictionary) = array.as_dictionary_opt::<Int32Type>() {
            let Ok(at) = usize::try_from(dictionary.keys().value(row)) else { return Ok(0) };
            let known = self.of_dictionary.get(at).copied().unwrap_or(UNKNOWN);
            if known != UNKNOWN {
                return Ok(known);
            }
            let number = text_number(table, self.field, text_bytes(dictionary.values().as_ref(), at))?;
            if let Some(slot) = self.of_dictionary.get_mut(at) {
                *slot = number;
            }
            return Ok(number);
        }
        if let Some((day, is_whole)) = day_at(array, row) {
            if self.field == Field::Period && !is_whole {
                // No period begins within a day: refused later, by this text.
                return text_number(table, self.field, format!("{}, not at 00:00 UTC", day_text(day)).as_bytes());
            }
            return match self.last_day {
                Some((last, number)) if last == day => Ok(number),
                _ => {
                    let number = text_number(table, self.field, day_text(day).as_bytes())?;
                    self.last_day = Some((day, number));
                    Ok(number)
                }
            };
        }
        number_at(table, self.field, array, row)
    }
}

/// The number of a row's text, without any memory of former rows.
///
/// # Errors
/// Not UTF-8.
pub(super) fn number_at(table: &mut Table, field: Field, array: &dyn Array, row: usize) -> Result<u32, RowFault> {
    if array.is_null(row) {
        return Ok(0);
    }
    if let Some(dictionary) = array.as_dictionary_opt::<Int32Type>() {
        let at = usize::try_from(dictionary.keys().value(row)).unwrap_or(0);
        return text_number(table, field, text_bytes(dictionary.values().as_ref(), at));
    }
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = match array.data_type() {
        DataType::Int32 => write!(text, "{}", array.as_primitive::<Int32Type>().value(row)),
        DataType::Int64 => write!(text, "{}", array.as_primitive::<Int64Type>().value(row)),
        DataType::UInt64 => write!(text, "{}", array.as_primitive::<UInt64Type>().value(row)),
        // An id that went through a double is refused by its point, as in text.
        DataType::Float64 => write!(text, "{:?}", array.as_primitive::<Float64Type>().value(row)),
        _ => Ok(()),
    };
    text_number(table, field, text.as_bytes())
}

/// The bytes of a text. Older writers leave out the note that a column of bytes is UTF-8.
pub(super) fn text_bytes(values: &dyn Array, at: usize) -> &[u8] {
    match values.data_type() {
        _ if at >= values.len() || values.is_null(at) => b"",
        DataType::Utf8 => values.as_string::<i32>().value(at).as_bytes(),
        DataType::Binary => values.as_binary::<i32>().value(at),
        _ => b"",
    }
}

#[inline]
fn text_number(table: &mut Table, field: Field, bytes: &[u8]) -> Result<u32, RowFault> {
    let bytes = if field == Field::ChargeDate { dates::key_part(bytes, table.keep_days()) } else { bytes };
    table.number(field, bytes)
}

/// The day of a date or timestamp, from 1970, and whether it is the begin of that day. A timestamp
/// without a zone is UTC.
fn day_at(array: &dyn Array, row: usize) -> Option<(i64, bool)> {
    let (time, per_second) = match array.data_type() {
        DataType::Date32 => return Some((i64::from(array.as_primitive::<Date32Type>().value(row)), true)),
        DataType::Timestamp(TimeUnit::Second, _) => (array.as_primitive::<TimestampSecondType>().value(row), 1),
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            (array.as_primitive::<TimestampMillisecondType>().value(row), 1_000)
        }
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            (array.as_primitive::<TimestampMicrosecondType>().value(row), 1_000_000)
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            (array.as_primitive::<TimestampNanosecondType>().value(row), 1_000_000_000)
        }
        _ => return None,
    };
    let per_day = SECONDS_PER_DAY * per_second;
    Some((time.div_euclid(per_day), time.rem_euclid(per_day) == 0))
}

fn day_text(day: i64) -> String {
    let date: Option<NaiveDate> = day
        .checked_mul(SECONDS_PER_DAY)
        .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
        .map(|at| at.date_naive());
    match date {
        Some(date) => format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day()),
        // Outside of the calendar: refused later as no date, by this text.
        None => format!("day {day}"),
    }
}
