//! Random histories, played to the adapter and to the in-memory log: their answers are the same.
//! A failure is shrunk and printed as the shortest history that shows it.

use std::{collections::HashSet, time::Duration};

use proptest::{
    prelude::*,
    test_runner::{Config, TestCaseError, TestRunner},
};
use tokio::runtime::Handle;
use wire::{ChainHash, SealedCommit, StreamName, Subject};

use super::{Author, LogUnderTest, assert_within, body, subject};
use crate::{AppendError, EventLog, MemoryLog, ReadLimits, SubjectHead};

const STREAMS: [StreamName; 2] = [StreamName::Memos, StreamName::Credits];
const SUBJECTS: usize = 3;
const STEPS_MAX: usize = 24;
const COMMITS_A_CALL_MAX: usize = 6;

/// What is wrong with a commit.
#[derive(Debug, Clone, Copy)]
enum Fault {
    None,
    StalePrev,
    WrongNumber,
    WrongChain,
}

#[derive(Debug, Clone)]
struct Draft {
    subject: usize,
    fault: Fault,
    padding: usize,
}

#[derive(Debug, Clone)]
enum Step {
    Append(StreamName, Draft),
    AppendMany(StreamName, Vec<Draft>),
    Read { stream: StreamName, from: u64, commits_max: usize, bytes_max: usize },
    ReadSubject(StreamName, usize),
    LastOf(StreamName, usize),
    WaitBeyond(StreamName, u64),
    Reopen,
}

/// An answer to an append, as far as logs must agree on it.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Recorded(Vec<u64>),
    Conflict { recorded: usize, subject: Subject, expected: u64, found: u64 },
    Broken { recorded: usize, subject: Subject, n: u64, last_n: u64 },
    Failed(String),
}

/// Plays random histories to a fresh log each and compares every answer with the model's.
pub async fn random_histories_agree_with_the_model<H: LogUnderTest>(make: &H) {
    let config = Config { cases: make.model_cases(), failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new(config);
    let runtime = Handle::current();
    let outcome = tokio::task::block_in_place(|| runner.run(&history(), |steps| runtime.block_on(play(make, steps))));
    if let Err(failure) = outcome {
        panic!("the log and its model disagree: {failure}");
    }
}

fn history() -> impl Strategy<Value = Vec<Step>> {
    let stream = || prop::sample::select(STREAMS.to_vec());
    let fault = prop_oneof![
        9 => Just(Fault::None),
        1 => Just(Fault::StalePrev),
        1 => Just(Fault::WrongNumber),
        1 => Just(Fault::WrongChain),
    ];
    let draft =
        (0..SUBJECTS, fault, 0..200_usize).prop_map(|(subject, fault, padding)| Draft { subject, fault, padding });
    let step = prop_oneof![
        6 => (stream(), draft.clone()).prop_map(|(stream, draft)| Step::Append(stream, draft)),
        4 => (stream(), prop::collection::vec(draft, 0..=COMMITS_A_CALL_MAX))
            .prop_map(|(stream, drafts)| Step::AppendMany(stream, drafts)),
        3 => (stream(), 0..40_u64, 0..8_usize, 0..1500_usize)
            .prop_map(|(stream, from, commits_max, bytes_max)| Step::Read { stream, from, commits_max, bytes_max }),
        2 => (stream(), 0..SUBJECTS).prop_map(|(stream, number)| Step::ReadSubject(stream, number)),
        2 => (stream(), 0..SUBJECTS).prop_map(|(stream, number)| Step::LastOf(stream, number)),
        1 => (stream(), 0..20_u64).prop_map(|(stream, sequence)| Step::WaitBeyond(stream, sequence)),
        1 => Just(Step::Reopen),
    ];
    prop::collection::vec(step, 1..=STEPS_MAX)
}

async fn play<H: LogUnderTest>(make: &H, steps: Vec<Step>) -> Result<(), TestCaseError> {
    let model = MemoryLog::new();
    let mut log = make.create().await;
    for step in steps {
        match step {
            Step::Append(stream, draft) => {
                let commits = seal(&model, stream, &[draft]).await;
                for commit in commits {
                    let expected = answer(model.append(commit.clone()).await.map(|one| vec![one]).map_err(|e| (0, e)));
                    let given = answer(log.append(commit).await.map(|one| vec![one]).map_err(|e| (0, e)));
                    prop_assert_eq!(given, expected);
                }
            }
            Step::AppendMany(stream, drafts) => {
                let commits = seal(&model, stream, &drafts).await;
                let expected = answer(model.append_many(commits.clone()).await);
                prop_assert_eq!(answer(log.append_many(commits).await), expected);
            }
            Step::Read { stream, from, commits_max, bytes_max } => {
                let limits = ReadLimits { commits_max, bytes_max };
                let expected = model.read(stream, from, limits).await.expect("a read");
                let given = log.read(stream, from, limits).await.expect("a read");
                assert_within(&given, limits);
                // A log may return less than its limits allow, but never nothing.
                prop_assert!(expected.starts_with(&given), "{given:?} is not how {expected:?} begins");
                prop_assert_eq!(given.is_empty(), expected.is_empty());
            }
            Step::ReadSubject(stream, number) => {
                let subject = subject(stream, number);
                let expected = model.read_subject(&subject).await.expect("a read");
                prop_assert_eq!(log.read_subject(&subject).await.expect("a read"), expected);
            }
            Step::LastOf(stream, number) => {
                let subject = subject(stream, number);
                let expected = model.last_of(&subject).await.expect("a read");
                prop_assert_eq!(log.last_of(&subject).await.expect("a read"), expected);
            }
            Step::WaitBeyond(stream, sequence) => {
                let expected = model.wait_beyond(stream, sequence, Duration::ZERO).await.expect("no failure");
                prop_assert_eq!(log.wait_beyond(stream, sequence, Duration::ZERO).await.expect("no failure"), expected);
            }
            Step::Reopen => log = make.reopen(log).await,
        }
        for stream in STREAMS {
            let expected = model.head(stream).await.expect("a head").last_sequence;
            prop_assert_eq!(log.head(stream).await.expect("a head").last_sequence, expected, "{}", stream);
        }
    }
    Ok(())
}

/// Seals drafts as one call, from what the model knows. A fault concerns its own commit only:
/// those after it are sealed as if it had not been tried.
async fn seal(model: &MemoryLog, stream: StreamName, drafts: &[Draft]) -> Vec<SealedCommit> {
    let mut author = Author::default();
    for number in 0..SUBJECTS {
        if let Some(last) = model.last_of(&subject(stream, number)).await.expect("a read") {
            author.recorded(&last.commit, last.sequence);
        }
    }
    let mut touched = HashSet::new();
    let mut commits = Vec::new();
    for draft in drafts {
        let subject = subject(stream, draft.subject);
        let mut commit = author.next(&subject, body("p".repeat(draft.padding)));
        let first_of_call = touched.insert(subject.clone());
        if !first_of_call {
            commit.prev = 0;
        }
        match draft.fault {
            Fault::None => author.recorded(&commit, SubjectHead::ABSENT.sequence),
            Fault::StalePrev if first_of_call => commit.prev += 1,
            Fault::StalePrev | Fault::WrongNumber => commit.n += 1,
            Fault::WrongChain => commit.chain = ChainHash([1; 32]),
        }
        commits.push(commit);
    }
    commits
}

fn answer(given: Result<Vec<u64>, (usize, AppendError)>) -> Answer {
    match given {
        Ok(sequences) => Answer::Recorded(sequences),
        Err((recorded, AppendError::Conflict { subject, expected, found })) => {
            Answer::Conflict { recorded, subject, expected, found }
        }
        Err((recorded, AppendError::BrokenChain { subject, n, last_n })) => {
            Answer::Broken { recorded, subject, n, last_n }
        }
        Err((_, failure @ AppendError::Log { .. })) => Answer::Failed(format!("{failure:?}")),
    }
}
