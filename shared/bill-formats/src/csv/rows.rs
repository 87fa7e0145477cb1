//! Records of text into a [`Table`].

use money::ParsedDecimal;

use super::split::{BlockFault, Record, SKIPPED, Span, each_record};
use crate::{
    columns::Columns,
    dates,
    discounts::{RowDiscounts, read_json_map},
    field::{Field, LineClass},
    meaning::{Cause, PARTIES, RowFault},
    roundings::read_amount,
    table::{RowKey, Table, Tally},
};

const COST: usize = Field::COUNT;
const NET: usize = COST + 1;
const DISCOUNT_TOTAL: usize = COST + 2;
const DISCOUNT_MAP: usize = COST + 3;
const DISCOUNTS: usize = COST + 4;

/// Typed discount columns read; AWS has named six. More would not fit the slots of a record.
const DISCOUNTS_MAX: usize = 64;

/// Which column of a record goes where, worked out once a file.
#[derive(Debug)]
pub(crate) struct CsvLayout {
    pub(crate) columns: Columns,
    slot_of_column: Vec<u8>,
    slots: usize,
    credit_fields: Vec<Field>,
    refund_fields: Vec<Field>,
    charge_fields: Vec<Field>,
}

impl CsvLayout {
    pub(crate) fn new(mut columns: Columns) -> Self {
        columns.discounts.truncate(DISCOUNTS_MAX);
        let mut slot_of_column = vec![SKIPPED; columns.names.len()];
        let mut place = |column: Option<usize>, slot: usize| {
            if let Some(column) = column {
                slot_of_column[column] = slot as u8;
            }
        };
        for (at, (column, _)) in columns.discounts.iter().enumerate() {
            place(Some(*column), DISCOUNTS + at);
        }
        for field in Field::ALL {
            place(columns.texts[field.index()], field.index());
        }
        place(Some(columns.cost), COST);
        place(columns.net, NET);
        place(columns.discount_total, DISCOUNT_TOTAL);
        place(columns.discount_map, DISCOUNT_MAP);
        let slots = DISCOUNTS + columns.discounts.len();
        let is_simple = |field: &Field| *field != Field::LineType && *field != Field::ChargeDate;
        let fields = |class| columns.kept_for(class).into_iter().filter(is_simple).collect();
        let (credit_fields, charge_fields) = (fields(LineClass::Credit), fields(LineClass::Charge));
        let refund_fields = fields(LineClass::GivesBack);
        Self { columns, slot_of_column, slots, credit_fields, refund_fields, charge_fields }
    }
}

/// Adds the records of a block to a table; how many there were.
///
/// # Errors
/// The first fault, with the line breaks before its record.
pub(crate) fn add_block(
    table: &mut Table,
    layout: &CsvLayout,
    block: &[u8],
    file: u32,
    first_line: u64,
) -> Result<u64, BlockFault> {
    let mut spans = vec![Span::default(); layout.slots];
    let mut reader = RowReader {
        table,
        layout,
        tells_providers: layout.columns.tells_providers(),
        file,
        first_line,
        scratch: Vec::new(),
        discounts: RowDiscounts::default(),
        rows: 0,
        tallied: Tally::default(),
        tally_of: (0, 0),
    };
    let read = each_record(block, &layout.slot_of_column, &mut spans, |record| reader.add(record));
    reader.flush_tally();
    let rows = reader.rows;
    // Rows that wait come before the row at fault, and may be at fault themselves.
    table.settle(file, layout.columns.cost).map_err(|fault| (0, fault))?;
    read.map(|()| rows)
}

struct RowReader<'a> {
    table: &'a mut Table,
    layout: &'a CsvLayout,
    tells_providers: bool,
    file: u32,
    first_line: u64,
    scratch: Vec<u8>,
    discounts: RowDiscounts,
    rows: u64,
    tallied: Tally,
    tally_of: (u32, u32),
}

impl RowReader<'_> {
    fn add(&mut self, record: &Record<'_>) -> Result<(), RowFault> {
        self.rows += 1;
        let columns = &self.layout.columns;
        if self.tells_providers && self.is_left_out(record)? {
            return Ok(());
        }
        let key = self.key(record)?;
        let cost = self.amount(record, COST, columns.cost)?;
        let cost = cost.ok_or_else(|| RowFault::column(columns.cost, Cause::Blank("the cost")))?;
        self.table.push(&key, self.first_line + record.lines_before, cost);
        if let Some(column) = columns.net
            && let Some(net) = self.amount(record, NET, column)?
        {
            self.table.push_net(net, column);
        }
        if columns.discount_map.is_some() || columns.discount_total.is_some() || !columns.discounts.is_empty() {
            self.push_discounts(record)?;
        }
        let tally_of = (key[Field::Payer.index()], key[Field::Period.index()]);
        if tally_of != self.tally_of {
            self.flush_tally();
            self.tally_of = tally_of;
            self.table.check_folder(tally_of.1, columns)?;
        }
        self.tallied.add(cost);
        if self.table.is_full() {
            self.table.settle(self.file, columns.cost)?;
        }
        Ok(())
    }

    #[inline]
    fn number(&mut self, record: &Record<'_>, field: Field) -> Result<u32, RowFault> {
        self.table.number(field, record.value(field.index(), &mut self.scratch))
    }

    #[inline]
    fn key(&mut self, record: &Record<'_>) -> Result<RowKey, RowFault> {
        let layout = self.layout;
        let mut key: RowKey = [0; Field::COUNT];
        let line_type = self.number(record, Field::LineType)?;
        key[Field::LineType.index()] = line_type;
        let class = self.table.class(line_type);
        let fields = match class {
            LineClass::Credit => &layout.credit_fields,
            LineClass::GivesBack => &layout.refund_fields,
            LineClass::Charge => &layout.charge_fields,
        };
        for field in fields {
            key[field.index()] = self.number(record, *field)?;
        }
        if layout.columns.texts[Field::ChargeDate.index()].is_some() {
            let date = record.value(Field::ChargeDate.index(), &mut self.scratch);
            let part = dates::key_part(date, self.table.keep_days());
            key[Field::ChargeDate.index()] = self.table.number(Field::ChargeDate, part)?;
        }
        if key[Field::Publisher.index()] == 0 && layout.columns.texts[Field::ServiceProvider.index()].is_some() {
            // From FOCUS 1.3 on the one who sells.
            let seller = record.value(Field::ServiceProvider.index(), &mut self.scratch);
            key[Field::Publisher.index()] = self.table.number(Field::Publisher, seller)?;
        }
        Ok(key)
    }

    fn is_left_out(&mut self, record: &Record<'_>) -> Result<bool, RowFault> {
        let mut parties = [0; 4];
        for (party, field) in parties.iter_mut().zip(PARTIES) {
            if self.layout.columns.texts[field.index()].is_some() {
                *party = self.number(record, field)?;
            }
        }
        if parties == [0; 4] && !self.layout.columns.needs_a_provider() {
            return Ok(false);
        }
        Ok(self.table.leaves_out(self.file, parties))
    }

    #[inline]
    fn amount(&mut self, record: &Record<'_>, slot: usize, column: usize) -> Result<Option<ParsedDecimal>, RowFault> {
        read_amount(record.value(slot, &mut self.scratch), column, &mut self.table.roundings)
    }

    fn push_discounts(&mut self, record: &Record<'_>) -> Result<(), RowFault> {
        let columns = &self.layout.columns;
        for (at, (column, name)) in columns.discounts.iter().enumerate() {
            if let Some(amount) = self.amount(record, DISCOUNTS + at, *column)? {
                self.discounts.typed(name, amount, *column);
            }
        }
        if let Some(column) = columns.discount_map {
            let text = record.value(DISCOUNT_MAP, &mut self.scratch);
            read_json_map(text, column, &mut self.discounts, &mut self.table.roundings)?;
        }
        if let Some(column) = columns.discount_total
            && let Some(total) = self.amount(record, DISCOUNT_TOTAL, column)?
        {
            self.discounts.total(total, column);
        }
        self.discounts.push(self.table)
    }

    fn flush_tally(&mut self) {
        let counted = std::mem::take(&mut self.tallied);
        self.table.tally(self.file, self.tally_of.0, self.tally_of.1, counted);
    }
}
