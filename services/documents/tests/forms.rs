//! Every form of a statement says the same: who it is of, what it comes to, and what became of it.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a test that cannot go on has failed

use chrono::{DateTime, Utc};
use documents::{MailParties, PdfFault, ShownStatement, statement_html, statement_mail, statement_pdf, statement_text};
use domain::billing::{DocumentStanding, MemberStatement};
use serde_json::json;

fn recorded() -> DateTime<Utc> {
    "2019-02-05T09:00:00Z".parse().unwrap()
}

/// 400.00 were open; 60.00 of charges are paid by the memo.
fn statement(customer: &str) -> MemberStatement {
    serde_json::from_value(json!({
        "payer_account_id": "999900001111", "member_account_id": "999900002222", "customer": customer,
        "po_number": "PO-1", "period": "2019-01", "currency": "USD",
        "document_number": "INV-999900001111-2019-01-00001", "prior_balance": "400.00", "issued": "0.00",
        "corrections": "0.00", "utilisation": "60.00", "applied": "60.00", "expired": "0.00",
        "balance_of_funds": "340.00", "gross": "60.00", "due": "0.00",
        "memos": [{
            "memo_number": "CM-999900002222-00001", "credit_id": "720", "description": "Promo 720",
            "prior_balance": "400.00", "issued": "0.00", "corrections": "0.00", "applied": "60.00",
            "expired": "0.00", "balance_of_funds": "340.00", "end_date": null,
        }],
        "lines": [{
            "service": "AmazonEC2", "charge_kind": "Usage", "gross": "60.00", "eligible": "60.00",
            "applied": "60.00", "due": "0.00",
        }],
        "rounding": "half-even", "policy": "0123456789abcdef", "run": "run-1",
    }))
    .unwrap()
}

/// The text of each form.
fn forms(shown: &ShownStatement) -> [String; 4] {
    let mail = statement_mail(shown, recorded(), MailParties { from: None, to: &[] }).unwrap();
    let pdf = statement_pdf(shown, recorded()).unwrap();
    let document = lopdf::Document::load_mem(&pdf).unwrap();
    let pages: Vec<u32> = document.get_pages().into_keys().collect();
    [
        statement_text(shown),
        statement_html(shown),
        String::from_utf8(mail).unwrap(),
        document.extract_text(&pages).unwrap(),
    ]
}

#[test]
fn a_document_that_counts_is_marked_in_no_form() {
    for text in forms(&ShownStatement::new(&statement("Harbour"), DocumentStanding::Issued)) {
        assert!(text.contains("340.00") && text.contains("Harbour"), "{text}");
        assert!(!text.contains("VOID") && !text.contains("SUPERSEDED"), "{text}");
    }
}

#[test]
fn a_void_document_says_so_in_every_form() {
    let standing = DocumentStanding::Void { shown_in: "2019-02".parse().unwrap() };
    for text in forms(&ShownStatement::new(&statement("Harbour"), standing)) {
        assert!(text.contains("VOID"), "{text}");
        assert!(text.contains("the statement of 2019-02"), "{text}");
    }
}

#[test]
fn a_superseded_document_names_the_one_that_replaces_it_in_every_form() {
    let by = "INV-999900001111-2019-01-00002".parse().unwrap();
    for text in forms(&ShownStatement::new(&statement("Harbour"), DocumentStanding::Superseded { by })) {
        assert!(text.contains("SUPERSEDED"), "{text}");
        assert!(text.contains("INV-999900001111-2019-01-00002"), "{text}");
    }
}

#[test]
fn what_a_terminal_would_obey_reaches_no_form() {
    for text in forms(&ShownStatement::new(&statement("Har\u{1b}[2Jbour\r\nBcc: a@b"), DocumentStanding::Issued)) {
        assert!(!text.contains('\u{1b}'), "{text}");
        assert!(!text.contains("\nBcc"), "{text}");
    }
}

#[test]
fn a_name_that_the_font_cannot_set_gives_no_pdf() {
    for (name, lacking) in [("株式会社みなと", "社株式会みなと"), ("Λιμάνι", "")] {
        let printed = statement_pdf(&ShownStatement::new(&statement(name), DocumentStanding::Issued), recorded());
        match printed {
            Ok(_) => assert_eq!(lacking, "", "{name} was set"),
            Err(PdfFault::NoShape(characters)) => {
                assert!(!lacking.is_empty());
                assert!(lacking.chars().all(|c| characters.contains(c)), "{characters}");
            }
            Err(fault) => panic!("{fault}"),
        }
    }
}
