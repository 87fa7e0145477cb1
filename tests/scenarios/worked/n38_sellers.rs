//! N38: several bills and sellers of record in one month are one document, told apart by legal
//! entity and AWS's invoice. A memo pays any of AWS's own entities, never Marketplace.

use crate::support::*;

const LEGAL_ENTITY: &str = "line_item_legal_entity";

fn january() -> Bill {
    let of = |amount: &str, invoice: &str, entity: &str| {
        usage(OWNER, "AmazonEC2", amount).with("invoice", invoice).with(LEGAL_ENTITY, entity)
    };
    bill("2019-01").lines([
        of("40.00", "1700000001", "Amazon Web Services, Inc."),
        of("20.00", "1700000002", "Amazon Web Services EMEA SARL").with("bill type", "Purchase"),
        usage(OWNER, "8tz0example", "25.00")
            .with("entity", "AWS Marketplace")
            .with("invoice", "1700000003")
            .with(LEGAL_ENTITY, "Some Vendor GmbH"),
    ])
}

fn billed(face: &str) -> Office {
    let office = Office::new();
    office.accounts(&[(OWNER, "Department of Light", "PO-A")]);
    office.grants(&[grant("5001", OWNER, face)]);
    office.ingest("january.csv", january().cur2());
    office.bill_and_close("2019-01");
    office
}

#[test]
fn n38_a_memo_pays_every_entity_of_aws_and_never_marketplace() {
    let office = billed("1000.00");
    let statement = office.statement(OWNER, "2019-01");
    assert_fields(&statement, &[("gross", "85.00"), ("applied", "60.00"), ("due", "25.00")]);
    for (invoice, entity, gross, applied, due) in [
        ("1700000001", "Amazon Web Services, Inc.", "40.00", "40.00", "0.00"),
        ("1700000002", "Amazon Web Services EMEA SARL", "20.00", "20.00", "0.00"),
        ("1700000003", "Some Vendor GmbH", "25.00", "0.00", "25.00"),
    ] {
        assert_fields(
            &row_where(&statement["sellers"], "invoice_id", invoice),
            &[("legal_entity", entity), ("gross", gross), ("applied", applied), ("due", due)],
        );
    }
    let text = office.ok(&["statement", "--account", OWNER, "--period", "2019-01"]).stdout;
    assert!(text.contains("By seller and AWS invoice"), "{text}");
    assert!(text.contains("Some Vendor GmbH, AWS Marketplace, 1700000003"), "{text}");
    office.ok(&["audit"]);
}

#[test]
fn a_month_of_one_seller_and_invoice_tells_nothing_apart() {
    let office = Story::billed();
    assert!(office.statement(OWNER, "2019-01").get("sellers").is_none());
}
