//! Lines that give money back and bear no date: their month is asked of the statements before (law D6).
//!
//! Absent: the rule, which is `domain::reversal`.

use std::collections::BTreeMap;

use domain::{
    classification::{CreditLineTreatment, LineClass, classify_line},
    ids::{MemberAccountId, PayerAccountId},
    period::BillingPeriod,
    reversal::{BilledService, UndatedOf, is_undated, months_of_undated, refund_as_charge},
    services::is_same_service,
    usage::{ChargeAggregate, ChargeKey, CreditLineAggregate, MemberUsage},
};
use money::Exact;
use read_model::ReadModel;
use service_kit::Failure;

/// A member's usage with credit lines that are refunds as the charges that they are, and with the month
/// of each line that bears no date. A line of which nothing tells the month stays undated.
pub(crate) fn with_months(
    model: &ReadModel,
    mut usage: MemberUsage,
    treat: impl Fn(&CreditLineAggregate) -> CreditLineTreatment,
) -> Result<MemberUsage, Failure> {
    let gives_back = |line: &CreditLineAggregate| treat(line) == CreditLineTreatment::GivesBack;
    if usage.credit_lines.iter().any(gives_back) {
        let (refunds, credits): (Vec<_>, Vec<_>) = usage.credit_lines.into_iter().partition(gives_back);
        usage.charges.extend(refunds.iter().map(refund_as_charge));
        usage.credit_lines = credits;
    }
    if !usage.charges.iter().any(is_undated) {
        return Ok(usage);
    }
    let billed = billed_before(model, &usage.payer, &usage.member, usage.period)?;
    let mut charges = Vec::with_capacity(usage.charges.len());
    for charge in usage.charges {
        charges.extend(dated(charge, &billed)?);
    }
    usage.charges = charges;
    Ok(usage)
}

/// A line in the months that it is of; the line as it is where it bears a date or nothing tells.
pub(crate) fn dated(charge: ChargeAggregate, billed: &BilledBefore) -> Result<Vec<ChargeAggregate>, Failure> {
    if !is_undated(&charge) {
        return Ok(vec![charge]);
    }
    let is_its = |code: &str| is_same_service(code, charge.key.product_code.as_str(), &charge.key.service_name);
    let of_service = billed.iter().filter(|(_, code)| is_its(code)).map(|(of, _)| *of);
    let mut found = Vec::new();
    match months_of_undated(charge.amount, &of_service.collect::<Vec<_>>())? {
        UndatedOf::CannotBeTold => found.push(charge),
        UndatedOf::ThisMonth => {
            let key = ChargeKey { undated: false, ..charge.key };
            found.push(ChargeAggregate { key, ..charge });
        }
        UndatedOf::Months(months) => {
            for (at, (month, amount)) in months.into_iter().enumerate() {
                let key = ChargeKey { undated: false, charge_month: Some(month), ..charge.key.clone() };
                // Its lines are counted once.
                let rows = if at == 0 { charge.rows } else { 0 };
                found.push(ChargeAggregate { key, rows, amount, net_amount: None, discounts: Vec::new() });
            }
        }
    }
    Ok(found)
}

/// What statements before a period charged, by month and service code.
pub(crate) type BilledBefore = Vec<(BilledService, String)>;

/// Reads it. A month's own statement says it; what corrected the month since does not, so that the answer
/// for a bill stays the same.
pub(crate) fn billed_before(
    model: &ReadModel,
    payer: &PayerAccountId,
    member: &MemberAccountId,
    period: BillingPeriod,
) -> Result<BilledBefore, Failure> {
    let mut sums: BTreeMap<(BillingPeriod, String), [Exact; 2]> = BTreeMap::new();
    for stored in model.statements(payer, member)? {
        let statement = stored.statement;
        if statement.period >= period {
            continue;
        }
        for line in &statement.lines {
            if classify_line(&line.charge_kind.as_str().into()) == LineClass::Tax {
                continue;
            }
            let [charged, applied] = sums.entry((statement.period, line.service.as_str().to_owned())).or_default();
            *charged = charged.checked_add(line.gross.to_exact())?;
            *applied = applied.checked_add(line.applied.to_exact())?;
        }
    }
    let billed = sums.into_iter();
    Ok(billed.map(|((period, code), [charged, applied])| (BilledService { period, charged, applied }, code)).collect())
}
