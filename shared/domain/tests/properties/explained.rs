//! Explanations: whatever the months, the memos and the policies, the amounts of a derivation add up,
//! and what is derived again is what was recorded.

use std::collections::BTreeMap;

use domain::{
    billing::{MemberStatement, StatementInput, StatementsBefore, make_statement},
    classification::CreditLineTreatment,
    explain::{
        BilledCreditLine, Derivation, DocumentBasis, EventPosition, MemoBasisOfExplanation, Placed, explain_document,
        explain_memo,
    },
    ids::DeliveryId,
    memo::{AcrossPayers, DrawPeriod, FundMemo, FundingFromCredit, LapseAtClose, MemberMemos, MemoFact},
    period::BillingPeriod,
    policy::{Policies, RatingBasis},
    rating::rate,
    usage::{ChargeAggregate, CreditLineAggregate, CreditLineKey, DiscountAmount, MemberUsage},
};
use money::{Currency, Exact};
use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::Value;

use crate::builders::*;

const KINDS: [&str; 8] =
    ["Usage", "Usage", "DiscountedUsage", "Tax", "Fee", "SppDiscount", "EdpDiscount", "NeverHeardOf"];

/// A month of a bill: charges with parts of a cent, discounts in columns, credit lines.
fn any_bill() -> impl Strategy<Value = (Vec<ChargeAggregate>, Vec<CreditLineAggregate>)> {
    let charge = (select(&PRODUCTS[..]), select(&KINDS[..]), -5_000i64..4_000_000, 0i64..50_000);
    let line = (select(&["AWS Free Tier", "Promo", "Contractual Credit"][..]), 1i64..900_000);
    (vec(charge, 0..9), vec(line, 0..3)).prop_map(|(charges, lines)| {
        let charges =
            charges.into_iter().map(|(product, kind, units, discount)| charge_of(product, kind, units, discount));
        let lines = lines.into_iter().map(|(description, units)| CreditLineAggregate {
            key: CreditLineKey {
                description: description.to_owned(),
                line_type: "Credit".into(),
                product_code: "AmazonEC2".into(),
                invoice_id: String::new(),
                billing_entity: String::new(),
                bill_type: String::new(),
                credit_id: String::new(),
                region: String::new(),
                charge_month: None,
                charge_day: None,
                undated: false,
            },
            rows: 1,
            amount: -fine(units),
        });
        (charges.collect(), lines.collect())
    })
}

fn charge_of(product: &str, kind: &str, units: i64, discount: i64) -> ChargeAggregate {
    let is_discount = kind.ends_with("Discount");
    ChargeAggregate {
        key: charge_key(kind, product),
        rows: 1,
        amount: if is_discount { -fine(units.abs() / 100) } else { fine(units) },
        net_amount: None,
        discounts: if discount % 3 == 0 && !is_discount {
            vec![
                DiscountAmount { discount_type: "EdpDiscount".into(), amount: -fine(discount / 9) },
                DiscountAmount { discount_type: "SppDiscount".into(), amount: -fine(discount / 7) },
            ]
        } else {
            Vec::new()
        },
    }
}

fn treat(line: &CreditLineAggregate) -> CreditLineTreatment {
    match line.key.description.as_str() {
        "Promo" => CreditLineTreatment::Promotional,
        _ => CreditLineTreatment::Retained,
    }
}

fn at(stream: &str, sequence: usize) -> EventPosition {
    EventPosition {
        stream: stream.to_owned(),
        sequence: sequence as u64,
        fact: 0,
        fact_type: "any.v1".to_owned(),
        recorded: chrono::DateTime::UNIX_EPOCH,
    }
}

/// A life of months with everything that was recorded of it.
struct Told {
    memos: MemberMemos,
    facts: Vec<Placed<MemoFact>>,
}

impl Told {
    fn record(&mut self, facts: Vec<MemoFact>) {
        fold(&mut self.memos, &facts);
        for said in facts {
            let sequence = self.facts.len() + 1;
            self.facts.push(Placed { said, at: at("MEMOS", sequence) });
        }
    }
}

/// Every node of the JSON adds up.
fn adds_up(value: &Value) -> Result<(), String> {
    let amount = |node: &Value| Exact::parse(node["amount"].as_str().unwrap()).unwrap();
    if let Some(parts) = value.get("parts").and_then(Value::as_array) {
        let sum = Exact::checked_sum(parts.iter().map(amount)).unwrap();
        if sum != amount(value) {
            return Err(format!("{sum} is not {value:#}"));
        }
    }
    match value {
        Value::Array(items) => items.iter().try_for_each(adds_up),
        Value::Object(fields) => fields.values().try_for_each(adds_up),
        _ => Ok(()),
    }
}

fn statement_of(
    told: &Told,
    month: BillingPeriod,
    former: Option<BillingPeriod>,
    plan: &domain::memo::DrawPlan,
    policies: &Policies,
) -> MemberStatement {
    make_statement(StatementInput {
        payer: &payer(),
        member: &member("111122223333"),
        assigned_to: Default::default(),
        period: month,
        follows: StatementsBefore { former, later: None },
        currency: Currency::USD,
        memos: &told.memos,
        plan,
        earlier_periods: Vec::new(),
        earlier_by_other_payers: Vec::new(),
        policies,
        policy: &policies.hash(),
        run: &run(),
    })
}

proptest! {
    #[test]
    fn whatever_the_months_an_explanation_adds_up_and_agrees(
        issues in any_issues(4),
        bills in vec(any_bill(), 1..4),
        funding in vec(0i64..300_000, 4),
        policies in any_policies(),
        net in prop::bool::weighted(0.2),
    ) {
        let policies = Policies { rating_basis: if net { RatingBasis::Net } else { RatingBasis::List }, ..policies };
        let hash = policies.hash();
        let mut told = Told { memos: MemberMemos::default(), facts: Vec::new() };
        for issue in &issues {
            let facts = told.memos.decide_issue(issue).unwrap();
            told.record(facts);
        }
        let mut former = None;
        for (number, (charges, credit_lines)) in (2u32..).zip(&bills) {
            let month = month_of_2019(number);
            for (issue, units) in issues.iter().zip(&funding) {
                let funding = FundingFromCredit { period: month, attributed: fine(*units), delivery: None };
                let command = FundMemo {
                    credit: issue.credit.clone().unwrap(),
                    funding,
                    rounding: policies.rounding,
                    first_unissued: former.map(BillingPeriod::next),
                };
                let facts = told.memos.decide_fund(&command).unwrap();
                told.record(facts);
            }
            let usage = MemberUsage {
                payer: payer(),
                member: member("111122223333"),
                period: month,
                delivery: DeliveryId::parse("d-1").unwrap(),
                currency: Currency::USD,
                charges: charges.clone(),
                credit_lines: credit_lines.clone(),
            };
            let rated = rate(&usage, &policies, treat).unwrap();
            let command = DrawPeriod { run: &run(), month: &rated, policies: &policies, policy: &hash };
            let decision = told.memos.decide_draw(&command).unwrap();
            told.record(decision.facts);
            let statement = statement_of(&told, month, former, &decision.plan, &policies);
            prop_assert!(statement.foots());
            let statement = Placed { said: statement, at: at("BILLING", 1) };
            let place = |said: &ChargeAggregate| Placed { said: said.clone(), at: at("USAGE", 1) };
            let explained = explain_document(DocumentBasis {
                statement: &statement,
                basis: &BTreeMap::new(),
                policies: &policies,
                month: &rated,
                charges: charges.iter().map(place).collect(),
                credit_lines: credit_lines
                    .iter()
                    .map(|line| BilledCreditLine {
                        line: Placed { said: line.clone(), at: at("USAGE", 1) },
                        treatment: treat(line),
                    })
                    .collect(),
                memos: &told.memos,
                memo_facts: &told.facts,
                across: &AcrossPayers::default(),
                others: &[],
                follows: StatementsBefore { former, later: None },
                corrections: Vec::new(),
            })
            .unwrap();
            prop_assert!(explained.agrees, "{:#?}", explained.checks);
            prop_assert_eq!(adds_up(&serde_json::to_value(&explained).unwrap()), Ok(()));
            let nodes = [&explained.due, &explained.utilisation, &explained.balance_of_funds, &explained.aws_bill];
            let shares = explained.lines.iter().map(|line| &line.due);
            let shares = shares.chain(explained.sellers.iter().map(|seller| &seller.due));
            for node in nodes.into_iter().chain(shares) {
                prop_assert_eq!(node.adds_up(), Ok(()));
                prop_assert!(!node.has_gap(), "{:#?}", node);
            }
            let closing = LapseAtClose { closing: month, expiry: policies.memo_expiry, policy: &hash, first_unissued: month.next() };
            let facts = told.memos.decide_lapse(&closing);
            told.record(facts);
            former = Some(month);
        }
        for memo in told.memos.in_order_of_issue() {
            let facts: Vec<Placed<MemoFact>> =
                told.facts.iter().filter(|fact| *fact.said.memo() == memo.number).cloned().collect();
            let explained = explain_memo(MemoBasisOfExplanation { memo, facts: &facts, upstream: &[] }).unwrap();
            prop_assert!(explained.agrees, "{:#?}", explained);
            prop_assert_eq!(adds_up(&serde_json::to_value(&explained).unwrap()), Ok(()));
        }
    }
}

#[test]
fn a_statement_that_says_something_else_is_found() {
    let policies = Policies::default();
    let mut told = Told { memos: MemberMemos::default(), facts: Vec::new() };
    let facts = told.memos.decide_issue(&issue("1", usd("50.00"), None)).unwrap();
    told.record(facts);
    let charges = [charge_of("AmazonEC2", "Usage", 1_000_050, 1)];
    let usage = MemberUsage {
        payer: payer(),
        member: member("111122223333"),
        period: month_of_2019(1),
        delivery: DeliveryId::parse("d-1").unwrap(),
        currency: Currency::USD,
        charges: charges.to_vec(),
        credit_lines: Vec::new(),
    };
    let rated = rate(&usage, &policies, treat).unwrap();
    let command = DrawPeriod { run: &run(), month: &rated, policies: &policies, policy: &policies.hash() };
    let decision = told.memos.decide_draw(&command).unwrap();
    told.record(decision.facts);
    let mut said = statement_of(&told, month_of_2019(1), None, &decision.plan, &policies);
    // A cent that nothing explains.
    said.due += usd("0.01");
    let statement = Placed { said, at: at("BILLING", 1) };
    let explained = explain_document(DocumentBasis {
        statement: &statement,
        basis: &BTreeMap::new(),
        policies: &policies,
        month: &rated,
        charges: vec![Placed { said: charges[0].clone(), at: at("USAGE", 1) }],
        credit_lines: Vec::new(),
        memos: &told.memos,
        memo_facts: &told.facts,
        across: &AcrossPayers::default(),
        others: &[],
        follows: StatementsBefore::default(),
        corrections: Vec::new(),
    })
    .unwrap();
    assert!(!explained.agrees);
    assert!(explained.due.has_gap());
    assert_eq!(explained.due.adds_up(), Ok(()), "what is missing stands in the tree");
    let broken = Derivation { amount: usd("1.00").into(), ..explained.due };
    assert!(broken.adds_up().is_err());
}
