//! Two processes that ingest the same month at once: whichever comes first, what counts of each account is
//! what the delivery says that counts, and its control totals are the accounts' sum.

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use async_trait::async_trait;
use domain::{
    ids::{MemberAccountId, PayerAccountId},
    period::BillingPeriod,
    usage::MemberUsageDelivered,
};
use event_log::{AppendError, EventLog, LogError, MemoryLog, ReadLimits, StreamHead};
use money::Exact;
use read_model::{ReadModel, WhatToFold, catch_up};
use service_kit::{Act, Clock, ExitCode, UnitOfWork};
use tempfile::TempDir;
use tokio::sync::Mutex;
use wire::{Fact, SealedCommit, StoredCommit, StreamName, Subject};

use crate::{
    cut_off::{Cut, CutOffLog, Mishap},
    paper::{Bill, MEMBERS, PAYER},
    steps::Used,
};

type Happening = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A log on which something happens between the members and the closing fact of a delivery.
struct Meanwhile {
    log: MemoryLog,
    happening: Mutex<Option<Happening>>,
}

#[async_trait]
impl EventLog for Meanwhile {
    async fn append(&self, commit: SealedCommit) -> Result<u64, AppendError> {
        self.append_many(vec![commit]).await.map(|sequences| sequences[0]).map_err(|(_, fault)| fault)
    }

    async fn append_many(&self, commits: Vec<SealedCommit>) -> Result<Vec<u64>, (usize, AppendError)> {
        if commits[0].subject == closing()
            && let Some(happening) = self.happening.lock().await.take()
        {
            happening.await;
        }
        self.log.append_many(commits).await
    }

    async fn read(&self, stream: StreamName, from: u64, limits: ReadLimits) -> Result<Vec<StoredCommit>, LogError> {
        self.log.read(stream, from, limits).await
    }

    async fn read_subject(&self, subject: &Subject) -> Result<Vec<StoredCommit>, LogError> {
        self.log.read_subject(subject).await
    }

    async fn last_of(&self, subject: &Subject) -> Result<Option<StoredCommit>, LogError> {
        self.log.last_of(subject).await
    }

    async fn head(&self, stream: StreamName) -> Result<StreamHead, LogError> {
        self.log.head(stream).await
    }

    async fn wait_beyond(&self, stream: StreamName, sequence: u64, timeout: Duration) -> Result<bool, LogError> {
        self.log.wait_beyond(stream, sequence, timeout).await
    }
}

fn payer() -> PayerAccountId {
    PayerAccountId::parse(PAYER).unwrap()
}

fn january() -> BillingPeriod {
    BillingPeriod::parse("2019-01").unwrap()
}

fn closing() -> Subject {
    Subject::delivery(&payer(), january())
}

/// January's bill by what each account used, in dollars.
fn bill(used: [i64; 4]) -> String {
    let used = used.map(|dollars| Used { usage: [dollars * 1_000_000, 0, 0], marketplace: 0, tax: 0, free_tier: 0 });
    Bill { month: 0, is_final: true, used, credits: Vec::new() }.cur2(false)
}

async fn office(log: Arc<dyn EventLog>) -> UnitOfWork {
    let mut model = ReadModel::in_memory(WhatToFold::Everything);
    catch_up(log.as_ref(), &mut model).await.unwrap();
    let clock = Clock::Injected("2019-02-05T08:00:00Z".parse().unwrap());
    UnitOfWork::over(log, model, clock, Act::default()).await.unwrap()
}

/// Ingests a bill in an office of its own; a process that is killed says nothing.
async fn ingest(log: Arc<dyn EventLog>, folder: &TempDir, name: &str, bill: &str) -> bool {
    let path = folder.path().join(name);
    std::fs::write(&path, bill).unwrap();
    let mut office = office(log).await;
    let words = ["ingest", path.to_str().unwrap(), "--replace", "--by", "clerk", "--output", "csv"];
    cli::run_in(&mut office, &words).await.is_ok()
}

/// What each account used by what counts, and the control total of the delivery that counts.
async fn counts(log: &MemoryLog) -> ([Exact; 4], Exact) {
    let mut model = ReadModel::in_memory(WhatToFold::Everything);
    catch_up(log, &mut model).await.unwrap();
    let state = model.deliveries(&payer(), january()).unwrap();
    let used = MEMBERS.map(|member| {
        let member = MemberAccountId::parse(member).unwrap();
        let usage = model.member_usage(&payer(), &member, january(), &state).unwrap();
        let amounts = usage.into_iter().flat_map(|usage| usage.charges).map(|charge| charge.amount);
        Exact::checked_sum(amounts.collect::<Vec<_>>()).unwrap()
    });
    (used, state.current().unwrap().totals.total)
}

#[track_caller]
fn assert_counts((used, total): ([Exact; 4], Exact), expected: [i64; 4]) {
    assert_eq!(used.map(|amount| amount.to_string()), expected.map(|dollars| dollars.to_string()));
    assert_eq!(Exact::checked_sum(used).unwrap(), total, "the accounts are not the control total");
}

/// The other delivery is completed between the members and the closing of this one; an account that this one
/// found unchanged was changed by the other.
#[tokio::test]
async fn a_delivery_completed_meanwhile_leaves_nothing_of_itself() {
    let (log, folder) = (MemoryLog::new(), Arc::new(tempfile::tempdir().unwrap()));
    assert!(ingest(Arc::new(log.clone()), &folder, "first.csv", &bill([100, 7, 3, 0])).await);
    let (other, inner) = (folder.clone(), log.clone());
    let happening: Happening = Box::pin(async move {
        assert!(ingest(Arc::new(inner), &other, "other.csv", &bill([150, 7, 3, 20])).await);
    });
    let meanwhile = Meanwhile { log: log.clone(), happening: Mutex::new(Some(happening)) };
    assert!(ingest(Arc::new(meanwhile), &folder, "this.csv", &bill([100, 8, 3, 0])).await);
    assert_counts(counts(&log).await, [100, 8, 3, 0]);
}

/// Two first deliveries: the other records its accounts over those of this one and is killed before it is
/// completed.
#[tokio::test]
async fn a_delivery_that_was_cut_off_meanwhile_takes_nothing_away() {
    let (log, folder) = (CutOffLog::default(), Arc::new(tempfile::tempdir().unwrap()));
    let (other, inner) = (folder.clone(), log.clone());
    let happening: Happening = Box::pin(async move {
        inner.set(Some(Cut { after: 1, mishap: Mishap::Before }));
        let done = ingest(Arc::new(inner.clone()), &other, "other.csv", &bill([150, 9, 3, 20])).await;
        assert!(!done, "the other process was to be killed");
        inner.set(None);
    });
    let meanwhile = Meanwhile { log: log.log(), happening: Mutex::new(Some(happening)) };
    assert!(ingest(Arc::new(meanwhile), &folder, "this.csv", &bill([100, 8, 3, 0])).await);
    assert_counts(counts(&log.log()).await, [100, 8, 3, 0]);
    // It comes again, and counts as a whole.
    assert!(ingest(Arc::new(log.log()), &folder, "other.csv", &bill([150, 9, 3, 20])).await);
    assert_counts(counts(&log.log()).await, [150, 9, 3, 20]);
}

/// Nothing of the fold ties the accounts to their delivery: audit and reconcile do.
#[tokio::test]
async fn usage_that_is_not_the_control_total_is_found() {
    let (log, folder) = (MemoryLog::new(), tempfile::tempdir().unwrap());
    assert!(ingest(Arc::new(log.clone()), &folder, "first.csv", &bill([100, 7, 3, 0])).await);
    let mut office = office(Arc::new(log.clone())).await;
    for check in [&["audit"][..], &["reconcile", "2019-01"]] {
        cli::run_in(&mut office, check).await.unwrap();
    }
    let member = MemberAccountId::parse(MEMBERS[1]).unwrap();
    let state = office.model.deliveries(&payer(), january()).unwrap();
    let usage = office.model.member_usage(&payer(), &member, january(), &state).unwrap().unwrap();
    let mut charges = usage.charges;
    charges[0].amount = Exact::parse("8").unwrap();
    let forged = MemberUsageDelivered {
        payer: payer(),
        member: member.clone(),
        period: january(),
        delivery: usage.delivery.clone(),
        replaces: None,
        not_completed: Vec::new(),
        currency: usage.currency,
        part: 1,
        parts: 1,
        charges,
        credit_lines: Vec::new(),
    };
    let subject = Subject::member_usage(&payer(), &member, january());
    office.decide(&subject, |_| Ok(vec![Fact::MemberUsageDelivered(forged.clone())])).await.unwrap();
    for check in [&["audit"][..], &["reconcile", "2019-01"]] {
        let failure = cli::run_in(&mut office, check).await.unwrap_err();
        assert_eq!(failure.exit, ExitCode::CheckFailed, "{check:?}: {failure}");
    }
    let reconciled = memo_keeper::reconcile(&office.model, &payer(), january()).unwrap().unwrap();
    assert_eq!(reconciled.delivery_residual, Exact::parse("1").unwrap());
    assert_eq!(reconciled.residual, Exact::parse("1").unwrap());
}
