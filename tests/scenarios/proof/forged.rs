//! Each check of the audit seen to fail, by itself: a log is rewritten by someone who knows how it is made,
//! and only what its facts say together is wrong.

use crate::support::*;

/// Rewrites something in a closed January, and answers with what the one check that finds it says.
#[track_caller]
fn forged(stream: &str, changes: &[(&str, &str)], check: &str) -> (Office, String) {
    let office = Story::closed();
    office.ok(&["audit"]);
    rewrite_last(&office, stream, changes);
    let finding = audit_finds(&office, check);
    (office, finding)
}

#[test]
fn a_stream_that_was_written_again_as_it_was_is_what_it_was() {
    let office = Story::closed();
    for stream in ["MEMOS", "BILLING", "CREDITS", "USAGE", "ACCOUNTS"] {
        let segment = || std::fs::read(office.segment(stream)).unwrap();
        let whole = segment();
        let (from, to) = ("\"by\":\"clerk\"", "\"by\":\"clerc\"");
        rewrite_last(&office, stream, &[(from, to)]);
        assert_ne!(segment(), whole);
        rewrite_last(&office, stream, &[(to, from)]);
        assert_eq!(segment(), whole, "{stream}");
    }
    office.ok(&["audit"]);
}

#[test]
fn a_draw_that_the_statements_do_not_show_is_found() {
    let draw = [
        ("\"amount\":\"100.00\",\"eligible\"", "\"amount\":\"60.00\",\"eligible\""),
        ("{\"service\":\"AmazonEC2\",\"amount\":\"100.00\"}", "{\"service\":\"AmazonEC2\",\"amount\":\"60.00\"}"),
        ("\"balance_after\":\"900.00\"", "\"balance_after\":\"940.00\""),
    ];
    let (office, finding) = forged("MEMOS", &draw, "what memos paid is what statements show");
    assert!(finding.contains(OWNER) && finding.contains("2019-01") && finding.contains("-40"), "{finding}");
    let tied = only(&office.run(&["reconcile", "2019-01", "--output", "json"]).exits(5).json());
    assert_fields(&tied, &[("residual", "-40"), ("memos_not_shown", "-40"), ("customer_residual", "0")]);
}

#[test]
fn totals_of_a_document_that_its_statements_do_not_add_up_to_are_found() {
    let header = [(
        "\"members\":1,\"gross\":\"100.00\",\"applied\":\"100.00\"",
        "\"members\":1,\"gross\":\"200.00\",\"applied\":\"200.00\"",
    )];
    let (_, finding) = forged("BILLING", &header, "documents have the totals of their statements");
    assert!(finding.contains("document_issued"), "{finding}");
}

#[test]
fn funding_that_is_missing_is_found() {
    let office = Story::closed();
    rewrite(&office, "MEMOS", |_, body| {
        let (head, facts) = body.split_once("\"facts\":[").unwrap();
        Some(if facts.contains("memo_funded.v1") { format!("{head}\"facts\":[]}}") } else { body.to_owned() })
    });
    let finding = audit_finds(&office, "funding equals what was attributed");
    assert!(finding.contains("funded with 0, and 1000 was attributed to credit 5001"), "{finding}");
}

#[test]
fn a_promise_beyond_what_aws_states_is_found() {
    let office = Story::imported();
    office.ingest("january.csv", Story::later("2019-01", "100.00").cur2());
    office.bill_and_close("2019-01");
    let stated = "\"face_amount\":\"1000\"";
    rewrite_last(&office, "CREDITS", &[(stated, "\"face_amount\":\"940\"")]);
    let finding = audit_finds(&office, "no promise is beyond what AWS states");
    assert!(finding.contains("1000.00 is promised, and AWS states 940"), "{finding}");
}

#[test]
fn a_memo_that_paid_another_customer_is_found() {
    let customer = [("\"customer\":\"Department of Light\"", "\"customer\":\"Department of Lamps\"")];
    let (_, finding) = forged("MEMOS", &customer, "memos paid their own customers' charges");
    assert!(finding.contains("Department of Lamps's, and paid 2019-01 of Department of Light"), "{finding}");
}

#[test]
fn what_only_one_fact_says_otherwise_is_found_by_the_check_that_is_for_it() {
    type Case<'a> = (&'a str, [(&'a str, &'a str); 2], &'a str);
    let cases: [Case<'_>; 4] = [
        (
            "MEMOS",
            [("memo_applied.v1", "memo_applied.v1"), ("\"recorded\":\"2019-02-05", "\"recorded\":\"2019-02-04")],
            "recorded times never go back on a subject",
        ),
        (
            "BILLING",
            [("document_issued.v1", "document_issued.v1"), ("\"USAGE\":", "\"USAGE\":9")],
            // A log that ends before what was read of it is not opened.
            "log: sequences, numbers, chain, stated balances",
        ),
        (
            "BILLING",
            [("document_issued.v1", "document_issued.v1"), ("\"po_number\":\"PO-3\"", "\"po_number\":\"PO-9\"")],
            "documents have the digests of their statements",
        ),
        (
            "MEMOS",
            [("memo_applied.v1", "memo_applied.v1"), ("\"policy\":\"", "\"policy\":\"0123456789abcdef\",\"was\":\"")],
            "cited policies were adopted",
        ),
    ];
    for (stream, changes, check) in cases {
        forged(stream, &changes, check);
    }
}
