//! Books kept beside a life of memos: every fact is posted, every transaction sums to zero, and what
//! an account comes to can be asked.

use std::collections::BTreeMap;

use domain::{
    ids::MemoNumber,
    journal::{FactPlace, JournalBook},
    memo::MemoFact,
};
use money::Exact;

use crate::builders::{member, payer};

/// The books of one account.
#[derive(Default)]
pub(crate) struct Books {
    book: JournalBook,
    balances: BTreeMap<String, Exact>,
}

impl Books {
    /// Posts a fact.
    pub(crate) fn post(&mut self, fact: &MemoFact) {
        let place = FactPlace { text: "MEMOS-1".to_owned(), billing_position: 0, accounts_position: 0 };
        let transaction = self.book.memo(&place, &payer(), &member("111122223333"), fact).unwrap();
        let (before, after) = fact.balances();
        assert!(transaction.is_some() || before == after, "the balance moved and nothing was posted: {fact:?}");
        let Some(transaction) = transaction else { return };
        assert_eq!(transaction.balances(), Ok(true), "{transaction:?}");
        assert_eq!(transaction.effective, fact.effective());
        for posting in transaction.postings {
            let balance = self.balances.entry(posting.account).or_insert(Exact::ZERO);
            *balance = balance.checked_add(posting.amount).unwrap();
        }
        // Nothing waits between accounts but what left for another account's books.
        assert_eq!(self.sum(), Exact::ZERO);
    }

    /// What is owed for a memo.
    pub(crate) fn liability(&self, memo: &MemoNumber) -> Exact {
        let is_of = |account: &str| {
            account.starts_with("Liabilities:Customer credit memos:") && account.ends_with(memo.as_str())
        };
        let of_memo = self.balances.iter().filter(|(account, _)| is_of(account));
        -Exact::checked_sum(of_memo.map(|(_, balance)| *balance)).unwrap()
    }

    fn sum(&self) -> Exact {
        Exact::checked_sum(self.balances.values().copied()).unwrap()
    }
}
