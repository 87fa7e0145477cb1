//! The journal in hledger's format. Every posting asserts the balance of its account after it, so
//! that a line which is lost, doubled or changed on its way is found by `hledger check`.
//!
//! The first date is the day of posting and never lies in a month that was closed before; the
//! second is the day that the event counts from (`hledger --date2`).

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Write},
};

use domain::journal::{JournalParty, JournalTransaction};
use money::{Currency, Exact, MoneyError};

/// Writes transactions that are in order of their dates.
///
/// # Errors
/// Where writing fails, or a balance cannot be held.
pub fn write_hledger(transactions: &[JournalTransaction], to: &mut impl Write) -> io::Result<()> {
    let postings = || transactions.iter().flat_map(|transaction| &transaction.postings);
    writeln!(to, "; Journal of credit memos. First date: posting; second: effective (--date2).")?;
    writeln!(to, "; A transaction's code is the place of its event in the log.")?;
    writeln!(to, "decimal-mark .")?;
    let currencies: BTreeMap<String, Currency> =
        postings().map(|posting| (posting.currency.to_string(), posting.currency)).collect();
    for (code, currency) in &currencies {
        writeln!(to, "commodity {code} 1000.{}", "0".repeat(usize::from(currency.minor_digits())))?;
    }
    let accounts: BTreeSet<&str> = postings().map(|posting| posting.account.as_str()).collect();
    for account in accounts {
        writeln!(to, "account {account}")?;
    }
    let mut balances: BTreeMap<(&str, String), Exact> = BTreeMap::new();
    for transaction in transactions {
        writeln!(
            to,
            "\n{}={} * ({}) {}",
            transaction.date,
            transaction.effective,
            transaction.place,
            one_line(&transaction.description)
        )?;
        let width = transaction.postings.iter().map(|posting| posting.account.chars().count()).max().unwrap_or(0);
        for posting in &transaction.postings {
            let balance = balances.entry((&posting.account, posting.currency.to_string())).or_insert(Exact::ZERO);
            *balance = balance.checked_add(posting.amount).map_err(|fault: MoneyError| io::Error::other(fault))?;
            let (amount, after) =
                (amount_text(posting.amount, posting.currency), amount_text(*balance, posting.currency));
            let tags = posting.party.as_ref().map_or_else(String::new, tags_of);
            writeln!(to, "    {:<width$}  {amount} = {after}{tags}", posting.account)?;
        }
    }
    Ok(())
}

/// The customer and PO number as hledger's tags, so that `tag:po=` finds what stands under a number.
fn tags_of(party: &JournalParty) -> String {
    let named = [("customer", party.customer.as_str()), ("po", party.po_number.as_str())];
    let tags: Vec<String> = named
        .into_iter()
        .map(|(name, value)| (name, one_line(&value.replace(',', " "))))
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}:{value}"))
        .collect();
    if tags.is_empty() { String::new() } else { format!("  ; {}", tags.join(", ")) }
}

/// An exact amount with at least the currency's minor digits.
fn amount_text(amount: Exact, currency: Currency) -> String {
    let mut text = amount.to_string();
    let digits = usize::from(currency.minor_digits());
    let has = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    if has < digits {
        if has == 0 {
            text.push('.');
        }
        text.push_str(&"0".repeat(digits - has));
    }
    format!("{currency} {text}")
}

/// A text that a journal reads as it is: one line, and no comment in it.
fn one_line(text: &str) -> String {
    let plain = |c: char| if c.is_control() || c == ';' { ' ' } else { c };
    text.chars().map(plain).collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}
