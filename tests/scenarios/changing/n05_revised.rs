//! N5, N6: AWS revises a credit. A face is a document: more is another memo, less is written down,
//! and never below what the customer was given.

use super::assert_sound;
use crate::support::*;

#[test]
fn up_is_a_supplementary_memo() {
    let mut office = Story::closed();
    office.grants(&[grant("5001", DLT, "1200.00")]);
    let rows = office.json(&["balance", "--account", DLT]);
    assert_eq!(rows.as_array().unwrap().len(), 2, "{rows:#}");
    assert_fields(&row_where(&rows, "face_amount", "1000.00"), &[("open_balance", "900.00")]);
    assert_fields(&row_where(&rows, "face_amount", "200.00"), &[("open_balance", "200.00")]);
    office.at(FIVE_MARCH);
    office.ingest("february.csv", Story::later("2019-02", "950.00").cur2());
    office.bill_and_close("2019-02");
    assert_fields(
        &office.statement(DLT, "2019-02"),
        &[
            ("prior_balance", "900.00"),
            ("issued", "200.00"),
            ("applied", "950.00"),
            ("balance_of_funds", "150.00"),
            ("due", "0.00"),
        ],
    );
    assert_sound(&office, &["2019-01", "2019-02"]);
}

#[test]
fn down_is_written_off() {
    let office = super::partly_funded();
    office.grants(&[grant("5001", DLT, "950.00")]);
    assert_fields(
        &office.balance(DLT),
        &[
            ("face_amount", "1000.00"),
            ("applied_amount", "100.00"),
            ("written_off_amount", "50.00"),
            ("open_balance", "850.00"),
        ],
    );
    assert_sound(&office, &["2019-01"]);
}

#[test]
fn the_same_again_changes_nothing() {
    let office = Story::closed();
    office.grants(&[grant("5001", DLT, "1200.00")]);
    let log = office.log_files();
    office.grants(&[grant("5001", DLT, "1200.00")]);
    assert_eq!(office.log_files(), log);
    assert_sound(&office, &["2019-01"]);
}

#[test]
fn down_below_what_was_drawn_stops_at_nothing() {
    let office = Story::imported();
    office.ingest("january.csv", Story::later("2019-01", "100.00").cur2());
    office.bill_and_close("2019-01");
    office.grants(&[grant("5001", DLT, "60.00")]);
    assert_fields(
        &office.balance(DLT),
        &[
            ("face_amount", "1000.00"),
            ("applied_amount", "100.00"),
            ("written_off_amount", "900.00"),
            ("open_balance", "0.00"),
        ],
    );
    assert_fields(&office.statement(DLT, "2019-01"), &[("applied", "100.00"), ("due", "0.00")]);
    assert_sound(&office, &["2019-01"]);
}
