//! Tables for other programs: every amount exact in both formats, every row there, and the figures
//! those that the commands print.

use std::{collections::BTreeMap, fs, path::Path};

use crate::support::*;

/// W3 with suspense: something in nearly every table.
fn office() -> Office {
    let mut office = Story::closed();
    office.at(FIVE_MARCH);
    office.ingest("january-2.csv", Story::january_with("130.0049").cur2());
    let february = Story::later("2019-02", "250.40").lines([credit(A3, "-12.34", "Some other promotion")]);
    office.ingest("february.csv", february.cur2());
    office.ok(&["bill", "2019-02"]);
    office
}

type Rows = Vec<BTreeMap<String, String>>;

#[track_caller]
fn csv_rows(folder: &Path, table: &str) -> Rows {
    let mut reader = csv::Reader::from_path(folder.join(format!("{table}.csv"))).unwrap();
    let header = reader.headers().unwrap().clone();
    let owned = |row: csv::StringRecord| {
        header.iter().map(str::to_owned).zip(row.iter().map(str::to_owned)).collect::<BTreeMap<_, _>>()
    };
    reader.records().map(|row| owned(row.unwrap())).collect()
}

#[track_caller]
fn total(rows: &Rows, column: &str) -> Decimal {
    sum(rows.iter().map(|row| row[column].as_str()))
}

#[test]
fn the_tables_say_what_the_commands_print() {
    let office = office();
    let written = office.json(&["export", "csv", "--out", "tables"]);
    let folder = office.file("tables");
    for row in written.as_array().unwrap() {
        let table = row["table"].as_str().unwrap();
        assert_eq!(csv_rows(&folder, table).len() as u64, row["rows"].as_u64().unwrap(), "{table}");
    }
    let memos = csv_rows(&folder, "memos");
    let balance = office.balance(OWNER);
    for column in ["memo_number", "open_balance", "applied_amount", "funded_balance", "status", "po_number"] {
        assert_eq!(value_of(&memos[0][column]), value_of(balance[column].as_str().unwrap()), "{column}");
    }
    let entries = csv_rows(&folder, "memo_entries");
    assert_eq!(total(&entries, "applied"), total(&memos, "applied_amount"), "entries add up to the memos");
    assert_eq!(total(&entries, "face"), total(&memos, "face_amount"));
    assert_eq!(total(&entries, "funded"), total(&memos, "funded_amount"));
    let charges = csv_rows(&folder, "charges");
    let deliveries = csv_rows(&folder, "deliveries");
    assert_eq!(total(&charges, "amount"), total(&deliveries, "charges"), "charges add up to the control totals");
    assert_eq!(total(&csv_rows(&folder, "credit_lines"), "amount"), total(&deliveries, "credits"));
    assert_eq!(total(&charges, "amount"), Decimal::of("10180.4049"), "not a digit is lost");
    let suspense = csv_rows(&folder, "suspense");
    assert_eq!((suspense.len(), suspense[0]["amount"].as_str()), (1, "12.34"));
    let statements = csv_rows(&folder, "statements");
    assert_eq!(
        total(&csv_rows(&folder, "statement_lines"), "due"),
        Decimal::of("9800.00"),
        "2,500.00 and 2,400.00, twice"
    );
    assert_eq!(statements.len(), 6);
    let corrections = csv_rows(&folder, "corrections");
    assert_eq!((corrections.len(), corrections[0]["corrected_period"].as_str()), (1, "2019-01"));
    let documents = csv_rows(&folder, "documents");
    let issued: Vec<&str> = documents.iter().map(|row| row["document_number"].as_str()).collect();
    assert_eq!(issued.len(), 6, "{issued:?}");
    let periods = csv_rows(&folder, "periods");
    assert_eq!(periods.iter().map(|row| row["status"].as_str()).collect::<Vec<_>>(), ["closed", "open"]);
}

/// An amount by its value, anything else as it stands.
fn value_of(text: &str) -> Result<Decimal, String> {
    let is_amount = text.contains('.') && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-'));
    let is_count = !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    if is_amount || is_count { Ok(Decimal::of(text)) } else { Err(text.to_owned()) }
}

#[test]
fn parquet_has_the_same_tables() {
    let office = office();
    let csv = office.json(&["export", "csv", "--out", "tables"]);
    let parquet = office.json(&["export", "parquet", "--out", "tables"]);
    assert_eq!(without(&csv, &["file"]), without(&parquet, &["file"]));
    for row in parquet.as_array().unwrap() {
        let bytes =
            fs::read(office.file("tables").join(format!("{}.parquet", row["table"].as_str().unwrap()))).unwrap();
        assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"), "{row}");
    }
}

#[test]
fn the_same_log_writes_the_same_bytes() {
    let office = office();
    let bytes = |name: &str, format: &str| {
        office.ok(&["export", format, "--out", name]);
        let mut files: Vec<_> = fs::read_dir(office.file(name)).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files.iter().map(|path| FileBytes::of(path)).collect::<Vec<_>>()
    };
    for format in ["csv", "parquet"] {
        let (first, again) = (bytes(&format!("{format}-1"), format), bytes(&format!("{format}-2"), format));
        assert_eq!(first.len(), 16);
        assert!(first == again, "{format}");
    }
}
