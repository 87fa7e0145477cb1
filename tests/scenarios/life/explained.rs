//! `explain`: why each cent is what it is. Whatever it prints adds up by itself, and what it derives
//! again is what was recorded.

use serde_json::{Value, json};

use crate::support::*;

/// A month with most of what a bill may hold: parts of a cent, tax, a kept discount, Marketplace, two
/// memos of which one is restricted, a Free Tier line, lines that are nobody's.
fn rich() -> Office {
    let office = Office::new();
    office.accounts(&[(OWNER, "Department of Light", "PO-A"), (A2, "Second Street Bakery", "PO-2")]);
    office.grants(&[
        grant("5001", OWNER, "1000.00").described("Any service"),
        grant("5002", OWNER, "60.00").described("S3 only").services("AmazonS3").runs("2019-01-01", "2019-06-30"),
    ]);
    office.ingest("january.csv", month("2019-01", "100.405").cur2());
    office.ok(&["bill", "2019-01"]);
    office.ok(&["close", "2019-01", "--waive", "--reason", "nobody's lines are known"]);
    office
}

fn month(period: &str, used: &str) -> Bill {
    bill(period).lines([
        usage(OWNER, "AmazonEC2", used),
        usage(OWNER, "AmazonS3", "33.3333333333"),
        usage(OWNER, "AmazonS3", "33.3333333333").with("region", "eu-central-1"),
        line(OWNER, "Tax", "AmazonEC2", "6.005", "VAT"),
        line(OWNER, "SppDiscount", "AmazonEC2", "-3.00", "SPP"),
        line(OWNER, "EdpDiscount", "AmazonEC2", "-1.5", "EDP"),
        usage(OWNER, "a1b2", "25.00").with("entity", "AWS Marketplace"),
        credit(OWNER, "-0.50", "AWS Free Tier"),
        credit(OWNER, "-100.00", "Any service"),
        credit(A2, "-250.00", "Any service, credit from account: 000000001234"),
        credit(A2, "-50.00", "Never heard of"),
        usage(A2, "AmazonEC2", "2500.00"),
    ])
}

#[track_caller]
fn explained(office: &Office, account: &str, period: &str) -> Value {
    let value = office.json(&["explain", "--account", account, "--period", period]);
    assert!(assert_adds_up(&value) > 5, "{value:#}");
    assert_eq!(value["agrees"], true, "{value:#}");
    let statement = office.statement(account, period);
    for figure in ["due", "utilisation", "balance_of_funds"] {
        assert_eq!(value[figure]["amount"], statement[figure], "{figure}");
    }
    let lines: Vec<&Value> = statement["lines"].as_array().unwrap().iter().map(|line| &line["due"]).collect();
    let said: Vec<&Value> = value["lines"].as_array().unwrap().iter().map(|line| &line["due"]["amount"]).collect();
    assert_eq!(said, lines);
    value
}

#[test]
fn a_statement_down_to_the_facts_it_rests_on() {
    let office = rich();
    let value = explained(&office, OWNER, "2019-01");
    assert_eq!(value["explains"], "statement");
    assert_eq!(value["recorded_as"]["stream"], "BILLING");
    assert_eq!(value["recorded_as"]["fact_type"], "member_statement_recorded.v1");
    assert_eq!(value["policy"].as_str().unwrap().len(), 16);
    // 100.405 + 66.6666666666 + 6.005 - 1.5 + 25 - 0.5, rounded once.
    let charges = &value["due"]["parts"][0];
    assert_eq!(charges["amount"], "196.08");
    let rounding = charges["parts"].as_array().unwrap().last().unwrap();
    assert_eq!(rounding["rounding"], json!({"exact": "196.0766666666", "mode": "half-even", "rounded": "196.08"}));
    assert_eq!(rounding["rule"]["case"], "N34");
    // AWS's bill of the account: what is charged, less the discount that is kept and what was stripped.
    assert_eq!(value["aws_bill"]["amount"], "93.0766666666");
    let text = value.to_string();
    for rule in ["N36", "N31", "rating_basis: list", "discounts", "credit_lines", "W1"] {
        assert!(text.contains(&format!("\"case\":\"{rule}\"")), "{rule} is not cited: {value:#}");
    }
    assert!(text.contains("https://docs.aws.amazon.com/"), "no page of AWS's is cited");
    explained(&office, A2, "2019-01");
}

#[test]
fn what_held_a_draw_back_is_said() {
    let office = rich();
    let value = explained(&office, OWNER, "2019-01");
    let paid = &value["due"]["parts"][1];
    assert_eq!(paid["what"], "paid by memos");
    let restricted = paid["parts"].as_array().unwrap().iter().find(|memo| memo["amount"] == "-60.00").unwrap();
    let holds: Vec<&Value> =
        restricted["bounds"].as_array().unwrap().iter().filter(|bound| bound["holds"] == true).collect();
    assert_eq!(holds.len(), 1);
    assert_eq!(holds[0]["what"], "its open balance before the draw");
    assert_eq!(holds[0]["amount"], "60.00");
}

#[test]
fn a_correction_and_a_superseded_document() {
    let mut office = rich();
    office.at(FIVE_MARCH);
    office.ingest("january-again.csv", month("2019-01", "130.40").cur2());
    office.ingest("february.csv", month("2019-02", "250.40").cur2());
    office.ok(&["bill", "2019-02"]);
    let before = explained(&office, OWNER, "2019-02");
    assert!(before.to_string().contains("settled by the statement of 2019-01"), "{before:#}");
    office.at("2019-03-06T09:00:00Z");
    office.ingest("february-again.csv", month("2019-02", "200.00").cur2());
    office.ok(&["bill", "2019-02"]);
    let after = explained(&office, OWNER, "2019-02");
    assert!(after.to_string().contains("the open month is drawn again"), "{after:#}");
    // The document that was replaced is explained as it was, from what was known then.
    let then = office.json(&["explain", "--account", OWNER, "--period", "2019-02", "--recorded", FIVE_MARCH]);
    assert_eq!(then, before);
    explained(&office, OWNER, "2019-01");
}

#[test]
fn one_line() {
    let office = rich();
    let value = office.json(&["explain", "--account", OWNER, "--period", "2019-01", "--service", "amazons3"]);
    assert_adds_up(&value);
    let line = row_where(&office.statement(OWNER, "2019-01")["lines"], "service", "AmazonS3");
    assert_eq!(only(&value["lines"])["due"]["amount"], line["due"]);
    let kind = ["explain", "--account", OWNER, "--period", "2019-01", "--service", "AmazonEC2", "--line", "Tax"];
    assert_eq!(only(&office.json(&kind)["lines"])["charge_kind"], "Tax");
    let none = ["explain", "--account", OWNER, "--period", "2019-01", "--service", "AmazonRDS"];
    office.run(&none).exits(1).says(&["no such line"]);
}

#[test]
fn a_memo_by_all_that_happened_to_it() {
    let mut office = rich();
    let number = row_where(&office.json(&["memos", "list"]), "credit_id", "5001")["memo_number"].clone();
    let number = number.as_str().unwrap();
    office.at(FIVE_MARCH);
    office.ok(&["memos", "write-off", number, "--amount", "10.00", "--reason", "agreed"]);
    let value = office.json(&["explain", "--memo", number]);
    assert!(assert_adds_up(&value) > 8);
    assert_eq!(value["agrees"], true, "{value:#}");
    let balance = row_where(&office.json(&["balance"]), "memo_number", number);
    assert_eq!(value["open_balance"]["amount"], balance["open_balance"]);
    assert_eq!(value["funded_balance"]["amount"], balance["funded_balance"]);
    assert_eq!(value["funded"]["amount"], "350");
    assert_eq!(value["applied_upstream"]["amount"], "350");
    assert!(value.to_string().contains("matched by owner-and-description"), "{value:#}");
    let before = office.json(&["explain", "--memo", number, "--recorded", FIVE_FEBRUARY]);
    assert!(assert_adds_up(&before) > 5);
    assert!(!before.to_string().contains("written off"), "{before:#}");
}

#[test]
fn a_suspense_item() {
    let office = rich();
    let item = only(&office.json(&["credits", "suspense"]))["item"].as_str().unwrap().to_owned();
    let value = office.json(&["explain", "--suspense", &item]);
    assert!(assert_adds_up(&value) >= 4);
    assert_fields(&value, &[("reason", "no-credit-fits"), ("period", "2019-01"), ("agrees", "true")]);
    assert_eq!(value["open_amount"]["amount"], "50");
    office.ok(&["credits", "attribute", &item, "--credit", "5001", "--payer", PAYER, "--period", "2019-01"]);
    let value = office.json(&["explain", "--suspense", &item]);
    assert_adds_up(&value);
    assert_eq!(value["open_amount"]["amount"], "0");
    assert_eq!(value["attributed_by_hand_to"], "5001");
}

#[test]
fn as_an_accountant_reads_it() {
    let office = rich();
    let text = office.ok(&["explain", "--account", OWNER, "--period", "2019-01"]).stdout;
    insta::assert_snapshot!(text);
}

#[test]
fn what_is_asked_must_be_there() {
    let office = rich();
    office.run(&["explain"]).exits(2);
    office.run(&["explain", "--account", OWNER]).exits(2);
    office.run(&["explain", "--account", OWNER, "--period", "2019-07"]).exits(1).says(&["no statement for 2019-07"]);
    office.run(&["explain", "--suspense", "none"]).exits(1).says(&["credits suspense"]);
    office.run(&["explain", "--memo", "CM-none"]).exits(3).says(&["does not exist"]);
}
