//! What `export focus` answers, and whether it adds up to the documents.

use std::collections::{BTreeMap, BTreeSet};

use super::{Decimal, Office, sum};

pub(crate) type FocusRow = BTreeMap<String, String>;

#[track_caller]
pub(crate) fn focus_rows(office: &Office, more: &[&str]) -> Vec<FocusRow> {
    let text = office.ok(&[&["export", "focus", "--issuer", "Our Cloud AG"], more].concat()).stdout;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let owned = |row: csv::StringRecord| header.iter().map(str::to_owned).zip(row.iter().map(str::to_owned)).collect();
    reader.records().map(|row| owned(row.unwrap())).collect()
}

#[track_caller]
pub(crate) fn billed(rows: &[FocusRow], has: impl Fn(&FocusRow) -> bool) -> Decimal {
    sum(rows.iter().filter(|row| has(row)).map(|row| row["BilledCost"].as_str()))
}

/// The rows of each document add up to what it says is due.
#[track_caller]
pub(crate) fn focus_agrees(office: &Office) {
    let rows = focus_rows(office, &[]);
    let mut with_rows: BTreeSet<&str> = rows.iter().map(|row| row["InvoiceId"].as_str()).collect();
    for document in office.json(&["documents", "list"]).as_array().unwrap() {
        let number = document["document_number"].as_str().unwrap();
        if with_rows.remove(number) {
            let due = Decimal::of(document["due"].as_str().unwrap());
            assert_eq!(billed(&rows, |row| row["InvoiceId"] == number), due, "{number}: {rows:#?}");
        }
    }
    assert!(with_rows.is_empty(), "rows of no document: {with_rows:?}");
}
