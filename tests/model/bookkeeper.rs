//! The second books: a memo is its face and a list of what happened to it, and every balance is
//! added up from that list when it is asked for. Amounts are whole numbers: cents for memos,
//! millionths for charges and upstream lines.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::{
    attribution::attribute,
    paper::{Bill, POOLS, first_day, last_day, month_of, services_of},
    story::{CENT, Cents, Chosen, Expiry, Micros, Month, Rounding},
};

/// An upstream credit.
#[derive(Debug, Clone)]
pub(crate) struct Credit {
    pub(crate) description: String,
    /// What AWS will use of it.
    pub(crate) face: Micros,
    pub(crate) start: NaiveDate,
    pub(crate) end: NaiveDate,
    pub(crate) pays: u8,
    pub(crate) covers_tax: bool,
    /// Who owned it from which day on.
    pub(crate) owners: BTreeMap<NaiveDate, usize>,
    /// All who ever owned it.
    pub(crate) everyone: BTreeSet<usize>,
    /// When it last changed hands.
    pub(crate) transferred: Option<NaiveDate>,
    pub(crate) ended_on: Option<NaiveDate>,
    pub(crate) is_cancelled: bool,
    /// What it was split into: the child and its portion, once its memo was made.
    pub(crate) portions: Vec<(String, Micros, bool)>,
    /// What AWS applied by month.
    pub(crate) applied: BTreeMap<Month, Micros>,
}

impl Credit {
    pub(crate) fn owner(&self) -> usize {
        *self.owners.values().next_back().unwrap()
    }

    pub(crate) fn owner_in(&self, month: Month) -> usize {
        let before = self.owners.range(..=last_day(month)).next_back();
        *before.or_else(|| self.owners.first_key_value()).unwrap().1
    }

    pub(crate) fn is_live(&self, month: Month) -> bool {
        month_of(self.start) <= month
            && month <= month_of(self.end)
            && self.ended_on.is_none_or(|day| month <= month_of(day))
    }

    pub(crate) fn remaining(&self) -> Micros {
        self.face - self.applied.values().sum::<Micros>()
    }
}

/// A credit memo.
#[derive(Debug, Clone)]
pub(crate) struct Memo {
    pub(crate) member: usize,
    /// Its place among the account's memos, from 1.
    pub(crate) ordinal: usize,
    pub(crate) credit: Option<String>,
    /// It is the memo of its credit, not one moved or added by hand.
    pub(crate) is_the_credits: bool,
    pub(crate) grows_with_funding: bool,
    pub(crate) face: Cents,
    pub(crate) start: NaiveDate,
    pub(crate) end: Option<NaiveDate>,
    pub(crate) pays: u8,
    pub(crate) covers_tax: bool,
    /// Its owner lost the credit.
    pub(crate) ownership_ended: bool,
    /// What it paid of each month, pool by pool.
    pub(crate) paid: BTreeMap<Month, BTreeMap<&'static str, Cents>>,
    pub(crate) expired: Cents,
    pub(crate) written_off: Cents,
    pub(crate) refunded: Cents,
    pub(crate) moved_out: Cents,
    /// What AWS applied by month.
    pub(crate) funding: BTreeMap<Month, Micros>,
    /// Funding that came or went with a move.
    pub(crate) funding_moved: Micros,
}

impl Memo {
    pub(crate) fn applied(&self) -> Cents {
        self.paid.values().flat_map(BTreeMap::values).sum()
    }

    pub(crate) fn paid_for(&self, month: Month) -> Cents {
        self.paid.get(&month).map_or(0, |pools| pools.values().sum())
    }

    pub(crate) fn open(&self) -> Cents {
        self.face - self.applied() - self.expired - self.written_off - self.refunded - self.moved_out
    }

    pub(crate) fn funded(&self) -> Micros {
        self.funding.values().sum::<Micros>() + self.funding_moved
    }

    /// The part of the open balance that AWS has taken off the payer's bill. What ended or was
    /// written off is taken from what AWS never gave; what was paid or paid out from what it gave.
    pub(crate) fn funded_open(&self) -> Cents {
        let funded = rounded(self.funded(), Rounding::HalfEven);
        let never_given = (self.face - self.moved_out - funded).max(0);
        let ended_of_funded = (self.expired + self.written_off - never_given).max(0);
        (funded - self.applied() - self.refunded - ended_of_funded).clamp(0, self.open().max(0))
    }

    pub(crate) fn unfunded_open(&self) -> Cents {
        self.open() - self.funded_open()
    }

    fn may_pay(&self, pool: &str) -> bool {
        let services = services_of(self.pays);
        if pool == TAX { self.covers_tax } else { services.is_empty() || services.contains(&pool) }
    }

    fn may_pay_in(&self, month: Month) -> bool {
        month_of(self.start) <= month
    }

    fn last_month(&self) -> Option<Month> {
        self.end.map(month_of)
    }
}

const TAX: &str = "Tax";

/// What an account is charged in a month, by pool.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Charges {
    /// By pool, tax among them.
    pub(crate) pools: BTreeMap<&'static str, Micros>,
    /// What no memo pays.
    pub(crate) never: Micros,
}

impl Charges {
    pub(crate) fn gross(&self) -> Micros {
        self.pools.values().sum::<Micros>() + self.never
    }

    fn eligible(&self, with_tax: bool) -> Micros {
        self.pools.iter().filter(|(pool, _)| with_tax || **pool != TAX).map(|(_, sum)| sum).sum()
    }

    fn add(&mut self, pool: &'static str, amount: Micros) {
        if amount != 0 {
            *self.pools.entry(pool).or_default() += amount;
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Status {
    #[default]
    Open,
    Waived,
    Closed,
}

/// A month of the payer.
#[derive(Debug, Clone, Default)]
pub(crate) struct MonthBook {
    pub(crate) bill: Option<Bill>,
    /// Every file that came, as text.
    pub(crate) texts: Vec<String>,
    /// Counts bills that changed something.
    pub(crate) delivery: u32,
    /// The delivery billed, and whether that made drafts.
    pub(crate) billed: Option<(u32, bool)>,
    pub(crate) has_documents: bool,
    pub(crate) status: Status,
    /// Something was recorded of its billing.
    pub(crate) is_known: bool,
    pub(crate) suspense: Micros,
    pub(crate) said: Vec<(usize, String, String)>,
}

impl MonthBook {
    pub(crate) fn is_issued(&self) -> bool {
        self.status == Status::Closed || self.has_documents || self.billed.is_some_and(|(_, draft)| !draft)
    }
}

/// The books.
#[derive(Debug, Clone, Default)]
pub(crate) struct Books {
    pub(crate) credits: BTreeMap<String, Credit>,
    pub(crate) memos: Vec<Memo>,
    pub(crate) months: BTreeMap<Month, MonthBook>,
    /// From which month on which policies.
    pub(crate) policies: Vec<(Month, Chosen)>,
    /// What was settled with an account of a month, by whose month's bill: charged, and paid by memos.
    settled: BTreeMap<(usize, Month), BTreeMap<Month, (Cents, Cents)>>,
    /// Accounts with charges on the bill of a month.
    with_statement: BTreeSet<(usize, Month)>,
    /// The charges that a month was last corrected upon.
    corrected: BTreeMap<(usize, Month), Charges>,
    /// The accounts that an import named, with the day after the last.
    pub(crate) accounts: BTreeMap<usize, Option<NaiveDate>>,
}

/// A memo with the most that it may pay now.
struct Offer {
    memo: usize,
    limit: Cents,
}

/// A month being paid.
struct Paying {
    left: BTreeMap<&'static str, Micros>,
    room: Cents,
    rounding: Rounding,
}

impl Paying {
    fn new(charges: &Charges, with_tax: bool, rounding: Rounding) -> Self {
        let eligible = rounded(charges.eligible(with_tax), rounding);
        let room = eligible.min(rounded(charges.gross(), rounding)).max(0);
        Self { left: charges.pools.clone(), room, rounding }
    }

    /// Pays from the pools that fit, the largest first; answers with what was paid of each.
    fn pay(&mut self, limit: Cents, fits: impl Fn(&str) -> bool) -> BTreeMap<&'static str, Cents> {
        let mut fitting: Vec<(&'static str, Micros)> =
            self.left.iter().filter(|(pool, _)| fits(pool)).map(|(pool, sum)| (*pool, *sum)).collect();
        let eligible = rounded(fitting.iter().map(|(_, sum)| sum).sum(), self.rounding);
        let amount = eligible.min(self.room).min(limit).max(0);
        self.room -= amount;
        fitting.sort_by_key(|(pool, sum)| (-sum, *pool));
        let mut paid = BTreeMap::new();
        let mut rest = amount * CENT;
        for (pool, sum) in fitting.into_iter().filter(|(_, sum)| *sum > 0) {
            let part = sum.min(rest);
            rest -= part;
            *self.left.get_mut(pool).unwrap() -= part;
            if part > 0 {
                paid.insert(pool, part);
            }
        }
        in_cents(paid, amount)
    }
}

/// Parts in cents that add up to the amount: cut, and what is missing given to the largest.
fn in_cents(parts: BTreeMap<&'static str, Micros>, amount: Cents) -> BTreeMap<&'static str, Cents> {
    let largest = parts.iter().max_by_key(|(_, part)| **part).map(|(pool, _)| *pool);
    let mut cents: BTreeMap<&'static str, Cents> = parts.into_iter().map(|(pool, part)| (pool, part / CENT)).collect();
    let missing = amount - cents.values().sum::<Cents>();
    if let Some(largest) = largest {
        *cents.entry(largest).or_default() += missing;
    }
    cents.retain(|_, part| *part != 0);
    cents
}

pub(crate) fn rounded(micros: Micros, rounding: Rounding) -> Cents {
    let (whole, rest) = (micros.abs() / CENT, micros.abs() % CENT);
    let up = match rounding {
        Rounding::Down => false,
        Rounding::HalfUp => rest * 2 >= CENT,
        Rounding::HalfEven => rest * 2 > CENT || (rest * 2 == CENT && whole % 2 == 1),
    };
    (whole + Cents::from(up)) * micros.signum()
}

impl Books {
    pub(crate) fn chosen(&self, month: Month) -> Chosen {
        self.policies.iter().rev().find(|(from, _)| *from <= month).map_or_else(Chosen::default, |(_, chosen)| *chosen)
    }

    pub(crate) fn month(&mut self, month: Month) -> &mut MonthBook {
        self.months.entry(month).or_default()
    }

    pub(crate) fn newest(&self) -> Option<Month> {
        self.months.iter().rev().find(|(_, book)| book.bill.is_some()).map(|(month, _)| *month)
    }

    pub(crate) fn first_unissued(&self) -> Option<Month> {
        self.months.iter().rev().find(|(_, book)| book.is_issued()).map(|(month, _)| month + 1)
    }

    pub(crate) fn last_closed(&self) -> Option<Month> {
        self.months.iter().rev().find(|(_, book)| book.status == Status::Closed).map(|(month, _)| *month)
    }

    // ---- memos

    fn next_ordinal(&self, member: usize) -> usize {
        self.memos.iter().filter(|memo| memo.member == member).count() + 1
    }

    /// A memo without a past.
    pub(crate) fn add_memo(&mut self, memo: NewMemo) -> usize {
        let ordinal = self.next_ordinal(memo.member);
        self.memos.push(Memo {
            member: memo.member,
            ordinal,
            credit: memo.credit,
            is_the_credits: memo.is_the_credits,
            grows_with_funding: memo.grows_with_funding,
            face: if memo.grows_with_funding { 0 } else { memo.face },
            start: memo.start,
            end: memo.end,
            pays: memo.pays,
            covers_tax: memo.covers_tax,
            ownership_ended: false,
            paid: BTreeMap::new(),
            expired: 0,
            written_off: 0,
            refunded: 0,
            moved_out: 0,
            funding: BTreeMap::new(),
            funding_moved: memo.funding_moved,
        });
        self.memos.len() - 1
    }

    /// A credit's memo, at its face or at nothing, by the policies of the month it enters.
    pub(crate) fn issue_for(&mut self, id: &str, member: usize, face: Micros, start: NaiveDate, enters: Month) {
        let credit = self.credits[id].clone();
        let face = face / CENT;
        if face <= 0 {
            return;
        }
        self.add_memo(NewMemo {
            member,
            credit: Some(id.to_owned()),
            is_the_credits: true,
            grows_with_funding: self.chosen(enters).basis_funded,
            face,
            start,
            end: Some(credit.end.max(start)),
            pays: credit.pays,
            covers_tax: credit.covers_tax,
            funding_moved: 0,
        });
    }

    /// The memo of a credit with an account, of the ownership in a month.
    fn memo_of(&self, id: &str, member: usize, month: Month) -> Option<usize> {
        let all: Vec<usize> = (0..self.memos.len())
            .filter(|at| {
                let memo = &self.memos[*at];
                memo.member == member && memo.is_the_credits && memo.credit.as_deref() == Some(id)
            })
            .collect();
        let begun = all.iter().rev().find(|at| self.memos[**at].may_pay_in(month));
        begun.or(all.first()).copied()
    }

    /// Moves part of a memo to a new one.
    pub(crate) fn move_part(&mut self, from: usize, amount: Cents, funding: Micros, to: NewMemo) {
        self.memos[from].moved_out += amount;
        self.memos[from].funding_moved -= funding;
        self.add_memo(NewMemo { face: amount, funding_moved: funding, ..to });
    }

    // ---- upstream

    /// Attributes the credit lines of a delivered month anew.
    pub(crate) fn attribute(&mut self, month: Month) {
        let Some(book) = self.months.get(&month) else { return };
        let Some(bill) = &book.bill else { return };
        let said_before: Vec<_> = self.months.range(..month).flat_map(|(_, book)| book.said.clone()).collect();
        let attributed = attribute(&bill.credits, &self.credits, month, (&book.said, &said_before));
        for (id, credit) in &mut self.credits {
            credit.applied.insert(month, attributed.by_credit.get(id).copied().unwrap_or(0));
        }
        self.month(month).suspense = attributed.suspense;
    }

    pub(crate) fn attribute_all(&mut self) {
        let delivered: Vec<Month> =
            self.months.iter().filter(|(_, book)| book.bill.is_some()).map(|(month, _)| *month).collect();
        for month in delivered {
            self.attribute(month);
        }
    }

    /// Gives each memo what AWS applied of its credit.
    pub(crate) fn fund(&mut self) {
        for (id, credit) in self.credits.clone() {
            for (month, amount) in &credit.applied {
                let Some(at) = self.memo_of(&id, credit.owner_in(*month), *month) else { continue };
                let rounding = self.chosen(*month).rounding;
                let memo = &mut self.memos[at];
                if memo.funding.get(month).copied().unwrap_or(0) == *amount {
                    continue;
                }
                memo.funding.insert(*month, *amount);
                if memo.grows_with_funding {
                    let wanted = rounded(memo.funded(), rounding) + memo.moved_out;
                    memo.face = wanted.max(memo.face - memo.open());
                }
            }
        }
    }

    /// What became of credits upstream reaches the memos.
    pub(crate) fn follow(&mut self) {
        for (id, credit) in self.credits.clone() {
            for memo in &mut self.memos {
                let of_credit = memo.credit.as_deref() == Some(&id) && credit.everyone.contains(&memo.member);
                if of_credit && (credit.is_cancelled || memo.ownership_ended) {
                    memo.written_off += memo.unfunded_open();
                }
            }
            self.split_off(&id, &credit);
        }
    }

    /// Children of a split get their portions of what is open, the unfunded part first: it is what
    /// AWS has not applied that was split.
    fn split_off(&mut self, id: &str, credit: &Credit) {
        let Some(day) = credit.ended_on else { return };
        for (at, (child, portion, is_made)) in credit.portions.iter().enumerate() {
            let Some(from) = self.memo_of(id, credit.owner(), Month::MAX) else { continue };
            let amount = (portion / CENT).min(self.memos[from].open());
            if *is_made || amount <= 0 {
                continue;
            }
            let funding = (amount - self.memos[from].unfunded_open().min(amount)) * CENT;
            let parent = self.memos[from].clone();
            self.move_part(
                from,
                amount,
                funding,
                NewMemo {
                    member: credit.owner(),
                    credit: Some(child.clone()),
                    is_the_credits: true,
                    grows_with_funding: false,
                    face: 0,
                    start: day,
                    end: parent.end.map(|end| end.max(day)),
                    pays: parent.pays,
                    covers_tax: parent.covers_tax,
                    funding_moved: 0,
                },
            );
            self.credits.get_mut(id).unwrap().portions[at].2 = true;
        }
    }

    // ---- billing

    /// What an account is charged for a month as known by the bill of `through`: refunds of a month
    /// that was settled belong to it, wherever they stand.
    pub(crate) fn charges(&self, member: usize, month: Month, through: Month) -> Charges {
        let mut charges = Charges::default();
        let Some(bill) = self.months.get(&month).and_then(|book| book.bill.as_ref()) else { return charges };
        let used = &bill.used[member];
        for (pool, amount) in POOLS.into_iter().zip(used.usage) {
            charges.add(pool, amount);
        }
        charges.add(POOLS[0], -used.refund);
        charges.add(POOLS[1], -used.free_tier);
        charges.add(TAX, used.tax);
        charges.never = used.marketplace;
        for refund in bill.refunds.iter().filter(|refund| refund.member == member) {
            if !self.with_statement.contains(&(member, refund.of)) {
                charges.add(POOLS[0], -refund.amount);
            }
        }
        if self.with_statement.contains(&(member, month)) && through > month {
            let later = self.months.range(month + 1..=through).filter_map(|(_, book)| book.bill.as_ref());
            for refund in later.flat_map(|bill| &bill.refunds) {
                if refund.member == member && refund.of == month {
                    charges.add(POOLS[0], -refund.amount);
                }
            }
        }
        charges
    }

    /// Memos of an account in the order they pay: the one that ends first, the most restricted, the
    /// oldest, the lowest number.
    fn in_order(&self, member: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.memos.len()).filter(|at| self.memos[*at].member == member).collect();
        order.sort_by_key(|at| {
            let memo = &self.memos[*at];
            let breadth = match services_of(memo.pays).len() {
                0 => usize::MAX,
                listed => listed,
            };
            (memo.end.unwrap_or(NaiveDate::MAX), breadth, memo.start, memo.ordinal)
        });
        order
    }

    fn offers(&self, member: usize, month: Month) -> Vec<Offer> {
        let chosen = self.chosen(month);
        let mut offers = Vec::new();
        for at in self.in_order(member) {
            let memo = &self.memos[at];
            let is_past = memo.last_month().is_some_and(|last| month > last);
            let only_funded = chosen.draw_funded || (is_past && chosen.expiry == Expiry::UnfundedOnly);
            let limit = if only_funded { memo.funded_open() } else { memo.open() };
            let ended = is_past && chosen.expiry == Expiry::Upstream;
            if memo.may_pay_in(month) && limit > 0 && !ended {
                offers.push(Offer { memo: at, limit });
            }
        }
        offers
    }

    /// Bills a month that may be billed: corrects the months before, then draws this one anew.
    pub(crate) fn bill(&mut self, month: Month, draft: bool) {
        for member in 0..4 {
            let earlier: Vec<Month> = self.months.range(..month).map(|(earlier, _)| *earlier).collect();
            for of in earlier {
                if self.is_to_correct(of, month) {
                    self.correct(member, of, month);
                }
            }
            self.draw(member, month);
        }
        for member in 0..4 {
            let charges = self.charges(member, month, month);
            if charges != Charges::default() {
                self.with_statement.insert((member, month));
            }
            let earlier: Vec<Month> = self.months.range(..month).map(|(earlier, _)| *earlier).collect();
            for of in earlier {
                if self.is_to_correct(of, month) {
                    let charges = self.charges(member, of, month);
                    self.settle(member, of, month, &charges);
                }
            }
            self.settle(member, month, month, &charges);
        }
        let book = self.month(month);
        book.is_known = true;
        book.billed = Some((book.delivery, draft));
        book.has_documents |= !draft;
    }

    fn is_to_correct(&self, of: Month, in_bill: Month) -> bool {
        let book = &self.months[&of];
        let refunded = self.months[&in_bill].bill.iter().flat_map(|bill| &bill.refunds).any(|refund| refund.of == of);
        let Some((delivery, _)) = book.billed else { return false };
        book.is_issued() && (delivery != book.delivery || refunded)
    }

    fn draw(&mut self, member: usize, month: Month) {
        for memo in self.memos.iter_mut().filter(|memo| memo.member == member) {
            memo.paid.remove(&month);
        }
        let charges = self.charges(member, month, month);
        let offers = self.offers(member, month);
        let with_tax = offers.iter().any(|offer| self.memos[offer.memo].covers_tax);
        let mut paying = Paying::new(&charges, with_tax, self.chosen(month).rounding);
        for Offer { memo, limit } in offers {
            let paid = paying.pay(limit, |pool| self.memos[memo].may_pay(pool));
            if !paid.is_empty() {
                self.memos[memo].paid.insert(month, paid);
            }
        }
    }

    fn settle(&mut self, member: usize, of: Month, in_bill: Month, charges: &Charges) {
        let paid = self.memos.iter().filter(|memo| memo.member == member).map(|memo| memo.paid_for(of)).sum();
        let gross = rounded(charges.gross(), self.chosen(of).rounding);
        self.settled.entry((member, of)).or_default().insert(in_bill, (gross, paid));
    }

    /// A month whose documents are out: each memo keeps what it paid as far as the charges still
    /// hold it, then what it may pay of other services; what more is charged than other bills have
    /// settled is drawn from what is open; what comes back to a memo past its end ends.
    fn correct(&mut self, member: usize, of: Month, in_bill: Month) {
        let charges = self.charges(member, of, in_bill);
        if self.corrected.get(&(member, of)) == Some(&charges) {
            return;
        }
        let by_others = self
            .settled
            .get(&(member, of))
            .and_then(|settled| settled.iter().rev().find(|(bill, _)| **bill != in_bill).map(|(_, settled)| *settled));
        let (charged, paid_before) = by_others.unwrap_or_default();
        let chosen = self.chosen(of);
        let offers = self.offers(member, of);
        let paid: Vec<usize> =
            self.in_order(member).into_iter().filter(|at| self.memos[*at].paid_for(of) > 0).collect();
        let tax = |at: usize| self.memos[at].covers_tax;
        let with_tax = paid.iter().copied().chain(offers.iter().map(|offer| offer.memo)).any(tax);
        let mut paying = Paying::new(&charges, with_tax, chosen.rounding);
        let mut kept: BTreeMap<usize, BTreeMap<&'static str, Cents>> = BTreeMap::new();
        for at in &paid {
            for (pool, part) in self.memos[*at].paid[&of].clone() {
                add_all(kept.entry(*at).or_default(), paying.pay(part, |other| other == pool));
            }
        }
        for at in &paid {
            let limit = self.memos[*at].paid_for(of) - kept[at].values().sum::<Cents>();
            let other = paying.pay(limit, |pool| self.memos[*at].may_pay(pool));
            add_all(kept.get_mut(at).unwrap(), other);
        }
        let stays: Cents = kept.values().flat_map(BTreeMap::values).sum();
        let mut more = paid_before + (rounded(charges.gross(), chosen.rounding) - charged).max(0) - stays;
        for Offer { memo, limit } in offers {
            let new = paying.pay(limit.min(more.max(0)), |pool| self.memos[memo].may_pay(pool));
            more -= new.values().sum::<Cents>();
            if !new.is_empty() {
                add_all(kept.entry(memo).or_default(), new);
            }
        }
        let mut came_back = Vec::new();
        for (at, now) in kept {
            let before = self.memos[at].paid_for(of);
            if now.values().sum::<Cents>() < before {
                came_back.push(at);
            }
            if self.memos[at].paid.get(&of) != Some(&now) {
                self.corrected.insert((member, of), charges.clone());
            }
            self.memos[at].paid.insert(of, now);
        }
        for at in came_back {
            self.lapse_past_end(at, in_bill);
        }
    }

    // ---- closing

    /// What came back to a memo past its end lapses at once.
    pub(crate) fn lapse_past_end(&mut self, at: usize, posting: Month) {
        if self.memos[at].last_month().is_some_and(|last| last < posting) {
            self.lapse_one(at, posting);
        }
    }

    fn lapse_one(&mut self, at: usize, by: Month) {
        let memo = &mut self.memos[at];
        memo.expired += match self.policies.iter().rev().find(|(from, _)| *from <= by).map(|(_, chosen)| chosen.expiry)
        {
            Some(Expiry::Never) => 0,
            Some(Expiry::Upstream) => memo.open(),
            Some(Expiry::UnfundedOnly) | None => memo.unfunded_open(),
        };
    }

    /// Closes a month that may be closed.
    pub(crate) fn close(&mut self, month: Month) {
        let book = self.month(month);
        book.status = Status::Closed;
        book.is_known = true;
        for at in 0..self.memos.len() {
            if self.memos[at].last_month().is_some_and(|last| last <= month) {
                self.lapse_one(at, month);
            }
            let left = self.accounts.get(&self.memos[at].member).copied().flatten();
            if left.is_some_and(|day| day <= first_day(month + 1)) {
                let memo = &mut self.memos[at];
                memo.written_off += memo.unfunded_open();
            }
        }
    }

    // ---- what keeps a month from being billed or closed

    pub(crate) fn former_is_open(&self, month: Month) -> bool {
        let known = |book: &MonthBook| book.bill.is_some() || book.is_known;
        let first = self.months.iter().find(|(_, book)| known(book)).map(|(month, _)| *month);
        first.is_some_and(|first| month > first)
            && self.months.get(&(month - 1)).is_none_or(|book| book.status == Status::Open)
    }

    /// Whether what is known of the month's bill keeps it from being closed, and may be waived.
    pub(crate) fn has_waivable(&self, month: Month, accept_estimated: bool) -> bool {
        let book = &self.months[&month];
        let Some(bill) = &book.bill else { return self.former_is_open(month) };
        let charged = |member: usize| {
            self.charges(member, month, month) != Charges::default()
                || bill.credits.iter().any(|line| line.on == member)
                || bill.used[member] != crate::story::Used::nothing()
        };
        let is_there = |member: usize| charged(member) || self.memos.iter().any(|memo| memo.member == member);
        let unassigned = (0..4).any(|member| !self.accounts.contains_key(&member) && is_there(member));
        let estimated = !bill.is_final && !accept_estimated;
        self.former_is_open(month) || estimated || book.suspense != 0 || unassigned
    }
}

fn add_all(into: &mut BTreeMap<&'static str, Cents>, parts: BTreeMap<&'static str, Cents>) {
    for (pool, part) in parts {
        *into.entry(pool).or_default() += part;
    }
}

/// A memo to be made.
pub(crate) struct NewMemo {
    pub(crate) member: usize,
    pub(crate) credit: Option<String>,
    pub(crate) is_the_credits: bool,
    pub(crate) grows_with_funding: bool,
    pub(crate) face: Cents,
    pub(crate) start: NaiveDate,
    pub(crate) end: Option<NaiveDate>,
    pub(crate) pays: u8,
    pub(crate) covers_tax: bool,
    pub(crate) funding_moved: Micros,
}
