//! Facts of the CREDITS stream.

use domain::{
    credit::{
        AllocatedAmount, ApplicationsAttributed, AttributedLine, CreditAllocationObserved, MatchedBy,
        SuspenseAttributed, SuspenseAttributionWithdrawn, SuspenseCleared, SuspenseClearing, SuspenseItem,
        SuspenseOpened, SuspenseReason, UpstreamCreditCancelled, UpstreamCreditObserved, UpstreamCreditPaused,
        UpstreamCreditRevised, UpstreamCreditSplit, UpstreamCreditTerms, UpstreamCreditTransferred, UpstreamPortion,
    },
    ids::UpstreamCreditId,
};
use money::Currency;

use super::{credit, day, delivery, exact, january, neighbour, owner, payer};

const DESCRIPTION: &str = "AWS Activate Founders";

fn terms() -> UpstreamCreditTerms {
    UpstreamCreditTerms {
        credit: credit(),
        payer: payer(),
        owner: owner(),
        description: DESCRIPTION.to_owned(),
        program: "activate".to_owned(),
        credit_type: "Promotion".to_owned(),
        currency: Currency::USD,
        face_amount: exact("1000"),
        initial_amount: Some(exact("1250")),
        remaining_amount: Some(exact("1000")),
        start_date: day("2019-01-01"),
        end_date: Some(day("2019-12-31")),
        services: vec!["AmazonEC2".to_owned(), "Amazon Simple Storage Service".to_owned()],
        excluded_services: vec!["AmazonRegistrar".to_owned()],
        regions: vec!["eu-central-1".to_owned()],
        covers_tax: false,
        stated: Default::default(),
    }
}

pub(super) fn observed() -> UpstreamCreditObserved {
    UpstreamCreditObserved { terms: terms(), split_from: None }
}

pub(super) fn revised() -> UpstreamCreditRevised {
    let after = UpstreamCreditTerms {
        face_amount: exact("1500"),
        end_date: Some(day("2020-06-30")),
        services: Vec::new(),
        covers_tax: true,
        ..terms()
    };
    UpstreamCreditRevised { before: terms(), after }
}

pub(super) fn transferred() -> UpstreamCreditTransferred {
    UpstreamCreditTransferred {
        credit: credit(),
        from_owner: owner(),
        to_owner: neighbour(),
        amount: exact("649.6"),
        effective: day("2019-02-14"),
    }
}

pub(super) fn split() -> UpstreamCreditSplit {
    let child = |id: &str| UpstreamCreditId::parse(id).unwrap();
    UpstreamCreditSplit {
        credit: credit(),
        reserved: exact("49.6"),
        portions: vec![
            UpstreamPortion { credit: child("1827364551"), amount: exact("400"), owner: None },
            UpstreamPortion { credit: child("1827364552"), amount: exact("200"), owner: Some(neighbour()) },
        ],
        effective: day("2019-02-14"),
    }
}

pub(super) fn paused() -> UpstreamCreditPaused {
    UpstreamCreditPaused { credit: credit(), paused: true, effective: day("2019-03-01") }
}

pub(super) fn cancelled() -> UpstreamCreditCancelled {
    UpstreamCreditCancelled { credit: credit(), effective: day("2019-03-31") }
}

pub(super) fn attributed() -> ApplicationsAttributed {
    ApplicationsAttributed {
        credit: credit(),
        period: january(),
        delivery: delivery(),
        amount_before: exact("0"),
        amount: exact("337.9000000001"),
        on_owner: exact("100"),
        scattered: exact("237.9000000001"),
        lines: vec![
            AttributedLine {
                beneficiary: neighbour(),
                description: format!("{DESCRIPTION}, credit from account: 111122223333"),
                amount: exact("240.4000000001"),
                matched_by: MatchedBy::OwnerAndDescription,
            },
            AttributedLine {
                beneficiary: neighbour(),
                description: DESCRIPTION.to_owned(),
                amount: exact("-2.5"),
                matched_by: MatchedBy::Description,
            },
            AttributedLine {
                beneficiary: owner(),
                description: format!("{DESCRIPTION}, credit from account: 111122223333"),
                amount: exact("100"),
                matched_by: MatchedBy::OwnerAndDescription,
            },
        ],
        beyond_face: exact("0.0300000001"),
    }
}

pub(super) fn suspense_opened() -> SuspenseOpened {
    SuspenseOpened {
        payer: payer(),
        period: january(),
        delivery: delivery(),
        item: SuspenseItem {
            item: "8f2a60c4d1be".to_owned(),
            member: neighbour(),
            description: "AWS Event Credit, credit from account: 444455556666".to_owned(),
            amount: exact("12.4999999999"),
            reason: SuspenseReason::UnknownOwner,
        },
    }
}

pub(super) fn suspense_cleared() -> SuspenseCleared {
    SuspenseCleared {
        payer: payer(),
        period: january(),
        item: "8f2a60c4d1be".to_owned(),
        amount: exact("12.4999999999"),
        clearing: SuspenseClearing::Reattributed,
    }
}

pub(super) fn suspense_attributed() -> SuspenseAttributed {
    SuspenseAttributed {
        payer: payer(),
        period: january(),
        member: neighbour(),
        description: "AWS Event Credit, credit from account: 444455556666".to_owned(),
        credit: credit(),
        item: String::new(),
    }
}

pub(super) fn suspense_attribution_withdrawn() -> SuspenseAttributionWithdrawn {
    SuspenseAttributionWithdrawn {
        payer: payer(),
        period: january(),
        member: neighbour(),
        description: "AWS Event Credit, credit from account: 444455556666".to_owned(),
        credit: credit(),
    }
}

pub(super) fn allocation() -> CreditAllocationObserved {
    CreditAllocationObserved {
        credit: credit(),
        payer: payer(),
        period: january(),
        currency: Currency::USD,
        amount: exact("584.475"),
        allocated: vec![
            AllocatedAmount {
                beneficiary: neighbour(),
                service: "Amazon Elastic Compute Cloud".to_owned(),
                amount: exact("484.475"),
                estimated: false,
            },
            AllocatedAmount {
                beneficiary: owner(),
                service: "Amazon Simple Storage Service".to_owned(),
                amount: exact("100"),
                estimated: true,
            },
        ],
    }
}
