//! N12: AWS writes a description anew, cuts it or varies it. What matches is data; what does not
//! waits in suspense, and a person's word is remembered.

use super::{SUFFIXED, assert_sound};
use crate::support::*;

const RENAMED: &str = "AWS Activate 2.0 – Förderung";

/// A month in which 80.00 of the credit stand on a stranger under a description.
fn month(period: &str, member: &str, description: &str) -> Bill {
    Story::later(period, "100.00").lines([credit(member, "-80.00", description)])
}

#[test]
fn n12_another_name_waits_in_suspense_until_someone_says_whose_it_is_and_by_memory_after() {
    let mut office = Story::imported();
    office.ingest("january.csv", month("2019-01", A2, RENAMED).cur2());
    office.ok(&["bill", "2019-01"]);
    let item = only(&office.json(&["credits", "suspense"]));
    assert_fields(&item, &[("amount", "80"), ("description", RENAMED), ("reason", "no-credit-fits")]);
    office.run(&["close", "2019-01"]).exits(5).says(&["80"]);
    // The stranger pays in full all the while.
    assert_fields(&office.statement(A2, "2019-01"), &[("due", "2500.00")]);

    let item = item["item"].as_str().unwrap().to_owned();
    office.ok(&["credits", "attribute", &item, "--credit", "5001", "--payer", PAYER, "--period", "2019-01"]);
    assert_eq!(office.json(&["credits", "suspense"]), serde_json::json!([]));
    office.ok(&["close", "2019-01"]);
    let funded = |office: &Office| only(&office.json(&["memos", "list", "--account", OWNER]))["funded_amount"].clone();
    assert_eq!(funded(&office), "80");

    office.at(FIVE_MARCH);
    office.ingest("february.csv", month("2019-02", A3, RENAMED).cur2());
    assert_eq!(office.json(&["credits", "suspense"]), serde_json::json!([]));
    assert_eq!(funded(&office), "160");
    office.bill_and_close("2019-02");
    assert_sound(&office, &["2019-01", "2019-02"]);
}

#[test]
fn case_and_spaces_are_no_other_name() {
    let office = Story::imported();
    office.ingest("january.csv", month("2019-01", A2, "aws  PROMOTIONAL credit").cur2());
    assert_eq!(office.json(&["credits", "suspense"]), serde_json::json!([]));
    office.bill_and_close("2019-01");
    assert_sound(&office, &["2019-01"]);
}

#[test]
fn a_name_that_was_cut_is_kept_to_the_last_cent() {
    let office = Story::imported();
    let cut = &SUFFIXED[..SUFFIXED.len() - 4];
    office.ingest("january.csv", month("2019-01", A2, cut).cur2());
    office.ok(&["bill", "2019-01"]);
    let item = only(&office.json(&["credits", "suspense"]));
    assert_fields(&item, &[("amount", "80"), ("reason", "unknown-owner"), ("description", cut)]);
    assert_fields(&office.reconcile("2019-01"), &[("upstream_credits", "80"), ("attributed", "0"), ("suspense", "80")]);
    assert_sound(&office, &["2019-01"]);
}
