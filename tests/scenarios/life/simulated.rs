//! Where AWS's published rule would have put a credit, beside where it was put: for comparison only.

use crate::support::*;

const OF_DLT: &str = "AWS Promotional Credit, credit from account: 000000001234";

#[test]
fn the_rule_beside_the_bill() {
    let office = Story::ingested();
    let log = office.log_files();
    let rows = office.json(&["credits", "simulate", "2019-01"]);
    assert_eq!(rows.as_array().unwrap().len(), 2, "{rows:#}");
    assert_fields(
        &row_where(&rows, "beneficiary_account_id", OWNER),
        &[
            ("credit_id", "5001"),
            ("owner_account_id", OWNER),
            ("by_total_spend", "100"),
            ("on_bill", "100"),
            ("difference", "0"),
        ],
    );
    assert_fields(
        &row_where(&rows, "beneficiary_account_id", A2),
        &[("by_total_spend", "900"), ("by_eligible_spend", "900"), ("on_bill", "900"), ("difference", "0")],
    );
    assert_eq!(office.log_files(), log);
}

#[test]
fn both_readings_of_highest_spend_and_what_aws_did_instead() {
    let office = Story::imported();
    let january = bill("2019-01").lines([
        usage(OWNER, "AmazonEC2", "100.00"),
        // The most in all, of which a credit may pay little: the rest is Marketplace.
        usage(A2, "AmazonEC2", "300.00"),
        usage(A2, "Reseller", "5000.00").with("entity", "AWS Marketplace"),
        usage(A3, "AmazonEC2", "2400.00"),
        credit(OWNER, "-100.00", OF_DLT),
        credit(A3, "-700.00", OF_DLT),
        credit(A2, "-200.00", OF_DLT),
    ]);
    office.ingest("january.csv", january.cur2());
    let rows = office.json(&["credits", "simulate", "2019-01"]);
    assert_fields(
        &row_where(&rows, "beneficiary_account_id", A2),
        &[("by_total_spend", "300"), ("by_eligible_spend", "0"), ("on_bill", "200"), ("difference", "-100")],
    );
    assert_fields(
        &row_where(&rows, "beneficiary_account_id", A3),
        &[("by_total_spend", "600"), ("by_eligible_spend", "900"), ("on_bill", "700"), ("difference", "100")],
    );
    assert!(office.ok(&["credits", "simulate", "2019-01"]).stdout.contains("by eligible spend"));
    let csv = office.ok(&["credits", "simulate", "2019-01", "--output", "csv"]);
    assert_eq!(csv.stdout.lines().count(), 4, "{csv}");
}

#[test]
fn a_later_month_has_what_the_earlier_left() {
    let mut office = Story::closed();
    office.at(FIVE_MARCH);
    office.ingest("february.csv", Story::later("2019-02", "250.40").cur2());
    assert_eq!(office.json(&["credits", "simulate", "2019-02"]), serde_json::json!([]));
}

#[test]
fn a_month_without_a_bill_says_so() {
    Story::imported().run(&["credits", "simulate", "2019-01"]).exits(1).says(&["ingest"]);
}
