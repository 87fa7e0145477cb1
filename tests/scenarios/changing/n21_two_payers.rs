//! N21: on 30 January the account moves from one payer of ours to another. AWS leaves the credit with
//! the old payer and splits the usage by days: 60.00 there, 40.00 under the new one. The memo, of the
//! old payer, pays both.

use serde_json::Value;

use crate::support::*;

const OTHER: &str = "999900002222";
const WHY: [&str; 4] = ["--by", "anna", "--reason", "the account moved"];

/// The account is the same customer's under both payers, with a credit of this face under the old one.
fn moved(face: &str) -> Office {
    moved_to("Department of Light", face)
}

fn moved_to(customer: &str, face: &str) -> Office {
    let office = Office::new();
    let accounts = format!(
        "payer_account_id,member_account_id,customer,po_number,from,to\n\
         {PAYER},{OWNER},Department of Light,PO-A,2015-01-01,2019-01-30\n\
         {PAYER},{A2},Second Street Bakery,PO-2,2015-01-01,\n\
         {OTHER},{OWNER},{customer},PO-A,2019-01-30,\n\
         {OTHER},{A3},Third Man Pictures,PO-3,2015-01-01,\n"
    );
    office.write("accounts.csv", accounts);
    office.ok(&["accounts", "import", "accounts.csv"]);
    office.grants(&[grant("5001", OWNER, face)]);
    office
}

/// What the account used under the old payer.
fn deliver_old(office: &Office, period: &str, used: &str) {
    let lines = [usage(OWNER, "AmazonEC2", used), usage(A2, "AmazonEC2", "500.00")];
    office.ingest(&format!("old-{period}-{used}.csv"), bill(period).lines(lines).cur2());
}

/// What it used under the new one.
fn deliver_new(office: &Office, period: &str, used: &str) {
    let lines = [usage(OWNER, "AmazonEC2", used), usage(A3, "AmazonEC2", "700.00")];
    office.ingest(&format!("new-{period}-{used}.csv"), bill(period).with("payer", OTHER).lines(lines).cur2());
}

/// A billing run, twice: the second finds everything standing.
#[track_caller]
fn run(office: &Office, payer: &str, period: &str) -> Outcome {
    let outcome = office.ok(&["bill", period, "--payer", payer]);
    let commits = office.commits();
    office.ok(&["bill", period, "--payer", payer]);
    assert_eq!(office.commits(), commits, "a repeated run recorded something");
    outcome
}

#[track_caller]
fn close(office: &Office, payer: &str, period: &str) {
    run(office, payer, period);
    office.ok(&["close", period, "--payer", payer]);
}

#[track_caller]
fn shows(office: &Office, payer: &str, period: &str, fields: &[(&str, &str)]) -> Value {
    let of = ["--account", OWNER, "--period", period, "--payer", payer];
    let statement = office.json(&[&["statement"][..], &of].concat());
    assert_fields(&statement, fields);
    // Each of these statements is explained, whoever's memos paid what.
    let explained = office.json(&[&["explain"][..], &of].concat());
    assert!(assert_adds_up(&explained) > 3);
    assert_fields(&explained, &[("agrees", "true")]);
    assert_eq!(explained["due"]["amount"], statement["due"]);
    assert_eq!(explained["balance_of_funds"]["amount"], statement["balance_of_funds"]);
    assert!(!explained.to_string().contains("not explained"), "{explained:#}");
    // What was applied is what the lines show, with what went to the other payer less what came from it.
    let of_month = |rows: &str| -> Vec<String> {
        let rows = statement[rows].as_array().into_iter().flatten();
        let of_month = rows.filter(|row| row.get("period").is_none_or(|of| *of == period));
        of_month.map(|row| row["applied"].as_str().unwrap().to_owned()).collect()
    };
    let here = [of_month("lines"), of_month("paid_under_other_payers")].concat();
    let memos = [vec![statement["applied"].as_str().unwrap().to_owned()], of_month("paid_by_other_payers")].concat();
    assert_eq!(sum(here.iter().map(String::as_str)), sum(memos.iter().map(String::as_str)), "{statement:#}");
    statement
}

#[track_caller]
fn paid(statement: &Value, rows: &str, payer: &str, applied: &str) {
    assert_fields(&only(&statement[rows]), &[("payer_account_id", payer), ("period", "2019-01"), ("applied", applied)]);
}

#[track_caller]
fn stands(office: &Office, applied: &str, open: &str) {
    assert_fields(&office.balance(OWNER), &[("applied_amount", applied), ("open_balance", open)]);
}

/// Every invariant holds, and each payer's months tie: what is paid counts where the charges are.
#[track_caller]
fn ties(office: &Office, months: &[(&str, &str, &str)]) {
    office.ok(&["audit"]);
    office.ok(&["replay", "--verify"]);
    journal_agrees(office);
    focus_agrees(office);
    for (payer, period, memo_applied) in months {
        let tied = only(&office.json(&["reconcile", period, "--payer", payer]));
        assert_fields(&tied, &[("residual", "0"), ("memo_applied", memo_applied), ("is_billed", "true")]);
    }
}

#[test]
fn n21_the_memo_pays_both_payers_charges() {
    let office = moved("1000.00");
    deliver_old(&office, "2019-01", "60.00");
    deliver_new(&office, "2019-01", "40.00");
    run(&office, PAYER, "2019-01");
    run(&office, OTHER, "2019-01");
    let home = [
        ("issued", "1000.00"),
        ("utilisation", "60.00"),
        ("gross", "60.00"),
        ("applied", "100.00"),
        ("balance_of_funds", "900.00"),
        ("due", "0.00"),
    ];
    let statement = shows(&office, PAYER, "2019-01", &home);
    paid(&statement, "paid_under_other_payers", OTHER, "40.00");
    // The memo's balances stand on its own payer's statement only.
    let other = [("gross", "40.00"), ("applied", "0.00"), ("balance_of_funds", "0.00"), ("due", "0.00")];
    let statement = shows(&office, OTHER, "2019-01", &other);
    paid(&statement, "paid_by_other_payers", PAYER, "40.00");
    assert_eq!(statement["memos"], serde_json::json!([]));
    stands(&office, "100.00", "900.00");
    ties(&office, &[(PAYER, "2019-01", "60.00"), (OTHER, "2019-01", "40.00")]);
    // In the books the customer's side stands where the charges do.
    let journal = office.ok(&["export", "journal"]).stdout;
    let there = format!("Assets:Accounts receivable:{OTHER}:{OWNER}");
    assert!(journal.lines().any(|line| line.contains(&there) && line.contains("-40.00")), "{journal}");
    // Closing changes nothing of it, and the next month of either begins where this one ended.
    close(&office, PAYER, "2019-01");
    close(&office, OTHER, "2019-01");
    deliver_old(&office, "2019-02", "0.00");
    deliver_new(&office, "2019-02", "0.00");
    close(&office, PAYER, "2019-02");
    shows(&office, PAYER, "2019-02", &[("prior_balance", "900.00"), ("balance_of_funds", "900.00"), ("due", "0.00")]);
    ties(&office, &[(PAYER, "2019-01", "60.00"), (OTHER, "2019-01", "40.00")]);
}

#[test]
fn n21_a_document_that_was_out_is_superseded() {
    let office = moved("1000.00");
    deliver_new(&office, "2019-01", "40.00");
    run(&office, OTHER, "2019-01");
    shows(&office, OTHER, "2019-01", &[("due", "40.00")]);
    deliver_old(&office, "2019-01", "60.00");
    run(&office, PAYER, "2019-01").says(&[OTHER, "40.00", "bill that payer again"]);
    let documents = office.json(&["bill", "2019-01", "--payer", OTHER]);
    let of_dlt = documents.as_array().unwrap().iter().find(|row| row["customer"] == "Department of Light").unwrap();
    assert_fields(of_dlt, &[("kind", "superseding"), ("gross", "40.00"), ("applied", "40.00"), ("due", "0.00")]);
    run(&office, OTHER, "2019-01");
    shows(&office, OTHER, "2019-01", &[("due", "0.00")]);
    stands(&office, "100.00", "900.00");
    ties(&office, &[(PAYER, "2019-01", "60.00"), (OTHER, "2019-01", "40.00")]);
}

#[test]
fn n21_what_was_paid_and_is_on_no_statement_yet_is_named_and_blocks_the_close() {
    let office = moved("1000.00");
    deliver_new(&office, "2019-01", "40.00");
    run(&office, OTHER, "2019-01");
    deliver_old(&office, "2019-01", "60.00");
    run(&office, PAYER, "2019-01");
    // The memo stands at 100.00 applied, and the other payer's document still asks for 40.00.
    let outcome = office.run(&["reconcile", "2019-01", "--payer", OTHER, "--output", "json"]).exits(0);
    let outcome = outcome.says(&["bill payer 999900002222 again"]);
    let tied = only(&outcome.json());
    assert_fields(&tied, &[("residual", "0"), ("memo_applied", "0.00")]);
    let open = only(&tied["open_items"]);
    assert_fields(&open, &[("exception", "paid-not-shown"), ("amount", "40"), ("member_account_id", OWNER)]);
    office.run(&["close", "2019-01", "--payer", OTHER]).exits(5).says(&["40 USD more", "run bill again"]);
    let checks = office.json(&["audit"]);
    let waiting = row_where(&checks, "check", "what memos paid is what statements show")["result"].to_string();
    for told in [OTHER, OWNER, "2019-01", "40"] {
        assert!(waiting.contains(told), "{waiting}");
    }
    // The next run shows it, and nothing is left to say.
    close(&office, OTHER, "2019-01");
    let tied = only(&office.json(&["reconcile", "2019-01", "--payer", OTHER]));
    assert_fields(&tied, &[("residual", "0"), ("memo_applied", "40.00")]);
    assert_eq!(tied["open_items"], serde_json::json!([]));
    let checks = office.json(&["audit"]);
    let check = row_where(&checks, "check", "what memos paid is what statements show");
    assert_fields(&check, &[("holds", "true"), ("looked_at", "2")]);
    assert!(check["result"].is_null(), "{check:#}");
}

#[test]
fn n21_a_closed_month_is_corrected() {
    let office = moved("1000.00");
    deliver_new(&office, "2019-01", "40.00");
    close(&office, OTHER, "2019-01");
    deliver_old(&office, "2019-01", "60.00");
    close(&office, PAYER, "2019-01");
    stands(&office, "100.00", "900.00");
    deliver_new(&office, "2019-02", "5.00");
    run(&office, OTHER, "2019-02");
    let statement = shows(&office, OTHER, "2019-02", &[("gross", "5.00"), ("due", "-35.00")]);
    let correction = [("period", "2019-01"), ("gross", "0.00"), ("applied", "40.00"), ("due", "-40.00")];
    assert_fields(&only(&statement["earlier_periods"]), &correction);
    paid(&statement, "paid_by_other_payers", PAYER, "40.00");
    ties(&office, &[(PAYER, "2019-01", "60.00"), (OTHER, "2019-01", "40.00"), (OTHER, "2019-02", "0.00")]);
}

#[test]
fn n21_a_bill_that_comes_after_the_close_is_paid_in_the_open_month() {
    let office = moved("1000.00");
    deliver_old(&office, "2019-01", "60.00");
    close(&office, PAYER, "2019-01");
    stands(&office, "60.00", "940.00");
    deliver_new(&office, "2019-01", "40.00");
    deliver_old(&office, "2019-02", "10.00");
    run(&office, PAYER, "2019-02");
    let fields = [("prior_balance", "940.00"), ("corrections", "-40.00"), ("applied", "10.00"), ("due", "0.00")];
    let statement = shows(&office, PAYER, "2019-02", &fields);
    paid(&statement, "paid_under_other_payers", OTHER, "40.00");
    run(&office, OTHER, "2019-01");
    shows(&office, OTHER, "2019-01", &[("due", "0.00")]);
    stands(&office, "110.00", "890.00");
    ties(&office, &[(PAYER, "2019-01", "60.00"), (OTHER, "2019-01", "40.00"), (PAYER, "2019-02", "10.00")]);
}

#[test]
fn n21_restated_while_both_months_are_open() {
    let office = moved("70.00");
    deliver_old(&office, "2019-01", "60.00");
    deliver_new(&office, "2019-01", "40.00");
    for payer in [PAYER, OTHER] {
        run(&office, payer, "2019-01");
    }
    // Its own payer's charges come first: 10.00 are left for the other's.
    shows(&office, OTHER, "2019-01", &[("due", "30.00")]);
    deliver_old(&office, "2019-01", "65.00");
    run(&office, PAYER, "2019-01").says(&["bill that payer again"]);
    run(&office, OTHER, "2019-01");
    shows(&office, PAYER, "2019-01", &[("applied", "70.00"), ("due", "0.00")]);
    shows(&office, OTHER, "2019-01", &[("due", "35.00")]);
    // Down to what the memo paid and less: the document is right at once, the balance with the next run.
    deliver_new(&office, "2019-01", "3.00");
    run(&office, OTHER, "2019-01").says(&["paid 5.00", "hold 3.00", "bill that payer again"]);
    shows(&office, OTHER, "2019-01", &[("gross", "3.00"), ("due", "0.00")]);
    ties(&office, &[(OTHER, "2019-01", "3.00")]);
    run(&office, PAYER, "2019-01");
    run(&office, OTHER, "2019-01");
    stands(&office, "68.00", "2.00");
    ties(&office, &[(PAYER, "2019-01", "65.00"), (OTHER, "2019-01", "3.00")]);
}

/// Both Januaries closed, and the new payer's delivered again.
fn restated(used: &str) -> Office {
    let mut office = moved("1000.00");
    deliver_old(&office, "2019-01", "60.00");
    deliver_new(&office, "2019-01", "40.00");
    close(&office, PAYER, "2019-01");
    close(&office, OTHER, "2019-01");
    office.at(FIVE_MARCH);
    deliver_new(&office, "2019-01", used);
    deliver_old(&office, "2019-02", "0.00");
    deliver_new(&office, "2019-02", "7.00");
    office
}

#[test]
fn n21_restated_after_the_close_whichever_payer_is_billed_first() {
    // Used now; the correction on the memo's statement and on the other payer's; what is open after.
    for (used, back, change, open) in [("30.00", "10.00", "-10.00", "903.00"), ("55.00", "-15.00", "15.00", "878.00")] {
        for order in [[PAYER, OTHER], [OTHER, PAYER]] {
            let office = restated(used);
            for payer in order.iter().chain(&order) {
                run(&office, payer, "2019-02");
            }
            // February's 7.00 under the other payer are paid too.
            shows(
                &office,
                PAYER,
                "2019-02",
                &[("prior_balance", "900.00"), ("corrections", back), ("applied", "7.00")],
            );
            let statement = shows(&office, OTHER, "2019-02", &[("gross", "7.00"), ("due", "0.00")]);
            let correction = [("period", "2019-01"), ("gross", change), ("applied", change), ("due", "0.00")];
            assert_fields(&only(&statement["earlier_periods"]), &correction);
            assert_fields(&office.balance(OWNER), &[("open_balance", open)]);
            ties(&office, &[(PAYER, "2019-01", "60.00"), (OTHER, "2019-01", used), (OTHER, "2019-02", "7.00")]);
        }
    }
}

#[test]
fn n21_the_other_payers_own_memo_comes_first() {
    for order in [[PAYER, OTHER], [OTHER, PAYER]] {
        let office = moved("1000.00");
        office.grants(&[grant("6001", OWNER, "25.00").payer(OTHER).described("Of the new payer")]);
        deliver_old(&office, "2019-01", "60.00");
        deliver_new(&office, "2019-01", "40.00");
        for payer in order.iter().chain(&order) {
            run(&office, payer, "2019-01");
        }
        shows(&office, PAYER, "2019-01", &[("applied", "75.00"), ("balance_of_funds", "925.00"), ("due", "0.00")]);
        shows(&office, OTHER, "2019-01", &[("applied", "25.00"), ("balance_of_funds", "0.00"), ("due", "0.00")]);
        ties(&office, &[(PAYER, "2019-01", "60.00"), (OTHER, "2019-01", "40.00")]);
    }
}

#[test]
fn n21_credit_does_not_change_customers_by_a_move() {
    let office = moved_to("Fourth Wall Theatre", "1000.00");
    deliver_old(&office, "2019-01", "60.00");
    deliver_new(&office, "2019-01", "40.00");
    run(&office, PAYER, "2019-01");
    run(&office, OTHER, "2019-01");
    shows(&office, OTHER, "2019-01", &[("due", "40.00")]);
    stands(&office, "60.00", "940.00");
}

#[test]
fn n21_the_home_moves_by_reassignment() {
    let mut office = moved("1000.00");
    deliver_old(&office, "2019-01", "60.00");
    deliver_new(&office, "2019-01", "40.00");
    close(&office, PAYER, "2019-01");
    close(&office, OTHER, "2019-01");
    let memo = super::memo_of(&office, OWNER);
    office.ok(&[&["memos", "reassign", &memo, "--to-payer", OTHER][..], &WHY].concat());
    office.at(FIVE_MARCH);
    deliver_old(&office, "2019-02", "0.00");
    deliver_new(&office, "2019-02", "250.40");
    close(&office, PAYER, "2019-02");
    close(&office, OTHER, "2019-02");
    shows(&office, PAYER, "2019-02", &[("corrections", "-900.00"), ("applied", "0.00"), ("balance_of_funds", "0.00")]);
    let there = [("applied", "250.40"), ("balance_of_funds", "649.60"), ("due", "0.00")];
    let statement = shows(&office, OTHER, "2019-02", &there);
    assert!(statement.get("earlier_periods").is_none(), "{statement:#}");
    ties(&office, &[(PAYER, "2019-01", "60.00"), (OTHER, "2019-01", "40.00"), (OTHER, "2019-02", "250.40")]);
}

#[test]
fn n21_a_voided_document_of_the_other_payer_gives_the_memo_its_part_back() {
    let mut office = moved("1000.00");
    deliver_old(&office, "2019-01", "60.00");
    deliver_new(&office, "2019-01", "40.00");
    close(&office, PAYER, "2019-01");
    close(&office, OTHER, "2019-01");
    let document = shows(&office, OTHER, "2019-01", &[])["document_number"].as_str().unwrap().to_owned();
    office.ok(&["documents", "void", &document, "--by", "anna", "--reason", "wrong customer"]);
    office.at(FIVE_MARCH);
    deliver_old(&office, "2019-02", "0.00");
    deliver_new(&office, "2019-02", "0.00");
    run(&office, OTHER, "2019-02");
    run(&office, PAYER, "2019-02");
    shows(&office, PAYER, "2019-02", &[("prior_balance", "900.00"), ("corrections", "40.00"), ("due", "0.00")]);
    let statement = shows(&office, OTHER, "2019-02", &[("due", "0.00")]);
    let correction = [("period", "2019-01"), ("gross", "-40.00"), ("applied", "-40.00"), ("due", "0.00")];
    assert_fields(&only(&statement["earlier_periods"]), &correction);
    stands(&office, "60.00", "940.00");
    ties(&office, &[(PAYER, "2019-01", "60.00"), (OTHER, "2019-01", "0.00")]);
}
