//! What a run decides about one account: the facts of its memos, its statement, and what an operator
//! should know.

use money::{Currency, Exact, MoneyError};

use super::{
    CorrectionFault, MemberInputs, RunInputs, in_document_currency, left_to_do, missing_rate, reassign_to_present_po,
    reopen_first::has_changed,
};
use crate::{
    billing::{MemberStatement, StatementInput, make_statement},
    ids::MemberAccountId,
    memo::{AcrossPayers, DrawPeriod, DrawRefusal, FoldFault, HandRefusal, MemberMemos, MemoFact},
    period::BillingPeriod,
    policy::CustomerTax,
    rating::RatedMonth,
};

/// Why an account was not planned. Nothing is drawn by the run then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanFault {
    /// A sum cannot be held exactly: an amount in a delivery is out of all proportion.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// The draw of the month was refused. Ingest the bill again.
    #[error("{member}: {refusal}")]
    Draw {
        /// The account.
        member: MemberAccountId,
        /// Why.
        refusal: DrawRefusal,
    },
    /// A correction was not decided.
    #[error(transparent)]
    Correction(#[from] CorrectionFault),
    /// A balance could not move to another PO number: a defect.
    #[error(transparent)]
    PoNumber(#[from] HandRefusal),
    /// What was decided does not follow: a defect.
    #[error(transparent)]
    DoesNotFollow(#[from] FoldFault),
    /// The statement does not foot: a defect.
    #[error("the statement of {member} for {period} does not foot")]
    DoesNotFoot {
        /// The account.
        member: MemberAccountId,
        /// The month.
        period: BillingPeriod,
    },
    /// A document needs a rate that nobody has stated. Import it.
    #[error("there is no rate from {from} to {to}")]
    NoRate {
        /// From.
        from: Currency,
        /// To.
        to: Currency,
    },
}

/// What a run decides about one account.
#[derive(Debug, Clone)]
pub struct MemberPlan {
    /// What its memos record: nothing where it stands already.
    pub facts: Vec<MemoFact>,
    /// Its statement; none where there is nothing to say.
    pub statement: Option<MemberStatement>,
    /// The exact sum of its charges.
    pub exact_gross: Exact,
    /// What the distributor keeps.
    pub kept: Exact,
    /// Its charges have no list amount, and are rated net.
    pub is_net_only: bool,
    /// What is behind under other payers, once the run is recorded.
    pub left_to_do: Vec<String>,
}

/// What keeps a run from beginning, as far as one account shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct MemberBlockers {
    /// Its part of the closed month that is to be reopened changed.
    pub(super) reopens: bool,
    /// A currency that its document needs a rate for.
    pub(super) missing_rate: Option<Currency>,
}

impl RunInputs {
    /// Whether the run is about an account: it has charges, credit lines or memos, or is in a month
    /// that is corrected.
    pub fn is_about(&self, member: &MemberInputs) -> bool {
        self.month.is_about(&member.own) || self.corrected.iter().any(|month| month.is_about(&member.own))
    }

    pub(super) fn blockers_of(&self, member: &MemberInputs) -> Result<MemberBlockers, PlanFault> {
        let reopens = match self.month_to_reopen() {
            Some(month) => has_changed(month, &self.month, &self.run, member)?,
            None => false,
        };
        let missing_rate = missing_rate(&self.month, &self.corrected, member, &self.rates, self.date);
        Ok(MemberBlockers { reopens, missing_rate })
    }

    /// Plans one account.
    ///
    /// # Errors
    /// [`PlanFault`].
    pub fn plan_member(&self, mut member: MemberInputs) -> Result<MemberPlan, PlanFault> {
        let month = self.month.rated(&member.own)?;
        let across = self.across.of_member(&member)?;
        let facts = self.draws(&member, &month, &across)?;
        let memos = member.own.memos.after(&facts)?;
        let (statement, month) = self.statement(&member, &memos, month, &across)?;
        let is_blank = statement.memos.is_empty() && statement.lines.is_empty() && statement.earlier_periods.is_empty();
        let (exact_gross, kept, is_net_only) = (month.gross()?, month.kept, month.is_net_only);
        let mut left = Vec::new();
        let statement = (!is_blank).then_some(statement);
        if !member.elsewhere.is_empty() {
            member.own.memos = memos;
            member.own.statements.extend(statement.clone().map(|statement| (self.month.period, statement)));
            left = left_to_do(&self.month, &member);
        }
        Ok(MemberPlan { facts, statement, exact_gross, kept, is_net_only, left_to_do: left })
    }

    /// What the account's memos record: the move to the present PO number, the corrections of earlier
    /// months under its own payer and under others, and the draw of the month.
    fn draws(
        &self,
        member: &MemberInputs,
        month: &RatedMonth,
        across: &AcrossPayers<'_>,
    ) -> Result<Vec<MemoFact>, PlanFault> {
        let mut memos = member.own.memos.clone();
        if memos.memos.is_empty() {
            return Ok(Vec::new());
        }
        let mut facts = Vec::new();
        let mut take = |memos: &mut MemberMemos, decided: Vec<MemoFact>| -> Result<(), FoldFault> {
            for fact in decided {
                memos.evolve(&fact)?;
                facts.push(fact);
            }
            Ok(())
        };
        take(&mut memos, reassign_to_present_po(&self.month, member, self.date)?)?;
        for earlier in &self.corrected {
            let decided = earlier.decide(&self.month, &self.run, member, &memos)?;
            take(&mut memos, decided)?;
        }
        for earlier in &self.corrected_across {
            let decided = earlier.decide(&self.month, &self.run, member, &memos)?;
            take(&mut memos, decided)?;
        }
        let decision = memos.decide_draw_across(&self.draw(month), across);
        facts.extend(decision.map_err(|refusal| refused(member, refusal))?.facts);
        Ok(facts)
    }

    fn draw<'a>(&'a self, month: &'a RatedMonth) -> DrawPeriod<'a> {
        DrawPeriod { run: &self.run, month, policies: &self.month.policies, policy: &self.month.policy }
    }

    /// The account's statement, and its month with the tax that depends on the draws. `memos` are as
    /// the draws leave them.
    fn statement(
        &self,
        member: &MemberInputs,
        memos: &MemberMemos,
        month: RatedMonth,
        across: &AcrossPayers<'_>,
    ) -> Result<(MemberStatement, RatedMonth), PlanFault> {
        let of = &self.month;
        // The draws stand by now: deciding again finds nothing new and shows how the month is paid.
        let paid = |month: &RatedMonth| {
            let decision = memos.decide_draw_across(&self.draw(month), across);
            decision.map(|decision| decision.plan).map_err(|refusal| refused(member, refusal))
        };
        let mut plan = paid(&month)?;
        // Tax on what is left is known once the draws are: the same draws, on a month with that tax.
        let month = month.with_tax_after_memo(&of.policies, plan.applied)?;
        if matches!(of.policies.customer_tax, CustomerTax::RateAfterMemo(_)) {
            plan = paid(&month)?;
        }
        let (mut earlier_periods, mut earlier_by_other_payers) = (Vec::new(), Vec::new());
        for earlier in &self.corrected {
            earlier_periods.extend(earlier.correction(of, member, memos)?);
            earlier_by_other_payers.extend(earlier.by_other_payers(of, member, memos)?);
        }
        let assigned_to = member
            .own
            .account
            .for_processing(of.period, self.date)
            .map(|assignment| (assignment.customer.clone(), assignment.po_number.clone()))
            .unwrap_or_default();
        let statement = make_statement(StatementInput {
            payer: &of.payer,
            member: &member.own.member,
            assigned_to,
            period: of.period,
            follows: of.follows,
            currency: of.currency(),
            memos,
            plan: &plan,
            earlier_periods,
            earlier_by_other_payers,
            policies: &of.policies,
            policy: &of.policy,
            run: &self.run,
        });
        let statement = in_document_currency(of, &self.rates, statement)?
            .map_err(|to| PlanFault::NoRate { from: of.currency(), to })?;
        if !statement.foots() {
            return Err(PlanFault::DoesNotFoot { member: member.own.member.clone(), period: of.period });
        }
        Ok((statement, month))
    }

    /// Memos of the account that cannot pay the bill: they are in another currency.
    pub(super) fn not_drawn(&self, member: &MemberInputs) -> Vec<String> {
        let bill = self.month.currency();
        let memos = member.own.memos.memos.values();
        let foreign = memos.filter(|memo| memo.currency != bill && memo.open.is_positive());
        let said = foreign.map(|memo| {
            let (number, currency) = (&memo.number, memo.currency);
            format!("{number} is in {currency} and the bill in {bill}: it is not drawn without a rate")
        });
        said.collect()
    }
}

fn refused(member: &MemberInputs, refusal: DrawRefusal) -> PlanFault {
    PlanFault::Draw { member: member.own.member.clone(), refusal }
}
