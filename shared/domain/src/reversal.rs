//! What a line that is no charge of its own belongs to (law D6; rule book N9, N15, N29, N30, N35, N36).
//!
//! A discount, a refund, a correction, a tax, a Free Tier line has the nature of the charges that it
//! hangs on: their eligibility, product, month, region and days, however AWS spells it. The charges are
//! those of the same service in the same month, narrowed by what else the line says of itself (seller,
//! invoice, bill type, region, day) as far as that leaves any. Where they differ in nature, a discount, a
//! tax or a Free Tier line is shared by amount, as AWS computes it; money given back goes to the charges
//! of one nature that it fits, and where nothing tells it is an exception and goes back in cash.
//!
//! Which month it is of is [`reversed_month`]; for a line without a date [`months_of_undated`] asks what
//! earlier months charged and who paid it. Deliberately absent: statements and bills, which the caller
//! reads, and how much of a correction goes back to which memo, which is the draw's rule.

use std::collections::BTreeMap;

use money::{Exact, MoneyError};

use crate::{
    classification::{LineClass, classify_line},
    ids::ProductCode,
    never_covered::NeverCovered,
    period::BillingPeriod,
    rating::RatedCharge,
    services::is_same_service,
    usage::{ChargeAggregate, ChargeKey, CreditLineAggregate},
};

/// How a line hangs on the charges of its month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Hangs {
    /// It is a charge of its own.
    #[default]
    OnNothing,
    /// A discount on charges.
    Discount,
    /// A credit line that stays where AWS put it, the Free Tier's above all.
    LeftCredit,
    /// Tax on charges, or tax given back.
    Tax,
    /// Money given back on charges.
    GivesBack {
        /// It stands on a later bill and corrects a month that has its statement.
        of_closed_month: bool,
        /// Its own words say that it is of a fee paid ahead.
        of_upfront_fee: bool,
    },
}

/// FOCUS's word for a row that corrects an earlier period.
const CORRECTION: &str = "Correction";

/// Whether a line gives money back on charges of the past, by its type: a refund, a negative adjustment
/// of an older FOCUS converter, a credit line that says that it is a refund.
pub fn is_refund(charge: &ChargeAggregate) -> bool {
    match classify_line(&charge.key.line_type) {
        LineClass::Refund => true,
        LineClass::Adjustment | LineClass::CreditLine => charge.amount.is_negative(),
        LineClass::Charge | LineClass::UpfrontFee | LineClass::Tax | LineClass::Discount | LineClass::Unclassified => {
            false
        }
    }
}

fn is_focus_correction(key: &ChargeKey) -> bool {
    key.bill_type.eq_ignore_ascii_case(CORRECTION)
}

/// The month before that a line on a bill belongs to, where it names one. A FOCUS correction does so
/// whatever its sign: some converters reverse the whole charge and post it anew.
pub fn reversed_month(charge: &ChargeAggregate, billed_in: BillingPeriod) -> Option<BillingPeriod> {
    let earlier = charge.key.charge_month.filter(|month| *month < billed_in)?;
    // Covered usage and its negation are a pair of one month.
    let is_negation = charge.key.line_type.as_str() == "SavingsPlanNegation";
    let takes_back = is_refund(charge) || is_focus_correction(&charge.key);
    (takes_back || (charge.amount.is_negative() && !is_negation)).then_some(earlier)
}

/// Whether a line gives money back and does not say of which month.
pub fn is_undated(charge: &ChargeAggregate) -> bool {
    charge.key.undated && charge.amount.is_negative() && (is_refund(charge) || is_focus_correction(&charge.key))
}

/// What an earlier month's statement says of one service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BilledService {
    /// The month.
    pub period: BillingPeriod,
    /// What the customer was charged.
    pub charged: Exact,
    /// What memos paid of it.
    pub applied: Exact,
}

/// Which month an undated line is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UndatedOf {
    /// No earlier month charged the service: it is of the bill's own month.
    ThisMonth,
    /// Of these months, each by so much; the latest first.
    Months(Vec<(BillingPeriod, Exact)>),
    /// Memos paid the service in one month and cash did in another.
    CannotBeTold,
}

/// Which months an undated line gives money back for. `billed` are the earlier months that charged the
/// service. With one such month it is of that one; with several it makes no difference where memos paid
/// all of the service in each, or none of it in any.
///
/// # Errors
/// [`MoneyError`] where a sum cannot be held exactly.
pub fn months_of_undated(amount: Exact, billed: &[BilledService]) -> Result<UndatedOf, MoneyError> {
    let mut charged: Vec<&BilledService> = billed.iter().filter(|one| one.charged.is_positive()).collect();
    charged.sort_by_key(|one| std::cmp::Reverse(one.period));
    let Some(latest) = charged.first() else { return Ok(UndatedOf::ThisMonth) };
    let paid_by_memos = charged.iter().all(|one| one.applied == one.charged);
    let paid_in_cash = charged.iter().all(|one| one.applied.is_zero());
    if charged.len() > 1 && !paid_by_memos && !paid_in_cash {
        return Ok(UndatedOf::CannotBeTold);
    }
    let mut left = amount;
    let mut months = Vec::new();
    for one in &charged {
        let part = left.max(-one.charged);
        if !part.is_zero() {
            months.push((one.period, part));
        }
        left = left.checked_sub(part)?;
    }
    // More than all months together charged: the latest shows it, and it is an exception there.
    if !left.is_zero() {
        match months.first_mut() {
            Some((_, part)) => *part = part.checked_add(left)?,
            None => months.push((latest.period, left)),
        }
    }
    Ok(UndatedOf::Months(months))
}

/// A credit line that is a refund, as the charge line that it stands for.
pub fn refund_as_charge(line: &CreditLineAggregate) -> ChargeAggregate {
    let key = &line.key;
    ChargeAggregate {
        key: ChargeKey {
            line_type: key.line_type.clone(),
            product_code: key.product_code.clone(),
            service_name: String::new(),
            purchase_type: String::new(),
            region: key.region.clone(),
            billing_entity: key.billing_entity.clone(),
            legal_entity: String::new(),
            invoice_id: key.invoice_id.clone(),
            bill_type: key.bill_type.clone(),
            billing_view: String::new(),
            charge_month: key.charge_month,
            charge_day: key.charge_day,
            undated: key.undated,
            description: key.description.clone(),
        },
        rows: line.rows,
        amount: line.amount,
        net_amount: None,
        discounts: Vec::new(),
    }
}

/// How a charge line hangs on others, by its type, sign and words. `period` is the month being rated.
pub fn hangs(charge: &ChargeAggregate, period: BillingPeriod) -> Hangs {
    let words = charge.key.description.to_lowercase();
    match classify_line(&charge.key.line_type) {
        LineClass::Discount => return Hangs::Discount,
        LineClass::Tax => return Hangs::Tax,
        _ => {}
    }
    let of_closed_month = charge.key.charge_month == Some(period) && charge.amount.is_negative();
    if !is_refund(charge) && !of_closed_month {
        return Hangs::OnNothing;
    }
    if is_refund(charge) && words.split(|c: char| !c.is_alphanumeric()).any(|word| TAX_WORDS.contains(&word)) {
        return Hangs::Tax;
    }
    let of_upfront_fee = UPFRONT_WORDS.iter().any(|word| words.contains(word));
    Hangs::GivesBack { of_closed_month, of_upfront_fee }
}

const TAX_WORDS: [&str; 4] = ["tax", "taxes", "vat", "gst"];
const UPFRONT_WORDS: [&str; 6] =
    ["upfront", "up-front", "one-time fee", "one time fee", "sign up charge", "sign-up charge"];

/// The charges of a month with the nature of each: a line that hangs on others takes theirs, in parts
/// where they differ. Answers with each part beside the place of the line that it comes of, in order.
///
/// # Errors
/// [`MoneyError`] where a part cannot be held exactly.
pub fn with_natures(lines: Vec<RatedCharge>) -> Result<Vec<(usize, RatedCharge)>, MoneyError> {
    if lines.iter().all(|line| line.hangs == Hangs::OnNothing) {
        return Ok(lines.into_iter().enumerate().collect());
    }
    let bases: Vec<&RatedCharge> =
        lines.iter().filter(|line| line.hangs == Hangs::OnNothing && line.amount.is_positive()).collect();
    let mut judged: Vec<(usize, RatedCharge)> = Vec::with_capacity(lines.len());
    let gives_back = |line: &RatedCharge| matches!(line.hangs, Hangs::GivesBack { .. });
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| !gives_back(line)) {
        let parts = match line.hangs {
            Hangs::OnNothing | Hangs::GivesBack { .. } => vec![line.clone()],
            Hangs::Discount | Hangs::LeftCredit => shared(line, &narrowed(line, &bases))?,
            Hangs::Tax => {
                let taxed = shared(line, &taxed(line, &bases))?;
                taxed
                    .into_iter()
                    .map(|part| RatedCharge { never_covered: of_tax(part.never_covered), ..part })
                    .collect()
            }
        };
        judged.extend(parts.into_iter().map(|part| (at, part)));
    }
    // What is given back comes last: no more than what is left of the charges is given back of them.
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| gives_back(line)) {
        let parts = given_back(line, &bases, &judged)?;
        judged.extend(parts.into_iter().map(|part| (at, part)));
    }
    judged.sort_by_key(|(at, _)| *at);
    Ok(judged)
}

/// The eligibility of a tax on a charge.
fn of_tax(of_charge: Option<NeverCovered>) -> Option<NeverCovered> {
    match of_charge {
        None | Some(NeverCovered::Tax) => Some(NeverCovered::Tax),
        Some(_) => Some(NeverCovered::TaxOfNeverCovered),
    }
}

/// Whether two lines are for one service, by code or name.
fn is_same(one: &RatedCharge, other: &RatedCharge) -> bool {
    is_same_service(one.product_code.as_str(), other.product_code.as_str(), &other.service_name)
        || is_same_service(other.product_code.as_str(), one.product_code.as_str(), &one.service_name)
}

/// The charges that a line may hang on: those of its service, narrowed by what it says of itself.
fn narrowed<'a>(line: &RatedCharge, bases: &[&'a RatedCharge]) -> Vec<&'a RatedCharge> {
    let is_general = line.product_code.as_str().is_empty();
    let of_service = bases.iter().copied().filter(|base| is_general || is_same(line, base)).collect();
    narrow(line, of_service)
}

/// The charges that a tax is on. One that names no service that was charged is on all of them.
fn taxed<'a>(line: &RatedCharge, bases: &[&'a RatedCharge]) -> Vec<&'a RatedCharge> {
    let of_service = narrowed(line, bases);
    let is_general = line.product_code.as_str().to_lowercase().contains("tax");
    if of_service.is_empty() && is_general { narrow(line, bases.to_vec()) } else { of_service }
}

fn narrow<'a>(line: &RatedCharge, mut bases: Vec<&'a RatedCharge>) -> Vec<&'a RatedCharge> {
    let is_marketplace = |one: &RatedCharge| one.seller.billing_entity.to_lowercase().contains("marketplace");
    let said = |text: &str, of: &str| !text.is_empty() && text == of;
    keep_some(&mut bases, |base| is_marketplace(base) == is_marketplace(line));
    keep_some(&mut bases, |base| base.line_type == line.line_type);
    keep_some(&mut bases, |base| said(&line.seller.invoice_id, &base.seller.invoice_id));
    let is_correction = line.bill_type.eq_ignore_ascii_case(CORRECTION);
    keep_some(&mut bases, |base| !is_correction && said(&line.bill_type, &base.bill_type));
    keep_some(&mut bases, |base| said(&line.region, &base.region));
    keep_some(&mut bases, |base| line.day.is_some() && line.day == base.day);
    bases
}

/// Narrows a list, unless nothing would be left of it.
fn keep_some(bases: &mut Vec<&RatedCharge>, keep: impl Fn(&RatedCharge) -> bool) {
    if bases.iter().any(|base| keep(base)) {
        bases.retain(|base| keep(base));
    }
}

/// What of a charge decides who pays it: eligibility, service, region, day.
type Nature<'a> = (Option<NeverCovered>, &'a ProductCode, &'a str, &'a str, Option<chrono::NaiveDate>);

fn nature(of: &RatedCharge) -> Nature<'_> {
    (of.never_covered, &of.product_code, &of.service_name, &of.region, of.day)
}

/// A line shared over charges by their amounts, one part a nature.
fn shared(line: &RatedCharge, bases: &[&RatedCharge]) -> Result<Vec<RatedCharge>, MoneyError> {
    let mut sums: BTreeMap<Nature<'_>, Exact> = BTreeMap::new();
    for base in bases {
        let sum = sums.entry(nature(base)).or_default();
        *sum = sum.checked_add(base.amount)?;
    }
    let whole = Exact::checked_sum(sums.values().copied())?;
    let mut left = line.amount;
    let mut parts = Vec::with_capacity(sums.len().max(1));
    let last = sums.len();
    for (number, ((never_covered, code, name, region, day), sum)) in (1..).zip(sums) {
        let amount = if number == last { left } else { line.amount.apportioned(sum, whole)? };
        left = left.checked_sub(amount)?;
        let of_service = (*code != line.product_code).then(|| (code.clone(), name.to_owned()));
        let region = region.to_owned();
        parts.push(RatedCharge { amount, never_covered, region, day, of_service, ..line.clone() });
    }
    if parts.is_empty() {
        parts.push(line.clone());
    }
    parts.retain(|part| !part.amount.is_zero() || line.amount.is_zero());
    Ok(parts)
}

/// Money given back, with the nature of the charges that it fits.
fn given_back(
    line: &RatedCharge,
    bases: &[&RatedCharge],
    judged: &[(usize, RatedCharge)],
) -> Result<Vec<RatedCharge>, MoneyError> {
    let Hangs::GivesBack { of_closed_month, of_upfront_fee } = line.hangs else { return Ok(vec![line.clone()]) };
    let in_cash = |amount: Exact, why: NeverCovered| RatedCharge { amount, never_covered: Some(why), ..line.clone() };
    if of_upfront_fee {
        // Its own words say whose nature it has, whether the fee stands on a bill that is known or not.
        return Ok(vec![in_cash(line.amount, NeverCovered::UpfrontFee)]);
    }
    if line.never_covered == Some(NeverCovered::CannotBeTold)
        || line.never_covered == Some(NeverCovered::BeforeStatements)
    {
        return Ok(vec![line.clone()]);
    }
    let mut fitting = narrowed(line, bases);
    let wanted = line.amount.abs();
    keep_some(&mut fitting, |base| base.amount == wanted);
    if fitting.is_empty() {
        let own = line.never_covered.is_some() || !of_closed_month;
        return Ok(vec![if own { line.clone() } else { in_cash(line.amount, NeverCovered::BeyondCharge) }]);
    }
    let mut by_nature: BTreeMap<Option<NeverCovered>, Vec<&RatedCharge>> = BTreeMap::new();
    for base in fitting {
        by_nature.entry(base.never_covered).or_default().push(base);
    }
    // Charges of several natures: those that are large enough to have so much given back.
    if by_nature.len() > 1 {
        let large = |bases: &[&RatedCharge]| -> Result<bool, MoneyError> {
            Ok(Exact::checked_sum(bases.iter().map(|base| base.amount))? >= wanted)
        };
        let mut fits = BTreeMap::new();
        for (why, bases) in by_nature {
            if large(&bases)? {
                fits.insert(why, bases);
            }
        }
        by_nature = fits;
    }
    let mut natures = by_nature.into_iter();
    let (Some((why, bases)), None) = (natures.next(), natures.next()) else {
        return Ok(vec![in_cash(line.amount, NeverCovered::CannotBeTold)]);
    };
    if !of_closed_month {
        return shared(line, &bases);
    }
    // What is left of these charges: what was charged, less discounts and what was given back before.
    let is_of = |one: &RatedCharge| one.never_covered == why && one.hangs != Hangs::Tax && is_same(line, one);
    let of_charges = judged.iter().map(|(_, one)| one).filter(|one| is_of(one));
    let left = Exact::checked_sum(of_charges.map(|one| one.amount))?.max(Exact::ZERO);
    let back = line.amount.max(-left);
    let beyond = line.amount.checked_sub(back)?;
    let mut parts = Vec::new();
    if !back.is_zero() {
        parts = shared(&RatedCharge { amount: back, ..line.clone() }, &bases)?;
    }
    if !beyond.is_zero() {
        parts.push(in_cash(beyond, NeverCovered::BeyondCharge));
    }
    Ok(parts)
}
