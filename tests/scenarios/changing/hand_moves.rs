//! Moving a memo by hand: to another PO number, or to another account. Promotional credits do not
//! change hands by themselves.

use super::{assert_sound, memo_of};
use crate::support::*;

const WHY: [&str; 4] = ["--by", "anna", "--reason", "merger"];

fn reassign<'a>(memo: &'a str, to: &[&'a str]) -> Vec<&'a str> {
    [&["memos", "reassign", memo], to, &WHY].concat()
}

#[test]
fn to_another_po_number() {
    let office = Story::closed();
    let memo = memo_of(&office, OWNER);
    office.ok(&reassign(&memo, &["--po", "PO-9"]));
    assert_fields(&office.balance(OWNER), &[("po_number", "PO-9"), ("open_balance", "900.00")]);
    assert_sound(&office, &["2019-01"]);
}

#[test]
fn n22_to_another_customer_needs_consent() {
    let office = Story::closed();
    let memo = memo_of(&office, OWNER);
    office.refused(&reassign(&memo, &["--to-account", A3]), &["Department of Light", "Third Man Pictures"]);
    office.ok(&reassign(&memo, &["--to-account", A3, "--consent"]));
    assert_fields(
        &office.balance(OWNER),
        &[("reassigned_amount", "900.00"), ("open_balance", "0.00"), ("funded_balance", "0.00")],
    );
    assert_fields(
        &office.balance(A3),
        &[("face_amount", "900.00"), ("open_balance", "900.00"), ("funded_balance", "900.00")],
    );
    assert_sound(&office, &["2019-01"]);
}

#[test]
fn a_part_moves_and_is_drawn_where_it_is() {
    let mut office = Story::closed();
    let memo = memo_of(&office, OWNER);
    office.refused(&reassign(&memo, &["--to-account", A3, "--consent", "--amount", "900.01"]), &["900.00"]);
    office.ok(&reassign(&memo, &["--to-account", A3, "--consent", "--amount", "400.00"]));
    office.at(FIVE_MARCH);
    office.ingest("february.csv", Story::later("2019-02", "250.40").cur2());
    office.bill_and_close("2019-02");
    assert_fields(
        &office.statement(OWNER, "2019-02"),
        &[("prior_balance", "900.00"), ("applied", "250.40"), ("balance_of_funds", "249.60"), ("due", "0.00")],
    );
    assert_fields(
        &office.statement(A3, "2019-02"),
        &[("applied", "400.00"), ("balance_of_funds", "0.00"), ("due", "2000.00")],
    );
    assert_sound(&office, &["2019-01", "2019-02"]);
}

#[test]
fn nowhere_is_wrong_usage() {
    let office = Story::closed();
    office.run(&reassign(&memo_of(&office, OWNER), &[])).exits(2).says(&["--to-account", "--po"]);
}
