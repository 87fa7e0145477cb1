//! A bill without invoice ids is an estimate: its documents are drafts until someone accepts it or
//! AWS makes it final.

use crate::support::*;

fn estimated() -> Office {
    let office = Story::imported();
    let ingested = office.ingest("january.csv", Story::january().estimated().cur2());
    assert_fields(&only(&ingested), &[("finality", "estimated")]);
    office
}

#[test]
fn drafts_have_no_numbers() {
    let office = estimated();
    let outcome = office.ok(&["bill", "2019-01", "--output", "json"]).says(&["estimated", "--accept-estimated"]);
    let documents = outcome.json();
    assert_eq!(documents.as_array().unwrap().len(), 3);
    for document in documents.as_array().unwrap() {
        assert_fields(document, &[("kind", "draft"), ("document_number", "null")]);
    }
    assert_fields(&office.statement(OWNER, "2019-01"), &[("document_number", "null"), ("balance_of_funds", "900.00")]);
}

#[test]
fn accepting_the_estimate_issues() {
    let office = estimated();
    office.ok(&["bill", "2019-01"]);
    let documents = office.json(&["bill", "2019-01", "--accept-estimated"]);
    let first = row_where(&documents, "customer", "Department of Light");
    assert_fields(
        &first,
        &[("kind", "invoice"), ("document_number", "INV-999900001111-2019-01-00001"), ("due", "0.00")],
    );
    assert_fields(&office.statement(OWNER, "2019-01"), &[("document_number", "INV-999900001111-2019-01-00001")]);
    assert_fields(&office.balance(OWNER), &[("applied_amount", "100.00"), ("open_balance", "900.00")]);
}

#[test]
fn the_final_bill_with_the_same_numbers_issues_too() {
    let office = estimated();
    office.ok(&["bill", "2019-01"]);
    let last = office.ingest("final.csv", Story::january().cur2());
    assert_fields(&only(&last), &[("finality", "final")]);
    let documents = office.json(&["bill", "2019-01"]);
    assert_fields(
        &row_where(&documents, "customer", "Department of Light"),
        &[("kind", "invoice"), ("supersedes", "null")],
    );
    office.ok(&["close", "2019-01"]);
    assert_fields(&office.balance(OWNER), &[("applied_amount", "100.00"), ("open_balance", "900.00")]);
}

#[test]
fn a_draft_follows_what_changes_and_leaves_no_number_behind() {
    let office = estimated();
    office.ok(&["bill", "2019-01"]);
    office.ingest("second.csv", Story::january_with("130.00").estimated().cur2());
    let drafts = office.json(&["bill", "2019-01"]);
    assert_fields(&row_where(&drafts, "customer", "Department of Light"), &[("kind", "draft"), ("gross", "130.00")]);
    assert_fields(&office.statement(OWNER, "2019-01"), &[("applied", "130.00"), ("balance_of_funds", "870.00")]);
    office.ingest("final.csv", Story::january_with("130.00").cur2());
    let numbers: Vec<_> = office
        .json(&["bill", "2019-01"])
        .as_array()
        .unwrap()
        .iter()
        .map(|document| document["document_number"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(numbers, [1, 2, 3].map(|number| format!("INV-999900001111-2019-01-{number:05}")));
}

#[test]
fn one_line_without_an_invoice_id_makes_the_bill_an_estimate() {
    let office = Story::imported();
    let january = Story::january().lines([usage(A3, "AmazonS3", "1.00").with("invoice", "")]);
    assert_fields(&only(&office.ingest("january.csv", january.cur2())), &[("finality", "estimated")]);
}
