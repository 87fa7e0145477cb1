//! `audit` and `replay`.

use std::collections::BTreeMap;

use money::Money;
use projector::{AuditCheck, Until, differences};
use read_model::WhatToFold;
use service_kit::{BackOffice, ExitCode, Failure};

use super::rows::{CurrencyAmount, ReplayRow};
use crate::{
    args::{Global, ReplayArgs, time_or_day},
    output,
};

const COLUMNS: [&str; 5] = ["check", "holds", "looked_at", "of", "findings"];

/// Rebuilds the balances from the log.
pub(crate) async fn replay(global: &Global, office: &BackOffice, args: &ReplayArgs) -> Result<(), Failure> {
    let until = match args.until.as_deref() {
        None => Until::Head,
        Some(text) => match text.parse() {
            Ok(sequence) => Until::MemoSequence(sequence),
            Err(_) => Until::Time(time_or_day(text).map_err(|fault| Failure::usage("CM0207", fault))?),
        },
    };
    if args.verify && until != Until::Head {
        return Err(Failure::usage("CM0208", "--verify compares with the live balances: leave out --until"));
    }
    let log = office.log();
    let report = projector::replay(log.as_ref(), until, WhatToFold::Balances).await?;
    let found = if args.verify { differences(&report.model, &office.model)? } else { Vec::new() };
    let mut open: BTreeMap<String, Money> = BTreeMap::new();
    let mut memos = 0;
    for memo in report.model.all_memos()?.values().flat_map(|memos| memos.memos.values()) {
        memos += 1;
        let sum = open.entry(memo.currency.to_string()).or_insert(Money::zero(memo.currency));
        *sum += memo.open;
    }
    let millis = report.took.as_millis().max(1);
    let row = ReplayRow {
        commits: report.commits,
        facts: report.facts,
        memos,
        open_balance: open.into_iter().map(|(currency, amount)| CurrencyAmount { currency, amount }).collect(),
        seconds: format!("{}.{:03}", millis / 1000, millis % 1000),
        facts_per_second: u64::try_from(u128::from(report.facts) * 1000 / millis).unwrap_or(u64::MAX),
        verified: args.verify,
        differences: found,
    };
    let failed = row.differences.len();
    output::print_rows(
        global.output,
        &[row],
        &["commits", "facts", "memos", "open_balance", "seconds", "facts_per_second", "verified", "differences"],
    )?;
    if failed > 0 {
        return Err(Failure::check("CM0514", format!("{failed} differences between the log and the live read model")));
    }
    Ok(())
}

/// Checks every invariant over the whole log.
pub(crate) async fn audit(global: &Global, office: &BackOffice) -> Result<(), Failure> {
    let log = office.log();
    let report = projector::audit(log.as_ref(), Some(&office.model)).await?;
    output::print_rows(global.output, &report.checks, &COLUMNS)?;
    if !report.holds {
        let failed: Vec<&str> = report.checks.iter().filter(|check| !check.holds).map(|check| check.check).collect();
        return Err(Failure::check("CM0515", format!("the audit found something: {}", failed.join(", "))));
    }
    Ok(())
}

/// The report on a log that cannot be opened; answers with the failure to end with.
pub(crate) fn audit_of_unreadable(global: &Global, failure: Failure) -> Result<Failure, Failure> {
    if failure.exit != ExitCode::CheckFailed {
        return Ok(failure);
    }
    let check = AuditCheck {
        check: "log: sequences, numbers, chain, stated balances",
        holds: false,
        looked_at: 0,
        of: "commits",
        findings: vec![failure.message.clone()],
    };
    output::print_rows(global.output, &[check], &COLUMNS)?;
    Ok(failure)
}
