//! The certificate of the state is the same for whatever ways led to it; that of the log is not.

use std::fs;

use crate::support::*;

fn certificates(office: &Office) -> (String, String) {
    let row = only(&office.json(&["replay", "--verify"]));
    let text = |field: &str| row[field].as_str().unwrap_or_default().to_owned();
    (text("state_certificate"), text("log_certificate"))
}

/// Leaves the first commits of a stream, as if the program had been killed after them.
fn cut(office: &Office, stream: &str, commits: usize) {
    let path = office.segment(stream);
    let text = fs::read_to_string(&path).unwrap();
    let kept: Vec<&str> = text.split_inclusive('\n').take(commits).collect();
    fs::write(&path, kept.concat()).unwrap();
    let read_model = office.data().join("read-model");
    if read_model.exists() {
        fs::remove_dir_all(read_model).unwrap();
    }
}

fn commits_of(office: &Office, stream: &str) -> usize {
    fs::read_to_string(office.segment(stream)).map_or(0, |text| text.lines().count())
}

#[test]
fn two_offices_with_the_same_acts_have_the_same_certificates() {
    let (a, b) = (certificates(&Story::closed()), certificates(&Story::closed()));
    assert_eq!(a, b);
    assert_eq!((a.0.len(), a.1.len()), (64, 64));
    assert_ne!(a.0, a.1);
}

#[test]
fn the_hour_changes_the_log_and_not_the_state() {
    let story = |time: &str| {
        let mut office = Story::imported();
        office.at(time);
        office.ingest("january.csv", Story::january().cur2());
        office.bill_and_close("2019-01");
        certificates(&office)
    };
    let (morning, evening) = (story("2019-02-05T09:00:00Z"), story("2019-02-05T19:30:00Z"));
    assert_eq!(morning.0, evening.0);
    assert_ne!(morning.1, evening.1);
}

#[test]
fn a_cent_changes_the_state() {
    let story = |used: &str| {
        let office = Story::imported();
        office.ingest("january.csv", Story::january_with(used).cur2());
        office.bill_and_close("2019-01");
        certificates(&office).0
    };
    assert_ne!(story("100.00"), story("100.01"));
}

#[test]
fn a_run_that_was_killed_anywhere_and_repeated_ends_in_the_same_state() {
    let whole = Story::billed();
    let expected = certificates(&whole).0;
    let (memos, billing) = (commits_of(&whole, "MEMOS"), commits_of(&whole, "BILLING"));
    assert!(memos > 1 && billing > 2, "{memos} commits of memos and {billing} of billing");
    // What the run had read when it began was there.
    let read = commits_of(&Story::ingested(), "MEMOS");
    let mut killed_after: Vec<(usize, usize)> = (read..memos).map(|memos| (memos, 1)).collect();
    killed_after.extend((1..billing).map(|billing| (memos, billing)));
    for (memos, billing) in killed_after {
        let mut office = Story::billed();
        cut(&office, "MEMOS", memos);
        cut(&office, "BILLING", billing);
        office.at("2019-02-05T21:00:00Z");
        office.ok(&["bill", "2019-01"]);
        assert_eq!(certificates(&office).0, expected, "killed after {memos} commits of memos and {billing} of billing");
    }
}

#[test]
fn a_delivery_that_was_cut_off_does_not_count() {
    let office = Story::ingested();
    let expected = certificates(&office).0;
    let usage = commits_of(&office, "USAGE");
    let killed = Story::ingested();
    cut(&killed, "USAGE", usage - 1);
    cut(&killed, "CREDITS", 1);
    cut(&killed, "MEMOS", 1);
    let cut_off = certificates(&killed).0;
    assert_eq!(cut_off, certificates(&Story::imported()).0, "usage without its delivery is no part of the state");
    killed.ingest("january.csv", Story::january().cur2());
    assert_eq!(certificates(&killed).0, expected);
}

#[test]
fn payers_handled_in_another_order_come_to_the_same_state() {
    const OTHER: &str = "999900002222";
    let story = |order: [&str; 2]| {
        let office = Office::new();
        for payer in order {
            office.accounts_of(payer, &[(OWNER, "Department of Light", "PO-A"), (A2, "Second Street Bakery", "PO-2")]);
            // A credit of its own: one credit that two payers have is one promise.
            let credit = if payer == PAYER { "5001" } else { "5002" };
            office.grants(&[grant(credit, OWNER, "1000.00").payer(payer)]);
            let month = bill("2019-01")
                .with("payer", payer)
                .lines([usage(OWNER, "AmazonEC2", "100.00"), usage(A2, "AmazonEC2", "2500.00")]);
            office.ingest(&format!("{payer}.csv"), month.cur2());
        }
        for payer in order {
            office.ok(&["bill", "2019-01", "--payer", payer]);
        }
        certificates(&office)
    };
    let (one, other) = (story([PAYER, OTHER]), story([OTHER, PAYER]));
    assert_eq!(one.0, other.0);
    assert_ne!(one.1, other.1);
}

#[test]
fn what_is_done_under_a_key_has_the_same_state() {
    let story = |key: &[&str]| {
        let office = Story::ingested();
        office.ok(&[["bill", "2019-01"].as_slice(), key].concat());
        certificates(&office)
    };
    let (plain, keyed) = (story(&[]), story(&["--idempotency-key", "bill-january"]));
    assert_eq!(plain.0, keyed.0);
    assert_ne!(plain.1, keyed.1);
}
