//! Three months of two payers that share 100 members: each payer has its own months, documents and
//! suspense.

use crate::support::*;

const ONE: &str = "100000000001";
const TWO: &str = "100000000002";

fn ingested() -> Option<Office> {
    let folder = shared_data("focus12-generated")?;
    let mut office = Office::new();
    office.at("2025-04-05T09:00:00Z");
    let rows = office.json(&["ingest", &folder]);
    assert_eq!(rows.as_array().unwrap().len(), 6, "three months of two payers: {rows:#}");
    Some(office)
}

#[test]
fn with_several_payers_one_has_to_be_named() {
    let Some(office) = ingested() else { return };
    office.run(&["bill", "2025-01"]).exits(2).says(&["--payer", ONE, TWO]);
    office.run(&["reconcile", "2025-01"]).exits(2).says(&["--payer", ONE, TWO]);
}

#[test]
fn every_month_of_both_ties_and_its_unowned_credits_are_in_suspense() {
    let Some(office) = ingested() else { return };
    for (month, credits) in [("2025-01", "4760.087751"), ("2025-02", "4794.942317"), ("2025-03", "4509.882072")] {
        let mut suspense = Vec::new();
        for payer in [ONE, TWO] {
            office.ok(&["bill", month, "--payer", payer]);
            let tied = only(&office.json(&["reconcile", month, "--payer", payer]));
            assert_fields(&tied, &[("residual", "0"), ("attributed", "0"), ("is_billed", "true")]);
            assert_eq!(tied["upstream_credits"], tied["suspense"]);
            suspense.push(tied["suspense"].as_str().unwrap().to_owned());
            office.run(&["close", month, "--payer", payer]).exits(5).says(&["suspense", "no customer"]);
            office.ok(&["close", month, "--payer", payer, "--waive", "--reason", "generated data"]);
        }
        assert_eq!(sum(suspense.iter().map(String::as_str)), Decimal::of(credits), "{month}");
    }
    office.ok(&["audit"]);
    office.ok(&["replay", "--verify"]);
}

#[test]
fn one_payers_month_does_not_hold_the_others() {
    let Some(office) = ingested() else { return };
    office.ok(&["bill", "2025-01", "--payer", ONE]);
    office.ok(&["close", "2025-01", "--payer", ONE, "--waive", "--reason", "generated data"]);
    office.ok(&["bill", "2025-02", "--payer", ONE]);
    office.run(&["bill", "2025-02", "--payer", TWO]).exits(5).says(&["2025-01 is neither closed nor waived"]);
}

#[test]
fn a_member_of_both_payers_has_a_statement_of_each() {
    let Some(office) = ingested() else { return };
    for payer in [ONE, TWO] {
        office.ok(&["bill", "2025-01", "--payer", payer]);
    }
    let member = "200000007919";
    office.run(&["statement", "--account", member, "--period", "2025-01"]).exits(2).says(&["--payer"]);
    for payer in [ONE, TWO] {
        let statement = office.json(&["statement", "--account", member, "--period", "2025-01", "--payer", payer]);
        assert_fields(&statement, &[("payer_account_id", payer), ("member_account_id", member)]);
    }
}
