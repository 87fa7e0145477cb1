//! What an audit checks of each commit as it passes: what only the order of the log can tell, and what
//! the fold has no need to know.

use std::collections::BTreeMap;

use domain::{
    billing::{DocumentHeader, MemberStatement, content_digest},
    ids::MemoNumber,
    policy::{Policies, PolicyHash},
};
use money::Money;
use read_model::{DecodedCommit, HeldBack, ReadModel, StreamEnd, SubjectPlace, facts_that_count};
use rustc_hash::{FxHashMap, FxHashSet};
use service_kit::Failure;
use wire::{Fact, StreamName, Subject};

use crate::{
    audit_check::{AuditCheck, FINDINGS_MAX, check},
    draws_shown::DrawsShown,
    replay::Onlooker,
    snapshots::ToCompare,
};

/// How much a check has looked at, and what it found.
#[derive(Debug, Default)]
struct Tally {
    looked_at: u64,
    findings: Vec<String>,
}

impl Tally {
    fn look(&mut self, holds: bool, finding: impl FnOnce() -> String) {
        self.looked_at += 1;
        if !holds && self.findings.len() < FINDINGS_MAX {
            self.findings.push(finding());
        }
    }

    fn into_check(self, name: &'static str, of: &'static str) -> AuditCheck {
        check(name, self.looked_at, of, self.findings)
    }
}

/// A fact's position, as findings name it.
struct Position<'a> {
    commit: &'a DecodedCommit,
    at: usize,
    fact: &'a Fact,
}

impl std::fmt::Display for Position<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { commit, at, fact } = self;
        let (stream, sequence) = (commit.subject.stream(), commit.sequence);
        write!(f, "{stream} sequence {sequence}, fact {at} ({} on {})", fact.type_name(), commit.subject)
    }
}

/// The checks of a log as it passes.
#[derive(Debug, Default)]
pub(crate) struct StreamChecks {
    /// The latest position of another stream that a stream's commits say they had read, with the commit.
    read: BTreeMap<(StreamName, StreamName), (u64, u64)>,
    held_back: FxHashMap<Subject, HeldBack>,
    adopted: FxHashSet<PolicyHash>,
    /// Statements of a period's last run.
    statements: FxHashMap<Subject, Vec<MemberStatement>>,
    /// What stood applied of memos when they were taken over from another system.
    taken_over: BTreeMap<MemoNumber, Money>,
    last_numbers: BTreeMap<String, u64>,
    basis: Tally,
    times: Tally,
    policies: Tally,
    cited: Tally,
    digests: Tally,
    totals: Tally,
    document_numbers: Tally,
    memo_numbers: Tally,
    draws_shown: DrawsShown,
    snapshots: ToCompare,
}

impl StreamChecks {
    /// Before the first commit, with the snapshots that are compared on the way.
    pub(crate) fn new(snapshots: ToCompare) -> Self {
        Self { adopted: FxHashSet::from_iter([Policies::default().hash()]), snapshots, ..Self::default() }
    }

    /// What stood applied of a memo when it was taken over; none where it was not.
    pub(crate) fn taken_over(&self, memo: &MemoNumber) -> Option<Money> {
        self.taken_over.get(memo).copied()
    }

    /// The checks, after the last commit. `ends` says where each stream ends by then.
    pub(crate) fn into_checks(mut self, ends: [u64; StreamName::ALL.len()]) -> Result<Vec<AuditCheck>, Failure> {
        for ((stream, of), (read, sequence)) in std::mem::take(&mut self.read) {
            let end = ends[of as usize];
            self.basis.look(read <= end, || {
                format!(
                    "{stream} sequence {sequence}: it was decided upon {of} sequence {read}, and {of} ends at {end}"
                )
            });
        }
        let mut checks = vec![
            self.basis.into_check("what decisions say they had read was there", "positions"),
            self.times.into_check("recorded times never go back on a subject", "commits"),
            self.cited.into_check("cited policies were adopted", "facts"),
            self.digests.into_check("documents have the digests of their statements", "documents"),
            self.totals.into_check("documents have the totals of their statements", "documents"),
            self.document_numbers.into_check("document numbers in order", "documents"),
            self.memo_numbers.into_check("memo numbers in order", "memos"),
        ];
        // Where no policies were ever adopted the defaults hold, and there is nothing to look at.
        let policies = self.policies.into_check("adopted policies have the hashes that are stated", "adoptions");
        checks.extend(Some(policies).filter(|check| check.looked_at > 0));
        checks.push(self.draws_shown.into_check()?);
        checks.extend(self.snapshots.into_check());
        Ok(checks)
    }

    fn look_at(&mut self, position: &Position<'_>) {
        if let Some(policy) = cited_policy(position.fact) {
            let known = self.adopted.contains(policy);
            self.cited.look(known, || format!("{position} cites the policies {policy}, which were never adopted"));
        }
        match position.fact {
            Fact::PolicyAdopted(adopted) => {
                let hash = adopted.policies.hash();
                let stated = &adopted.hash;
                self.policies.look(hash == *stated, || {
                    format!("{position} states the hash {stated}, and its policies have {hash}")
                });
                self.adopted.insert(hash);
            }
            Fact::MemberStatementRecorded(statement) => {
                self.statements.entry(position.commit.subject.clone()).or_default().push(statement.clone());
            }
            Fact::DocumentIssued(header) => self.document(position, header),
            Fact::BillingRunCompleted(_) => drop(self.statements.remove(&position.commit.subject)),
            Fact::MemoIssued(issued) => self.memo_number(position, issued.memo.as_str()),
            Fact::MemoOpened(opened) => {
                self.memo_number(position, opened.issued.memo.as_str());
                if !opened.applied_before.is_zero() {
                    self.taken_over.insert(opened.issued.memo.clone(), opened.applied_before);
                }
            }
            Fact::MemoReassignedIn(came) => self.memo_number(position, came.issued.memo.as_str()),
            _ => {}
        }
    }

    /// A document's statements stand right before it.
    fn document(&mut self, position: &Position<'_>, header: &DocumentHeader) {
        let before = self.statements.remove(&position.commit.subject).unwrap_or_default();
        let members = usize::try_from(header.members).unwrap_or(usize::MAX);
        let statements = &before[before.len().saturating_sub(members)..];
        let digest = content_digest(statements);
        self.digests.look(digest == header.digest && statements.len() == members, || {
            format!("{position} states the digest {}, and its statements have {digest}", header.digest)
        });
        self.totals.look(header.is_the_sum_of(statements), || {
            format!("{position} states totals that are not the sums of its statements")
        });
        if let Some(number) = &header.document_number {
            let expected = self.next_number(number.as_str());
            self.document_numbers.look(expected.is_none(), || follows(position, number.as_str(), expected));
        }
    }

    fn memo_number(&mut self, position: &Position<'_>, number: &str) {
        let expected = self.next_number(number);
        self.memo_numbers.look(expected.is_none(), || follows(position, number, expected));
    }

    /// Takes the next number of a series; where it is not the one that follows, answers with that.
    fn next_number(&mut self, number: &str) -> Option<u64> {
        let (series, ordinal) = number.rsplit_once('-').unwrap_or(("", number));
        let last = self.last_numbers.entry(series.to_owned()).or_default();
        let expected = *last + 1;
        *last = ordinal.parse().unwrap_or_default();
        (*last != expected).then_some(expected)
    }
}

fn follows(position: &Position<'_>, number: &str, expected: Option<u64>) -> String {
    format!("{position} has the number {number}, and {} was the next", expected.unwrap_or_default())
}

/// The policies that a fact says it was decided under.
fn cited_policy(fact: &Fact) -> Option<&PolicyHash> {
    match fact {
        Fact::MemoIssued(fact) => Some(&fact.policy),
        Fact::MemoOpened(fact) => Some(&fact.issued.policy),
        Fact::MemoReassignedIn(fact) => Some(&fact.issued.policy),
        Fact::MemoApplied(fact) => Some(&fact.policy),
        Fact::MemoLapsed(fact) | Fact::MemoExpired(fact) => Some(&fact.policy),
        Fact::MemberStatementRecorded(fact) => Some(&fact.policy),
        Fact::DocumentIssued(fact) => Some(&fact.policy),
        Fact::BillingRunStarted(fact) => Some(&fact.policy),
        Fact::PeriodClosed(fact) => Some(&fact.policy),
        _ => None,
    }
}

impl Onlooker for StreamChecks {
    fn folded(
        &mut self,
        commit: &DecodedCommit,
        before: &SubjectPlace,
        model: &ReadModel,
        end: &StreamEnd,
    ) -> Result<(), Failure> {
        let (subject, sequence) = (&commit.subject, commit.sequence);
        let stream = subject.stream();
        for (name, read) in &commit.body.basis {
            match StreamName::parse(name) {
                // Of its own stream a decision can have read only what stands before it.
                Some(of) if of == stream => self.basis.look(*read < sequence, || {
                    format!(
                        "{stream} sequence {sequence}: it was decided upon {name} sequence {read}, which is after it"
                    )
                }),
                Some(of) => {
                    self.basis.looked_at += 1;
                    let latest = self.read.entry((stream, of)).or_default();
                    *latest = (*latest).max((*read, sequence));
                }
                None => self.basis.look(false, || {
                    format!("{stream} sequence {sequence}: it was decided upon {name}, which is no stream")
                }),
            }
        }
        let recorded = commit.body.recorded;
        self.times.look(before.recorded.is_none_or(|last| last <= recorded), || {
            format!(
                "{stream} sequence {sequence}: recorded at {recorded}, before the commit that it follows on {subject}"
            )
        });
        let read = commit.body.basis.get(StreamName::Memos.as_str()).copied().unwrap_or(0);
        let mut held = self.held_back.remove(subject).flatten();
        let facts = facts_that_count(&mut held, &commit.body);
        for (at, fact) in facts.iter().enumerate() {
            self.look_at(&Position { commit, at, fact });
            self.draws_shown.look_at(fact, || subject.tokens(), sequence, read)?;
        }
        if held.is_some() {
            self.held_back.insert(subject.clone(), held);
        }
        self.snapshots.compare(stream, model, end)
    }
}
