//! The accounts file: what is wrong is named by file, line and column.

use super::{office, tells_what_to_do};
use crate::support::*;

const HEADER: &str = "payer_account_id,member_account_id,customer,po_number,from,to";
const GOOD: &str = "999900001111,000000000009,New Customer,PO-9,2019-01-01,";

#[track_caller]
fn refuses(row: &str, words: &[&str]) {
    let office = office();
    office.write("accounts.csv", format!("{HEADER}\n{GOOD}\n{row}\n"));
    let outcome = office.refused(&["accounts", "import", "accounts.csv"], &["accounts.csv", "line 3"]).says(words);
    tells_what_to_do(&outcome);
}

#[test]
fn a_blank_customer() {
    refuses("999900001111,000000000008,,PO-8,2019-01-01,", &["customer"]);
}

#[test]
fn a_blank_member() {
    refuses("999900001111,,Customer,PO-8,2019-01-01,", &["member_account_id"]);
}

#[test]
fn a_blank_first_day() {
    refuses("999900001111,000000000008,Customer,PO-8,,", &["from"]);
}

#[test]
fn a_member_that_a_spreadsheet_made_a_number() {
    refuses("999900001111,1.23457E+11,Customer,PO-8,2019-01-01,", &["member_account_id", "1.23457E+11", "spreadsheet"]);
}

#[test]
fn a_payer_that_a_spreadsheet_made_a_number() {
    refuses("1.23457E+12,000000000008,Customer,PO-8,2019-01-01,", &["payer_account_id", "1.23457E+12", "spreadsheet"]);
}

#[test]
fn a_day_in_another_notation() {
    refuses("999900001111,000000000008,Customer,PO-8,01/02/2019,", &["from", "'01/02/2019'", "YYYY-MM-DD"]);
}

#[test]
fn an_end_before_the_beginning() {
    refuses("999900001111,000000000008,Customer,PO-8,2019-02-01,2019-01-01", &["to", "2019-01-01"]);
}

#[test]
fn a_row_that_is_too_short() {
    refuses("999900001111,000000000008", &["2 fields"]);
}

#[test]
fn assignments_that_overlap() {
    let office = office();
    office.write(
        "accounts.csv",
        format!("{HEADER}\n{PAYER},000000000008,A,P,2019-01-01,2019-06-01\n{PAYER},000000000008,B,P,2019-03-01,\n"),
    );
    let outcome = office.refused(&["accounts", "import", "accounts.csv"], &["000000000008", "overlaps", "2019-03-01"]);
    tells_what_to_do(&outcome);
}

#[test]
fn a_file_that_was_taken_once_is_taken_again_and_changes_nothing() {
    let office = office();
    office.write(
        "accounts.csv",
        format!("{HEADER}\n{PAYER},000000000008,A,P,2019-01-01,2019-03-01\n{PAYER},000000000008,B,P,2019-03-01,\n"),
    );
    office.ok(&["accounts", "import", "accounts.csv"]);
    let before = office.log_files();
    office.ok(&["accounts", "import", "accounts.csv"]);
    assert_eq!(office.log_files(), before);
}

#[test]
fn a_missing_column_an_empty_file_and_no_file() {
    let office = office();
    office.write(
        "accounts.csv",
        format!("payer_account_id,member_account_id,customer,from,to\n{PAYER},1,A,2019-01-01,\n"),
    );
    tells_what_to_do(
        &office.refused(&["accounts", "import", "accounts.csv"], &["accounts.csv", "po_number", "missing"]),
    );
    office.write("accounts.csv", "");
    tells_what_to_do(&office.refused(&["accounts", "import", "accounts.csv"], &["accounts.csv", "empty"]));
    tells_what_to_do(&office.refused(&["accounts", "import", "nowhere.csv"], &["nowhere.csv"]));
}
