//! Months that change: bills restated, late or refunded, accounts that come and go, credits that
//! AWS revises, gives away, splits or cancels, and what people do by hand. Each ends with the books
//! checked.

mod approved_later;
mod cut_off_moves;
mod document_series;
mod four_eyes;
mod hand_moves;
mod hand_verbs;
mod law_of_a_credit;
mod law_of_ownership;
mod n04_past_the_end;
mod n05_revised;
mod n07_taken_back;
mod n08_cancelled;
mod n09_refunds;
mod n12_descriptions;
mod n13_over_application;
mod n14_exceptions;
mod n20_reopened;
mod n21_two_payers;
mod n25_transferred;
mod n39_voided;
mod taken_over;
mod w03_restatement;
mod w07_out_of_order;
mod w08_join_and_leave;
mod w12_po_change;
mod w13_split;

use crate::support::*;

/// The credit's line on an account that does not own it.
const SUFFIXED: &str = "AWS Promotional Credit, credit from account: 000000001234";

/// The books hold: every invariant, the balances rebuilt from the log, each month billed, and every
/// memo and statement explained from what was recorded.
#[track_caller]
fn assert_sound(office: &Office, periods: &[&str]) {
    office.ok(&["audit"]);
    office.ok(&["replay", "--verify"]);
    let memos = office.json(&["memos", "list"]);
    for memo in memos.as_array().unwrap() {
        let explained = office.json(&["explain", "--memo", memo["memo_number"].as_str().unwrap()]);
        assert!(assert_adds_up(&explained) > 0);
        assert_eq!(explained["open_balance"]["amount"], memo["open_balance"]);
    }
    for period in periods {
        assert_fields(&office.reconcile(period), &[("residual", "0")]);
        for account in [OWNER, A2] {
            let arguments = ["explain", "--account", account, "--period", period, "--output", "json"];
            let outcome = office.run(&arguments);
            // An account without a statement has none to explain; a check that differs is exit code 5.
            if outcome.code != 1 {
                assert!(assert_adds_up(&outcome.exits(0).json()) > 0);
            }
        }
    }
    journal_agrees(office);
}

/// The number of an account's only memo.
#[track_caller]
fn memo_of(office: &Office, account: &str) -> String {
    office.balance(account)["memo_number"].as_str().unwrap().to_owned()
}

/// January closed with 400.00 of the credit taken by AWS, 100.00 of them used by the owner.
fn partly_funded() -> Office {
    let office = Story::imported();
    let january = bill("2019-01").lines([
        usage(OWNER, "AmazonEC2", "100.00"),
        usage(A2, "AmazonEC2", "2500.00"),
        usage(A3, "AmazonEC2", "2400.00"),
        credit(OWNER, "-100.00", SUFFIXED),
        credit(A2, "-300.00", SUFFIXED),
    ]);
    office.ingest("january.csv", january.cur2());
    office.bill_and_close("2019-01");
    office
}

/// January closed with 350.00 of the credit drawn, of which AWS had applied 200.00.
fn drawn_ahead() -> Office {
    let office = Story::imported();
    let january = Story::later("2019-01", "350.00").lines([credit(A2, "-200.00", SUFFIXED)]);
    office.ingest("january.csv", january.cur2());
    office.bill_and_close("2019-01");
    office
}

/// What the journal says that AWS has still to apply of a credit.
#[track_caller]
fn receivable(office: &Office, id: &str) -> String {
    let account = format!("receivable from AWS:{PAYER}:{id}$");
    let balances = Hledger::of(office, &[]).balances(&[&account]);
    balances.into_values().next().unwrap_or_default().replace("USD ", "")
}

/// The shortfall of a credit on the exception report; none where there is none.
#[track_caller]
fn shortfall(office: &Office) -> Option<String> {
    let rows = office.json(&["credits", "exceptions"]);
    let mut of_kind = rows.as_array().unwrap().iter().filter(|row| row["exception"] == "upstream-shortfall");
    let found = of_kind.next().map(|row| row["amount"].as_str().unwrap().to_owned());
    assert!(of_kind.next().is_none(), "{rows:#}");
    found
}

/// How often a fact of this type stands in a stream of the log.
fn facts(office: &Office, stream: &str, fact_type: &str) -> usize {
    let log = std::fs::read_to_string(office.segment(stream)).unwrap();
    log.matches(&format!("{fact_type}.v")).count()
}

/// Adopts policies.
#[track_caller]
fn adopt(office: &Office, policies: &str) {
    office.write("policies.json", policies);
    office.ok(&["policy", "adopt", "policies.json"]);
}
