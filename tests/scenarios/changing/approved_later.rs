//! Acts by hand that are proposed before a month is closed and approved after (rule book D8, D7, B.2): each
//! is decided when it is approved. It is on the statement of the month that is open then, on no other, and
//! that statement begins where the closed one ended.
//!
//! January: the owner has a credit of 1,000.00 and uses 100.00 of it, so that 900.00 are left. February: it
//! uses 250.40.

use super::{assert_sound, memo_of};
use crate::support::*;

const ALL: &str =
    r#"{"four_eyes":["issue","adjust","write-off","refund","reassign","expire","reinstate","reopen","void","import"]}"#;
const SIX_FEBRUARY: &str = "2019-02-06T09:00:00Z";
const ANNA: [&str; 4] = ["--by", "anna", "--reason", "agreed by phone"];

/// 20 January: accounts and credit are there, and every act needs two.
fn before_the_close() -> Office {
    let mut office = Story::imported();
    office.at("2019-01-20T09:00:00Z");
    office.write("policy.json", ALL);
    office.ok(&["policy", "adopt", "policy.json", "--from", "2019-01"]);
    office
}

#[track_caller]
fn propose(office: &Office, act: &[&str]) -> String {
    office.ok(&[act, &ANNA].concat()).says(&["approve"]);
    only(&office.json(&["approvals"]))["proposal"].as_str().unwrap().to_owned()
}

/// January is billed and closed, the proposal is approved the day after, February is billed and closed.
#[track_caller]
fn close_then_approve(office: &mut Office, proposal: &str, left_in_january: &str) {
    office.at(FIVE_FEBRUARY);
    office.ingest("january.csv", Story::january().cur2());
    office.bill_and_close("2019-01");
    office.at(SIX_FEBRUARY);
    assert_eq!(office.json(&["approve", proposal, "--by", "bert"]), serde_json::json!([]));
    office.at(FIVE_MARCH);
    office.ingest("february.csv", Story::later("2019-02", "250.40").cur2());
    office.bill_and_close("2019-02");
    assert_fields(
        &office.statement(OWNER, "2019-01"),
        &[("corrections", "0.00"), ("balance_of_funds", left_in_january)],
    );
    assert_fields(&office.statement(OWNER, "2019-02"), &[("prior_balance", left_in_january), ("applied", "250.40")]);
    assert_sound(office, &["2019-01", "2019-02"]);
}

/// An act upon the owner's memo, and what February's statement then says.
#[track_caller]
fn approved_later(verb: &str, more: &[&str], february: &[(&str, &str)]) -> Office {
    let mut office = before_the_close();
    let memo = memo_of(&office, OWNER);
    let proposal = propose(&office, &[&["memos", verb, &memo], more].concat());
    close_then_approve(&mut office, &proposal, "900.00");
    assert_fields(&office.statement(OWNER, "2019-02"), february);
    office
}

#[test]
fn write_off() {
    approved_later("write-off", &["--amount", "100.00"], &[("corrections", "-100.00"), ("balance_of_funds", "549.60")]);
}

#[test]
fn adjust_down() {
    approved_later("adjust", &["--amount", "-25.00"], &[("corrections", "-25.00"), ("balance_of_funds", "624.60")]);
}

#[test]
fn adjust_up() {
    let added = [("issued", "25.00"), ("corrections", "0.00"), ("balance_of_funds", "674.60")];
    let office = approved_later("adjust", &["--amount", "25.00"], &added);
    let rows = office.json(&["memos", "list", "--account", OWNER]);
    assert_fields(&row_where(&rows, "face_amount", "25.00"), &[("start_date", "2019-02-06")]);
}

#[test]
fn refund() {
    approved_later("refund", &["--amount", "100.00"], &[("corrections", "-100.00"), ("balance_of_funds", "549.60")]);
}

#[test]
fn expire() {
    let gone = [("corrections", "0.00"), ("expired", "100.00"), ("balance_of_funds", "549.60")];
    approved_later("expire", &["--amount", "100.00"], &gone);
}

#[test]
fn a_day_that_was_named_is_kept_and_the_statement_is_still_the_open_one() {
    let act = ["--amount", "100.00", "--date", "2019-01-15"];
    let office = approved_later("write-off", &act, &[("corrections", "-100.00"), ("balance_of_funds", "549.60")]);
    let log = std::fs::read_to_string(office.segment("MEMOS")).unwrap();
    assert!(log.contains(r#""effective":"2019-01-15","posting":"2019-02""#), "{log}");
}

#[test]
fn reassign_to_another_po() {
    let stays = [("corrections", "0.00"), ("balance_of_funds", "649.60")];
    let office = approved_later("reassign", &["--po", "PO-B"], &stays);
    assert_fields(&office.balance(OWNER), &[("po_number", "PO-B"), ("open_balance", "649.60")]);
    let log = std::fs::read_to_string(office.segment("MEMOS")).unwrap();
    assert!(log.contains(r#""effective":"2019-02-06","posting":"2019-02""#), "{log}");
}

#[test]
fn reassign_to_another_account() {
    let left = [("corrections", "-100.00"), ("balance_of_funds", "549.60")];
    let act = ["--to-account", A3, "--consent", "--amount", "100.00"];
    let office = approved_later("reassign", &act, &left);
    assert_fields(&office.statement(A3, "2019-01"), &[("issued", "0.00"), ("balance_of_funds", "0.00")]);
    let came = [("prior_balance", "0.00"), ("issued", "100.00"), ("applied", "100.00"), ("balance_of_funds", "0.00")];
    assert_fields(&office.statement(A3, "2019-02"), &came);
}

#[test]
fn reassign_to_another_payer() {
    const OTHER: &str = "999900002222";
    const THERE: &str = "000000000009";
    let mut office = before_the_close();
    office.accounts_of(OTHER, &[(THERE, "Department of Light", "PO-A")]);
    let memo = memo_of(&office, OWNER);
    let act = ["memos", "reassign", &memo, "--to-payer", OTHER, "--to-account", THERE, "--amount", "100.00"];
    let proposal = propose(&office, &act);
    office.at(FIVE_FEBRUARY);
    office.ingest("january.csv", Story::january().cur2());
    office.ok(&["bill", "2019-01", "--payer", PAYER]);
    office.ok(&["close", "2019-01", "--payer", PAYER]);
    office.at(SIX_FEBRUARY);
    office.ok(&["approve", &proposal, "--by", "bert"]);
    office.at(FIVE_MARCH);
    office.ingest("february.csv", Story::later("2019-02", "250.40").cur2());
    office.ok(&["bill", "2019-02", "--payer", PAYER]);
    let left = [("prior_balance", "900.00"), ("corrections", "-100.00"), ("balance_of_funds", "549.60")];
    assert_fields(&office.statement(OWNER, "2019-02"), &left);
    assert_fields(&office.balance(THERE), &[("payer_account_id", OTHER), ("open_balance", "100.00")]);
    office.ok(&["audit"]);
}

#[test]
fn reinstate() {
    let mut office = Story::imported();
    office.at("2019-01-20T09:00:00Z");
    let memo = memo_of(&office, OWNER);
    office.ok(&[&["memos", "expire", &memo, "--amount", "100.00"][..], &ANNA].concat());
    office.write("policy.json", r#"{"four_eyes":["reinstate"]}"#);
    office.ok(&["policy", "adopt", "policy.json", "--from", "2019-01"]);
    let proposal = propose(&office, &["memos", "reinstate", &memo]);
    // 1,000.00 less 100.00 expired less 100.00 used.
    close_then_approve(&mut office, &proposal, "800.00");
    let back = [("corrections", "100.00"), ("balance_of_funds", "649.60")];
    assert_fields(&office.statement(OWNER, "2019-02"), &back);
}

#[test]
fn issue() {
    let mut office = before_the_close();
    let proposal = propose(&office, &["memos", "issue", "--account", A3, "--face", "50.00"]);
    close_then_approve(&mut office, &proposal, "900.00");
    assert_fields(&office.statement(A3, "2019-01"), &[("issued", "0.00"), ("balance_of_funds", "0.00")]);
    let came = [("prior_balance", "0.00"), ("issued", "50.00"), ("applied", "50.00"), ("due", "2350.00")];
    assert_fields(&office.statement(A3, "2019-02"), &came);
}

#[test]
fn a_cut_over_file_is_one_proposal_for_all_its_accounts() {
    let mut office = before_the_close();
    let row = |account: &str, number: &str| {
        format!("{PAYER},{account},,{number},USD,500.00,120.00,300.00,2018-06-01,2019-12-31,2018-12-31,ledger p. 7\n")
    };
    let header = "payer_account_id,member_account_id,credit_id,memo_number,currency,face_amount,applied_amount,\
                  funded_amount,start_date,end_date,as_of,evidence\n";
    office.write("memos.csv", format!("{header}{}{}", row(A2, "OLD-1"), row(A3, "OLD-2")));
    let import = [&["memos", "import", "memos.csv"][..], &ANNA].concat();
    office.ok(&import).says(&["0 taken over", "approve"]);
    let waiting = office.json(&["approvals"]);
    let proposal = waiting[0]["proposal"].as_str().unwrap().to_owned();
    assert_eq!(waiting.as_array().unwrap().len(), 2, "{waiting:#}");
    assert_eq!(waiting[1]["proposal"], proposal.as_str());
    let log = office.log_files();
    office.ok(&import).says(&[&proposal]);
    assert_eq!(office.log_files(), log, "the same file is proposed once");
    office.refused(&["approve", &proposal, "--by", "Anna"], &["same person"]);

    close_then_approve(&mut office, &proposal, "900.00");
    for account in [A2, A3] {
        assert_fields(&office.statement(account, "2019-01"), &[("issued", "0.00"), ("balance_of_funds", "0.00")]);
        let came = [("prior_balance", "0.00"), ("issued", "380.00"), ("applied", "380.00")];
        assert_fields(&office.statement(account, "2019-02"), &came);
    }
}

#[test]
fn void() {
    let mut office = before_the_close();
    office.at(FIVE_FEBRUARY);
    office.ingest("january.csv", Story::january().cur2());
    office.ok(&["bill", "2019-01"]);
    let rows = office.json(&["documents", "list"]);
    let number = row_where(&rows, "customer", "Department of Light")["document_number"].as_str().unwrap().to_owned();
    let proposal = propose(&office, &["documents", "void", &number]);
    office.ok(&["close", "2019-01"]);
    office.at(SIX_FEBRUARY);
    office.ok(&["approve", &proposal, "--by", "bert"]);
    office.at(FIVE_MARCH);
    office.ingest("february.csv", Story::later("2019-02", "250.40").cur2());
    office.bill_and_close("2019-02");
    // The 100.00 that the memo paid in January are back.
    let february = [("prior_balance", "900.00"), ("corrections", "100.00"), ("balance_of_funds", "749.60")];
    assert_fields(&office.statement(OWNER, "2019-02"), &february);
    office.ok(&["audit"]);
    office.ok(&["replay", "--verify"]);
}

#[test]
fn reopen_says_why_it_can_no_longer_be_done() {
    let mut office = before_the_close();
    office.at(FIVE_FEBRUARY);
    office.ingest("january.csv", Story::january().cur2());
    office.bill_and_close("2019-01");
    let proposal = propose(&office, &["reopen", "2019-01"]);
    office.at(FIVE_MARCH);
    office.ingest("february.csv", Story::later("2019-02", "250.40").cur2());
    office.ok(&["bill", "2019-02"]);
    office.refused(
        &["approve", &proposal, "--by", "bert"],
        &["can no longer be done", "next period is billed", "reject"],
    );
    assert_eq!(office.json(&["reject", &proposal, "--by", "bert"]), serde_json::json!([]));
    office.refused(&["approve", &proposal, "--by", "bert"], &[&proposal]);
    assert_sound(&office, &["2019-01", "2019-02"]);
}

#[test]
fn an_act_that_is_no_longer_possible_says_why() {
    let mut office = before_the_close();
    let memo = memo_of(&office, OWNER);
    let proposal = propose(&office, &["memos", "write-off", &memo, "--amount", "950.00"]);
    office.at(FIVE_FEBRUARY);
    office.ingest("january.csv", Story::january().cur2());
    office.bill_and_close("2019-01");
    office.refused(&["approve", &proposal, "--by", "bert"], &["can no longer be done", "900.00", "950.00"]);
    office.ok(&["reject", &proposal, "--by", "anna"]);
    assert_fields(&office.balance(OWNER), &[("open_balance", "900.00")]);
    assert_sound(&office, &["2019-01"]);
}

#[test]
fn consent_is_asked_for_as_the_accounts_are_when_it_is_approved() {
    let mut office = before_the_close();
    let memo = memo_of(&office, OWNER);
    const FOURTH: &str = "000000000004";
    office.accounts(&[(FOURTH, "Department of Light", "PO-4")]);
    let proposal = propose(&office, &["memos", "reassign", &memo, "--to-account", FOURTH]);
    office.write(
        "moved.csv",
        format!("payer_account_id,member_account_id,customer,po_number,from,to\n{PAYER},{FOURTH},Night Bakery,PO-4,2019-02-01,\n"),
    );
    office.ok(&["accounts", "import", "moved.csv"]);
    office.at(SIX_FEBRUARY);
    office.refused(&["approve", &proposal, "--by", "bert"], &["can no longer be done", "Night Bakery", "consent"]);
    assert_fields(&office.balance(OWNER), &[("open_balance", "1000.00")]);
}
