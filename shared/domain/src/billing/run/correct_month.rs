//! Corrections of a closed month in the open one (rule book N1, N2, N4, N9, N39, W3): what memos draw
//! or get back, and what the open month's statement says of it.
//!
//! Everything is by target. A closed month's charges as they are now, less what its statement and the
//! corrections since have billed, is what the open month's statement corrects; a run that is repeated
//! finds the same and decides nothing twice.

use std::collections::{BTreeMap, BTreeSet};

use money::{Money, MoneyError};

use super::{BilledSoFar, MemberInputs, MonthToCorrect, PayerMonth};
use crate::{
    billing::{ConvertedCorrection, Correction, PaidAcrossPayers, convert},
    ids::{MemoNumber, PayerAccountId, RunId},
    memo::{CorrectPeriod, DrawRefusal, FoldFault, MemberMemos, MemoFact, PastEnd, UnapplyCause, UnapplyVoided},
    rating::RatedMonth,
};

/// Why a correction was not decided.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CorrectionFault {
    /// A sum cannot be held exactly.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// The draw was refused. Ingest the month's bill again.
    #[error(transparent)]
    Refused(#[from] DrawRefusal),
    /// What was decided does not follow: a defect.
    #[error(transparent)]
    DoesNotFollow(#[from] FoldFault),
}

impl MonthToCorrect {
    /// Decides what the run draws or takes back for this month.
    ///
    /// # Errors
    /// [`CorrectionFault`].
    pub fn decide(
        &self,
        of: &PayerMonth,
        run: &RunId,
        member: &MemberInputs,
        memos: &MemberMemos,
    ) -> Result<Vec<MemoFact>, CorrectionFault> {
        if !self.is_changed() {
            return Ok(Vec::new());
        }
        let period = self.month.period;
        if let Some((document, _)) = self.month.voided.get(&member.own.member) {
            let past_end = PastEnd::of(&of.policies);
            let (posting, on) = (of.period, of.period.last_day());
            let command = UnapplyVoided { document, period, run, posting, past_end: &past_end, on };
            return Ok(memos.decide_unapply_voided(&command)?);
        }
        let refunds = member.own.refunds_of(period, of.period);
        let cause = if refunds.is_empty() { UnapplyCause::Restated } else { UnapplyCause::Refunded };
        let month = self.month.rated_with(&member.own, refunds)?;
        let billed = self.billed(of, member);
        let command = CorrectPeriod {
            run,
            month: &month,
            policies: &self.month.policies,
            policy: &self.month.policy,
            posting: of.period,
            corrects: billed.document,
            cause,
            settled: (billed.gross, billed.applied),
        };
        let mut facts = memos.decide_correction(&command)?.facts;
        facts.extend(after_what_came_back(of, memos, &facts)?);
        Ok(facts)
    }

    /// What has been billed of it, the run's own statement left out.
    fn billed(&self, of: &PayerMonth, member: &MemberInputs) -> BilledSoFar {
        member.own.billed_so_far(self.month.period, self.month.currency(), Some(of.period))
    }

    /// The month's charges as they are now, refunds on later bills included.
    fn rated(&self, of: &PayerMonth, member: &MemberInputs) -> Result<RatedMonth, MoneyError> {
        if self.month.voided.contains_key(&member.own.member) {
            return Ok(RatedMonth::empty(self.month.period, self.month.currency()));
        }
        self.month.rated_with(&member.own, member.own.refunds_of(self.month.period, of.period))
    }

    /// What memos of other payers hold of it, by memo.
    fn held(
        &self,
        of: &PayerMonth,
        member: &MemberInputs,
        memos: &MemberMemos,
    ) -> Result<BTreeMap<(PayerAccountId, MemoNumber), Money>, CorrectionFault> {
        let held = self.across.held(member);
        if held.is_empty() {
            return Ok(BTreeMap::new());
        }
        let month = self.rated(of, member)?;
        let holds = memos.held_by_others(&month, &self.month.policies, &held)?;
        Ok(holds.into_iter().map(|(payer, draw)| ((payer, draw.memo), draw.amount)).collect())
    }

    /// What the run's statement says that memos of other payers paid of this month, more or less than
    /// the statements before it said.
    ///
    /// # Errors
    /// [`CorrectionFault`].
    pub fn by_other_payers(
        &self,
        of: &PayerMonth,
        member: &MemberInputs,
        memos: &MemberMemos,
    ) -> Result<Vec<PaidAcrossPayers>, CorrectionFault> {
        if !self.concerns(&member.own.member) {
            return Ok(Vec::new());
        }
        let period = self.month.period;
        let mut changed = self.held(of, member, memos)?;
        for statement in member.own.statements.values().filter(|statement| statement.period != of.period) {
            for said in statement.paid_by_other_payers.iter().filter(|said| said.period == period) {
                let key = (said.payer_account_id.clone(), said.memo_number.clone());
                *changed.entry(key).or_insert(said.applied.zeroed()) -= said.applied;
            }
        }
        changed.retain(|_, change| !change.is_zero());
        let said = changed.into_iter().map(|((payer_account_id, memo_number), applied)| PaidAcrossPayers {
            payer_account_id,
            memo_number,
            period,
            applied,
        });
        Ok(said.collect())
    }

    /// What the run's statement says of this month. `memos` are as the run leaves them.
    ///
    /// # Errors
    /// [`CorrectionFault`].
    pub fn correction(
        &self,
        of: &PayerMonth,
        member: &MemberInputs,
        memos: &MemberMemos,
    ) -> Result<Option<Correction>, CorrectionFault> {
        if !self.concerns(&member.own.member) {
            return Ok(None);
        }
        let (period, currency) = (self.month.period, self.month.currency());
        let billed = self.billed(of, member);
        let own = memos.memos.values().filter(|memo| memo.currency == currency);
        let own = Money::sum(currency, own.map(|memo| memo.applied_for(period)));
        let stands = own + Money::sum(currency, self.held(of, member, memos)?.into_values());
        let rounding = self.month.policies.rounding;
        let month = self.rated(of, member)?.with_tax_after_memo(&self.month.policies, stands)?;
        let now = month.gross()?.round_to_money(currency, rounding)?;
        let (gross, applied) = (now - billed.gross, stands - billed.applied);
        if gross.is_zero() && applied.is_zero() {
            return Ok(None);
        }
        // At the rate of the document corrected: what was charged there is what comes back. By
        // difference of what it says before and after, so that corrections add up (rule book N33).
        let in_document_currency = match billed.converted_at {
            None => None,
            Some((to, rate)) => {
                let change = |before: Money, after: Money| -> Result<Money, MoneyError> {
                    Ok(convert(after, rate, to, rounding)? - convert(before, rate, to, rounding)?)
                };
                let (gross, applied) = (change(billed.gross, now)?, change(billed.applied, stands)?);
                Some(ConvertedCorrection { currency: to, rate, gross, applied, due: gross - applied })
            }
        };
        let corrects = billed.document;
        Ok(Some(Correction { period, corrects, gross, applied, due: gross - applied, in_document_currency }))
    }
}

/// What becomes of amounts that decided facts give back to memos: past a memo's end they lapse at
/// once, or get days of grace (rule book N4).
pub(super) fn after_what_came_back(
    of: &PayerMonth,
    memos: &MemberMemos,
    facts: &[MemoFact],
) -> Result<Vec<MemoFact>, FoldFault> {
    let back: BTreeSet<MemoNumber> =
        facts.iter().filter(|fact| matches!(fact, MemoFact::Unapplied(_))).map(|fact| fact.memo().clone()).collect();
    if back.is_empty() {
        return Ok(Vec::new());
    }
    let after = memos.after(facts)?;
    Ok(after.decide_past_end(&back, &PastEnd::of(&of.policies), of.period.last_day(), of.period))
}

#[cfg(test)]
mod tests {
    use super::{
        super::sample::{
            bill, charge, delivered_anew, member, memo, month, payer_month, run, run_inputs, statement, usd,
        },
        *,
    };
    use crate::ids::DocumentNumber;

    /// A memo of 1,000.00 that paid all of a January of 100.00.
    fn after_january() -> MemberMemos {
        let january = member(memo("1000.00"), vec![bill(month(1), &[charge("100", None)])], Vec::new());
        let plan = run_inputs(month(1), Vec::new()).plan_member(january).unwrap();
        memo("1000.00").after(&plan.facts).unwrap()
    }

    fn january(charged: &str, february: &[crate::usage::ChargeAggregate]) -> MemberInputs {
        let bills = vec![bill(month(1), &[charge(charged, None)]), bill(month(2), february)];
        member(after_january(), bills, vec![statement(month(1), "100.00", "100.00")])
    }

    fn moved(facts: &[MemoFact]) -> Vec<String> {
        let said = facts.iter().map(|fact| match fact {
            MemoFact::Applied(one) => format!("applied {} on {}", one.amount, one.posting),
            MemoFact::Unapplied(one) => format!("unapplied {} {:?} on {}", one.amount, one.cause, one.posting),
            other => panic!("{other:?}"),
        });
        said.collect()
    }

    /// What January's bill says now, what February's refunds, what moves, what February's statement says.
    #[test]
    fn n01_n02_n09_the_open_month_corrects_what_changed_of_the_closed_one() {
        type Row =
            (&'static str, &'static str, Option<&'static str>, &'static [&'static str], Option<[&'static str; 3]>);
        let cases: [Row; 5] = [
            ("as billed", "100", None, &[], None),
            ("N1 up", "130", None, &["applied 30.00 on 2019-02"], Some(["30.00", "30.00", "0.00"])),
            ("N2 down", "80", None, &["unapplied 20.00 Restated on 2019-02"], Some(["-20.00", "-20.00", "0.00"])),
            ("N9", "100", Some("-5"), &["unapplied 5.00 Refunded on 2019-02"], Some(["-5.00", "-5.00", "0.00"])),
            (
                "N2 to nothing",
                "0",
                None,
                &["unapplied 100.00 Restated on 2019-02"],
                Some(["-100.00", "-100.00", "0.00"]),
            ),
        ];
        for (what, now, refund, expected, said) in cases {
            let refund: Vec<_> = refund.map(|amount| charge(amount, Some(month(1)))).into_iter().collect();
            let (february, of) = (payer_month(month(2)), delivered_anew(month(1)));
            let mut member = january(now, &refund);
            let facts = of.decide(&february, &run(), &member, &member.own.memos).unwrap();
            assert_eq!(moved(&facts), expected, "{what}");
            member.own.memos = member.own.memos.after(&facts).unwrap();
            let correction = of.correction(&february, &member, &member.own.memos).unwrap();
            let amounts = correction.map(|one| [one.gross, one.applied, one.due]);
            assert_eq!(amounts, said.map(|said| said.map(usd)), "{what}");
            let again = of.decide(&february, &run(), &member, &member.own.memos).unwrap();
            assert_eq!(again, [], "{what}: decided again, it is nothing");
        }
    }

    /// February's own statement, made before, says 30.00 of January: the run makes it anew, and what it
    /// said does not count as billed. March's says it for good.
    #[test]
    fn what_the_runs_own_statement_said_before_is_said_again() {
        for (by, expected) in [(2, Some(usd("30.00"))), (1, None)] {
            let mut member = january("130", &[]);
            let mut before = statement(month(by), "0.00", "0.00");
            if by == 1 {
                before = statement(month(1), "130.00", "100.00");
            } else {
                before.earlier_periods = vec![Correction {
                    period: month(1),
                    corrects: None,
                    gross: usd("30.00"),
                    applied: usd("0.00"),
                    due: usd("30.00"),
                    in_document_currency: None,
                }];
            }
            member.own.statements.insert(month(by), before);
            let correction = delivered_anew(month(1)).correction(&payer_month(month(2)), &member, &after_january());
            assert_eq!(correction.unwrap().map(|one| one.gross), expected, "statement of month {by}");
        }
    }

    #[test]
    fn n39_what_a_voided_document_charged_comes_back() {
        let february = payer_month(month(2));
        let mut of = delivered_anew(month(1));
        let document = DocumentNumber::parse("INV-999900001111-2019-01-00001").unwrap();
        let mut member = january("100", &[]);
        of.month.voided.insert(member.own.member.clone(), (document, run()));
        let facts = of.decide(&february, &run(), &member, &member.own.memos).unwrap();
        assert_eq!(moved(&facts), ["unapplied 100.00 DocumentVoided on 2019-02"]);
        member.own.memos = member.own.memos.after(&facts).unwrap();
        let correction = of.correction(&february, &member, &member.own.memos).unwrap().unwrap();
        assert_eq!([correction.gross, correction.applied, correction.due], ["-100.00", "-100.00", "0.00"].map(usd));
    }
}
