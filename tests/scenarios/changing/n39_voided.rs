//! N39: an issued document is voided. Its memos get back what they paid of it, its number stays, and
//! what the document said can still be read.

use super::{adopt, assert_sound, facts};
use crate::support::*;

const BY_ANNA: [&str; 4] = ["--by", "anna", "--reason", "wrong customer"];

fn document_of(office: &Office, account: &str, period: &str) -> String {
    office.statement(account, period)["document_number"].as_str().unwrap().to_owned()
}

fn void(office: &Office, number: &str) -> serde_json::Value {
    only(&office.json(&[&["documents", "void", number][..], &BY_ANNA].concat()))
}

/// The numbers of a month's documents end as these.
#[track_caller]
fn assert_numbers(office: &Office, period: &str, endings: &[&str]) {
    let rows = office.json(&["documents", "list", "--period", period]);
    let numbers: Vec<&str> =
        rows.as_array().unwrap().iter().map(|row| row["document_number"].as_str().unwrap()).collect();
    let found: Vec<&str> = numbers.iter().map(|number| number.rsplit_once('-').unwrap().1).collect();
    assert_eq!(found, endings, "{rows:#}");
}

#[test]
fn n39_in_an_open_month_the_memo_is_whole_again_and_the_next_run_issues_another_number() {
    let office = Story::billed();
    let first = document_of(&office, OWNER, "2019-01");
    let said = office.statement(OWNER, "2019-01");
    let row = void(&office, &first);
    assert_fields(&row, &[("document_number", &first), ("status", "void"), ("voided_in", "2019-01")]);
    assert_fields(&office.balance(OWNER), &[("applied_amount", "0.00"), ("open_balance", "1000.00")]);
    let blocked = office.run(&["close", "2019-01", "--output", "json"]).exits(5);
    assert_fields(&only(&blocked.json())["blockers"][0], &[("blocker", "not-billed")]);

    office.bill_and_close("2019-01");
    let second = document_of(&office, OWNER, "2019-01");
    assert_ne!(first, second);
    assert_numbers(&office, "2019-01", &["00001", "00002", "00003", "00004"]);
    let kept = only(&office.json(&["documents", "show", &first]));
    assert_fields(&kept, &[("status", "void"), ("applied", "100.00")]);
    assert_eq!(kept["statements"], serde_json::json!([said]));
    let anew = only(&office.json(&["documents", "show", &second]));
    assert_fields(&anew, &[("status", "issued"), ("kind", "invoice"), ("supersedes", "null"), ("applied", "100.00")]);
    assert_fields(&office.statement(OWNER, "2019-01"), &[("applied", "100.00"), ("balance_of_funds", "900.00")]);
    assert_sound(&office, &["2019-01"]);
}

#[test]
fn n39_after_the_close_the_open_month_credits_it() {
    let mut office = Story::closed();
    let number = document_of(&office, OWNER, "2019-01");
    let said = office.statement(OWNER, "2019-01");
    assert_fields(&void(&office, &number), &[("status", "void"), ("voided_in", "2019-02")]);
    assert_fields(&office.balance(OWNER), &[("applied_amount", "0.00"), ("open_balance", "1000.00")]);
    assert_eq!(facts(&office, "MEMOS", "memo_unapplied"), 1);
    office.refused(&[&["reopen", "2019-01"][..], &BY_ANNA].concat(), &[&number, "2019-02"]);

    office.ingest("february.csv", Story::later("2019-02", "250.40").cur2());
    office.bill_and_close("2019-02");
    let february = office.statement(OWNER, "2019-02");
    assert_fields(
        &february,
        &[
            ("prior_balance", "900.00"),
            ("corrections", "100.00"),
            ("applied", "250.40"),
            ("balance_of_funds", "749.60"),
            ("due", "0.00"),
        ],
    );
    assert_fields(
        &february["earlier_periods"][0],
        &[("period", "2019-01"), ("corrects", &number), ("gross", "-100.00"), ("applied", "-100.00"), ("due", "0.00")],
    );
    let mut now = office.statement(OWNER, "2019-01");
    assert_eq!(now["document_status"], "void", "{now}");
    for status in ["document_status", "voided_in", "superseded_by"] {
        now.as_object_mut().unwrap().remove(status);
    }
    assert_eq!(now, said, "an issued statement changed");
    assert_fields(&office.reconcile("2019-01"), &[("voided", "100"), ("memo_applied", "0.00"), ("residual", "0")]);

    office.at(FIVE_APRIL);
    office.ingest("march.csv", Story::later("2019-03", "10.00").cur2());
    office.bill_and_close("2019-03");
    assert_fields(&office.statement(OWNER, "2019-03"), &[("corrections", "0.00"), ("balance_of_funds", "739.60")]);
    assert_sound(&office, &["2019-01", "2019-02", "2019-03"]);
}

#[test]
fn a_document_without_a_memo_is_credited_in_money() {
    let office = Story::closed();
    void(&office, &document_of(&office, A2, "2019-01"));
    office.ingest("february.csv", Story::later("2019-02", "250.40").cur2());
    office.bill_and_close("2019-02");
    assert_fields(&office.statement(A2, "2019-02"), &[("gross", "2500.00"), ("due", "0.00")]);
    assert_fields(&office.statement(OWNER, "2019-02"), &[("corrections", "0.00"), ("balance_of_funds", "649.60")]);
    assert_sound(&office, &["2019-01", "2019-02"]);
}

#[test]
fn past_the_end_what_comes_back_lapses_at_once_or_has_days_of_grace() {
    for (policies, open, expired) in [
        (r#"{"memo_expiry":"upstream"}"#, "0.00", "1000.00"),
        (r#"{"memo_expiry":"upstream","reinstated_after_expiry":{"grace-days":30}}"#, "100.00", "900.00"),
        // What AWS took off the bill is the customer's, by default.
        (r#"{}"#, "1000.00", "0.00"),
    ] {
        let office = Office::new();
        office.accounts(&[(OWNER, "Department of Light", "PO-A"), (A2, "Bakery", "PO-2"), (A3, "Pictures", "PO-3")]);
        adopt(&office, policies);
        office.grants(&[grant("5001", OWNER, "1000.00").runs("2019-01-01", "2019-01-31")]);
        office.ingest("january.csv", Story::january().cur2());
        office.bill_and_close("2019-01");
        void(&office, &document_of(&office, OWNER, "2019-01"));
        assert_fields(&office.balance(OWNER), &[("open_balance", open), ("expired_amount", expired)]);
        assert_eq!(facts(&office, "MEMOS", "memo_unapplied"), 1, "{policies}");
        office.ingest("february.csv", Story::later("2019-02", "20.00").cur2());
        office.bill_and_close("2019-02");
        assert_sound(&office, &["2019-01", "2019-02"]);
    }
}

#[test]
fn what_cannot_be_voided_is_refused() {
    let office = Story::billed();
    let first = document_of(&office, OWNER, "2019-01");
    office.run(&["documents", "void", &first]).exits(2).says(&["--reason"]);
    office.refused(&[&["documents", "void", "INV-1-2019-01-00009"][..], &BY_ANNA].concat(), &["documents list"]);
    office.ingest("second.csv", Story::january_with("130.00").cur2());
    office.ok(&["bill", "2019-01"]);
    let second = document_of(&office, OWNER, "2019-01");
    office.refused(&[&["documents", "void", &first][..], &BY_ANNA].concat(), &[&first, &second]);
}

#[test]
fn voiding_twice_is_harmless_and_a_dry_run_records_nothing() {
    let office = Story::closed();
    let number = document_of(&office, OWNER, "2019-01");
    let before = office.log_files();
    office.ok(&[&["documents", "void", &number, "--dry-run"][..], &BY_ANNA].concat());
    assert_eq!(office.log_files(), before);
    void(&office, &number);
    let after = office.log_files();
    void(&office, &number);
    assert_eq!(office.log_files(), after);
}

#[test]
fn four_eyes() {
    let office = Story::closed();
    adopt(&office, r#"{"four_eyes":["void"]}"#);
    let number = document_of(&office, OWNER, "2019-01");
    assert_fields(&void(&office, &number), &[("status", "issued")]);
    assert_fields(&office.balance(OWNER), &[("open_balance", "900.00")]);
    let proposal = only(&office.json(&["approvals"]))["proposal"].as_str().unwrap().to_owned();
    office.refused(&["approve", &proposal, "--by", "anna"], &["anna"]);
    office.ok(&["approve", &proposal, "--by", "bert"]);
    assert_fields(&office.balance(OWNER), &[("open_balance", "1000.00")]);
    assert_fields(&only(&office.json(&["documents", "show", &number])), &[("status", "void")]);
    assert_sound(&office, &[]);
}
