//! Policies as data: the hash of the defaults is pinned, and every policy is part of the hash, so
//! that a month is replayed under the very policies it was decided under.

use domain::policy::{
    AssignmentKey, ClosedPeriodCorrections, CustomerTax, DiscountTreatment, DocumentSeries, DrawLimit,
    ExpiryInsideMonth, FourEyesAct, MemoBasis, MemoExpiry, Policies, RatingBasis, ReinstatedAfterExpiry,
};
use money::{Currency, Rounding};

use crate::builders::exact;

/// The hash covers what differs from the defaults, so a policy added at its default changes none;
/// a default that is *changed* would not show in it either. That is why the defaults are pinned
/// beside it: another value here means that old months replay differently, is said in the rule book,
/// and is never an accident. A new policy adds its line.
const DEFAULTS: &str = r#"{
  "memo_basis": "face",
  "draw_limit": "face",
  "memo_expiry": "unfunded-only",
  "expiry_inside_month": "period-inclusive",
  "rounding": "half-even",
  "rating_basis": "list",
  "discounts": {
    "EdpDiscount": "passed-on", "PrivateRateDiscount": "passed-on", "BundledDiscount": "passed-on",
    "RiVolumeDiscount": "passed-on", "Discount": "passed-on",
    "SppDiscount": "kept", "DistributorDiscount": "kept", "UnspecifiedDiscount": "kept"
  },
  "credit_lines": [],
  "never_covered": [],
  "assignment_key": "po-number",
  "suspense_tolerance": {},
  "over_application_tolerance": {},
  "closed_period_corrections": "open-period",
  "reinstated_after_expiry": "lapses-at-once",
  "customer_tax": "passed-on",
  "four_eyes": [],
  "document_series": "payer-period",
  "document_currencies": {}
}"#;
const HASH_OF_DEFAULTS: &str = "44136fa355b3678a";
const HASH_OF_A_CHOICE: &str = "a2bb72a0d337cb22";

#[test]
fn the_default_policies_are_what_they_always_were() {
    let pinned: serde_json::Value = serde_json::from_str(DEFAULTS).unwrap();
    assert_eq!(serde_json::to_value(Policies::default()).unwrap(), pinned);
    assert_eq!(Policies::default().hash().to_string(), HASH_OF_DEFAULTS);
    let chosen =
        Policies { memo_expiry: MemoExpiry::Never, never_covered: vec!["AmazonConnect".into()], ..Policies::default() };
    assert_eq!(chosen.hash().to_string(), HASH_OF_A_CHOICE);
}

#[test]
fn an_empty_policy_file_is_the_defaults() {
    let read: Policies = serde_json::from_str("{}").unwrap();
    assert_eq!(read, Policies::default());
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

type Change = (&'static str, fn(&mut Policies));

#[test]
fn every_policy_changes_the_hash() {
    let changes: [Change; 17] = [
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
