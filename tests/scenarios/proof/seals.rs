//! Sealed heads, and statements that prove themselves with the public key alone.

use std::{fs, path::Path, process::Command};

use crate::support::*;

fn keys(office: &Office) {
    office.ok(&["audit", "keygen", "auditor.pem"]);
}

fn seal(office: &Office) -> serde_json::Value {
    only(&office.json(&["audit", "seal", "--key", "auditor.pem", "--out", "seal.json"]))
}

const VERIFY: [&str; 5] = ["audit", "verify", "seal.json", "--public-key", "auditor.pem.pub"];

/// January closed and sealed.
fn sealed() -> Office {
    let office = Story::closed();
    keys(&office);
    seal(&office);
    office
}

#[test]
fn a_sealed_log_holds_and_so_does_one_that_has_grown() {
    let mut office = sealed();
    for check in office.json(&VERIFY).as_array().unwrap() {
        assert_fields(check, &[("holds", "true")]);
    }
    office.at(FIVE_MARCH);
    office.ingest("february.csv", Story::later("2019-02", "250.40").cur2());
    office.bill_and_close("2019-02");
    office.ok(&VERIFY);
}

#[test]
fn a_copy_is_checked_without_the_read_model_and_without_being_touched() {
    let office = sealed();
    let copy = tempfile::tempdir().unwrap();
    let status = Command::new("cp").arg("-r").arg(office.data().join("log")).arg(copy.path()).status().unwrap();
    assert!(status.success());
    let mut arguments = VERIFY.to_vec();
    arguments.extend(["--data", copy.path().to_str().unwrap()]);
    office.ok(&arguments);
    let names: Vec<_> = fs::read_dir(copy.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["log"]);
}

#[test]
fn a_key_is_private_and_never_written_over() {
    let office = Story::imported();
    let outcome = office.ok(&["audit", "keygen", "auditor.pem"]);
    let secret = fs::read_to_string(office.file("auditor.pem")).unwrap();
    let line = secret.lines().nth(1).unwrap();
    assert!(!outcome.stdout.contains(line) && !outcome.stderr.contains(line));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(office.file("auditor.pem")).unwrap().permissions().mode() & 0o777, 0o600);
    }
    office.run(&["audit", "keygen", "auditor.pem"]).exits(1).says(&["auditor.pem"]);
    assert_eq!(fs::read_to_string(office.file("auditor.pem")).unwrap(), secret);
}

#[test]
fn another_key_or_a_changed_seal_is_told() {
    let office = sealed();
    office.ok(&["audit", "keygen", "other.pem"]);
    office.run(&["audit", "verify", "seal.json", "--public-key", "other.pem.pub"]).exits(5).says(&["signed with"]);
    let text = fs::read_to_string(office.file("seal.json")).unwrap();
    office.write("seal.json", text.replacen("clerk", "clerc", 1));
    office.run(&VERIFY).exits(5).says(&["changed after it was signed"]);
    office.run(&["audit", "verify", "january.csv", "--public-key", "auditor.pem.pub"]).exits(3);
}

/// Takes the last commits off a stream and everything off that could tell.
fn cut_off(office: &Office, stream: &str) {
    let path = office.segment(stream);
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    fs::write(&path, lines[..lines.len() - 1].concat()).unwrap();
    fs::remove_dir_all(office.data().join("read-model")).unwrap();
    let _ = fs::remove_file(path.with_extension("idx"));
}

#[test]
fn commits_cut_off_the_end_are_found_and_counted() {
    for stream in ["ACCOUNTS", "BILLING", "CREDITS", "MEMOS", "USAGE"] {
        let office = sealed();
        cut_off(&office, stream);
        let outcome = office.run(&VERIFY).exits(5);
        assert!(outcome.stdout.contains(&format!("{stream} ends at sequence")), "{outcome}");
    }
}

#[test]
fn a_log_written_again_from_the_start_is_not_the_one_that_was_sealed() {
    // The same acts with another amount, by the program itself: every chain in it holds.
    let office = sealed();
    let other = Story::imported();
    other.ingest("january.csv", Story::january_with("100.01").cur2());
    other.bill_and_close("2019-01");
    for name in ["seal.json", "auditor.pem.pub"] {
        other.write(name, fs::read(office.file(name)).unwrap());
    }
    other.ok(&["audit"]);
    let outcome = other.run(&[&VERIFY[..], &["--output", "json"]].concat()).exits(5);
    let failed: Vec<String> = outcome
        .json()
        .as_array()
        .unwrap()
        .iter()
        .filter(|check| check["holds"] == false)
        .map(|check| check["findings"].to_string())
        .collect();
    assert!(failed.iter().any(|finding| finding.contains("USAGE sequence 3")), "{failed:#?}");
}

fn statement_file(office: &Office, account: &str) -> String {
    let printed = office.ok(&["statement", "--account", account, "--period", "2019-01", "--format", "json"]);
    office.write("statement.json", &printed.stdout);
    printed.stdout
}

const CHECK_STATEMENT: [&str; 5] = ["statement", "verify", "statement.json", "--public-key", "auditor.pem.pub"];

#[test]
fn a_statement_proves_itself_without_the_log() {
    let office = sealed();
    statement_file(&office, OWNER);
    fs::remove_dir_all(office.data()).unwrap();
    let verified = office.ok(&[&CHECK_STATEMENT[..], &["--output", "json"]].concat()).json();
    assert_fields(&verified, &[("holds", "true"), ("member_account_id", OWNER), ("period", "2019-01")]);
}

#[test]
fn a_statement_without_a_seal_carries_no_proof() {
    let office = Story::closed();
    keys(&office);
    let text = statement_file(&office, OWNER);
    assert!(!text.contains("\"proof\""));
    office.run(&CHECK_STATEMENT).exits(3).says(&["no proof"]);
}

#[test]
fn a_proof_says_nothing_of_other_customers() {
    let office = sealed();
    let text = statement_file(&office, OWNER);
    assert!(text.contains("\"proof\"") && !text.contains("Bakery") && !text.contains(A2), "{text}");
}

#[test]
fn any_amount_changed_in_a_statement_is_told() {
    let office = sealed();
    let text = statement_file(&office, OWNER);
    let mut places = 0;
    for (at, _) in text.match_indices("00\"") {
        let mut changed = text.clone().into_bytes();
        changed[at] = b'7';
        office.write("statement.json", &changed);
        office.run(&CHECK_STATEMENT).exits(5);
        places += 1;
    }
    assert!(places > 10, "{places} amounts");
    // The proof of one statement is none of another.
    let other: serde_json::Value = serde_json::from_str(&statement_file(&office, A2)).unwrap();
    let mut mine: serde_json::Value = serde_json::from_str(&text).unwrap();
    mine["proof"] = other["proof"].clone();
    office.write("statement.json", mine.to_string());
    office.run(&CHECK_STATEMENT).exits(5).says(&["not as it was recorded"]);
}

#[test]
fn a_dry_run_seals_nothing() {
    let office = Story::closed();
    keys(&office);
    let row = only(&office.json(&["audit", "seal", "--key", "auditor.pem", "--dry-run"]));
    assert_fields(&row, &[("file", "null")]);
    assert!(!office.data().join("seals").exists());
}

/// The signature is checked by a program that is not ours, where it is there.
#[test]
fn openssl_agrees() {
    let office = sealed();
    let text = fs::read_to_string(office.file("seal.json")).unwrap();
    let at = text.trim_end().rfind('\n').unwrap() + 1;
    let line: serde_json::Value = serde_json::from_str(&text[at..]).unwrap();
    let signature = line["signature"].as_str().unwrap();
    let bytes: Vec<u8> =
        (0..signature.len()).step_by(2).map(|at| u8::from_str_radix(&signature[at..at + 2], 16).unwrap()).collect();
    office.write("payload", &text[..at]);
    office.write("signature", bytes);
    let openssl = |payload: &str| {
        Command::new("openssl")
            .args(["pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", "auditor.pem.pub", "-sigfile", "signature"])
            .args(["-in", payload])
            .current_dir(office.file("payload").parent().unwrap_or(Path::new(".")))
            .output()
    };
    let Ok(output) = openssl("payload") else {
        eprintln!("passed over: there is no openssl here");
        return;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    office.write("changed", text[..at].replacen("USAGE", "USAGF", 1));
    assert!(!openssl("changed").unwrap().status.success());
}
