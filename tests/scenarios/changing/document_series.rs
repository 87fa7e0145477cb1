//! `document_series: payer`: one series of numbers over all months of a payer, whenever it is adopted, with
//! months out of order, documents voided, and a return to a series a month.

use super::{adopt, assert_sound};
use crate::support::*;

/// The numbers of all documents of a month, without the payer.
fn numbers(office: &Office, period: &str) -> Vec<String> {
    let rows = office.json(&["documents", "list", "--period", period]);
    let number = |row: &serde_json::Value| row["document_number"].as_str().unwrap().replace(PAYER, "P");
    rows.as_array().unwrap().iter().map(number).collect()
}

fn adopt_from(office: &Office, period: &str, policies: &str) {
    office.write("series.json", policies);
    office.ok(&["policy", "adopt", "series.json", "--from", period]);
}

fn bill_of(office: &mut Office, time: &str, period: &str) {
    office.at(time);
    office.ingest(&format!("{period}.csv"), Story::later(period, "50.00").cur2());
    office.ok(&["bill", period]);
}

#[test]
fn a_series_adopted_later_begins_at_one_and_runs_over_months() {
    let mut office = Story::closed();
    assert_eq!(numbers(&office, "2019-01"), ["INV-P-2019-01-00001", "INV-P-2019-01-00002", "INV-P-2019-01-00003"]);
    adopt_from(&office, "2019-02", r#"{"document_series":"payer"}"#);
    bill_of(&mut office, FIVE_MARCH, "2019-02");
    assert_eq!(numbers(&office, "2019-02"), ["INV-P-0000001", "INV-P-0000002", "INV-P-0000003"]);
    // A void keeps its number, and the next run takes the next one.
    let first = format!("INV-{PAYER}-0000001");
    office.ok(&["documents", "void", &first, "--by", "anna", "--reason", "wrong customer"]);
    office.bill_and_close("2019-02");
    assert_eq!(numbers(&office, "2019-02").last().unwrap(), "INV-P-0000004");
    bill_of(&mut office, FIVE_APRIL, "2019-03");
    assert_eq!(numbers(&office, "2019-03"), ["INV-P-0000005", "INV-P-0000006", "INV-P-0000007"]);
    office.ok(&["close", "2019-03"]);
    // Back to a series a month: it begins at one, and the other one ends where it was.
    adopt_from(&office, "2019-04", r#"{"document_series":"payer-period"}"#);
    bill_of(&mut office, "2019-05-05T09:00:00Z", "2019-04");
    assert_eq!(numbers(&office, "2019-04"), ["INV-P-2019-04-00001", "INV-P-2019-04-00002", "INV-P-2019-04-00003"]);
    assert_sound(&office, &["2019-01", "2019-02", "2019-03"]);
}

#[test]
fn a_policy_that_changes_within_a_month_counts_each_series_for_itself() {
    let office = Story::billed();
    adopt(&office, r#"{"document_series":"payer"}"#);
    office.ingest("january-anew.csv", Story::january_with("130.00").cur2());
    office.ok(&["bill", "2019-01"]);
    let january = numbers(&office, "2019-01");
    let of_payer: Vec<&String> = january.iter().filter(|number| !number.contains("2019-01")).collect();
    assert_eq!(of_payer[0], "INV-P-0000001", "{january:?}");
    office.ok(&["close", "2019-01"]);
    assert_sound(&office, &["2019-01"]);
}

#[test]
fn a_waived_month_that_is_billed_late_goes_on_where_the_series_is() {
    let mut office = Story::ingested();
    adopt(&office, r#"{"document_series":"payer"}"#);
    office.ok(&["close", "2019-01", "--waive", "--reason", "AWS is late"]);
    bill_of(&mut office, FIVE_MARCH, "2019-02");
    office.ok(&["bill", "2019-01"]);
    assert_eq!(numbers(&office, "2019-02"), ["INV-P-0000001", "INV-P-0000002", "INV-P-0000003"]);
    assert_eq!(numbers(&office, "2019-01"), ["INV-P-0000004", "INV-P-0000005", "INV-P-0000006"]);
    office.ok(&["audit"]);
}
