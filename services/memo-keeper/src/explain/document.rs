//! A statement with everything that it was made of, as its run had read it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use domain::{
    billing::{
        BillingState, MemberStatement, StatementsBefore,
        run::{PayerMonth, refunds_month},
    },
    classification::CreditLineTreatment,
    explain::{
        BilledCreditLine, CorrectionBasis, DocumentBasis, DocumentExplanation, OtherPayersMemos, Placed, SaidPaid,
        SettledBefore, explain_document,
    },
    ids::{MemberAccountId, PayerAccountId},
    memo::MemoFact,
    period::BillingPeriod,
    reversal::{is_undated, refund_as_charge},
    usage::{CreditLineAggregate, MemberUsage},
};
use event_log::EventLog;
use read_model::{KnowledgeCut, ReadModel, facts_of_subject, model_of_subjects};
use service_kit::{Failure, UnitOfWork, codes};
use wire::{Fact, StreamName, Subject};

use super::{PlacedUsage, placed_usage, position};
use crate::{
    gather::{MonthsAsked, Payers},
    undated::{billed_before, dated},
};

/// A statement with its place and what it was decided upon.
struct Found {
    statement: Placed<MemberStatement>,
    basis: BTreeMap<String, u64>,
    follows: StatementsBefore,
}

/// Explains a member's statement as it stood at a recorded time; none where there was none.
///
/// # Errors
/// [`Failure`].
pub async fn explain_statement(
    unit: &UnitOfWork,
    payer: &PayerAccountId,
    member: &MemberAccountId,
    period: BillingPeriod,
    recorded: DateTime<Utc>,
) -> Result<Option<DocumentExplanation>, Failure> {
    let log = unit.log();
    let log = log.as_ref();
    let Some(found) = statement_known(log, &KnowledgeCut::At(recorded), payer, member, period).await? else {
        return Ok(None);
    };
    let known = KnowledgeCut::Read(found.basis.clone());
    let first = first_month(unit, &known, payer, member, &found.statement.said).await?;
    let past = past_model(unit, &known, payer, member, first, period).await?;
    let payers = Payers::of(&past, payer)?;
    let reading = Reading { log, known: &known, past: &past, payers: &payers, payer, member };

    let Some(mut basis) = payers.own.month(&past, period)? else {
        return Err(Failure::check(
            codes::DELIVERY_MISSING,
            format!("the statement of {member} for {period} rests on a delivery that the log does not hold"),
        ));
    };
    basis.follows = found.follows;
    let inputs = payers.member(member, &MonthsAsked::one(period, period), None)?;
    let month = basis.rated(&inputs.own)?;
    let usage = reading.usage_of(&basis, &BTreeMap::new()).await?;
    let mut corrections = Vec::new();
    for correction in &found.statement.said.earlier_periods {
        corrections.extend(reading.correction(correction.period, period).await?);
    }
    let facts = memo_facts(log, &known, payer, member).await?;
    let charged = Some(&found.statement.said.customer).filter(|customer| !customer.is_blank());
    let memos = past.memos(payer, member)?.for_charges_of(&past.member_account(payer, member)?, charged);
    let mut others = Vec::new();
    for payer in other_payers(unit, payer, member)? {
        let facts = memo_facts(log, &known, &payer, member).await?;
        others.push(OtherPayersMemos { payer, facts });
    }
    let across = payers.across(&basis, period)?;
    let explained = explain_document(DocumentBasis {
        statement: &found.statement,
        basis: &found.basis,
        policies: &basis.policies,
        month: &month,
        charges: usage.0,
        credit_lines: usage.1,
        memos: &memos,
        memo_facts: &facts,
        across: &across.of_member(&inputs)?,
        others: &others,
        follows: found.follows,
        corrections,
    });
    explained.map(Some).map_err(|fault| Failure::check(codes::EXPLAINED_DIFFERS, fault))
}

/// The statement that stood, and what its period's statements bring forward.
async fn statement_known(
    log: &dyn EventLog,
    known: &KnowledgeCut,
    payer: &PayerAccountId,
    member: &MemberAccountId,
    period: BillingPeriod,
) -> Result<Option<Found>, Failure> {
    let mut state = BillingState::default();
    let mut found = None;
    for placed in facts_of_subject(log, known, &Subject::billing(payer, period)).await? {
        if let Fact::MemberStatementRecorded(statement) = &placed.fact
            && statement.member_account_id == *member
        {
            let at = position(StreamName::Billing, &placed);
            found = Some(Found {
                statement: Placed { said: statement.clone(), at },
                basis: placed.basis.clone(),
                follows: state.follows.unwrap_or_default(),
            });
        }
        if let Some(fact) = placed.fact.as_billing_fact() {
            state.evolve(&fact);
        }
    }
    Ok(found)
}

/// The first month that the statement has to do with: its own, one that it corrects, one that its
/// bill refunds.
async fn first_month(
    unit: &UnitOfWork,
    known: &KnowledgeCut,
    payer: &PayerAccountId,
    member: &MemberAccountId,
    statement: &MemberStatement,
) -> Result<BillingPeriod, Failure> {
    let mut first = statement.period;
    for correction in &statement.earlier_periods {
        first = first.min(correction.period);
    }
    let bill = Subject::member_usage(payer, member, statement.period);
    for placed in facts_of_subject(unit.log().as_ref(), known, &bill).await? {
        let Fact::MemberUsageDelivered(fact) = placed.fact else { continue };
        for charge in &fact.charges {
            first = refunds_month(charge, statement.period).map_or(first, |month| first.min(month));
        }
    }
    // Which month an undated line is of is asked of all months before.
    let mut month = first;
    while month <= statement.period {
        let deliveries = unit.model.deliveries(payer, month)?;
        let usage = unit.model.member_usage(payer, member, month, &deliveries)?;
        let is_undated = |usage: &MemberUsage| {
            usage.charges.iter().any(|charge| charge.key.undated)
                || usage.credit_lines.iter().any(|line| line.key.undated)
        };
        if usage.is_some_and(|usage| is_undated(&usage)) {
            let earliest = unit.model.periods_of(payer)?.first().copied();
            return Ok(earliest.map_or(first, |earliest| earliest.min(first)));
        }
        month = month.next();
    }
    Ok(first)
}

/// What the run had read, as far as it concerns the account.
async fn past_model(
    unit: &UnitOfWork,
    known: &KnowledgeCut,
    payer: &PayerAccountId,
    member: &MemberAccountId,
    first: BillingPeriod,
    period: BillingPeriod,
) -> Result<ReadModel, Failure> {
    let mut subjects = vec![
        Subject::general_policy(),
        Subject::policy(payer),
        Subject::member(payer, member),
        Subject::memos(payer, member),
    ];
    subjects.extend(subjects_of_months(unit, payer, member, first, period)?);
    // Another payer of ours may have gone on, which settles the month there.
    for other in other_payers(unit, payer, member)? {
        let last = unit.model.billing_periods(&other)?.into_keys().next_back().map_or(period, |last| last.max(period));
        subjects.extend([Subject::policy(&other), Subject::member(&other, member), Subject::memos(&other, member)]);
        subjects.extend(subjects_of_months(unit, &other, member, first, last)?);
    }
    Ok(model_of_subjects(unit.log().as_ref(), known, subjects).await?)
}

/// What decisions about an account's months read of a payer.
fn subjects_of_months(
    unit: &UnitOfWork,
    payer: &PayerAccountId,
    member: &MemberAccountId,
    first: BillingPeriod,
    last: BillingPeriod,
) -> Result<Vec<Subject>, Failure> {
    let mut subjects = Vec::new();
    let mut month = first;
    while month <= last {
        subjects.push(Subject::delivery(payer, month));
        subjects.push(Subject::member_usage(payer, member, month));
        subjects.push(Subject::billing(payer, month));
        month = month.next();
    }
    // Credits are asked for by what credit lines say of them.
    for (_, credit) in unit.model.upstream_credits(Some(payer))?.into_keys() {
        subjects.push(Subject::credit(payer, &credit));
    }
    Ok(subjects)
}

/// The other payers of ours that the account is under, or ever was (rule book N21).
fn other_payers(
    unit: &UnitOfWork,
    payer: &PayerAccountId,
    member: &MemberAccountId,
) -> Result<BTreeSet<PayerAccountId>, Failure> {
    Ok(unit.model.members_shared_with_other_payers(payer)?.remove(member).unwrap_or_default())
}

/// Everything that happened to an account's memos, with places.
pub(super) async fn memo_facts(
    log: &dyn EventLog,
    known: &KnowledgeCut,
    payer: &PayerAccountId,
    member: &MemberAccountId,
) -> Result<Vec<Placed<MemoFact>>, Failure> {
    let facts = facts_of_subject(log, known, &Subject::memos(payer, member)).await?;
    Ok(facts
        .iter()
        .filter_map(|placed| {
            Some(Placed { said: placed.fact.as_memo_fact()?, at: position(StreamName::Memos, placed) })
        })
        .collect())
}

type Usage = (Vec<Placed<domain::usage::ChargeAggregate>>, Vec<BilledCreditLine>);

/// Bills in the order of their months.
type LaterUsage = BTreeMap<BillingPeriod, PlacedUsage>;

struct Reading<'a> {
    log: &'a dyn EventLog,
    known: &'a KnowledgeCut,
    past: &'a ReadModel,
    payers: &'a Payers<'a>,
    payer: &'a PayerAccountId,
    member: &'a MemberAccountId,
}

impl Reading<'_> {
    async fn placed(&self, period: BillingPeriod) -> Result<PlacedUsage, Failure> {
        let mut usage = placed_usage(self.log, self.known, self.past, self.payer, self.member, period).await?;
        let Some(basis) = self.payers.own.month(self.past, period)? else { return Ok(usage) };
        let gives_back = |line: &Placed<CreditLineAggregate>| basis.treat(&line.said) == CreditLineTreatment::GivesBack;
        let (refunds, credits): (Vec<_>, Vec<_>) = usage.credit_lines.into_iter().partition(gives_back);
        usage.credit_lines = credits;
        let as_charge = |line: Placed<CreditLineAggregate>| Placed { said: refund_as_charge(&line.said), at: line.at };
        usage.charges.extend(refunds.into_iter().map(as_charge));
        if usage.charges.iter().any(|charge| is_undated(&charge.said)) {
            let billed = billed_before(self.past, self.payer, self.member, period)?;
            let mut charges = Vec::new();
            for Placed { said, at } in usage.charges {
                charges.extend(dated(said, &billed)?.into_iter().map(|said| Placed { said, at: at.clone() }));
            }
            usage.charges = charges;
        }
        Ok(usage)
    }

    /// A month's charges and credit lines as rating takes them: without refunds of earlier months
    /// that have a statement, with refunds of it that stand on later bills.
    async fn usage_of(&self, basis: &PayerMonth, later: &LaterUsage) -> Result<Usage, Failure> {
        let PlacedUsage { mut charges, credit_lines } = self.placed(basis.period).await?;
        let mut with_statement = BTreeSet::new();
        for stored in self.past.statements(self.payer, self.member)? {
            with_statement.insert(stored.statement.period);
        }
        charges.retain(|charge| {
            refunds_month(&charge.said, basis.period).is_none_or(|month| !with_statement.contains(&month))
        });
        for (month, usage) in later {
            let refunds =
                usage.charges.iter().filter(|charge| refunds_month(&charge.said, *month) == Some(basis.period));
            charges.extend(refunds.cloned());
        }
        let lines = credit_lines
            .into_iter()
            .map(|line| BilledCreditLine { treatment: basis.treat(&line.said), line })
            .collect();
        Ok((charges, lines))
    }

    /// What a correction on the statement of `on` was made of.
    async fn correction(
        &self,
        corrected: BillingPeriod,
        on: BillingPeriod,
    ) -> Result<Option<CorrectionBasis>, Failure> {
        let Some(basis) = self.payers.own.month(self.past, corrected)? else { return Ok(None) };
        let mut later = LaterUsage::new();
        let (mut settled, mut said_paid) = (Vec::new(), Vec::new());
        let mut month = corrected;
        while month <= on {
            if month > corrected {
                later.insert(month, self.placed(month).await?);
            }
            if month < on {
                let (by_month, by_others) = self.settled_by(month, corrected, basis.currency()).await?;
                settled.extend(by_month);
                said_paid.extend(by_others);
            }
            month = month.next();
        }
        // A document that was voided for good charges nothing any more (rule book N39).
        let is_voided = basis.voided.contains_key(self.member);
        let (charges, credit_lines) = match is_voided {
            true => (Vec::new(), Vec::new()),
            false => self.usage_of(&basis, &later).await?,
        };
        Ok(Some(CorrectionBasis {
            period: corrected,
            policies: basis.policies.clone(),
            charges,
            credit_lines,
            settled,
            said_paid,
        }))
    }

    /// What the statement of a month had settled of the corrected one, and what it said that memos of other
    /// payers paid of it.
    async fn settled_by(
        &self,
        month: BillingPeriod,
        corrected: BillingPeriod,
        currency: money::Currency,
    ) -> Result<(Vec<SettledBefore>, Vec<SaidPaid>), Failure> {
        let Some(found) = statement_known(self.log, self.known, self.payer, self.member, month).await? else {
            return Ok(Default::default());
        };
        let Placed { said: statement, at } = found.statement;
        if statement.currency != currency {
            return Ok(Default::default());
        }
        let paid = statement.paid_by_other_payers.iter().filter(|paid| paid.period == corrected);
        let said_paid = paid.map(|paid| SaidPaid { by: month, paid: paid.clone(), at: at.clone() }).collect();
        let settled = |gross| SettledBefore { by: month, gross, at: at.clone() };
        if month == corrected {
            return Ok((vec![settled(statement.gross)], said_paid));
        }
        let corrections = statement.earlier_periods.iter().filter(|one| one.period == corrected);
        Ok((corrections.map(|one| settled(one.gross)).collect(), said_paid))
    }
}
