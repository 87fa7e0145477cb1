//! `credits history`, `credits exceptions`, `credits simulate`.

use domain::credit::CreditAllocationObserved;
use service_kit::{Failure, UnitOfWork, codes};

use super::rows::CreditHistoryRow;
use crate::{
    args::{ExceptionsArgs, HistoryArgs, PeriodArgs},
    outcome::Outcome,
    payer::payer_or_only,
};

const HISTORY_COLUMNS: [&str; 8] =
    ["credit_id", "period", "beneficiary_account_id", "service", "currency", "amount", "estimated", "on_bill"];

/// Imports AWS's allocation history, or lists what is known of it.
pub(crate) async fn credits_history(unit: &mut UnitOfWork, args: &HistoryArgs) -> Result<Outcome, Failure> {
    let Some(file) = &args.file else {
        let mut rows = Vec::new();
        for ((_, _), state) in unit.model.upstream_credits(args.payer.as_ref())? {
            for observed in state.history.values() {
                rows.extend(history_rows(unit, observed)?);
            }
        }
        return Outcome::rows(&rows, &HISTORY_COLUMNS);
    };
    let payer = payer_or_only(unit, args.payer.as_ref())?;
    let observed = upstream_credits::read_history_file(file, &payer)?;
    let imported = upstream_credits::observe_history(unit, observed).await?;
    let mut outcome = Outcome::new();
    for credit in &imported.unknown {
        outcome = outcome.warn(format_args!("credit {credit}: no import names it; what AWS says of it is recorded"));
    }
    let outcome = outcome.say(format_args!(
        "{} months of credits read, {} new or changed",
        imported.observed.len(),
        imported.changed
    ));
    let mut rows = Vec::new();
    for observed in &imported.observed {
        rows.extend(history_rows(unit, observed)?);
    }
    outcome.and_rows(&rows, &HISTORY_COLUMNS)
}

fn history_rows(unit: &UnitOfWork, observed: &CreditAllocationObserved) -> Result<Vec<CreditHistoryRow>, Failure> {
    let state = unit.model.upstream_credit(&observed.payer, &observed.credit)?;
    let lines = state.applications.get(&observed.period).map_or(&[][..], |applied| &applied.lines);
    let mut rows = Vec::new();
    for one in &observed.allocated {
        let of_account = lines.iter().filter(|line| line.beneficiary == one.beneficiary).map(|line| line.amount);
        rows.push(CreditHistoryRow {
            payer_account_id: observed.payer.to_string(),
            credit_id: observed.credit.to_string(),
            period: observed.period.to_string(),
            beneficiary_account_id: one.beneficiary.to_string(),
            service: one.service.clone(),
            currency: observed.currency.to_string(),
            amount: one.amount,
            estimated: one.estimated,
            on_bill: money::Exact::checked_sum(of_account)?,
        });
    }
    Ok(rows)
}

/// Lists what wants a person's eye.
pub(crate) fn credits_exceptions(unit: &UnitOfWork, args: &ExceptionsArgs) -> Result<Outcome, Failure> {
    let mut rows = memo_keeper::exceptions(&unit.model, args.payer.as_ref(), unit.clock.today())?;
    rows.retain(|row| args.period.is_none_or(|period| row.period.is_none_or(|of| of == period)));
    let columns =
        ["exception", "period", "member_account_id", "memo_number", "credit_id", "currency", "amount", "age_days"];
    Outcome::rows(&rows, &columns)
}

/// Shows where AWS's published rule would have put each credit, beside where it was put.
pub(crate) fn credits_simulate(unit: &UnitOfWork, args: &PeriodArgs) -> Result<Outcome, Failure> {
    let payer = payer_or_only(unit, args.payer.as_ref())?;
    let Some(rows) = upstream_credits::simulate_period(&unit.model, &payer, args.period)? else {
        let what = format!("nothing was delivered for {} of payer {payer}: ingest its bill first", args.period);
        return Err(Failure::failed(codes::NOTHING_DELIVERED, what));
    };
    let columns = [
        "credit_id",
        "owner_account_id",
        "beneficiary_account_id",
        "currency",
        "by_total_spend",
        "by_eligible_spend",
        "on_bill",
        "difference",
    ];
    Outcome::rows(&rows, &columns)
}
