//! The double-entry journal: what each class of event is to the books, on which day, and that the
//! accounts are the operator's to name.

use crate::support::*;

const WHY: [&str; 4] = ["--by", "anna", "--reason", "agreed"];

/// The trial balance by the first two parts of the accounts.
#[track_caller]
fn trial_balance(hledger: &Hledger, options: &[&str]) -> Vec<(String, String)> {
    let nonzero = |balance: &String| balance.chars().any(|c| c.is_ascii_digit() && c != '0');
    let all = hledger.balances(&[&["--depth", "2"], options].concat());
    all.into_iter().filter(|(_, balance)| nonzero(balance)).collect()
}

#[track_caller]
fn assert_trial_balance(hledger: &Hledger, options: &[&str], expected: &[(&str, &str)]) {
    let expected: Vec<(String, String)> =
        expected.iter().map(|(account, balance)| ((*account).to_owned(), (*balance).to_owned())).collect();
    assert_eq!(trial_balance(hledger, options), expected);
}

#[test]
fn the_trial_balance_of_january() {
    let office = Story::closed();
    let books = Hledger::of(&office, &[]);
    assert_trial_balance(
        &books,
        &[],
        &[
            ("Assets:Accounts receivable", "USD 4900.00"),
            ("Expenses:AWS charges", "USD 5000.00"),
            ("Liabilities:Accounts payable", "USD -4000.00"),
            ("Liabilities:Customer credit memos", "USD -900.00"),
            ("Revenues:AWS services", "USD -5000.00"),
        ],
    );
    journal_agrees(&office);
}

/// W3: after January was closed AWS says that the owner used 130.00.
fn restated() -> Office {
    let mut office = Story::closed();
    office.at(FIVE_MARCH);
    office.ingest("january-2.csv", Story::january_with("130.00").cur2());
    office.ingest("february.csv", Story::later("2019-02", "250.40").cur2());
    office.bill_and_close("2019-02");
    office
}

#[test]
fn a_closed_month_stays_as_it_was_and_its_correction_counts_from_it() {
    let office = restated();
    let books = Hledger::of(&office, &[]);
    let january = [
        ("Assets:Accounts receivable", "USD 4900.00"),
        ("Expenses:AWS charges", "USD 5000.00"),
        ("Liabilities:Accounts payable", "USD -4000.00"),
        ("Liabilities:Customer credit memos", "USD -900.00"),
        ("Revenues:AWS services", "USD -5000.00"),
    ];
    assert_trial_balance(&books, &["--end", "2019-02-01"], &january);
    assert_trial_balance(
        &books,
        &["--end", "2019-02-01", "--date2"],
        &[
            ("Assets:Accounts receivable", "USD 4900.00"),
            ("Expenses:AWS charges", "USD 5030.00"),
            ("Liabilities:Accounts payable", "USD -4030.00"),
            ("Liabilities:Customer credit memos", "USD -870.00"),
            ("Revenues:AWS services", "USD -5030.00"),
        ],
    );
    assert_eq!(office.statement(OWNER, "2019-02")["balance_of_funds"], "619.60");
    let memos = books.balances(&["--end", "2019-03-01", "--depth", "2", "Customer credit memos"]);
    assert_eq!(memos["Liabilities:Customer credit memos"], "USD -619.60", "as the statement of February says");
    journal_agrees(&office);
}

#[test]
fn the_journal_of_a_restated_month() {
    let office = restated();
    let journal = office.ok(&["export", "journal"]).stdout;
    let transactions: Vec<&str> = journal.split("\n\n").filter(|text| text.contains("=2019-01-31 ")).collect();
    insta::assert_snapshot!(transactions.join("\n\n"));
}

#[test]
fn suspense_is_owed_to_nobody_known_until_it_is_cleared() {
    let office = Story::imported();
    let january = Story::january().lines([credit(A3, "-12.34", "Some other promotion")]);
    office.ingest("january.csv", january.cur2());
    office.ok(&["bill", "2019-01"]);
    let books = Hledger::of(&office, &[]);
    let unknown = |books: &Hledger| books.balances(&["--depth", "2", "Unidentified AWS credits"]);
    assert_eq!(unknown(&books)["Liabilities:Unidentified AWS credits"], "USD -12.34");
    let item = only(&office.json(&["credits", "suspense"]));
    office.grants(&[grant("5002", A3, "50.00").described("Some other promotion")]);
    assert_eq!(office.json(&["credits", "suspense"]), serde_json::json!([]), "{item:#}");
    let books = Hledger::of(&office, &[]);
    assert!(unknown(&books).values().all(|balance| balance == "0" || balance == "USD 0.00"), "{:?}", unknown(&books));
    let receivable = books.balances(&["receivable from AWS:.*:5002"]);
    assert_eq!(receivable.values().next().unwrap(), "USD 37.66", "50.00 less what AWS has applied");
    journal_agrees(&office);
}

#[test]
fn each_act_by_hand_is_posted_where_the_accountant_looks_for_it() {
    let office = Story::closed();
    let memo = office.balance(OWNER)["memo_number"].as_str().unwrap().to_owned();
    let act = |verb: &[&str]| office.ok(&[&["memos"], verb, &WHY].concat());
    act(&["issue", "--account", A3, "--face", "50.00", "--start", "2019-02-01", "--description", "goodwill"]);
    act(&["write-off", &memo, "--amount", "100.00"]);
    act(&["refund", &memo, "--amount", "40.00"]);
    act(&["expire", &memo, "--amount", "30.00"]);
    act(&["reinstate", &memo, "--amount", "10.00"]);
    act(&["reassign", &memo, "--to-account", A2, "--consent", "--amount", "200.00"]);
    act(&["reassign", &memo, "--po", "PO-9"]);
    let books = Hledger::of(&office, &[]);
    assert_trial_balance(
        &books,
        &[],
        &[
            ("Assets:Accounts receivable", "USD 4900.00"),
            ("Expenses:AWS charges", "USD 5000.00"),
            ("Expenses:Credit memos without AWS credit", "USD 50.00"),
            ("Liabilities:Accounts payable", "USD -4040.00"),
            ("Liabilities:Customer credit memos", "USD -790.00"),
            ("Revenues:AWS services", "USD -5000.00"),
            ("Revenues:Credit memos written off", "USD -100.00"),
            ("Revenues:Expired credit memos", "USD -20.00"),
        ],
    );
    let journal = office.ok(&["export", "journal"]).stdout;
    assert!(journal.contains(&format!("Memo reassigned | {memo} from PO PO-A to PO-9")), "{journal}");
    journal_agrees(&office);
}

#[test]
fn the_accounts_are_the_operators() {
    let office = Story::closed();
    office.write(
        "accounts.toml",
        "[customer_charged]\ndebit = \"1200 Trade debtors:{customer}\"\ncredit = \"4000 Agency fees:{service}\"\n\
         [memo_applied]\ndebit = \"2100 Memos:{memo}\"\ncredit = \"1200 Trade debtors\"\n",
    );
    let journal = office.ok(&["export", "journal", "--templates", "accounts.toml"]).stdout;
    assert!(journal.contains("1200 Trade debtors:Second Street Bakery  USD 2500.00 = USD 2500.00"), "{journal}");
    assert!(journal.contains("4000 Agency fees:AmazonEC2"), "{journal}");
    assert!(journal.contains("Liabilities:Accounts payable:AWS:"), "the others are the defaults: {journal}");
    Hledger::of(&office, &["--templates", "accounts.toml"]);
    let shown = office.ok(&["export", "journal", "--templates", "accounts.toml", "--show-templates"]).json();
    assert_eq!(shown["memo_applied"]["debit"], "2100 Memos:{memo}");
    for (text, words) in [
        ("[memo_aplied]\ndebit = \"A\"\ncredit = \"B\"\n", "memo_aplied"),
        ("[memo_applied]\ndebit = \"A:{who}\"\ncredit = \"B\"\n", "{who}"),
        ("[memo_applied]\ndebit = \"A::B\"\ncredit = \"B\"\n", "A::B"),
        ("[memo_applied]\ndebit = \"A\"\n", "credit"),
        ("not toml", "TOML"),
    ] {
        office.write("wrong.toml", text);
        office.refused(&["export", "journal", "--templates", "wrong.toml"], &["wrong.toml", words]);
    }
}

#[test]
fn a_line_that_is_changed_on_its_way_is_found() {
    let office = Story::closed();
    let journal = office.ok(&["export", "journal"]).stdout;
    Hledger::of(&office, &[]);
    let changed = journal.replace("USD 2500.00 = ", "USD 2500.01 = ");
    assert_ne!(changed, journal);
    let path = office.write("changed.journal", changed);
    assert!(!Hledger::accepts(&path));
}
