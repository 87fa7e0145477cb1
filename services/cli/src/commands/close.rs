//! `close` and `reopen`.

use domain::billing::{PeriodAct, PeriodStatus};
use memo_keeper::{BillOptions, CloseOptions, PeriodOutcome};
use service_kit::{Failure, UnitOfWork};

use super::{
    bill::{blocker_row, print_blocked},
    close_pack::file_close_pack,
    memo_verbs::say_proposed,
    payer::payer_or_only,
    rows::PeriodRow,
};
use crate::{
    args::{CloseArgs, Global, PeriodArgs},
    output,
};

const COLUMNS: [&str; 4] = ["payer_account_id", "period", "status", "pack"];

/// Closes a period, or waives one that has no bill yet.
pub(crate) async fn close(global: &Global, unit: &mut UnitOfWork, args: &CloseArgs) -> Result<(), Failure> {
    let payer = payer_or_only(unit, args.of.payer.as_ref())?;
    let period = args.of.period;
    if args.waive && global.reason.is_none() {
        return Err(Failure::usage("CM0205", "waiving needs a reason: say --reason"));
    }
    process_manager::before_billing(unit, &payer, period).await?;
    let billed = unit.model.billing(&payer, period)?;
    if args.waive && billed.billed().is_none() {
        let outcome = memo_keeper::waive(unit, &payer, period).await?;
        return print(global, payer.as_str(), &period.to_string(), outcome.status, &outcome.waived, None);
    }
    // Drafts that are accepted as they stand are issued first: a closed month has documents.
    if args.accept_estimated && billed.billed().is_some_and(|run| run.draft) {
        memo_keeper::bill(unit, &payer, period, BillOptions { accept_estimated: true, date: None }).await?;
    }
    let options = CloseOptions { accept_estimated: args.accept_estimated, waive: args.waive };
    match memo_keeper::close(unit, &payer, period, options).await {
        Ok(outcome) => {
            if outcome.stood_already {
                output::say(format_args!("{period} was closed before"));
            }
            let pack = file_close_pack(global, unit, &payer, period, args.key.as_deref()).await?;
            print(global, payer.as_str(), &period.to_string(), outcome.status, &outcome.waived, pack)
        }
        Err(failure) => {
            print_blocked(global, payer.as_str(), &period.to_string(), &failure)?;
            Err(failure)
        }
    }
}

/// Reopens a closed period.
pub(crate) async fn reopen(global: &Global, unit: &mut UnitOfWork, args: &PeriodArgs) -> Result<(), Failure> {
    if global.reason.as_deref().is_none_or(|reason| reason.trim().is_empty()) {
        return Err(Failure::usage("CM0205", "reopening needs a reason: say --reason"));
    }
    let payer = payer_or_only(unit, args.payer.as_ref())?;
    if !unit.was_done() {
        let outcome = memo_keeper::act_on_period(unit, &payer, args.period, &PeriodAct::Reopen).await?;
        say_if_proposed(&outcome);
    }
    let status = unit.model.billing(&payer, args.period)?.status;
    print(global, payer.as_str(), &args.period.to_string(), status, &[], None)
}

/// Says that an act waits for a second person.
pub(crate) fn say_if_proposed(outcome: &PeriodOutcome) {
    if let PeriodOutcome::Proposed(proposal) = outcome {
        say_proposed(proposal);
    }
}

fn print(
    global: &Global,
    payer: &str,
    period: &str,
    status: PeriodStatus,
    waived: &[domain::billing::Blocker],
    pack: Option<String>,
) -> Result<(), Failure> {
    for blocker in waived {
        output::say(format_args!("waived: {}", blocker.in_words()));
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
    output::print_rows(global.output, &[row], &COLUMNS)
}
