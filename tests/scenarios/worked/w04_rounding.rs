//! W4: amounts are exact until the document, and are rounded once an account and document.

use serde_json::Value;

use crate::support::*;

fn january_of(lines: impl IntoIterator<Item = Line>) -> Bill {
    bill("2019-01").lines(lines)
}

fn office() -> Office {
    let office = Office::new();
    office.accounts(&[(OWNER, "Department of Light", "PO-A")]);
    office
}

fn billed(office: &Office, bill: &Bill) -> Value {
    office.ingest("january.csv", bill.cur2());
    only(&office.json(&["bill", "2019-01"]))
}

#[test]
fn three_thirds_are_one_hundred_and_are_shown_so_that_they_add_up() {
    let office = office();
    office.grants(&[grant("5001", OWNER, "1000.00")]);
    let third = "33.3333333333";
    let services = ["AmazonEC2", "AmazonRDS", "AmazonS3"];
    let document = billed(&office, &january_of(services.map(|service| usage(OWNER, service, third))));
    assert_fields(&document, &[("gross", "100.00"), ("applied", "100.00"), ("due", "0.00")]);

    let statement = office.statement(OWNER, "2019-01");
    assert_fields(&statement, &[("utilisation", "100.00"), ("applied", "100.00"), ("balance_of_funds", "900.00")]);
    let mut shown: Vec<&str> =
        statement["lines"].as_array().unwrap().iter().map(|line| line["gross"].as_str().unwrap()).collect();
    shown.sort_unstable();
    assert_eq!(shown, ["33.33", "33.33", "33.34"]);
}

#[test]
fn three_thirds_of_one_service_are_one_hundred_too() {
    let thirds = [usage(OWNER, "AmazonEC2", "33.3333333333"), usage(OWNER, "AmazonEC2", "33.3333333333")];
    let document = billed(&office(), &january_of(thirds).lines([usage(OWNER, "AmazonEC2", "33.3333333333")]));
    assert_fields(&document, &[("gross", "100.00"), ("due", "100.00")]);
}

#[test]
fn four_hundred_lines_below_a_cent_are_not_nothing() {
    let document = billed(&office(), &january_of((0..400).map(|_| usage(OWNER, "AmazonEC2", "0.0049"))));
    assert_fields(&document, &[("gross", "1.96"), ("due", "1.96")]);
}

#[test]
fn half_a_cent_goes_to_the_even_one_by_default() {
    let office = office();
    let document = billed(&office, &january_of([usage(OWNER, "AmazonEC2", "250.405")]));
    assert_fields(&document, &[("due", "250.40")]);
    assert_fields(&office.statement(OWNER, "2019-01"), &[("rounding", "half-even")]);
}

#[test]
fn half_a_cent_goes_up_where_the_policy_says_so_and_the_statement_keeps_the_mode() {
    let office = office();
    office.write("policy.toml", "rounding = \"half-up\"\n");
    office.ok(&["policy", "adopt", "policy.toml"]);
    let document = billed(&office, &january_of([usage(OWNER, "AmazonEC2", "250.405")]));
    assert_fields(&document, &[("due", "250.41")]);
    assert_fields(&office.statement(OWNER, "2019-01"), &[("rounding", "half-up")]);
    assert_fields(&office.reconcile("2019-01"), &[("rounding", "-0.005"), ("residual", "0")]);
}
