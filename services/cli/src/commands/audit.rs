//! `audit` and `replay`.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use money::Money;
use projector::{Certifier, Scope, Until, WHOLE_LOG, differences_in, row_of};
use read_model::{KnowledgeCut, ReadModel, WhatToFold, model_as_known};
use service_kit::{ExitCode, Failure, UnitOfWork, codes};
use wire::StreamName;

use super::rows::{CurrencyAmount, ReplayRow};
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
    let scope = Scope { payer: args.payer.clone(), member: args.account.clone(), memo: args.memo.clone() };
    let log = unit.log();
    let kept = unit.snapshots();
    let (mut snapshots, mut compared) = (Vec::new(), None);
    let report = if !scope.is_all() {
        let until = if args.verify { Until::as_far_as(&unit.model) } else { until };
        projector::replay_scope(log.as_ref(), until, &scope).await?
    } else if let (true, false, Some(kept)) = (args.snapshot, global.dry_run, &kept) {
        let (report, written) = projector::replay_to_snapshots(log.as_ref(), until, kept).await?;
        snapshots.extend(written.into_iter().map(|path| path.display().to_string()));
        report
    } else if args.verify {
        let (report, check) = projector::replay_comparing(log.as_ref(), &unit.model, kept.as_ref()).await?;
        compared = check.filter(|check| !check.holds);
        report
    } else if until == Until::Head || args.full || args.snapshot {
        projector::replay_certified(log.as_ref(), until, WhatToFold::Balances).await?
    } else {
        projector::replay_from_snapshots(log.as_ref(), until, kept.as_ref()).await?
    };
    let found = if args.verify { differences_in(&scope, &report.model, &unit.model)? } else { Vec::new() };
    let (accounts, day) = accounts_as_known(unit, until).await?;
    let accounts = accounts.as_ref().unwrap_or(&unit.model);
    let mut open: BTreeMap<String, Money> = BTreeMap::new();
    let mut balances = Vec::new();
    let rebuilt = scope.memos(&report.model)?;
    if rebuilt.is_empty() && found.is_empty() && !scope.is_all() {
        return Err(Failure::failed(codes::NO_MEMO_IN_SCOPE, "the log holds no memo of what was asked for"));
    }
    for (payer, member, memo) in &rebuilt {
        let sum = open.entry(memo.currency.to_string()).or_insert(Money::zero(memo.currency));
        *sum += memo.open;
        if !scope.is_all() {
            let account = accounts.member_account(payer, member)?;
            balances.push(row_of(payer, member, &account, memo, day));
        }
    }
    let certificates = report.certifier.as_ref().map(Certifier::certificates).transpose()?;
    let millis = report.took.as_millis().max(1);
    let row = ReplayRow {
        commits: report.commits,
        facts: report.facts,
        memos: rebuilt.len() as u64,
        open_balance: open.into_iter().map(|(currency, amount)| CurrencyAmount { currency, amount }).collect(),
        seconds: format!("{}.{:03}", millis / 1000, millis % 1000),
        facts_per_second: u64::try_from(u128::from(report.facts) * 1000 / millis).unwrap_or(u64::MAX),
        verified: args.verify,
        differences: found,
        state_certificate: certificates.as_ref().map(|certificates| certificates.state.clone()),
        log_certificate: certificates.map(|certificates| certificates.log),
        balances,
        snapshots,
    };
    let failed = row.differences.len();
    let outcome = Outcome::wide_row(&row)?;
    if failed > 0 {
        let what = format!("{failed} differences between the log and the live read model");
        return Ok(outcome.failing(Failure::check(codes::BALANCES_DIFFER, what)));
    }
    Ok(match compared {
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

/// The accounts as they were known where a replay ends, and the day it is of; none where that is now.
async fn accounts_as_known(unit: &UnitOfWork, until: Until) -> Result<(Option<ReadModel>, NaiveDate), Failure> {
    let Until::Time(time) = until else { return Ok((None, unit.clock.today())) };
    let snapshots = unit.snapshots();
    let known = KnowledgeCut::At(time);
    let model = model_as_known(unit.log().as_ref(), snapshots.as_ref(), &known, &[StreamName::Accounts]).await?;
    Ok((Some(model), time.date_naive().min(unit.clock.today())))
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
