//! Lines as Parquet: snappy, dictionary-encoded text, doubles for costs, as AWS writes them.

use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::Arc,
};

use arrow::{
    array::{
        ArrayBuilder, ArrayRef, Float64Builder, MapBuilder, MapFieldNames, RecordBatch, StringBuilder,
        StringDictionaryBuilder, TimestampMillisecondBuilder,
    },
    datatypes::{Field as ArrowField, Int32Type, Schema, SchemaRef},
    error::ArrowError,
};
use parquet::{
    arrow::arrow_writer::{ArrowWriter, ArrowWriterOptions},
    basic::Compression,
    errors::ParquetError,
    file::properties::WriterProperties,
};

use crate::{
    BillContainer, BillFormat, GeneratorFault,
    columns::{Column, column_name, columns},
    fields::{Cell, Shape, cell},
    line::BillLine,
    ticks,
};

enum Builder {
    Text(StringDictionaryBuilder<Int32Type>),
    Double(Float64Builder),
    Time(TimestampMillisecondBuilder),
    TextMap(MapBuilder<StringBuilder, StringBuilder>),
    AmountMap(MapBuilder<StringBuilder, Float64Builder>),
}

/// A Parquet file being written.
pub(crate) struct ParquetFile {
    path: PathBuf,
    writer: ArrowWriter<File>,
    schema: SchemaRef,
    format: BillFormat,
    columns: &'static [Column],
    builders: Vec<Builder>,
    rows: usize,
    text: Vec<u8>,
}

/// Lines put into columns before they are encoded.
const BATCH_ROWS: usize = 16_384;

/// Row groups of a size that a reader can hold: half of what AWS's readers are told to expect.
const ROW_GROUP_ROWS: usize = 500_000;

impl ParquetFile {
    pub(crate) fn create(path: &Path, format: BillFormat) -> Result<Self, GeneratorFault> {
        let file = File::create(path).map_err(|source| GeneratorFault::write(path, source))?;
        let columns = columns(format);
        let mut builders: Vec<Builder> = columns.iter().map(|column| builder(column.field.shape())).collect();
        let fields: Vec<ArrowField> = columns
            .iter()
            .zip(&mut builders)
            .map(|(column, builder)| {
                let name = column_name(column, format, BillContainer::Parquet);
                ArrowField::new(name, builder.finish().data_type().clone(), true)
            })
            .collect();
        let schema = Arc::new(Schema::new(fields));
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
            .build();
        // Without the Arrow schema in its metadata, the file reads as AWS's does: plain strings.
        let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
        let writer = ArrowWriter::try_new_with_options(file, schema.clone(), options)
            .map_err(|source| GeneratorFault::parquet(path, source))?;
        Ok(Self { path: path.to_owned(), writer, schema, format, columns, builders, rows: 0, text: Vec::new() })
    }

    pub(crate) fn write(&mut self, line: &BillLine<'_>) -> Result<(), GeneratorFault> {
        for (column, builder) in self.columns.iter().zip(&mut self.builders) {
            let value = cell(column.field, line, self.format);
            builder
                .append(value, line, &mut self.text)
                .map_err(|source| GeneratorFault::parquet(&self.path, ParquetError::from(source)))?;
        }
        self.rows += 1;
        if self.rows == BATCH_ROWS {
            self.drain()?;
        }
        Ok(())
    }

    fn drain(&mut self) -> Result<(), GeneratorFault> {
        if self.rows == 0 {
            return Ok(());
        }
        self.rows = 0;
        let arrays: Vec<ArrayRef> = self.builders.iter_mut().map(Builder::finish).collect();
        RecordBatch::try_new(self.schema.clone(), arrays)
            .map_err(ParquetError::from)
            .and_then(|batch| self.writer.write(&batch))
            .map_err(|source| GeneratorFault::parquet(&self.path, source))
    }

    pub(crate) fn finish(mut self) -> Result<(), GeneratorFault> {
        self.drain()?;
        self.writer.close().map(drop).map_err(|source| GeneratorFault::parquet(&self.path, source))
    }
}

fn builder(shape: Shape) -> Builder {
    // The names that Parquet's own specification gives the parts of a map.
    // https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#maps
    let parts = || MapFieldNames { entry: "key_value".to_owned(), key: "key".to_owned(), value: "value".to_owned() };
    match shape {
        Shape::Text => Builder::Text(StringDictionaryBuilder::new()),
        Shape::Double => Builder::Double(Float64Builder::new()),
        Shape::Time => Builder::Time(TimestampMillisecondBuilder::new()),
        Shape::TextMap => Builder::TextMap(MapBuilder::new(Some(parts()), StringBuilder::new(), StringBuilder::new())),
        Shape::AmountMap => {
            Builder::AmountMap(MapBuilder::new(Some(parts()), StringBuilder::new(), Float64Builder::new()))
        }
    }
}

impl Builder {
    fn append(&mut self, value: Cell<'_>, line: &BillLine<'_>, text: &mut Vec<u8>) -> Result<(), ArrowError> {
        match (self, value) {
            (Self::Text(builder), Cell::Word(word) | Cell::Prose(word)) => builder.append(word).map(drop)?,
            (Self::Text(builder), Cell::Interval(from, to)) => {
                text.clear();
                text.extend_from_slice(line.sheet.clock.text(from));
                text.extend_from_slice(b":00:00Z/");
                text.extend_from_slice(line.sheet.clock.text(to));
                text.extend_from_slice(b":00:00Z");
                builder.append(&String::from_utf8_lossy(text)).map(drop)?;
            }
            (Self::Double(builder), Cell::Number(mantissa, scale)) => {
                builder.append_value(ticks::to_double(mantissa, scale));
            }
            (Self::Time(builder), Cell::Hour(hour)) => builder.append_value(line.sheet.clock.millis(hour)),
            (Self::TextMap(builder), Cell::TextMap(entries)) => {
                for (key, value) in entries.into_iter().flatten() {
                    builder.keys().append_value(key);
                    builder.values().append_value(value);
                }
                builder.append(true)?;
            }
            (Self::AmountMap(builder), Cell::AmountMap(entry)) => {
                if let Some((key, amount)) = entry {
                    builder.keys().append_value(key);
                    builder.values().append_value(ticks::to_double(amount, ticks::TICK_SCALE));
                }
                builder.append(true)?;
            }
            (Self::Text(builder), _) => builder.append_null(),
            (Self::Double(builder), _) => builder.append_null(),
            (Self::Time(builder), _) => builder.append_null(),
            (Self::TextMap(builder), _) => builder.append(false)?,
            (Self::AmountMap(builder), _) => builder.append(false)?,
        }
        Ok(())
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(builder) => Arc::new(builder.finish()),
            Self::Double(builder) => Arc::new(builder.finish()),
            Self::Time(builder) => Arc::new(builder.finish()),
            Self::TextMap(builder) => ArrayBuilder::finish(builder),
            Self::AmountMap(builder) => ArrayBuilder::finish(builder),
        }
    }
}
