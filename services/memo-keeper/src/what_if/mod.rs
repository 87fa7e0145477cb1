//! The whole log under another policy: what would be different. Nothing is recorded.
//!
//! The log is gone through in the order it was decided in, in an office of its own that folds what
//! it decides and appends nowhere. What others stated is taken as it was: assignments, bills,
//! credits, what was attributed to which credit, suspense, and what people did by hand (as far as
//! the memo then holds the amount). What the program decides upon a policy is decided again, by the
//! same functions, on the same day: issuing, funding, what follows from revised credits, every
//! billing run with its draws and corrections, every close with what lapses.
//!
//! Deliberately absent: attributing credit lines anew. A policy about credit lines that are not
//! promotional therefore changes what is charged and not what was attributed.

mod differences;
mod hand;
mod order;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use domain::{
    credit::UpstreamCreditTerms,
    ids::PayerAccountId,
    period::BillingPeriod,
    policy::{Policies, PolicyAdopted, PolicyHistory},
};
use event_log::MemoryLog;
use read_model::{ReadModel, WhatToFold};
use service_kit::{Act, BackOffice, Clock, Failure};
use wire::{AggregateKey, Fact, StreamName, Subject};

pub use differences::{DifferenceOf, WhatIfRow};

use self::{
    hand::{Transfers, adapted, is_by_hand},
    order::{Decided, InOrder},
};
use crate::{
    bill::{BillOptions, bill},
    close::{CloseOptions, close},
    fund::fund_payer,
    issue::issue_for_credits,
    upstream::follow_credits,
};

/// What came of it.
pub struct WhatIfOutcome {
    /// Every figure that would be another one.
    pub rows: Vec<WhatIfRow>,
    /// What could not be done as it was.
    pub notes: Vec<String>,
}

/// Goes through the log under other policies: those that were in force, changed by `other`, from a
/// period on.
///
/// # Errors
/// [`Failure`], where a run or a close that was done could not be done under them.
pub async fn what_if(
    office: &BackOffice,
    other: &(dyn Fn(&Policies) -> Result<Policies, Failure> + Sync),
    from: Option<BillingPeriod>,
) -> Result<WhatIfOutcome, Failure> {
    let log = office.log();
    let act = Act { command: "what-if".to_owned(), by: office.act.by.clone(), dry_run: true, ..Act::default() };
    let model = ReadModel::in_memory(WhatToFold::Everything);
    let imagined = BackOffice::over(Arc::new(MemoryLog::new()), model, Clock::System, act).await?;
    let mut world = World {
        office: imagined,
        other,
        from,
        histories: BTreeMap::new(),
        changed: BTreeSet::new(),
        observed: Vec::new(),
        drafts: BTreeMap::new(),
        last_group: None,
        transfers: Transfers::new(),
        notes: Vec::new(),
    };
    world.adopt_at_first().await?;
    let mut commits = InOrder::of(log.as_ref());
    while let Some(commit) = commits.next().await? {
        world.go_through(commit, &commits).await?;
        world.office.forget_recorded();
    }
    world.react().await?;
    Ok(WhatIfOutcome { rows: differences::differences(&office.model, &world.office.model)?, notes: world.notes })
}

struct World<'a> {
    office: BackOffice,
    other: &'a (dyn Fn(&Policies) -> Result<Policies, Failure> + Sync),
    from: Option<BillingPeriod>,
    /// The policies as they were adopted, by subject.
    histories: BTreeMap<Subject, PolicyHistory>,
    /// Payers whose credits changed since the memos followed.
    changed: BTreeSet<PayerAccountId>,
    /// Credits that were imported since memos were issued.
    observed: Vec<UpstreamCreditTerms>,
    /// Which runs made drafts.
    drafts: BTreeMap<String, bool>,
    /// The run or close under way, so that it is decided once for all its commits.
    last_group: Option<String>,
    transfers: Transfers,
    notes: Vec<String>,
}

impl World<'_> {
    async fn go_through(&mut self, commit: Decided, commits: &InOrder<'_>) -> Result<(), Failure> {
        let stream = commit.subject.stream();
        if stream != StreamName::Credits {
            // On the day that the credits changed.
            self.react().await?;
        }
        self.office.clock = Clock::Injected(commit.body.recorded);
        self.office.act.by.clone_from(&commit.body.by);
        self.office.act.reason.clone_from(&commit.body.reason);
        let group = group_of(&commit);
        if group.is_none() {
            self.last_group = None;
        }
        match stream {
            StreamName::Accounts => self.accounts(commit).await,
            StreamName::Usage => self.take(&commit.subject, commit.body.facts).await,
            StreamName::Credits => self.credits(commit).await,
            StreamName::Memos | StreamName::Billing => {
                for fact in &commit.body.facts {
                    if let Fact::BillingRunStarted(started) = fact {
                        self.drafts.insert(started.run.to_string(), started.draft);
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
        self.office.decide(subject, |_| Ok(facts.clone())).await?;
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
        if let Ok(AggregateKey::UpstreamCredit { payer, .. } | AggregateKey::Suspense { payer, .. }) =
            AggregateKey::of(&commit.subject)
        {
            self.changed.insert(payer);
        }
        // An import issues memos at once; what happens to a credit later reaches them another way.
        let is_import = !["credits split", "credits transfer", "credits pause", "credits cancel"]
            .contains(&commit.body.command.as_str());
        for fact in commit.body.facts.iter().filter(|_| is_import) {
            match fact {
                Fact::UpstreamCreditObserved(fact) => self.observed.push(fact.terms.clone()),
                Fact::UpstreamCreditRevised(fact) => self.observed.push(fact.after.clone()),
                _ => {}
            }
        }
        self.take(&commit.subject, commit.body.facts).await
    }

    /// What the services do by themselves once credits changed.
    async fn react(&mut self) -> Result<(), Failure> {
        let observed = std::mem::take(&mut self.observed);
        if !observed.is_empty() {
            issue_for_credits(&mut self.office, &observed).await?;
        }
        for payer in std::mem::take(&mut self.changed) {
            fund_payer(&mut self.office, &payer).await?;
            follow_credits(&mut self.office, &payer).await?;
        }
        Ok(())
    }

    /// A billing run or a close is decided again, once for all its commits.
    async fn decide_group(&mut self, commit: &Decided, group: Group, commits: &InOrder<'_>) -> Result<(), Failure> {
        let is_new = self.last_group.as_ref() != Some(&commit.body.correlation);
        self.last_group = Some(commit.body.correlation.clone());
        if !is_new {
            return Ok(());
        }
        let (payer, period) = (group.payer, group.period);
        let context = |failure: Failure| Failure {
            message: format!("{} of {period}, payer {payer}, could not be done: {}", group.what, failure.message),
            ..failure
        };
        match group.what {
            "bill" => {
                let draft = group.run.as_ref().and_then(|run| self.drafts.get(run)).copied().unwrap_or(false);
                let of_commit = commit.body.facts.iter().find_map(|fact| match fact {
                    Fact::DocumentIssued(header) => Some(header.date),
                    _ => None,
                });
                let date = of_commit.or_else(|| commits.date_of_run(&commit.body.correlation));
                let options = BillOptions { accept_estimated: !draft, date };
                bill(&mut self.office, &payer, period, options).await.map_err(context)?;
            }
            _ => {
                // What was waived when it was closed stays waived.
                let options = CloseOptions { accept_estimated: true, waive: true };
                close(&mut self.office, &payer, period, options).await.map_err(context)?;
            }
        }
        Ok(())
    }

    /// What is neither a run nor a close: acts by hand, months reopened and waived.
    async fn other(&mut self, commit: Decided) -> Result<(), Failure> {
        for fact in commit.body.facts {
            let subject = &commit.subject;
            match &fact {
                Fact::PeriodReopened(_)
                | Fact::PeriodWaived(_)
                | Fact::PeriodActProposed(_)
                | Fact::PeriodActApproved(_) => self.take(subject, vec![fact]).await?,
                // Under other policies the document has another number and other draws; an answer
                // that left the void out would be wrong to the cent.
                Fact::DocumentVoided(voided) => {
                    return Err(Failure::failed(
                        "CM0523",
                        format!("document {} was voided, and a void is not decided again yet", voided.document_number),
                    ));
                }
                // What is filed of a close is of the log as it is.
                Fact::ClosePackMade(_) => {}
                fact if !is_by_hand(&commit.body.command, fact) => {}
                Fact::ActProposed(_) | Fact::ActApproved(_) => self.take(subject, vec![fact]).await?,
                fact => self.by_hand(subject, fact).await?,
            }
        }
        Ok(())
    }

    async fn by_hand(&mut self, subject: &Subject, fact: &Fact) -> Result<(), Failure> {
        let (Some(memo_fact), Ok(AggregateKey::Memos { payer, member })) =
            (fact.as_memo_fact(), AggregateKey::of(subject))
        else {
            return Ok(());
        };
        let number = memo_fact.memo().clone();
        let memos = self.office.model.memos(&payer, &member)?;
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
