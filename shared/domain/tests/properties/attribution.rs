//! Attribution conserves: each line is attributed or in suspense, to the last digit, whatever the
//! order of lines and credits (rule book N7, N10 to N13, W11).

use std::collections::BTreeMap;

use domain::{
    credit::{
        AttributableCredit, Attribution, CreditFact, MatchedBy, ObserveCredit, PromotionalLine, SuspenseReason,
        SuspenseState, UpstreamCreditState, UpstreamCreditTerms, attribute,
    },
    ids::{DeliveryId, UpstreamCreditId},
};
use money::{Currency, Exact};
use proptest::{collection::vec, option, prelude::*, sample::select};

use crate::builders::{credit_id, day, exact, fine, member, month_of_2019, payer};

const OWNERS: [&str; 3] = ["100000000001", "100000000002", "100000000003"];
const DESCRIPTIONS: [&str; 3] = ["AWS Activate", "Survey credit", "Promotion - 1/2"];
/// Credits of one sample; ids "1" to "5" are theirs, "9" is nobody's.
const CREDITS_MAX: usize = 5;

fn any_credits() -> impl Strategy<Value = Vec<AttributableCredit>> {
    let one = (
        select(&OWNERS[..]),
        select(&DESCRIPTIONS[..]),
        -100_000i64..5_000_000,
        prop::bool::weighted(0.9),
        option::weighted(0.8, 2u32..6),
    );
    vec(one, 0..=CREDITS_MAX).prop_map(|credits| {
        let numbered = (1..).zip(credits);
        numbered
            .map(|(at, (owner, description, remaining, live, end))| AttributableCredit {
                credit: credit_id(&format!("{at}")),
                owner: member(owner),
                description: description.into(),
                remaining: fine(remaining),
                tolerance: Exact::ZERO,
                live,
                end_date: end.map(|end| month_of_2019(end).last_day()),
                start_date: day("2019-01-01"),
                currency: Currency::USD,
                is_split: false,
                split_from: None,
            })
            .collect()
    })
}

/// Lines as bills write them: with and without the owner's suffix, in other case and spacing, with
/// an id or none; one a member, description and id, as they are summed.
fn any_lines(least: i64) -> impl Strategy<Value = Vec<PromotionalLine>> {
    let spelling = select(vec![
        "AWS Activate",
        "aws  activate",
        "Survey credit",
        "Promotion - 1/2",
        "Unheard of",
        "AWS Activate, credit from account: 100000000001",
        "Survey credit, credit from account: 100000000002",
        "Survey credit, Credit From Account: 100000000003",
        "Unheard of, credit from account: 100000000001",
        "Promotion - 1/2, credit from account: 555500000000",
    ]);
    let id = prop_oneof![6 => Just(""), 1 => Just("1"), 1 => Just("2"), 1 => Just("9")];
    let said = option::weighted(0.1, select(vec!["1", "3", "9"]));
    let one =
        (select(vec![OWNERS[0], OWNERS[1], "200000000001", "200000000002"]), spelling, id, said, least..3_000_000i64);
    vec(one, 0..12).prop_map(|lines| {
        let mut summed: BTreeMap<(String, String, String), (Option<UpstreamCreditId>, i64)> = BTreeMap::new();
        for (member, description, id, said, applied) in lines {
            let key = (member.to_owned(), description.to_owned(), id.to_owned());
            let line = summed.entry(key).or_insert((said.map(credit_id), 0));
            line.1 += applied;
        }
        let lines = summed.into_iter().filter(|(_, (_, applied))| *applied != 0);
        lines
            .map(|((of, description, credit_id), (by_operator, applied))| PromotionalLine {
                member: member(&of),
                description,
                credit_id,
                applied: fine(applied),
                by_operator,
                currency: Currency::USD,
                remembered: None,
            })
            .collect()
    })
}

/// One line a member and description: lines that differ in nothing but an id have a test of their own.
fn lines_apart() -> impl Strategy<Value = Vec<PromotionalLine>> {
    any_lines(-500_000).prop_map(|mut lines| {
        lines.dedup_by(|a, b| (&a.member, &a.description) == (&b.member, &b.description));
        lines
    })
}

fn sum<'a>(amounts: impl IntoIterator<Item = &'a Exact>) -> Exact {
    Exact::checked_sum(amounts.into_iter().copied()).unwrap()
}

fn attributed_to(attribution: &Attribution, credit: &UpstreamCreditId) -> Exact {
    sum(attribution.by_credit.get(credit).into_iter().flatten().map(|line| &line.amount))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn every_line_is_attributed_or_in_suspense(lines in any_lines(-500_000), credits in any_credits()) {
        let attribution = attribute(&lines, &credits).unwrap();
        let attributed = sum(attribution.by_credit.values().flatten().map(|line| &line.amount));
        let suspense = sum(attribution.suspense.iter().map(|item| &item.amount));
        prop_assert_eq!(sum(lines.iter().map(|line| &line.applied)), attributed.checked_add(suspense).unwrap());
        for credit in attribution.by_credit.keys() {
            prop_assert!(credits.iter().any(|known| known.credit == *credit), "{} is not known", credit);
        }
        let mut ids: Vec<&str> = attribution.suspense.iter().map(|item| item.item.as_str()).collect();
        ids.dedup();
        prop_assert_eq!(ids.len(), attribution.suspense.len(), "two suspense items of one id");
    }

    #[test]
    fn no_credit_gets_more_than_it_has_left(lines in any_lines(-500_000), credits in any_credits()) {
        let attribution = attribute(&lines, &credits).unwrap();
        for credit in &credits {
            let of_it = attributed_to(&attribution, &credit.credit);
            prop_assert!(of_it <= credit.remaining.max(Exact::ZERO), "{}: {}", credit.credit, of_it);
        }
        for line in attribution.by_credit.values().flatten() {
            prop_assert!(!line.amount.is_zero());
        }
    }

    #[test]
    fn the_order_of_lines_and_credits_changes_nothing(
        (lines, shuffled) in lines_apart().prop_flat_map(|lines| (Just(lines.clone()), Just(lines).prop_shuffle())),
        (credits, turned) in any_credits().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
    ) {
        prop_assert_eq!(attribute(&lines, &credits).unwrap(), attribute(&shuffled, &turned).unwrap());
    }

    #[test]
    fn the_same_attribution_again_records_nothing(lines in any_lines(-500_000), credits in any_credits()) {
        let (period, delivery) = (month_of_2019(1), DeliveryId::parse("d-1").unwrap());
        let attribution = attribute(&lines, &credits).unwrap();
        let mut suspense = SuspenseState::default();
        for fact in suspense.decide(&payer(), period, &delivery, &attribution.suspense) {
            suspense.evolve(&fact);
        }
        prop_assert_eq!(suspense.decide(&payer(), period, &delivery, &attribution.suspense), []);
        prop_assert_eq!(suspense.total().unwrap(), sum(attribution.suspense.iter().map(|item| &item.amount)));
        for credit in &credits {
            let mut state = observed(credit);
            let lines = attribution.by_credit.get(&credit.credit).cloned().unwrap_or_default();
            for fact in state.decide_attribution(period, &delivery, &lines, Exact::ZERO).unwrap() {
                state.evolve(&fact);
            }
            prop_assert_eq!(state.decide_attribution(period, &delivery, &lines, Exact::ZERO).unwrap(), []);
            prop_assert_eq!(state.applied().unwrap(), attributed_to(&attribution, &credit.credit));
            // A later delivery without these lines takes all of it back, and then stands still.
            for fact in state.decide_attribution(period, &delivery, &[], Exact::ZERO).unwrap() {
                state.evolve(&fact);
            }
            prop_assert!(state.applied().unwrap().is_zero());
            prop_assert_eq!(state.decide_attribution(period, &delivery, &[], Exact::ZERO).unwrap(), []);
        }
    }

    #[test]
    fn owner_and_scatter_are_the_whole_application(lines in any_lines(0), credits in any_credits()) {
        let attribution = attribute(&lines, &credits).unwrap();
        for credit in &credits {
            let lines = attribution.by_credit.get(&credit.credit).cloned().unwrap_or_default();
            let state = observed(credit);
            for fact in state.decide_attribution(month_of_2019(1), &DeliveryId::parse("d").unwrap(), &lines, Exact::ZERO).unwrap() {
                let CreditFact::Attributed(fact) = fact else { panic!("{fact:?}") };
                prop_assert_eq!(fact.on_owner.checked_add(fact.scattered).unwrap(), fact.amount);
            }
        }
    }
}

fn terms(credit: &AttributableCredit) -> UpstreamCreditTerms {
    UpstreamCreditTerms {
        credit: credit.credit.clone(),
        payer: payer(),
        owner: credit.owner.clone(),
        description: credit.description.clone(),
        program: String::new(),
        credit_type: String::new(),
        currency: Currency::USD,
        face_amount: exact("1000"),
        initial_amount: None,
        remaining_amount: None,
        start_date: credit.start_date,
        end_date: credit.end_date,
        services: Vec::new(),
        excluded_services: Vec::new(),
        regions: Vec::new(),
        covers_tax: false,
        stated: Default::default(),
    }
}

fn observed(credit: &AttributableCredit) -> UpstreamCreditState {
    let mut state = UpstreamCreditState::default();
    let command = ObserveCredit { terms: terms(credit), on: "2019-01-05".parse().unwrap() };
    for fact in state.decide_observe(&command).unwrap() {
        state.evolve(&fact);
    }
    assert_eq!(state.decide_observe(&command).unwrap(), [], "observing again");
    state
}

fn promo(id: &str, owner: &str, description: &str, remaining: &str) -> AttributableCredit {
    AttributableCredit {
        credit: credit_id(id),
        owner: member(owner),
        description: description.into(),
        remaining: exact(remaining),
        tolerance: Exact::ZERO,
        live: true,
        end_date: Some(day("2019-12-31")),
        start_date: day("2019-01-01"),
        currency: Currency::USD,
        is_split: false,
        split_from: None,
    }
}

fn line(on: &str, description: &str, applied: &str) -> PromotionalLine {
    PromotionalLine {
        member: member(on),
        description: description.into(),
        credit_id: String::new(),
        applied: exact(applied),
        by_operator: None,
        currency: Currency::USD,
        remembered: None,
    }
}

#[test]
fn w11_beyond_the_face_goes_to_suspense() {
    let credits = [promo("1", OWNERS[0], "Promo", "1000")];
    let named = line("200000000001", "Promo, credit from account: 100000000001", "1000");
    let attribution = attribute(&[line("200000000002", "Promo", "12.34"), named], &credits).unwrap();
    assert_eq!(attributed_to(&attribution, &credit_id("1")), exact("1000"));
    assert_eq!(attribution.suspense.len(), 1);
    assert_eq!(
        (attribution.suspense[0].amount, attribution.suspense[0].reason),
        (exact("12.34"), SuspenseReason::BeyondFace)
    );
}

#[test]
fn a_match_grows_weaker_in_the_documented_order() {
    let credits = [promo("1", OWNERS[0], "Promo", "1000"), promo("2", OWNERS[1], "Other", "1000")];
    let by_id = PromotionalLine { credit_id: "1".into(), ..line("200000000001", "whatever", "1") };
    for (of, matched_by) in [
        (PromotionalLine { by_operator: Some(credit_id("2")), ..by_id.clone() }, MatchedBy::Operator),
        (by_id, MatchedBy::CreditId),
        (line("200000000001", "PROMO, credit from account: 100000000001", "1"), MatchedBy::OwnerAndDescription),
        (line("200000000001", "New name, credit from account: 100000000001", "1"), MatchedBy::SoleCreditOfOwner),
        (line("200000000001", "Promo", "1"), MatchedBy::Description),
        (line(OWNERS[0], "New name", "1"), MatchedBy::SoleCreditOfAccount),
    ] {
        let attribution = attribute(&[of], &credits).unwrap();
        let found: Vec<MatchedBy> = attribution.by_credit.values().flatten().map(|line| line.matched_by).collect();
        assert_eq!(found, [matched_by]);
    }
    assert!(MatchedBy::Operator < MatchedBy::CreditId && MatchedBy::Description < MatchedBy::SoleCreditOfAccount);
}

/// Two lines that differ only in an id that no credit has compete for what is left: which of them
/// goes to suspense must not be the list's to say.
#[test]
fn the_order_of_lines_that_differ_in_an_unknown_id_changes_nothing() {
    let credits = [promo("1", OWNERS[0], "Promo", "100")];
    let with_id = PromotionalLine { credit_id: "9".into(), ..line("200000000001", "Promo", "80") };
    let without = line("200000000001", "Promo", "60");
    let one = attribute(&[with_id.clone(), without.clone()], &credits).unwrap();
    assert_eq!(one, attribute(&[without, with_id], &credits).unwrap());
}
