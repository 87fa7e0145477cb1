//! A billing run as a plan: draws, statements, documents, what blocks it, and what an operator should
//! know. It is made of what was gathered and of nothing else, so that `bill`, its dry run and a
//! simulation come to the same.
//!
//! Accounts are handed over one at a time, and one is let go of before the next: the work grows with
//! the accounts, and so does nothing else.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use money::Exact;
use sha2::{Digest, Sha256};

use super::{
    CrossPayer, CrossPayerMonthToCorrect, MemberInputs, MonthToCorrect, PayerMonth, PlanFault, former_period_open,
    left_to_do, reopen_first::month_to_reopen,
};
use crate::{
    billing::{BillingState, Blocker, MemberStatement, PeriodOutline},
    ids::{CustomerId, MemberAccountId, PoNumber, RunId},
    memo::MemoFact,
    period::BillingPeriod,
    rates::ConversionRates,
    usage::Finality,
};

/// What a run is decided upon, beside its accounts. It is read once.
#[derive(Debug, Clone)]
pub struct RunInputs {
    /// The payer's month.
    pub month: PayerMonth,
    /// The run.
    pub run: RunId,
    /// It makes drafts.
    pub draft: bool,
    /// The date on the documents.
    pub date: NaiveDate,
    /// The first month that anything was delivered for.
    pub first_delivered: Option<BillingPeriod>,
    /// All months of the payer that were billed, waived or closed, in outline.
    pub periods: BTreeMap<BillingPeriod, PeriodOutline>,
    /// The month with the other payers.
    pub across: CrossPayer,
    /// Months whose documents went out, and that are corrected in this one.
    pub corrected: Vec<MonthToCorrect>,
    /// Months of which memos pay, or paid, charges under other payers.
    pub corrected_across: Vec<CrossPayerMonthToCorrect>,
    /// Conversion rates in force.
    pub rates: ConversionRates,
}

/// Statements of one customer and PO number: one document.
pub type DocumentOf = ((CustomerId, PoNumber), Vec<MemberStatement>);

/// What a run does.
#[derive(Debug, Clone, Default)]
pub struct RunPlan {
    /// What keeps the run from beginning.
    pub blockers: Vec<Blocker>,
    /// Why an account could not be planned, where one could not: the run begins, and draws nothing.
    pub refused: Option<PlanFault>,
    /// What each account's memos record, in order of accounts.
    pub draws: Vec<(MemberAccountId, Vec<MemoFact>)>,
    /// The documents, by customer and PO number.
    pub documents: Vec<DocumentOf>,
    /// Statements that are on no document: of accounts without a customer, or of customers without charges.
    pub without_document: Vec<MemberStatement>,
    /// Accounts without a customer.
    pub unassigned: Vec<MemberAccountId>,
    /// What the operator should know.
    pub warnings: Vec<String>,
    /// The exact sum of all charges.
    pub(super) exact_gross: Exact,
    /// What the distributor keeps.
    pub(super) kept: Exact,
}

/// Which run it is, and whether it makes drafts: the bill is estimated, and nobody said that such a one
/// will do. The same delivery under the same policies is the same run.
pub fn run_of(month: &PayerMonth, accept_estimated: bool, state: &BillingState) -> (RunId, bool) {
    let PayerMonth { payer, period, policy, .. } = month;
    let draft = month.delivery.finality == Finality::Estimated && !accept_estimated;
    let seed = format!("{payer}\u{0}{period}\u{0}{}\u{0}{policy}\u{0}{draft}", month.delivery.delivery);
    let digest = hex::encode(&Sha256::digest(seed.as_bytes())[..8]);
    let run = RunId::parse(&format!("run-{period}-{digest}"));
    let run = run.unwrap_or_else(|_| unreachable!("a period and digits are an id"));
    // Statements that were issued stay issued: a later estimated delivery supersedes, in numbers.
    (run, draft && state.documents.is_empty())
}

/// Plans a run over its accounts, in their order.
///
/// # Errors
/// Whatever kept an account from being gathered.
pub fn plan_run<E>(
    inputs: &RunInputs,
    members: impl IntoIterator<Item = Result<MemberInputs, E>>,
) -> Result<RunPlan, E> {
    let mut plan = RunPlan { blockers: inputs.blockers(), ..RunPlan::default() };
    let mut by_customer: BTreeMap<(CustomerId, PoNumber), Vec<MemberStatement>> = BTreeMap::new();
    let (mut left, mut net_only) = (Vec::new(), 0_u64);
    let (mut reopens, mut missing_rates) = (false, BTreeSet::new());
    for member in members {
        let member = member?;
        if !inputs.is_about(&member) {
            left.extend(left_to_do(&inputs.month, &member));
            continue;
        }
        match inputs.blockers_of(&member) {
            Ok(blockers) => {
                reopens |= blockers.reopens;
                missing_rates.extend(blockers.missing_rate);
            }
            Err(fault) => plan.refuse(fault),
        }
        plan.warnings.extend(inputs.not_drawn(&member));
        let account = member.own.member.clone();
        match inputs.plan_member(member).and_then(|planned| Ok((plan.totals_with(&planned)?, planned))) {
            Ok(((exact_gross, kept), planned)) => {
                (plan.exact_gross, plan.kept) = (exact_gross, kept);
                net_only += u64::from(planned.is_net_only);
                left.extend(planned.left_to_do);
                plan.draws.push((account.clone(), planned.facts));
                let Some(statement) = planned.statement else { continue };
                if statement.customer.is_blank() {
                    plan.unassigned.push(account);
                    plan.without_document.push(statement);
                } else {
                    let key = (statement.customer.clone(), statement.po_number.clone());
                    by_customer.entry(key).or_default().push(statement);
                }
            }
            Err(fault) => plan.refuse(fault),
        }
    }
    if reopens {
        plan.blockers.push(Blocker::ClosedPeriodChanged { changed: inputs.month.period.previous() });
    }
    let from = inputs.month.currency();
    plan.blockers.extend(missing_rates.into_iter().map(|to| Blocker::NoRate { from, to }));
    // A customer without charges gets statements and no document.
    let (charged, idle): (Vec<_>, Vec<_>) = by_customer.into_iter().partition(|(_, statements)| {
        statements.iter().any(|one| !one.lines.is_empty() || !one.earlier_periods.is_empty())
    });
    plan.documents = charged;
    plan.without_document.extend(idle.into_iter().flat_map(|(_, statements)| statements));
    plan.warnings.extend(left);
    if net_only > 0 {
        plan.warnings.push(format!(
            "the charges of {net_only} member accounts are stated after discounts only: they are rated net, not list"
        ));
    }
    Ok(plan)
}

impl RunInputs {
    /// What keeps the run from beginning, whatever its accounts.
    fn blockers(&self) -> Vec<Blocker> {
        let mut blockers = Vec::new();
        blockers.extend(former_period_open(self.month.period, self.first_delivered, &self.periods));
        if self.month.delivery.pro_forma {
            blockers.push(Blocker::ProForma);
        }
        blockers
    }

    pub(super) fn month_to_reopen(&self) -> Option<&MonthToCorrect> {
        let period = self.month.period;
        let (former, own) = (self.periods.get(&period.previous()), self.periods.get(&period));
        month_to_reopen(&self.month, former, own, &self.corrected)
    }
}

impl RunPlan {
    fn refuse(&mut self, fault: PlanFault) {
        self.refused.get_or_insert(fault);
    }

    fn totals_with(&self, planned: &super::MemberPlan) -> Result<(Exact, Exact), PlanFault> {
        Ok((self.exact_gross.checked_add(planned.exact_gross)?, self.kept.checked_add(planned.kept)?))
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::{
        super::sample::{bill, charge, delivered_anew, member, memo, month, run_inputs, statement, usd},
        *,
    };
    use crate::{billing::PeriodStatus, memo::MemberMemos};

    fn planned(inputs: &RunInputs, members: Vec<MemberInputs>) -> RunPlan {
        plan_run(inputs, members.into_iter().map(Ok::<_, Infallible>)).unwrap()
    }

    fn january(memos: MemberMemos) -> MemberInputs {
        member(memos, vec![bill(month(1), &[charge("250.404", None)])], Vec::new())
    }

    /// Memo 1,000.00, usage 250.404: drawn 250.40, nothing due, a document, 0.004 of rounding.
    #[test]
    fn a_run_is_draws_statements_documents_and_totals() {
        let inputs = run_inputs(month(1), Vec::new());
        let plan = planned(&inputs, vec![january(memo("1000.00"))]);
        assert_eq!((plan.blockers.len(), plan.warnings.len(), plan.unassigned.len()), (0, 0, 0));
        assert_eq!(plan.refused, None);
        let [(_, facts)] = &plan.draws[..] else { panic!("{:?}", plan.draws) };
        assert!(matches!(&facts[..], [MemoFact::Applied(one)] if one.amount == usd("250.40")), "{facts:?}");
        let [((customer, po_number), statements)] = &plan.documents[..] else { panic!("{:?}", plan.documents) };
        assert_eq!((customer.as_str(), po_number.as_str()), ("acme", "PO-A"));
        assert_eq!((statements[0].due, statements[0].balance_of_funds), (usd("0.00"), usd("749.60")));

        let mut state = BillingState::default();
        let issue = |state: &BillingState| RunPlan::issue(&inputs, &plan.documents, state.clone(), 0);
        state.evolve(&inputs.started(&state).unwrap());
        assert_eq!(inputs.started(&state), None, "it began once");
        issue(&state).iter().for_each(|fact| state.evolve(fact));
        assert_eq!(issue(&state), [], "issued again, it is nothing");
        let issued = plan.issued(&inputs, &state).unwrap();
        let totals = &issued.completed.totals;
        assert_eq!((totals.gross, totals.applied, totals.due), (usd("250.40"), usd("250.40"), usd("0.00")));
        assert_eq!(totals.rounding_difference, Exact::parse("0.004").unwrap());
        state.evolve(&issued.ended(&state).unwrap());
        assert_eq!(issued.ended(&state), None, "it ended once");
    }

    /// Cut off after the draws and planned again: nothing more is drawn, the same document is made.
    #[test]
    fn n03_n16_a_run_planned_again_after_its_draws_is_the_same_run() {
        let inputs = run_inputs(month(1), Vec::new());
        let first = planned(&inputs, vec![january(memo("1000.00"))]);
        let drawn = memo("1000.00").after(&first.draws[0].1).unwrap();
        let again = planned(&inputs, vec![january(drawn)]);
        assert_eq!(again.draws[0].1, []);
        assert_eq!(again.documents, first.documents);
    }

    #[test]
    fn what_blocks_a_run_is_all_told() {
        let mut inputs = run_inputs(month(2), vec![delivered_anew(month(1))]);
        let closed = super::super::sample::outline(PeriodStatus::Closed, true, Some("first"));
        inputs.periods.insert(month(1), closed);
        inputs.first_delivered = Some(month(1));
        inputs.month.delivery.pro_forma = true;
        inputs.month.policies.closed_period_corrections = crate::policy::ClosedPeriodCorrections::Reopen;
        inputs.month.policies.document_currencies.insert("*".into(), money::Currency::parse("EUR").unwrap());
        let bills = vec![bill(month(1), &[charge("130", None)]), bill(month(2), &[charge("10", None)])];
        let account = member(MemberMemos::default(), bills, vec![statement(month(1), "100.00", "0.00")]);
        let plan = planned(&inputs, vec![account]);
        let [Blocker::ProForma, Blocker::ClosedPeriodChanged { changed }, Blocker::NoRate { .. }] = plan.blockers[..]
        else {
            panic!("{:?}", plan.blockers)
        };
        assert_eq!(changed, month(1));
    }

    /// Without a customer there is a statement and no document; without charges too.
    #[test]
    fn statements_without_a_document_are_those_of_nobody_and_of_the_idle() {
        let inputs = run_inputs(month(1), Vec::new());
        let mut nobodys = january(MemberMemos::default());
        nobodys.own.account = Default::default();
        let idle = member(memo("1000.00"), Vec::new(), Vec::new());
        for (what, account, unassigned) in [("nobody's", nobodys, 1), ("idle", idle, 0)] {
            let plan = planned(&inputs, vec![account]);
            let found = (plan.documents.len(), plan.without_document.len(), plan.unassigned.len());
            assert_eq!(found, (0, 1, unassigned), "{what}");
        }
    }

    /// An account that is only known: no charges, no memos, in no month that is corrected.
    #[test]
    fn an_account_that_the_month_has_nothing_of_is_no_part_of_the_run() {
        let plan =
            planned(&run_inputs(month(1), Vec::new()), vec![member(MemberMemos::default(), Vec::new(), Vec::new())]);
        assert_eq!((plan.draws.len(), plan.without_document.len()), (0, 0));
    }
}
