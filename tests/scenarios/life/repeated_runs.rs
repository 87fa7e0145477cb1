//! A run repeated is the same run; a run on changed usage, before the close, supersedes.

use crate::support::*;

#[test]
fn billing_twice_makes_the_same_documents_and_records_nothing() {
    let mut office = Story::ingested();
    let first = office.ok(&["bill", "2019-01", "--output", "json"]);
    let before = office.log_files();
    // Days later: the documents keep their date.
    office.at("2019-02-20T09:00:00Z");
    let second = office.ok(&["bill", "2019-01", "--output", "json"]);
    assert_eq!(first.stdout, second.stdout);
    assert_eq!(office.log_files(), before);
}

#[test]
fn billing_a_closed_month_shows_its_documents_and_records_nothing() {
    let office = Story::ingested();
    let first = office.json(&["bill", "2019-01"]);
    office.ok(&["close", "2019-01"]);
    let before = office.log_files();
    let after = office.ok(&["bill", "2019-01", "--output", "json"]).says(&["closed"]);
    assert_eq!(after.json(), first);
    assert_eq!(office.log_files(), before);
}

#[test]
fn n03_a_changed_delivery_after_issue_supersedes_with_the_next_number() {
    let office = Story::billed();
    office.ingest("second.csv", Story::january_with("130.00").cur2());
    let documents = office.json(&["bill", "2019-01"]);
    assert_fields(
        &row_where(&documents, "customer", "Department of Light"),
        &[
            ("kind", "superseding"),
            ("document_number", "INV-999900001111-2019-01-00004"),
            ("supersedes", "INV-999900001111-2019-01-00001"),
            ("gross", "130.00"),
            ("applied", "130.00"),
            ("due", "0.00"),
        ],
    );
    // What did not change keeps its number.
    assert_fields(
        &row_where(&documents, "customer", "Second Street Bakery"),
        &[("kind", "invoice"), ("document_number", "INV-999900001111-2019-01-00002"), ("supersedes", "null")],
    );
    assert_fields(
        &office.statement(OWNER, "2019-01"),
        &[
            ("document_number", "INV-999900001111-2019-01-00004"),
            ("utilisation", "130.00"),
            ("balance_of_funds", "870.00"),
        ],
    );
    assert_fields(&office.balance(OWNER), &[("applied_amount", "130.00"), ("open_balance", "870.00")]);
    office.ok(&["close", "2019-01"]);
    office.ok(&["audit"]);
}

#[test]
fn n03_a_change_downwards_before_the_close_gives_the_memo_back() {
    let office = Story::billed();
    office.ingest("second.csv", Story::january_with("80.00").cur2());
    office.ok(&["bill", "2019-01"]);
    assert_fields(
        &office.statement(OWNER, "2019-01"),
        &[("applied", "80.00"), ("balance_of_funds", "920.00"), ("due", "0.00")],
    );
    assert_fields(&office.balance(OWNER), &[("applied_amount", "80.00"), ("open_balance", "920.00")]);
    office.ok(&["close", "2019-01"]);
}

#[test]
fn a_third_change_refers_to_the_second() {
    let office = Story::billed();
    for (name, used) in [("second.csv", "130.00"), ("third.csv", "140.00")] {
        office.ingest(name, Story::january_with(used).cur2());
        office.ok(&["bill", "2019-01"]);
    }
    let documents = office.json(&["bill", "2019-01"]);
    assert_fields(
        &row_where(&documents, "customer", "Department of Light"),
        &[("document_number", "INV-999900001111-2019-01-00005"), ("supersedes", "INV-999900001111-2019-01-00004")],
    );
}

#[test]
fn changed_and_changed_back_ends_where_it_began() {
    let office = Story::billed();
    office.ingest("second.csv", Story::january_with("130.00").cur2());
    office.ok(&["bill", "2019-01"]);
    let back = Story::january().cur2().replace(",usage\n", ",usage as before\n");
    assert_fields(&only(&office.ingest("third.csv", back)), &[("total", "4000")]);
    office.ok(&["bill", "2019-01"]);
    assert_fields(&office.statement(OWNER, "2019-01"), &[("applied", "100.00"), ("balance_of_funds", "900.00")]);
    office.ok(&["close", "2019-01"]);
    office.ok(&["audit"]);
}
