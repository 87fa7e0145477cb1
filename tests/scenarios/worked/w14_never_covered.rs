//! W14: a memo for any service still never pays Marketplace, Enterprise Support, fees paid ahead or
//! tax.

use crate::support::*;

fn charges() -> Bill {
    bill("2019-01").lines([
        usage(OWNER, "AmazonEC2", "60.00"),
        usage(OWNER, "8tz0example", "25.00").with("entity", "AWS Marketplace"),
        usage(OWNER, "AWSSupportEnterprise", "40.00"),
        line(OWNER, "Fee", "AmazonEC2", "300.00", "Sign up charge for subscription"),
        line(OWNER, "Tax", "AmazonEC2", "6.00", "Tax"),
    ])
}

fn billed(grant: Grant) -> Office {
    let office = Office::new();
    office.accounts(&[(OWNER, "Department of Light", "PO-A")]);
    office.grants(&[grant]);
    office.ingest("january.csv", charges().cur2());
    office.ok(&["bill", "2019-01"]);
    office
}

#[test]
fn n36_only_what_aws_lets_a_credit_pay_is_paid() {
    let office = billed(grant("5001", OWNER, "1000.00"));
    let statement = office.statement(OWNER, "2019-01");
    assert_fields(
        &statement,
        &[
            ("gross", "431.00"),
            ("utilisation", "60.00"),
            ("applied", "60.00"),
            ("due", "371.00"),
            ("balance_of_funds", "940.00"),
        ],
    );
    for (service, kind, due) in [
        ("AmazonEC2", "Usage", "0.00"),
        ("8tz0example", "Usage", "25.00"),
        ("AWSSupportEnterprise", "Usage", "40.00"),
        ("AmazonEC2", "Fee", "300.00"),
        ("AmazonEC2", "Tax", "6.00"),
    ] {
        let lines = statement["lines"].as_array().unwrap();
        let line = lines.iter().find(|line| line["service"] == service && line["charge_kind"] == kind).unwrap();
        assert_fields(line, &[("due", due)]);
    }
}

/// Of the tax of 6.00 on EC2, 60.00 of 360.00 are of what the memo may pay, and 300.00 of an upfront fee that
/// it may not: it pays 60.00 + 1.00.
#[test]
fn n35_a_credit_that_covers_tax_pays_the_tax_of_what_it_may_pay() {
    let office = billed(grant("5001", OWNER, "1000.00").covering_tax());
    assert_fields(
        &office.statement(OWNER, "2019-01"),
        &[("applied", "61.00"), ("due", "370.00"), ("balance_of_funds", "939.00")],
    );
}
