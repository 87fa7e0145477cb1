//! Bills as Parquet: row groups read apart from each other, only the columns that are needed.
//!
//! Text columns stay dictionaries, so a text is looked at once a dictionary and not once a row.
//! Amounts that are doubles are read through their shortest decimal text. Invariant: row groups
//! are independent, so several threads read one file. Deliberately absent: the digest of the
//! file, which needs all of its bytes and is taken beside this.

mod amounts;
mod texts;

use std::{fs::File, path::PathBuf, sync::Arc};

use ::parquet::{
    arrow::{
        ProjectionMask,
        arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder},
    },
    basic::Compression,
    file::metadata::RowGroupMetaData,
};
use arrow::{
    array::{Array, RecordBatch},
    datatypes::{DataType, Field as ArrowField, Schema},
};

use domain::period::BillingPeriod;

use self::{
    amounts::{AmountColumn, read_map},
    texts::TextReader,
};
use crate::{
    columns::Columns,
    discounts::RowDiscounts,
    fault::ReadFault,
    field::{Field, LineClass},
    format::Encoding,
    meaning::{Cause, PARTIES, RowFault},
    table::{RowKey, Table, Tally},
};

/// Rows decoded at a time: the decoded columns of a batch stay in a processor's cache.
const BATCH_ROWS: usize = 8192;

/// A file's footer, with its columns resolved.
pub(crate) struct ParquetLayout {
    pub(crate) columns: Columns,
    path: PathBuf,
    metadata: ArrowReaderMetadata,
    mask: ProjectionMask,
    /// Where a column of the file is in a batch.
    place: Vec<Option<usize>>,
    first_rows: Vec<u64>,
}

impl std::fmt::Debug for ParquetLayout {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ParquetLayout").field("columns", &self.columns).finish_non_exhaustive()
    }
}

/// What stopped a row group.
pub(crate) enum GroupFault {
    /// A row of the file, from 1, is at fault.
    Row(u64, RowFault),
    /// The file cannot be decoded.
    Damaged(String),
}

/// The names of a file's columns.
///
/// # Errors
/// Not Parquet after all.
pub(crate) fn column_names(file: &File, display: &str) -> Result<Vec<Arc<str>>, ReadFault> {
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let metadata = ArrowReaderMetadata::load(file, options).map_err(|cause| damaged(display, &cause.to_string()))?;
    Ok(names(metadata.schema()))
}

fn names(schema: &Schema) -> Vec<Arc<str>> {
    schema.fields().iter().map(|field| Arc::from(field.name().as_str())).collect()
}

fn damaged(display: &str, cause: &str) -> ReadFault {
    ReadFault::Damaged { file: display.to_owned(), container: "Parquet", cause: cause.to_owned() }
}

impl ParquetLayout {
    /// Reads the footer and resolves the columns.
    ///
    /// # Errors
    /// A damaged footer, a header that is no bill's, a type that cannot be read.
    pub(crate) fn open(
        file: &File,
        path: PathBuf,
        display: &str,
        folder_period: Option<(BillingPeriod, Arc<str>)>,
    ) -> Result<Self, ReadFault> {
        let options = || ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let fault = |cause: ::parquet::errors::ParquetError| damaged(display, &cause.to_string());
        let plain = ArrowReaderMetadata::load(file, options()).map_err(fault)?;
        check_codecs(&plain, display)?;
        let mut columns = Columns::resolve(names(plain.schema()), Encoding::Parquet, display)?;
        columns.folder_period = folder_period;

        let mut wanted: Vec<usize> = columns.texts.iter().flatten().copied().collect();
        wanted.push(columns.cost);
        wanted.extend(columns.net.iter().chain(&columns.discount_total).chain(&columns.discount_map));
        wanted.extend(columns.discounts.iter().map(|(column, _)| *column));
        wanted.sort_unstable();
        wanted.dedup();
        check_types(&columns, plain.schema(), display)?;

        let as_dictionary = |(at, field): (usize, &Arc<ArrowField>)| match field.data_type() {
            text @ (DataType::Utf8 | DataType::Binary) if wanted.binary_search(&at).is_ok() => {
                let text = DataType::Dictionary(Box::new(DataType::Int32), Box::new(text.clone()));
                Arc::new(field.as_ref().clone().with_data_type(text))
            }
            _ => field.clone(),
        };
        let fields: Vec<_> = plain.schema().fields().iter().enumerate().map(as_dictionary).collect();
        let schema = Arc::new(Schema::new(fields));
        let metadata =
            ArrowReaderMetadata::try_new(plain.metadata().clone(), options().with_schema(schema)).map_err(fault)?;
        let mask = ProjectionMask::roots(metadata.parquet_schema(), wanted.iter().copied());
        let mut place = vec![None; columns.names.len()];
        for (at, column) in wanted.iter().enumerate() {
            place[*column] = Some(at);
        }
        let mut first_rows = Vec::with_capacity(metadata.metadata().num_row_groups());
        let mut next_row = 1;
        for group in metadata.metadata().row_groups() {
            first_rows.push(next_row);
            next_row += u64::try_from(group.num_rows()).unwrap_or(0);
        }
        Ok(Self { columns, path, metadata, mask, place, first_rows })
    }

    /// How many row groups there are.
    pub(crate) fn groups(&self) -> usize {
        self.first_rows.len()
    }

    /// Adds the rows of a group to a table; how many there were.
    ///
    /// # Errors
    /// A damaged file or the first row at fault.
    pub(crate) fn add_group(&self, table: &mut Table, file_number: u32, group: usize) -> Result<u64, GroupFault> {
        let damaged = |cause: String| GroupFault::Damaged(cause);
        // A handle of its own: handles that are cloned share their position.
        let file = File::open(&self.path).map_err(|cause| damaged(cause.to_string()))?;
        let batches = ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone())
            .with_row_groups(vec![group])
            .with_projection(self.mask.clone())
            .with_batch_size(BATCH_ROWS)
            .build()
            .map_err(|cause| damaged(cause.to_string()))?;
        let mut reader = GroupReader::new(self, table, file_number);
        let mut next_row = self.first_rows[group];
        let mut rows = 0;
        for batch in batches {
            let batch = batch.map_err(|cause| damaged(cause.to_string()))?;
            let added = reader.add_batch(&batch, next_row);
            // Rows that wait come before the row at fault, and may be at fault themselves.
            let settled = reader.table.settle(file_number, self.columns.cost);
            settled.map_err(|fault| GroupFault::Row(next_row, fault))?;
            added?;
            next_row += batch.num_rows() as u64;
            rows += batch.num_rows() as u64;
        }
        Ok(rows)
    }
}

/// Refuses a codec that is not built in: the file is sound, and fetching it again does not help.
fn check_codecs(metadata: &ArrowReaderMetadata, display: &str) -> Result<(), ReadFault> {
    let chunks = metadata.metadata().row_groups().iter().flat_map(RowGroupMetaData::columns);
    for chunk in chunks {
        let codec = match chunk.compression() {
            Compression::BROTLI(_) => "Brotli",
            Compression::LZO => "LZO",
            _ => continue,
        };
        return Err(ReadFault::Codec { file: display.to_owned(), codec: codec.to_owned() });
    }
    Ok(())
}

fn check_types(columns: &Columns, schema: &Schema, display: &str) -> Result<(), ReadFault> {
    let refuse = |column: usize, expected| ReadFault::ColumnType {
        file: display.to_owned(),
        column: columns.names[column].to_string(),
        found: schema.field(column).data_type().to_string(),
        expected,
    };
    for field in Field::ALL {
        let Some(column) = columns.texts[field.index()] else { continue };
        if !texts::can_read(field, schema.field(column).data_type()) {
            let is_date = matches!(field, Field::Period | Field::ChargeDate);
            return Err(refuse(column, if is_date { "a date" } else { "a text" }));
        }
    }
    let typed = columns.discounts.iter().map(|(column, _)| *column);
    for column in [columns.cost].into_iter().chain(columns.net).chain(columns.discount_total).chain(typed) {
        if !amounts::can_read(schema.field(column).data_type()) {
            return Err(refuse(column, "an amount"));
        }
    }
    match columns.discount_map {
        Some(column) if !amounts::can_read_map(schema.field(column).data_type()) => {
            Err(refuse(column, "a map of discounts"))
        }
        _ => Ok(()),
    }
}

/// Reads the batches of a group.
struct GroupReader<'a> {
    layout: &'a ParquetLayout,
    table: &'a mut Table,
    file: u32,
    /// Fields that every row is keyed by, read a column at a time.
    texts: Vec<TextReader>,
    /// Fields of credit lines and of money given back, read where a line is one.
    credit_texts: Vec<TextReader>,
    /// Fields that the key of a credit line leaves blank.
    not_of_credits: Vec<Field>,
    discounts: RowDiscounts,
}

impl<'a> GroupReader<'a> {
    fn new(layout: &'a ParquetLayout, table: &'a mut Table, file: u32) -> Self {
        let there = |field: &Field| layout.columns.texts[field.index()].is_some();
        let of_credits = |field: &Field| field.is_kept_for(LineClass::Credit) && !field.is_kept_for(LineClass::Charge);
        let (credit, every): (Vec<Field>, Vec<Field>) = Field::ALL.into_iter().filter(there).partition(of_credits);
        let readers = |fields: Vec<Field>| fields.into_iter().map(TextReader::new).collect();
        let not_of_credits = every.iter().copied().filter(|field| !field.is_kept_for(LineClass::Credit)).collect();
        let (texts, credit_texts) = (readers(every), readers(credit));
        Self { layout, table, file, texts, credit_texts, not_of_credits, discounts: RowDiscounts::default() }
    }

    fn add_batch(&mut self, batch: &RecordBatch, first_row: u64) -> Result<(), GroupFault> {
        let layout = self.layout;
        let columns = &layout.columns;
        let column = |at: usize| -> Option<&dyn Array> { Some(batch.column(layout.place[at]?).as_ref()) };
        let text = |field: Field| columns.texts[field.index()].and_then(column);
        for reader in &mut self.texts {
            if let Some(array) = text(reader.field()) {
                let fault = |(row, fault)| GroupFault::Row(first_row + row as u64, fault);
                reader.read_all(self.table, array).map_err(fault)?;
            }
        }
        for reader in &mut self.credit_texts {
            if let Some(array) = text(reader.field()) {
                reader.begin(array);
            }
        }
        let amount = |at: usize| AmountColumn::new(at, column(at));
        let cost = amount(columns.cost);
        let net = columns.net.map(amount);
        let total = columns.discount_total.map(amount);
        let typed: Vec<_> = columns.discounts.iter().map(|(at, name)| (amount(*at), name)).collect();
        let map = columns.discount_map.and_then(|at| Some((at, column(at)?)));
        let has_discounts = total.is_some() || map.is_some() || !typed.is_empty();
        let tells_providers = columns.tells_providers();
        let has_service_provider = columns.texts[Field::ServiceProvider.index()].is_some();

        let (mut tally_of, mut tallied) = ((0, 0), Tally::default());
        for row in 0..batch.num_rows() {
            let fault = |fault| GroupFault::Row(first_row + row as u64, fault);
            let mut key: RowKey = [0; Field::COUNT];
            for reader in &self.texts {
                key[reader.field().index()] = reader.numbers()[row];
            }
            if tells_providers {
                let parties = PARTIES.map(|field| key[field.index()]);
                let is_told = parties != [0; 4] || columns.needs_a_provider();
                if is_told && self.table.leaves_out(self.file, parties) {
                    continue;
                }
            }
            if has_service_provider
                && key[Field::Publisher.index()] == 0
                && let Some(seller) = text(Field::ServiceProvider)
            {
                // From FOCUS 1.3 on the one who sells.
                key[Field::Publisher.index()] =
                    texts::number_at(self.table, Field::Publisher, seller, row).map_err(fault)?;
            }
            let class = self.table.class(key[Field::LineType.index()]);
            if class == LineClass::Credit {
                for field in &self.not_of_credits {
                    key[field.index()] = 0;
                }
            }
            if class != LineClass::Charge {
                for reader in &mut self.credit_texts {
                    if let Some(array) = text(reader.field()) {
                        key[reader.field().index()] = reader.number(self.table, array, row).map_err(fault)?;
                    }
                }
            }
            let Some(amount) = cost.at(row, &mut self.table.roundings).map_err(fault)? else {
                return Err(fault(RowFault::column(columns.cost, Cause::Blank("the cost"))));
            };
            self.table.push(&key, first_row + row as u64, amount);
            let bill = (key[Field::Payer.index()], key[Field::Period.index()]);
            if bill != tally_of {
                self.table.tally(self.file, tally_of.0, tally_of.1, tallied);
                (tally_of, tallied) = (bill, Tally::default());
                self.table.check_folder(bill.1, columns).map_err(fault)?;
            }
            tallied.add(amount);
            if let Some(net) = &net
                && let Some(net_amount) = net.at(row, &mut self.table.roundings).map_err(fault)?
            {
                self.table.push_net(net_amount, net.column());
            }
            if has_discounts {
                for (typed, name) in &typed {
                    if let Some(amount) = typed.at(row, &mut self.table.roundings).map_err(fault)? {
                        self.discounts.typed(name, amount, typed.column());
                    }
                }
                if let Some((at, array)) = map {
                    read_map(array, row, at, &mut self.discounts, &mut self.table.roundings).map_err(fault)?;
                }
                if let Some(total) = &total
                    && let Some(amount) = total.at(row, &mut self.table.roundings).map_err(fault)?
                {
                    self.discounts.total(amount, total.column());
                }
                self.discounts.push(self.table).map_err(fault)?;
            }
            if self.table.is_full() {
                self.table.settle(self.file, columns.cost).map_err(fault)?;
            }
        }
        self.table.tally(self.file, tally_of.0, tally_of.1, tallied);
        Ok(())
    }
}
