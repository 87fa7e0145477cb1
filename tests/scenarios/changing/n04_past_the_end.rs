//! N4: money comes back to a memo past its end. It lapses at once or may be used for days of grace;
//! both facts are in the log, so that no balance appears from nowhere.

use super::{adopt, assert_sound, facts, memo_of};
use crate::support::*;

/// A credit that AWS never used, ended with January: 100.00 drawn, 900.00 lapsed at the close.
fn ended(policies: &str) -> Office {
    let mut office = Office::new();
    office.accounts(&[(OWNER, "Department of Light", "PO-A"), (A2, "Bakery", "PO-2"), (A3, "Pictures", "PO-3")]);
    adopt(&office, policies);
    office.grants(&[grant("5001", OWNER, "1000.00").runs("2019-01-01", "2019-01-31")]);
    office.ingest("january.csv", Story::later("2019-01", "100.00").cur2());
    office.bill_and_close("2019-01");
    assert_fields(&office.balance(OWNER), &[("expired_amount", "900.00"), ("open_balance", "0.00")]);
    office.at(FIVE_MARCH);
    office
}

const GRACE: &str = r#"{"reinstated_after_expiry":{"grace-days":30}}"#;

/// January restated to 80.00, and February billed.
fn restated(office: &Office) {
    office.ingest("january-2.csv", Story::later("2019-01", "80.00").cur2());
    office.ingest("february.csv", Story::later("2019-02", "5.00").cur2());
    office.bill_and_close("2019-02");
}

#[test]
fn n04_a_correction_returns_it_and_it_lapses_at_once() {
    let office = ended("{}");
    restated(&office);
    assert_fields(
        &office.balance(OWNER),
        &[("applied_amount", "80.00"), ("expired_amount", "920.00"), ("open_balance", "0.00")],
    );
    assert_eq!((facts(&office, "MEMOS", "memo_unapplied"), facts(&office, "MEMOS", "memo_lapsed")), (1, 2));
    assert_fields(
        &office.statement(OWNER, "2019-02"),
        &[
            ("corrections", "20.00"),
            ("expired", "920.00"),
            ("applied", "0.00"),
            ("balance_of_funds", "0.00"),
            ("due", "5.00"),
        ],
    );
    assert_sound(&office, &["2019-01", "2019-02"]);
}

#[test]
fn n04_a_correction_under_a_grace_policy_may_be_used_for_its_days() {
    let mut office = ended(GRACE);
    restated(&office);
    assert_fields(
        &office.balance(OWNER),
        &[("applied_amount", "85.00"), ("expired_amount", "900.00"), ("open_balance", "15.00")],
    );
    assert_eq!((facts(&office, "MEMOS", "memo_unapplied"), facts(&office, "MEMOS", "memo_reinstated")), (1, 1));
    assert_fields(
        &office.statement(OWNER, "2019-02"),
        &[("applied", "5.00"), ("balance_of_funds", "15.00"), ("due", "0.00")],
    );
    // Thirty days from the end of February reach to 30 March: March is the last month it pays.
    office.at(FIVE_APRIL);
    office.ingest("march.csv", Story::later("2019-03", "1.00").cur2());
    office.bill_and_close("2019-03");
    assert_fields(
        &office.balance(OWNER),
        &[("applied_amount", "86.00"), ("expired_amount", "914.00"), ("open_balance", "0.00")],
    );
    assert_sound(&office, &["2019-01", "2019-02", "2019-03"]);
}

#[test]
fn by_hand_it_lapses_at_once() {
    let office = ended("{}");
    office.ok(&["memos", "reinstate", &memo_of(&office, OWNER), "--amount", "60.00", "--reason", "goodwill"]);
    assert_fields(&office.balance(OWNER), &[("expired_amount", "900.00"), ("open_balance", "0.00")]);
    assert_eq!((facts(&office, "MEMOS", "memo_reinstated"), facts(&office, "MEMOS", "memo_lapsed")), (1, 2));
    assert_sound(&office, &["2019-01"]);
}

#[test]
fn by_hand_under_a_grace_policy_it_may_be_used_for_its_days() {
    let mut office = ended(GRACE);
    office.ok(&["memos", "reinstate", &memo_of(&office, OWNER), "--amount", "60.00", "--reason", "goodwill"]);
    assert_fields(&office.balance(OWNER), &[("expired_amount", "840.00"), ("open_balance", "60.00")]);
    office.ingest("february.csv", Story::later("2019-02", "5.00").cur2());
    office.bill_and_close("2019-02");
    assert_fields(&office.statement(OWNER, "2019-02"), &[("applied", "5.00"), ("due", "0.00")]);
    // Thirty days from 5 March reach to 4 April: April is the last month it pays.
    office.at(FIVE_APRIL);
    office.ingest("march.csv", Story::later("2019-03", "5.00").cur2());
    office.bill_and_close("2019-03");
    assert_fields(&office.balance(OWNER), &[("open_balance", "50.00")]);
    office.at("2019-05-05T09:00:00Z");
    office.ingest("april.csv", Story::later("2019-04", "5.00").cur2());
    office.bill_and_close("2019-04");
    assert_fields(
        &office.balance(OWNER),
        &[("applied_amount", "115.00"), ("expired_amount", "885.00"), ("open_balance", "0.00")],
    );
    assert_sound(&office, &["2019-01", "2019-02", "2019-03", "2019-04"]);
}

#[test]
fn by_hand_a_day_that_is_named_goes_before_the_policy() {
    let office = ended("{}");
    let memo = memo_of(&office, OWNER);
    office.ok(&["memos", "reinstate", &memo, "--amount", "60.00", "--until", "2019-03-31", "--reason", "goodwill"]);
    assert_fields(&office.balance(OWNER), &[("expired_amount", "840.00"), ("open_balance", "60.00")]);
    assert_eq!(facts(&office, "MEMOS", "memo_lapsed"), 1);
    assert_sound(&office, &["2019-01"]);
}

#[test]
fn before_the_end_nothing_lapses() {
    let office = Story::closed();
    let memo = memo_of(&office, OWNER);
    office.ok(&["memos", "expire", &memo, "--amount", "100.00", "--reason", "mistake"]);
    office.ok(&["memos", "reinstate", &memo, "--reason", "it was a mistake"]);
    assert_fields(&office.balance(OWNER), &[("expired_amount", "0.00"), ("open_balance", "900.00")]);
    assert_sound(&office, &["2019-01"]);
}
