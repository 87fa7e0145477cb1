//! The documents and statements of a run, made of what stands after the draws.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use domain::{
    billing::{
        BillingFact, Blocker, DocumentHeader, IssueDocument, MemberStatement, StatementInput, content_digest,
        make_statement,
    },
    ids::{CustomerId, MemberAccountId, PoNumber, RunId},
    memo::DrawPeriod,
    policy::{CustomerTax, DocumentSeries},
    rating::RatedMonth,
};
use money::Exact;
use read_model::ReadModel;
use service_kit::{Failure, UnitOfWork, codes};
use wire::{Fact, Subject};

use crate::{
    bill::{NOTHING, blocked},
    corrections::{MonthToCorrect, months_to_correct},
    cross_payer::CrossPayer,
    members::PeriodContext,
};

/// What a run made.
pub(crate) struct IssuedRun {
    /// The documents that stand.
    pub(crate) documents: Vec<DocumentHeader>,
    /// The statements that stand.
    pub(crate) statements: Vec<MemberStatement>,
    /// Members without a customer.
    pub(crate) unassigned: Vec<MemberAccountId>,
    /// The exact sum of all charges.
    pub(crate) exact_gross: Exact,
    /// What the distributor keeps.
    pub(crate) kept: Exact,
    /// Members whose charges have no list amount, and are rated net.
    pub(crate) net_only: u64,
}

/// Documents in one decision, so that a run over many customers is not one append each.
const DOCUMENTS_PER_DECISION: usize = 64;

/// Members that a run is about: those of the month, and those of earlier months that it corrects.
pub(crate) fn members_of_run(
    model: &ReadModel,
    basis: &PeriodContext,
    earlier: &[MonthToCorrect],
) -> Result<BTreeSet<MemberAccountId>, Failure> {
    let mut members = basis.members(model)?;
    for month in earlier {
        members.extend(month.members(model)?);
    }
    Ok(members)
}

type Customers = BTreeMap<(CustomerId, PoNumber), Vec<MemberStatement>>;

pub(crate) async fn issue(
    unit: &mut UnitOfWork,
    basis: &PeriodContext,
    across: &CrossPayer,
    run: &RunId,
    draft: bool,
    date: NaiveDate,
) -> Result<IssuedRun, Failure> {
    let mut made = IssuedRun {
        documents: Vec::new(),
        statements: Vec::new(),
        unassigned: Vec::new(),
        exact_gross: NOTHING,
        kept: NOTHING,
        net_only: 0,
    };
    let mut by_customer: Customers = BTreeMap::new();
    let mut without_document: Vec<MemberStatement> = Vec::new();
    let earlier = months_to_correct(&unit.model, basis)?;
    for member in members_of_run(&unit.model, basis, &earlier)? {
        let (statement, month) = statement_of(&unit.model, basis, across, &earlier, run, &member, date)?;
        made.exact_gross = made.exact_gross.checked_add(month.gross()?)?;
        made.kept = made.kept.checked_add(month.kept)?;
        made.net_only += u64::from(month.is_net_only);
        if statement.memos.is_empty() && statement.lines.is_empty() && statement.earlier_periods.is_empty() {
            continue;
        }
        if statement.customer.is_blank() {
            made.unassigned.push(member);
            without_document.push(statement);
        } else {
            let key = (statement.customer.clone(), statement.po_number.clone());
            by_customer.entry(key).or_default().push(statement);
        }
    }
    // A customer without charges gets statements and no document.
    let (charged, idle): (Customers, Customers) = by_customer.into_iter().partition(|(_, statements)| {
        statements.iter().any(|one| !one.lines.is_empty() || !one.earlier_periods.is_empty())
    });
    without_document.extend(idle.into_values().flatten());

    let charged: Vec<_> = charged.into_iter().collect();
    for batch in charged.chunks(DOCUMENTS_PER_DECISION) {
        let subject = Subject::billing(&basis.payer, basis.period);
        unit.decide(&subject, |model| {
            let mut state = model.billing(&basis.payer, basis.period)?;
            let issued_elsewhere = issued_elsewhere(model, basis)?;
            let mut facts = Vec::new();
            for ((customer, po_number), statements) in batch {
                let decision = state.decide_document(IssueDocument {
                    payer: &basis.payer,
                    period: basis.period,
                    customer,
                    po_number,
                    currency: basis.currency(),
                    date,
                    statements: statements.clone(),
                    policies: &basis.policies,
                    policy: &basis.policy,
                    run,
                    draft,
                    issued_elsewhere,
                });
                for fact in decision.facts {
                    state.evolve(&fact);
                    facts.push(Fact::from(fact));
                }
            }
            Ok(facts)
        })
        .await?;
    }
    record_without_document(unit, basis, &without_document).await?;

    let state = unit.model.billing(&basis.payer, basis.period)?;
    for ((customer, po_number), statements) in charged {
        if let Some(header) = state.standing_for(&customer, &po_number) {
            let number = header.document_number.clone();
            made.statements.extend(
                statements
                    .into_iter()
                    .map(|statement| MemberStatement { document_number: number.clone(), ..statement }),
            );
            made.documents.push(header.clone());
        }
    }
    made.statements.extend(without_document);
    Ok(made)
}

fn statement_of(
    model: &ReadModel,
    basis: &PeriodContext,
    across: &CrossPayer,
    earlier: &[MonthToCorrect],
    run: &RunId,
    member: &MemberAccountId,
    date: NaiveDate,
) -> Result<(MemberStatement, RatedMonth), Failure> {
    let memos = model.memos(&basis.payer, member)?;
    let month = basis.rated(model, member)?;
    let across = across.of_member(model, member)?;
    // The draws stand by now: deciding again finds nothing new and shows how the month is paid.
    let paid = |month: &RatedMonth| {
        let command = DrawPeriod { run, month, policies: &basis.policies, policy: &basis.policy };
        let decision = memos
            .decide_draw_across(&command, &across)
            .map_err(|refusal| Failure::check(codes::DAYS_MISSING, refusal))?;
        Ok::<_, Failure>(decision.plan)
    };
    let mut plan = paid(&month)?;
    // Tax on what is left is known once the draws are: the same draws, on a month with that tax.
    let month = month.with_tax_after_memo(&basis.policies, plan.applied)?;
    if matches!(basis.policies.customer_tax, CustomerTax::RateAfterMemo(_)) {
        plan = paid(&month)?;
    }
    let (mut earlier_periods, mut earlier_by_other_payers) = (Vec::new(), Vec::new());
    for month in earlier {
        earlier_periods.extend(month.correction(model, basis, member, &memos)?);
        earlier_by_other_payers.extend(month.by_other_payers(model, basis, member, &memos)?);
    }
    let account = model.member_account(&basis.payer, member)?;
    let assigned_to = account
        .for_processing(basis.period, date)
        .map(|assignment| (assignment.customer.clone(), assignment.po_number.clone()))
        .unwrap_or_default();
    let statement = make_statement(StatementInput {
        payer: &basis.payer,
        member,
        assigned_to,
        period: basis.period,
        follows: basis.follows,
        currency: basis.currency(),
        memos: &memos,
        plan: &plan,
        earlier_periods,
        earlier_by_other_payers,
        policies: &basis.policies,
        policy: &basis.policy,
        run,
    });
    let statement = in_document_currency(model, basis, statement)?;
    if !statement.foots() {
        return Err(Failure::check(
            codes::STATEMENT_DOES_NOT_FOOT,
            format!("the statement of {member} for {} does not foot", basis.period),
        ));
    }
    Ok((statement, month))
}

/// States a statement in the currency of its customer's documents too, where that is another. One
/// without charges is on no document, and needs no rate.
fn in_document_currency(
    model: &ReadModel,
    basis: &PeriodContext,
    statement: MemberStatement,
) -> Result<MemberStatement, Failure> {
    let is_on_document = !statement.lines.is_empty() || !statement.earlier_periods.is_empty();
    let wanted = basis.policies.document_currency(&statement.customer, basis.currency());
    let Some(to) = wanted.filter(|_| is_on_document && !statement.customer.is_blank()) else { return Ok(statement) };
    let rates = model.conversion_rates()?;
    let stated = rates
        .in_force(basis.period, basis.currency(), to)
        .ok_or_else(|| blocked(&basis.payer, basis.period, vec![Blocker::NoRate { from: basis.currency(), to }]))?;
    Ok(statement.in_document_currency(stated)?)
}

/// Conversion rates that the documents of a run need and nobody has stated.
pub(crate) fn missing_rates(
    model: &ReadModel,
    basis: &PeriodContext,
    date: NaiveDate,
) -> Result<Vec<Blocker>, Failure> {
    if basis.policies.document_currencies.is_empty() {
        return Ok(Vec::new());
    }
    let rates = model.conversion_rates()?;
    let earlier = months_to_correct(model, basis)?;
    let mut missing = BTreeSet::new();
    for member in members_of_run(model, basis, &earlier)? {
        let account = model.member_account(&basis.payer, &member)?;
        let Some(assigned) = account.for_processing(basis.period, date) else { continue };
        let Some(to) = basis.policies.document_currency(&assigned.customer, basis.currency()) else { continue };
        let mut is_charged = basis.usage(model, &member)?.is_some_and(|usage| !usage.charges.is_empty());
        for month in earlier.iter().filter(|month| month.is_changed()) {
            is_charged |= month.basis.usage(model, &member)?.is_some_and(|usage| !usage.charges.is_empty());
        }
        if is_charged && rates.in_force(basis.period, basis.currency(), to).is_none() {
            missing.insert(to);
        }
    }
    Ok(missing.into_iter().map(|to| Blocker::NoRate { from: basis.currency(), to }).collect())
}

async fn record_without_document(
    unit: &mut UnitOfWork,
    basis: &PeriodContext,
    statements: &[MemberStatement],
) -> Result<(), Failure> {
    let subject = Subject::billing(&basis.payer, basis.period);
    unit.decide(&subject, |model| {
        let mut facts = Vec::new();
        for statement in statements {
            let stands = model.statement(&basis.payer, &statement.member_account_id, basis.period)?;
            let digest = |one: &MemberStatement| content_digest(std::slice::from_ref(one));
            if stands.is_none_or(|stored| digest(&stored.statement) != digest(statement)) {
                facts.push(Fact::from(BillingFact::Statement(statement.clone())));
            }
        }
        Ok(facts)
    })
    .await?;
    Ok(())
}

/// Documents of the series over all periods that other periods have issued. Read with each decision: one
/// that is made anew counts what came meanwhile.
fn issued_elsewhere(model: &ReadModel, basis: &PeriodContext) -> Result<usize, Failure> {
    if basis.policies.document_series != DocumentSeries::Payer {
        return Ok(0);
    }
    let periods = model.billing_periods(&basis.payer)?;
    Ok(periods.iter().filter(|(period, _)| **period != basis.period).map(|(_, state)| state.in_payer_series).sum())
}
