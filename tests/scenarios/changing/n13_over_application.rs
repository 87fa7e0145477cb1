//! N13: AWS's lines go beyond a credit's face. Within the tolerance that is rounding drift and goes
//! to the rounding account; above it all of it waits in suspense. The memo never moves.

use crate::support::*;

fn billed(beyond: &str, tolerance: &str) -> Office {
    let office = Office::new();
    office.accounts(&[(OWNER, "Department of Light", "PO-A"), (A2, "Bakery", "PO-2")]);
    office.grants(&[grant("5001", OWNER, "1000.00")]);
    office.write("policy.toml", format!("[over_application_tolerance]\nUSD = \"{tolerance}\"\n"));
    office.ok(&["policy", "adopt", "policy.toml"]);
    let january = bill("2019-01").lines([
        usage(OWNER, "AmazonEC2", "100.00"),
        usage(A2, "AmazonEC2", "2500.00"),
        credit(OWNER, "-100.00", "AWS Promotional Credit"),
        credit(A2, &format!("-{beyond}"), "AWS Promotional Credit, credit from account: 000000001234"),
    ]);
    office.ingest("january.csv", january.cur2());
    office.ok(&["bill", "2019-01"]);
    office
}

#[test]
fn n13_an_excess_within_the_tolerance_goes_to_the_rounding_account() {
    let office = billed("900.03", "0.05");
    assert_fields(
        &office.reconcile("2019-01"),
        &[
            ("upstream_credits", "1000.03"),
            ("attributed", "1000"),
            ("beyond_face", "0.03"),
            ("suspense", "0"),
            ("residual", "0"),
        ],
    );
    assert_eq!(office.json(&["credits", "suspense"]), serde_json::json!([]));
    assert_fields(
        &office.balance(OWNER),
        &[("face_amount", "1000.00"), ("open_balance", "900.00"), ("funded_balance", "900.00")],
    );
    office.ok(&["close", "2019-01"]);
    office.ok(&["audit"]);
    // In the books it is on an account of its own, and nothing of it was kept among the credit lines.
    let journal = office.ok(&["export", "journal"]).stdout;
    let drift = journal.lines().filter(|line| line.trim().starts_with("Revenues:Rounding of AWS credits"));
    assert_eq!(drift.filter(|line| line.contains("-0.03")).count(), 1, "{journal}");
    journal_agrees(&office);
}

#[test]
fn an_excess_above_the_tolerance_is_suspense_all_of_it() {
    let office = billed("900.06", "0.05");
    assert_fields(&office.reconcile("2019-01"), &[("beyond_face", "0"), ("suspense", "0.06"), ("residual", "0")]);
    assert_fields(&only(&office.json(&["credits", "suspense"])), &[("amount", "0.06"), ("reason", "beyond-face")]);
    assert_fields(&office.balance(OWNER), &[("open_balance", "900.00"), ("funded_balance", "900.00")]);
    office.run(&["close", "2019-01"]).exits(5).says(&["0.06"]);
}

#[test]
fn the_tolerance_is_for_the_life_of_the_credit_and_not_for_each_month() {
    let mut office = billed("900.03", "0.05");
    office.ok(&["close", "2019-01"]);
    office.at(FIVE_MARCH);
    let february = bill("2019-02").lines([
        usage(A2, "AmazonEC2", "100.00"),
        credit(A2, "-0.03", "AWS Promotional Credit, credit from account: 000000001234"),
    ]);
    office.ingest("february.csv", february.cur2());
    office.ok(&["bill", "2019-02"]);
    assert_fields(&office.reconcile("2019-02"), &[("beyond_face", "0"), ("suspense", "0.03"), ("residual", "0")]);
}
