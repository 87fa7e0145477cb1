//! How the memos of an account pay its month: the plan that a billing run records and a document
//! shows.
//!
//! For each memo in AWS's order, the charges it may pay are taken anew, the largest service first,
//! ties by product code (rule book N31, W5). A draw is in minor units: the eligible exact charges,
//! less what earlier memos drew, are rounded once; then it is the smaller of that and the open
//! balance. All draws together exceed neither the rounded eligible total nor the rounded gross
//! (rule book N29, N34).

use std::collections::BTreeMap;

use money::{Currency, Exact, Money, MoneyError, Rounding, share_by_largest_remainder};

use super::{CreditMemo, ServiceAmount};
use crate::{
    ids::{MemoNumber, PayerAccountId, ProductCode},
    never_covered::NeverCovered,
    rating::{RatedCharge, RatedMonth, SellerOfRecord},
    usage::LineType,
};

/// What one memo pays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemoDraw {
    /// The memo.
    pub memo: MemoNumber,
    /// How much.
    pub amount: Money,
    /// The charges it might have paid, rounded once.
    pub eligible: Money,
    /// The same before the rounding.
    pub eligible_exact: Exact,
    /// What the month had left to be paid by any memo: its rounded eligible total, or its rounded
    /// gross where that is less, less the earlier draws.
    pub room: Money,
    /// What it pays, by service.
    pub by_service: Vec<ServiceAmount>,
    /// What it pays of which charge of the month, by its place there: exact, before the service
    /// amounts are rounded.
    pub taken: Vec<(usize, Exact)>,
}

/// The exact sums that a document's line is shown from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ExactLine {
    /// Charges that a memo may pay.
    pub eligible: Exact,
    /// Charges that no memo pays.
    pub other: Exact,
    /// What memos pay.
    pub applied: Exact,
}

/// A line of the document: one service and charge kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedLine {
    /// The service.
    pub service: ProductCode,
    /// The line type, in the bill's words.
    pub charge_kind: LineType,
    /// What the customer is charged.
    pub gross: Money,
    /// What of it a memo may pay.
    pub eligible: Money,
    /// What memos pay.
    pub applied: Money,
    /// What is left to pay.
    pub due: Money,
    /// What it is shown from.
    pub exact: ExactLine,
}

/// What one seller of record charges on one invoice (rule book N38).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedSeller {
    /// Who.
    pub seller: SellerOfRecord,
    /// What the customer is charged.
    pub gross: Money,
    /// What memos pay.
    pub applied: Money,
    /// What is left to pay.
    pub due: Money,
}

/// How an account's month is paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawPlan {
    /// All charges, rounded once.
    pub gross: Money,
    /// Charges that a memo may pay, rounded once: the utilisation.
    pub eligible: Money,
    /// What all memos pay.
    pub applied: Money,
    /// What the customer pays.
    pub due: Money,
    /// Each memo's part, in the order they were drawn; memos that pay nothing are left out.
    pub draws: Vec<MemoDraw>,
    /// What memos that are drawn under other payers of ours pay of it (rule book N21).
    pub by_other_payers: Vec<(PayerAccountId, MemoDraw)>,
    /// Whether tax counts as eligible: a memo pays it.
    pub tax_is_payable: bool,
    /// The lines; their columns add up to the totals.
    pub lines: Vec<PlannedLine>,
    /// The sellers of record with their invoices; their columns add up to the totals.
    pub sellers: Vec<PlannedSeller>,
}

/// What of a memo may be drawn now.
#[derive(Clone, Copy)]
pub(super) struct Drawable<'a> {
    /// The memo.
    pub(super) memo: &'a CreditMemo,
    /// The most it may pay.
    pub(super) limit: Money,
    /// The last day whose charges it may pay, where the policy is exact to the day.
    pub(super) last_day: Option<chrono::NaiveDate>,
    /// The one service it may pay, where it keeps what it paid.
    pub(super) service: Option<&'a str>,
}

/// A month being paid: memos are offered one after the other, each finds what is left.
pub(super) struct Planner<'a> {
    month: &'a RatedMonth,
    rounding: Rounding,
    pub(super) gross: Money,
    eligible: Money,
    tax_is_payable: bool,
    remaining: Vec<Exact>,
    /// What negative charges took up of others, and others of them: no memo pays it, and no negative
    /// charge is taken off twice (law D6).
    offset: Vec<Exact>,
    room: Money,
    draws: Vec<MemoDraw>,
}

impl<'a> Planner<'a> {
    /// Begins a month. Tax counts as eligible where a memo pays it.
    pub(super) fn new(month: &'a RatedMonth, tax_is_payable: bool, rounding: Rounding) -> Result<Self, MoneyError> {
        let currency = month.currency;
        let gross = month.gross()?.round_to_money(currency, rounding)?;
        // More given back than was charged is cash that no memo's share is lowered by.
        let charged = month.charges.iter().filter(|charge| charge.never_covered != Some(NeverCovered::BeyondCharge));
        let bound = Exact::checked_sum(charged.map(|charge| charge.amount))?.round_to_money(currency, rounding)?;
        let payable = month.charges.iter().filter(|charge| is_eligible(charge, tax_is_payable));
        let eligible = Exact::checked_sum(payable.map(|charge| charge.amount))?.round_to_money(currency, rounding)?;
        Ok(Self {
            month,
            rounding,
            gross,
            eligible,
            tax_is_payable,
            remaining: month.charges.iter().map(|charge| charge.amount).collect(),
            offset: vec![Exact::ZERO; month.charges.len()],
            room: eligible.min(bound).at_least_zero(),
            draws: Vec::new(),
        })
    }

    /// Offers a memo; answers with what it pays.
    pub(super) fn draw(&mut self, drawable: &Drawable<'_>) -> Result<MemoDraw, MoneyError> {
        let draw = draw_one(self.month, drawable, (&mut self.remaining, &self.offset), self.room, self.rounding)?;
        // A memo that pays all that it may leaves as much unpaid as negative charges took off it: these
        // are set off against each other, or the next memo would find them again.
        if drawable.service.is_none() && draw.amount == draw.eligible.at_least_zero() {
            offset_negatives(self.month, &payable_by(self.month, drawable), &self.remaining, &mut self.offset)?;
        }
        self.room -= draw.amount;
        if !draw.amount.is_zero() {
            match self.draws.iter_mut().find(|known| known.memo == draw.memo) {
                Some(known) => known.add(&draw),
                None => self.draws.push(draw.clone()),
            }
        }
        Ok(draw)
    }

    /// Lets a memo keep a few minor units that the rounding of its services alone would take from it,
    /// where the whole of the month has room for them; answers with what it keeps.
    pub(super) fn keep_rounding(&mut self, memo: &CreditMemo, amount: Money, services: usize) -> Money {
        let units = Money::from_units(i128::try_from(services).unwrap_or(i128::MAX), amount.minor_digits());
        let Some(draw) = self.draws.iter_mut().find(|draw| draw.memo == memo.number) else { return amount.zeroed() };
        if amount > units || amount > self.room || !amount.is_positive() {
            return amount.zeroed();
        }
        self.room -= amount;
        draw.amount += amount;
        if let Some(part) = draw.by_service.first_mut() {
            part.amount += amount;
        }
        amount
    }

    /// Ends the month.
    pub(super) fn finish(self) -> Result<DrawPlan, MoneyError> {
        let applied = Money::sum(self.month.currency, self.draws.iter().map(|draw| draw.amount));
        let totals = LineTotals { gross: self.gross, eligible: self.eligible, applied };
        let tax_is_payable = self.tax_is_payable;
        let lines = lines(self.month, &self.remaining, |charge| is_eligible(charge, tax_is_payable), &totals)?;
        let sellers = sellers(self.month, &self.remaining, &totals)?;
        Ok(DrawPlan {
            sellers,
            gross: self.gross,
            eligible: self.eligible,
            applied,
            due: self.gross - applied,
            draws: self.draws,
            by_other_payers: Vec::new(),
            tax_is_payable,
            lines,
        })
    }
}

impl MemoDraw {
    fn add(&mut self, other: &Self) {
        self.amount += other.amount;
        self.taken.extend(other.taken.iter().copied());
        for part in &other.by_service {
            match self.by_service.iter_mut().find(|known| known.service == part.service) {
                Some(known) => known.amount += part.amount,
                None => self.by_service.push(part.clone()),
            }
        }
    }
}

pub(crate) fn is_eligible(charge: &RatedCharge, tax_is_payable: bool) -> bool {
    match charge.never_covered {
        None => true,
        Some(NeverCovered::Tax) => tax_is_payable,
        Some(_) => false,
    }
}

/// Plans how `memos` pay a month in this order, each up to all that is open of it.
///
/// # Errors
/// [`MoneyError`] where a sum cannot be held exactly.
pub fn plan_draws(month: &RatedMonth, memos: &[&CreditMemo], rounding: Rounding) -> Result<DrawPlan, MoneyError> {
    let drawable: Vec<Drawable<'_>> =
        memos.iter().map(|memo| Drawable { memo, limit: memo.open, last_day: None, service: None }).collect();
    plan(month, &drawable, rounding)
}

pub(super) fn plan(month: &RatedMonth, memos: &[Drawable<'_>], rounding: Rounding) -> Result<DrawPlan, MoneyError> {
    let tax_is_payable = memos.iter().any(|drawable| drawable.memo.terms.covers_tax);
    let mut planner = Planner::new(month, tax_is_payable, rounding)?;
    for drawable in memos {
        planner.draw(drawable)?;
    }
    planner.finish()
}

fn draw_one(
    month: &RatedMonth,
    drawable: &Drawable<'_>,
    (remaining, offset): (&mut [Exact], &[Exact]),
    room: Money,
    rounding: Rounding,
) -> Result<MemoDraw, MoneyError> {
    let currency = month.currency;
    let payable = payable_by(month, drawable);
    let mut services: BTreeMap<&ProductCode, Exact> = BTreeMap::new();
    let mut available = vec![Exact::ZERO; remaining.len()];
    for at in &payable {
        available[*at] = remaining[*at].checked_sub(offset[*at])?;
        let sum = services.entry(&month.charges[*at].product_code).or_default();
        *sum = sum.checked_add(available[*at])?;
    }
    let eligible_exact = Exact::checked_sum(services.values().copied())?;
    let eligible = eligible_exact.round_to_money(currency, rounding)?;
    let amount = eligible.min(room).min(drawable.limit).at_least_zero();
    let memo = drawable.memo.number.clone();
    let mut draw = MemoDraw { memo, amount, eligible, eligible_exact, room, by_service: Vec::new(), taken: Vec::new() };
    if amount.is_zero() {
        return Ok(draw);
    }

    // Largest service first; the map is sorted by code, and the sort keeps that order for ties.
    let mut order: Vec<(&ProductCode, Exact)> = services.into_iter().filter(|(_, sum)| sum.is_positive()).collect();
    order.sort_by_key(|(_, sum)| std::cmp::Reverse(*sum));
    let mut left = amount.to_exact();
    let mut taken: Vec<(String, Exact)> = Vec::new();
    for (service, sum) in order {
        if left.is_zero() {
            break;
        }
        let part = sum.min(left);
        left = left.checked_sub(part)?;
        draw.taken.extend(take(month, &payable, service, part, &mut available)?);
        taken.push((service.as_str().to_owned(), part));
    }
    for (at, piece) in &draw.taken {
        remaining[*at] = remaining[*at].checked_sub(*piece)?;
    }
    let parts: Vec<Exact> = taken.iter().map(|(_, part)| *part).collect();
    let shown = share_by_largest_remainder(amount, &parts, currency)?;
    draw.by_service = taken
        .into_iter()
        .zip(shown)
        .map(|((service, _), amount)| ServiceAmount { service, amount })
        .filter(|part| !part.amount.is_zero())
        .collect();
    Ok(draw)
}

/// The charges that a memo may pay, by their place in the month.
fn payable_by(month: &RatedMonth, drawable: &Drawable<'_>) -> Vec<usize> {
    (0..month.charges.len())
        .filter(|at| {
            let charge = &month.charges[*at];
            // What bears no day is not known to be in time; what it takes back is taken off all the same.
            let in_time =
                drawable.last_day.is_none_or(|last| charge.day.map_or(charge.amount.is_negative(), |day| day <= last));
            let of_service = drawable.service.is_none_or(|service| service == charge.product_code.as_str());
            in_time && of_service && drawable.memo.terms.may_pay(charge)
        })
        .collect()
}

/// Sets negative charges off against those that a memo may pay: of their own service first, then of the
/// smallest service, the smallest charge first, so that what is left is what the memo pays.
fn offset_negatives(
    month: &RatedMonth,
    payable: &[usize],
    remaining: &[Exact],
    offset: &mut [Exact],
) -> Result<(), MoneyError> {
    let mut sums: BTreeMap<&ProductCode, Exact> = BTreeMap::new();
    for at in payable {
        let sum = sums.entry(&month.charges[*at].product_code).or_default();
        *sum = sum.checked_add(remaining[*at].checked_sub(offset[*at])?)?;
    }
    let mut reducing = Vec::new();
    for at in payable {
        if remaining[*at].checked_sub(offset[*at])?.is_negative() {
            reducing.push(*at);
        }
    }
    if reducing.is_empty() {
        return Ok(());
    }
    // The other way round than charges are paid in.
    let service_of = |at: usize| &month.charges[at].product_code;
    let mut in_order: Vec<usize> = payable.iter().copied().filter(|at| remaining[*at].is_positive()).collect();
    in_order.sort_by(|a, b| {
        let sum = |at: usize| sums.get(service_of(at)).copied().unwrap_or_default();
        let what = |at: usize| (&month.charges[at].region, &month.charges[at].line_type, month.charges[at].day);
        let by_service = sum(*a).cmp(&sum(*b)).then_with(|| service_of(*b).cmp(service_of(*a)));
        let by_charge = remaining[*a].cmp(&remaining[*b]).then_with(|| what(*b).cmp(&what(*a))).then(b.cmp(a));
        by_service.then(by_charge)
    });
    for of_own_service in [true, false] {
        for at in &reducing {
            for from in in_order.iter().filter(|from| !of_own_service || service_of(**from) == service_of(*at)) {
                let left = offset[*at].checked_sub(remaining[*at])?;
                let part = remaining[*from].checked_sub(offset[*from])?.min(left);
                if part.is_positive() {
                    offset[*from] = offset[*from].checked_add(part)?;
                    offset[*at] = offset[*at].checked_sub(part)?;
                }
            }
        }
    }
    Ok(())
}

/// Takes `part` off the remaining charges of a service, the largest charge first; answers with what
/// it took of which charge.
fn take(
    month: &RatedMonth,
    payable: &[usize],
    service: &ProductCode,
    part: Exact,
    remaining: &mut [Exact],
) -> Result<Vec<(usize, Exact)>, MoneyError> {
    let mut charges: Vec<usize> = payable
        .iter()
        .copied()
        .filter(|at| month.charges[*at].product_code == *service && remaining[*at].is_positive())
        .collect();
    // Ties by what the charge is, never by the order of the bill.
    charges.sort_by(|a, b| {
        let what = |at: usize| (&month.charges[at].region, &month.charges[at].line_type, month.charges[at].day);
        remaining[*b].cmp(&remaining[*a]).then_with(|| what(*a).cmp(&what(*b))).then(a.cmp(b))
    });
    let mut left = part;
    let mut pieces = Vec::new();
    for at in charges {
        let piece = remaining[at].min(left);
        remaining[at] = remaining[at].checked_sub(piece)?;
        left = left.checked_sub(piece)?;
        pieces.push((at, piece));
        if left.is_zero() {
            break;
        }
    }
    Ok(pieces)
}

struct LineTotals {
    gross: Money,
    eligible: Money,
    applied: Money,
}

fn lines(
    month: &RatedMonth,
    remaining: &[Exact],
    is_eligible: impl Fn(&RatedCharge) -> bool,
    totals: &LineTotals,
) -> Result<Vec<PlannedLine>, MoneyError> {
    // Eligible and other charges are shared apart, so that no line shows more eligible than gross.
    let mut sums: BTreeMap<(&ProductCode, &LineType), [Exact; 3]> = BTreeMap::new();
    for (charge, left) in month.charges.iter().zip(remaining) {
        let [eligible, other, applied] = sums.entry((&charge.product_code, &charge.line_type)).or_default();
        let part = if is_eligible(charge) { eligible } else { other };
        *part = part.checked_add(charge.amount)?;
        *applied = applied.checked_add(charge.amount.checked_sub(*left)?)?;
    }
    let column = |at: usize, total: Money| -> Result<Vec<Money>, MoneyError> {
        let parts: Vec<Exact> = sums.values().map(|sum| sum[at]).collect();
        share_over_moved_lines(total, &parts, month.currency)
    };
    let eligible = column(0, totals.eligible)?;
    let other = column(1, totals.gross - totals.eligible)?;
    let mut applied = column(2, totals.applied)?;
    keep_within(&eligible, &mut applied, month.currency);
    let lines = sums.iter().zip(eligible).zip(other).zip(applied);
    Ok(lines
        .map(|(((((service, charge_kind), exact), eligible), other), applied)| PlannedLine {
            service: (*service).clone(),
            charge_kind: (*charge_kind).clone(),
            gross: eligible + other,
            eligible,
            applied,
            due: eligible + other - applied,
            exact: ExactLine { eligible: exact[0], other: exact[1], applied: exact[2] },
        })
        .collect())
}

/// What each seller of record charges. What is paid and what is left are shared, so that an invoice
/// that memos pay in full is due nothing.
fn sellers(month: &RatedMonth, remaining: &[Exact], totals: &LineTotals) -> Result<Vec<PlannedSeller>, MoneyError> {
    let mut sums: BTreeMap<&SellerOfRecord, [Exact; 2]> = BTreeMap::new();
    for (charge, left) in month.charges.iter().zip(remaining) {
        let [applied, due] = sums.entry(&charge.seller).or_default();
        *applied = applied.checked_add(charge.amount.checked_sub(*left)?)?;
        *due = due.checked_add(*left)?;
    }
    let column = |at: usize, total: Money| {
        let parts: Vec<Exact> = sums.values().map(|sum| sum[at]).collect();
        share_over_moved_lines(total, &parts, month.currency)
    };
    let (applied, due) = (column(0, totals.applied)?, column(1, totals.gross - totals.applied)?);
    Ok(sums
        .keys()
        .zip(applied)
        .zip(due)
        .map(|((seller, applied), due)| PlannedSeller { seller: (*seller).clone(), gross: applied + due, applied, due })
        .collect())
}

/// Shares a total over the lines that have a part in it, so that a line without one shows nothing.
fn share_over_moved_lines(total: Money, parts: &[Exact], currency: Currency) -> Result<Vec<Money>, MoneyError> {
    let moved: Vec<usize> = (0..parts.len()).filter(|at| !parts[*at].is_zero()).collect();
    let exact: Vec<Exact> = moved.iter().map(|at| parts[*at]).collect();
    let mut shares = vec![Money::zero(currency); parts.len()];
    if moved.is_empty() {
        // Two roundings may differ by a unit where nothing stands in the column: the first line shows it.
        if let Some(first) = shares.first_mut() {
            *first = total;
        }
        return Ok(shares);
    }
    for (at, share) in moved.into_iter().zip(share_by_largest_remainder(total, &exact, currency)?) {
        shares[at] = share;
    }
    Ok(shares)
}

/// Two columns are shared apart, so a line could show a unit more applied than eligible. The units
/// move to eligible lines with room; the totals stay. Draws never exceed the eligible total, so the
/// lines have room for all of it.
fn keep_within(eligible: &[Money], applied: &mut [Money], currency: Currency) {
    let mut excess = Money::zero(currency);
    for (eligible, applied) in eligible.iter().zip(applied.iter_mut()) {
        let cap = eligible.at_least_zero();
        if *applied > cap {
            excess += *applied - cap;
            *applied = cap;
        }
    }
    for (eligible, applied) in eligible.iter().zip(applied.iter_mut()) {
        let room = (eligible.at_least_zero() - *applied).min(excess).at_least_zero();
        *applied += room;
        excess -= room;
    }
}
