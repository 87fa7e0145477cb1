//! `explain` of the months that are not plain: an account under two payers, tax by a rate, a document in another
//! currency, one that was voided, several sellers. Each figure adds up by itself, as text and as JSON, and what is
//! derived again is what was recorded.

use serde_json::Value;

use crate::support::*;

const OTHER: &str = "999900002222";

/// The explanation of a statement, of which every figure and check must hold.
#[track_caller]
fn explained_under(office: &Office, payer: &str, account: &str, period: &str) -> Value {
    let of = ["--account", account, "--period", period, "--payer", payer];
    let value = office.json(&[&["explain"][..], &of].concat());
    assert!(assert_adds_up(&value) > 3, "{value:#}");
    assert_eq!(value["agrees"], true, "{value:#}");
    let statement = office.json(&[&["statement"][..], &of].concat());
    for figure in ["due", "utilisation", "balance_of_funds"] {
        assert_eq!(value[figure]["amount"], statement[figure], "{figure}: {value:#}");
    }
    let dues = |lines: &Value, due: fn(&Value) -> &Value| -> Vec<Value> {
        lines.as_array().unwrap().iter().map(|line| due(line).clone()).collect()
    };
    assert_eq!(dues(&value["lines"], |line| &line["due"]["amount"]), dues(&statement["lines"], |line| &line["due"]));
    if let Some(converted) = statement.get("in_document_currency") {
        assert_eq!(value["due_in_document_currency"]["amount"], converted["due"]);
    }
    assert!(!value.to_string().contains("not explained"), "{value:#}");
    assert_eq!(value["policy"].as_str().unwrap().len(), 16, "{value:#}");
    value
}

#[track_caller]
fn explained(office: &Office, period: &str) -> Value {
    explained_under(office, PAYER, OWNER, period)
}

/// The one node below with these words, at any depth.
#[track_caller]
fn node(value: &Value, words: &str) -> Value {
    fn find<'a>(value: &'a Value, words: &str, found: &mut Vec<&'a Value>) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| find(item, words, found)),
            Value::Object(fields) => {
                if fields.get("what").and_then(Value::as_str).is_some_and(|what| what.contains(words)) {
                    found.push(value);
                }
                fields.values().for_each(|field| find(field, words, found));
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    find(value, words, &mut found);
    match found.as_slice() {
        [one] => (*one).clone(),
        several => panic!("one node with '{words}' was expected, and there are {}: {value:#}", several.len()),
    }
}

/// The text form; the rules it cites are told at its end, and no figure in it has a gap.
#[track_caller]
fn text(office: &Office, account: &str, period: &str, payer: &str) -> String {
    let text = office.ok(&["explain", "--account", account, "--period", period, "--payer", payer]).stdout;
    assert!(!text.contains("not explained") && text.contains("; 0 differ from the record"), "{text}");
    let (body, rules) = text.split_once("\nRules\n").unwrap();
    for line in body.lines().filter(|line| line.starts_with(' ')) {
        let Some((_, cited)) = line.rsplit_once(" [") else { continue };
        let case = cited.split(']').next().unwrap();
        assert!(rules.contains(&format!("[{case}] ")), "[{case}] is not told: {text}");
    }
    text
}

/// N21: 60.00 under the memo's payer, 40.00 under another one of ours.
fn under_two_payers(face: &str) -> Office {
    let office = Office::new();
    let accounts = format!(
        "payer_account_id,member_account_id,customer,po_number,from,to\n\
         {PAYER},{OWNER},Department of Light,PO-A,2015-01-01,2019-01-30\n\
         {OTHER},{OWNER},Department of Light,PO-A,2019-01-30,\n"
    );
    office.write("accounts.csv", accounts);
    office.ok(&["accounts", "import", "accounts.csv"]);
    office.grants(&[grant("5001", OWNER, face)]);
    office.ingest("old.csv", bill("2019-01").lines([usage(OWNER, "AmazonEC2", "60.005")]).cur2());
    let there = [usage(OWNER, "AmazonEC2", "30.004"), usage(OWNER, "AmazonS3", "10.004")];
    office.ingest("new.csv", bill("2019-01").with("payer", OTHER).lines(there).cur2());
    for payer in [PAYER, OTHER] {
        office.ok(&["bill", "2019-01", "--payer", payer]);
    }
    office
}

#[test]
fn n21_both_payers_statements_say_which_memo_pays_what() {
    let office = under_two_payers("1000.00");
    let home = explained(&office, "2019-01");
    assert_eq!(home["balance_of_funds"]["amount"], "899.99");
    let other = explained_under(&office, OTHER, OWNER, "2019-01");
    assert_eq!(other["due"]["amount"], "0.00");
    let memo = office.balance(OWNER)["memo_number"].as_str().unwrap().to_owned();
    let paid = &other["due"]["parts"][1];
    assert_eq!((&paid["what"], &paid["amount"]), (&"paid by memos".into(), &"-40.01".into()));
    let by_memo = &paid["parts"][0];
    assert!(by_memo["what"].as_str().unwrap().contains(&memo), "{paid:#}");
    // It rests on the draw, which stands with the memo, under its own payer.
    assert!(by_memo.to_string().contains("memo_applied.v1"), "{paid:#}");
    assert!(by_memo.to_string().contains("N21"), "{paid:#}");
}

#[test]
fn n21_the_text_names_the_payer_whose_charges_and_the_payer_whose_memo() {
    let office = under_two_payers("1000.00");
    let home = text(&office, OWNER, "2019-01", PAYER);
    assert!(home.contains(&format!("drawn for 2019-01 under payer {OTHER}")), "{home}");
    let other = text(&office, OWNER, "2019-01", OTHER);
    assert!(other.contains(&format!("of payer {PAYER}")), "{other}");
    assert!(other.contains("[N21] a memo pays the account's charges under its own payer first"), "{other}");
}

#[test]
fn n21_what_holds_a_memo_back_is_what_it_had_before_either_payer_was_paid() {
    let office = under_two_payers("70.00");
    let home = explained(&office, "2019-01");
    let paid = &home["due"]["parts"][1]["parts"][0];
    assert_eq!(paid["amount"], "-60.00");
    let open =
        paid["bounds"].as_array().unwrap().iter().find(|bound| bound["what"] == "its open balance before the draw");
    assert_eq!(open.unwrap()["amount"], "70.00", "{paid:#}");
    assert_eq!(home["balance_of_funds"]["amount"], "0.00");
    let other = explained_under(&office, OTHER, OWNER, "2019-01");
    assert_eq!(other["due"]["amount"], "30.01");
}

#[test]
fn n21_a_correction_of_what_another_payers_memo_paid() {
    let mut office = under_two_payers("1000.00");
    for payer in [PAYER, OTHER] {
        office.ok(&["close", "2019-01", "--payer", payer]);
    }
    office.at(FIVE_MARCH);
    // AWS takes 15.00 of the other payer's charges back: the memo's own payer learns of it first.
    let lines = [usage(OWNER, "AmazonEC2", "15.004"), usage(OWNER, "AmazonS3", "10.004")];
    office.ingest("new-2.csv", bill("2019-01").with("payer", OTHER).lines(lines).cur2());
    office.ingest("old-february.csv", bill("2019-02").lines([usage(OWNER, "AmazonEC2", "1.00")]).cur2());
    let there = bill("2019-02").with("payer", OTHER).lines([usage(OWNER, "AmazonEC2", "2.00")]);
    office.ingest("new-february.csv", there.cur2());
    office.ok(&["bill", "2019-02", "--payer", PAYER]);
    explained(&office, "2019-02");
    office.ok(&["bill", "2019-02", "--payer", OTHER]);
    let other = explained_under(&office, OTHER, OWNER, "2019-02");
    let correction = node(&other["due"], "correction of 2019-01");
    assert_eq!(correction["amount"], "0.00");
    assert_eq!(correction["parts"][0]["amount"], "-15.00");
    let paid = &correction["parts"][1];
    assert_eq!(paid["amount"], "15.00");
    assert!(paid.to_string().contains("memo_unapplied.v1"), "{paid:#}");
    assert!(paid.to_string().contains("settled by the statement of 2019-01"), "{paid:#}");
    assert!(text(&office, OWNER, "2019-02", OTHER).contains(&format!("under payer {OTHER}")));
    office.ok(&["audit"]);
}

#[test]
fn n21_charges_that_fell_before_the_memos_payer_was_billed_again_hold_less() {
    let office = under_two_payers("1000.00");
    let lines = [usage(OWNER, "AmazonEC2", "15.004"), usage(OWNER, "AmazonS3", "10.004")];
    office.ingest("new-2.csv", bill("2019-01").with("payer", OTHER).lines(lines).cur2());
    office.ok(&["bill", "2019-01", "--payer", OTHER]).says(&["bill that payer again"]);
    let other = explained_under(&office, OTHER, OWNER, "2019-01");
    assert_eq!(node(&other["due"], "more than the charges hold by now")["amount"], "15");
    office.ok(&["bill", "2019-01", "--payer", PAYER]);
    explained(&office, "2019-01");
    // Its statement said already what now stands with the memo: nothing is issued anew.
    office.ok(&["bill", "2019-01", "--payer", OTHER]);
    assert_eq!(explained_under(&office, OTHER, OWNER, "2019-01"), other);
    assert_eq!(office.balance(OWNER)["applied_amount"], "85.01");
}

/// EC2 100.005, S3 0.004, AWS's tax 6.00, a memo of 60.00; January closed.
fn taxed(policy: &str, covering_tax: bool) -> Office {
    let office = Office::new();
    office.accounts(&[(OWNER, "Department of Light", "PO-A")]);
    let of_sixty = grant("5001", OWNER, "60.00");
    office.grants(&[if covering_tax { of_sixty.covering_tax() } else { of_sixty }]);
    office.write("policy.toml", policy);
    office.ok(&["policy", "adopt", "policy.toml"]);
    office.ingest("january.csv", taxed_bill("100.005").cur2());
    office.bill_and_close("2019-01");
    office
}

fn taxed_bill(used: &str) -> Bill {
    bill("2019-01").lines([
        usage(OWNER, "AmazonEC2", used),
        usage(OWNER, "AmazonS3", "0.004"),
        line(OWNER, "Tax", "AmazonEC2", "6.00", "Tax"),
    ])
}

const PASSED_ON: &str = "customer_tax = \"passed-on\"\n";
const NONE: &str = "customer_tax = \"none\"\n";
const BEFORE: &str = "[customer_tax]\nrate-before-memo = \"0.19\"\n";
const AFTER: &str = "[customer_tax]\nrate-after-memo = \"0.19\"\n";

#[test]
fn n35_tax_by_every_policy_adds_up_from_the_rate() {
    for (policy, covering, due, words) in [
        (PASSED_ON, false, "46.01", "AmazonEC2 Tax"),
        (PASSED_ON, true, "46.01", "AmazonEC2 Tax"),
        (BEFORE, false, "59.01", "customer tax: 100.009 at a rate of 0.19"),
        (BEFORE, true, "59.01", "customer tax: 100.009 at a rate of 0.19"),
        // 100.009 less 60.00, and 19 % of that.
        (AFTER, false, "47.61", "customer tax on what memos leave, at a rate of 0.19"),
        (AFTER, true, "47.61", "customer tax on what memos leave, at a rate of 0.19"),
        (NONE, false, "40.01", "kept of AmazonEC2 Tax"),
    ] {
        println!("{policy} {covering}");
        let office = taxed(policy, covering);
        let value = explained(&office, "2019-01");
        assert_eq!(value["due"]["amount"], due);
        let said = text(&office, OWNER, "2019-01", PAYER);
        assert!(said.contains(words), "{said}");
        // What AWS charged for the account, whatever tax the customer pays.
        assert_eq!(value["aws_bill"]["amount"], "106.009", "{value:#}");
        assert!(policy == PASSED_ON || said.contains("[customer_tax] "), "{said}");
    }
}

#[test]
fn n35_a_correction_of_the_tax_after_the_memo() {
    for policy in [AFTER, BEFORE, PASSED_ON] {
        let mut office = taxed(policy, false);
        office.at(FIVE_MARCH);
        office.ingest("january-2.csv", taxed_bill("110.005").cur2());
        office.ingest("february.csv", bill("2019-02").lines([usage(OWNER, "AmazonEC2", "3.333")]).cur2());
        office.ok(&["bill", "2019-02"]);
        let value = explained(&office, "2019-02");
        let correction = node(&value["due"], "correction of 2019-01");
        assert_eq!(correction["amount"], if policy == PASSED_ON { "10.00" } else { "11.90" }, "{policy}");
        text(&office, OWNER, "2019-02", PAYER);
    }
}

/// W10: documents in euros at 0.92 in January, 0.5 in February; the memo is in dollars.
fn in_euros() -> Office {
    let office = Office::new();
    office.accounts(&[(OWNER, "Department of Light", "PO-A")]);
    office.grants(&[grant("5001", OWNER, "1000.00")]);
    office.write("policy.toml", "[document_currencies]\n\"Department of Light\" = \"EUR\"\n");
    office.ok(&["policy", "adopt", "policy.toml"]);
    office.write("rates.csv", "period,from,to,rate,source\n2019-01,USD,EUR,0.92,ECB\n2019-02,USD,EUR,0.5,ECB\n");
    office.ok(&["rates", "import", "rates.csv"]);
    let lines = [usage(OWNER, "AmazonEC2", "250.404"), usage(OWNER, "8tz0", "9.99").with("entity", "AWS Marketplace")];
    office.ingest("january.csv", bill("2019-01").lines(lines).cur2());
    office.bill_and_close("2019-01");
    office
}

#[test]
fn n33_what_is_due_in_euros_is_each_total_at_the_stated_rate() {
    let office = in_euros();
    let value = explained(&office, "2019-01");
    let euros = &value["due_in_document_currency"];
    // 260.39 at 0.92 is 239.5588, 250.40 is 230.368.
    let parts = euros["parts"].as_array().unwrap();
    assert_eq!((&parts[0]["amount"], &parts[1]["amount"]), (&"239.56".into(), &"-230.37".into()));
    assert_eq!(euros["amount"], "9.19");
    let rounding = &parts[0]["parts"][1]["rounding"];
    assert_fields(rounding, &[("exact", "239.5588"), ("mode", "half-even"), ("rounded", "239.56")]);
    let text = text(&office, OWNER, "2019-01", PAYER);
    assert!(text.contains("260.39 USD at 0.92, stated for 2019-01"), "{text}");
    assert!(text.contains("[N33] a rounded total is converted once"), "{text}");
}

#[test]
fn n33_a_correction_is_at_the_rate_of_the_document_corrected() {
    let mut office = in_euros();
    office.at(FIVE_MARCH);
    let lines = [usage(OWNER, "AmazonEC2", "200.00"), usage(OWNER, "8tz0", "9.99").with("entity", "AWS Marketplace")];
    office.ingest("january-2.csv", bill("2019-01").lines(lines).cur2());
    office.ingest("february.csv", bill("2019-02").lines([usage(OWNER, "AmazonEC2", "1100.00")]).cur2());
    office.ok(&["bill", "2019-02"]);
    let value = explained(&office, "2019-02");
    let said = text(&office, OWNER, "2019-02", PAYER);
    assert!(said.contains("at 0.92 of the document corrected"), "{said}");
    assert_eq!(value["due_in_document_currency"]["what"], "due in EUR");
}

#[test]
fn n39_a_voided_document_and_what_came_of_it() {
    let mut office = Story::closed();
    let voided = office.statement(OWNER, "2019-01");
    let number = voided["document_number"].as_str().unwrap();
    office.at("2019-02-10T09:00:00Z");
    office.ok(&["documents", "void", number, "--by", "anna", "--reason", "wrong customer"]);
    // The statement that was sent is still explained as it was sent.
    let then = explained(&office, "2019-01");
    assert_eq!(then["document_number"], number);
    assert_eq!(then["due"]["parts"][1]["amount"], "-100.00");
    let memo = office.balance(OWNER)["memo_number"].as_str().unwrap().to_owned();
    let explained_memo = office.json(&["explain", "--memo", &memo]);
    assert!(assert_adds_up(&explained_memo) > 4);
    assert!(explained_memo.to_string().contains("the document was voided"), "{explained_memo:#}");
    assert_eq!(explained_memo["open_balance"]["amount"], "1000.00");

    office.at(FIVE_MARCH);
    office.ingest("february.csv", Story::later("2019-02", "250.40").cur2());
    office.bill_and_close("2019-02");
    let value = explained(&office, "2019-02");
    let correction = node(&value["due"], &format!("correction of 2019-01, of document {number}"));
    assert_eq!(
        (&correction["parts"][0]["amount"], &correction["parts"][1]["amount"]),
        (&"-100.00".into(), &"100.00".into())
    );
    assert!(text(&office, OWNER, "2019-02", PAYER).contains("taken back for 2019-01: the document was voided"));
}

#[test]
fn n39_an_open_month_that_is_billed_again_after_a_void() {
    let mut office = Story::billed();
    let number = office.statement(OWNER, "2019-01")["document_number"].as_str().unwrap().to_owned();
    let before = explained(&office, "2019-01");
    office.at("2019-02-06T09:00:00Z");
    office.ok(&["documents", "void", &number, "--by", "anna", "--reason", "wrong customer"]);
    office.bill_and_close("2019-01");
    let after = explained(&office, "2019-01");
    assert_ne!(after["document_number"], before["document_number"]);
    assert!(after.to_string().contains("the document was voided"), "{after:#}");
    let then = office.json(&["explain", "--account", OWNER, "--period", "2019-01", "--recorded", FIVE_FEBRUARY]);
    assert_eq!(then, before);
}

#[test]
fn n38_each_seller_of_record_is_explained() {
    let office = Office::new();
    office.accounts(&[(OWNER, "Department of Light", "PO-A")]);
    office.grants(&[grant("5001", OWNER, "50.00")]);
    let of = |amount: &str, invoice: &str, entity: &str| {
        usage(OWNER, "AmazonEC2", amount).with("invoice", invoice).with("line_item_legal_entity", entity)
    };
    let lines = [
        of("40.003", "1700000001", "Amazon Web Services, Inc."),
        of("20.003", "1700000002", "Amazon Web Services EMEA SARL"),
        usage(OWNER, "8tz0", "25.003")
            .with("entity", "AWS Marketplace")
            .with("invoice", "1700000003")
            .with("line_item_legal_entity", "Some Vendor GmbH"),
    ];
    office.ingest("january.csv", bill("2019-01").lines(lines).cur2());
    office.bill_and_close("2019-01");
    let value = explained(&office, "2019-01");
    let statement = office.statement(OWNER, "2019-01");
    let stated = statement["sellers"].as_array().unwrap();
    let told = value["sellers"].as_array().unwrap();
    assert_eq!((stated.len(), told.len()), (3, 3));
    for (stated, told) in stated.iter().zip(told) {
        for field in ["legal_entity", "billing_entity", "invoice_id"] {
            assert_eq!(told[field], stated[field]);
        }
        assert_eq!(told["due"]["amount"], stated["due"]);
        assert_eq!(told["due"]["parts"][0]["amount"], stated["gross"]);
    }
    let said = text(&office, OWNER, "2019-01", PAYER);
    assert!(said.contains("Seller Some Vendor GmbH, AWS Marketplace, 1700000003"), "{said}");
    assert!(said.contains("[N38] "), "{said}");
}
