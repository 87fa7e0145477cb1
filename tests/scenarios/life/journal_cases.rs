//! The journal of the months that are not plain: a PO number that changes, two currencies, documents in another one,
//! tax, a void, two payers. hledger takes each, and its balances are ours.

use serde_json::Value;

use crate::support::*;

const OTHER: &str = "999900002222";
const MEMOS: &str = "customer credit memos";

/// What hledger says of all that matches.
#[track_caller]
fn total(books: &Hledger, query: &[&str]) -> String {
    let rows = books.balances(&[&["--depth", "1"], query].concat());
    match rows.values().collect::<Vec<_>>().as_slice() {
        [] => "0".to_owned(),
        [one] => (*one).clone(),
        several => panic!("one account was expected of {query:?}, and there are {several:?}"),
    }
}

/// What customers owe by the journal is what their documents say is due, in every month until now.
#[track_caller]
fn receivable_is_what_is_due(office: &Office, books: &Hledger, months: &[(&str, &str)]) {
    for (payer, account) in [(PAYER, OWNER), (PAYER, A2), (OTHER, OWNER), (OTHER, A3)] {
        let mut due = Vec::new();
        for (period, end) in months {
            let statement = ["statement", "--account", account, "--period", period, "--payer", payer];
            let outcome = office.run(&[&statement[..], &["--output", "json"]].concat());
            if outcome.code == 0 {
                due.push(outcome.json()["due"].as_str().unwrap().to_owned());
            }
            let posted = total(books, &["--end", end, &format!("accounts receivable:{payer}:{account}")]);
            let posted = posted.rsplit(' ').next().unwrap();
            let due = sum(due.iter().map(String::as_str));
            assert_eq!(Decimal::of(posted), due, "{payer} {account} by {end}");
        }
    }
}

/// W12: PO-A until 9 February, PO-B after; February billed.
fn moved() -> Office {
    let mut office = Office::new();
    let rows = format!(
        "payer_account_id,member_account_id,customer,po_number,from,to\n\
         {PAYER},{OWNER},\"Dept, of; Light\",PO-A,2015-01-01,2019-02-10\n\
         {PAYER},{OWNER},\"Dept, of; Light\",PO-B,2019-02-10,\n\
         {PAYER},{A2},Bakery,PO-2,2015-01-01,\n{PAYER},{A3},Pictures,PO-3,2015-01-01,\n"
    );
    office.write("accounts.csv", rows);
    office.ok(&["accounts", "import", "accounts.csv"]);
    office.grants(&[grant("5001", OWNER, "1000.00"), grant("5002", A2, "10.00").described("Other")]);
    office.ingest("january.csv", Story::january().cur2());
    office.bill_and_close("2019-01");
    office.at(FIVE_MARCH);
    office.ingest("february.csv", Story::later("2019-02", "250.40").cur2());
    office.bill_and_close("2019-02");
    office
}

#[test]
fn w12_the_old_number_closes_at_nothing_and_the_new_one_has_the_rest() {
    let office = moved();
    let books = Hledger::of(&office, &[]);
    for (end, of_a, of_b) in [("2019-02-01", "USD -900.00", "0"), ("2019-03-01", "0", "USD -649.60")] {
        assert_eq!(total(&books, &["--end", end, MEMOS, "tag:po=^PO-A$"]), of_a, "PO-A by {end}");
        assert_eq!(total(&books, &["--end", end, MEMOS, "tag:po=^PO-B$"]), of_b, "PO-B by {end}");
    }
    // What is charged is under the number of its document, whatever happened to the memo.
    assert_eq!(total(&books, &["accounts receivable", "tag:po=^PO-2$"]), "USD 4990.00");
    assert_eq!(total(&books, &[MEMOS, "tag:customer=^Dept of Light$"]), "USD -649.60");
    // Known on 28 February, the balance stood under the old number.
    let then = Hledger::of(&office, &["--recorded", "2019-02-28"]);
    assert_eq!(total(&then, &[MEMOS, "tag:po=^PO-A$"]), "USD -900.00");
    // Each number's memos are those of the balance rows.
    let rows = office.json(&["balance"]);
    for po in ["PO-A", "PO-B", "PO-2"] {
        let rows: Vec<&Value> = rows.as_array().unwrap().iter().filter(|row| row["po_number"] == po).collect();
        let open = sum(rows.iter().map(|row| row["open_balance"].as_str().unwrap()));
        let posted = total(&books, &[MEMOS, &format!("tag:po=^{po}$")]);
        assert_eq!(Decimal::of(&posted.rsplit(' ').next().unwrap().replace('-', "")), open, "{po}");
    }
    journal_agrees(&office);
}

#[test]
fn w12_a_chart_may_name_the_number_and_the_balance_moves_with_it() {
    let office = moved();
    let memo = "2100 Memos:{po_number}:{memo}";
    let class =
        |class: &str, debit: &str, credit: &str| format!("[{class}]\ndebit = \"{debit}\"\ncredit = \"{credit}\"\n");
    let chart = [
        class("memo_issued", "1300 AWS", memo),
        class("memo_applied", memo, "1200 Debtors:{customer}:{po_number}"),
        class("memo_po_reassigned", memo, memo),
        class("customer_charged", "1200 Debtors:{customer}:{po_number}", "4000 Sales"),
    ];
    office.write("chart.toml", chart.concat());
    let books = Hledger::of(&office, &["--templates", "chart.toml"]);
    let by_number = books.balances(&["--depth", "2", "2100 Memos"]);
    assert_eq!(by_number.get("2100 Memos:PO-A").map_or("0", String::as_str), "0");
    assert_eq!(by_number["2100 Memos:PO-B"], "USD -649.60");
    assert_eq!(books.balances(&["2100 Memos:PO-A", "--end", "2019-02-01"]).values().next().unwrap(), "USD -900.00");
    let debtors = books.balances(&["1200 Debtors:Dept of Light"]);
    assert!(debtors.values().all(|balance| balance == "0" || balance == "USD 0.00"), "{debtors:?}");
}

#[test]
fn two_currencies_are_two_sets_of_books_in_one() {
    let mut office = Story::closed();
    office.accounts_of(OTHER, &[(A3, "Third Man Pictures", "PO-3"), (OWNER, "Department of Light", "PO-A")]);
    office.grants(&[grant("5001", OWNER, "1000.00"), grant("6001", A3, "300.00").payer(OTHER).currency("EUR")]);
    for (time, period, used) in [(FIVE_FEBRUARY, "2019-01", "120.005"), (FIVE_MARCH, "2019-02", "250.00")] {
        office.at(time);
        let lines = [usage(A3, "AmazonEC2", used), credit(A3, "-120.00", "AWS Promotional Credit")];
        let euros = bill(period).with("payer", OTHER).with("currency", "EUR").lines(lines);
        office.ingest(&format!("euros-{period}.csv"), euros.cur2());
        office.ok(&["bill", period, "--payer", OTHER]);
        office.ok(&["close", period, "--payer", OTHER]);
    }
    office.ingest("february.csv", Story::later("2019-02", "250.40").cur2());
    office.ok(&["bill", "2019-02", "--payer", PAYER]);
    let books = Hledger::of(&office, &[]);
    assert_eq!(total(&books, &[&format!("{MEMOS}:{OTHER}")]), "0");
    assert_eq!(total(&books, &["--end", "2019-02-01", &format!("{MEMOS}:{OTHER}")]), "EUR -180.00");
    assert_eq!(total(&books, &[&format!("{MEMOS}:{PAYER}")]), "USD -649.60");
    // The euros that customers owe: 250.00 less what is left of the memo, 180.00.
    assert_eq!(total(&books, &[&format!("accounts receivable:{OTHER}")]), "EUR 70.00");
    assert_eq!(total(&books, &[&format!("receivable from AWS:{OTHER}")]), "EUR 60.00");
    receivable_is_what_is_due(&office, &books, &[("2019-01", "2019-02-01"), ("2019-02", "2019-03-01")]);
    journal_agrees(&office);
}

#[test]
fn w10_a_document_in_euros_is_posted_in_the_memos_dollars() {
    let mut office = Office::new();
    office.accounts(&[(OWNER, "Department of Light", "PO-A")]);
    office.grants(&[grant("5001", OWNER, "300.00")]);
    office.write("policy.toml", "[document_currencies]\n\"Department of Light\" = \"EUR\"\n");
    office.ok(&["policy", "adopt", "policy.toml"]);
    office.write("rates.csv", "period,from,to,rate,source\n2019-01,USD,EUR,0.92,ECB\n2019-02,USD,EUR,0.5,ECB\n");
    office.ok(&["rates", "import", "rates.csv"]);
    office.ingest("january.csv", bill("2019-01").lines([usage(OWNER, "AmazonEC2", "250.404")]).cur2());
    office.bill_and_close("2019-01");
    office.at(FIVE_MARCH);
    office.ingest("february.csv", bill("2019-02").lines([usage(OWNER, "AmazonEC2", "100.00")]).cur2());
    office.bill_and_close("2019-02");
    let journal = office.ok(&["export", "journal"]).stdout;
    assert!(!journal.contains("EUR"), "{journal}");
    let books = Hledger::of(&office, &[]);
    assert_eq!(total(&books, &["accounts receivable"]), "USD 50.40");
    receivable_is_what_is_due(&office, &books, &[("2019-01", "2019-02-01"), ("2019-02", "2019-03-01")]);
    journal_agrees(&office);
}

#[test]
fn n35_tax_is_charged_and_posted_by_every_policy_and_its_correction() {
    for policy in [
        "customer_tax = \"passed-on\"\n",
        "customer_tax = \"none\"\n",
        "[customer_tax]\nrate-before-memo = \"0.19\"\n",
        "[customer_tax]\nrate-after-memo = \"0.19\"\n",
    ] {
        println!("{policy}");
        let mut office = Office::new();
        office.accounts(&[(OWNER, "Department of Light", "PO-A")]);
        office.grants(&[grant("5001", OWNER, "60.00").covering_tax()]);
        office.write("policy.toml", policy);
        office.ok(&["policy", "adopt", "policy.toml"]);
        let january = |used: &str| {
            bill("2019-01").lines([usage(OWNER, "AmazonEC2", used), line(OWNER, "Tax", "AmazonEC2", "6.005", "Tax")])
        };
        office.ingest("january.csv", january("100.005").cur2());
        office.bill_and_close("2019-01");
        office.at(FIVE_MARCH);
        office.ingest("january-2.csv", january("110.005").cur2());
        office.ingest("february.csv", bill("2019-02").lines([usage(OWNER, "AmazonEC2", "3.333")]).cur2());
        office.bill_and_close("2019-02");
        let books = Hledger::of(&office, &[]);
        receivable_is_what_is_due(&office, &books, &[("2019-01", "2019-02-01"), ("2019-02", "2019-03-01")]);
        journal_agrees(&office);
    }
}

#[test]
fn n39_a_void_takes_the_charge_back_and_the_memo_is_whole() {
    let mut office = Story::closed();
    let number = office.statement(OWNER, "2019-01")["document_number"].as_str().unwrap().to_owned();
    let of_bakery = office.statement(A2, "2019-01")["document_number"].as_str().unwrap().to_owned();
    for number in [&number, &of_bakery] {
        office.ok(&["documents", "void", number, "--by", "anna", "--reason", "wrong customer"]);
    }
    let books = Hledger::of(&office, &[]);
    assert_eq!(total(&books, &[MEMOS]), "USD -1000.00");
    journal_agrees(&office);
    office.at(FIVE_MARCH);
    office.ingest("february.csv", Story::later("2019-02", "250.40").cur2());
    office.bill_and_close("2019-02");
    let books = Hledger::of(&office, &[]);
    receivable_is_what_is_due(&office, &books, &[("2019-01", "2019-02-01"), ("2019-02", "2019-03-01")]);
    // Once the next month credits it, nothing of January is owed.
    assert_eq!(total(&books, &["--date2", "--end", "2019-02-01", &format!("accounts receivable:{PAYER}:{A2}")]), "0");
    journal_agrees(&office);
}

#[test]
fn n21_two_payers_of_one_account_are_posted_where_the_charges_are() {
    let mut office = Office::new();
    let accounts = format!(
        "payer_account_id,member_account_id,customer,po_number,from,to\n\
         {PAYER},{OWNER},Department of Light,PO-A,2015-01-01,2019-01-30\n\
         {OTHER},{OWNER},Department of Light,PO-A,2019-01-30,\n\
         {OTHER},{A3},Third Man Pictures,PO-3,2015-01-01,\n"
    );
    office.write("accounts.csv", accounts);
    office.ok(&["accounts", "import", "accounts.csv"]);
    office.grants(&[grant("5001", OWNER, "90.00")]);
    let there = |used: &str| {
        bill("2019-01").with("payer", OTHER).lines([usage(OWNER, "AmazonEC2", used), usage(A3, "AmazonEC2", "700.00")])
    };
    office.ingest("old.csv", bill("2019-01").lines([usage(OWNER, "AmazonEC2", "60.005")]).cur2());
    office.ingest("new.csv", there("40.004").cur2());
    for act in ["bill", "close"] {
        for payer in [PAYER, OTHER] {
            office.ok(&[act, "2019-01", "--payer", payer]);
        }
    }
    let january = [("2019-01", "2019-02-01")];
    let books = Hledger::of(&office, &[]);
    receivable_is_what_is_due(&office, &books, &january);
    journal_agrees(&office);
    office.at(FIVE_MARCH);
    office.ingest("new-2.csv", there("25.004").cur2());
    for payer in [PAYER, OTHER] {
        let lines = [usage(OWNER, "AmazonEC2", "1.00")];
        office.ingest(&format!("february-{payer}.csv"), bill("2019-02").with("payer", payer).lines(lines).cur2());
        office.ok(&["bill", "2019-02", "--payer", payer]);
    }
    let books = Hledger::of(&office, &[]);
    receivable_is_what_is_due(&office, &books, &[january[0], ("2019-02", "2019-03-01")]);
    journal_agrees(&office);
}
