//! The sums of one reading thread, keyed by interned texts.
//!
//! Invariants: memory follows the distinct keys, not the rows; every sum is exact; what a key
//! means is asked when it is first seen, so a bad id or period is refused at the line that brings
//! it. Deliberately absent: files and formats' columns; whoever parses rows fills in the key.

use domain::usage::LineType;
use money::{Exact, ExactAccumulator, MoneyError, ParsedDecimal};
use rustc_hash::FxHashMap;

use crate::{
    field::{Field, LineClass},
    format::BillFormat,
    interner::{Interner, NotUtf8},
    meaning::{At, Cause, Meaning, RowFault, interpret, is_aws},
};

/// One interned number a field.
pub(crate) type RowKey = [u32; Field::COUNT];

/// A row's position: file number, and line or row in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Spot {
    pub(crate) file: u32,
    pub(crate) line: u64,
}

/// The sums of one key.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sums {
    pub(crate) rows: u64,
    pub(crate) amount: ExactAccumulator,
    /// Net amounts, and the amounts of the same rows: a row without a net amount is net as it is.
    pub(crate) net: ExactAccumulator,
    pub(crate) amount_with_net: ExactAccumulator,
    pub(crate) net_rows: u64,
    /// By number of the discount type.
    pub(crate) discounts: Vec<(u32, ExactAccumulator)>,
}

/// One key, what it means, and its sums.
pub(crate) struct Slot {
    pub(crate) meaning: Meaning,
    pub(crate) first: Spot,
    pub(crate) sums: Sums,
}

/// The sums of one thread and format.
pub(crate) struct Table {
    format: BillFormat,
    keep_days: bool,
    interners: Vec<Interner>,
    classes: Vec<LineClass>,
    index: FxHashMap<RowKey, u32>,
    pub(crate) slots: Vec<Slot>,
    pub(crate) discount_types: Vec<LineType>,
    /// Rows by file, payer and period.
    tallies: FxHashMap<(u32, u32, u32), u64>,
    providers_are_aws: Vec<bool>,
    /// Rows of other providers by file and provider.
    left_out: FxHashMap<(u32, u32), u64>,
}

impl Table {
    pub(crate) fn new(format: BillFormat, keep_days: bool) -> Self {
        Self {
            format,
            keep_days,
            interners: std::iter::repeat_with(Interner::default).take(Field::COUNT).collect(),
            classes: Vec::new(),
            index: FxHashMap::default(),
            slots: Vec::new(),
            discount_types: Vec::new(),
            tallies: FxHashMap::default(),
            providers_are_aws: Vec::new(),
            left_out: FxHashMap::default(),
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
    /// Not UTF-8.
    #[inline]
    pub(crate) fn number(&mut self, field: Field, bytes: &[u8]) -> Result<u32, RowFault> {
        self.interners[field.index()].number(bytes).map_err(|NotUtf8| RowFault::field(field, Cause::NotUtf8))
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

    /// Whether a row of this provider (a number of [`Field::Provider`]) is left out, and counts it
    /// if so.
    #[inline]
    pub(crate) fn leaves_out(&mut self, file: u32, provider: u32) -> bool {
        if provider as usize >= self.providers_are_aws.len() {
            let interner = &self.interners[Field::Provider.index()];
            let new = self.providers_are_aws.len()..interner.len();
            self.providers_are_aws.extend(new.map(|at| is_aws(interner.text(at as u32))));
        }
        if self.providers_are_aws[provider as usize] {
            return false;
        }
        *self.left_out.entry((file, provider)).or_default() += 1;
        true
    }

    /// The slot of a key, made where the key is new.
    ///
    /// # Errors
    /// What is wrong with a key that is new.
    #[inline]
    pub(crate) fn slot(&mut self, key: &RowKey, spot: Spot) -> Result<usize, RowFault> {
        match self.index.get(key) {
            Some(slot) => Ok(*slot as usize),
            None => self.open_slot(key, spot),
        }
    }

    #[cold]
    fn open_slot(&mut self, key: &RowKey, spot: Spot) -> Result<usize, RowFault> {
        let class = self.class(key[Field::LineType.index()]);
        let interners = &self.interners;
        let text = |field: Field| &**interners[field.index()].text(key[field.index()]);
        let meaning = interpret(self.format, class, self.keep_days, text)?;
        let slot = self.slots.len();
        self.slots.push(Slot { meaning, first: spot, sums: Sums::default() });
        self.index.insert(*key, u32::try_from(slot).unwrap_or(u32::MAX));
        Ok(slot)
    }

    /// Adds a row's amount.
    ///
    /// # Errors
    /// The sum cannot be held.
    #[inline]
    pub(crate) fn add(&mut self, slot: usize, cost: ParsedDecimal, column: usize) -> Result<(), RowFault> {
        let sums = &mut self.slots[slot].sums;
        sums.rows += 1;
        sums.amount = sums.amount.add(cost).ok_or_else(|| too_large(sums.amount, cost, column))?;
        Ok(())
    }

    /// Adds a row's net amount beside its amount.
    ///
    /// # Errors
    /// The sum cannot be held.
    #[inline]
    pub(crate) fn add_net(
        &mut self,
        slot: usize,
        cost: ParsedDecimal,
        net: ParsedDecimal,
        column: usize,
    ) -> Result<(), RowFault> {
        let sums = &mut self.slots[slot].sums;
        sums.net = sums.net.add(net).ok_or_else(|| too_large(sums.net, net, column))?;
        sums.amount_with_net =
            sums.amount_with_net.add(cost).ok_or_else(|| too_large(sums.amount_with_net, cost, column))?;
        sums.net_rows += 1;
        Ok(())
    }

    /// Adds a discount of a type.
    ///
    /// # Errors
    /// The sum cannot be held.
    pub(crate) fn add_discount(
        &mut self,
        slot: usize,
        discount_type: u32,
        amount: ParsedDecimal,
        column: usize,
    ) -> Result<(), RowFault> {
        let discounts = &mut self.slots[slot].sums.discounts;
        let at = discounts.iter().position(|(number, _)| *number == discount_type).unwrap_or_else(|| {
            discounts.push((discount_type, ExactAccumulator::default()));
            discounts.len() - 1
        });
        let sum = &mut discounts[at].1;
        *sum = sum.add(amount).ok_or_else(|| too_large(*sum, amount, column))?;
        Ok(())
    }

    /// The number of a discount type.
    pub(crate) fn discount_type(&mut self, name: &LineType) -> u32 {
        let at = self.discount_types.iter().position(|known| known == name).unwrap_or_else(|| {
            self.discount_types.push(name.clone());
            self.discount_types.len() - 1
        });
        u32::try_from(at).unwrap_or(u32::MAX)
    }

    /// Counts rows of a file by payer and period.
    pub(crate) fn tally(&mut self, file: u32, payer: u32, period: u32, rows: u64) {
        *self.tallies.entry((file, payer, period)).or_default() += rows;
    }

    /// Rows by file, payer and period, as texts of the bill.
    pub(crate) fn tallies(&self) -> impl Iterator<Item = (u32, &str, &str, u64)> {
        self.tallies.iter().map(|((file, payer, period), rows)| {
            let payer = self.interners[Field::Payer.index()].text(*payer);
            (*file, &**payer, &**self.interners[Field::Period.index()].text(*period), *rows)
        })
    }

    /// Rows of other providers by file and provider.
    pub(crate) fn left_out(&self) -> impl Iterator<Item = (u32, &str, u64)> {
        self.left_out.iter().map(|((file, provider), rows)| {
            let name = &**self.interners[Field::Provider.index()].text(*provider);
            (*file, if name.is_empty() { "no stated provider" } else { name }, *rows)
        })
    }
}

#[cold]
fn too_large(sum: ExactAccumulator, term: ParsedDecimal, column: usize) -> RowFault {
    let text = |amount: Option<Exact>| amount.map_or_else(|| "a greater amount".to_owned(), |amount| amount.to_string());
    let fault = MoneyError::SumOverflow(text(sum.to_exact()), text(term.into_exact()));
    RowFault { at: At::Column(column), cause: Cause::Amount(fault) }
}
