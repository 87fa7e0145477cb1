//! W2: AWS does not say whether "highest spend" counts all charges or the eligible ones. The two
//! readings scatter a credit differently, and our customers must not see which one AWS took.

use serde_json::Value;

use crate::support::*;

const O1: &str = "000000000101";
const B2: &str = "000000000102";
const B3: &str = "000000000103";
const OF_O1: &str = "AWS Activate, credit from account: 000000000101";

/// What differs because the input does, not because the result does.
const OF_THE_INPUT: [&str; 5] = ["digest", "run", "delivery_id", "delivery", "policy"];

fn charges() -> Vec<Line> {
    vec![
        usage(O1, "AmazonEC2", "40"),
        usage(O1, "AmazonS3", "10"),
        usage(B2, "AmazonEC2", "300"),
        usage(B2, "AmazonRDS", "500"),
        usage(B3, "AmazonEC2", "600"),
        usage(B3, "AmazonS3", "50"),
    ]
}

fn on(member: &str, product: &str, amount: &str) -> Line {
    line(member, "Credit", product, amount, OF_O1)
}

fn by_total_spend() -> Bill {
    let credits = [
        on(O1, "AmazonEC2", "-40"),
        on(O1, "AmazonS3", "-10"),
        on(B2, "AmazonEC2", "-300"),
        on(B3, "AmazonEC2", "-350"),
    ];
    bill("2019-01").lines(charges()).lines(credits)
}

fn by_eligible_spend() -> Bill {
    let credits =
        [on(O1, "AmazonEC2", "-40"), on(O1, "AmazonS3", "-10"), on(B3, "AmazonEC2", "-600"), on(B3, "AmazonS3", "-50")];
    bill("2019-01").lines(charges()).lines(credits)
}

fn billed(bill: &Bill) -> Office {
    let office = Office::new();
    office.accounts(&[(O1, "Owner", "PO-1"), (B2, "Second", "PO-2"), (B3, "Third", "PO-3")]);
    office.grants(&[grant("7001", O1, "700.00").described("AWS Activate").services("AmazonEC2;AmazonS3")]);
    office.ingest("january.csv", bill.cur2());
    office.bill_and_close("2019-01");
    office
}

fn customers_see(office: &Office) -> Vec<Value> {
    let mut seen = vec![office.json(&["bill", "2019-01"])];
    seen.extend([O1, B2, B3].map(|account| office.statement(account, "2019-01")));
    seen.push(office.balance(O1));
    seen.iter().map(|value| without(value, &OF_THE_INPUT)).collect()
}

#[test]
fn both_readings_make_the_same_customer_documents() {
    let (total, eligible) = (billed(&by_total_spend()), billed(&by_eligible_spend()));
    assert_eq!(customers_see(&total), customers_see(&eligible));
}

#[test]
fn both_readings_come_to_the_stated_amounts() {
    for bill in [by_total_spend(), by_eligible_spend()] {
        let office = billed(&bill);
        assert_fields(&office.statement(O1, "2019-01"), &[("due", "0.00"), ("balance_of_funds", "650.00")]);
        assert_fields(&office.statement(B2, "2019-01"), &[("due", "800.00")]);
        assert_fields(&office.statement(B3, "2019-01"), &[("due", "650.00")]);
        assert_fields(
            &office.reconcile("2019-01"),
            &[
                ("payable", "800"),
                ("billed", "1450.00"),
                ("on_owner", "50"),
                ("scattered", "650"),
                ("memo_applied", "50.00"),
                ("residual", "0"),
            ],
        );
    }
}
