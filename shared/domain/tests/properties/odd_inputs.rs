//! Never a panic: months below zero, charges of nothing, amounts out of all proportion, texts that
//! nobody would write. An answer or a refusal, whichever it is.

use domain::{
    classification::{classify_line, treat_credit_line},
    credit::{AttributableCredit, PromotionalLine, attribute, split_owner_suffix},
    ids::{MemberAccountId, UpstreamCreditId},
    memo::{FundMemo, FundingFromCredit, IssueMemo},
    period::BillingPeriod,
    policy::{CustomerTax, Policies, RatingBasis},
    rating::{RatedCharge, rate},
    services::is_same_service,
    usage::{ChargeAggregate, DiscountAmount, LineType, MemberUsage},
};
use money::{Currency, Exact, Money, Rounding};
use proptest::{collection::vec, option, prelude::*, sample::select};

use crate::builders::{
    cents, charge, charge_key, correct, credit_id, draw, exact, fold, holding, issue, member, month_of_2019, payer,
    period, rated,
};

/// Nothing, the least, the greatest, and what lies between.
fn odd_amount() -> impl Strategy<Value = Exact> {
    let extremes = [
        "0",
        "0.005",
        "-0.005",
        "1e-24",
        "-1e-24",
        "9999999999999999999999999",
        "-9999999999999999999999999",
        "79228162514264337593543950335",
        "-79228162514264337593543950335",
        "79228.162514264337593543950335",
        "123456789012345.678901234567",
    ];
    prop_oneof![
        select(extremes.map(exact).to_vec()),
        (any::<i64>(), 0u32..13).prop_map(|(mantissa, scale)| exact(&format!("{mantissa}e-{scale}"))),
    ]
}

fn odd_charges() -> impl Strategy<Value = Vec<RatedCharge>> {
    let one = (select(vec!["AmazonEC2", "AmazonS3", ""]), odd_amount());
    vec(one, 0..6).prop_map(|charges| {
        charges.into_iter().map(|(product, amount)| RatedCharge { amount, ..charge(product, "0") }).collect()
    })
}

fn odd_issues() -> impl Strategy<Value = Vec<IssueMemo>> {
    let faces = select(vec![1i128, 99, 10i128.pow(20), 10i128.pow(27)]);
    vec(faces, 0..3).prop_map(|faces| {
        let numbered = (1..).zip(faces);
        numbered.map(|(at, units)| issue(&format!("{at}"), Money::from_units(units, 2), None)).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn odd_months_are_drawn_or_refused(
        issues in odd_issues(), charges in odd_charges(), after in odd_charges(),
        rounding in select(vec![Rounding::HalfEven, Rounding::HalfUp, Rounding::Down]),
    ) {
        let mut memos = holding(&issues);
        let policies = Policies { rounding, ..Policies::default() };
        if let Ok(decision) = draw(&memos, &rated(month_of_2019(1), charges), &policies) {
            fold(&mut memos, &decision.facts);
        }
        if let Ok(decision) = correct(&memos, &rated(month_of_2019(1), after), &policies, month_of_2019(2)) {
            fold(&mut memos, &decision.facts);
        }
        prop_assert!(memos.memos.values().all(|memo| memo.conserves()));
    }

    #[test]
    fn odd_funding_is_recorded_or_refused(amounts in vec((1u32..4, odd_amount()), 0..8), funded in any::<bool>()) {
        use domain::policy::MemoBasis;
        let basis = if funded { MemoBasis::Funded } else { MemoBasis::Face };
        let mut memos = holding(&[IssueMemo { basis, ..issue("1", cents(1_000), None) }]);
        for (month, attributed) in amounts {
            let funding = FundingFromCredit { period: month_of_2019(month), attributed, delivery: None };
            let command =
                FundMemo { credit: credit_id("1"), funding, rounding: Rounding::HalfEven, first_unissued: None };
            if let Ok(facts) = memos.decide_fund(&command) {
                fold(&mut memos, &facts);
            }
        }
        prop_assert!(memos.memos.values().all(|memo| memo.conserves()));
    }

    #[test]
    fn odd_bills_are_rated_or_refused(
        lines in vec((select(vec!["Usage", "Fee", "Tax", "Refund", "SppDiscount", "Novel", "Purchase"]), odd_amount(), option::of(odd_amount()), odd_amount()), 0..6),
        net in any::<bool>(), by_rate in any::<bool>(),
    ) {
        let charges = lines.into_iter().enumerate().map(|(at, (line_type, amount, net_amount, discount))| ChargeAggregate {
            key: charge_key(line_type, &format!("service-{at}")),
            rows: 1,
            amount,
            net_amount,
            discounts: vec![DiscountAmount { discount_type: "EdpDiscount".into(), amount: discount }],
        });
        let usage = MemberUsage {
            payer: payer(),
            member: member("111122223333"),
            period: month_of_2019(1),
            delivery: domain::ids::DeliveryId::parse("d").unwrap(),
            currency: Currency::USD,
            charges: charges.collect(),
            credit_lines: Vec::new(),
        };
        let policies = Policies {
            rating_basis: if net { RatingBasis::Net } else { RatingBasis::List },
            customer_tax: if by_rate { CustomerTax::RateBeforeMemo(exact("0.19")) } else { CustomerTax::PassedOn },
            ..Policies::default()
        };
        if let Ok(month) = rate(&usage, &policies, |_| domain::classification::CreditLineTreatment::Promotional) {
            let _ = draw(&holding(&[issue("1", cents(100), None)]), &month, &policies);
        }
    }

    #[test]
    fn odd_attributions_conserve_or_are_refused(amounts in vec(odd_amount(), 0..6), remaining in odd_amount()) {
        let credits = [AttributableCredit {
            credit: credit_id("1"),
            owner: member("100000000001"),
            description: "Promo".into(),
            remaining,
            tolerance: Exact::ZERO,
            live: true,
            end_date: None,
            start_date: crate::builders::day("2019-01-01"),
            currency: Currency::USD,
            is_split: false,
            split_from: None,
        }];
        let lines: Vec<PromotionalLine> = amounts
            .into_iter()
            .enumerate()
            .map(|(at, applied)| PromotionalLine {
                member: member(&format!("{at}")),
                description: "Promo".into(),
                credit_id: String::new(),
                applied,
                by_operator: None,
                currency: Currency::USD,
                remembered: None,
            })
            .collect();
        let _ = attribute(&lines, &credits);
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,60}", other in "\\PC{0,20}") {
        let (description, owner) = split_owner_suffix(&text);
        prop_assert!(description.len() <= text.len() && owner.is_none_or(|owner| !owner.is_empty()));
        let _ = split_owner_suffix(&format!("{text}credit from account:{other}"));
        let _ = classify_line(&LineType::from(text.as_str()));
        let _ = treat_credit_line(&text, false, &Policies::default());
        let _ = is_same_service(&text, &other, &text);
        let _ = BillingPeriod::parse(&text);
        if let Ok(id) = MemberAccountId::parse(&text) {
            prop_assert_eq!(id.as_str(), text.trim());
        }
        if let Ok(id) = UpstreamCreditId::parse(&text) {
            prop_assert_eq!(UpstreamCreditId::parse(id.as_str()), Ok(id));
        }
    }

    #[test]
    fn months_follow_each_other(year in 1u32..9999, month in 1u32..=12) {
        let this = period(&format!("{year:04}-{month:02}"));
        prop_assert_eq!(this.next().previous(), this);
        prop_assert_eq!(BillingPeriod::containing(this.last_day()), this);
        prop_assert!(!this.contains(this.next().first_day()));
        prop_assert_eq!(BillingPeriod::parse(&this.to_string()), Ok(this));
    }
}

/// A period is written as it is read; a sign is no digit.
#[test]
fn a_period_with_a_sign_is_no_period() {
    for text in ["2019-+1", "+201-01"] {
        assert!(BillingPeriod::parse(text).is_err(), "{text} was read as {:?}", BillingPeriod::parse(text));
    }
}
