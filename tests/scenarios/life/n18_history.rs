//! N18: AWS's own allocation history beside its bill. It moves nothing; a difference is an open item,
//! and an answer that is not whole is refused whole.

use serde_json::{Value, json};

use crate::support::*;

fn entry(account: &str, amount: &str) -> Value {
    json!({
        "accountId": account, "appliedServiceName": "Amazon Elastic Compute Cloud", "billingMonth": "2019-01",
        "creditAmount": {"currencyCode": "USD", "currencyAmount": amount}, "creditId": "5001",
        "description": "AWS Promotional Credit", "isEstimatedBill": false,
    })
}

fn page(entries: &[Value]) -> Value {
    json!({"creditAllocationHistoryList": entries, "partialResults": false, "failedMonths": []})
}

/// January billed, and a history written.
fn office_with(history: &Value) -> Office {
    let office = Story::billed();
    office.write("history.json", history.to_string());
    office
}

#[test]
fn what_agrees_with_the_bill_is_recorded_and_no_open_item() {
    let office = office_with(&page(&[entry(OWNER, "-100.00"), entry(A2, "-900.00")]));
    let before = office.balance(OWNER);
    let rows = office.json(&["credits", "history", "history.json"]);
    assert_eq!(rows.as_array().unwrap().len(), 2, "{rows:#}");
    assert_fields(
        &row_where(&rows, "beneficiary_account_id", A2),
        &[("credit_id", "5001"), ("period", "2019-01"), ("amount", "900"), ("on_bill", "900"), ("estimated", "false")],
    );
    assert_eq!(office.json(&["credits", "history"]), rows);
    assert_eq!(office.balance(OWNER), before);
    let reconciled = office.reconcile("2019-01");
    assert_eq!(reconciled["open_items"], json!([]));
    assert_fields(&reconciled["credits"][0], &[("history", "1000"), ("history_difference", "0")]);
    let log = office.log_files();
    office.ok(&["credits", "history", "history.json"]);
    assert_eq!(office.log_files(), log, "the same history was recorded twice");
    office.ok(&["audit"]);
}

#[test]
fn n18_a_difference_is_an_open_item_and_ties_stay_ties() {
    let office = office_with(&page(&[entry(OWNER, "-100.00"), entry(A2, "-850.00")]));
    office.ok(&["credits", "history", "history.json"]);
    let reconciled = office.reconcile("2019-01");
    assert_fields(&reconciled, &[("residual", "0")]);
    assert_fields(&reconciled["credits"][0], &[("history", "950"), ("history_difference", "-50")]);
    let item = only(&reconciled["open_items"]);
    assert_fields(
        &item,
        &[("exception", "history-difference"), ("amount", "-50"), ("credit_id", "5001"), ("period", "2019-01")],
    );
    let row = only(&office.json(&["credits", "exceptions"]));
    assert_fields(&row, &[("exception", "history-difference"), ("amount", "-50")]);
    office.ok(&["close", "2019-01"]);
    // AWS says something else later: that counts from then on.
    office.write("history.json", page(&[entry(OWNER, "-100.00"), entry(A2, "-900.00")]).to_string());
    office.ok(&["credits", "history", "history.json"]);
    assert_eq!(office.json(&["credits", "exceptions"]), json!([]));
}

#[test]
fn a_month_that_it_does_not_name_is_not_nothing() {
    let office = office_with(&page(&[]));
    office.ok(&["credits", "history", "history.json"]);
    let reconciled = office.reconcile("2019-01");
    assert_eq!(reconciled["open_items"], json!([]));
    assert_eq!(reconciled["credits"][0].get("history"), None);
}

#[test]
fn pages_are_one_history() {
    let mut first = page(&[entry(OWNER, "-100.00")]);
    first["nextToken"] = json!("more");
    let second = page(&[entry(A2, "-900.00")]);
    for written in [json!([first, second]).to_string(), format!("{first}\n{second}")] {
        let office = Story::billed();
        office.write("history.json", written);
        let rows = office.json(&["credits", "history", "history.json"]);
        assert_eq!(rows.as_array().unwrap().len(), 2, "{rows:#}");
        assert_eq!(office.reconcile("2019-01")["open_items"], json!([]));
    }
}

#[test]
fn an_answer_that_is_not_whole_is_refused_whole() {
    let mut partial = page(&[entry(OWNER, "-100.00")]);
    partial["partialResults"] = json!(true);
    partial["failedMonths"] = json!(["2018-12"]);
    office_with(&partial).refused(&["credits", "history", "history.json"], &["2018-12", "partialResults"]);
    let mut goes_on = page(&[entry(OWNER, "-100.00")]);
    goes_on["nextToken"] = json!("more");
    office_with(&goes_on).refused(&["credits", "history", "history.json"], &["nextToken"]);
}

#[test]
fn what_is_no_history_is_refused() {
    let mut without_amount = entry(OWNER, "-100.00");
    without_amount["creditAmount"] = json!(null);
    for (written, word) in [
        ("{".to_owned(), "not JSON"),
        (String::new(), "empty"),
        (r#"{"credits":[]}"#.to_owned(), "creditAllocationHistoryList"),
        (page(&[without_amount]).to_string(), "creditAmount"),
    ] {
        let office = Story::billed();
        office.write("history.json", &written);
        office.refused(&["credits", "history", "history.json"], &["history.json", word]);
    }
}
