//! Small parts of samples for the tests beside the rules: one payer, one account, months of 2019.

use money::{Currency, Exact, Money};

use super::{AccountInputs, CrossPayer, MayNeedCorrecting, MemberInputs, MonthToCorrect, PayerMonth, RunInputs};
use crate::{
    account::AssignMember,
    billing::{BillingRunCompleted, LastRun, MemberStatement, PeriodOutline, PeriodStatus, StatementsBefore},
    credit::KnownCredits,
    ids::{DeliveryId, MemberAccountId, PayerAccountId, PoNumber, RunId},
    memo::{IssueMemo, MemberMemos, MemoTerms},
    period::BillingPeriod,
    policy::{MemoBasis, Policies},
    rates::ConversionRates,
    usage::{ChargeAggregate, DeliveryCompleted, DeliveryState, MemberUsage},
};

pub(super) const OWNER: &str = "111122223333";

pub(super) fn usd(text: &str) -> Money {
    Money::parse(text, Currency::USD).unwrap()
}

pub(super) fn month(number: u32) -> BillingPeriod {
    BillingPeriod::parse(&format!("2019-{number:02}")).unwrap()
}

pub(super) fn payer(text: &str) -> PayerAccountId {
    PayerAccountId::parse(text).unwrap()
}

pub(super) fn own_payer() -> PayerAccountId {
    payer("999900001111")
}

pub(super) fn owner() -> MemberAccountId {
    MemberAccountId::parse(OWNER).unwrap()
}

pub(super) fn run() -> RunId {
    RunId::parse("run-1").unwrap()
}

pub(super) fn delivery(of: BillingPeriod, name: &str) -> DeliveryCompleted {
    serde_json::from_value(serde_json::json!({
        "payer": own_payer(), "period": of, "delivery": name, "format": "cur2", "currency": "USD",
        "files": [], "rows": 1, "accounts": 1, "changed_accounts": 1, "by_type": [], "finality": "final",
        "totals": { "charges": "0", "credits": "0", "tax": "0", "refunds": "0", "other": "0", "unclassified": "0",
                    "total": "0" },
        "digest": "x",
    }))
    .unwrap()
}

/// A payer's month under the default policies, delivered once.
pub(super) fn payer_month(of: BillingPeriod) -> PayerMonth {
    let policies = Policies::default();
    PayerMonth {
        payer: own_payer(),
        period: of,
        deliveries: DeliveryState::default(),
        delivery: delivery(of, "first"),
        policy: policies.hash(),
        policies,
        known_credits: KnownCredits::default(),
        follows: StatementsBefore::default(),
        voided: Default::default(),
    }
}

/// A month in outline, billed on a delivery where one is named.
pub(super) fn outline(status: PeriodStatus, is_issued: bool, billed_on: Option<&str>) -> PeriodOutline {
    let completed = billed_on.map(|on| BillingRunCompleted {
        run: run(),
        delivery: DeliveryId::parse(on).unwrap(),
        draft: !is_issued,
        totals: serde_json::from_value(serde_json::json!({
            "currency": "USD", "members": 1, "unassigned": 0, "documents": 1, "gross": "0.00", "applied": "0.00",
            "due": "0.00", "rounding_difference": "0", "kept": "0",
        }))
        .unwrap(),
        other_payers: Default::default(),
    });
    let last_run = completed.map(|completed| LastRun {
        run: completed.run.clone(),
        delivery: completed.delivery.clone(),
        completed: Some(completed),
    });
    PeriodOutline { status, is_issued, last_run, ..PeriodOutline::default() }
}

/// A charge; a refund of a month where one is named.
pub(super) fn charge(amount: &str, refunds: Option<BillingPeriod>) -> ChargeAggregate {
    let line_type = if refunds.is_some() { "Refund" } else { "Usage" };
    serde_json::from_value(serde_json::json!({
        "line_type": line_type, "product_code": "AmazonEC2", "charge_month": refunds, "rows": 1, "amount": amount,
    }))
    .unwrap()
}

pub(super) fn bill(of: BillingPeriod, charges: &[ChargeAggregate]) -> MemberUsage {
    MemberUsage {
        payer: own_payer(),
        member: owner(),
        period: of,
        delivery: DeliveryId::parse("first").unwrap(),
        currency: Currency::USD,
        charges: charges.to_vec(),
        credit_lines: Vec::new(),
    }
}

/// A statement that charged so much, of which memos paid so much.
pub(super) fn statement(of: BillingPeriod, gross: &str, applied: &str) -> MemberStatement {
    let due = usd(gross) - usd(applied);
    serde_json::from_value(serde_json::json!({
        "payer_account_id": own_payer(), "member_account_id": OWNER, "customer": "acme", "po_number": "PO-A",
        "period": of, "currency": "USD", "document_number": format!("INV-999900001111-{of}-00001"),
        "prior_balance": "0.00", "issued": "0.00", "corrections": "0.00", "utilisation": gross, "applied": applied,
        "expired": "0.00", "balance_of_funds": "0.00", "gross": gross, "due": due, "memos": [],
        "lines": [{ "service": "AmazonEC2", "charge_kind": "Usage", "gross": gross, "eligible": gross,
                    "applied": applied, "due": due }],
        "rounding": "half-even", "policy": "0123456789abcdef", "run": run(),
    }))
    .unwrap()
}

/// A memo of this face, for any service, that does not end.
pub(super) fn memo(face: &str) -> MemberMemos {
    let issue = IssueMemo {
        payer: own_payer(),
        member: owner(),
        credit: None,
        supplements: None,
        description: "Promo".into(),
        program: String::new(),
        currency: Currency::USD,
        face: usd(face),
        start_date: month(1).first_day(),
        end_date: None,
        terms: MemoTerms::default(),
        basis: MemoBasis::Face,
        policy: Policies::default().hash(),
        first_unissued: None,
        new_ownership: false,
    };
    MemberMemos::default().after(&MemberMemos::default().decide_issue(&issue).unwrap()).unwrap()
}

/// The owner with these memos and bills, of customer `acme` under `PO-A`.
pub(super) fn member(memos: MemberMemos, bills: Vec<MemberUsage>, statements: Vec<MemberStatement>) -> MemberInputs {
    let mut own = AccountInputs::nothing(owner());
    own.holds_memos = !memos.memos.is_empty();
    own.memos = memos;
    own.usage = bills.into_iter().map(|bill| (bill.period, bill)).collect();
    own.statements = statements.into_iter().map(|one| (one.period, one)).collect();
    let mut member = MemberInputs { own, last_assigned: None, elsewhere: Default::default() };
    assign(&mut member.own, "acme", "PO-A", 1);
    member
}

/// Assigns an account from a month on.
pub(super) fn assign(account: &mut AccountInputs, customer: &str, po_number: &str, from: u32) {
    let command = AssignMember {
        payer: own_payer(),
        member: owner(),
        customer: customer.into(),
        po_number: PoNumber::from(po_number),
        from: month(from).first_day(),
        to: None,
    };
    let facts = account.account.decide(&command).unwrap();
    account.account = facts.iter().fold(std::mem::take(&mut account.account), |state, fact| state.evolve(fact));
}

/// A run of a month that corrects others; nothing else is known.
pub(super) fn run_inputs(of: BillingPeriod, corrected: Vec<MonthToCorrect>) -> RunInputs {
    let month = payer_month(of);
    RunInputs {
        across: alone(&month),
        run: run(),
        draft: false,
        date: of.next().first_day(),
        first_delivered: Some(of),
        periods: Default::default(),
        corrected,
        corrected_across: Vec::new(),
        rates: ConversionRates::default(),
        month,
    }
}

/// A month that no other payer has to do with.
pub(super) fn alone(of: &PayerMonth) -> CrossPayer {
    CrossPayer::of(of, of.period, Default::default())
}

/// A month that was delivered anew since it was billed.
pub(super) fn delivered_anew(of: BillingPeriod) -> MonthToCorrect {
    let month = payer_month(of);
    let across = alone(&month);
    MonthToCorrect::of(&MayNeedCorrecting::anew(of), month, across).unwrap()
}

pub(super) fn exact(text: &str) -> Exact {
    Exact::parse(text).unwrap()
}
