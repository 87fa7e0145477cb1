//! N5, N6: AWS revises a credit. A face is a document: more is another memo, less is written down,
//! and never below what the customer was given.

use super::{adopt, assert_sound, facts, memo_of};
use crate::support::*;

#[test]
fn n05_up_is_a_supplementary_memo() {
    let mut office = Story::closed();
    office.grants(&[grant("5001", OWNER, "1200.00")]);
    let rows = office.json(&["balance", "--account", OWNER]);
    assert_eq!(rows.as_array().unwrap().len(), 2, "{rows:#}");
    assert_fields(&row_where(&rows, "face_amount", "1000.00"), &[("open_balance", "900.00")]);
    assert_fields(&row_where(&rows, "face_amount", "200.00"), &[("open_balance", "200.00")]);
    office.at(FIVE_MARCH);
    office.ingest("february.csv", Story::later("2019-02", "950.00").cur2());
    office.bill_and_close("2019-02");
    assert_fields(
        &office.statement(OWNER, "2019-02"),
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
fn n05_down_is_written_off() {
    let office = super::partly_funded();
    office.grants(&[grant("5001", OWNER, "950.00")]);
    assert_fields(
        &office.balance(OWNER),
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
    office.grants(&[grant("5001", OWNER, "1200.00")]);
    let log = office.log_files();
    office.grants(&[grant("5001", OWNER, "1200.00")]);
    assert_eq!(office.log_files(), log);
    assert_sound(&office, &["2019-01"]);
}

#[test]
fn down_below_what_was_drawn_stops_at_nothing() {
    let office = Story::imported();
    office.ingest("january.csv", Story::later("2019-01", "100.00").cur2());
    office.bill_and_close("2019-01");
    office.grants(&[grant("5001", OWNER, "60.00")]);
    assert_fields(
        &office.balance(OWNER),
        &[
            ("face_amount", "1000.00"),
            ("applied_amount", "100.00"),
            ("written_off_amount", "900.00"),
            ("open_balance", "0.00"),
        ],
    );
    assert_fields(&office.statement(OWNER, "2019-01"), &[("applied", "100.00"), ("due", "0.00")]);
    assert_sound(&office, &["2019-01"]);
}

/// The only act that waits.
#[track_caller]
fn waiting(office: &Office) -> String {
    let row = only(&office.json(&["approvals"]));
    assert_fields(&row, &[("by", "clerk"), ("member_account_id", OWNER)]);
    row["proposal"].as_str().unwrap().to_owned()
}

#[test]
fn n05_where_four_eyes_are_asked_for_it_waits_and_the_one_who_read_it_does_not_approve() {
    let office = Story::closed();
    adopt(&office, r#"{"four_eyes":["adjust"]}"#);
    office.grants(&[grant("5001", OWNER, "1200.00")]);
    assert_fields(&office.balance(OWNER), &[("face_amount", "1000.00"), ("open_balance", "900.00")]);
    let proposal = waiting(&office);
    let log = office.log_files();
    office.grants(&[grant("5001", OWNER, "1200.00")]);
    assert_eq!(office.log_files(), log, "it was proposed twice");
    office.refused(&["approve", &proposal, "--by", "clerk"], &["clerk"]);
    office.ok(&["approve", &proposal, "--by", "bert"]);
    let rows = office.json(&["balance", "--account", OWNER]);
    assert_fields(&row_where(&rows, "face_amount", "1000.00"), &[("open_balance", "900.00")]);
    assert_fields(&row_where(&rows, "face_amount", "200.00"), &[("open_balance", "200.00")]);
    assert_eq!(office.json(&["approvals"]), serde_json::json!([]));
    office.ok(&["bill", "2019-01"]);
    assert_eq!(office.json(&["approvals"]), serde_json::json!([]), "what was approved was proposed again");
    assert_sound(&office, &["2019-01"]);
}

#[test]
fn n05_a_proposal_that_aws_made_out_of_date_is_replaced() {
    let office = super::partly_funded();
    adopt(&office, r#"{"four_eyes":["adjust"]}"#);
    office.grants(&[grant("5001", OWNER, "1200.00")]);
    let first = waiting(&office);
    office.grants(&[grant("5001", OWNER, "950.00")]);
    let second = waiting(&office);
    assert_ne!(first, second);
    office.refused(&["approve", &first, "--by", "bert"], &[&first]);
    assert_fields(&office.balance(OWNER), &[("written_off_amount", "0.00"), ("open_balance", "900.00")]);
    office.ok(&["approve", &second, "--by", "bert"]);
    assert_fields(&office.balance(OWNER), &[("written_off_amount", "50.00"), ("open_balance", "850.00")]);
    assert_sound(&office, &["2019-01"]);
}

#[test]
fn n05_back_to_what_it_was_is_made_good() {
    let office = super::partly_funded();
    office.grants(&[grant("5001", OWNER, "950.00")]);
    office.grants(&[grant("5001", OWNER, "1000.00")]);
    let rows = office.json(&["balance", "--account", OWNER]);
    assert_fields(&row_where(&rows, "face_amount", "1000.00"), &[("open_balance", "850.00")]);
    assert_fields(&row_where(&rows, "face_amount", "50.00"), &[("open_balance", "50.00")]);
    assert_sound(&office, &["2019-01"]);
}

#[test]
fn n06_what_the_customer_was_given_is_a_shortfall_and_an_exception() {
    let office = Story::imported();
    office.ingest("january.csv", Story::later("2019-01", "100.00").cur2());
    office.bill_and_close("2019-01");
    let shortfall = |office: &Office| {
        let rows = office.json(&["credits", "exceptions"]);
        let of_kind = |row: &&serde_json::Value| row["exception"] == "upstream-shortfall";
        rows.as_array().unwrap().iter().find(of_kind).cloned()
    };
    assert_eq!(shortfall(&office), None);
    office.grants(&[grant("5001", OWNER, "60.00")]);
    assert_fields(
        &shortfall(&office).unwrap(),
        &[("amount", "40"), ("memo_number", &memo_of(&office, OWNER)), ("credit_id", "5001"), ("currency", "USD")],
    );
    let reconciled = office.reconcile("2019-01");
    assert_fields(&reconciled, &[("residual", "0")]);
    assert_fields(&only(&reconciled["open_items"]), &[("exception", "upstream-shortfall"), ("amount", "40")]);
    assert_eq!(facts(&office, "MEMOS", "upstream_shortfall_stated"), 1);
    // AWS makes up for half of it, then for all and more.
    office.grants(&[grant("5001", OWNER, "80.00")]);
    assert_fields(&shortfall(&office).unwrap(), &[("amount", "20")]);
    assert_fields(&office.balance(OWNER), &[("written_off_amount", "900.00"), ("open_balance", "0.00")]);
    office.grants(&[grant("5001", OWNER, "130.00")]);
    assert_eq!(shortfall(&office), None);
    let rows = office.json(&["balance", "--account", OWNER]);
    assert_fields(&row_where(&rows, "face_amount", "30.00"), &[("open_balance", "30.00")]);
    assert_sound(&office, &["2019-01"]);
}

/// AWS gives a credit more time: its memo may be used until then. The end on the memo was promised, so
/// that less time changes nothing.
#[test]
fn n05_a_later_end_is_the_memos_and_an_earlier_one_is_not() {
    let mut office = Office::new();
    office.accounts(&[(OWNER, "Department of Light", "PO-A"), (A2, "Bakery", "PO-2"), (A3, "Pictures", "PO-3")]);
    let ends = |day: &str| [grant("5001", OWNER, "1000.00").runs("2019-01-01", day)];
    office.grants(&ends("2019-01-31"));
    office.ingest("january.csv", Story::later("2019-01", "100.00").cur2());
    office.grants(&ends("2019-02-28"));
    let log = office.log_files();
    office.grants(&ends("2019-02-28"));
    assert_eq!(office.log_files(), log);
    office.bill_and_close("2019-01");
    assert_fields(&office.balance(OWNER), &[("expired_amount", "0.00"), ("open_balance", "900.00")]);
    office.grants(&ends("2019-01-31"));
    office.at(FIVE_MARCH);
    office.ingest("february.csv", Story::later("2019-02", "250.40").cur2());
    office.bill_and_close("2019-02");
    assert_fields(
        &office.statement(OWNER, "2019-02"),
        &[("applied", "250.40"), ("balance_of_funds", "649.60"), ("due", "0.00")],
    );
    assert_fields(&office.balance(OWNER), &[("expired_amount", "649.60"), ("open_balance", "0.00")]);
    assert_sound(&office, &["2019-01", "2019-02"]);
}

/// What AWS applies beyond the first face funds the memo that supplements it: at the end none of it
/// lapses, since AWS took all of it off the bill.
#[test]
fn n05_what_aws_applies_beyond_the_first_face_funds_the_supplement() {
    let mut office = Story::closed();
    office.grants(&[grant("5001", OWNER, "1200.00").runs("2019-01-01", "2019-02-28")]);
    office.at(FIVE_MARCH);
    let february = Story::later("2019-02", "10.00").lines([credit(A2, "-200.00", "AWS Promotional Credit")]);
    office.ingest("february.csv", february.cur2());
    office.bill_and_close("2019-02");
    let rows = office.json(&["balance", "--account", OWNER]);
    assert_fields(
        &row_where(&rows, "face_amount", "200.00"),
        &[("funded_balance", "200.00"), ("expired_amount", "0.00"), ("open_balance", "200.00")],
    );
    assert_fields(&row_where(&rows, "face_amount", "1000.00"), &[("open_balance", "890.00")]);
    assert_sound(&office, &["2019-01", "2019-02"]);
}

/// Up and down again: what AWS granted last is written down first, also where the first memo is used up.
#[test]
fn n05_down_again_takes_from_the_supplement_first() {
    let office = Story::imported();
    office.ingest("january.csv", Story::later("2019-01", "1000.00").cur2());
    office.bill_and_close("2019-01");
    office.grants(&[grant("5001", OWNER, "1200.00")]);
    office.grants(&[grant("5001", OWNER, "1050.00")]);
    let rows = office.json(&["balance", "--account", OWNER]);
    assert_fields(
        &row_where(&rows, "face_amount", "200.00"),
        &[("written_off_amount", "150.00"), ("open_balance", "50.00")],
    );
    let exceptions = office.json(&["credits", "exceptions"]);
    assert!(!exceptions.to_string().contains("upstream-shortfall"), "{exceptions:#}");
    assert_sound(&office, &["2019-01"]);
}

/// While both are open, what AWS granted last goes first all the same.
#[test]
fn n05_down_again_leaves_the_first_memo_alone_while_the_supplement_covers_it() {
    let office = super::partly_funded();
    office.grants(&[grant("5001", OWNER, "1200.00")]);
    office.grants(&[grant("5001", OWNER, "1150.00")]);
    let rows = office.json(&["balance", "--account", OWNER]);
    assert_fields(&row_where(&rows, "face_amount", "200.00"), &[("written_off_amount", "50.00")]);
    assert_fields(
        &row_where(&rows, "face_amount", "1000.00"),
        &[("written_off_amount", "0.00"), ("open_balance", "900.00")],
    );
    assert_sound(&office, &["2019-01"]);
}

/// A revision before a transfer is in what the new owner gets, and is not granted a second time.
#[test]
fn n05_a_revised_credit_that_is_given_away_is_not_revised_again() {
    let mut office = super::partly_funded();
    office.grants(&[grant("5001", OWNER, "1200.00")]);
    office.ok(&["credits", "transfer", "5001", "--to", A3, "--date", "2019-02-03"]);
    office.ok(&["bill", "2019-01"]);
    assert_fields(&office.balance(A3), &[("face_amount", "800.00"), ("open_balance", "800.00")]);
    office.at(FIVE_MARCH);
    office.ok(&["credits", "transfer", "5001", "--to", OWNER, "--date", "2019-03-01"]);
    office.ok(&["bill", "2019-01"]);
    let rows = office.json(&["balance"]);
    let open = sum(rows.as_array().unwrap().iter().map(|row| row["open_balance"].as_str().unwrap()));
    assert_eq!(open, Decimal::of("1100.00"), "{rows:#}");
    assert_sound(&office, &["2019-01"]);
}

/// 500.00 ended in January, which is closed. AWS raises it by 161.05 and moves its end to March in one
/// statement: the customer has 161.05 at once, until March, and not only after the next run.
#[test]
fn n05_and_n04_raised_and_extended_in_one_statement_after_the_end() {
    let mut office = Story::imported();
    let short = |face, end| grant("7001", A2, face).described("Short").runs("2019-01-01", end);
    office.grants(&[short("500.00", "2019-01-31")]);
    office.ingest("january.csv", bill("2019-01").lines([usage(A2, "AmazonEC2", "100.00")]).cur2());
    office.bill_and_close("2019-01");
    office.at(FIVE_MARCH);
    office.grants(&[short("661.05", "2019-03-31")]);
    let raised = row_where(&office.json(&["balance", "--account", A2]), "face_amount", "161.05");
    assert_fields(&raised, &[("open_balance", "161.05"), ("end_date", "2019-03-31")]);
    assert_sound(&office, &["2019-01"]);
}
