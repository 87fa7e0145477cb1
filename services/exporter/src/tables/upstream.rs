//! Rows of what AWS says: credits, their applications, suspense, bills.

use domain::{
    ids::PayerAccountId,
    period::BillingPeriod,
    usage::{DeliveryState, MemberUsage},
};
use money::Exact;
use read_model::ReadModel;
use service_kit::Failure;

use super::cell::{Cell, row, word};

pub(super) fn credits(model: &ReadModel) -> Result<Vec<Vec<Cell>>, Failure> {
    let mut rows = Vec::new();
    for ((payer, credit), state) in model.upstream_credits(None)? {
        let Some(terms) = &state.terms else { continue };
        let applications = || state.applications.values();
        rows.push(row![
            payer.as_str(),
            credit.as_str(),
            terms.owner.as_str(),
            terms.description.as_str(),
            terms.program.as_str(),
            terms.credit_type.as_str(),
            terms.currency.to_string(),
            terms.face_amount,
            Exact::checked_sum(applications().map(|applied| applied.amount))?,
            Exact::checked_sum(applications().map(|applied| applied.on_owner))?,
            Exact::checked_sum(applications().map(|applied| applied.scattered))?,
            terms.start_date,
            terms.end_date,
            terms.services.join(";"),
            terms.excluded_services.join(";"),
            terms.regions.join(";"),
            terms.covers_tax,
            word(state.status),
        ]);
    }
    Ok(rows)
}

pub(super) fn credit_applications(model: &ReadModel) -> Result<Vec<Vec<Cell>>, Failure> {
    let mut rows = Vec::new();
    for ((payer, credit), state) in model.upstream_credits(None)? {
        for (period, applied) in &state.applications {
            rows.extend(applied.lines.iter().map(|line| {
                row![
                    payer.as_str(),
                    credit.as_str(),
                    period.to_string(),
                    line.beneficiary.as_str(),
                    line.description.as_str(),
                    state.terms.as_ref().map(|terms| terms.currency.to_string()),
                    line.amount,
                    word(line.matched_by),
                    line.matched_by.is_provisional(),
                ]
            }));
        }
    }
    Ok(rows)
}

pub(super) fn suspense(model: &ReadModel) -> Result<Vec<Vec<Cell>>, Failure> {
    let mut rows = Vec::new();
    for ((payer, period), state) in model.all_suspense(None)? {
        rows.extend(state.items.values().map(|item| {
            row![
                payer.as_str(),
                period.to_string(),
                item.item.as_str(),
                item.member.as_str(),
                item.description.as_str(),
                item.amount,
                word(item.reason),
            ]
        }));
    }
    Ok(rows)
}

pub(super) fn deliveries(model: &ReadModel) -> Result<Vec<Vec<Cell>>, Failure> {
    let mut rows = Vec::new();
    for (payer, period, state) in bills(model)? {
        let Some(bill) = state.current() else { continue };
        rows.push(row![
            payer.as_str(),
            period.to_string(),
            bill.delivery.as_str(),
            bill.currency.to_string(),
            word(bill.finality),
            bill.rows,
            bill.accounts,
            bill.totals.charges,
            bill.totals.credits,
            bill.totals.tax,
            bill.totals.refunds,
            bill.totals.other,
            bill.totals.unclassified,
            bill.totals.total,
            bill.digest.as_str(),
        ]);
    }
    Ok(rows)
}

fn bills(model: &ReadModel) -> Result<Vec<(PayerAccountId, BillingPeriod, DeliveryState)>, Failure> {
    let mut bills = Vec::new();
    for payer in model.payers()? {
        for (period, state) in model.delivered_periods(&payer)? {
            bills.push((payer.clone(), period, state));
        }
    }
    Ok(bills)
}

/// Every member's usage as it counts.
fn for_each_usage(model: &ReadModel, mut take: impl FnMut(&MemberUsage)) -> Result<(), Failure> {
    for (payer, period, state) in bills(model)? {
        for member in model.members_of_period(&payer, period)? {
            if let Some(usage) = model.member_usage(&payer, &member, period, &state)? {
                take(&usage);
            }
        }
    }
    Ok(())
}

pub(super) fn charges(model: &ReadModel) -> Result<Vec<Vec<Cell>>, Failure> {
    let mut rows = Vec::new();
    for_each_usage(model, |usage| {
        rows.extend(usage.charges.iter().map(|charge| {
            row![
                usage.payer.as_str(),
                usage.member.as_str(),
                usage.period.to_string(),
                usage.currency.to_string(),
                charge.key.line_type.as_str(),
                charge.key.product_code.as_str(),
                charge.key.service_name.as_str(),
                charge.key.region.as_str(),
                charge.key.billing_entity.as_str(),
                charge.key.legal_entity.as_str(),
                charge.key.invoice_id.as_str(),
                charge.key.bill_type.as_str(),
                charge.key.charge_month.map(|month| month.to_string()),
                charge.rows,
                charge.amount,
                charge.net_amount,
            ]
        }));
    })?;
    Ok(rows)
}

pub(super) fn credit_lines(model: &ReadModel) -> Result<Vec<Vec<Cell>>, Failure> {
    let mut rows = Vec::new();
    for_each_usage(model, |usage| {
        rows.extend(usage.credit_lines.iter().map(|line| {
            row![
                usage.payer.as_str(),
                usage.member.as_str(),
                usage.period.to_string(),
                usage.currency.to_string(),
                line.key.description.as_str(),
                line.key.line_type.as_str(),
                line.key.product_code.as_str(),
                line.key.invoice_id.as_str(),
                line.key.credit_id.as_str(),
                line.rows,
                line.amount,
            ]
        }));
    })?;
    Ok(rows)
}
