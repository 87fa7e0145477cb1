//! Policies as data: the hash of the defaults is pinned, and every policy is part of the hash, so
//! that a month is replayed under the very policies it was decided under.

use domain::policy::{
    AssignmentKey, ClosedPeriodCorrections, CustomerTax, DiscountTreatment, DocumentSeries, DrawLimit,
    ExpiryInsideMonth, FourEyesAct, MemoBasis, MemoExpiry, Policies, RatingBasis, ReinstatedAfterExpiry,
};
use money::{Currency, Rounding};

use crate::builders::exact;

/// Facts in logs bear this hash. Another one here means that the meaning of "the defaults" changed:
/// that is a new version, said in the rule book, and never an accident.
const DEFAULTS: &str = "8b1c02126fe701d3";

#[test]
fn the_default_policies_have_the_hash_they_always_had() {
    assert_eq!(Policies::default().hash().to_string(), DEFAULTS);
}

#[test]
fn an_empty_policy_file_is_the_defaults() {
    let read: Policies = serde_json::from_str("{}").unwrap();
    assert_eq!(read, Policies::default());
    assert!(serde_json::from_str::<Policies>(r#"{"memo_expirys":"never"}"#).is_err(), "a misspelt policy is refused");
}

#[test]
fn a_policy_file_says_what_was_meant_and_comes_back() {
    let text = r#"{
        "memo_basis": "funded", "draw_limit": "funded", "memo_expiry": "upstream",
        "expiry_inside_month": "day-exact", "rounding": "half-up", "rating_basis": "net",
        "discounts": {"EdpDiscount": "kept"},
        "credit_lines": [{"description_contains": "MAP", "treatment": "retained"}],
        "never_covered": ["AmazonConnect"], "assignment_key": "member-account",
        "suspense_tolerance": {"USD": "1.00"}, "over_application_tolerance": {"USD": "0.01"},
        "closed_period_corrections": "reopen", "reinstated_after_expiry": {"grace-days": 30},
        "customer_tax": {"rate-before-memo": "0.19"}, "four_eyes": ["write-off", "reopen"],
        "document_series": "payer", "document_currencies": {"acme": "EUR"}
    }"#;
    let read: Policies = serde_json::from_str(text).unwrap();
    assert_eq!(read.reinstated_after_expiry, ReinstatedAfterExpiry::GraceDays(30));
    assert_eq!(read.customer_tax, CustomerTax::RateBeforeMemo(exact("0.19")));
    let again: Policies = serde_json::from_str(&serde_json::to_string(&read).unwrap()).unwrap();
    assert_eq!((&again, again.hash()), (&read, read.hash()));
}

#[test]
fn every_policy_changes_the_hash() {
    let changes: Vec<(&str, fn(&mut Policies))> = vec![
        ("memo_basis", |p| p.memo_basis = MemoBasis::Funded),
        ("draw_limit", |p| p.draw_limit = DrawLimit::Funded),
        ("memo_expiry", |p| p.memo_expiry = MemoExpiry::Never),
        ("expiry_inside_month", |p| p.expiry_inside_month = ExpiryInsideMonth::DayExact),
        ("rounding", |p| p.rounding = Rounding::HalfUp),
        ("rating_basis", |p| p.rating_basis = RatingBasis::Net),
        ("discounts", |p| p.discounts.extend([("EdpDiscount".into(), DiscountTreatment::Kept)])),
        ("never_covered", |p| p.never_covered.push("AmazonConnect".into())),
        ("assignment_key", |p| p.assignment_key = AssignmentKey::MemberAccount),
        ("suspense_tolerance", |p| p.suspense_tolerance.extend([("USD".into(), exact("1"))])),
        ("over_application_tolerance", |p| p.over_application_tolerance.extend([("USD".into(), exact("1"))])),
        ("closed_period_corrections", |p| p.closed_period_corrections = ClosedPeriodCorrections::Reopen),
        ("reinstated_after_expiry", |p| p.reinstated_after_expiry = ReinstatedAfterExpiry::GraceDays(30)),
        ("customer_tax", |p| p.customer_tax = CustomerTax::None),
        ("four_eyes", |p| p.four_eyes.push(FourEyesAct::WriteOff)),
        ("document_series", |p| p.document_series = DocumentSeries::Payer),
        ("document_currencies", |p| p.document_currencies.extend([("acme".into(), Currency::USD)])),
    ];
    let mut seen = vec![("defaults", Policies::default().hash())];
    for (name, change) in changes {
        let mut policies = Policies::default();
        change(&mut policies);
        let hash = policies.hash();
        assert!(seen.iter().all(|(_, other)| *other != hash), "{name} is not in the hash");
        seen.push((name, hash));
    }
}
