//! `credits history`, `credits exceptions`, `credits simulate`.

use answers::{Books, history_of};
use service_kit::{Failure, UnitOfWork, codes};

use crate::{
    args::{ExceptionsArgs, HistoryArgs, PeriodArgs},
    outcome::Outcome,
    payer::payer_or_only,
    shown::differences::rows_or_differences,
};

const HISTORY_COLUMNS: [&str; 8] =
    ["credit_id", "period", "beneficiary_account_id", "service", "currency", "amount", "estimated", "on_bill"];

/// Imports AWS's allocation history, or lists what is known of it.
pub(crate) async fn credits_history(unit: &mut UnitOfWork, args: &HistoryArgs) -> Result<Outcome, Failure> {
    let Some(file) = &args.file else {
        let (books, filter) = (Books::of(unit), args.filter.filter());
        let known = answers::credit_history(&books, args.dates.point(), &filter).await?;
        let before = match args.dates.before() {
            Some(at) => Some(answers::credit_history(&books, at, &filter).await?),
            None => None,
        };
        return rows_or_differences(&known, before.as_deref(), "credit_id", &HISTORY_COLUMNS);
    };
    let payer = payer_or_only(unit, args.filter.payer.as_ref())?;
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
        rows.extend(history_of(&unit.model, observed)?);
    }
    outcome.and_rows(&rows, &HISTORY_COLUMNS)
}

/// Lists what wants a person's eye.
pub(crate) async fn credits_exceptions(unit: &UnitOfWork, args: &ExceptionsArgs) -> Result<Outcome, Failure> {
    let (books, filter) = (Books::of(unit), args.filter.filter());
    let known = answers::exceptions(&books, args.period, args.dates.point(), &filter).await?;
    let before = match args.dates.before() {
        Some(at) => Some(answers::exceptions(&books, args.period, at, &filter).await?),
        None => None,
    };
    let columns =
        ["exception", "period", "member_account_id", "memo_number", "credit_id", "currency", "amount", "age_days"];
    rows_or_differences(&known, before.as_deref(), "exception", &columns)
}

/// Shows where AWS's published rule would have put each credit, beside where it was put.
pub(crate) fn credits_simulate(unit: &UnitOfWork, args: &PeriodArgs) -> Result<Outcome, Failure> {
    let payer = payer_or_only(unit, args.payer.as_ref())?;
    let Some(rows) = answers::simulate_period(&unit.model, &payer, args.period)? else {
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
