//! N35: what the customer pays for tax, by policy, and what of it a memo pays.

use crate::support::*;

/// EC2 100.00 and AWS's tax 6.00; a memo of 60.00.
fn billed(policy: &str, covering_tax: bool) -> Office {
    let office = Office::new();
    office.accounts(&[(OWNER, "Department of Light", "PO-A")]);
    let of_sixty = grant("5001", OWNER, "60.00");
    office.grants(&[if covering_tax { of_sixty.covering_tax() } else { of_sixty }]);
    office.write("policy.toml", policy);
    office.ok(&["policy", "adopt", "policy.toml"]);
    let january =
        bill("2019-01").lines([usage(OWNER, "AmazonEC2", "100.00"), line(OWNER, "Tax", "AmazonEC2", "6.00", "Tax")]);
    office.ingest("january.csv", january.cur2());
    office.bill_and_close("2019-01");
    assert_fields(&office.reconcile("2019-01"), &[("residual", "0")]);
    office
}

const PASSED_ON: &str = "customer_tax = \"passed-on\"\n";
const NONE: &str = "customer_tax = \"none\"\n";
const BEFORE: &str = "[customer_tax]\nrate-before-memo = \"0.19\"\n";
const AFTER: &str = "[customer_tax]\nrate-after-memo = \"0.19\"\n";

#[test]
fn tax_is_passed_on_or_computed_before_or_after_the_memo_or_left_out() {
    for (policy, gross, applied, due, kept) in [
        (PASSED_ON, "106.00", "60.00", "46.00", "0"),
        (BEFORE, "119.00", "60.00", "59.00", "-13"),
        (AFTER, "107.60", "60.00", "47.60", "-1.6"),
        (NONE, "100.00", "60.00", "40.00", "6"),
    ] {
        println!("{policy}");
        let office = billed(policy, false);
        let statement = office.statement(OWNER, "2019-01");
        assert_fields(&statement, &[("gross", gross), ("applied", applied), ("due", due), ("utilisation", "100.00")]);
        assert_fields(&office.reconcile("2019-01"), &[("kept", kept)]);
    }
}

#[test]
fn n35_a_memo_that_covers_tax_pays_tax_that_stands_before_it_and_none_that_is_computed_after_it() {
    for (policy, utilisation, due) in
        [(PASSED_ON, "106.00", "46.00"), (BEFORE, "119.00", "59.00"), (AFTER, "100.00", "47.60")]
    {
        println!("{policy}");
        let office = billed(policy, true);
        assert_fields(
            &office.statement(OWNER, "2019-01"),
            &[("utilisation", utilisation), ("applied", "60.00"), ("due", due)],
        );
    }
}

#[test]
fn a_month_that_the_memo_pays_in_full_bears_no_tax_after_it() {
    let office = Office::new();
    office.accounts(&[(OWNER, "Department of Light", "PO-A")]);
    office.grants(&[grant("5001", OWNER, "1000.00")]);
    office.write("policy.toml", AFTER);
    office.ok(&["policy", "adopt", "policy.toml"]);
    office.ingest("january.csv", bill("2019-01").lines([usage(OWNER, "AmazonEC2", "60.0049")]).cur2());
    office.bill_and_close("2019-01");
    assert_fields(&office.statement(OWNER, "2019-01"), &[("gross", "60.00"), ("applied", "60.00"), ("due", "0.00")]);
    assert_fields(&office.reconcile("2019-01"), &[("residual", "0")]);
}

#[test]
fn a_correction_of_a_closed_month_corrects_the_tax_after_the_memo_too() {
    let mut office = billed(AFTER, false);
    office.at(FIVE_MARCH);
    office.ingest(
        "january-2.csv",
        bill("2019-01")
            .lines([usage(OWNER, "AmazonEC2", "110.00"), line(OWNER, "Tax", "AmazonEC2", "6.00", "Tax")])
            .cur2(),
    );
    office.ingest("february.csv", bill("2019-02").lines([usage(OWNER, "AmazonEC2", "0.00")]).cur2());
    office.ok(&["bill", "2019-02"]);
    // The memo is used up: 10.00 more, and 19 % of it.
    assert_fields(
        &only(&office.statement(OWNER, "2019-02")["earlier_periods"]),
        &[("gross", "11.90"), ("due", "11.90")],
    );
    assert_fields(&office.reconcile("2019-01"), &[("residual", "0")]);
}

#[test]
fn a_rate_of_nineteen_is_refused() {
    let office = Office::new();
    office.accounts(&[(OWNER, "Department of Light", "PO-A")]);
    office.write("policy.toml", "[customer_tax]\nrate-after-memo = \"19\"\n");
    office.refused(&["policy", "adopt", "policy.toml"], &["between 0 and 1", "0.19"]);
}

#[test]
fn one_rule_for_tax_takes_the_place_of_another() {
    let office = Office::new();
    office.accounts(&[(OWNER, "Department of Light", "PO-A")]);
    for (policy, words) in [(BEFORE, "rate-before-memo"), (AFTER, "rate-after-memo"), (NONE, "none")] {
        office.write("policy.toml", policy);
        assert!(office.ok(&["policy", "adopt", "policy.toml", "--output", "json"]).stdout.contains(words));
    }
    // A number is as good as a text, for a rate and for days of grace.
    office.write(
        "policy.json",
        "{\"customer_tax\": {\"rate-after-memo\": 0.19}, \"reinstated_after_expiry\": {\"grace-days\": 30}}",
    );
    let adopted = office.json(&["policy", "adopt", "policy.json"]);
    assert_eq!(adopted["customer_tax"]["rate-after-memo"], "0.19");
    assert_eq!(adopted["reinstated_after_expiry"]["grace-days"], 30);
}
