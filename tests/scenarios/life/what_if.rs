//! `what-if`: the whole log under another policy, to the cent, with nothing recorded.

use serde_json::{Value, json};

use crate::support::*;

#[track_caller]
fn what_if(office: &Office, policies: &Value, more: &[&str]) -> Value {
    let before = office.log_files();
    office.write("other.json", policies.to_string());
    let rows = office.json(&[&["what-if", "--policy", "other.json"][..], more].concat());
    assert_eq!(office.log_files(), before, "a question was recorded");
    rows
}

/// The one row of a figure, as `recorded -> what_if`.
#[track_caller]
fn figure(rows: &Value, of: &str, key: (&str, &str), figure: &str) -> String {
    let found: Vec<&Value> = rows
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["of"] == of && row[key.0] == key.1 && row["figure"] == figure)
        .collect();
    let [row] = found.as_slice() else { panic!("one {of} {figure} was expected in {rows:#}") };
    let difference = Decimal::of(row["difference"].as_str().unwrap());
    let negated = row["recorded"]
        .as_str()
        .unwrap()
        .strip_prefix('-')
        .map_or_else(|| format!("-{}", row["recorded"].as_str().unwrap()), str::to_owned);
    assert_eq!(sum([row["what_if"].as_str().unwrap(), &negated]), difference, "{row:#}");
    format!("{} -> {}", row["recorded"].as_str().unwrap(), row["what_if"].as_str().unwrap())
}

/// A history with most of what happens: a document superseded, a month restated after its close, a
/// refund, acts by hand, a credit raised and one cancelled, memos that end.
fn rich() -> Office {
    let mut office = Story::imported();
    office.grants(&[
        grant("5001", OWNER, "1000.00"),
        grant("5002", A2, "300.00").described("Other").runs("2019-01-01", "2019-02-28"),
        grant("5003", A3, "3000.00").described("Third"),
    ]);
    office.ingest("january.csv", Story::january().cur2());
    office.ok(&["bill", "2019-01"]);
    office.ingest("january-2.csv", Story::january_with("110.005").cur2());
    office.ok(&["bill", "2019-01"]);
    office.ok(&["close", "2019-01"]);
    office.at("2019-02-10T09:00:00Z");
    office.grants(&[grant("5001", OWNER, "1200.00")]);
    let number = row_where(&office.json(&["memos", "list"]), "credit_id", "5003")["memo_number"].clone();
    office.ok(&["memos", "write-off", number.as_str().unwrap(), "--amount", "5.00", "--reason", "agreed"]);
    office.at(FIVE_MARCH);
    office.ingest("january-3.csv", Story::january_with("130.00").cur2());
    let refund = line(OWNER, "Refund", "AmazonEC2", "-40.00", "refund").with("usage date", "2019-01-15T00:00:00.000Z");
    let funds = credit(A2, "-120.00", "Other");
    office.ingest("february.csv", Story::later("2019-02", "250.40").lines([refund, funds]).cur2());
    office.bill_and_close("2019-02");
    office.ok(&["credits", "cancel", "5003", "--date", "2019-03-10"]);
    office.at(FIVE_APRIL);
    office.ingest("march.csv", Story::later("2019-03", "700.00").cur2());
    office.ok(&["bill", "2019-03"]);
    office
}

#[test]
fn the_policies_in_force_change_nothing() {
    let office = rich();
    assert_eq!(what_if(&office, &json!({}), &[]), json!([]));
    assert_eq!(what_if(&office, &json!({"rounding": "half-even"}), &["--from", "2019-02"]), json!([]));
    office.write("other.json", "{}");
    office.ok(&["what-if", "--policy", "other.json"]).says(&["no figure would differ"]);
}

#[test]
fn policies_that_were_adopted_stay_where_the_file_says_nothing() {
    let mut office = Story::imported();
    office.write("adopted.json", json!({"draw_limit": "funded"}).to_string());
    office.ok(&["policy", "adopt", "adopted.json"]);
    office.ingest("january.csv", ahead_of_aws());
    office.bill_and_close("2019-01");
    office.at(FIVE_MARCH);
    assert_eq!(what_if(&office, &json!({}), &[]), json!([]));
    let rows = what_if(&office, &json!({"draw_limit": "face"}), &[]);
    assert_eq!(figure(&rows, "month", ("period", "2019-01"), "applied"), "50.00 -> 100.00");
}

/// AWS gives 50.00 of the credit in January; the customer uses 100.00.
fn ahead_of_aws() -> String {
    bill("2019-01")
        .lines([usage(OWNER, "AmazonEC2", "100.00"), credit(OWNER, "-50.00", "AWS Promotional Credit")])
        .cur2()
}

#[test]
fn draws_no_further_than_aws() {
    let mut office = Story::imported();
    office.ingest("january.csv", ahead_of_aws());
    office.bill_and_close("2019-01");
    office.at(FIVE_MARCH);
    office.ingest("february.csv", Story::later("2019-02", "250.40").cur2());
    office.bill_and_close("2019-02");
    let rows = what_if(&office, &json!({"draw_limit": "funded"}), &[]);
    let memo = office.balance(OWNER)["memo_number"].as_str().unwrap().to_owned();
    let of_memo = |name: &str| figure(&rows, "memo", ("memo_number", &memo), name);
    assert_eq!(of_memo("applied_amount"), "350.40 -> 50.00");
    assert_eq!(of_memo("open_balance"), "649.60 -> 950.00");
    assert_eq!(figure(&rows, "month", ("period", "2019-01"), "due"), "0.00 -> 50.00");
    assert_eq!(figure(&rows, "month", ("period", "2019-02"), "applied"), "250.40 -> 0.00");
    assert_eq!(figure(&rows, "month", ("period", "2019-02"), "due"), "4900.00 -> 5150.40");
    assert_eq!(figure(&rows, "customer", ("customer", "Department of Light"), "due"), "0.00 -> 300.40");
    // From February on, January stays as it was; February draws what AWS gave less what was drawn.
    let rows = what_if(&office, &json!({"draw_limit": "funded"}), &["--from", "2019-02"]);
    assert_eq!(figure(&rows, "memo", ("memo_number", &memo), "applied_amount"), "350.40 -> 100.00");
    assert!(rows.as_array().unwrap().iter().all(|row| row["period"] != "2019-01"), "{rows:#}");
}

#[test]
fn memos_that_end_with_the_upstream_credit() {
    let office = Office::new();
    office.accounts(&[(OWNER, "Department of Light", "PO-A"), (A2, "Second Street Bakery", "PO-2")]);
    office.grants(&[grant("5001", OWNER, "1000.00").runs("2019-01-01", "2019-01-31")]);
    office.ingest("january.csv", Story::january().cur2());
    office.ok(&["bill", "2019-01"]);
    office.ok(&["close", "2019-01", "--waive", "--reason", "A3 is not ours"]);
    let rows = what_if(&office, &json!({"memo_expiry": "upstream"}), &[]);
    let memo = office.balance(OWNER)["memo_number"].as_str().unwrap().to_owned();
    assert_eq!(figure(&rows, "memo", ("memo_number", &memo), "expired_amount"), "0.00 -> 900.00");
    assert_eq!(figure(&rows, "memo", ("memo_number", &memo), "open_balance"), "900.00 -> 0.00");
}

#[test]
fn another_rounding_and_another_basis() {
    let office = Story::imported();
    let lines = [
        usage(OWNER, "AmazonEC2", "250.405"),
        usage(A2, "AmazonEC2", "100.00"),
        line(A2, "SppDiscount", "AmazonEC2", "-3.00", "SPP"),
    ];
    office.ingest("january.csv", bill("2019-01").lines(lines).cur2());
    office.bill_and_close("2019-01");
    let rows = what_if(&office, &json!({"rounding": "half-up"}), &[]);
    assert_eq!(figure(&rows, "customer", ("customer", "Department of Light"), "gross"), "250.40 -> 250.41");
    assert_eq!(figure(&rows, "month", ("period", "2019-01"), "applied"), "250.40 -> 250.41");
    let rows = what_if(&office, &json!({"rating_basis": "net"}), &[]);
    assert_eq!(figure(&rows, "customer", ("customer", "Second Street Bakery"), "due"), "100.00 -> 97.00");
}

/// A month whose lines go beyond the face by 0.03, which waits in suspense.
fn beyond_the_face() -> Office {
    let office = Story::imported();
    let lines = [
        usage(OWNER, "AmazonEC2", "100.00"),
        usage(A2, "AmazonEC2", "2500.00"),
        credit(OWNER, "-100.00", "AWS Promotional Credit"),
        credit(A2, "-900.03", "AWS Promotional Credit, credit from account: 000000001234"),
    ];
    office.ingest("january.csv", bill("2019-01").lines(lines).cur2());
    office.ok(&["bill", "2019-01"]);
    office
}

#[test]
fn n13_lines_beyond_a_face_are_attributed_under_another_tolerance() {
    let office = beyond_the_face();
    let rows = what_if(&office, &json!({"over_application_tolerance": {"USD": "0.05"}}), &[]);
    assert_eq!(figure(&rows, "month", ("period", "2019-01"), "suspense"), "0.03 -> 0.00");
    assert_eq!(figure(&rows, "month", ("period", "2019-01"), "beyond_face"), "0.00 -> 0.03");
    assert_eq!(rows.as_array().unwrap().len(), 2, "{rows:#}");
    let less = what_if(&office, &json!({"over_application_tolerance": {"USD": "0.02"}}), &[]);
    assert_eq!(less, json!([]));
}

#[test]
fn n15_lines_that_are_no_promotion_under_another_rule_are_not_attributed() {
    let mut office = Story::closed();
    office.at(FIVE_MARCH);
    office.ingest("february.csv", Story::later("2019-02", "250.40").cur2());
    office.bill_and_close("2019-02");
    let rule = |treatment: &str| json!({"credit_lines": [{"description_contains": "promotional credit", "treatment": treatment}], "draw_limit": "funded"});
    // AWS's lines stay with whom AWS put them on: nothing is left for the memo, and both are charged less.
    let rows = what_if(&office, &rule("retained"), &[]);
    let memo = office.balance(OWNER)["memo_number"].as_str().unwrap().to_owned();
    let of_memo = |name: &str| figure(&rows, "memo", ("memo_number", &memo), name);
    assert_eq!(figure(&rows, "month", ("period", "2019-01"), "attributed"), "1000.00 -> 0.00");
    assert_eq!(of_memo("funded_amount"), "1000.00 -> 0.00");
    assert_eq!(of_memo("applied_amount"), "350.40 -> 0.00");
    assert_eq!(figure(&rows, "customer", ("customer", "Second Street Bakery"), "due"), "5000.00 -> 4100.00");
    assert_eq!(figure(&rows, "customer", ("customer", "Department of Light"), "due"), "0.00 -> 250.40");
    // From February on nothing changes: January's lines were attributed in January.
    assert_eq!(
        what_if(&office, &json!({"credit_lines": rule("retained")["credit_lines"]}), &["--from", "2019-02"]),
        json!([])
    );
}

#[test]
fn what_an_operator_said_of_a_line_still_holds() {
    let office = beyond_the_face();
    let item = only(&office.json(&["credits", "suspense"]))["item"].as_str().unwrap().to_owned();
    office.grants(&[grant("5002", A2, "50.00").described("Other")]);
    let said = ["credits", "attribute", &item, "--credit", "5002", "--payer", PAYER, "--period", "2019-01"];
    office.ok(&[&said[..], &["--reason", "AWS said so"]].concat());
    office.ok(&["bill", "2019-01"]);
    assert_eq!(what_if(&office, &json!({}), &[]), json!([]));
}

fn void(office: &Office, account: &str, period: &str) {
    let number = office.statement(account, period)["document_number"].as_str().unwrap().to_owned();
    office.ok(&["documents", "void", &number, "--by", "anna", "--reason", "wrong customer"]);
}

/// A void in a month that was billed again, one after a close, and one that a second person approved.
fn with_voids() -> Office {
    let mut office = Story::imported();
    office.grants(&[grant("5001", OWNER, "1000.00"), grant("5002", A2, "60.00").described("Other")]);
    office.ingest("january.csv", ahead_of_aws());
    office.ok(&["bill", "2019-01"]);
    void(&office, OWNER, "2019-01");
    office.bill_and_close("2019-01");
    void(&office, OWNER, "2019-01");
    office.at(FIVE_MARCH);
    office.ingest("february.csv", Story::later("2019-02", "30.00").cur2());
    office.bill_and_close("2019-02");
    office.write("four-eyes.json", json!({"four_eyes": ["void"]}).to_string());
    office.ok(&["policy", "adopt", "four-eyes.json"]);
    void(&office, A2, "2019-02");
    let proposal = only(&office.json(&["approvals"]))["proposal"].as_str().unwrap().to_owned();
    office.ok(&["approve", &proposal, "--by", "bert"]);
    office.at(FIVE_APRIL);
    office.ingest("march.csv", Story::later("2019-03", "70.00").cur2());
    office.bill_and_close("2019-03");
    office
}

#[test]
fn n39_voids_change_nothing_where_the_policies_change_nothing() {
    let office = with_voids();
    assert_eq!(what_if(&office, &json!({}), &[]), json!([]));
    // Every document has another number, and the same is voided.
    let rows = what_if(&office, &json!({"document_series": "payer"}), &[]);
    assert_eq!(rows, json!([]));
}

#[test]
fn n39_a_void_gives_back_what_the_document_would_have_paid() {
    let office = with_voids();
    assert_fields(&office.balance(OWNER), &[("applied_amount", "100.00"), ("open_balance", "900.00")]);
    let rows = what_if(&office, &json!({"draw_limit": "funded"}), &[]);
    let memo = office.balance(OWNER)["memo_number"].as_str().unwrap().to_owned();
    // January's 50.00 came back with the void; AWS gave 50.00: February draws 30.00 and March the rest.
    assert_eq!(figure(&rows, "memo", ("memo_number", &memo), "applied_amount"), "100.00 -> 50.00");
    // What the bakery paid for February is credited in March.
    assert_eq!(figure(&rows, "month", ("period", "2019-03"), "due"), "2400.00 -> 2450.00");
}

#[test]
fn a_policy_file_that_cannot_be_read_is_refused() {
    let office = Story::closed();
    office.write("other.json", "{\"no_such\": 1}");
    office.refused(&["what-if", "--policy", "other.json"], &["no policy 'no_such'"]);
}
