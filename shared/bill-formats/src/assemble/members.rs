//! The accounts of one bill, merged from all workers.

use std::collections::BTreeMap;

use domain::{
    ids::{DeliveryId, MemberAccountId, PayerAccountId},
    period::BillingPeriod,
    usage::{ChargeAggregate, ChargeKey, CreditLineAggregate, CreditLineKey, DiscountAmount, LineType, MemberUsage},
};
use money::{Currency, Exact, ExactAccumulator};

use crate::{
    discounts,
    fault::{MixedCurrencies, Position, ReadFault},
    meaning::Key,
    reading::Warning,
    table::{MoreAmounts, RowAt, Slot, Sum},
};

/// Digits that amounts, and sums of them, are held with; one less than there are.
const DIGITS_HELD: u32 = 27;

/// Digits after the point that stay where a bill's are too many. With ten before the point they can be held.
const DIGITS_KEPT: u32 = 18;

/// A bill in the making.
#[derive(Default)]
pub(super) struct Building {
    members: BTreeMap<MemberAccountId, Member>,
    /// Rows whose charge date could not be read.
    pub(super) charge_date_unreadable: u64,
    pub(super) has_net: bool,
    pub(super) has_discounts: bool,
    /// Rows by bill type: those with an invoice id, and those without one that cost something.
    pub(super) invoiced: BTreeMap<String, (u64, u64)>,
}

#[derive(Default)]
struct Member {
    /// The first place of each currency, by code.
    currencies: BTreeMap<String, (Currency, RowAt)>,
    charges: BTreeMap<ChargeKey, Merged>,
    credits: BTreeMap<CreditLineKey, Merged>,
}

/// The sums of one aggregate.
#[derive(Default)]
struct Merged {
    rows: u64,
    amount: ExactAccumulator,
    net: ExactAccumulator,
    amount_with_net: ExactAccumulator,
    net_rows: u64,
    discounts: BTreeMap<LineType, ExactAccumulator>,
}

impl Merged {
    fn add(&mut self, sum: Sum, beside: MoreAmounts, discount_types: &[LineType]) -> Option<()> {
        self.rows += sum.rows;
        self.net_rows += beside.net_rows;
        self.amount = self.amount.merge(sum.amount)?;
        self.net = self.net.merge(beside.net)?;
        self.amount_with_net = self.amount_with_net.merge(beside.amount_with_net)?;
        for (number, sum) in beside.discounts {
            let name = discount_types.get(number as usize)?;
            let total = self.discounts.entry(name.clone()).or_default();
            *total = total.merge(sum)?;
        }
        Some(())
    }

    /// The net amount where it differs: rows that state none are net as they are.
    fn net_amount(&self, amount: Exact) -> Option<Option<Exact>> {
        if self.net_rows == 0 {
            return Some(None);
        }
        let reduction = self.net.to_exact()?.checked_sub(self.amount_with_net.to_exact()?).ok()?;
        let net = amount.checked_add(reduction).ok()?;
        Some((net != amount).then_some(net))
    }

    fn discounts(&mut self) -> Option<Vec<DiscountAmount>> {
        discounts::effective(std::mem::take(&mut self.discounts))
    }
}

impl Building {
    /// Adds a worker's slot.
    ///
    /// # Errors
    /// The account whose sum cannot be held.
    pub(super) fn add(
        &mut self,
        slot: Slot,
        sum: Sum,
        beside: MoreAmounts,
        discount_types: &[LineType],
    ) -> Result<(), String> {
        let Slot { meaning, first } = slot;
        if sum.rows == 0 {
            return Ok(());
        }
        if meaning.charge_date_unreadable {
            self.charge_date_unreadable += sum.rows;
        }
        self.has_net |= beside.net_rows > 0;
        self.has_discounts |= !beside.discounts.is_empty();
        let (bill_type, invoice) = match &meaning.key {
            Key::Charge(key) => (&key.bill_type, &key.invoice_id),
            Key::Credit(key) => (&key.bill_type, &key.invoice_id),
        };
        let counts = self.invoiced.entry(bill_type.clone()).or_default();
        if invoice.is_empty() {
            counts.1 += sum.rows_of_cost;
        } else {
            counts.0 += sum.rows;
        }
        let id = meaning.owner.member.clone();
        let member = self.members.entry(meaning.owner.member).or_default();
        let currency = meaning.owner.currency;
        match member.currencies.get_mut(currency.code()) {
            Some((_, earliest)) => *earliest = (*earliest).min(first),
            None => drop(member.currencies.insert(currency.code().to_owned(), (currency, first))),
        }
        let merged = match meaning.key {
            Key::Charge(key) => member.charges.entry(*key).or_default(),
            Key::Credit(key) => member.credits.entry(*key).or_default(),
        };
        merged.add(sum, beside, discount_types).ok_or_else(|| id.to_string())
    }

    /// The one currency of the bill.
    ///
    /// # Errors
    /// Two of them, with the first place of each.
    pub(super) fn currency(
        &self,
        (payer, period): &(PayerAccountId, BillingPeriod),
        place: impl Fn(RowAt) -> Position,
    ) -> Result<Currency, ReadFault> {
        let mut of_bill: BTreeMap<&str, (Currency, RowAt)> = BTreeMap::new();
        let refuse = |member: Option<&MemberAccountId>, mut places: Vec<(Currency, RowAt)>| {
            places.sort_by_key(|(_, spot)| *spot);
            let [(first, first_at), (second, second_at), ..] = places[..] else {
                return ReadFault::Defect("a bill has no currency");
            };
            ReadFault::MixedCurrencies(Box::new(MixedCurrencies {
                payer: payer.to_string(),
                period: *period,
                member: member.map(MemberAccountId::to_string),
                first,
                first_at: place(first_at),
                second,
                second_at: place(second_at),
            }))
        };
        for (id, member) in &self.members {
            if member.currencies.len() > 1 {
                return Err(refuse(Some(id), member.currencies.values().copied().collect()));
            }
            for (code, (currency, spot)) in &member.currencies {
                let earliest = of_bill.entry(code).or_insert((*currency, *spot));
                earliest.1 = earliest.1.min(*spot);
            }
        }
        let places: Vec<(Currency, RowAt)> = of_bill.into_values().collect();
        match places[..] {
            [(only, _)] => Ok(only),
            _ => Err(refuse(None, places)),
        }
    }

    /// Rounds the sums of a bill that has more digits than its amounts can be held with, before and after
    /// the point together; how many, and what that added.
    pub(super) fn round_what_cannot_be_held(&mut self) -> Option<Warning> {
        let (mut whole, mut digits_after) = (0_u128, 0);
        for sum in self.sums() {
            let (before, after) = sum.digits();
            whole = whole.saturating_add(10_u128.saturating_pow(before) - 1);
            digits_after = digits_after.max(after);
        }
        let digits_before = whole.checked_ilog10().map_or(0, |log| log + 1);
        if digits_before + digits_after <= DIGITS_HELD {
            return None;
        }
        let (mut amounts, mut added) = (0, Some(ExactAccumulator::default()));
        for sum in self.sums() {
            let rounded = sum.rounded(DIGITS_KEPT);
            let difference = rounded.less(*sum);
            if difference.is_none_or(|difference| !difference.is_zero()) {
                amounts += 1;
                added = added.zip(difference).and_then(|(all, one)| all.merge(one));
            }
            *sum = rounded;
        }
        let added = added.and_then(ExactAccumulator::to_exact);
        (amounts > 0).then(|| Warning::AmountsRounded {
            amounts,
            digits: DIGITS_KEPT,
            added: added.map_or_else(|| format!("less than 1E-{DIGITS_KEPT} each"), |added| added.to_string()),
        })
    }

    /// Every sum of the bill.
    fn sums(&mut self) -> impl Iterator<Item = &mut ExactAccumulator> {
        self.members
            .values_mut()
            .flat_map(|member| member.charges.values_mut().chain(member.credits.values_mut()))
            .flat_map(|merged| {
                [&mut merged.amount, &mut merged.net, &mut merged.amount_with_net]
                    .into_iter()
                    .chain(merged.discounts.values_mut())
            })
    }

    /// The accounts, sorted, each with its aggregates sorted by key.
    ///
    /// # Errors
    /// The account whose sums cannot be held.
    pub(super) fn into_members(
        self,
        (payer, period): &(PayerAccountId, BillingPeriod),
        delivery: &DeliveryId,
        currency: Currency,
    ) -> Result<Vec<MemberUsage>, String> {
        let finish = |(id, member): (MemberAccountId, Member)| {
            let too_large = || id.to_string();
            let charges: Option<Vec<_>> = member.charges.into_iter().map(|(key, merged)| charge(key, merged)).collect();
            let credits: Option<Vec<_>> = member.credits.into_iter().map(|(key, merged)| credit(key, merged)).collect();
            Ok(MemberUsage {
                payer: payer.clone(),
                period: *period,
                delivery: delivery.clone(),
                currency,
                charges: charges.ok_or_else(too_large)?,
                credit_lines: credits.ok_or_else(too_large)?,
                member: id,
            })
        };
        self.members.into_iter().map(finish).collect()
    }
}

fn charge(key: ChargeKey, mut merged: Merged) -> Option<ChargeAggregate> {
    let amount = merged.amount.to_exact()?;
    let net_amount = merged.net_amount(amount)?;
    Some(ChargeAggregate { key, rows: merged.rows, amount, net_amount, discounts: merged.discounts()? })
}

fn credit(key: CreditLineKey, merged: Merged) -> Option<CreditLineAggregate> {
    Some(CreditLineAggregate { key, rows: merged.rows, amount: merged.amount.to_exact()? })
}
