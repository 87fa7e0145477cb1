//! Small parts of samples: ids, amounts, charges, memos. Each takes only what the test is about.

use chrono::NaiveDate;
use domain::{
    ids::{MemberAccountId, PayerAccountId, ProductCode, RunId, UpstreamCreditId},
    memo::{
        CorrectPeriod, DrawDecision, DrawPeriod, DrawRefusal, IssueMemo, MemberMemos, MemoFact, MemoTerms, UnapplyCause,
    },
    never_covered::NeverCovered,
    period::BillingPeriod,
    policy::{MemoBasis, Policies, PolicyHash},
    rating::{RatedCharge, RatedMonth, SellerOfRecord},
    reversal::Hangs,
    usage::ChargeKey,
};
use money::{Currency, Exact, Money};
use proptest::{collection::vec, option, prelude::*, sample::select};

pub(crate) const PRODUCTS: [&str; 4] = ["AmazonEC2", "AmazonRDS", "AmazonS3", "AWSLambda"];
pub(crate) const REGIONS: [&str; 2] = ["us-east-1", "eu-central-1"];
const LINE_TYPES: [&str; 2] = ["Usage", "DiscountedUsage"];
/// Amounts of a bill have parts of a cent: four digits show every rounding.
const UNITS_PER_CENT: i64 = 100;

pub(crate) fn usd(text: &str) -> Money {
    Money::parse(text, Currency::USD).unwrap()
}

pub(crate) fn cents(cents: i64) -> Money {
    Money::from_units(i128::from(cents), 2)
}

pub(crate) fn exact(text: &str) -> Exact {
    Exact::parse(text).unwrap()
}

/// What a bill line says of itself, where only its kind and product matter.
pub(crate) fn charge_key(line_type: &str, product: &str) -> ChargeKey {
    ChargeKey {
        line_type: line_type.into(),
        product_code: product.into(),
        service_name: String::new(),
        purchase_type: String::new(),
        region: String::new(),
        billing_entity: String::new(),
        legal_entity: String::new(),
        invoice_id: String::new(),
        bill_type: String::new(),
        billing_view: String::new(),
        charge_month: None,
        charge_day: None,
        undated: false,
        description: String::new(),
    }
}

/// So many hundredths of a cent.
pub(crate) fn fine(units: i64) -> Exact {
    exact(&format!("{units}e-4"))
}

pub(crate) fn period(text: &str) -> BillingPeriod {
    BillingPeriod::parse(text).unwrap()
}

/// A month of 2019, from 1.
pub(crate) fn month_of_2019(month: u32) -> BillingPeriod {
    period(&format!("2019-{month:02}"))
}

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn payer() -> PayerAccountId {
    PayerAccountId::parse("999900001111").unwrap()
}

pub(crate) fn member(text: &str) -> MemberAccountId {
    MemberAccountId::parse(text).unwrap()
}

pub(crate) fn credit_id(text: &str) -> UpstreamCreditId {
    UpstreamCreditId::parse(text).unwrap()
}

pub(crate) fn run() -> RunId {
    RunId::parse("run-1").unwrap()
}

pub(crate) fn hash() -> PolicyHash {
    PolicyHash("0123456789abcdef".into())
}

/// A charge that memos may pay.
pub(crate) fn charge(product: &str, amount: &str) -> RatedCharge {
    RatedCharge {
        product_code: ProductCode::from(product),
        service_name: String::new(),
        line_type: "Usage".into(),
        region: String::new(),
        day: None,
        seller: SellerOfRecord::default(),
        amount: exact(amount),
        never_covered: None,
        hangs: Hangs::OnNothing,
        bill_type: String::new(),
        of_service: None,
    }
}

/// A charge that no memo pays, or none but one that covers tax.
pub(crate) fn uncovered(product: &str, amount: &str, why: NeverCovered) -> RatedCharge {
    RatedCharge { never_covered: Some(why), ..charge(product, amount) }
}

pub(crate) fn rated(period: BillingPeriod, charges: Vec<RatedCharge>) -> RatedMonth {
    RatedMonth { charges, ..RatedMonth::empty(period, Currency::USD) }
}

/// A memo of 2019 for any service.
pub(crate) fn issue(credit: &str, face: Money, end: Option<&str>) -> IssueMemo {
    IssueMemo {
        payer: payer(),
        member: member("111122223333"),
        credit: Some(credit_id(credit)),
        supplements: None,
        description: "Promo".into(),
        program: String::new(),
        currency: Currency::USD,
        face,
        start_date: day("2019-01-01"),
        end_date: end.map(day),
        terms: MemoTerms::default(),
        basis: MemoBasis::Face,
        policy: hash(),
        first_unissued: None,
        new_ownership: false,
    }
}

pub(crate) fn only(services: &[&str]) -> MemoTerms {
    MemoTerms { services: services.iter().map(|service| (*service).to_owned()).collect(), ..MemoTerms::default() }
}

pub(crate) fn fold(memos: &mut MemberMemos, facts: &[MemoFact]) {
    for fact in facts {
        memos.evolve(fact).unwrap_or_else(|fault| panic!("{fault}: {fact:?}"));
    }
}

/// The memos of one account, in the order they are named.
pub(crate) fn holding(issues: &[IssueMemo]) -> MemberMemos {
    let mut memos = MemberMemos::default();
    for issue in issues {
        let facts = memos.decide_issue(issue).unwrap();
        fold(&mut memos, &facts);
    }
    memos
}

pub(crate) fn draw(memos: &MemberMemos, month: &RatedMonth, policies: &Policies) -> Result<DrawDecision, DrawRefusal> {
    memos.decide_draw(&DrawPeriod { run: &run(), month, policies, policy: &hash() })
}

/// Draws a month and records it.
pub(crate) fn drawn(memos: &mut MemberMemos, month: &RatedMonth, policies: &Policies) -> DrawDecision {
    let decision = draw(memos, month, policies).unwrap();
    fold(memos, &decision.facts);
    decision
}

pub(crate) fn correct(
    memos: &MemberMemos,
    month: &RatedMonth,
    policies: &Policies,
    posting: BillingPeriod,
) -> Result<DrawDecision, DrawRefusal> {
    memos.decide_correction(&CorrectPeriod {
        run: &run(),
        month,
        policies,
        policy: &hash(),
        posting,
        corrects: None,
        cause: UnapplyCause::Restated,
        settled: (usd("0"), usd("0")),
    })
}

/// The same, where statements have charged the month and memos have paid so much of it.
pub(crate) fn correct_beyond(memos: &MemberMemos, month: &RatedMonth, settled: (Money, Money)) -> Vec<MemoFact> {
    let command = CorrectPeriod {
        run: &run(),
        month,
        policies: &Policies::default(),
        policy: &hash(),
        posting: month.period.next(),
        corrects: None,
        cause: UnapplyCause::Restated,
        settled,
    };
    memos.decide_correction(&command).unwrap().facts
}

/// Open balances in the order of issue.
pub(crate) fn open(memos: &MemberMemos) -> Vec<String> {
    memos.in_order_of_issue().iter().map(|memo| memo.open.to_string()).collect()
}

/// Charges of all kinds, some negative, some that no memo pays. No two have the same amount: what
/// happens among equals is the subject of one test, not of chance.
pub(crate) fn any_charges(smallest_cents: i64) -> impl Strategy<Value = Vec<RatedCharge>> {
    let why = prop_oneof![
        8 => Just(None),
        1 => Just(Some(NeverCovered::Marketplace)),
        1 => Just(Some(NeverCovered::Tax)),
        1 => Just(Some(NeverCovered::ListedService)),
    ];
    let one = (select(&PRODUCTS[..]), select(&LINE_TYPES[..]), select(&REGIONS[..]), smallest_cents..40_000i64, why);
    vec(one, 0..12).prop_map(|charges| {
        let numbered = (0i64..).zip(charges);
        numbered
            .map(|(at, (product, line_type, region, cents, never_covered))| {
                let kind = match never_covered {
                    None => product.to_owned(),
                    Some(why) => format!("{product}-{why:?}"),
                };
                RatedCharge {
                    line_type: line_type.into(),
                    region: region.to_owned(),
                    amount: fine(cents * UNITS_PER_CENT + at),
                    never_covered,
                    ..charge(&kind, "0")
                }
            })
            .collect()
    })
}

/// What a memo may pay: mostly anything, else one or two services, a region, tax.
pub(crate) fn any_terms() -> impl Strategy<Value = MemoTerms> {
    (vec(select(&PRODUCTS[..]), 0..3), vec(select(&REGIONS[..]), 0..2), prop::bool::weighted(0.2)).prop_map(
        |(mut services, regions, covers_tax)| {
            services.sort_unstable();
            services.dedup();
            MemoTerms { regions: regions.into_iter().map(str::to_owned).collect(), covers_tax, ..only(&services) }
        },
    )
}

/// Memos of one account to issue: faces, ends and restrictions of all kinds.
pub(crate) fn any_issues(most: usize) -> impl Strategy<Value = Vec<IssueMemo>> {
    let one = (1i64..60_000, 1u32..5, option::weighted(0.8, 4u32..10), any_terms());
    vec(one, 1..=most).prop_map(|memos| {
        let numbered = (1..).zip(memos);
        numbered
            .map(|(at, (face, start, end, terms))| IssueMemo {
                start_date: month_of_2019(start).first_day(),
                end_date: end.map(|end| month_of_2019(end).last_day()),
                terms,
                ..issue(&format!("{at}"), cents(face), None)
            })
            .collect()
    })
}

pub(crate) fn any_policies() -> impl Strategy<Value = Policies> {
    use domain::policy::{DrawLimit, MemoExpiry};
    use money::Rounding;
    (
        select(vec![DrawLimit::Face, DrawLimit::Face, DrawLimit::Funded]),
        select(vec![MemoExpiry::UnfundedOnly, MemoExpiry::Upstream, MemoExpiry::Never]),
        select(vec![Rounding::HalfEven, Rounding::HalfUp]),
    )
        .prop_map(|(draw_limit, memo_expiry, rounding)| Policies {
            draw_limit,
            memo_expiry,
            rounding,
            ..Policies::default()
        })
}
