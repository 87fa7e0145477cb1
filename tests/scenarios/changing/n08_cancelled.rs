//! N8: AWS cancels a credit. What it took before is still the customer's.

use super::{assert_sound, drawn_ahead, partly_funded, receivable, shortfall};
use crate::support::*;

#[test]
fn n08_what_aws_took_stays_open() {
    let mut office = partly_funded();
    assert_fields(&office.balance(OWNER), &[("funded_balance", "300.00"), ("unfunded_balance", "600.00")]);
    office.ok(&["credits", "cancel", "5001", "--date", "2019-02-03", "--reason", "terms breached"]);
    assert_fields(
        &office.balance(OWNER),
        &[
            ("written_off_amount", "600.00"),
            ("open_balance", "300.00"),
            ("funded_balance", "300.00"),
            ("unfunded_balance", "0.00"),
        ],
    );
    office.at(FIVE_MARCH);
    office.ingest("february.csv", Story::later("2019-02", "250.40").cur2());
    office.bill_and_close("2019-02");
    let statement = office.statement(OWNER, "2019-02");
    assert_fields(
        &statement,
        &[("prior_balance", "900.00"), ("applied", "250.40"), ("balance_of_funds", "49.60"), ("due", "0.00")],
    );
    assert_sound(&office, &["2019-01", "2019-02"]);
}

#[test]
fn it_shows_as_cancelled_and_a_second_time_is_refused() {
    let office = partly_funded();
    let cancel = ["credits", "cancel", "5001", "--date", "2019-02-03"];
    let credit = only(&office.json(&cancel));
    assert_fields(&credit, &[("status", "cancelled"), ("upstream_applied", "400")]);
    let balance = office.balance(OWNER);
    office.refused(&cancel, &["5001", "cancelled"]);
    assert_eq!(office.balance(OWNER), balance);
    assert_sound(&office, &["2019-01"]);
}

#[test]
fn n08_a_credit_cancelled_before_its_first_day_leaves_nothing() {
    let office = Story::imported();
    office.grants(&[grant("6001", A2, "500.00").described("Later").runs("2019-06-01", "2019-12-31")]);
    office.ok(&["credits", "cancel", "6001", "--date", "2019-02-03"]);
    assert_fields(&office.balance(A2), &[("written_off_amount", "500.00"), ("open_balance", "0.00")]);
    assert_sound(&office, &[]);
}

#[test]
fn n08_what_a_person_grants_after_the_cancellation_stays() {
    let mut office = partly_funded();
    office.ok(&["credits", "cancel", "5001", "--date", "2019-02-03"]);
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
fn n08_what_the_customer_had_ahead_of_aws_is_a_shortfall() {
    let mut office = drawn_ahead();
    assert_eq!(receivable(&office, "5001"), "800.00");
    office.ok(&["credits", "cancel", "5001", "--date", "2019-02-03", "--reason", "terms breached"]);
    let balance = [("applied_amount", "350.00"), ("written_off_amount", "650.00"), ("open_balance", "0.00")];
    assert_fields(&office.balance(OWNER), &balance);
    assert_eq!(shortfall(&office).as_deref(), Some("150"));
    assert_eq!(receivable(&office, "5001"), "0");
    let credits = office.json(&["credits", "list"]);
    assert_fields(&only(&credits), &[("upstream_applied", "200"), ("remaining", "0")]);
    assert_fields(&only(&office.reconcile("2019-01")["open_items"]), &[("exception", "upstream-shortfall")]);
    assert_sound(&office, &["2019-01"]);
    // What AWS applied of the months before and delivers later makes up for it.
    office.at(FIVE_MARCH);
    let more = Story::later("2019-01", "350.00").lines([credit(A2, "-290.00", super::SUFFIXED)]);
    office.ingest("january-anew.csv", more.cur2());
    office.ingest("february.csv", Story::later("2019-02", "10.00").cur2());
    office.bill_and_close("2019-02");
    assert_eq!(shortfall(&office).as_deref(), Some("60"));
    assert_eq!(receivable(&office, "5001"), "0");
    let commits = office.commits();
    office.ok(&["bill", "2019-02"]);
    assert_eq!(office.commits(), commits, "a repeated run recorded something");
    assert_sound(&office, &["2019-01", "2019-02"]);
}
