//! `reconcile`.

use answers::Books;
use service_kit::{Failure, UnitOfWork, codes};

use crate::{args::ReconcileArgs, outcome::Outcome, payer::payer_or_only, shown::differences::rows_or_differences};

const COLUMNS: [&str; 12] = [
    "period",
    "currency",
    "gross",
    "upstream_credits",
    "payable",
    "on_owner",
    "scattered",
    "retained",
    "suspense",
    "billed",
    "memo_applied",
    "residual",
];

/// Ties AWS's bill to the memos and documents.
pub(crate) async fn reconcile(unit: &UnitOfWork, args: &ReconcileArgs) -> Result<Outcome, Failure> {
    let payer = payer_or_only(unit, args.of.payer.as_ref())?;
    let period = args.of.period;
    let books = Books::of(unit);
    let reconciled = answers::reconcile(&books, &payer, period, args.dates.point()).await?;
    let before = match args.dates.before() {
        Some(at) => Some(answers::reconcile(&books, &payer, period, at).await?),
        None => None,
    };
    let before = before.as_ref().map(Option::as_slice);
    let mut outcome = rows_or_differences(reconciled.as_slice(), before, "period", &COLUMNS)?;
    let Some(reconciled) = reconciled else {
        let what = format!("nothing was delivered for {period} of payer {payer}: ingest its bill first");
        return Ok(outcome.failing(Failure::failed(codes::NOTHING_DELIVERED, what)));
    };
    for item in &reconciled.open_items {
        let memo = item.memo_number.as_ref().map_or_else(String::new, |memo| format!("{memo}: "));
        outcome = outcome.warn(format_args!("{memo}{} {}: {}", item.amount, item.currency, item.message));
    }
    if !reconciled.is_billed {
        outcome =
            outcome.say(format_args!("{period} is not billed on its present delivery: only the upstream side is tied"));
    }
    let funds = &reconciled.funds;
    if !funds.exposure.is_zero() || !funds.owed.is_zero() {
        outcome = outcome.say(format_args!(
            "as of {}: {} {} drawn ahead of AWS, {} {} owed to customers out of what AWS has given",
            funds.as_of, funds.exposure, reconciled.currency, funds.owed, reconciled.currency
        ));
    }
    if reconciled.residual.is_zero() {
        return Ok(outcome);
    }
    let what = format!("the residual of {period} is {} {}: it must be 0", reconciled.residual, reconciled.currency);
    Ok(outcome.failing(Failure::check(codes::RESIDUAL, what)))
}
