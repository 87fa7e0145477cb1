//! Facts of the BILLING stream.

use domain::{
    billing::{
        BillingRunCompleted, BillingRunStarted, Blocker, ClosePackMade, ConvertedCorrection, ConvertedDocument,
        ConvertedLine, ConvertedMemo, ConvertedStatement, Correction, DocumentHeader, DocumentKind, DocumentVoided,
        MemberStatement, PeriodAct, PeriodActApproved, PeriodActProposed, PeriodActRejected, PeriodClosed,
        PeriodReopened, PeriodWaived, RunTotals, StatementLine, StatementMemo, StatementSeller, StatementsBefore,
    },
    ids::DocumentNumber,
};
use money::{Currency, Rounding};

use super::{
    credit, day, delivery, document_number, exact, february, january, memo, neighbour, owner, payer, policy_hash, run,
    sha256, usd,
};

pub(super) fn run_started() -> BillingRunStarted {
    BillingRunStarted {
        run: run(),
        payer: payer(),
        period: january(),
        delivery: delivery(),
        policy: policy_hash(),
        draft: false,
        follows: StatementsBefore { former: Some(january().previous()), later: Some(february()) },
    }
}

fn line(service: &str, gross: &str, applied: &str, due: &str) -> StatementLine {
    StatementLine {
        service: service.to_owned(),
        charge_kind: "Usage".to_owned(),
        gross: usd(gross),
        eligible: usd(applied),
        applied: usd(applied),
        due: usd(due),
    }
}

pub(super) fn statement() -> MemberStatement {
    MemberStatement {
        payer_account_id: payer(),
        member_account_id: owner(),
        customer: "acme".into(),
        po_number: "PO-2019-007".into(),
        period: january(),
        currency: Currency::USD,
        document_number: Some(document_number()),
        prior_balance: usd("0.00"),
        issued: usd("1000.00"),
        corrections: usd("3.10"),
        utilisation: usd("470.45"),
        applied: usd("470.45"),
        expired: usd("0.00"),
        balance_of_funds: usd("532.65"),
        gross: usd("495.45"),
        due: usd("25.90"),
        memos: vec![StatementMemo {
            memo_number: memo(1),
            credit_id: Some(credit()),
            description: "AWS Activate Founders".to_owned(),
            program: "activate".to_owned(),
            prior_balance: usd("0.00"),
            issued: usd("1000.00"),
            corrections: usd("3.10"),
            applied: usd("470.45"),
            expired: usd("0.00"),
            balance_of_funds: usd("532.65"),
            end_date: Some(day("2019-12-31")),
            expiry_rule: "what AWS has not applied by then lapses, the rest stays".to_owned(),
        }],
        lines: vec![
            line("8cs2example7j1k", "25.00", "0.00", "25.00"),
            line("AmazonEC2", "412.35", "412.35", "0.00"),
            line("AmazonS3", "58.10", "58.10", "0.00"),
        ],
        sellers: vec![StatementSeller {
            legal_entity: "Amazon Web Services, Inc.".to_owned(),
            billing_entity: "AWS".to_owned(),
            invoice_id: "1700000001".to_owned(),
            gross: usd("495.45"),
            applied: usd("470.45"),
            due: usd("25.00"),
        }],
        earlier_periods: vec![Correction {
            period: january().previous(),
            corrects: None,
            gross: usd("-2.20"),
            applied: usd("-3.10"),
            due: usd("0.90"),
            in_document_currency: Some(ConvertedCorrection {
                currency: euro(),
                rate: exact("0.9"),
                gross: usd("-1.98"),
                applied: usd("-2.79"),
                due: usd("0.81"),
            }),
        }],
        paid_under_other_payers: Vec::new(),
        paid_by_other_payers: Vec::new(),
        in_document_currency: Some(converted()),
        rounding: Rounding::HalfEven,
        policy: policy_hash(),
        run: run(),
    }
}

fn euro() -> Currency {
    Currency::parse("EUR").unwrap()
}

fn converted() -> ConvertedStatement {
    ConvertedStatement {
        currency: euro(),
        rate: exact("0.92"),
        rate_period: january(),
        rate_source: "ECB".to_owned(),
        gross: usd("455.81"),
        applied: usd("432.81"),
        due: usd("23.81"),
        memos: vec![ConvertedMemo { memo_number: memo(1), applied: usd("432.81") }],
        lines: vec![ConvertedLine {
            service: "AmazonEC2".to_owned(),
            charge_kind: "Usage".to_owned(),
            gross: usd("455.81"),
            applied: usd("432.81"),
            due: usd("23.00"),
        }],
    }
}

pub(super) fn document() -> DocumentHeader {
    DocumentHeader {
        document_number: Some(DocumentNumber::parse("INV-999900001111-2019-01-00002").unwrap()),
        kind: DocumentKind::Superseding,
        supersedes: Some(document_number()),
        payer_account_id: payer(),
        period: january(),
        customer: "acme".into(),
        po_number: "PO-2019-007".into(),
        date: day("2019-02-05"),
        currency: Currency::USD,
        members: 1,
        gross: usd("495.45"),
        applied: usd("470.45"),
        corrections_due: usd("0.90"),
        due: usd("25.90"),
        in_document_currency: Some(ConvertedDocument {
            currency: euro(),
            rate: exact("0.92"),
            rate_period: january(),
            rate_source: "ECB".to_owned(),
            gross: usd("455.81"),
            applied: usd("432.81"),
            corrections_due: usd("0.81"),
            due: usd("23.81"),
        }),
        rounding: Rounding::HalfEven,
        policy: policy_hash(),
        run: run(),
        digest: sha256("what the document says"),
        renderer: 1,
    }
}

pub(super) fn run_completed() -> BillingRunCompleted {
    BillingRunCompleted {
        run: run(),
        delivery: delivery(),
        draft: false,
        totals: RunTotals {
            currency: Currency::USD,
            members: 2,
            unassigned: 1,
            documents: 1,
            gross: usd("895.45"),
            applied: usd("470.45"),
            due: usd("25.90"),
            rounding_difference: exact("-0.0043210967"),
            kept: exact("-20.61728394506"),
        },
        other_payers: std::collections::BTreeMap::new(),
    }
}

pub(super) fn closed() -> PeriodClosed {
    let suspense = Blocker::Suspense { amount: exact("12.4999999999"), tolerance: exact("0.05") };
    PeriodClosed {
        payer: payer(),
        period: january(),
        delivery: delivery(),
        run: run(),
        policy: policy_hash(),
        version: 2,
        waived: vec![
            Blocker::Estimated,
            Blocker::ProForma,
            suspense,
            Blocker::Unclassified { amount: exact("1.5"), rows: 3 },
            Blocker::Unassigned { members: vec![neighbour()] },
        ],
    }
}

pub(super) fn reopened() -> PeriodReopened {
    PeriodReopened { payer: payer(), period: january() }
}

pub(super) fn waived() -> PeriodWaived {
    let (from, to) = (Currency::USD, Currency::parse("EUR").unwrap());
    PeriodWaived {
        payer: payer(),
        period: february(),
        blockers: vec![
            Blocker::NotDelivered,
            Blocker::FormerPeriodOpen { former: january() },
            Blocker::NotBilled,
            Blocker::BilledOnOtherDelivery,
            Blocker::DraftsOnly,
            Blocker::Residual { amount: exact("-0.01"), currency: from },
            Blocker::PaidNotShown { amount: exact("60"), currency: from },
            Blocker::NoRate { from, to },
            Blocker::DaysMissing { detail: "charges of 2019-02 have no days".to_owned() },
        ],
    }
}

pub(super) fn voided() -> DocumentVoided {
    DocumentVoided {
        document_number: document_number(),
        payer: payer(),
        period: january(),
        effective: day("2019-02-11"),
        posting: february(),
    }
}

pub(super) fn act_proposed() -> PeriodActProposed {
    PeriodActProposed {
        proposal: "3f2a90b1c4d5".to_owned(),
        payer: payer(),
        period: january(),
        act: PeriodAct::Void { document: document_number(), effective: Some(day("2019-02-11")) },
        by: "anna".to_owned(),
        reason: "wrong customer".to_owned(),
    }
}

pub(super) fn act_approved() -> PeriodActApproved {
    PeriodActApproved { proposal: "3f2a90b1c4d5".to_owned(), proposed_by: "anna".to_owned(), by: "bert".to_owned() }
}

pub(super) fn act_rejected() -> PeriodActRejected {
    PeriodActRejected {
        proposal: "3f2a90b1c4d5".to_owned(),
        proposed_by: "anna".to_owned(),
        by: "anna".to_owned(),
        reason: "proposed for the wrong document".to_owned(),
    }
}

pub(super) fn close_pack_made() -> ClosePackMade {
    ClosePackMade {
        payer: payer(),
        period: january(),
        version: 2,
        kind: "creditmemo.close-pack.v1".to_owned(),
        through: [("BILLING".to_owned(), 7), ("MEMOS".to_owned(), 12)].into(),
        digest: sha256("close pack"),
    }
}
