//! Members that are under two payers of ours (rule book N21): what a payer's run reads of the other.
//!
//! A memo is drawn by its own payer's run only. That run pays the other payer's charges with what is
//! left; the other payer's next run shows it on its documents. Nothing of the other payer is
//! written here.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    billing::PeriodStatus,
    ids::{DeliveryId, MemberAccountId, PayerAccountId, RunId},
    memo::{AcrossPayers, ChargedElsewhere, CorrectAcross, HeldElsewhere, MemberMemos, MemoFact},
    period::BillingPeriod,
    policy::Policies,
    rating::RatedMonth,
    usage::Finality,
};
use money::Money;
use read_model::ReadModel;
use service_kit::{Failure, codes};

use crate::{
    corrections::{after_what_came_back, later_bills, refunds_of},
    members::PeriodContext,
    voids::{VoidedMembers, voided_members},
};

type SharedMembers = BTreeMap<MemberAccountId, BTreeSet<PayerAccountId>>;

/// Another payer in a month, as far as this one's depends on it.
struct OtherPayer {
    policies: Policies,
    /// Its month, once its bill is there.
    month: Option<PeriodContext>,
    /// Its month went out.
    is_settled: bool,
    /// Members whose document of the month was voided for good: nothing is charged to them for it.
    voided: VoidedMembers,
}

/// A payer's month with the other payers that it shares members with.
pub(crate) struct CrossPayer {
    payer: PayerAccountId,
    period: BillingPeriod,
    /// The run's month: refunds on bills up to it count.
    through: BillingPeriod,
    shared: SharedMembers,
    others: BTreeMap<PayerAccountId, OtherPayer>,
}

impl CrossPayer {
    /// Reads it, for a run of the month `through`.
    pub(crate) fn read(model: &ReadModel, of: &PeriodContext, through: BillingPeriod) -> Result<Self, Failure> {
        Self::among(model, of, through, model.members_shared_with_other_payers(&of.payer)?)
    }

    fn among(
        model: &ReadModel,
        of: &PeriodContext,
        through: BillingPeriod,
        shared: SharedMembers,
    ) -> Result<Self, Failure> {
        let mut others = BTreeMap::new();
        for payer in shared.values().flatten().collect::<BTreeSet<_>>() {
            let month = PeriodContext::read(model, payer, of.period)?.filter(|month| is_usable(month, of));
            let is_settled = is_settled(model, payer, of.period)?;
            let policies = model.policies(payer, of.period)?;
            let voided = match &month {
                Some(month) => voided_members(model, month, &model.billing_outline(payer, of.period)?.voided)?,
                None => VoidedMembers::new(),
            };
            others.insert(payer.clone(), OtherPayer { policies, month, is_settled, voided });
        }
        Ok(Self { payer: of.payer.clone(), period: of.period, through, shared, others })
    }

    /// The deliveries of other payers that memos of this one may pay.
    pub(crate) fn deliveries(&self) -> BTreeMap<PayerAccountId, DeliveryId> {
        let usable = self.others.iter().filter_map(|(payer, other)| Some((payer, other.month.as_ref()?)));
        usable.map(|(payer, month)| (payer.clone(), month.delivery.delivery.clone())).collect()
    }

    fn others_of(&self, member: &MemberAccountId) -> impl Iterator<Item = (&PayerAccountId, &OtherPayer)> {
        let payers = self.shared.get(member);
        self.others.iter().filter(move |(payer, _)| payers.is_some_and(|payers| payers.contains(payer)))
    }

    /// A member's month under the other payers.
    pub(crate) fn of_member(&self, model: &ReadModel, member: &MemberAccountId) -> Result<AcrossPayers<'_>, Failure> {
        let mut charged = Vec::new();
        for (payer, other) in self.others_of(member) {
            let Some(month) = &other.month else { continue };
            charged.push(self.charged_under(model, payer, other, month, member)?);
        }
        Ok(AcrossPayers { charged, held: self.held(model, member)? })
    }

    /// Memos of other payers that paid charges of this one.
    pub(crate) fn held(&self, model: &ReadModel, member: &MemberAccountId) -> Result<Vec<HeldElsewhere<'_>>, Failure> {
        self.held_under(model, &self.payer, member)
    }

    fn held_under(
        &self,
        model: &ReadModel,
        charging: &PayerAccountId,
        member: &MemberAccountId,
    ) -> Result<Vec<HeldElsewhere<'_>>, Failure> {
        let mut held = Vec::new();
        for (payer, other) in self.others_of(member).filter(|(payer, _)| *payer != charging) {
            let paid = model.memos(payer, member)?.paid_under(charging, self.period);
            if !paid.is_empty() {
                held.push(HeldElsewhere { payer: payer.clone(), paid, policies: &other.policies });
            }
        }
        Ok(held)
    }

    fn charged_under<'a>(
        &'a self,
        model: &ReadModel,
        payer: &PayerAccountId,
        other: &'a OtherPayer,
        month: &'a PeriodContext,
        member: &MemberAccountId,
    ) -> Result<ChargedElsewhere<'a>, Failure> {
        let own = model.memos(payer, member)?;
        let charges = if other.voided.contains_key(member) {
            RatedMonth::empty(self.period, month.currency())
        } else {
            let later = later_bills(model, payer, self.period, self.through)?;
            month.rated_with(model, member, refunds_of(model, month, member, &later)?)?
        };
        Ok(ChargedElsewhere {
            payer: payer.clone(),
            month: charges,
            policies: &month.policies,
            own,
            others: self.held_under(model, payer, member)?,
            may_draw: self.is_one_customer(model, payer, member)?,
            is_settled: other.is_settled,
        })
    }

    /// Whether the account is the same customer's under both payers at the month's end: promotional
    /// credit does not change hands by a move (rule book N22).
    fn is_one_customer(
        &self,
        model: &ReadModel,
        other: &PayerAccountId,
        member: &MemberAccountId,
    ) -> Result<bool, Failure> {
        let last = self.period.last_day();
        let here = model.member_account(&self.payer, member)?;
        let there = model.member_account(other, member)?;
        let both = here.for_processing(self.period, last).zip(there.for_processing(self.period, last));
        Ok(both.is_some_and(|(here, there)| here.customer == there.customer))
    }
}

/// Its bill is as final as this one's, in the same currency.
fn is_usable(other: &PeriodContext, of: &PeriodContext) -> bool {
    let is_final_enough = other.delivery.finality == Finality::Final || of.delivery.finality == Finality::Estimated;
    !other.delivery.pro_forma && other.currency() == of.currency() && is_final_enough
}

/// Whether a period's documents stay as they are: it is closed, or a later one's went out.
pub(crate) fn is_settled(model: &ReadModel, payer: &PayerAccountId, period: BillingPeriod) -> Result<bool, Failure> {
    let periods = model.billing_periods(payer)?;
    let Some(state) = periods.get(&period) else { return Ok(false) };
    let is_followed = || periods.range(period.next()..).any(|(_, later)| later.is_issued);
    Ok(state.status == PeriodStatus::Closed || (state.is_issued && is_followed()))
}

/// A month of this payer that went out, with what its memos may pay or paid under other payers.
pub(crate) struct CrossPayerMonthToCorrect {
    basis: PeriodContext,
    across: CrossPayer,
    /// Payers whose bill came, or came anew, since.
    since: BTreeSet<PayerAccountId>,
}

/// The months that a run corrects under other payers: those whose bill there came since, and those
/// that something was paid of there, for it may have become less.
pub(crate) fn cross_payer_months_to_correct(
    model: &ReadModel,
    of: &PeriodContext,
) -> Result<Vec<CrossPayerMonthToCorrect>, Failure> {
    let shared = model.members_shared_with_other_payers(&of.payer)?;
    if shared.is_empty() {
        return Ok(Vec::new());
    }
    let mut paid = BTreeSet::new();
    for member in shared.keys() {
        for memo in model.memos(&of.payer, member)?.memos.values() {
            paid.extend(memo.across.values().flat_map(BTreeMap::keys).copied());
        }
    }
    let mut found = Vec::new();
    for (period, state) in model.billing_periods(&of.payer)?.range(..of.period) {
        let Some(run) = state.billed().filter(|_| state.is_issued) else { continue };
        let Some(basis) = PeriodContext::read(model, &of.payer, *period)? else { continue };
        let across = CrossPayer::among(model, &basis, of.period, shared.clone())?;
        let mut since = across.deliveries();
        since.retain(|payer, delivery| run.other_payers.get(payer) != Some(delivery));
        if paid.contains(period) || !since.is_empty() {
            found.push(CrossPayerMonthToCorrect { basis, across, since: since.into_keys().collect() });
        }
    }
    Ok(found)
}

impl CrossPayerMonthToCorrect {
    /// Decides what the run draws or takes back for this month under other payers.
    pub(crate) fn decide(
        &self,
        model: &ReadModel,
        of: &PeriodContext,
        run: &RunId,
        member: &MemberAccountId,
        memos: &MemberMemos,
    ) -> Result<Vec<MemoFact>, Failure> {
        let mut after = memos.clone();
        let mut facts = Vec::new();
        for under in &self.across.of_member(model, member)?.charged {
            let command = CorrectAcross {
                run,
                under,
                delivered_since: self.since.contains(&under.payer),
                policies: &self.basis.policies,
                policy: &self.basis.policy,
                posting: of.period,
            };
            let decided = after.decide_correction_across(&command);
            for fact in decided.map_err(|refusal| Failure::refused(codes::CORRECTION_REFUSED, refusal))? {
                after.evolve(&fact).map_err(|fault| Failure::check(codes::DECISION_DOES_NOT_FOLLOW, fault))?;
                facts.push(fact);
            }
        }
        facts.extend(after_what_came_back(of, memos, &facts)?);
        Ok(facts)
    }
}

/// Where a run leaves the other payer's documents, or its memos, behind: what to do about it.
pub(crate) fn left_to_do(model: &ReadModel, of: &PeriodContext, across: &CrossPayer) -> Result<Vec<String>, Failure> {
    let mut said = Vec::new();
    let (period, payer) = (of.period, &of.payer);
    for member in across.shared.keys() {
        for (other, _) in across.others_of(member) {
            let stands = model.memos(payer, member)?.paid_under(other, period);
            let stands = Money::sum(of.currency(), stands.iter().map(|(_, amount)| *amount));
            if let Some(shown) = shown_as_paid(model, other, member, period, payer)?
                && shown != stands
            {
                said.push(format!(
                    "memos of {member} pay {stands} of its charges under payer {other}, whose statement of {period} \
                     says {shown}: bill that payer again, or its next month where {period} is closed"
                ));
            }
            let paid_here = model.memos(other, member)?.paid_under(payer, period);
            let paid_here = Money::sum(of.currency(), paid_here.iter().map(|(_, amount)| *amount));
            let shown = shown_as_paid(model, payer, member, period, other)?.unwrap_or(paid_here);
            if shown != paid_here {
                said.push(format!(
                    "memos of {member} under payer {other} paid {paid_here} of its charges of {period} here, which \
                     hold {shown}: bill that payer again, or its next month where {period} is closed"
                ));
            }
        }
    }
    Ok(said)
}

/// What the statements of `charging` say that memos of `home` paid of a month; none without one.
pub(crate) fn shown_as_paid(
    model: &ReadModel,
    charging: &PayerAccountId,
    member: &MemberAccountId,
    period: BillingPeriod,
    home: &PayerAccountId,
) -> Result<Option<Money>, Failure> {
    let Some(of_month) = model.statement(charging, member, period)? else { return Ok(None) };
    let mut shown = Money::zero(of_month.statement.currency);
    for stored in model.correcting_statements(charging, member)? {
        let of_home = stored.statement.paid_by_other_payers.iter().filter(|paid| paid.payer_account_id == *home);
        shown += Money::sum(
            of_month.statement.currency,
            of_home.filter(|paid| paid.period == period).map(|paid| paid.applied),
        );
    }
    Ok(Some(shown))
}
