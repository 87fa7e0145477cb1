//! The balances rebuilt from the log, whole or in part, and compared with the live ones.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use money::Money;
use projector::{AuditCheck, Certifier, Scope, Until, differences_in};
use read_model::WhatToFold;
use schemars::JsonSchema;
use serde::Serialize;
use service_kit::{Failure, codes};
use wire::StreamName;

use crate::{
    balance::{BalanceRow, balance_of},
    books::{Books, Known},
};

/// What a replay found.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ReplayRow {
    /// Commits folded.
    pub commits: u64,
    /// Facts folded.
    pub facts: u64,
    /// Memos rebuilt.
    pub memos: u64,
    /// Open balances by currency.
    pub open_balance: Vec<CurrencyAmount>,
    /// Seconds it took, to the millisecond.
    pub seconds: String,
    /// Facts a second.
    pub facts_per_second: u64,
    /// Whether it was compared with the live read model.
    pub verified: bool,
    /// Where they differ.
    pub differences: Vec<projector::Difference>,
    /// The certificate of the state, where everything was replayed: the same for whatever ways led
    /// to the same balances, documents and policies.
    pub state_certificate: Option<String>,
    /// The certificate of the log itself, for copies.
    pub log_certificate: Option<String>,
    /// The balances that were rebuilt, where one payer, account or memo was asked for.
    pub balances: Vec<BalanceRow>,
    /// The snapshots that were written, where they were asked for.
    pub snapshots: Vec<String>,
}

/// An amount in its currency.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CurrencyAmount {
    /// The currency.
    pub currency: String,
    /// How much.
    pub amount: Money,
}

/// What is replayed.
#[derive(Debug, Clone)]
pub struct ReplayAsked {
    /// As far as.
    pub until: Until,
    /// Of whom.
    pub scope: Scope,
    /// Compare with the live balances.
    pub verify: bool,
    /// Write snapshots where it ends.
    pub snapshot: bool,
    /// From the first commit on, whatever snapshots there are.
    pub full: bool,
    /// Write nothing.
    pub dry_run: bool,
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Replayed {
    /// The row.
    pub row: ReplayRow,
    /// The check of the snapshots, where it does not hold.
    pub snapshots_differ: Option<AuditCheck>,
}

/// Rebuilds the balances from the log.
///
/// # Errors
/// [`Failure`].
pub async fn replay(books: &Books<'_>, asked: &ReplayAsked) -> Result<Replayed, Failure> {
    let (log, until, scope) = (&books.log, asked.until, &asked.scope);
    let (mut snapshots, mut compared) = (Vec::new(), None);
    let report = if !scope.is_all() {
        let until = if asked.verify { Until::as_far_as(books.live) } else { until };
        projector::replay_scope(log.as_ref(), until, scope).await?
    } else if let (true, false, Some(kept)) = (asked.snapshot, asked.dry_run, &books.snapshots) {
        let (report, written) = projector::replay_to_snapshots(log.as_ref(), until, kept).await?;
        snapshots.extend(written.into_iter().map(|path| path.display().to_string()));
        report
    } else if asked.verify {
        let (report, check) = projector::replay_comparing(log.as_ref(), books.live, books.snapshots.as_ref()).await?;
        compared = check.filter(|check| !check.holds);
        report
    } else if until == Until::Head || asked.full || asked.snapshot {
        projector::replay_certified(log.as_ref(), until, WhatToFold::Balances).await?
    } else {
        projector::replay_from_snapshots(log.as_ref(), until, books.snapshots.as_ref()).await?
    };
    let found = if asked.verify { differences_in(scope, &report.model, books.live)? } else { Vec::new() };
    let (accounts, day) = accounts_as_known(books, until).await?;
    let accounts = &accounts;
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
            balances.push(balance_of(payer, member, &account, memo, day));
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
        verified: asked.verify,
        differences: found,
        state_certificate: certificates.as_ref().map(|certificates| certificates.state.clone()),
        log_certificate: certificates.map(|certificates| certificates.log),
        balances,
        snapshots,
    };
    Ok(Replayed { row, snapshots_differ: compared })
}

/// The accounts as they were known where a replay ends, and the day it is of.
async fn accounts_as_known<'a>(books: &Books<'a>, until: Until) -> Result<(Known<'a>, NaiveDate), Failure> {
    let Until::Time(time) = until else { return Ok((Known::Now(books.live), books.today)) };
    let model = books.known(Some(time), &[StreamName::Accounts]).await?;
    Ok((model, time.date_naive().min(books.today)))
}
