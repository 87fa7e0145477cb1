//! Deliveries of a bill: the same again records nothing, older ones are not applied, and a member's
//! record comes back as it was offered, in however many parts (rule book N3, N16, N17, N18).

use chrono::DateTime;
use domain::{
    ids::DeliveryId,
    usage::{
        BillFormat, ChargeAggregate, ChargeKey, ControlTotals, DeliveryCompleted, DeliveryFact, DeliveryState,
        DeliveryVerdict, Finality, MemberUsage, MemberUsageState, OfferDelivery, TypeTotal,
    },
};
use money::{Currency, Exact};
use proptest::{collection::vec, option, prelude::*, sample::select};

use crate::builders::{charge_key, exact, fine, member, month_of_2019, payer};

fn delivery(id: &str, digest: &str, created: Option<i64>) -> DeliveryCompleted {
    DeliveryCompleted {
        payer: payer(),
        period: month_of_2019(1),
        delivery: DeliveryId::parse(id).unwrap(),
        replaces: None,
        format: BillFormat::Cur2,
        currency: Currency::USD,
        files: Vec::new(),
        assembly_id: String::new(),
        created: created.and_then(|day| DateTime::from_timestamp(day * 86_400, 0)),
        rows: 1,
        accounts: 1,
        changed_accounts: 1,
        totals: ControlTotals::default(),
        by_type: Vec::new(),
        finality: Finality::Final,
        bill_types: Vec::new(),
        left_out: Vec::new(),
        unknown_columns: Vec::new(),
        pro_forma: false,
        by_day: false,
        digest: digest.into(),
    }
}

fn offer(state: &DeliveryState, delivery: &DeliveryCompleted) -> DeliveryVerdict {
    state.decide(&OfferDelivery { delivery, dropped_members: 0, dropped_example: None, replace: false }).unwrap()
}

fn record(state: &mut DeliveryState, delivery: &DeliveryCompleted) -> DeliveryVerdict {
    let verdict = offer(state, delivery);
    match &verdict {
        DeliveryVerdict::SeenBefore => {}
        DeliveryVerdict::NoChange(seen) => state.evolve(&DeliveryFact::Seen(seen.clone())),
        DeliveryVerdict::New { replaces } => {
            let completed = DeliveryCompleted { replaces: replaces.clone(), ..delivery.clone() };
            state.evolve(&DeliveryFact::Completed(completed));
        }
    }
    verdict
}

fn any_usage() -> impl Strategy<Value = MemberUsage> {
    let one = (select(vec!["AmazonEC2", "AmazonS3"]), -1_000i64..100_000);
    // Up to several parts: a part holds 200 aggregates.
    prop_oneof![vec(one.clone(), 0..8), vec(one, 190..450)].prop_map(|charges| MemberUsage {
        payer: payer(),
        member: member("111122223333"),
        period: month_of_2019(1),
        delivery: DeliveryId::parse("d-1").unwrap(),
        currency: Currency::USD,
        charges: charges
            .into_iter()
            .enumerate()
            .map(|(at, (product, units))| aggregate(product, at, fine(units)))
            .collect(),
        credit_lines: Vec::new(),
    })
}

fn aggregate(product: &str, at: usize, amount: Exact) -> ChargeAggregate {
    let key =
        ChargeKey { region: format!("region-{at:04}"), billing_entity: "AWS".into(), ..charge_key("Usage", product) };
    ChargeAggregate { key, rows: 1, amount, net_amount: None, discounts: Vec::new() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_same_delivery_again_records_nothing(
        offered in vec((0u8..6, 0u8..3, option::of(1i64..5)), 1..10),
    ) {
        let mut state = DeliveryState::default();
        for (id, digest, created) in offered {
            let delivery = delivery(&format!("d-{id}"), &format!("digest-{digest}"), created);
            let before = state.current().cloned();
            let verdict = record(&mut state, &delivery);
            prop_assert_eq!(offer(&state, &delivery), DeliveryVerdict::SeenBefore);
            let is_new = matches!(verdict, DeliveryVerdict::New { .. });
            prop_assert_eq!(state.current().map(|now| &now.delivery) != before.as_ref().map(|was| &was.delivery), is_new);
            if let (true, Some(before)) = (is_new, before) {
                prop_assert!(before.digest != delivery.digest, "the same content counts once");
                prop_assert!(before.created.zip(delivery.created).is_none_or(|(was, now)| now >= was), "older");
            }
        }
    }

    #[test]
    fn a_members_record_comes_back_as_it_was_offered(first in any_usage(), second in any_usage()) {
        let mut state = MemberUsageState::default();
        let second = MemberUsage { delivery: DeliveryId::parse("d-2").unwrap(), ..second };
        let mut completed: Vec<DeliveryId> = Vec::new();
        for offered in [&first, &second] {
            let before = completed.clone();
            let place = |delivery: &DeliveryId| before.iter().position(|one| one == delivery);
            // Cut off after the first part: it counts for nothing, and is recorded again as a whole.
            let cut_off = state.decide(offered, place);
            if let (Some(part), true) = (cut_off.first(), cut_off.len() > 1) {
                let counted = state.effective(place).cloned();
                state.evolve(part);
                prop_assert_eq!(state.effective(place).cloned(), counted);
            }
            for fact in state.decide(offered, place) {
                state.evolve(&fact);
            }
            prop_assert_eq!(state.decide(offered, place), [], "again");
            prop_assert!(state.stands(offered, place));
            completed.push(offered.delivery.clone());
            let place = |delivery: &DeliveryId| completed.iter().position(|one| one == delivery);
            if let Some(effective) = state.effective(place) {
                prop_assert_eq!((&effective.charges, &effective.credit_lines), (&offered.charges, &offered.credit_lines));
            } else {
                prop_assert!(offered.charges.is_empty());
            }
        }
    }

    /// Two processes ingest at once: whichever writes of the member first, what counts is what the
    /// delivery says that is completed last, and one that is never completed takes nothing away.
    #[test]
    fn deliveries_under_way_do_not_drop_each_others_records(
        former in any_usage(), one in any_usage(), other in any_usage(), both in any::<bool>(),
    ) {
        let of = |name: &str, usage: MemberUsage| MemberUsage { delivery: DeliveryId::parse(name).unwrap(), ..usage };
        let (former, one, other) = (of("d-1", former), of("d-2", one), of("d-3", other));
        let mut state = MemberUsageState::default();
        let mut completed: Vec<DeliveryId> = Vec::new();
        for offered in [&former, &one, &other] {
            let place = |delivery: &DeliveryId| completed.iter().position(|at| at == delivery);
            for fact in state.decide(offered, place) {
                state.evolve(&fact);
            }
            if offered.delivery == former.delivery {
                completed.push(former.delivery.clone());
            }
        }
        // The one that wrote last is completed first, or not at all; then the other decides again.
        if both {
            completed.push(other.delivery.clone());
        }
        let place = |delivery: &DeliveryId| completed.iter().position(|at| at == delivery);
        if !both {
            prop_assert!(state.stands(&one, place), "the record of a delivery under way was dropped");
        }
        for fact in state.decide(&one, place) {
            state.evolve(&fact);
        }
        completed.push(one.delivery.clone());
        let place = |delivery: &DeliveryId| completed.iter().position(|at| at == delivery);
        let counts = state.effective(place).map_or(&[][..], |version| &version.charges);
        prop_assert_eq!(counts, &one.charges[..]);
    }

    #[test]
    fn the_classes_are_the_files_sum(
        totals in vec((select(vec!["Usage", "Fee", "Credit", "Tax", "Refund", "SppDiscount", "Adjustment", "Novel"]), -1_000_000i64..1_000_000), 0..12),
    ) {
        let by_type: Vec<TypeTotal> = totals
            .into_iter()
            .map(|(line_type, units)| TypeTotal { line_type: line_type.into(), rows: 1, amount: fine(units) })
            .collect();
        let ControlTotals { charges, credits, tax, refunds, other, unclassified, total } = ControlTotals::of(&by_type).unwrap();
        let classes = Exact::checked_sum([charges, credits, tax, refunds, other, unclassified]).unwrap();
        prop_assert_eq!(classes, total);
        prop_assert_eq!(Exact::checked_sum(by_type.iter().map(|of| of.amount)).unwrap(), total);
    }
}

#[test]
fn an_older_delivery_is_seen_and_not_applied() {
    let mut state = DeliveryState::default();
    record(&mut state, &delivery("d-2", "later", Some(5)));
    let verdict = record(&mut state, &delivery("d-1", "earlier", Some(3)));
    assert!(matches!(verdict, DeliveryVerdict::NoChange(seen) if seen.stale));
    assert_eq!(state.current().unwrap().delivery.as_str(), "d-2");
    assert_eq!(state.current().unwrap().totals.total, exact("0"));
}
