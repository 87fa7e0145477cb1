//! A transaction: postings that sum to zero in each currency, by construction. It is made of pairs,
//! a debit and the credit of the same amount.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use money::{Currency, Exact, MoneyError};

use crate::ids::{CustomerId, PoNumber};

/// Whose balance a posting moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalParty {
    /// The customer.
    pub customer: CustomerId,
    /// The PO number.
    pub po_number: PoNumber,
}

/// An amount on an account: positive for a debit, negative for a credit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalPosting {
    /// The account, its parts separated by `:`.
    pub account: String,
    /// The currency.
    pub currency: Currency,
    /// The amount.
    pub amount: Exact,
    /// The customer and PO number, where it is of a memo or a document: the account keeps its name when a memo
    /// moves to another PO number (rule book W12).
    pub party: Option<JournalParty>,
}

/// What one fact is to the books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalTransaction {
    /// The day it is posted on: never in a month that was closed before.
    pub date: NaiveDate,
    /// The day it counts from.
    pub effective: NaiveDate,
    /// Where the fact stands in the log: stream and sequence.
    pub place: String,
    /// What happened, and to what.
    pub description: String,
    /// Its postings.
    pub postings: Vec<JournalPosting>,
}

impl JournalTransaction {
    /// Adds a debit and the credit of the same amount. Amounts on the same account are one posting;
    /// nothing is added for nothing.
    ///
    /// # Errors
    /// [`MoneyError`] where a sum cannot be held.
    pub(super) fn add_pair(
        &mut self,
        debit: String,
        credit: String,
        currency: Currency,
        amount: Exact,
    ) -> Result<(), MoneyError> {
        if amount.is_zero() {
            return Ok(());
        }
        if debit == credit {
            // A move inside one account is shown, though it changes no balance.
            let posting = |amount| JournalPosting { account: debit.clone(), currency, amount, party: None };
            self.postings.extend([posting(amount), posting(-amount)]);
            return Ok(());
        }
        self.add(debit, currency, amount)?;
        self.add(credit, currency, -amount)
    }

    /// Says whose balances its postings move.
    pub(super) fn of_party(&mut self, debited: Option<&JournalParty>, credited: Option<&JournalParty>) {
        for posting in &mut self.postings {
            posting.party = if posting.amount.is_negative() { credited } else { debited }.cloned();
        }
    }

    fn add(&mut self, account: String, currency: Currency, amount: Exact) -> Result<(), MoneyError> {
        let same = |posting: &&mut JournalPosting| posting.account == account && posting.currency == currency;
        match self.postings.iter_mut().find(same) {
            Some(posting) => posting.amount = posting.amount.checked_add(amount)?,
            None => self.postings.push(JournalPosting { account, currency, amount, party: None }),
        }
        Ok(())
    }

    /// Whether its postings sum to zero in every currency.
    ///
    /// # Errors
    /// [`MoneyError`] where a sum cannot be held.
    pub fn balances(&self) -> Result<bool, MoneyError> {
        let mut sums: BTreeMap<String, Exact> = BTreeMap::new();
        for posting in &self.postings {
            let sum = sums.entry(posting.currency.to_string()).or_insert(Exact::ZERO);
            *sum = sum.checked_add(posting.amount)?;
        }
        Ok(sums.values().all(|sum| sum.is_zero()))
    }
}
