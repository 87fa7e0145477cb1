//! Close packs: what a month was closed on, filed by `close`, made again from the log to the byte.

use std::{fs, path::PathBuf};

use serde_json::Value;

use crate::support::*;

const SHOW: [&str; 5] = ["close-pack", "show", "2019-01", "--output", "json"];
const VERIFY: [&str; 5] = ["close-pack", "verify", "pack.json", "--public-key", "auditor.pem.pub"];

fn filed(office: &Office) -> PathBuf {
    office.data().join("closes").join(PAYER).join("2019-01.json")
}

/// January closed, and its pack signed.
fn signed() -> Office {
    let office = Story::billed();
    office.ok(&["audit", "keygen", "auditor.pem"]);
    office.ok(&["close", "2019-01", "--key", "auditor.pem"]);
    office.write("pack.json", fs::read(filed(&office)).unwrap());
    office
}

/// W11: a line of 12.34 goes beyond the credit's face; closed with a waiver.
fn waived() -> Office {
    let office = Story::imported();
    let suffixed = "AWS Promotional Credit, credit from account: 000000001234";
    let january = bill("2019-01").lines([
        usage(OWNER, "AmazonEC2", "100.00"),
        usage(A2, "AmazonEC2", "2500.00"),
        usage(A3, "AmazonEC2", "2400.00"),
        credit(OWNER, "-100.00", suffixed),
        credit(A2, "-900.00", suffixed),
        credit(A3, "-12.34", "AWS Promotional Credit"),
    ]);
    office.ingest("january.csv", january.cur2());
    office.ok(&["bill", "2019-01"]);
    office.ok(&["close", "2019-01", "--waive", "--reason", "AWS is asked"]);
    office
}

#[test]
fn a_close_files_what_the_month_was_closed_on() {
    let office = Story::billed();
    let row = only(&office.json(&["close", "2019-01"]));
    assert_fields(&row, &[("status", "closed"), ("pack", &filed(&office).display().to_string())]);
    let pack: Value = serde_json::from_str(&fs::read_to_string(filed(&office)).unwrap()).unwrap();
    assert_fields(&pack, &[("kind", "creditmemo.close-pack.v1"), ("period", "2019-01"), ("version", "1")]);
    assert_fields(&pack["input"], &[("finality", "final"), ("rows", "5")]);
    assert_eq!(pack["input"]["files"][0]["sha256"].as_str().unwrap().len(), 64);
    assert_fields(
        &pack["ties"],
        &[("attributed", "1000"), ("memo_applied", "100.00"), ("owed", "900.00"), ("residual", "0")],
    );
    let memo = only(&pack["balances"]);
    assert_fields(&memo, &[("open_balance", "900.00"), ("balance_of_funds", "900.00"), ("applied_amount", "100.00")]);
    assert_eq!(pack["documents"].as_array().unwrap().len(), 3);
    for list in ["waived", "suspense", "exceptions"] {
        assert_eq!(pack[list], serde_json::json!([]), "{list}");
    }
    let shown = office.ok(&SHOW).json();
    assert_eq!(shown, pack);
}

#[test]
fn a_pack_is_made_again_from_a_copy_of_the_log_to_the_byte() {
    let mut office = Story::closed();
    let first = fs::read_to_string(filed(&office)).unwrap();
    // Whatever comes after: another month, and January restated.
    office.at(FIVE_MARCH);
    office.ingest("february.csv", Story::later("2019-02", "250.40").cur2());
    office.ingest("january-2.csv", Story::january_with("130.00").cur2());
    office.bill_and_close("2019-02");
    let copy = office.file("copy").display().to_string();
    office.ok(&["log", "copy", "--from", &office.data().display().to_string(), "--to", &copy]);
    for data in [office.data().display().to_string(), copy] {
        let shown = office.ok(&[&SHOW[..], &["--data", &data]].concat()).stdout;
        assert_eq!(shown, first, "from {data}");
    }
    office.write("pack.json", &first);
    office.ok(&["close-pack", "compare", "pack.json"]);
}

#[test]
fn a_signed_pack_is_checked_with_the_public_key_alone() {
    let office = signed();
    fs::remove_dir_all(office.data()).unwrap();
    let checks = office.json(&VERIFY);
    assert!(checks.as_array().unwrap().len() > 6, "{checks:#}");
    for check in checks.as_array().unwrap() {
        assert_fields(check, &[("holds", "true")]);
    }
    office.ok(&["audit", "keygen", "other.pem"]);
    office.run(&["close-pack", "verify", "pack.json", "--public-key", "other.pem.pub"]).exits(5).says(&["signed with"]);
}

#[test]
fn a_pack_can_be_signed_later_and_is_the_same_then() {
    let office = signed();
    let other = Story::closed();
    for name in ["auditor.pem", "auditor.pem.pub"] {
        fs::copy(office.file(name), other.file(name)).unwrap();
    }
    other.ok(&["close-pack", "show", "2019-01", "--out", "pack.json", "--key", "auditor.pem"]);
    assert_eq!(FileBytes::of(&other.file("pack.json")), FileBytes::of(&office.file("pack.json")));
}

#[test]
fn any_amount_changed_in_a_pack_is_told() {
    let office = signed();
    let text = fs::read_to_string(office.file("pack.json")).unwrap();
    let mut places = 0;
    for (at, _) in text.match_indices("00\"") {
        let mut changed = text.clone().into_bytes();
        changed[at] = b'7';
        office.write("pack.json", &changed);
        office.run(&VERIFY).exits(5).says(&["changed after it was signed"]);
        let compared = office.run(&["close-pack", "compare", "pack.json", "--output", "json"]).exits(5);
        assert_eq!(compared.json().as_array().unwrap().len(), 1, "the field is not named: {compared}");
        places += 1;
    }
    assert!(places > 20, "{places} amounts");
}

#[test]
fn a_pack_without_a_signature_has_to_add_up() {
    let office = Story::closed();
    let text = fs::read_to_string(filed(&office)).unwrap();
    office.write("pack.json", &text);
    office.ok(&["close-pack", "verify", "pack.json"]);
    for (amount, other, check) in [
        (r#""open_balance": "900.00""#, r#""open_balance": "910.00""#, "memos conserve"),
        (r#""due": "2500.00""#, r#""due": "2501.00""#, "documents foot"),
        (r#""payable": "4000""#, r#""payable": "4001""#, "ties to the documents"),
        (r#""scattered": "900""#, r#""scattered": "901""#, "credits and suspense"),
        (r#""charges": "5000""#, r#""charges": "5001""#, "control totals"),
        (r#""chosen": {}"#, r#""chosen": {"memo_basis": "funded"}"#, "policies hash"),
    ] {
        assert!(text.contains(amount), "{amount} is not in {text}");
        office.write("pack.json", text.replacen(amount, other, 1));
        office.run(&["close-pack", "verify", "pack.json"]).exits(5).says(&[check]);
    }
}

#[test]
fn a_pack_says_what_was_open() {
    let office = waived();
    let pack: Value = serde_json::from_str(&fs::read_to_string(filed(&office)).unwrap()).unwrap();
    assert_fields(&only(&pack["waived"]), &[("blocker", "suspense"), ("amount", "12.34")]);
    assert_fields(&only(&pack["suspense"]), &[("member", A3), ("amount", "12.34")]);
    assert_fields(&only(&pack["exceptions"]), &[("exception", "over-application"), ("member_account_id", A3)]);
    office.write("pack.json", pack.to_string());
    office.ok(&["close-pack", "verify", "pack.json"]);
}

#[test]
fn a_month_closed_twice_has_two_packs() {
    let office = Story::closed();
    let first = fs::read_to_string(filed(&office)).unwrap();
    office.ingest("january-2.csv", Story::january_with("130.00").cur2());
    office.ok(&["reopen", "2019-01", "--reason", "AWS restated January"]);
    office.bill_and_close("2019-01");
    assert_eq!(office.ok(&[&SHOW[..], &["--version", "1"]].concat()).stdout, first);
    let second = office.ok(&SHOW).stdout;
    assert_ne!(second, first);
    let beside = filed(&office).with_file_name("2019-01.2.json");
    assert_eq!(fs::read_to_string(beside).unwrap(), second);
    assert_eq!(fs::read_to_string(filed(&office)).unwrap(), first);
    office.run(&[&SHOW[..], &["--version", "3"]].concat()).exits(1).says(&["CM0126"]);
}

#[test]
fn a_close_that_was_killed_before_its_pack_is_completed() {
    let office = Story::closed();
    let first = fs::read_to_string(filed(&office)).unwrap();
    fs::remove_dir_all(office.data().join("closes")).unwrap();
    fs::remove_dir_all(office.data().join("read-model")).unwrap();
    // The pack's digest is the last commit of BILLING.
    let text = fs::read_to_string(office.segment("BILLING")).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    assert!(lines.last().unwrap().contains("close_pack_made.v1"));
    fs::write(office.segment("BILLING"), lines[..lines.len() - 1].concat()).unwrap();
    office.run(&SHOW).exits(1).says(&["CM0126"]);
    office.ok(&["close", "2019-01"]);
    assert_eq!(fs::read_to_string(filed(&office)).unwrap(), first);
    // Done, it records nothing again, and puts a file back that was deleted.
    let before = office.commits();
    fs::remove_file(filed(&office)).unwrap();
    office.ok(&["close", "2019-01"]);
    assert_eq!(fs::read_to_string(filed(&office)).unwrap(), first);
    assert_eq!(office.commits(), before);
}

#[test]
fn a_dry_run_files_nothing_and_a_month_that_is_open_has_none() {
    let office = Story::billed();
    office.ok(&["close", "2019-01", "--dry-run"]);
    assert!(!office.data().join("closes").exists());
    office.run(&SHOW).exits(1).says(&["close the month first"]);
}

#[test]
fn a_pack_on_file_that_was_changed_is_found_by_an_audit() {
    let office = signed();
    office.ok(&["audit"]);
    let text = fs::read_to_string(filed(&office)).unwrap();
    fs::write(filed(&office), text.replacen("900.00", "900.01", 1)).unwrap();
    let outcome = office.run(&["audit"]).exits(5);
    assert!(outcome.stdout.contains("closes") && outcome.stdout.contains("2019-01.json"), "{outcome}");
    office.ok(&["close", "2019-01"]);
    fs::remove_file(filed(&office)).unwrap();
    office.ok(&["close", "2019-01"]);
    office.ok(&["audit"]);
}
