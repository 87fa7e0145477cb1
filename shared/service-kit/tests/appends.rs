//! Appends that fail half-way through a decision of several commits: what is called done stands whole.

#![allow(clippy::unwrap_used)] // a test stops where a sample cannot be made

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use domain::{
    account::MemberAssigned,
    ids::{MemberAccountId, PayerAccountId},
};
use event_log::{AppendError, EventLog, LogError, MemoryLog, ReadLimits, StreamHead};
use read_model::{ReadModel, WhatToFold, catch_up};
use service_kit::{Act, Clock, ExitCode, UnitOfWork};
use wire::{CommitBody, Fact, SealedCommit, StoredCommit, StreamName, Subject};

/// A log whose appends fail once a number of their commits stands, as often as it says.
struct FailsWithin {
    log: MemoryLog,
    stand: usize,
    failures: AtomicUsize,
    /// What someone else writes once an append has failed.
    meanwhile: Option<SealedCommit>,
}

#[async_trait]
impl EventLog for FailsWithin {
    async fn append(&self, commit: SealedCommit) -> Result<u64, AppendError> {
        self.append_many(vec![commit]).await.map(|sequences| sequences[0]).map_err(|(_, fault)| fault)
    }

    async fn append_many(&self, mut commits: Vec<SealedCommit>) -> Result<Vec<u64>, (usize, AppendError)> {
        let fails = self.failures.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        if fails.is_err() {
            return self.log.append_many(commits).await;
        }
        let subject = commits[0].subject.clone();
        commits.truncate(self.stand);
        if !commits.is_empty() {
            self.log.append_many(commits).await?;
        }
        if let Some(other) = &self.meanwhile {
            self.log.append(other.clone()).await.map_err(|fault| (0, fault))?;
        }
        let cause = LogError::Unavailable { doing: "appending".into(), cause: "no space left".into() };
        Err((self.stand, AppendError::Log { subject, cause }))
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
    PayerAccountId::parse("999900001111").unwrap()
}

fn member() -> MemberAccountId {
    MemberAccountId::parse("111122223333").unwrap()
}

fn subject() -> Subject {
    Subject::member(&payer(), &member())
}

/// Assignments that take several commits, one a day.
fn assignments() -> Vec<Fact> {
    let first = chrono::NaiveDate::from_ymd_opt(2000, 1, 1).unwrap();
    let assigned = |day: u64| {
        Fact::MemberAssigned(MemberAssigned {
            payer: payer(),
            member: member(),
            customer: format!("customer {}", "x".repeat(1000)).as_str().into(),
            po_number: format!("PO-{day}").as_str().into(),
            from: first + chrono::Days::new(day),
            to: Some(first + chrono::Days::new(day + 1)),
        })
    };
    (0..300).map(assigned).collect()
}

async fn unit(log: Arc<dyn EventLog>, clock: Clock) -> UnitOfWork {
    let mut model = ReadModel::in_memory(WhatToFold::Everything);
    catch_up(log.as_ref(), &mut model).await.unwrap();
    UnitOfWork::over(log, model, clock, Act::default()).await.unwrap()
}

async fn bodies(log: &MemoryLog) -> Vec<CommitBody> {
    let stored = log.read_subject(&subject()).await.unwrap();
    stored.iter().map(|stored| CommitBody::read(&stored.commit).unwrap()).collect()
}

fn fails_within(stand: usize, failures: usize) -> (MemoryLog, FailsWithin) {
    let log = MemoryLog::new();
    let failing = FailsWithin { log: log.clone(), stand, failures: AtomicUsize::new(failures), meanwhile: None };
    (log, failing)
}

#[tokio::test]
async fn a_decision_of_which_a_part_stands_is_completed() {
    for stand in 1..=3 {
        let (log, failing) = fails_within(stand, 1);
        let mut unit = unit(Arc::new(failing), Clock::System).await;
        unit.decide(&subject(), |_| Ok(assignments())).await.unwrap();
        let bodies = bodies(&log).await;
        assert!(bodies.len() >= 3, "the decision must take several commits");
        let closes: Vec<bool> = bodies.iter().map(|body| body.part_of.as_ref().unwrap().closes).collect();
        assert_eq!(closes.iter().filter(|closes| **closes).count(), 1, "{closes:?}");
        assert!(closes[closes.len() - 1], "done, and never closed");
        let assigned = unit.model.member_account(&payer(), &member()).unwrap().assignments().count();
        assert_eq!(assigned, 300);
        let mut read = ReadModel::in_memory(WhatToFold::Everything);
        catch_up(&log, &mut read).await.unwrap();
        assert_eq!(read.member_account(&payer(), &member()).unwrap().assignments().count(), 300);
    }
}

#[tokio::test]
async fn what_cannot_be_completed_is_no_success_and_may_be_decided_again() {
    let (log, failing) = fails_within(1, 2);
    let mut unit = unit(Arc::new(failing), Clock::System).await;
    let failure = unit.decide(&subject(), |_| Ok(assignments())).await.unwrap_err();
    assert_eq!(failure.exit, ExitCode::Failed, "{failure}");
    assert!(!bodies(&log).await.iter().any(|body| body.part_of.as_ref().unwrap().closes));
    // A new process takes it up: what was never closed counts for nothing.
    let mut again = self::unit(Arc::new(log.clone()), Clock::System).await;
    assert_eq!(again.model.member_account(&payer(), &member()).unwrap().assignments().count(), 0);
    again.decide(&subject(), |_| Ok(assignments())).await.unwrap();
    assert_eq!(again.model.member_account(&payer(), &member()).unwrap().assignments().count(), 300);
}

/// The clock is asked once for a decision: one that goes back between two commits would make the recorded
/// times of a subject go back.
#[tokio::test]
async fn the_commits_of_a_decision_are_recorded_at_one_time() {
    let log = MemoryLog::new();
    let mut unit = unit(Arc::new(log.clone()), Clock::System).await;
    unit.decide(&subject(), |_| Ok(assignments())).await.unwrap();
    let times: BTreeSet<_> = bodies(&log).await.into_iter().map(|body| body.recorded).collect();
    assert_eq!(times.len(), 1, "{times:?}");
    // A later decision by a clock that is behind is not recorded before it.
    let behind = Clock::Injected("2001-01-01T00:00:00Z".parse().unwrap());
    let mut unit = self::unit(Arc::new(log.clone()), behind).await;
    unit.decide(&subject(), |_| Ok(assignments())).await.unwrap();
    let times: Vec<_> = bodies(&log).await.into_iter().map(|body| body.recorded).collect();
    assert!(times.is_sorted(), "{times:?}");
}

/// The last commit stands and the answer is lost, and someone else has written since: it is done all the same,
/// and not done a second time.
#[tokio::test]
async fn what_stands_is_done_though_someone_wrote_after_it() {
    // What the other writes follows the first commit: made by a unit that read it.
    let fact = assignments().remove(0);
    let other_fact = assignments().remove(1);
    let dry = MemoryLog::new();
    let clock = Clock::Injected("2019-01-05T08:00:00Z".parse().unwrap());
    let mut first = unit(Arc::new(dry.clone()), clock).await;
    first.decide(&subject(), |_| Ok(vec![fact.clone()])).await.unwrap();
    let mut second = unit(Arc::new(dry.clone()), clock).await;
    second.correlate("someone else");
    second.decide(&subject(), |_| Ok(vec![other_fact.clone()])).await.unwrap();
    let others = dry.read_subject(&subject()).await.unwrap().remove(1).commit;

    let (log, failing) = fails_within(1, 1);
    let failing = FailsWithin { meanwhile: Some(others), ..failing };
    let mut unit = unit(Arc::new(failing), clock).await;
    unit.decide(&subject(), |_| Ok(vec![fact.clone()])).await.unwrap();
    assert_eq!(bodies(&log).await.len(), 2);
    assert_eq!(unit.model.member_account(&payer(), &member()).unwrap().assignments().count(), 2);
}

/// A fact as the golden samples have it, with an amount written otherwise.
fn golden(name: &str, field: &str, amount: &str) -> Fact {
    let path = format!("{}/../../tests/golden/events/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let mut value: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    value["fact"][field] = amount.into();
    serde_json::from_value(value).unwrap()
}

/// An amount with other digits than its currency has is refused where it stands, and never summed.
#[tokio::test]
async fn an_amount_that_is_not_its_currencys_is_named_with_its_place() {
    let january = domain::period::BillingPeriod::parse("2019-01").unwrap();
    let (memos, billing) = (Subject::memos(&payer(), &member()), Subject::billing(&payer(), january));
    let forged = [
        (&memos, "CM0112", golden("memo_issued.v1", "face", "1000.0")),
        (&memos, "CM0112", golden("memo_issued.v1", "balance_after", "1000.000")),
        (&billing, "CM0112", golden("document_issued.v1", "due", "7.5")),
        (&billing, "CM0112", golden("member_statement_recorded.v1", "gross", "7")),
    ];
    for (subject, code, fact) in forged {
        let mut unit = unit(Arc::new(MemoryLog::new()), Clock::System).await;
        let failure = unit.decide(subject, |_| Ok(vec![fact.clone()])).await.unwrap_err();
        assert_eq!(failure.exit, ExitCode::InputRefused, "{failure}");
        let said = failure.to_string();
        for words in [code, subject.as_str(), "USD", "2 decimals", "nothing was recorded"] {
            assert!(said.contains(words), "{words} is not said: {said}");
        }
    }
}
