//! Where AWS's published rule would have put each credit in a month, beside where AWS put it. For
//! comparison only: nothing is ever billed by it (rule book W2).

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use domain::{
    aws_rules::{HighestSpend, MemberCharge, OfferedCredit, PayerMonth, SimulatedMonth, simulate},
    classification::{LineClass, classify_line},
    credit::{CreditStatus, UpstreamCreditState},
    ids::{MemberAccountId, PayerAccountId, ProductCode, UpstreamCreditId},
    never_covered::never_covered,
    period::BillingPeriod,
    services::is_same_service,
};
use money::{Currency, Exact};
use read_model::ReadModel;
use schemars::JsonSchema;
use serde::Serialize;
use service_kit::Failure;

/// A credit on an account in a month: by the rule, and on the bill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SimulatedRow {
    /// The payer.
    pub payer_account_id: PayerAccountId,
    /// The month.
    pub period: BillingPeriod,
    /// The currency.
    pub currency: String,
    /// The credit.
    pub credit_id: UpstreamCreditId,
    /// Its owner in the month.
    pub owner_account_id: MemberAccountId,
    /// The account that benefits.
    pub beneficiary_account_id: MemberAccountId,
    /// Where the rule puts it if "highest spend" counts all charges of an account.
    pub by_total_spend: Exact,
    /// Where the rule puts it if "highest spend" counts the charges that the credit may pay.
    pub by_eligible_spend: Exact,
    /// Where AWS's bill has it, as its lines were attributed.
    pub on_bill: Exact,
    /// On the bill less by the rule, with all charges counted.
    pub difference: Exact,
}

type Placed = BTreeMap<(UpstreamCreditId, MemberAccountId), Exact>;

/// Compares a month with the rule; none where nothing was delivered.
///
/// # Errors
/// [`Failure`] where a sum cannot be held.
pub fn simulate_period(
    model: &ReadModel,
    payer: &PayerAccountId,
    period: BillingPeriod,
) -> Result<Option<Vec<SimulatedRow>>, Failure> {
    let deliveries = model.deliveries(payer, period)?;
    let Some(currency) = deliveries.current().map(|current| current.currency) else { return Ok(None) };
    let mut products: BTreeSet<(ProductCode, String)> = BTreeSet::new();
    let mut charges = Vec::new();
    for member in model.members_of_period(payer, period)? {
        let Some(usage) = model.member_usage(payer, &member, period, &deliveries)? else { continue };
        for charge in &usage.charges {
            // What AWS gives back or takes as tax is no spend that a credit is ranked by.
            if !matches!(
                classify_line(&charge.key.line_type),
                LineClass::Charge | LineClass::UpfrontFee | LineClass::Discount
            ) {
                continue;
            }
            products.insert((charge.key.product_code.clone(), charge.key.service_name.clone()));
            charges.push(MemberCharge {
                member: member.clone(),
                product: charge.key.product_code.clone(),
                amount: charge.amount,
                eligible: never_covered(&charge.key, period, &[]).is_none(),
            });
        }
    }
    let credits = model.upstream_credits(Some(payer))?;
    let mut owners: BTreeMap<UpstreamCreditId, MemberAccountId> = BTreeMap::new();
    let mut offered = Vec::new();
    let mut on_bill = Placed::new();
    for ((_, id), credit) in &credits {
        let Some(terms) = &credit.terms else { continue };
        owners.insert(id.clone(), credit.owner_in(period).unwrap_or(&terms.owner).clone());
        if let Some(applied) = credit.applications.get(&period) {
            for line in &applied.lines {
                add(&mut on_bill, id, &line.beneficiary, line.amount)?;
            }
        }
        offered.extend(offer(id, credit, period, &products)?);
    }
    let month = PayerMonth { period, currency, charges, credits: offered };
    let by_total = placed(&simulate(&month, HighestSpend::Total)?)?;
    let by_eligible = placed(&simulate(&month, HighestSpend::Eligible)?)?;
    rows(payer, period, currency, &owners, [by_total, by_eligible, on_bill]).map(Some)
}

/// A credit as it stood before the month was billed; none where AWS applied none of it by its status.
fn offer(
    id: &UpstreamCreditId,
    credit: &UpstreamCreditState,
    period: BillingPeriod,
    products: &BTreeSet<(ProductCode, String)>,
) -> Result<Option<OfferedCredit>, Failure> {
    let Some(terms) = &credit.terms else { return Ok(None) };
    if credit.status == CreditStatus::Paused || !credit.is_live_in(period) {
        return Ok(None);
    }
    let earlier = credit.applications.range(..period).map(|(_, applied)| applied.amount);
    let codes = |named: &[String]| -> BTreeSet<ProductCode> {
        let is_named = |(code, name): &&(ProductCode, String)| {
            named.iter().any(|service| is_same_service(service, code.as_str(), name))
        };
        products.iter().filter(is_named).map(|(code, _)| code.clone()).collect()
    };
    let mut services = codes(&terms.services);
    // A credit for services that nobody used this month is still a restricted one.
    if services.is_empty() && !terms.services.is_empty() {
        services = terms.services.iter().map(|name| name.as_str().into()).collect();
    }
    Ok(Some(OfferedCredit {
        id: id.clone(),
        owner: credit.owner_in(period).unwrap_or(&terms.owner).clone(),
        remaining: terms.face_amount.checked_sub(Exact::checked_sum(earlier)?)?,
        currency: terms.currency,
        start_date: terms.start_date,
        end_date: terms.end_date.unwrap_or(NaiveDate::MAX),
        services,
        excluded_services: codes(&terms.excluded_services),
        sharing: terms.stated.sharing(),
    }))
}

fn add(
    placed: &mut Placed,
    credit: &UpstreamCreditId,
    beneficiary: &MemberAccountId,
    amount: Exact,
) -> Result<(), Failure> {
    let sum = placed.entry((credit.clone(), beneficiary.clone())).or_default();
    *sum = sum.checked_add(amount)?;
    Ok(())
}

fn placed(month: &SimulatedMonth) -> Result<Placed, Failure> {
    let mut placed = Placed::new();
    for one in &month.applications {
        add(&mut placed, &one.credit, &one.beneficiary, one.amount)?;
    }
    Ok(placed)
}

fn rows(
    payer: &PayerAccountId,
    period: BillingPeriod,
    currency: Currency,
    owners: &BTreeMap<UpstreamCreditId, MemberAccountId>,
    placed: [Placed; 3],
) -> Result<Vec<SimulatedRow>, Failure> {
    let places: BTreeSet<_> = placed.iter().flat_map(BTreeMap::keys).cloned().collect();
    let mut rows = Vec::new();
    for place in places {
        let [by_total_spend, by_eligible_spend, on_bill] =
            placed.each_ref().map(|one| one.get(&place).copied().unwrap_or(Exact::ZERO));
        let (credit_id, beneficiary_account_id) = place;
        let Some(owner_account_id) = owners.get(&credit_id).cloned() else { continue };
        rows.push(SimulatedRow {
            payer_account_id: payer.clone(),
            period,
            currency: currency.to_string(),
            credit_id,
            owner_account_id,
            beneficiary_account_id,
            by_total_spend,
            by_eligible_spend,
            on_bill,
            difference: on_bill.checked_sub(by_total_spend)?,
        });
    }
    Ok(rows)
}
