//! `audit` and `replay`.

use answers::{Books, ReplayAsked, Replayed};
use projector::{Scope, Until, WHOLE_LOG};
use service_kit::{ExitCode, Failure, UnitOfWork, codes};
use wire::StreamName;

use crate::{
    args::{Global, ReplayArgs, time_or_day},
    files::close_packs::packs_on_file,
    outcome::Outcome,
    shown::checks::{check_rows, checks_hold},
};

/// Rebuilds the balances from the log.
pub(crate) async fn replay(global: &Global, unit: &UnitOfWork, args: &ReplayArgs) -> Result<Outcome, Failure> {
    must_exist(global, unit)?;
    let until = match args.until.as_deref() {
        None => Until::Head,
        Some(text) => match text.parse() {
            Ok(sequence) => Until::MemoSequence(sequence),
            Err(_) => Until::Time(time_or_day(text).map_err(|fault| Failure::usage(codes::UNTIL_UNREADABLE, fault))?),
        },
    };
    if args.verify && until != Until::Head {
        return Err(Failure::usage(
            codes::VERIFY_AND_UNTIL,
            "--verify compares with the live balances: leave out --until",
        ));
    }
    let asked = ReplayAsked {
        until,
        scope: Scope { payer: args.payer.clone(), member: args.account.clone(), memo: args.memo.clone() },
        verify: args.verify,
        snapshot: args.snapshot,
        full: args.full,
        dry_run: global.dry_run,
    };
    let Replayed { row, snapshots_differ } = answers::replay(&Books::of(unit), &asked).await?;
    let failed = row.differences.len();
    let outcome = Outcome::wide_row(&row)?;
    if failed > 0 {
        let what = format!("{failed} differences between the log and the live read model");
        return Ok(outcome.failing(Failure::check(codes::BALANCES_DIFFER, what)));
    }
    Ok(match snapshots_differ {
        Some(check) => outcome.failing(Failure::check(codes::SNAPSHOT_CHANGED, check.findings.join("; "))),
        None => outcome,
    })
}

/// To say that a log holds which is not there would hide that another folder was meant.
fn must_exist(global: &Global, unit: &UnitOfWork) -> Result<(), Failure> {
    let is_empty = StreamName::ALL.iter().all(|stream| unit.model.position(*stream).sequence == 0);
    if unit.folder().is_some() || !is_empty {
        return Ok(());
    }
    let place = global.nats.as_ref().map_or_else(|| global.data.display().to_string(), |_| "these streams".to_owned());
    Err(Failure::failed(codes::NO_LOG, format!("there is no log in {place}: say which one with --data or --nats")))
}

/// Checks every invariant over the whole log.
pub(crate) async fn audit(global: &Global, unit: &UnitOfWork) -> Result<Outcome, Failure> {
    must_exist(global, unit)?;
    let log = unit.log();
    let mut report = projector::audit(log.as_ref(), &unit.model, unit.snapshots().as_ref()).await?;
    report.checks.extend(packs_on_file(unit)?);
    checks_hold(&report.checks, codes::AUDIT_FOUND, "the audit found something")
}

/// The report on a log that cannot be opened.
pub(crate) fn audit_of_unreadable(failure: Failure) -> Result<Outcome, Failure> {
    if failure.exit != ExitCode::CheckFailed {
        return Err(failure);
    }
    let check = projector::check(WHOLE_LOG, 0, "commits", vec![failure.message.clone()]);
    Ok(check_rows(&[check])?.failing(failure))
}
