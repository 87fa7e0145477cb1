//! Gathers what a payer's month is decided upon, each thing once: what stands in the read model, as
//! the domain's billing takes it. Whether and how it counts is not decided here.
//!
//! An account is gathered when its turn comes and let go of after it, so that a run over many accounts
//! holds one account's months at a time; of the run's own month the bill is held, for what it refunds
//! says which months are corrected.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    billing::{
        PeriodOutline,
        run::{
            AccountInputs, CrossPayer, EarlierMonth, MemberInputs, OtherPayer, PayerMonth, has_voided_for_good,
            is_settled, refunds_month, statements_before, voided_members,
        },
    },
    credit::KnownCredits,
    ids::{CustomerId, MemberAccountId, PayerAccountId, PoNumber},
    period::BillingPeriod,
    usage::{DeliveryState, MemberUsage},
};
use read_model::ReadModel;
use service_kit::Failure;

use crate::undated::with_months;

/// A payer with all its months in outline.
pub(crate) struct PayerRead {
    pub(crate) payer: PayerAccountId,
    /// Months that were billed, waived or closed.
    pub(crate) periods: BTreeMap<BillingPeriod, PeriodOutline>,
    /// Months that a delivery was completed for.
    pub(crate) delivered: BTreeMap<BillingPeriod, DeliveryState>,
    known_credits: KnownCredits,
}

impl PayerRead {
    pub(crate) fn of(model: &ReadModel, payer: &PayerAccountId) -> Result<Self, Failure> {
        Ok(Self {
            payer: payer.clone(),
            periods: model.billing_periods(payer)?,
            delivered: model.delivered_periods(payer)?,
            known_credits: KnownCredits::of(model.upstream_credits(Some(payer))?.values()),
        })
    }

    /// A month with what decisions about it depend on; none where nothing was delivered.
    pub(crate) fn month(&self, model: &ReadModel, period: BillingPeriod) -> Result<Option<PayerMonth>, Failure> {
        let Some(deliveries) = self.delivered.get(&period) else { return Ok(None) };
        let Some(delivery) = deliveries.current() else { return Ok(None) };
        let policies = model.policies(&self.payer, period)?;
        let voided = self.periods.get(&period).map(|outline| outline.voided.clone()).unwrap_or_default();
        let mut statements = Vec::new();
        if has_voided_for_good(&voided, period) {
            for member in model.members_stated(&self.payer, period)? {
                statements.extend(model.statement(&self.payer, &member, period)?);
            }
        }
        Ok(Some(PayerMonth {
            payer: self.payer.clone(),
            period,
            deliveries: deliveries.clone(),
            delivery: delivery.clone(),
            policy: policies.hash(),
            policies,
            known_credits: self.known_credits.clone(),
            follows: statements_before(period, &self.periods),
            voided: voided_members(&voided, period, statements.iter().map(|stored| &stored.statement)),
        }))
    }

    /// Months before one that were billed, in order.
    pub(crate) fn earlier_months(&self, period: BillingPeriod) -> Vec<EarlierMonth> {
        self.months_in(..period)
    }

    /// Months after one, up to and including another, that were billed, in order.
    pub(crate) fn later_months(&self, period: BillingPeriod, through: BillingPeriod) -> Vec<EarlierMonth> {
        if through <= period { Vec::new() } else { self.months_in(period.next()..=through) }
    }

    fn months_in(&self, range: impl std::ops::RangeBounds<BillingPeriod>) -> Vec<EarlierMonth> {
        let billed = self.periods.range(range).filter(|(_, outline)| outline.billed().is_some());
        let with_delivery = billed.map(|(period, outline)| EarlierMonth {
            period: *period,
            outline: outline.clone(),
            delivery: self.delivered.get(period).and_then(DeliveryState::current).cloned(),
        });
        with_delivery.collect()
    }

    /// A member's usage of a month as it counts, with the months of lines that bear no date.
    pub(crate) fn usage(
        &self,
        model: &ReadModel,
        member: &MemberAccountId,
        period: BillingPeriod,
    ) -> Result<Option<MemberUsage>, Failure> {
        let Some(deliveries) = self.delivered.get(&period) else { return Ok(None) };
        let Some(usage) = model.member_usage(&self.payer, member, period, deliveries)? else { return Ok(None) };
        let policies = model.policies(&self.payer, period)?;
        with_months(model, usage, |line| self.known_credits.treat(line, &policies)).map(Some)
    }
}

/// Which of an account's months are asked about.
#[derive(Debug, Clone)]
pub(crate) struct MonthsAsked {
    /// Months that are rated under the payer: their bills, and those after them.
    pub(crate) rated: BTreeSet<BillingPeriod>,
    /// Months that are rated under other payers.
    pub(crate) elsewhere: BTreeSet<BillingPeriod>,
    /// The last month whose bill may refund one of them.
    pub(crate) through: BillingPeriod,
    /// What the statements said of them is asked too.
    pub(crate) as_stated: bool,
}

impl MonthsAsked {
    /// One month, with what its statement and those after it say of it.
    pub(crate) fn one(period: BillingPeriod, through: BillingPeriod) -> Self {
        let months = BTreeSet::from([period]);
        Self { rated: months.clone(), elsewhere: months, through, as_stated: true }
    }
}

/// A payer with the other payers that it shares members with.
pub(crate) struct Payers<'a> {
    pub(crate) model: &'a ReadModel,
    pub(crate) own: PayerRead,
    /// The members it shares, with their other payers.
    pub(crate) shared: BTreeMap<MemberAccountId, BTreeSet<PayerAccountId>>,
    others: BTreeMap<PayerAccountId, PayerRead>,
    pub(crate) memo_holders: BTreeSet<MemberAccountId>,
}

impl<'a> Payers<'a> {
    pub(crate) fn of(model: &'a ReadModel, payer: &PayerAccountId) -> Result<Self, Failure> {
        let shared = model.members_shared_with_other_payers(payer)?;
        let mut others = BTreeMap::new();
        for other in shared.values().flatten().collect::<BTreeSet<_>>() {
            others.insert(other.clone(), PayerRead::of(model, other)?);
        }
        let memo_holders = model.memo_holders(payer)?;
        Ok(Self { model, own: PayerRead::of(model, payer)?, shared, others, memo_holders })
    }

    /// A month of the payer with the other payers, for a run of the month `through`.
    pub(crate) fn across(&self, of: &PayerMonth, through: BillingPeriod) -> Result<CrossPayer, Failure> {
        let mut others = BTreeMap::new();
        for (payer, read) in &self.others {
            let other = OtherPayer {
                policies: self.model.policies(payer, of.period)?,
                month: read.month(self.model, of.period)?,
                is_settled: is_settled(of.period, &read.periods),
            };
            others.insert(payer.clone(), other);
        }
        Ok(CrossPayer::of(of, through, others))
    }

    /// An account of the payer, here and under other payers. `usage` is its bill of the last month
    /// asked about, where that was read before.
    pub(crate) fn member(
        &self,
        member: &MemberAccountId,
        asked: &MonthsAsked,
        usage: Option<MemberUsage>,
    ) -> Result<MemberInputs, Failure> {
        let model = self.model;
        let shared_with = self.shared.get(member);
        let mut own = AccountInputs::nothing(member.clone());
        own.holds_memos = self.memo_holders.contains(member);
        if own.holds_memos {
            own.memos = model.memos(&self.own.payer, member)?;
        }
        own.account = model.member_account(&self.own.payer, member)?;
        own.usage.extend(usage.map(|usage| (usage.period, usage)));
        let as_stated = asked.as_stated || shared_with.is_some();
        read_bills(model, &self.own, &mut own, &asked.rated, asked.through)?;
        read_statements(model, &self.own, &mut own, &asked.rated, as_stated)?;
        let mut elsewhere = BTreeMap::new();
        for payer in shared_with.into_iter().flatten() {
            let Some(read) = self.others.get(payer) else { continue };
            let mut there = AccountInputs::nothing(member.clone());
            there.memos = model.memos(payer, member)?;
            there.account = model.member_account(payer, member)?;
            read_bills(model, read, &mut there, &asked.elsewhere, asked.through)?;
            read_statements(model, read, &mut there, &asked.elsewhere, true)?;
            elsewhere.insert(payer.clone(), there);
        }
        Ok(MemberInputs { own, last_assigned: None, elsewhere })
    }

    /// The customer and PO number of an account's last statement before a month that names a customer.
    pub(crate) fn last_assigned(
        &self,
        member: &MemberAccountId,
        before: BillingPeriod,
    ) -> Result<Option<(CustomerId, PoNumber)>, Failure> {
        // The last month's statement mostly tells: the one before it is read only where it does not.
        for period in self.own.periods.range(..before).rev().map(|(period, _)| *period) {
            let stored = self.model.statement(&self.own.payer, member, period)?;
            if let Some(statement) = stored.map(|stored| stored.statement).filter(|one| !one.customer.is_blank()) {
                return Ok(Some((statement.customer, statement.po_number)));
            }
        }
        Ok(None)
    }

    /// The accounts that a month's deliveries name, and those with memos.
    pub(crate) fn accounts_of(&self, period: BillingPeriod) -> Result<BTreeSet<MemberAccountId>, Failure> {
        let mut members = self.memo_holders.clone();
        members.extend(self.model.members_of_period(&self.own.payer, period)?);
        Ok(members)
    }
}

/// Reads the bills of an account from the first month asked about on, each once.
fn read_bills(
    model: &ReadModel,
    payer: &PayerRead,
    account: &mut AccountInputs,
    asked: &BTreeSet<BillingPeriod>,
    through: BillingPeriod,
) -> Result<(), Failure> {
    let Some(first) = asked.first().copied().filter(|first| *first <= through) else { return Ok(()) };
    for period in payer.delivered.range(first..=through).map(|(period, _)| *period) {
        if !account.usage.contains_key(&period)
            && let Some(usage) = payer.usage(model, &account.member, period)?
        {
            account.usage.insert(period, usage);
        }
    }
    Ok(())
}

/// Reads the statements of an account: of the months that its bills refund, and, where it is asked what
/// was stated, of the months asked about and those that correct any.
fn read_statements(
    model: &ReadModel,
    payer: &PayerRead,
    account: &mut AccountInputs,
    asked: &BTreeSet<BillingPeriod>,
    as_stated: bool,
) -> Result<(), Failure> {
    let bills = account.usage.iter();
    let refunded = bills.flat_map(|(on, usage)| usage.charges.iter().filter_map(|charge| refunds_month(charge, *on)));
    let mut months: BTreeSet<BillingPeriod> = refunded.collect();
    if as_stated {
        months.extend(asked);
        for stored in model.correcting_statements(&payer.payer, &account.member)? {
            account.statements.insert(stored.statement.period, stored.statement);
        }
    }
    months.retain(|month| !account.statements.contains_key(month));
    for stored in model.statements_of_periods(&payer.payer, &account.member, &months)? {
        account.statements.insert(stored.statement.period, stored.statement);
    }
    Ok(())
}
