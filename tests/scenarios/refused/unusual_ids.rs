//! What is accepted, with a warning: ids that look as if a spreadsheet had them in hand, accounts
//! that nobody imported, line types that no table knows.

use crate::support::*;

#[test]
fn ids_with_lost_zeros_are_counted_and_one_is_named() {
    let office = Office::new();
    office.accounts(&[(OWNER, "Department of Light", "PO-A")]);
    office.write(
        "january.csv",
        bill("2019-01")
            .lines([usage(OWNER, "AmazonEC2", "1"), usage("1234", "AmazonEC2", "2"), usage("1234", "AmazonS3", "3")])
            .cur2(),
    );
    let outcome = office.ok(&["ingest", "january.csv"]).says(&["warning", "1234", "2 rows", "leading zeros"]);
    assert!(!outcome.stdout.is_empty(), "{outcome}");
}

#[test]
fn an_account_in_no_import_is_taken_gets_no_document_and_blocks_the_close() {
    const STRANGER: &str = "000000000077";
    let office = Office::new();
    office.accounts(&[(OWNER, "Department of Light", "PO-A")]);
    let january = bill("2019-01").lines([usage(OWNER, "AmazonEC2", "100"), usage(STRANGER, "AmazonEC2", "7")]);
    office.write("january.csv", january.cur2());
    office.ok(&["ingest", "january.csv"]).says(&["warning", "1 member accounts are in no accounts import", STRANGER]);

    let accounts = office.json(&["accounts", "list"]);
    assert_fields(&row_where(&accounts, "member_account_id", STRANGER), &[("assigned", "false"), ("customer", "")]);

    let billed = office.ok(&["bill", "2019-01", "--output", "json"]).says(&["1 member accounts", STRANGER]);
    assert_fields(&only(&billed.json()), &[("customer", "Department of Light"), ("due", "100.00")]);
    assert_fields(&office.statement(STRANGER, "2019-01"), &[("due", "7.00"), ("document_number", "null")]);

    let blocked = office.run(&["close", "2019-01", "--output", "json"]).exits(5).says(&[STRANGER]);
    let blocker = only(&only(&blocked.json())["blockers"]);
    assert_eq!((&blocker["blocker"], &blocker["members"][0]), (&"unassigned".into(), &STRANGER.into()));

    office.accounts(&[(OWNER, "Department of Light", "PO-A"), (STRANGER, "Strange & Sons", "PO-77")]);
    let documents = office.json(&["bill", "2019-01"]);
    assert_fields(&row_where(&documents, "customer", "Strange & Sons"), &[("due", "7.00")]);
    office.ok(&["close", "2019-01"]);
}

#[test]
fn an_account_in_no_import_may_be_waived() {
    let office = Office::new();
    office.accounts(&[(OWNER, "Department of Light", "PO-A")]);
    office.ingest(
        "january.csv",
        bill("2019-01").lines([usage(OWNER, "AmazonEC2", "1"), usage(A2, "AmazonEC2", "7")]).cur2(),
    );
    office.ok(&["bill", "2019-01"]);
    let closed = only(&office.json(&["close", "2019-01", "--waive", "--reason", "internal account"]));
    assert_fields(&closed, &[("status", "closed")]);
    assert_fields(&only(&closed["waived"]), &[("blocker", "unassigned")]);
}

#[test]
fn a_line_type_that_no_table_knows_is_kept_counted_and_blocks_the_close() {
    let office = Office::new();
    office.accounts(&[(OWNER, "Department of Light", "PO-A")]);
    let january = bill("2019-01")
        .lines([usage(OWNER, "AmazonEC2", "100"), line(OWNER, "QuantumSurcharge", "AmazonEC2", "1.50", "new in 2019")]);
    office.write("january.csv", january.cur2());
    let ingested = office.ok(&["ingest", "january.csv", "--output", "json"]).says(&["QuantumSurcharge"]);
    assert_fields(&only(&ingested.json()), &[("charges", "100"), ("unclassified", "1.5"), ("total", "101.5")]);
    office.ok(&["bill", "2019-01"]);
    let blocked = office.run(&["close", "2019-01", "--output", "json"]).exits(5);
    assert_fields(
        &only(&only(&blocked.json())["blockers"]),
        &[("blocker", "unclassified"), ("amount", "1.5"), ("rows", "1")],
    );
}

#[test]
fn an_owner_in_no_import_gets_its_memo_and_a_warning() {
    let office = Office::new();
    office.grants(&[grant("5001", OWNER, "1000.00")]).says(&["warning", OWNER, "no accounts import"]);
    assert_fields(&office.balance(OWNER), &[("face_amount", "1000.00"), ("customer", "")]);
    let accounts = office.json(&["accounts", "list"]);
    assert_fields(&row_where(&accounts, "member_account_id", OWNER), &[("assigned", "false")]);
}

#[test]
fn n30_an_unknown_service_name_is_taken_with_a_warning_and_draws_nothing() {
    let office = Office::new();
    office.accounts(&[(OWNER, "Department of Light", "PO-A")]);
    office
        .grants(&[grant("5001", OWNER, "1000.00").services("Amazon Nonsense Cloud")])
        .says(&["Amazon Nonsense Cloud"]);
    office.ingest("january.csv", bill("2019-01").lines([usage(OWNER, "AmazonEC2", "100")]).cur2());
    office.ok(&["bill", "2019-01"]);
    assert_fields(
        &office.statement(OWNER, "2019-01"),
        &[("applied", "0.00"), ("due", "100.00"), ("balance_of_funds", "1000.00")],
    );
}
