//! A table as Parquet. Amounts are decimals of 38 digits, 18 of them behind the point, which is
//! more than AWS writes; one that does not fit is an error, never rounded.

use std::sync::Arc;

use arrow::{
    array::{
        ArrayRef, BooleanArray, Date32Array, Decimal128Array, RecordBatch, StringArray, TimestampMicrosecondArray,
        UInt64Array,
    },
    datatypes::{DataType, Field, Schema, TimeUnit},
};
use chrono::NaiveDate;
use money::Exact;
use parquet::{arrow::ArrowWriter, basic::Compression, file::properties::WriterProperties};

use super::{
    cell::{Cell, Table},
    definitions::{ColumnDefinition, ColumnKind},
};

const PRECISION: u8 = 38;
const SCALE: i8 = 18;

/// Rows encoded at a time, so that a column of a large table is never held twice.
const ROWS_AT_A_TIME: usize = 65_536;

pub(super) fn bytes(table: &Table) -> Result<Vec<u8>, String> {
    let field = |column: &ColumnDefinition| Field::new(column.name, data_type(column.kind), true);
    let schema = Arc::new(Schema::new(table.definition.columns.iter().map(field).collect::<Vec<_>>()));
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by("creditmemo".to_owned())
        .build();
    let failed = |cause: parquet::errors::ParquetError| cause.to_string();
    let mut writer = ArrowWriter::try_new(Vec::new(), Arc::clone(&schema), Some(properties)).map_err(failed)?;
    for rows in table.rows.chunks(ROWS_AT_A_TIME) {
        let columns = table.definition.columns.iter().enumerate();
        let arrays: Vec<ArrayRef> = columns
            .map(|(at, column)| {
                let cells = rows.iter().map(|row| row.get(at).unwrap_or(&Cell::Nothing));
                array(column.kind, cells).map_err(|what| format!("column {}: {what}", column.name))
            })
            .collect::<Result<_, _>>()?;
        let batch = RecordBatch::try_new(Arc::clone(&schema), arrays).map_err(|cause| cause.to_string())?;
        writer.write(&batch).map_err(failed)?;
    }
    writer.into_inner().map_err(failed)
}

fn data_type(kind: ColumnKind) -> DataType {
    match kind {
        ColumnKind::Text => DataType::Utf8,
        ColumnKind::Integer => DataType::UInt64,
        ColumnKind::Amount => DataType::Decimal128(PRECISION, SCALE),
        ColumnKind::Date => DataType::Date32,
        ColumnKind::Time => DataType::Timestamp(TimeUnit::Microsecond, Some("+00:00".into())),
        ColumnKind::Truth => DataType::Boolean,
    }
}

fn array<'a>(kind: ColumnKind, cells: impl Iterator<Item = &'a Cell>) -> Result<ArrayRef, String> {
    Ok(match kind {
        ColumnKind::Text => Arc::new(StringArray::from_iter(cells.map(|cell| match cell {
            Cell::Text(text) => Some(text.as_str()),
            _ => None,
        }))),
        ColumnKind::Integer => Arc::new(UInt64Array::from_iter(cells.map(|cell| match cell {
            Cell::Integer(count) => Some(*count),
            _ => None,
        }))),
        ColumnKind::Amount => {
            let units = cells.map(|cell| match cell {
                Cell::Amount(amount) => units(*amount).map(Some),
                _ => Ok(None),
            });
            let array: Decimal128Array = units.collect::<Result<Vec<_>, _>>()?.into_iter().collect();
            Arc::new(array.with_precision_and_scale(PRECISION, SCALE).map_err(|cause| cause.to_string())?)
        }
        ColumnKind::Date => Arc::new(Date32Array::from_iter(cells.map(|cell| match cell {
            Cell::Date(day) => Some(days(*day)),
            _ => None,
        }))),
        ColumnKind::Time => {
            let times = TimestampMicrosecondArray::from_iter(cells.map(|cell| match cell {
                Cell::Time(time) => Some(time.timestamp_micros()),
                _ => None,
            }));
            Arc::new(times.with_timezone("+00:00"))
        }
        ColumnKind::Truth => Arc::new(BooleanArray::from_iter(cells.map(|cell| match cell {
            Cell::Truth(truth) => Some(*truth),
            _ => None,
        }))),
    })
}

/// Days since 1 January 1970.
fn days(day: NaiveDate) -> i32 {
    i32::try_from((day - NaiveDate::default()).num_days()).unwrap_or(i32::MAX)
}

/// An amount in units of the eighteenth decimal place, from its exact text.
fn units(amount: Exact) -> Result<i128, String> {
    let text = amount.to_string();
    let too_fine = || format!("{text} has more than {SCALE} decimal places");
    let too_large = || format!("{text} has more than {PRECISION} digits");
    let (sign, digits) = text.strip_prefix('-').map_or((1, text.as_str()), |digits| (-1, digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let places = usize::from(SCALE.unsigned_abs());
    if fraction.len() > places {
        return Err(too_fine());
    }
    let units: i128 = format!("{whole}{fraction:0<places$}").parse().map_err(|_| too_large())?;
    Ok(sign * units)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A row of every kind of value, and one of none.
    fn example() -> Table {
        use super::super::definitions::TableDefinition;
        const fn column(name: &'static str, kind: ColumnKind) -> ColumnDefinition {
            ColumnDefinition { name, kind, about: "" }
        }
        const EXAMPLE: TableDefinition = TableDefinition {
            name: "example",
            about: "",
            columns: &[
                column("text", ColumnKind::Text),
                column("count", ColumnKind::Integer),
                column("amount", ColumnKind::Amount),
                column("day", ColumnKind::Date),
                column("time", ColumnKind::Time),
                column("truth", ColumnKind::Truth),
            ],
        };
        let time = chrono::DateTime::parse_from_rfc3339("2019-02-05T09:00:00.000001Z").unwrap();
        let full = vec![
            Cell::Text("000000001234".to_owned()),
            Cell::Integer(7),
            Cell::Amount(Exact::parse("-130.0049").unwrap()),
            Cell::Date(NaiveDate::from_ymd_opt(1969, 12, 31).unwrap()),
            Cell::Time(time.to_utc()),
            Cell::Truth(true),
        ];
        Table { definition: &EXAMPLE, rows: vec![full, vec![Cell::Nothing; 6]] }
    }

    #[test]
    fn what_is_written_is_read_back() {
        use arrow::util::display::{ArrayFormatter, FormatOptions};
        let bytes = bytes::Bytes::from(super::bytes(&example()).unwrap());
        let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(bytes).unwrap();
        let batches: Vec<_> = reader.build().unwrap().map(|batch| batch.unwrap()).collect();
        let options = FormatOptions::default().with_null("(none)");
        let row = |at: usize| -> Vec<String> {
            let text = |array: &ArrayRef| ArrayFormatter::try_new(array, &options).unwrap().value(at).to_string();
            batches[0].columns().iter().map(text).collect()
        };
        assert_eq!(
            row(0),
            ["000000001234", "7", "-130.004900000000000000", "1969-12-31", "2019-02-05T09:00:00.000001Z", "true"]
        );
        assert_eq!(row(1), ["(none)"; 6]);
    }

    #[test]
    fn amounts_are_exact_or_refused() {
        let of = |text: &str| units(Exact::parse(text).unwrap());
        assert_eq!(of("-0.0049"), Ok(-4_900_000_000_000_000));
        assert_eq!(of("1000"), Ok(1_000_000_000_000_000_000_000));
        assert_eq!(of("33.333333333333333333"), Ok(33_333_333_333_333_333_333));
        assert!(of("0.0000000000000000001").is_err(), "the nineteenth place is not dropped");
        assert_eq!(days(NaiveDate::from_ymd_opt(2019, 1, 31).unwrap()), 17927);
    }
}
