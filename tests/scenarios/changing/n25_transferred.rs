//! N25: AWS gives a credit to another account. What it took before is the former owner's, the rest
//! is a memo of the new one.

use super::{assert_sound, drawn_ahead, partly_funded, receivable, shortfall};
use crate::support::*;

#[test]
fn n25_the_former_owner_keeps_what_aws_took() {
    let mut office = partly_funded();
    office.ok(&["credits", "transfer", "5001", "--to", A3, "--date", "2019-02-01", "--reason", "AWS's letter"]);
    assert_fields(
        &office.balance(OWNER),
        &[("open_balance", "300.00"), ("funded_balance", "300.00"), ("unfunded_balance", "0.00")],
    );
    assert_fields(&office.balance(A3), &[("credit_id", "5001"), ("face_amount", "600.00"), ("open_balance", "600.00")]);

    office.at(FIVE_MARCH);
    let line = credit(A3, "-600.00", "AWS Promotional Credit, credit from account: 000000000003");
    office.ingest("february.csv", Story::later("2019-02", "250.40").lines([line]).cur2());
    office.bill_and_close("2019-02");
    assert_fields(&office.statement(OWNER, "2019-02"), &[("applied", "250.40"), ("balance_of_funds", "49.60")]);
    assert_fields(&office.statement(A3, "2019-02"), &[("applied", "600.00"), ("due", "1800.00")]);
    assert_fields(&office.balance(A3), &[("open_balance", "0.00"), ("funded_balance", "0.00")]);
    assert_fields(&office.reconcile("2019-02"), &[("attributed", "600"), ("suspense", "0")]);
    assert_sound(&office, &["2019-01", "2019-02"]);
}

/// Of 600.00 that came with the credit, 150.00 are set apart in a memo of their own: 450.00 + 150.00, and
/// no second 600.00, whatever is followed later.
#[test]
fn n25_a_part_set_apart_by_the_new_owner_is_no_second_memo_of_the_credit() {
    let mut office = partly_funded();
    office.ok(&["credits", "transfer", "5001", "--to", A3, "--date", "2019-02-01"]);
    let memo = office.balance(A3)["memo_number"].clone();
    let memo = memo.as_str().unwrap_or_default();
    office.at(FIVE_MARCH);
    office.ok(&["memos", "reassign", memo, "--to-account", A3, "--amount", "150.00", "--consent", "--reason", "apart"]);
    office.grants(&[grant("6001", A2, "500.00").described("Later").runs("2019-06-01", "2019-12-31")]);
    office.ingest("february.csv", Story::later("2019-02", "100.00").cur2());
    office.bill_and_close("2019-02");
    let rows = office.json(&["balance", "--account", A3]);
    let faces: Vec<&str> =
        rows.as_array().unwrap().iter().map(|row| row["face_amount"].as_str().unwrap_or_default()).collect();
    assert_eq!(faces, ["600.00", "150.00"]);
    assert_sound(&office, &["2019-01", "2019-02"]);
}

/// AWS revises 600.00 to 400.00 after 150.00 were set apart: the 200.00 come off the memo of the credit.
#[test]
fn n25_and_n05_what_aws_cuts_comes_off_the_memo_and_not_off_the_part_set_apart() {
    let mut office = partly_funded();
    office.ok(&["credits", "transfer", "5001", "--to", A3, "--date", "2019-02-01"]);
    let memo = office.balance(A3)["memo_number"].clone();
    let memo = memo.as_str().unwrap_or_default();
    office.at(FIVE_MARCH);
    office.ok(&["memos", "reassign", memo, "--to-account", A3, "--amount", "150.00", "--consent", "--reason", "apart"]);
    office.grants(&[grant("5001", A3, "800.00")]);
    let rows = office.json(&["balance", "--account", A3]);
    assert_fields(&row_where(&rows, "face_amount", "600.00"), &[("open_balance", "250.00")]);
    assert_fields(&row_where(&rows, "face_amount", "150.00"), &[("open_balance", "150.00")]);
    assert_sound(&office, &["2019-01"]);
}

/// The credit goes from A2 to A3, back, and to A3 again: one memo each time, however often it is followed.
#[test]
fn n25_a_credit_that_comes_twice_is_two_memos_and_no_third() {
    let mut office = Story::imported();
    office.grants(&[grant("6001", A2, "500.00").described("Later").runs("2019-01-01", "2019-12-31")]);
    for (to, day) in [(A3, "2019-02-01"), (A2, "2019-02-02"), (A3, "2019-02-03")] {
        office.ok(&["credits", "transfer", "6001", "--to", to, "--date", day]);
    }
    office.at(FIVE_MARCH);
    office.grants(&[grant("6002", A2, "10.00").described("Other").runs("2019-06-01", "2019-12-31")]);
    let rows = office.json(&["balance", "--account", A3]);
    let open: Vec<&str> =
        rows.as_array().unwrap().iter().map(|row| row["open_balance"].as_str().unwrap_or_default()).collect();
    assert_eq!(open, ["0.00", "500.00"]);
    assert_sound(&office, &[]);
}

#[test]
fn n25_what_a_person_grants_the_former_owner_stays() {
    let mut office = partly_funded();
    office.ok(&["credits", "transfer", "5001", "--to", A3, "--date", "2019-02-01"]);
    let memo = office.balance(OWNER)["memo_number"].clone();
    office.ok(&["memos", "adjust", memo.as_str().unwrap_or_default(), "--amount", "25.00", "--reason", "goodwill"]);
    office.at(FIVE_MARCH);
    office.ingest("february.csv", Story::later("2019-02", "310.00").cur2());
    office.bill_and_close("2019-02");
    let granted = row_where(&office.json(&["balance", "--account", OWNER]), "face_amount", "25.00");
    assert_fields(&granted, &[("written_off_amount", "0.00"), ("applied_amount", "10.00"), ("open_balance", "15.00")]);
    assert_sound(&office, &["2019-01", "2019-02"]);
}

#[test]
fn to_its_owner_is_no_transfer() {
    let office = partly_funded();
    let balance = office.balance(OWNER);
    office.refused(&["credits", "transfer", "5001", "--to", OWNER, "--date", "2019-02-01"], &["5001", OWNER]);
    assert_eq!(office.balance(OWNER), balance);
    assert_sound(&office, &["2019-01"]);
}

#[test]
fn n25_a_credit_that_comes_back_is_a_memo_that_stays() {
    let mut office = partly_funded();
    office.ok(&["credits", "transfer", "5001", "--to", A3, "--date", "2019-02-01"]);
    office.refused(&["credits", "transfer", "5001", "--to", A2, "--date", "2019-02-01"], &["5001", "later day"]);
    office.at(FIVE_MARCH);
    office.ok(&["credits", "transfer", "5001", "--to", OWNER, "--date", "2019-03-01"]);
    office.ingest("february.csv", Story::later("2019-02", "100.00").cur2());
    office.bill_and_close("2019-02");
    assert_fields(&office.balance(A3), &[("written_off_amount", "600.00"), ("open_balance", "0.00")]);
    let rows = office.json(&["balance", "--account", OWNER]);
    assert_fields(&row_where(&rows, "face_amount", "600.00"), &[("open_balance", "600.00")]);
    assert_fields(
        &row_where(&rows, "face_amount", "1000.00"),
        &[("open_balance", "200.00"), ("applied_amount", "200.00")],
    );
    assert_sound(&office, &["2019-01", "2019-02"]);
}

#[test]
fn n25_a_credit_given_away_before_its_first_day_is_the_new_owners() {
    let office = Story::imported();
    office.grants(&[grant("6001", A2, "500.00").described("Later").runs("2019-06-01", "2019-12-31")]);
    office.ok(&["credits", "transfer", "6001", "--to", A3, "--date", "2019-02-03"]);
    assert_fields(&office.balance(A2), &[("written_off_amount", "500.00"), ("open_balance", "0.00")]);
    assert_fields(&office.balance(A3), &[("credit_id", "6001"), ("open_balance", "500.00")]);
    assert_sound(&office, &[]);
}

/// Known in March, and counted from 31 January: what AWS applied in February was the new owner's, and
/// funds one memo.
#[test]
fn n25_dated_back_the_months_since_fund_the_new_owners_memo_alone() {
    let mut office = partly_funded();
    office.at(FIVE_MARCH);
    let february = Story::later("2019-02", "10.00").lines([credit(A2, "-300.00", "AWS Promotional Credit")]);
    office.ingest("february.csv", february.cur2());
    assert_fields(&office.balance(OWNER), &[("open_balance", "900.00"), ("funded_balance", "600.00")]);
    office.ok(&["credits", "transfer", "5001", "--to", A3, "--date", "2019-02-01"]);
    office.bill_and_close("2019-02");
    let memo = |account: &str| only(&office.json(&["memos", "list", "--account", account]));
    assert_fields(
        &memo(OWNER),
        &[("funded_amount", "400"), ("written_off_amount", "600.00"), ("open_balance", "290.00")],
    );
    assert_fields(&memo(A3), &[("face_amount", "600.00"), ("funded_amount", "300"), ("applied_amount", "600.00")]);
    assert_sound(&office, &["2019-01", "2019-02"]);
}

#[test]
fn n25_the_credits_file_once_more_gives_nothing_back() {
    let office = partly_funded();
    office.ok(&["credits", "transfer", "5001", "--to", A3, "--date", "2019-02-01"]);
    let log = office.log_files();
    office.grants(&[grant("5001", OWNER, "1000.00")]);
    assert_eq!(office.log_files(), log, "the file that granted it is no news");
    office.grants(&[grant("5001", A3, "1000.00")]);
    assert_eq!(office.log_files(), log, "the file that names the new owner is no news");
    assert_sound(&office, &["2019-01"]);
}

/// AWS's list names another owner than before: the credit went to it, on the day the list was read.
#[test]
fn n25_another_owner_in_the_credits_file_is_a_transfer() {
    let office = partly_funded();
    office.grants(&[grant("5001", A3, "1000.00")]);
    assert_fields(&office.balance(OWNER), &[("open_balance", "300.00"), ("funded_balance", "300.00")]);
    assert_fields(&office.balance(A3), &[("credit_id", "5001"), ("face_amount", "600.00"), ("open_balance", "600.00")]);
    let log = office.log_files();
    office.grants(&[grant("5001", A3, "1000.00")]);
    assert_eq!(office.log_files(), log);
    assert_sound(&office, &["2019-01"]);
}

#[test]
fn n25_what_the_former_owner_had_ahead_of_aws_is_a_shortfall() {
    let office = drawn_ahead();
    office.ok(&["credits", "transfer", "5001", "--to", A3, "--date", "2019-02-01", "--reason", "AWS's letter"]);
    assert_fields(&office.balance(OWNER), &[("written_off_amount", "650.00"), ("open_balance", "0.00")]);
    assert_fields(&office.balance(A3), &[("face_amount", "800.00"), ("open_balance", "800.00")]);
    assert_eq!(shortfall(&office).as_deref(), Some("150"));
    // AWS has 800.00 still to apply, whatever the former owner had.
    assert_eq!(receivable(&office, "5001"), "800.00");
    let commits = office.commits();
    office.ok(&["bill", "2019-01"]);
    office.ok(&["close", "2019-01"]);
    assert_eq!(office.commits(), commits, "a repeated run recorded something");
    assert_sound(&office, &["2019-01"]);
}
