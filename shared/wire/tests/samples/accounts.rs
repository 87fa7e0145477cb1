//! Facts of the ACCOUNTS stream.

use std::collections::BTreeMap;

use domain::rates::ConversionRateStated;
use domain::{
    account::MemberAssigned,
    classification::CreditLineTreatment,
    policy::{
        CreditLineRule, CustomerTax, FourEyesAct, MemoExpiry, Policies, PoliciesApproved, PoliciesProposed,
        PoliciesRejected, PolicyAdopted, ReinstatedAfterExpiry,
    },
};
use money::Currency;

use wire::{CommandDone, IdempotencyKey};

use super::{day, exact, february, owner, payer};

pub(super) fn member_assigned() -> MemberAssigned {
    MemberAssigned {
        payer: payer(),
        member: owner(),
        customer: "acme".into(),
        po_number: "PO-2019-007".into(),
        from: day("2019-01-01"),
        to: Some(day("2020-01-01")),
    }
}

pub(super) fn policy_adopted() -> PolicyAdopted {
    let policies = Policies {
        memo_expiry: MemoExpiry::Upstream,
        credit_lines: vec![CreditLineRule {
            description_contains: "EDP shortfall".to_owned(),
            treatment: CreditLineTreatment::Retained,
        }],
        never_covered: vec!["AWSSupportEnterprise".to_owned()],
        suspense_tolerance: BTreeMap::from([("USD".to_owned(), exact("0.05"))]),
        reinstated_after_expiry: ReinstatedAfterExpiry::GraceDays(30),
        customer_tax: CustomerTax::RateAfterMemo(exact("0.19")),
        four_eyes: vec![FourEyesAct::WriteOff, FourEyesAct::Reopen],
        document_currencies: BTreeMap::from([("globex".to_owned(), Currency::parse("EUR").unwrap())]),
        ..Policies::default()
    };
    PolicyAdopted { from: Some(february()), hash: policies.hash(), policies }
}

pub(super) fn conversion_rate_stated() -> ConversionRateStated {
    ConversionRateStated {
        period: february(),
        from: Currency::USD,
        to: Currency::parse("EUR").unwrap(),
        rate: exact("0.9215"),
        replaces: Some(exact("0.92")),
        source: "ECB, monthly average".to_owned(),
        evidence: "rates-2019-02.pdf".to_owned(),
    }
}

pub(super) fn command_done() -> CommandDone {
    CommandDone {
        key: IdempotencyKey {
            key: "month-end-2019-01".to_owned(),
            input: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned(),
        },
        command: "bill".to_owned(),
        answer: String::new(),
    }
}

const PROPOSAL: &str = "policy-3b5d7f91a2c4";

pub(super) fn policies_proposed() -> PoliciesProposed {
    let file: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(r#"{"four_eyes": ["refund"], "customer_tax": {"rate-before-memo": 0.19}}"#).unwrap();
    PoliciesProposed {
        proposal: PROPOSAL.to_owned(),
        from: Some(february()),
        stated: file.into(),
        by: "maker".to_owned(),
        reason: "fewer acts of two".to_owned(),
    }
}

pub(super) fn policies_approved() -> PoliciesApproved {
    PoliciesApproved { proposal: PROPOSAL.to_owned(), proposed_by: "maker".to_owned(), by: "checker".to_owned() }
}

pub(super) fn policies_rejected() -> PoliciesRejected {
    PoliciesRejected {
        proposal: PROPOSAL.to_owned(),
        proposed_by: "maker".to_owned(),
        by: "checker".to_owned(),
        reason: "not agreed".to_owned(),
    }
}
