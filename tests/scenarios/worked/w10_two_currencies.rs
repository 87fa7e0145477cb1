//! W10, N33: a memo in dollars pays a document in euros at the rate stated for the month. The memo
//! stays in dollars; the rate stands on the document.

use crate::support::*;

fn rates(office: &Office, rows: &str) -> Outcome {
    office.write("rates.csv", format!("period,from,to,rate,source\n{rows}"));
    office.ok(&["rates", "import", "rates.csv"])
}

/// One customer with documents in euros, one without.
fn january() -> Office {
    let office = Office::new();
    office.accounts(&[(OWNER, "Department of Light", "PO-A"), (A2, "Second Street Bakery", "PO-2")]);
    office.grants(&[grant("5001", OWNER, "1000.00")]);
    office.write("policy.toml", "[document_currencies]\n\"Department of Light\" = \"EUR\"\n");
    office.ok(&["policy", "adopt", "policy.toml"]);
    office.ingest(
        "january.csv",
        bill("2019-01").lines([usage(OWNER, "AmazonEC2", "250.40"), usage(A2, "AmazonEC2", "100.00")]).cur2(),
    );
    office
}

fn document(office: &Office, customer: &str) -> serde_json::Value {
    row_where(&office.json(&["bill", "2019-01"]), "customer", customer)
}

#[test]
fn n33_the_memo_stays_in_dollars_and_the_document_states_the_rate_and_both() {
    let office = january();
    rates(&office, "2019-01,USD,EUR,0.92,ECB\n");
    assert_fields(
        &document(&office, "Department of Light"),
        &[
            ("currency", "USD"),
            ("gross", "250.40"),
            ("applied", "250.40"),
            ("due", "0.00"),
            ("document_currency", "EUR"),
            ("conversion_rate", "0.92"),
            ("document_gross", "230.37"),
            ("document_applied", "230.37"),
            ("document_due", "0.00"),
        ],
    );
    assert_fields(
        &document(&office, "Second Street Bakery"),
        &[("currency", "USD"), ("due", "100.00"), ("document_currency", "null")],
    );
    let statement = office.statement(OWNER, "2019-01");
    assert_fields(
        &statement,
        &[("currency", "USD"), ("applied", "250.40"), ("balance_of_funds", "749.60"), ("due", "0.00")],
    );
    let converted = &statement["in_document_currency"];
    assert_fields(
        converted,
        &[("currency", "EUR"), ("rate", "0.92"), ("gross", "230.37"), ("applied", "230.37"), ("due", "0.00")],
    );
    assert_fields(&only(&converted["memos"]), &[("applied", "230.37")]);
    assert_fields(&office.balance(OWNER), &[("currency", "USD"), ("open_balance", "749.60")]);
    office.ok(&["close", "2019-01"]);
    assert_fields(&office.reconcile("2019-01"), &[("residual", "0")]);
    office.ok(&["audit"]);
}

#[test]
fn the_mail_form_shows_the_rate_and_both_currencies() {
    let office = january();
    rates(&office, "2019-01,USD,EUR,0.92,ECB\n");
    office.ok(&["bill", "2019-01"]);
    let text = office.ok(&["statement", "--account", OWNER, "--period", "2019-01"]).stdout;
    let from = text.find("On the document").unwrap_or_else(|| panic!("no block in euros: {text}"));
    insta::assert_snapshot!(&text[from..], @"
    On the document in EUR (1 USD = 0.92 EUR, rate of 2019-01, ECB)
      Charges                                                                   230.37
      Paid by credit memo CM-999900001111-000000001234-0001                    -230.37
      Due for this account in EUR                                                 0.00
    ");
}

#[test]
fn a_missing_rate_blocks_the_bill_and_records_nothing() {
    let office = january();
    let before = office.log_files();
    let blocked = office.run(&["bill", "2019-01", "--output", "json"]).exits(5).says(&["USD", "EUR", "rates import"]);
    let row = only(&blocked.json());
    assert_fields(&only(&row["blockers"]), &[("blocker", "no-rate"), ("from", "USD"), ("to", "EUR")]);
    assert_eq!(office.log_files(), before);
    // The way back was never stated, and the month after is another month.
    rates(&office, "2019-01,EUR,USD,1.09,\n2019-02,USD,EUR,0.92,\n");
    office.run(&["bill", "2019-01"]).exits(5);
}

#[test]
fn a_corrected_rate_is_another_fact_and_supersedes_an_open_months_document() {
    let mut office = january();
    rates(&office, "2019-01,USD,EUR,0.92,ECB\n");
    assert_fields(&document(&office, "Department of Light"), &[("kind", "invoice"), ("document_gross", "230.37")]);
    office.at("2019-02-06T09:00:00Z");
    rates(&office, "2019-01,USD,EUR,0.9,ECB\n");
    rates(&office, "2019-01,USD,EUR,0.9,ECB\n");
    let listed = office.json(&["rates", "list"]);
    let of = |rate| row_where(&listed, "rate", rate);
    assert_fields(&of("0.92"), &[("in_force", "false"), ("recorded", "2019-02-05T09:00:00Z")]);
    assert_fields(
        &of("0.9"),
        &[("in_force", "true"), ("replaces", "0.92"), ("recorded", "2019-02-06T09:00:00Z"), ("period", "2019-01")],
    );
    let anew = document(&office, "Department of Light");
    assert_fields(&anew, &[("kind", "superseding"), ("document_gross", "225.36"), ("applied", "250.40")]);
    assert_fields(&document(&office, "Second Street Bakery"), &[("kind", "invoice")]);
    assert_fields(&office.balance(OWNER), &[("open_balance", "749.60")]);
}

#[test]
fn a_correction_of_a_closed_month_keeps_the_rate_of_the_document_it_corrects() {
    let mut office = january();
    rates(&office, "2019-01,USD,EUR,0.92,ECB\n2019-02,USD,EUR,0.5,ECB\n");
    office.bill_and_close("2019-01");
    // AWS takes all of January's usage back.
    office.at(FIVE_MARCH);
    let lines = [usage(OWNER, "AmazonEC2", "0.00"), usage(A2, "AmazonEC2", "100.00")];
    office.ingest("january-2.csv", bill("2019-01").lines(lines).cur2());
    office.ingest("february.csv", bill("2019-02").lines([usage(OWNER, "AmazonEC2", "1100.00")]).cur2());
    office.ok(&["bill", "2019-02"]);
    let statement = office.statement(OWNER, "2019-02");
    let correction = only(&statement["earlier_periods"]);
    assert_fields(&correction, &[("gross", "-250.40"), ("applied", "-250.40"), ("due", "0.00")]);
    assert_fields(
        &correction["in_document_currency"],
        &[("rate", "0.92"), ("gross", "-230.37"), ("applied", "-230.37"), ("due", "0.00")],
    );
    // February's own charges are at February's rate: 1,100.00 less 1,000.00 of the memo.
    assert_fields(
        &statement["in_document_currency"],
        &[("rate", "0.5"), ("gross", "550.00"), ("applied", "500.00"), ("due", "50.00")],
    );
    assert_fields(&office.balance(OWNER), &[("open_balance", "0.00")]);
}

#[test]
fn rates_that_cannot_be_are_refused_with_their_line() {
    let office = january();
    for (row, words) in [
        ("2019-01,USD,EUR,0,\n", ["line 2", "above zero"]),
        ("2019-01,USD,USD,1,\n", ["line 2", "USD to USD"]),
        ("2019-13,USD,EUR,0.92,\n", ["period", "2019-13"]),
        ("2019-01,USD,EUR,0.92,\n2019-01,USD,EUR,0.93,\n", ["line 3", "twice"]),
        ("2019-01,USD,XXQ,0.92,\n", ["to", "XXQ"]),
    ] {
        office.write("bad.csv", format!("period,from,to,rate,source\n{row}"));
        office.refused(&["rates", "import", "bad.csv"], &words);
    }
}

#[test]
fn every_customer_may_have_documents_in_one_currency_without_minor_units() {
    let office = january();
    office.write("yen.toml", "[document_currencies]\n\"Department of Light\" = \"USD\"\n\"*\" = \"JPY\"\n");
    office.ok(&["policy", "adopt", "yen.toml"]);
    rates(&office, "2019-01,USD,JPY,109.255,\n");
    assert_fields(
        &document(&office, "Second Street Bakery"),
        &[("document_currency", "JPY"), ("document_due", "10926"), ("due", "100.00")],
    );
    assert_fields(&document(&office, "Department of Light"), &[("document_currency", "null")]);
}
