//! Cut-over: memos that another system began are taken over with what was applied and funded.

use super::assert_sound;
use crate::support::*;

const HEADER: &str = "payer_account_id,member_account_id,credit_id,memo_number,currency,face_amount,applied_amount,\
                      funded_amount,start_date,end_date,as_of,evidence\n";

fn row(applied: &str) -> String {
    format!(
        "{HEADER}{PAYER},{OWNER},4001,OLD-77,USD,500.00,{applied},300.00,2018-06-01,2019-12-31,2018-12-31,ledger p. 7\n"
    )
}

fn office() -> Office {
    let office = Office::new();
    office.accounts(&[
        (OWNER, "Department of Light", "PO-A"),
        (A2, "Second Street Bakery", "PO-2"),
        (A3, "Third Man Pictures", "PO-3"),
    ]);
    office
}

#[test]
fn they_go_on_where_they_stood() {
    let office = office();
    office.write("memos.csv", row("120.00"));
    office.ok(&["memos", "import", "memos.csv"]);
    assert_fields(
        &office.balance(OWNER),
        &[
            ("credit_id", "4001"),
            ("face_amount", "500.00"),
            ("applied_amount", "120.00"),
            ("open_balance", "380.00"),
            ("funded_balance", "180.00"),
            ("unfunded_balance", "200.00"),
        ],
    );
    office.ingest("january.csv", Story::later("2019-01", "100.00").cur2());
    office.bill_and_close("2019-01");
    assert_fields(
        &office.statement(OWNER, "2019-01"),
        &[("applied", "100.00"), ("balance_of_funds", "280.00"), ("due", "0.00")],
    );
    assert_fields(&office.balance(OWNER), &[("applied_amount", "220.00"), ("open_balance", "280.00")]);
    assert_sound(&office, &["2019-01"]);
}

#[test]
fn twice_is_once() {
    let office = office();
    office.write("memos.csv", row("120.00"));
    office.ok(&["memos", "import", "memos.csv"]);
    let log = office.log_files();
    office.ok(&["memos", "import", "memos.csv"]);
    assert_eq!(office.log_files(), log);
    assert_fields(&office.balance(OWNER), &[("open_balance", "380.00")]);
    assert_sound(&office, &[]);
}

#[test]
fn more_applied_than_the_face_is_refused() {
    let office = office();
    office.write("memos.csv", row("500.01"));
    office.refused(&["memos", "import", "memos.csv"], &["memos.csv", "line 2", "applied_amount", "500.00"]);
}

#[test]
fn without_evidence_it_is_refused() {
    let office = office();
    office.write("memos.csv", row("120.00").replace("ledger p. 7", ""));
    office.refused(&["memos", "import", "memos.csv"], &["memos.csv", "line 2", "evidence"]);
}

/// A memo without a credit is known by its number in the other system, and where it had none by all
/// that its row says: twelve rows that say the same are twelve memos, and the file once more is none.
#[test]
fn n40_rows_without_a_credit_are_taken_over_once() {
    let office = office();
    let by_hand = |number: &str, applied: &str| {
        format!("{PAYER},{OWNER},,{number},USD,15.00,{applied},0.00,2018-06-01,2019-12-31,2018-12-31,ledger p. 9\n")
    };
    let rows = [by_hand("OLD-78", "5.00"), by_hand("", "0.00"), by_hand("", "0.00"), by_hand("", "1.00")].concat();
    office.write("memos.csv", format!("{HEADER}{rows}"));
    office.ok(&["memos", "import", "memos.csv"]);
    let open = |office: &Office| {
        let rows = office.json(&["balance", "--account", OWNER]);
        rows.as_array().unwrap().iter().map(|row| row["open_balance"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(open(&office), ["10.00", "15.00", "15.00", "14.00"]);
    let log = office.log_files();
    office.ok(&["memos", "import", "memos.csv"]);
    assert_eq!(office.log_files(), log);
    office.write("more.csv", format!("{HEADER}{rows}{}", by_hand("", "1.00")));
    office.ok(&["memos", "import", "more.csv"]);
    assert_eq!(open(&office), ["10.00", "15.00", "15.00", "14.00", "14.00"]);
    office.write("other.csv", format!("{HEADER}{}", by_hand("OLD-78", "6.00")));
    office.refused(&["memos", "import", "other.csv"], &["OLD-78", "other figures"]);
    assert_sound(&office, &[]);
}
