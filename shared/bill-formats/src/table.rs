//! The sums of one reading thread, keyed by interned texts.
//!
//! Invariants: memory follows the distinct keys, not the rows; every sum is exact; what a key
//! means is asked when it is first seen, so a bad id or period is refused at the line that brings
//! it. Deliberately absent: files and formats' columns; whoever parses rows fills in the key.

use std::sync::Arc;

use domain::usage::LineType;
use money::{Exact, ExactAccumulator, MoneyError, ParsedDecimal};
use rustc_hash::FxHashMap;

use crate::{
    columns::Columns,
    combinations::Combinations,
    dates,
    field::{Field, LineClass},
    format::BillFormat,
    interner::{Interner, TextFault},
    meaning::{Cause, Meaning, PARTIES, RowFault, interpret, other_provider},
    roundings::Roundings,
};

/// One interned number a field.
pub(crate) type RowKey = [u32; Field::COUNT];

/// A row's position: file number, and line or row in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RowAt {
    pub(crate) file: u32,
    pub(crate) line: u64,
}

/// The sum of one key: all that most rows touch, in one line of a processor's cache.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sum {
    pub(crate) rows: u64,
    /// Rows that cost something.
    pub(crate) rows_of_cost: u64,
    pub(crate) amount: ExactAccumulator,
}

/// Rows of one bill in one file, and their sum where it can be held.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tally {
    pub(crate) rows: u64,
    pub(crate) amount: Option<ExactAccumulator>,
}

impl Default for Tally {
    fn default() -> Self {
        Self { rows: 0, amount: Some(ExactAccumulator::default()) }
    }
}

impl Tally {
    #[inline]
    pub(crate) fn add(&mut self, cost: ParsedDecimal) {
        self.rows += 1;
        self.amount = self.amount.and_then(|sum| sum.checked_add(cost));
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.rows += other.rows;
        self.amount = self.amount.zip(other.amount).and_then(|(a, b)| a.merge(b));
    }
}

/// The numbers of provider, service provider, invoice issuer and host of a row, each of its own field.
pub(crate) type Parties = [u32; 4];

/// So many keys are kept: of the largest payers, with 10,000 accounts of 200 charges each. A key needs
/// about 1 KiB until its fact is recorded.
const KEYS_MAX: usize = 2_000_000;

/// So many bytes of texts are kept, in one of three copies.
const TEXTS_BYTES_MAX: usize = 256 * 1024 * 1024;

/// So many types of discounts are kept; AWS has named a dozen.
const DISCOUNT_TYPES_MAX: usize = 1000;

/// No slot has this number.
const NO_SLOT: u32 = u32::MAX;

/// What some bills state beside the amount.
#[derive(Debug, Clone, Default)]
pub(crate) struct MoreAmounts {
    /// Net amounts, and the amounts of the same rows: a row without a net amount is net as it is.
    pub(crate) net: ExactAccumulator,
    pub(crate) amount_with_net: ExactAccumulator,
    pub(crate) net_rows: u64,
    /// By number of the discount type.
    pub(crate) discounts: Vec<(u32, ExactAccumulator)>,
}

/// What a key means, and where it was first seen.
pub(crate) struct Slot {
    pub(crate) meaning: Meaning,
    pub(crate) first: RowAt,
}

/// A row whose sum is still to be found.
struct Pending {
    /// Bill, service and credit, then member.
    key: u64,
    line: u64,
    cost: ParsedDecimal,
}

/// What a pending row states beside its amount.
enum PendingBeside {
    Net { amount: ParsedDecimal, column: usize },
    Discount { discount_type: u32, amount: ParsedDecimal, column: usize },
}

/// Rows gathered before their sums are looked up. The sums of a large bill do not fit a
/// processor's cache; looked up many at once, the waits for memory overlap. Measured with 72,000
/// sums: a third less processor time than one by one.
const PENDING_MAX: usize = 2048;

/// The sums of one thread and format.
pub(crate) struct Table {
    format: BillFormat,
    keep_days: bool,
    interners: Vec<Interner>,
    classes: Vec<LineClass>,
    bills: Combinations<{ Field::OF_BILL }>,
    services: Combinations<{ Field::OF_SERVICE }>,
    credits: Combinations<2>,
    wholes: Combinations<3>,
    /// Bill, service and credit as one number, then the member, to the slot.
    index: FxHashMap<u64, u32>,
    pending: Vec<Pending>,
    pending_beside: Vec<(usize, PendingBeside)>,
    pending_slots: Vec<u32>,
    slots: Vec<Slot>,
    sums: Vec<Sum>,
    /// As long as the slots where any row had something beside its amount.
    beside: Vec<MoreAmounts>,
    discount_types: Vec<LineType>,
    /// Rows and their sum by file, payer and period.
    tallies: FxHashMap<(u32, u32, u32), Tally>,
    /// Who rows are of that AWS does not bill, by the parties they name.
    other_providers: FxHashMap<Parties, Option<Arc<str>>>,
    /// Rows of other providers by file and provider.
    left_out: FxHashMap<(u32, Arc<str>), u64>,
    /// What was rounded of amounts.
    pub(crate) roundings: Roundings,
}

impl Table {
    pub(crate) fn new(format: BillFormat, keep_days: bool) -> Self {
        Self {
            format,
            keep_days,
            interners: std::iter::repeat_with(Interner::default).take(Field::COUNT).collect(),
            classes: Vec::new(),
            bills: Combinations::new(),
            services: Combinations::new(),
            credits: Combinations::new(),
            wholes: Combinations::new(),
            index: FxHashMap::default(),
            pending: Vec::new(),
            pending_beside: Vec::new(),
            pending_slots: Vec::new(),
            slots: Vec::new(),
            sums: Vec::new(),
            beside: Vec::new(),
            discount_types: Vec::new(),
            tallies: FxHashMap::default(),
            other_providers: FxHashMap::default(),
            left_out: FxHashMap::default(),
            roundings: Roundings::default(),
        }
    }

    pub(crate) fn format(&self) -> BillFormat {
        self.format
    }

    pub(crate) fn keep_days(&self) -> bool {
        self.keep_days
    }

    /// The number of a field's text.
    ///
    /// # Errors
    /// Not UTF-8, or too long.
    #[inline]
    pub(crate) fn number(&mut self, field: Field, bytes: &[u8]) -> Result<u32, RowFault> {
        self.interners[field.index()].number(bytes).map_err(|fault| match fault {
            TextFault::NotUtf8 => RowFault::field(field, Cause::NotUtf8),
            TextFault::TooLong => RowFault::field(field, Cause::TextTooLong),
        })
    }

    /// The class of a line type's number.
    #[inline]
    pub(crate) fn class(&mut self, line_type: u32) -> LineClass {
        if line_type as usize >= self.classes.len() {
            let interner = &self.interners[Field::LineType.index()];
            let new = self.classes.len()..interner.len();
            self.classes.extend(new.map(|at| LineClass::of(interner.text(at as u32))));
        }
        self.classes[line_type as usize]
    }

    /// Whether a row that names these parties is left out, and counts it if so.
    #[inline]
    pub(crate) fn leaves_out(&mut self, file: u32, parties: Parties) -> bool {
        let other = match self.other_providers.get(&parties) {
            Some(known) => known.clone(),
            None => self.decide_parties(parties),
        };
        let Some(provider) = other else { return false };
        *self.left_out.entry((file, provider)).or_default() += 1;
        true
    }

    #[cold]
    fn decide_parties(&mut self, parties: Parties) -> Option<Arc<str>> {
        let interners = &self.interners;
        let texts: [&str; 4] = std::array::from_fn(|at| &**interners[PARTIES[at].index()].text(parties[at]));
        let other = other_provider(texts).map(Arc::from);
        self.other_providers.insert(parties, other.clone());
        other
    }

    /// Adds a row. Its sum is found later, by [`Self::settle`].
    #[inline]
    pub(crate) fn push(&mut self, key: &RowKey, line: u64, cost: ParsedDecimal) {
        let number = |field: Field| key[field.index()];
        let of_bill: [u32; Field::OF_BILL] = std::array::from_fn(|at| key[at]);
        let of_service: [u32; Field::OF_SERVICE] = std::array::from_fn(|at| key[Field::OF_BILL + at]);
        let (bill, service) = (self.bills.number(of_bill), self.services.number(of_service));
        let credit = match [number(Field::Description), number(Field::CreditId)] {
            [0, 0] => 0,
            of_credit => self.credits.number(of_credit),
        };
        let whole = self.wholes.number([bill, service, credit]);
        let key = u64::from(whole) << 32 | u64::from(number(Field::Member));
        self.pending.push(Pending { key, line, cost });
    }

    /// Whether enough rows wait to settle them.
    #[inline]
    pub(crate) fn is_full(&self) -> bool {
        self.pending.len() >= PENDING_MAX
    }

    /// States the net amount of the row last pushed.
    #[inline]
    pub(crate) fn push_net(&mut self, amount: ParsedDecimal, column: usize) {
        let row = self.pending.len().saturating_sub(1);
        self.pending_beside.push((row, PendingBeside::Net { amount, column }));
    }

    /// States a discount of the row last pushed.
    pub(crate) fn push_discount(&mut self, discount_type: u32, amount: ParsedDecimal, column: usize) {
        let row = self.pending.len().saturating_sub(1);
        self.pending_beside.push((row, PendingBeside::Discount { discount_type, amount, column }));
    }

    /// Adds the rows that wait to their sums. They are of one file.
    ///
    /// # Errors
    /// The first row whose key means nothing, or whose sum cannot be held.
    pub(crate) fn settle(&mut self, file: u32, cost_column: usize) -> Result<(), RowFault> {
        let pending = std::mem::take(&mut self.pending);
        let pending_beside = std::mem::take(&mut self.pending_beside);
        let mut slots = std::mem::take(&mut self.pending_slots);
        slots.clear();
        slots.extend(pending.iter().map(|row| self.index.get(&row.key).copied().unwrap_or(NO_SLOT)));
        let mut settled = Ok(());
        for (row, slot) in pending.iter().zip(&mut slots) {
            if *slot == NO_SLOT {
                match self.open_slot(row.key, RowAt { file, line: row.line }) {
                    Ok(opened) => *slot = opened,
                    Err(fault) => {
                        settled = Err(fault.on_line(row.line));
                        break;
                    }
                }
            }
            let sum = &mut self.sums[*slot as usize];
            sum.rows += 1;
            sum.rows_of_cost += u64::from(!row.cost.is_zero());
            match sum.amount.checked_add(row.cost) {
                Some(amount) => sum.amount = amount,
                None => {
                    settled = Err(too_large(sum.amount, row.cost, cost_column).on_line(row.line));
                    break;
                }
            }
        }
        if settled.is_ok() {
            settled = self.settle_beside(&pending, &pending_beside, &slots);
        }
        (self.pending, self.pending_beside, self.pending_slots) = (pending, pending_beside, slots);
        self.pending.clear();
        self.pending_beside.clear();
        settled
    }

    fn settle_beside(
        &mut self,
        pending: &[Pending],
        beside: &[(usize, PendingBeside)],
        slots: &[u32],
    ) -> Result<(), RowFault> {
        if !beside.is_empty() {
            self.beside.resize_with(self.slots.len(), MoreAmounts::default);
        }
        for (row, stated) in beside {
            let sums = &mut self.beside[slots[*row] as usize];
            let Pending { line, cost, .. } = pending[*row];
            let add = |sum: &mut ExactAccumulator, term: ParsedDecimal, column: usize| match sum.checked_add(term) {
                Some(total) => {
                    *sum = total;
                    Ok(())
                }
                None => Err(too_large(*sum, term, column).on_line(line)),
            };
            match stated {
                PendingBeside::Net { amount, column } => {
                    sums.net_rows += 1;
                    add(&mut sums.net, *amount, *column)?;
                    add(&mut sums.amount_with_net, cost, *column)?;
                }
                PendingBeside::Discount { discount_type, amount, column } => {
                    let at = sums.discounts.iter().position(|(number, _)| number == discount_type);
                    let at = at.unwrap_or_else(|| {
                        sums.discounts.push((*discount_type, ExactAccumulator::default()));
                        sums.discounts.len() - 1
                    });
                    add(&mut sums.discounts[at].1, *amount, *column)?;
                }
            }
        }
        Ok(())
    }

    /// Makes the slot of a key that is new.
    #[cold]
    fn open_slot(&mut self, short: u64, spot: RowAt) -> Result<u32, RowFault> {
        // An earlier row that waited may have opened it.
        if let Some(slot) = self.index.get(&short) {
            return Ok(*slot);
        }
        if self.slots.len() >= KEYS_MAX {
            return Err(RowFault::line(Cause::TooMuch("2,000,000 different charges and credits")));
        }
        if self.interners.iter().map(Interner::bytes).sum::<usize>() > TEXTS_BYTES_MAX {
            return Err(RowFault::line(Cause::TooMuch("256 MiB of different texts")));
        }
        let key = self.row_key(short);
        let class = self.class(key[Field::LineType.index()]);
        let interners = &self.interners;
        let text = |field: Field| &**interners[field.index()].text(key[field.index()]);
        let meaning = interpret(self.format, class, self.keep_days, text)?;
        let slot = self.slots.len() as u32;
        self.slots.push(Slot { meaning, first: spot });
        self.sums.push(Sum::default());
        self.index.insert(short, slot);
        Ok(slot)
    }

    /// The numbers that a short key stands for.
    fn row_key(&self, short: u64) -> RowKey {
        let [bill, service, credit] = self.wholes.key((short >> 32) as u32);
        let mut key: RowKey = [0; Field::COUNT];
        key[..Field::OF_BILL].copy_from_slice(&self.bills.key(bill));
        key[Field::OF_BILL..][..Field::OF_SERVICE].copy_from_slice(&self.services.key(service));
        [key[Field::Description.index()], key[Field::CreditId.index()]] = self.credits.key(credit);
        key[Field::Member.index()] = short as u32;
        key
    }

    /// Every slot with its sums, and the names of the discount types.
    pub(crate) fn into_slots(self) -> (impl Iterator<Item = (Slot, Sum, MoreAmounts)>, Vec<LineType>) {
        let beside = self.beside.into_iter().chain(std::iter::repeat_with(MoreAmounts::default));
        let slots = self.slots.into_iter().zip(self.sums).zip(beside).map(|((slot, sum), beside)| (slot, sum, beside));
        (slots, self.discount_types)
    }

    /// The number of a discount type.
    ///
    /// # Errors
    /// More types than any bill has.
    pub(crate) fn discount_type(&mut self, name: &LineType, column: usize) -> Result<u32, RowFault> {
        if let Some(at) = self.discount_types.iter().position(|known| known == name) {
            return Ok(at as u32);
        }
        if self.discount_types.len() >= DISCOUNT_TYPES_MAX {
            return Err(RowFault::column(column, Cause::TooMuch("1,000 types of discounts")));
        }
        self.discount_types.push(name.clone());
        Ok(self.discount_types.len() as u32 - 1)
    }

    /// Counts rows of a file by payer and period.
    pub(crate) fn tally(&mut self, file: u32, payer: u32, period: u32, counted: Tally) {
        if counted.rows > 0 {
            self.tallies.entry((file, payer, period)).or_default().merge(counted);
        }
    }

    /// Refuses a period, by its number, that is not the one which the file's folder states.
    ///
    /// # Errors
    /// It is another one.
    pub(crate) fn check_folder(&self, period: u32, columns: &Columns) -> Result<(), RowFault> {
        let Some((stated, folder)) = &columns.folder_period else { return Ok(()) };
        match dates::billing_period(self.interners[Field::Period.index()].text(period)) {
            Some(found) if found != *stated => {
                let cause = Cause::OtherPeriod { found, folder: folder.clone() };
                Err(RowFault::field(Field::Period, cause))
            }
            // One that cannot be read is refused when its row is added up.
            _ => Ok(()),
        }
    }

    /// Rows by file, payer and period, as texts of the bill.
    pub(crate) fn tallies(&self) -> impl Iterator<Item = (u32, &str, &str, Tally)> {
        self.tallies.iter().map(|((file, payer, period), counted)| {
            let payer = self.interners[Field::Payer.index()].text(*payer);
            (*file, &**payer, &**self.interners[Field::Period.index()].text(*period), *counted)
        })
    }

    /// Rows of other providers by file and provider.
    pub(crate) fn left_out(&self) -> impl Iterator<Item = (u32, &str, u64)> {
        self.left_out.iter().map(|((file, provider), rows)| (*file, &**provider, *rows))
    }
}

#[cold]
fn too_large(sum: ExactAccumulator, term: ParsedDecimal, column: usize) -> RowFault {
    let text =
        |amount: Option<Exact>| amount.map_or_else(|| "a greater amount".to_owned(), |amount| amount.to_string());
    let fault = MoneyError::SumOverflow(text(sum.to_exact()), text(term.into_exact()));
    RowFault::column(column, Cause::Amount(fault))
}
