//! W3: AWS delivers a closed January again. Its documents stay; February's statement corrects it.

use super::assert_sound;
use crate::support::*;

const JANUARY: [&str; 5] = ["statement", "--account", OWNER, "--period", "2019-01"];

/// January closed, delivered again in March with another amount, and February billed.
fn restated(used: &str) -> Office {
    let mut office = Story::closed();
    office.at(FIVE_MARCH);
    office.ingest("january-again.csv", Story::january_with(used).cur2());
    office.ingest("february.csv", Story::later("2019-02", "250.40").cur2());
    office.bill_and_close("2019-02");
    office
}

fn january_document() -> String {
    Story::closed().statement(OWNER, "2019-01")["document_number"].as_str().unwrap().to_owned()
}

#[test]
fn n01_up_is_drawn_on_the_february_statement() {
    let office = restated("130.00");
    let statement = office.statement(OWNER, "2019-02");
    assert_fields(
        &statement,
        &[
            ("prior_balance", "900.00"),
            ("issued", "0.00"),
            ("corrections", "-30.00"),
            ("utilisation", "250.40"),
            ("applied", "250.40"),
            ("balance_of_funds", "619.60"),
            ("due", "0.00"),
        ],
    );
    assert_fields(
        &only(&statement["earlier_periods"]),
        &[
            ("period", "2019-01"),
            ("corrects", &january_document()),
            ("gross", "30.00"),
            ("applied", "30.00"),
            ("due", "0.00"),
        ],
    );
    assert_fields(&office.balance(OWNER), &[("applied_amount", "380.40"), ("open_balance", "619.60")]);
    assert_sound(&office, &["2019-01", "2019-02"]);
}

#[test]
fn n02_down_comes_back_to_the_memo() {
    let office = restated("80.00");
    let statement = office.statement(OWNER, "2019-02");
    assert_fields(
        &statement,
        &[
            ("prior_balance", "900.00"),
            ("corrections", "20.00"),
            ("applied", "250.40"),
            ("balance_of_funds", "669.60"),
            ("due", "0.00"),
        ],
    );
    assert_fields(
        &only(&statement["earlier_periods"]),
        &[
            ("period", "2019-01"),
            ("corrects", &january_document()),
            ("gross", "-20.00"),
            ("applied", "-20.00"),
            ("due", "0.00"),
        ],
    );
    assert_sound(&office, &["2019-01", "2019-02"]);
}

#[test]
fn januarys_statement_and_documents_stay_as_they_were() {
    let mut office = Story::closed();
    let shown = |office: &Office, arguments: &[&str]| office.ok(&[arguments, &["--output", "json"]].concat()).stdout;
    let statement = shown(&office, &JANUARY);
    let documents = shown(&office, &["bill", "2019-01"]);
    let text = office.ok(&JANUARY).stdout;
    let log = std::fs::read(office.segment("BILLING")).unwrap();
    office.at(FIVE_MARCH);
    office.ingest("january-again.csv", Story::january_with("130.00").cur2());
    office.ingest("february.csv", Story::later("2019-02", "250.40").cur2());
    office.bill_and_close("2019-02");
    assert_eq!(shown(&office, &JANUARY), statement);
    assert_eq!(shown(&office, &["bill", "2019-01"]), documents);
    assert_eq!(office.ok(&JANUARY).stdout, text);
    assert!(std::fs::read(office.segment("BILLING")).unwrap().starts_with(&log), "what was recorded was rewritten");
}

#[test]
fn as_of_january_depends_on_what_was_recorded() {
    let office = restated("130.00");
    for (effective, recorded, balance) in [
        ("2019-01-31", "2019-02-05", "900.00"),
        ("2019-01-31", "2019-03-04", "900.00"),
        ("2019-01-31", "2019-03-05", "870.00"),
        ("2019-02-28", "2019-03-05", "619.60"),
    ] {
        let row =
            only(&office.json(&["balance", "--account", OWNER, "--effective", effective, "--recorded", recorded]));
        assert_fields(&row, &[("open_balance", balance)]);
    }
}

#[test]
fn more_than_the_memo_has_is_due() {
    let mut office = Story::closed();
    office.at(FIVE_MARCH);
    office.ingest("january-again.csv", Story::january_with("1100.00").cur2());
    office.ingest("february.csv", Story::later("2019-02", "250.40").cur2());
    office.bill_and_close("2019-02");
    assert_fields(
        &office.statement(OWNER, "2019-02"),
        &[
            ("prior_balance", "900.00"),
            ("corrections", "-900.00"),
            ("applied", "0.00"),
            ("balance_of_funds", "0.00"),
            ("due", "350.40"),
        ],
    );
    assert_sound(&office, &["2019-01", "2019-02"]);
}

#[test]
fn up_and_down_again_leaves_only_what_stands() {
    let mut office = restated("130.00");
    office.at(FIVE_APRIL);
    office.ingest("january-third.csv", Story::january_with("80.00").cur2());
    office.ingest("march.csv", Story::later("2019-03", "10.00").cur2());
    office.bill_and_close("2019-03");
    assert_fields(
        &office.statement(OWNER, "2019-03"),
        &[
            ("prior_balance", "619.60"),
            ("corrections", "50.00"),
            ("applied", "10.00"),
            ("balance_of_funds", "659.60"),
            ("due", "0.00"),
        ],
    );
    assert_sound(&office, &["2019-01", "2019-02", "2019-03"]);
}

#[test]
fn the_same_again_is_seen_and_nothing_else() {
    let mut office = Story::closed();
    let memos = FileBytes::of(&office.segment("MEMOS"));
    let log = office.log_files();
    office.at(FIVE_MARCH);
    let row = only(&office.ingest("january.csv", Story::january().cur2()));
    assert_fields(&row, &[("changed_accounts", "0")]);
    assert_eq!(office.log_files(), log);
    // Another file that says the same.
    let row = only(&office.ingest("january-again.csv", Story::january().legacy()));
    assert_fields(&row, &[("changed_accounts", "0")]);
    assert_eq!(FileBytes::of(&office.segment("MEMOS")), memos);
    office.ingest("february.csv", Story::later("2019-02", "250.40").cur2());
    office.bill_and_close("2019-02");
    let statement = office.statement(OWNER, "2019-02");
    assert_fields(&statement, &[("corrections", "0.00"), ("balance_of_funds", "649.60")]);
    assert!(statement.get("earlier_periods").is_none(), "{statement:#}");
    assert_sound(&office, &["2019-01", "2019-02"]);
}
