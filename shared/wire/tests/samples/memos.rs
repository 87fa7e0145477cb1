//! Facts of the MEMOS stream that billing causes.

use domain::{
    memo::{
        MemoApplied, MemoExpired, MemoFunded, MemoIssued, MemoOpened, MemoTerms, MemoUnapplied, ServiceAmount,
        UnapplyCause,
    },
    policy::MemoBasis,
};
use money::{Currency, Rounding};

use super::{
    credit, day, delivery, document_number, exact, february, january, memo, owner, payer, policy_hash, run, usd,
};

pub(super) fn issued() -> MemoIssued {
    MemoIssued {
        memo: memo(1),
        payer: payer(),
        member: owner(),
        credit: Some(credit()),
        supplements: None,
        by_revision: false,
        after_upstream_end: false,
        customer: None,
        description: "AWS Activate Founders".to_owned(),
        program: "activate".to_owned(),
        currency: Currency::USD,
        basis: MemoBasis::Face,
        face: usd("1000.00"),
        start_date: day("2019-01-01"),
        end_date: Some(day("2019-12-31")),
        terms: MemoTerms {
            services: vec!["AmazonEC2".to_owned(), "Amazon Simple Storage Service".to_owned()],
            excluded_services: vec!["AmazonRegistrar".to_owned()],
            regions: vec!["eu-central-1".to_owned()],
            covers_tax: true,
            monthly_cap: Some(usd("600.00")),
            not_applied: Vec::new(),
        },
        policy: policy_hash(),
        posting: january(),
        balance_before: usd("0.00"),
        balance_after: usd("1000.00"),
    }
}

pub(super) fn opened() -> MemoOpened {
    MemoOpened {
        issued: MemoIssued { memo: memo(2), supplements: Some(memo(1)), balance_after: usd("640.00"), ..issued() },
        applied_before: usd("360.00"),
        funded_before: exact("358.1200345"),
        as_of: day("2018-12-31"),
        former_number: "GUT-18-00417".to_owned(),
        evidence: "balance list of 2018-12-31, sheet 4".to_owned(),
    }
}

pub(super) fn funded() -> MemoFunded {
    MemoFunded {
        memo: memo(1),
        period: january(),
        amount: exact("337.9000000001"),
        funded_before: exact("0"),
        funded_after: exact("337.9000000001"),
        grown: usd("0.00"),
        delivery: Some(delivery()),
        effective: day("2019-01-31"),
        posting: january(),
        balance_before: usd("1000.00"),
        balance_after: usd("1000.00"),
    }
}

fn service(service: &str, amount: &str) -> ServiceAmount {
    ServiceAmount { service: service.to_owned(), amount: usd(amount) }
}

pub(super) fn applied() -> MemoApplied {
    MemoApplied {
        memo: memo(1),
        period: january(),
        paid_under: None,
        amount: usd("470.45"),
        eligible: usd("470.45"),
        by_service: vec![service("AmazonEC2", "412.35"), service("AmazonS3", "58.10")],
        run: run(),
        policy: policy_hash(),
        rounding: Rounding::HalfEven,
        effective: day("2019-01-31"),
        posting: january(),
        corrects: None,
        charges: None,
        balance_before: usd("1000.00"),
        balance_after: usd("529.55"),
    }
}

pub(super) fn unapplied() -> MemoUnapplied {
    MemoUnapplied {
        memo: memo(1),
        period: january(),
        paid_under: None,
        amount: usd("58.10"),
        cause: UnapplyCause::Restated,
        run: run(),
        effective: day("2019-01-31"),
        posting: february(),
        corrects: Some(document_number()),
        charges: Some("0f1e2d3c4b5a6978".to_owned()),
        balance_before: usd("529.55"),
        balance_after: usd("587.65"),
    }
}

pub(super) fn lapsed() -> MemoExpired {
    MemoExpired {
        memo: memo(1),
        amount: usd("500.00"),
        effective: day("2019-12-31"),
        posting: january(),
        policy: policy_hash(),
        by_hand: false,
        balance_before: usd("587.65"),
        balance_after: usd("87.65"),
    }
}

pub(super) fn expired() -> MemoExpired {
    MemoExpired { amount: usd("87.65"), balance_before: usd("87.65"), balance_after: usd("0.00"), ..lapsed() }
}
