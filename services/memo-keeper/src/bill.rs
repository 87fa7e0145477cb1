//! A billing run: gather, plan, record.
//!
//! What a run is decided upon is gathered once (`gather_run.rs`); the plan is the domain's
//! (`domain::billing::run`); here it is recorded. Accounts are drawn first, one decision each, by
//! target; then the statements and documents, on the payer's month. Killed anywhere and repeated, a
//! run ends in the same facts (rule book N3, N16). Absent: rules.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::NaiveDate;
use domain::{
    billing::{
        BillingFact, Blocker, DocumentHeader, RunTotals,
        run::{
            CorrectionFault, IssuedRun, PlanFault, RunInputs, RunPlan, is_settled, issued_elsewhere, plan_run, run_of,
            says_the_same,
        },
    },
    ids::{MemberAccountId, PayerAccountId, RunId},
    period::BillingPeriod,
    policy::DocumentSeries,
};
use read_model::ReadModel;
use service_kit::{Failure, UnitOfWork, codes};
use wire::{Fact, Subject};

use crate::{gather::PayerRead, gather_run::gather_run};

/// How to bill.
#[derive(Debug, Clone, Copy, Default)]
pub struct BillOptions {
    /// Issue on an estimated delivery.
    pub accept_estimated: bool,
    /// The date on the documents; today where none is named.
    pub date: Option<NaiveDate>,
}

/// What a run did.
#[derive(Debug, Clone)]
pub struct BillOutcome {
    /// The run.
    pub run: RunId,
    /// It made drafts: the delivery is estimated.
    pub draft: bool,
    /// The period was closed before: nothing was done.
    pub was_closed: bool,
    /// The documents that stand.
    pub documents: Vec<DocumentHeader>,
    /// Members without a customer: they have a statement and no document.
    pub unassigned: Vec<MemberAccountId>,
    /// What the operator should know.
    pub warnings: Vec<String>,
    /// The run's totals.
    pub totals: Option<RunTotals>,
}

/// Bills a payer's period.
///
/// # Errors
/// [`Failure`]; blocked (exit 5) with what blocks it.
pub async fn bill(
    unit: &mut UnitOfWork,
    payer: &PayerAccountId,
    period: BillingPeriod,
    options: BillOptions,
) -> Result<BillOutcome, Failure> {
    if let Some(outcome) = billed_before(&unit.model, payer, period, options)? {
        return Ok(outcome);
    }
    let date = options.date.unwrap_or_else(|| unit.clock.today());
    let asked = Asked { payer: payer.clone(), period, accept_estimated: options.accept_estimated, date };
    let deciding = Deciding::first(asked, &unit.model)?;
    let run = deciding.last().inputs.run.clone();
    unit.correlate(&format!("bill {run}"));
    let decided = record(unit, &deciding).await?;
    let (RunDecision { inputs, plan }, IssuedRun { documents, completed }) = (&*decided.0, decided.1);
    Ok(BillOutcome {
        run,
        draft: inputs.draft,
        was_closed: false,
        documents,
        unassigned: plan.unassigned.clone(),
        warnings: plan.warnings.clone(),
        totals: Some(completed.totals),
    })
}

/// What stands of a month whose documents stay as they are: it is closed, or statements of a later one
/// went out, and changes of it are corrections there.
fn billed_before(
    model: &ReadModel,
    payer: &PayerAccountId,
    period: BillingPeriod,
    options: BillOptions,
) -> Result<Option<BillOutcome>, Failure> {
    if !is_settled(period, &model.billing_periods(payer)?) {
        return Ok(None);
    }
    let Some(month) = PayerRead::of(model, payer)?.month(model, period)? else { return Ok(None) };
    let state = model.billing(payer, period)?;
    let (run, _) = run_of(&month, options.accept_estimated, &state);
    Ok(Some(BillOutcome {
        run,
        draft: false,
        was_closed: true,
        totals: state.billed().map(|run| run.totals.clone()),
        documents: state.standing,
        unassigned: Vec::new(),
        warnings: Vec::new(),
    }))
}

pub(crate) fn blocked(payer: &PayerAccountId, period: BillingPeriod, blockers: Vec<Blocker>) -> Failure {
    Failure::blocked(codes::MONTH_BLOCKED, format!("{period} of payer {payer} is blocked:"), blockers)
}

/// Which run is asked for.
struct Asked {
    payer: PayerAccountId,
    period: BillingPeriod,
    accept_estimated: bool,
    date: NaiveDate,
}

/// A run with what it was decided upon.
struct RunDecision {
    inputs: RunInputs,
    plan: RunPlan,
}

impl Asked {
    fn decide(&self, model: &ReadModel, has_begun: bool) -> Result<RunDecision, Failure> {
        let gathered = gather_run(model, &self.payer, self.period, self.accept_estimated, self.date)?;
        let Some(gathered) = gathered else {
            return Err(blocked(&self.payer, self.period, vec![Blocker::NotDelivered]));
        };
        let (inputs, accounts) = gathered.into_accounts();
        let plan = plan_run(&inputs, accounts)?;
        if !plan.blockers.is_empty() && !has_begun {
            return Err(blocked(&self.payer, self.period, plan.blockers));
        }
        Ok(RunDecision { inputs, plan })
    }
}

/// The decision under way: made once, and made again from what stands by then where someone else wrote
/// in between.
struct Deciding {
    asked: Asked,
    last: Mutex<LastDecision>,
}

struct LastDecision {
    decision: Arc<RunDecision>,
    /// It was not tried yet.
    is_fresh: bool,
    /// The run began: what keeps one from beginning is not asked any more.
    has_begun: bool,
}

impl Deciding {
    fn first(asked: Asked, model: &ReadModel) -> Result<Self, Failure> {
        let decision = Arc::new(asked.decide(model, false)?);
        Ok(Self { asked, last: Mutex::new(LastDecision { decision, is_fresh: true, has_begun: false }) })
    }

    /// The decision for what is recorded next. Asked for a second time, the first could not be recorded.
    fn next(&self, model: &ReadModel) -> Result<Arc<RunDecision>, Failure> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if !std::mem::take(&mut last.is_fresh) {
            let again = self.asked.decide(model, last.has_begun)?;
            if again.inputs.run != last.decision.inputs.run {
                let Asked { payer, period, .. } = &self.asked;
                return Err(Failure::conflict(
                    codes::OTHERS_WROTE_FIRST,
                    format!(
                        "the bill of {period} of payer {payer}, or its policies, changed under the run: bill again"
                    ),
                ));
            }
            last.decision = Arc::new(again);
        }
        Ok(last.decision.clone())
    }

    /// The decision as it was made last.
    fn last(&self) -> Arc<RunDecision> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).decision.clone()
    }

    /// What was decided is recorded: what follows goes by the same decision.
    fn is_recorded(&self) -> Arc<RunDecision> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        (last.is_fresh, last.has_begun) = (true, true);
        last.decision.clone()
    }
}

/// Documents in one decision, so that a run over many customers is not one append each.
const DOCUMENTS_PER_DECISION: usize = 64;

/// Records a run: that it began, what each account's memos draw, the documents and statements, and how
/// it ended.
async fn record(unit: &mut UnitOfWork, deciding: &Deciding) -> Result<(Arc<RunDecision>, IssuedRun), Failure> {
    let (payer, period) = (&deciding.asked.payer, deciding.asked.period);
    let subject = Subject::billing(payer, period);
    unit.decide(&subject, |model| {
        let started = deciding.next(model)?.inputs.started(&model.billing(payer, period)?);
        Ok(started.map(Fact::from).into_iter().collect())
    })
    .await?;
    if let Some(fault) = &deciding.is_recorded().plan.refused {
        return Err(refused(payer, period, fault));
    }
    unit.decide_many(|model| {
        let decision = deciding.next(model)?;
        if let Some(fault) = &decision.plan.refused {
            return Err(refused(payer, period, fault));
        }
        let draws = decision.plan.draws.iter();
        Ok(draws
            .map(|(member, facts)| (Subject::memos(payer, member), facts.iter().cloned().map(Fact::from).collect()))
            .collect())
    })
    .await?;
    let decision = deciding.is_recorded();
    let RunDecision { inputs, plan } = &*decision;
    for batch in plan.documents.chunks(DOCUMENTS_PER_DECISION) {
        unit.decide(&subject, |model| {
            // Counted with each decision: one that is made anew counts what came meanwhile.
            let periods = match inputs.month.policies.document_series {
                DocumentSeries::Payer => model.billing_periods(payer)?,
                DocumentSeries::PayerPeriod => Default::default(),
            };
            let elsewhere = issued_elsewhere(&inputs.month, &periods);
            let facts = RunPlan::issue(inputs, batch, model.billing(payer, period)?, elsewhere);
            Ok(facts.into_iter().map(Fact::from).collect())
        })
        .await?;
    }
    unit.decide(&subject, |model| {
        let mut facts = Vec::new();
        for statement in &plan.without_document {
            let stands = model.statement(payer, &statement.member_account_id, period)?;
            if !stands.is_some_and(|stored| says_the_same(&stored.statement, statement)) {
                facts.push(Fact::from(BillingFact::Statement(statement.clone())));
            }
        }
        Ok(facts)
    })
    .await?;
    let issued = plan.issued(inputs, &unit.model.billing(payer, period)?);
    let issued = issued.map_err(|fault| refused(payer, period, &fault))?;
    unit.decide(&subject, |model| {
        Ok(issued.ended(&model.billing(payer, period)?).map(Fact::from).into_iter().collect())
    })
    .await?;
    Ok((decision, issued))
}

/// Why a run could not be planned, as it is told.
fn refused(payer: &PayerAccountId, period: BillingPeriod, fault: &PlanFault) -> Failure {
    match fault {
        PlanFault::Money(fault) => fault.clone().into(),
        PlanFault::Draw { .. } => Failure::blocked(
            codes::DAYS_MISSING,
            format!("{period} of payer {payer} is blocked:"),
            vec![Blocker::DaysMissing { detail: fault.to_string() }],
        ),
        PlanFault::NoRate { from, to } => blocked(payer, period, vec![Blocker::NoRate { from: *from, to: *to }]),
        PlanFault::Correction(fault) => correction_refused(fault),
        PlanFault::PoNumber(refusal) => Failure::failed(codes::PO_CHANGE_FAILED, refusal.clone()),
        PlanFault::DoesNotFollow(fault) => Failure::check(codes::DECISION_DOES_NOT_FOLLOW, fault.clone()),
        PlanFault::DoesNotFoot { .. } => Failure::check(codes::STATEMENT_DOES_NOT_FOOT, fault.to_string()),
    }
}

fn correction_refused(fault: &CorrectionFault) -> Failure {
    match fault {
        CorrectionFault::Money(fault) => fault.clone().into(),
        CorrectionFault::Refused(refusal) => Failure::refused(codes::CORRECTION_REFUSED, refusal.clone()),
        CorrectionFault::DoesNotFollow(fault) => Failure::check(codes::DECISION_DOES_NOT_FOLLOW, fault.clone()),
    }
}
