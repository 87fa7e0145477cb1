//! The whole log under another policy: what would be different. Nothing is recorded.
//!
//! The log is gone through in the order it was decided in, in a unit of work of its own that folds what
//! it decides and appends nowhere. What others stated is taken as it was: assignments, bills,
//! credits, whose credit a line is where an operator said so, and what people did by hand (as far as
//! the memo then holds the amount). What the program decides upon a policy is decided again, by the
//! same functions, on the same day: attributing credit lines, issuing, funding, what follows from
//! revised credits, every billing run with its draws and corrections, every close with what lapses,
//! every void, of the document that stands in the place of the one that was voided.
//!
//! Deliberately absent: how credit lines are attributed. That is another service's, and is handed in.

mod differences;
mod due;
mod hand;
mod order;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use domain::{
    billing::{DocumentVoided, PeriodAct},
    ids::{CustomerId, DocumentNumber, PayerAccountId, PoNumber},
    memo::UnapplyCause,
    period::BillingPeriod,
    policy::{Policies, PolicyAdopted, PolicyHistory},
};
use event_log::MemoryLog;
use futures_util::future::BoxFuture;
use read_model::{ReadModel, WhatToFold};
use service_kit::{Act, Clock, Failure, UnitOfWork};
use wire::{AggregateKey, Fact, StreamName, Subject};

pub use differences::{DifferenceOf, WhatIfRow};

use self::{
    due::Due,
    hand::{Transfers, adapted, is_by_hand},
    order::{Decided, InOrder},
};
use crate::{
    bill::{BillOptions, bill},
    close::{CloseOptions, close},
    fund::fund_payer,
    issue::issue_for_credits,
    period_acts::do_at_once,
    upstream::follow_credits,
};

/// Attributes the credit lines of a payer's period, or of all of them: what another service decides.
pub type Attribute =
    for<'a> fn(&'a mut UnitOfWork, &'a PayerAccountId, Option<BillingPeriod>) -> BoxFuture<'a, Result<(), Failure>>;

/// What came of it.
pub struct WhatIfOutcome {
    /// Every figure that would differ.
    pub rows: Vec<WhatIfRow>,
    /// What could not be done as it was.
    pub notes: Vec<String>,
}

/// Goes through the log under other policies: those that were in force, changed by `other`, from a
/// period on. Credit lines are attributed by `attribute`.
///
/// # Errors
/// [`Failure`], where a run or a close that was done could not be done under them.
pub async fn what_if(
    unit: &UnitOfWork,
    other: &(dyn Fn(&Policies) -> Result<Policies, Failure> + Sync),
    from: Option<BillingPeriod>,
    attribute: Attribute,
) -> Result<WhatIfOutcome, Failure> {
    let log = unit.log();
    let act = Act { command: "what-if".to_owned(), by: unit.act.by.clone(), dry_run: true, ..Act::default() };
    let model = ReadModel::in_memory(WhatToFold::Everything);
    let imagined = UnitOfWork::over(Arc::new(MemoryLog::new()), model, Clock::System, act).await?;
    let mut simulation = Simulation {
        unit: imagined,
        other,
        from,
        attribute,
        histories: BTreeMap::new(),
        due: Due::default(),
        documents: BTreeMap::new(),
        drafts: BTreeMap::new(),
        last_group: None,
        transfers: Transfers::new(),
        notes: Vec::new(),
    };
    let mut commits = InOrder::of(log.as_ref());
    let mut coming = commits.next().await?;
    if let Some(first) = &coming {
        // The other policies stand from the first moment of the log on: recorded time never goes back.
        simulation.unit.clock = Clock::Injected(first.body.recorded);
    }
    simulation.adopt_at_first().await?;
    while let Some(commit) = coming {
        simulation.go_through(commit, &commits).await?;
        simulation.unit.forget_recorded();
        coming = commits.next().await?;
    }
    simulation.react().await?;
    Ok(WhatIfOutcome { rows: differences::differences(&unit.model, &simulation.unit.model)?, notes: simulation.notes })
}

struct Simulation<'a> {
    unit: UnitOfWork,
    other: &'a (dyn Fn(&Policies) -> Result<Policies, Failure> + Sync),
    from: Option<BillingPeriod>,
    /// The policies as they were adopted, by subject.
    histories: BTreeMap<Subject, PolicyHistory>,
    attribute: Attribute,
    /// What was stated since the services last did what follows from it.
    due: Due,
    /// The documents as they were issued: for whom.
    documents: BTreeMap<DocumentNumber, (CustomerId, PoNumber)>,
    /// Which runs made drafts.
    drafts: BTreeMap<String, bool>,
    /// The run or close under way, so that it is decided once for all its commits.
    last_group: Option<String>,
    transfers: Transfers,
    notes: Vec<String>,
}

impl Simulation<'_> {
    async fn go_through(&mut self, commit: Decided, commits: &InOrder<'_>) -> Result<(), Failure> {
        let stream = commit.subject.stream();
        if self.due.is_due_before(&commit) {
            // On the day that it was stated.
            self.react().await?;
        }
        self.unit.clock = Clock::Injected(commit.body.recorded);
        self.unit.act.by.clone_from(&commit.body.by);
        self.unit.act.reason.clone_from(&commit.body.reason);
        let group = group_of(&commit);
        if group.is_none() {
            self.last_group = None;
        }
        match stream {
            StreamName::Accounts => self.accounts(commit).await,
            StreamName::Usage => {
                self.due.note(&commit);
                self.take(&commit.subject, commit.body.facts).await
            }
            StreamName::Credits => self.credits(commit).await,
            StreamName::Memos | StreamName::Billing => {
                for fact in &commit.body.facts {
                    match fact {
                        Fact::BillingRunStarted(started) => {
                            self.drafts.insert(started.run.to_string(), started.draft);
                        }
                        Fact::DocumentIssued(header) => {
                            let whose = (header.customer.clone(), header.po_number.clone());
                            self.documents.extend(header.document_number.clone().map(|number| (number, whose)));
                        }
                        _ => {}
                    }
                }
                match group {
                    Some(group) => self.decide_group(&commit, group, commits).await,
                    None => self.other(commit).await,
                }
            }
        }
    }

    async fn take(&mut self, subject: &Subject, facts: Vec<Fact>) -> Result<(), Failure> {
        self.unit.decide(subject, |_| Ok(facts.clone())).await?;
        Ok(())
    }

    async fn accounts(&mut self, commit: Decided) -> Result<(), Failure> {
        for fact in commit.body.facts {
            match fact {
                Fact::CommandDone(_) => {}
                Fact::PolicyAdopted(adopted) => self.adopt(&commit.subject, adopted).await?,
                fact => self.take(&commit.subject, vec![fact]).await?,
            }
        }
        Ok(())
    }

    /// The other policies hold from the beginning of the log, for the months asked for.
    async fn adopt_at_first(&mut self) -> Result<(), Failure> {
        let policies = (self.other)(&Policies::default())?;
        let adopted = PolicyAdopted { from: self.from, hash: policies.hash(), policies };
        self.take(&Subject::general_policy(), vec![Fact::PolicyAdopted(adopted)]).await
    }

    /// What was adopted for earlier months stays; for the months asked for it is changed.
    async fn adopt(&mut self, subject: &Subject, adopted: PolicyAdopted) -> Result<(), Failure> {
        let changed = |policies: &Policies, from| {
            let policies = (self.other)(policies)?;
            Ok::<_, Failure>(Fact::PolicyAdopted(PolicyAdopted { from, hash: policies.hash(), policies }))
        };
        let mut facts = Vec::new();
        let history = self.histories.remove(subject).unwrap_or_default().evolve(&adopted);
        if adopted.from >= self.from {
            facts.push(changed(&adopted.policies, adopted.from)?);
        } else {
            if let Some(from) = self.from
                && let Some(in_force) = history.in_force(from)
            {
                facts.push(changed(in_force, Some(from))?);
            }
            facts.insert(0, Fact::PolicyAdopted(adopted));
        }
        self.histories.insert(subject.clone(), history);
        self.take(subject, facts).await
    }

    async fn credits(&mut self, commit: Decided) -> Result<(), Failure> {
        self.due.note(&commit);
        // What was attributed is attributed again.
        let stated = |fact: &Fact| {
            !matches!(fact, Fact::ApplicationsAttributed(_) | Fact::SuspenseOpened(_) | Fact::SuspenseCleared(_))
        };
        self.take(&commit.subject, commit.body.facts.into_iter().filter(stated).collect()).await
    }

    /// What the services do by themselves once bills came or credits changed.
    async fn react(&mut self) -> Result<(), Failure> {
        let Due { observed, changed, delivered, .. } = std::mem::take(&mut self.due);
        if !observed.is_empty() {
            issue_for_credits(&mut self.unit, &observed).await?;
        }
        let mut payers = BTreeSet::new();
        for (payer, period) in delivered {
            (self.attribute)(&mut self.unit, &payer, Some(period)).await?;
            payers.insert(payer);
        }
        for payer in &changed {
            (self.attribute)(&mut self.unit, payer, None).await?;
        }
        payers.extend(changed);
        for payer in &payers {
            fund_payer(&mut self.unit, payer).await?;
        }
        for payer in &payers {
            follow_credits(&mut self.unit, payer).await?;
        }
        Ok(())
    }

    /// What brings a payer's month up to date before it is billed or closed.
    async fn before_group(&mut self, payer: &PayerAccountId, period: BillingPeriod) -> Result<(), Failure> {
        (self.attribute)(&mut self.unit, payer, Some(period)).await?;
        fund_payer(&mut self.unit, payer).await?;
        follow_credits(&mut self.unit, payer).await
    }

    /// A billing run or a close is decided again, once for all its commits.
    async fn decide_group(&mut self, commit: &Decided, group: Group, commits: &InOrder<'_>) -> Result<(), Failure> {
        let is_new = self.last_group.as_ref() != Some(&commit.body.correlation);
        self.last_group = Some(commit.body.correlation.clone());
        if !is_new {
            return Ok(());
        }
        let (payer, period) = (group.payer, group.period);
        let context = |failure: Failure| {
            let message = format!("{} of {period}, payer {payer}, could not be done: {}", group.what, failure.message);
            failure.saying(message)
        };
        self.before_group(&payer, period).await?;
        match group.what {
            "bill" => {
                let draft = group.run.as_ref().and_then(|run| self.drafts.get(run)).copied().unwrap_or(false);
                let of_commit = commit.body.facts.iter().find_map(|fact| match fact {
                    Fact::DocumentIssued(header) => Some(header.date),
                    _ => None,
                });
                let date = of_commit.or_else(|| commits.date_of_run(&commit.body.correlation));
                let options = BillOptions { accept_estimated: !draft, date };
                bill(&mut self.unit, &payer, period, options).await.map_err(context)?;
            }
            _ => {
                // What was waived when it was closed stays waived.
                let options = CloseOptions { accept_estimated: true, waive: true };
                close(&mut self.unit, &payer, period, options).await.map_err(context)?;
            }
        }
        Ok(())
    }

    /// What is neither a run nor a close: acts by hand, months reopened and waived.
    async fn other(&mut self, commit: Decided) -> Result<(), Failure> {
        // What memos got back with a void follows from the void.
        let gives_back = |fact: &Fact| matches!(fact, Fact::MemoUnapplied(unapplied) if unapplied.cause == UnapplyCause::DocumentVoided);
        if commit.body.facts.iter().any(gives_back) {
            return Ok(());
        }
        for fact in commit.body.facts {
            let subject = &commit.subject;
            match &fact {
                Fact::PeriodReopened(_)
                | Fact::PeriodWaived(_)
                | Fact::PeriodActProposed(_)
                | Fact::PeriodActApproved(_)
                | Fact::PeriodActRejected(_) => self.take(subject, vec![fact]).await?,
                Fact::DocumentVoided(voided) => self.void(voided).await?,
                // What is filed of a close is of the log as it is.
                Fact::ClosePackMade(_) => {}
                fact if !is_by_hand(&commit.body.command, fact) => {}
                Fact::ActProposed(_) | Fact::ActApproved(_) | Fact::ActRejected(_) => {
                    self.take(subject, vec![fact]).await?
                }
                fact => self.by_hand(subject, fact).await?,
            }
        }
        Ok(())
    }

    /// Voids the document that stands in the place of the one that was voided: the last of that month for the
    /// same customer and PO number. Under other policies it may have another number.
    async fn void(&mut self, voided: &DocumentVoided) -> Result<(), Failure> {
        let DocumentVoided { document_number, payer, period, effective, .. } = voided;
        let state = self.unit.model.billing(payer, *period)?;
        let whose = self.documents.get(document_number);
        let standing = whose.and_then(|(customer, po_number)| state.issued_for(customer, po_number));
        let Some(document) = standing.and_then(|header| header.document_number.clone()) else {
            self.notes.push(format!("document {document_number} was voided, and there is none in its place"));
            return Ok(());
        };
        let act = PeriodAct::Void { document, effective: Some(*effective) };
        do_at_once(&mut self.unit, payer, *period, &act).await?;
        Ok(())
    }

    async fn by_hand(&mut self, subject: &Subject, fact: &Fact) -> Result<(), Failure> {
        let (Some(memo_fact), Ok(AggregateKey::Memos { payer, member })) =
            (fact.as_memo_fact(), AggregateKey::of(subject))
        else {
            return Ok(());
        };
        let number = memo_fact.memo().clone();
        let memos = self.unit.model.memos(&payer, &member)?;
        match adapted(&memos, memo_fact, &mut self.transfers) {
            None => self.notes.push(format!("{} of {number} has nothing left to act upon", fact.type_name())),
            Some((adapted, short)) => {
                if !short.is_zero() {
                    self.notes.push(format!("{} of {number} is {short} less than it was", fact.type_name()));
                }
                self.take(subject, vec![adapted.into()]).await?;
            }
        }
        Ok(())
    }
}

/// A run or a close that a commit is part of.
struct Group {
    what: &'static str,
    run: Option<String>,
    payer: PayerAccountId,
    period: BillingPeriod,
}

fn group_of(commit: &Decided) -> Option<Group> {
    let payer = match AggregateKey::of(&commit.subject).ok()? {
        AggregateKey::Memos { payer, .. } | AggregateKey::Billing { payer, .. } => payer,
        _ => return None,
    };
    let correlation = commit.body.correlation.as_str();
    if let Some(run) = correlation.strip_prefix("bill run-") {
        let period = BillingPeriod::parse(run.get(..7)?).ok()?;
        return Some(Group { what: "bill", run: Some(format!("run-{run}")), payer, period });
    }
    let period = correlation.strip_prefix("close ")?.rsplit(' ').next()?;
    Some(Group { what: "close", run: None, payer, period: BillingPeriod::parse(period).ok()? })
}
