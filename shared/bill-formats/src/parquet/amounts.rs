//! Amount columns of a batch, whatever their type, as exact decimals.

use arrow::{
    array::{Array, AsArray, Decimal128Array, DictionaryArray, Float32Array, Float64Array, Int32Array, Int64Array},
    datatypes::{DataType, Decimal128Type, Float32Type, Float64Type, Int32Type, Int64Type},
};
use money::{MoneyError, ParseFault, ParsedDecimal};

use super::texts::text_bytes;
use crate::{
    discounts::{RowDiscounts, read_json_map},
    meaning::{Cause, RowFault},
    roundings::{Roundings, read_amount},
};

/// Whether amounts can be read from a column of this type.
pub(super) fn can_read(data_type: &DataType) -> bool {
    matches!(
        data_type,
        DataType::Float64
            | DataType::Float32
            | DataType::Decimal128(..)
            | DataType::Int32
            | DataType::Int64
            | DataType::Utf8
            | DataType::Binary
            | DataType::Null
    )
}

/// Whether a map of discounts can be read from a column of this type.
pub(super) fn can_read_map(data_type: &DataType) -> bool {
    match data_type {
        DataType::Utf8 | DataType::Binary | DataType::Null => true,
        DataType::Map(entries, _) => match entries.data_type() {
            DataType::Struct(fields) => {
                fields.len() == 2
                    && matches!(fields[0].data_type(), DataType::Utf8 | DataType::Binary)
                    && can_read(fields[1].data_type())
            }
            _ => false,
        },
        _ => false,
    }
}

/// One amount column of a batch.
pub(super) struct AmountColumn<'a> {
    column: usize,
    values: Values<'a>,
}

enum Values<'a> {
    Double(&'a Float64Array),
    Single(&'a Float32Array),
    Decimal(&'a Decimal128Array, i64),
    Int32(&'a Int32Array),
    Int64(&'a Int64Array),
    Text(&'a DictionaryArray<Int32Type>),
    PlainText(&'a dyn Array),
    Nothing,
}

impl<'a> AmountColumn<'a> {
    /// The column of this number in the file.
    pub(super) fn new(column: usize, array: Option<&'a dyn Array>) -> Self {
        let values = array.map_or(Values::Nothing, |array| match array.data_type() {
            DataType::Float64 => Values::Double(array.as_primitive::<Float64Type>()),
            DataType::Float32 => Values::Single(array.as_primitive::<Float32Type>()),
            DataType::Decimal128(_, scale) => {
                Values::Decimal(array.as_primitive::<Decimal128Type>(), i64::from(*scale))
            }
            DataType::Int32 => Values::Int32(array.as_primitive::<Int32Type>()),
            DataType::Int64 => Values::Int64(array.as_primitive::<Int64Type>()),
            DataType::Dictionary(..) => Values::Text(array.as_dictionary::<Int32Type>()),
            DataType::Utf8 | DataType::Binary => Values::PlainText(array),
            _ => Values::Nothing,
        });
        Self { column, values }
    }

    /// Its number in the file.
    pub(super) fn column(&self) -> usize {
        self.column
    }

    /// The amount of a row; nothing where it is null or blank.
    ///
    /// # Errors
    /// Unreadable, not finite, or too large.
    #[inline]
    pub(super) fn at(&self, row: usize, roundings: &mut Roundings) -> Result<Option<ParsedDecimal>, RowFault> {
        let amount = |fault: MoneyError| RowFault::column(self.column, Cause::Amount(fault));
        match &self.values {
            Values::Double(values) if values.is_valid(row) => {
                let double = values.value(row);
                match ParsedDecimal::from_double_shortest(double) {
                    // Its text has an exponent and at most seventeen digits: it can be rounded.
                    Err(ParseFault::TooPrecise) => {
                        read_amount(format!("{double:e}").as_bytes(), self.column, roundings)
                    }
                    outcome => outcome.map(Some).map_err(|fault| amount(fault.into_money_error(&double.to_string()))),
                }
            }
            Values::Single(values) if values.is_valid(row) => {
                // Its own shortest text: widened to a double it would gain digits.
                read_amount(format!("{:e}", values.value(row)).as_bytes(), self.column, roundings)
            }
            Values::Decimal(values, scale) if values.is_valid(row) => {
                match ParsedDecimal::from_parts(values.value(row), *scale) {
                    Err(ParseFault::TooPrecise) => {
                        read_amount(values.value_as_string(row).as_bytes(), self.column, roundings)
                    }
                    outcome => {
                        outcome.map(Some).map_err(|fault| amount(fault.into_money_error(&values.value_as_string(row))))
                    }
                }
            }
            Values::Int32(values) if values.is_valid(row) => self.whole(i128::from(values.value(row))),
            Values::Int64(values) if values.is_valid(row) => self.whole(i128::from(values.value(row))),
            Values::Text(values) if values.is_valid(row) => {
                let at = usize::try_from(values.keys().value(row)).unwrap_or(0);
                read_amount(text_bytes(values.values().as_ref(), at), self.column, roundings)
            }
            Values::PlainText(values) if values.is_valid(row) => {
                read_amount(text_bytes(*values, row), self.column, roundings)
            }
            _ => Ok(None),
        }
    }

    fn whole(&self, units: i128) -> Result<Option<ParsedDecimal>, RowFault> {
        let fault = |fault: MoneyError| RowFault::column(self.column, Cause::Amount(fault));
        ParsedDecimal::from_parts(units, 0).map(Some).map_err(|cause| fault(cause.into_money_error(&units.to_string())))
    }
}

/// Reads a row's map of discounts: a typed map, or JSON text as in CSV.
///
/// # Errors
/// Not a map of names and amounts.
pub(super) fn read_map(
    array: &dyn Array,
    row: usize,
    column: usize,
    into: &mut RowDiscounts,
    roundings: &mut Roundings,
) -> Result<(), RowFault> {
    if array.is_null(row) {
        return Ok(());
    }
    if let Some(map) = array.as_map_opt() {
        let offsets = map.value_offsets();
        let bound = |at: usize| usize::try_from(offsets[at]).unwrap_or(0);
        let names = map.keys().as_ref();
        let amounts = AmountColumn::new(column, Some(map.values().as_ref()));
        for at in bound(row)..bound(row + 1) {
            if let Some(amount) = amounts.at(at, roundings)? {
                let name = std::str::from_utf8(text_bytes(names, at));
                let name = name.map_err(|_| RowFault::column(column, Cause::NotUtf8))?;
                into.entry(name, amount, column);
            }
        }
        return Ok(());
    }
    if let Some(dictionary) = array.as_dictionary_opt::<Int32Type>() {
        let at = usize::try_from(dictionary.keys().value(row)).unwrap_or(0);
        return read_json_map(text_bytes(dictionary.values().as_ref(), at), column, into, roundings);
    }
    Ok(())
}
