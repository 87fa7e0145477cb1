//! N9: AWS refunds January's usage on the February bill. What a memo paid goes back to the memo and
//! never becomes money.

use super::assert_sound;
use crate::support::*;

fn refunded(member: &str, amount: &str) -> Office {
    let mut office = Story::closed();
    office.at(FIVE_MARCH);
    let refund = line(member, "Refund", "AmazonEC2", amount, "refund").with("usage date", "2019-01-15T00:00:00.000Z");
    let february = Story::later("2019-02", "250.40").lines([refund]);
    office.ingest("february.csv", february.cur2());
    office.bill_and_close("2019-02");
    office
}

#[test]
fn n09_what_the_memo_paid_goes_back_to_it() {
    let office = refunded(OWNER, "-40.00");
    let statement = office.statement(OWNER, "2019-02");
    assert_fields(
        &statement,
        &[
            ("prior_balance", "900.00"),
            ("corrections", "40.00"),
            ("applied", "250.40"),
            ("balance_of_funds", "689.60"),
            ("due", "0.00"),
        ],
    );
    let january = office.statement(OWNER, "2019-01")["document_number"].as_str().unwrap().to_owned();
    assert_fields(
        &only(&statement["earlier_periods"]),
        &[("period", "2019-01"), ("corrects", &january), ("gross", "-40.00"), ("applied", "-40.00"), ("due", "0.00")],
    );
    assert_fields(&office.balance(OWNER), &[("refunded_amount", "0.00"), ("open_balance", "689.60")]);
    assert_sound(&office, &["2019-01", "2019-02"]);
}

#[test]
fn n09_what_the_customer_paid_comes_off_what_is_due() {
    let office = refunded(A2, "-40.00");
    assert_fields(&office.statement(A2, "2019-02"), &[("corrections", "0.00"), ("due", "2460.00")]);
    assert_fields(&office.balance(OWNER), &[("open_balance", "649.60")]);
    assert_sound(&office, &["2019-01", "2019-02"]);
}

#[test]
fn billing_again_gives_nothing_back_twice() {
    let mut office = Story::closed();
    office.at(FIVE_MARCH);
    let refund = line(OWNER, "Refund", "AmazonEC2", "-40.00", "refund").with("usage date", "2019-01-15T00:00:00.000Z");
    office.ingest("february.csv", Story::later("2019-02", "250.40").lines([refund]).cur2());
    office.ok(&["bill", "2019-02"]);
    let log = office.log_files();
    office.ok(&["bill", "2019-02"]);
    assert_eq!(office.log_files(), log);
    office.ok(&["close", "2019-02"]);
    assert_fields(&office.balance(OWNER), &[("open_balance", "689.60")]);
    assert_sound(&office, &["2019-01", "2019-02"]);
}

/// February was closed when AWS delivered it again, with a refund of January's usage: no run bills
/// February any more, and March's gives it back.
#[test]
fn n09_a_refund_on_a_closed_bill_that_was_delivered_anew_is_not_lost() {
    let mut office = Story::closed();
    office.at(FIVE_MARCH);
    office.ingest("february.csv", Story::later("2019-02", "250.40").cur2());
    office.bill_and_close("2019-02");
    let refund = line(OWNER, "Refund", "AmazonEC2", "-40.00", "refund").with("usage date", "2019-01-15T00:00:00.000Z");
    office.ingest("february-anew.csv", Story::later("2019-02", "250.40").lines([refund]).cur2());
    office.at(FIVE_APRIL);
    office.ingest("march.csv", Story::later("2019-03", "10.00").cur2());
    office.bill_and_close("2019-03");
    let march = office.statement(OWNER, "2019-03");
    assert_fields(
        &march,
        &[("corrections", "40.00"), ("applied", "10.00"), ("balance_of_funds", "679.60"), ("due", "0.00")],
    );
    assert_fields(
        &only(&march["earlier_periods"]),
        &[("period", "2019-01"), ("gross", "-40.00"), ("applied", "-40.00")],
    );
    assert_sound(&office, &["2019-01", "2019-02", "2019-03"]);
}
