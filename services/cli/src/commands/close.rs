//! `close` and `reopen`.

use domain::billing::{Blocker, PeriodAct, PeriodStatus};
use memo_keeper::{BillOptions, CloseOptions};
use service_kit::{Failure, UnitOfWork, codes};

use super::rows::PeriodRow;
use crate::{
    args::{CloseArgs, Global, PeriodArgs},
    files::close_packs::file_close_pack,
    outcome::Outcome,
    payer::payer_or_only,
    shown::{
        blockers::{blocked, blocker_row},
        proposals::said_if_proposed,
    },
    upkeep::bring_up_to_date,
};

const COLUMNS: [&str; 4] = ["payer_account_id", "period", "status", "pack"];

/// Closes a period, or waives one that has no bill yet.
pub(crate) async fn close(global: &Global, unit: &mut UnitOfWork, args: &CloseArgs) -> Result<Outcome, Failure> {
    let payer = payer_or_only(unit, args.of.payer.as_ref())?;
    let period = args.of.period;
    if args.waive && global.reason.is_none() {
        return Err(Failure::usage(codes::REASON_MISSING, "waiving needs a reason: say --reason"));
    }
    bring_up_to_date(unit, &payer, period).await?;
    let billed = unit.model.billing(&payer, period)?;
    if args.waive && billed.billed().is_none() {
        let waived = memo_keeper::waive(unit, &payer, period).await?;
        return stands(payer.as_str(), &period.to_string(), waived.status, &waived.waived, None);
    }
    // Drafts that are accepted as they stand are issued first: a closed month has documents.
    if args.accept_estimated && billed.billed().is_some_and(|run| run.draft) {
        memo_keeper::bill(unit, &payer, period, BillOptions { accept_estimated: true, date: None }).await?;
    }
    let options = CloseOptions { accept_estimated: args.accept_estimated, waive: args.waive };
    let closed = match memo_keeper::close(unit, &payer, period, options).await {
        Ok(closed) => closed,
        Err(failure) => return blocked(payer.as_str(), &period.to_string(), failure),
    };
    let mut outcome = Outcome::new();
    if closed.stood_already {
        outcome = outcome.say(format_args!("{period} was closed before"));
    }
    let pack = file_close_pack(global.dry_run, unit, &payer, period, args.key.as_deref()).await?;
    Ok(outcome.then(stands(payer.as_str(), &period.to_string(), closed.status, &closed.waived, pack)?))
}

/// Reopens a closed period.
pub(crate) async fn reopen(global: &Global, unit: &mut UnitOfWork, args: &PeriodArgs) -> Result<Outcome, Failure> {
    if global.reason.as_deref().is_none_or(|reason| reason.trim().is_empty()) {
        return Err(Failure::usage(codes::REASON_MISSING, "reopening needs a reason: say --reason"));
    }
    let payer = payer_or_only(unit, args.payer.as_ref())?;
    let done = memo_keeper::act_on_period(unit, &payer, args.period, &PeriodAct::Reopen).await?;
    let status = unit.model.billing(&payer, args.period)?.status;
    Ok(said_if_proposed(&done).then(stands(payer.as_str(), &args.period.to_string(), status, &[], None)?))
}

/// How the period stands now.
fn stands(
    payer: &str,
    period: &str,
    status: PeriodStatus,
    waived: &[Blocker],
    pack: Option<String>,
) -> Result<Outcome, Failure> {
    let mut outcome = Outcome::new();
    for blocker in waived {
        outcome = outcome.say(format_args!("waived: {}", blocker.in_words()));
    }
    let row = PeriodRow {
        payer_account_id: payer.to_owned(),
        period: period.to_owned(),
        status: match status {
            PeriodStatus::Open => "open",
            PeriodStatus::Waived => "waived",
            PeriodStatus::Closed => "closed",
        }
        .to_owned(),
        waived: waived.iter().map(blocker_row).collect(),
        blockers: Vec::new(),
        pack,
    };
    outcome.and_rows(&[row], &COLUMNS)
}
