//! A billing run: draw the memos of a payer's members for a month and issue the documents.
//!
//! Members are drawn first, one decision each, by target; then the statements are made of what
//! stands. Killed anywhere and repeated, a run ends in the same facts (rule book N3, N16).

use chrono::NaiveDate;
use domain::{
    billing::{
        BillingFact, BillingRunCompleted, BillingRunStarted, Blocker, DocumentHeader, MemberStatement, PeriodStatus,
        RunTotals,
    },
    ids::{MemberAccountId, PayerAccountId, RunId},
    memo::{DrawPeriod, ReassignPo},
    period::BillingPeriod,
    policy::{AssignmentKey, ClosedPeriodCorrections},
    usage::Finality,
};
use money::{Exact, Money};
use read_model::ReadModel;
use service_kit::{Failure, UnitOfWork, codes};
use sha2::{Digest, Sha256};
use wire::{Fact, Subject};

use crate::{
    corrections::{MonthToCorrect, months_to_correct},
    cross_payer::{CrossPayer, CrossPayerMonthToCorrect, cross_payer_months_to_correct, is_settled, left_to_do},
    documents,
    members::PeriodContext,
};

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
    let Some(basis) = PeriodContext::read(&unit.model, payer, period)? else {
        return Err(blocked(payer, period, vec![Blocker::NotDelivered]));
    };
    let state = unit.model.billing(payer, period)?;
    let draft = basis.delivery.finality == Finality::Estimated && !options.accept_estimated;
    let run = run_id(&basis, draft)?;
    // Closed, or statements of a later month went out: changes of this one are corrections there.
    if is_settled(&unit.model, payer, period)? {
        let documents = state.standing.clone();
        let totals = state.billed().map(|run| run.totals.clone());
        return Ok(BillOutcome {
            run,
            draft: false,
            was_closed: true,
            documents,
            unassigned: Vec::new(),
            warnings: Vec::new(),
            totals,
        });
    }
    let date = options.date.unwrap_or_else(|| unit.clock.today());
    let mut blockers = blockers(&unit.model, &basis)?;
    blockers.extend(documents::missing_rates(&unit.model, &basis, date)?);
    if !blockers.is_empty() {
        return Err(blocked(payer, period, blockers));
    }
    // Statements that were issued stay issued: a later estimated delivery supersedes, in numbers.
    let draft = draft && state.documents.is_empty();
    unit.correlate(&format!("bill {run}"));
    start(unit, &basis, &run, draft).await?;
    let across = CrossPayer::read(&unit.model, &basis, period)?;
    let mut warnings = draw_members(unit, &basis, &across, &run, date).await?;
    let made = documents::issue(unit, &basis, &across, &run, draft, date).await?;
    warnings.extend(left_to_do(&unit.model, &basis, &across)?);
    if made.net_only > 0 {
        warnings.push(format!(
            "the charges of {} member accounts are stated after discounts only: they are rated net, not list",
            made.net_only
        ));
    }
    let totals = complete(unit, &basis, &across, &run, draft, &made).await?;
    Ok(BillOutcome {
        run,
        draft,
        was_closed: false,
        documents: made.documents,
        unassigned: made.unassigned,
        warnings,
        totals: Some(totals),
    })
}

pub(crate) fn blocked(payer: &PayerAccountId, period: BillingPeriod, blockers: Vec<Blocker>) -> Failure {
    Failure::blocked(codes::MONTH_BLOCKED, format!("{period} of payer {payer} is blocked:"), blockers)
}

/// The same delivery under the same policies is the same run.
fn run_id(basis: &PeriodContext, draft: bool) -> Result<RunId, Failure> {
    let seed = format!(
        "{}\u{0}{}\u{0}{}\u{0}{}\u{0}{draft}",
        basis.payer, basis.period, basis.delivery.delivery, basis.policy
    );
    let digest = hex::encode(&Sha256::digest(seed.as_bytes())[..8]);
    RunId::parse(&format!("run-{}-{digest}", basis.period))
        .map_err(|fault| Failure::failed(codes::RUN_ID_INVALID, fault))
}

/// What keeps a period from being billed.
fn blockers(model: &ReadModel, basis: &PeriodContext) -> Result<Vec<Blocker>, Failure> {
    let mut blockers = former_period_open(model, &basis.payer, basis.period)?;
    if basis.delivery.pro_forma {
        blockers.push(Blocker::ProForma);
    }
    blockers.extend(closed_period_changed(model, basis)?);
    Ok(blockers)
}

/// Under the policy that closed months are corrected by reopening them, a closed month that changed
/// holds the next one until it was reopened, billed and closed again. Once the next one is billed it
/// cannot be reopened any more, and its changes are corrections in the open month (rule book N20).
fn closed_period_changed(model: &ReadModel, basis: &PeriodContext) -> Result<Option<Blocker>, Failure> {
    if basis.policies.closed_period_corrections != ClosedPeriodCorrections::Reopen {
        return Ok(None);
    }
    let changed = basis.period.previous();
    let is_closed = model.billing(&basis.payer, changed)?.status == PeriodStatus::Closed;
    let is_billed = model.billing(&basis.payer, basis.period)?.billed().is_some();
    if !is_closed || is_billed {
        return Ok(None);
    }
    let earlier = months_to_correct(model, basis)?;
    let Some(month) = earlier.iter().find(|month| month.basis.period == changed && month.delivered_anew) else {
        return Ok(None);
    };
    for member in documents::members_of_run(model, basis, &earlier)? {
        let memos = model.memos(&basis.payer, &member)?;
        let run = run_id(basis, true)?;
        let moves = !month.decide(model, basis, &run, &member, &memos)?.is_empty();
        if moves || month.correction(model, basis, &member, &memos)?.is_some() {
            return Ok(Some(Blocker::ClosedPeriodChanged { changed }));
        }
    }
    Ok(None)
}

/// The former period must be closed or waived, from the first period that anything is known of on
/// (rule book N19).
pub(crate) fn former_period_open(
    model: &ReadModel,
    payer: &PayerAccountId,
    period: BillingPeriod,
) -> Result<Vec<Blocker>, Failure> {
    let delivered = model.delivered_periods(payer)?;
    let billed = model.periods_of(payer)?;
    let first = delivered.keys().next().into_iter().chain(billed.first()).min().copied();
    let former = period.previous();
    let is_first = first.is_none_or(|first| period <= first);
    if is_first || !model.billing(payer, former)?.holds_next() {
        return Ok(Vec::new());
    }
    Ok(vec![Blocker::FormerPeriodOpen { former }])
}

async fn start(unit: &mut UnitOfWork, basis: &PeriodContext, run: &RunId, draft: bool) -> Result<(), Failure> {
    let subject = Subject::billing(&basis.payer, basis.period);
    unit.decide(&subject, |model| {
        let state = model.billing(&basis.payer, basis.period)?;
        if state.last_run.as_ref().is_some_and(|last| last.run == *run) {
            return Ok(Vec::new());
        }
        Ok(vec![Fact::from(BillingFact::RunStarted(BillingRunStarted {
            run: run.clone(),
            payer: basis.payer.clone(),
            period: basis.period,
            delivery: basis.delivery.delivery.clone(),
            policy: basis.policy.clone(),
            draft,
            follows: basis.follows,
        }))])
    })
    .await?;
    Ok(())
}

async fn draw_members(
    unit: &mut UnitOfWork,
    basis: &PeriodContext,
    across: &CrossPayer,
    run: &RunId,
    date: NaiveDate,
) -> Result<Vec<String>, Failure> {
    let earlier = months_to_correct(&unit.model, basis)?;
    let earlier = Earlier { here: earlier, across: cross_payer_months_to_correct(&unit.model, basis)? };
    let members = documents::members_of_run(&unit.model, basis, &earlier.here)?;
    let mut warnings = Vec::new();
    for member in &members {
        let memos = unit.model.memos(&basis.payer, member)?;
        let foreign: Vec<String> = memos
            .memos
            .values()
            .filter(|memo| memo.currency != basis.currency() && memo.open.is_positive())
            .map(|memo| {
                format!(
                    "{} is in {} and the bill in {}: it is not drawn without a rate",
                    memo.number,
                    memo.currency,
                    basis.currency()
                )
            })
            .collect();
        warnings.extend(foreign);
    }
    unit.decide_many(|model| {
        members
            .iter()
            .map(|member| {
                Ok((
                    Subject::memos(&basis.payer, member),
                    draw_member(model, basis, across, &earlier, run, member, date)?,
                ))
            })
            .collect()
    })
    .await?;
    Ok(warnings)
}

/// The months that a run corrects, under its own payer and under others.
struct Earlier {
    here: Vec<MonthToCorrect>,
    across: Vec<CrossPayerMonthToCorrect>,
}

fn draw_member(
    model: &ReadModel,
    basis: &PeriodContext,
    across: &CrossPayer,
    earlier: &Earlier,
    run: &RunId,
    member: &MemberAccountId,
    date: NaiveDate,
) -> Result<Vec<Fact>, Failure> {
    let mut memos = model.memos(&basis.payer, member)?;
    if memos.memos.is_empty() {
        return Ok(Vec::new());
    }
    let mut facts = Vec::new();
    for fact in reassign_to_present_po(model, basis, member, &memos, date)? {
        memos.evolve(&fact).map_err(|fault| Failure::check(codes::DECISION_DOES_NOT_FOLLOW, fault))?;
        facts.push(fact.into());
    }
    for month in &earlier.here {
        for fact in month.decide(model, basis, run, member, &memos)? {
            memos.evolve(&fact).map_err(|fault| Failure::check(codes::DECISION_DOES_NOT_FOLLOW, fault))?;
            facts.push(fact.into());
        }
    }
    for month in &earlier.across {
        for fact in month.decide(model, basis, run, member, &memos)? {
            memos.evolve(&fact).map_err(|fault| Failure::check(codes::DECISION_DOES_NOT_FOLLOW, fault))?;
            facts.push(fact.into());
        }
    }
    let month = basis.rated(model, member)?;
    let command = DrawPeriod { run, month: &month, policies: &basis.policies, policy: &basis.policy };
    let decision = memos.decide_draw_across(&command, &across.of_member(model, member)?).map_err(|refusal| {
        Failure::blocked(
            codes::DAYS_MISSING,
            format!("{} of payer {} is blocked:", basis.period, basis.payer),
            vec![Blocker::DaysMissing { detail: format!("{member}: {refusal}") }],
        )
    })?;
    facts.extend(decision.facts.into_iter().map(Fact::from));
    Ok(facts)
}

/// The open balance goes to the PO number that the account has at processing, as long as the
/// customer is the same (rule book N22, W12).
fn reassign_to_present_po(
    model: &ReadModel,
    basis: &PeriodContext,
    member: &MemberAccountId,
    memos: &domain::memo::MemberMemos,
    date: NaiveDate,
) -> Result<Vec<domain::memo::MemoFact>, Failure> {
    if basis.policies.assignment_key == AssignmentKey::MemberAccount {
        return Ok(Vec::new());
    }
    if !memos.memos.values().any(|memo| memo.open.is_positive()) {
        return Ok(Vec::new());
    }
    let account = model.member_account(&basis.payer, member)?;
    let Some(present) = account.for_processing(basis.period, date) else { return Ok(Vec::new()) };
    // The last month's statement mostly tells: the one before it is read only where it does not.
    let mut former = None;
    for period in model.periods_of(&basis.payer)?.range(..basis.period).rev() {
        let stored = model.statement(&basis.payer, member, *period)?;
        former = stored.map(|stored| stored.statement).filter(|statement| !statement.customer.is_blank());
        if former.is_some() {
            break;
        }
    }
    let Some(former) = former else { return Ok(Vec::new()) };
    if former.customer != present.customer || former.po_number == present.po_number {
        return Ok(Vec::new());
    }
    let mut facts = Vec::new();
    for memo in memos.in_order_of_issue().into_iter().filter(|memo| memo.open.is_positive()) {
        let command = ReassignPo {
            memo: memo.number.clone(),
            customer: present.customer.clone(),
            po_number: present.po_number.clone(),
            from: (former.customer.clone(), former.po_number.clone()),
            effective: basis.period.first_day(),
            posting: basis.period,
        };
        facts.extend(
            memos.decide_reassign_po(&command).map_err(|refusal| Failure::failed(codes::PO_CHANGE_FAILED, refusal))?,
        );
    }
    Ok(facts)
}

async fn complete(
    unit: &mut UnitOfWork,
    basis: &PeriodContext,
    across: &CrossPayer,
    run: &RunId,
    draft: bool,
    made: &documents::IssuedRun,
) -> Result<RunTotals, Failure> {
    let currency = basis.currency();
    let sum = |of: fn(&MemberStatement) -> Money| Money::sum(currency, made.statements.iter().map(of));
    let gross = sum(|statement| statement.gross);
    let totals = RunTotals {
        currency,
        members: made.statements.len() as u64,
        unassigned: made.unassigned.len() as u64,
        documents: made.documents.len() as u64,
        gross,
        applied: sum(|statement| Money::sum(statement.currency, statement.lines.iter().map(|line| line.applied))),
        due: sum(|statement| statement.due),
        rounding_difference: made.exact_gross.checked_sub(gross.to_exact())?,
        kept: made.kept,
    };
    let completed = BillingRunCompleted {
        run: run.clone(),
        delivery: basis.delivery.delivery.clone(),
        draft,
        totals: totals.clone(),
        other_payers: across.deliveries(),
    };
    let subject = Subject::billing(&basis.payer, basis.period);
    unit.decide(&subject, |model| {
        let state = model.billing(&basis.payer, basis.period)?;
        if state.billed() == Some(&completed) {
            return Ok(Vec::new());
        }
        Ok(vec![Fact::from(BillingFact::RunCompleted(completed.clone()))])
    })
    .await?;
    Ok(totals)
}

/// A zero to sum from.
pub(crate) const NOTHING: Exact = Exact::ZERO;
