//! The fold that makes transactions of facts. Facts come stream by stream, each stream in its order;
//! what is posted depends on the facts alone.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use money::{Currency, Exact, Money, MoneyError};

use super::{
    JournalParty, JournalTransaction, PeriodLock, PostingCalendar, PostingClass, PostingTemplates, PostingWords,
    parties::MemoParties,
};
use crate::{
    account::MemberAssigned,
    billing::{DocumentVoided, MemberStatement},
    credit::{CreditFact, SuspenseFact},
    ids::{MemberAccountId, MemoNumber, PayerAccountId, UpstreamCreditId},
    memo::{FoldFault, MemberMemos, MemoFact, MemoPoReassigned, MemoWrittenOff, Returned, WriteOffCause},
    period::BillingPeriod,
    usage::{DeliveryFact, DeliveryState},
};

/// Why no journal can be made of a log: audit it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JournalFault {
    /// The memo facts do not follow from each other.
    #[error(transparent)]
    Fold(#[from] FoldFault),
    /// A sum cannot be held.
    #[error(transparent)]
    Sum(#[from] MoneyError),
}

/// The words for a fact, the month it is posted in, and its amounts by class.
type Parts = (&'static str, BillingPeriod, Vec<(PostingClass, Exact)>);

/// Where a fact stands in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactPlace {
    /// Stream and sequence, as the journal prints it.
    pub text: String,
    /// How far the billing stream had been read when the fact was decided: the months that were
    /// closed by then.
    pub billing_position: u64,
    /// The same of the accounts stream: what was known of customers and PO numbers by then.
    pub accounts_position: u64,
}

/// What a memo's lapsed and expired amounts were posted to, so that a reinstatement reverses it.
#[derive(Debug, Clone, Copy)]
struct Ended {
    lapsed: Money,
    expired: Money,
}

/// The fold.
#[derive(Debug, Default)]
pub struct JournalBook {
    templates: PostingTemplates,
    calendar: PostingCalendar,
    parties: MemoParties,
    memos: BTreeMap<(PayerAccountId, MemberAccountId), MemberMemos>,
    ended: BTreeMap<MemoNumber, Ended>,
    deliveries: BTreeMap<(PayerAccountId, BillingPeriod), DeliveryState>,
    suspended_in: BTreeMap<(PayerAccountId, BillingPeriod, String), Currency>,
    credit_currencies: BTreeMap<(PayerAccountId, UpstreamCreditId), Currency>,
    beyond_face: BTreeMap<(PayerAccountId, UpstreamCreditId, BillingPeriod), Exact>,
    statements: BTreeMap<(PayerAccountId, MemberAccountId, BillingPeriod), MemberStatement>,
}

impl JournalBook {
    /// An empty book.
    pub fn new(templates: PostingTemplates) -> Self {
        Self {
            templates,
            calendar: PostingCalendar::default(),
            parties: MemoParties::default(),
            memos: BTreeMap::new(),
            ended: BTreeMap::new(),
            deliveries: BTreeMap::new(),
            suspended_in: BTreeMap::new(),
            credit_currencies: BTreeMap::new(),
            beyond_face: BTreeMap::new(),
            statements: BTreeMap::new(),
        }
    }

    /// Notes that a month was closed or reopened by the billing stream's commit at `position`. What
    /// AWS's bills are to the books depends on it, so the billing stream comes first.
    pub fn lock(&mut self, payer: &PayerAccountId, position: u64, period: BillingPeriod, lock: PeriodLock) {
        self.calendar.note(payer, position, period, lock);
    }

    /// Notes that an account was assigned to a customer and PO number by the accounts stream's commit at
    /// `position`.
    pub fn assigned(&mut self, position: u64, assigned: &MemberAssigned) {
        self.parties.assign(position, assigned);
    }

    /// Notes the first move of a memo to another PO number, before its facts are posted.
    pub fn will_move(&mut self, moved: &MemoPoReassigned) {
        self.parties.stood(moved);
    }

    /// What a fact of a memo is to the books; none where it moves no money.
    ///
    /// # Errors
    /// [`JournalFault`].
    pub fn memo(
        &mut self,
        place: &FactPlace,
        payer: &PayerAccountId,
        member: &MemberAccountId,
        fact: &MemoFact,
    ) -> Result<Option<JournalTransaction>, JournalFault> {
        let portion = self.portion(payer, fact);
        let memos = self.memos.entry((payer.clone(), member.clone())).or_default();
        let before = memos.memos.get(fact.memo()).cloned();
        memos.evolve(fact)?;
        let Some(memo) = memos.memos.get(fact.memo()) else { return Ok(None) };
        let currency = memo.currency;
        let (credit, number) = (memo.credit.clone(), memo.number.to_string());
        let unfunded_before = before.as_ref().map_or(memo.open.zeroed(), |memo| memo.unfunded_balance());
        let (what, posting, parts) = self.parts_of(fact, credit.is_some(), unfunded_before)?;
        let code = currency.to_string();
        let account = (payer.clone(), member.clone());
        let (debited, credited) = self.parties.of(&account, fact, posting, place.accounts_position);
        let words = PostingWords {
            payer: payer.as_str(),
            member: member.as_str(),
            memo: &number,
            credit: credit.as_ref().map_or("", |credit| credit.as_str()),
            currency: &code,
            ..PostingWords::default()
        };
        let about = about_memo(fact);
        let mut transaction = JournalTransaction {
            date: day_in(posting, fact.effective()),
            effective: fact.effective(),
            place: place.text.clone(),
            description: format!("{what} | {number}{about}"),
            postings: Vec::new(),
        };
        // The customer's side stands where the charges do (rule book N21).
        let customer = PostingWords { payer: paid_under(fact).map_or(payer, |other| other).as_str(), ..words };
        for (class, amount) in parts {
            let (debit, _) = self.templates.accounts(class, &words.of_party(debited.as_ref()));
            let (_, credit) = self.templates.accounts(class, &customer.of_party(credited.as_ref()));
            transaction.add_pair(debit, credit, currency, amount)?;
        }
        if let Some((from, parent, unfunded)) = portion {
            let class = PostingClass::ReceivableOfPortion;
            let (debit, _) = self.templates.accounts(class, &words);
            let parent = PostingWords { payer: from.as_str(), credit: parent.as_str(), ..words };
            let (_, credit) = self.templates.accounts(class, &parent);
            transaction.add_pair(debit, credit, currency, unfunded)?;
        }
        transaction.of_party(debited.as_ref(), credited.as_ref());
        Ok(Some(transaction).filter(|transaction| !transaction.postings.is_empty()))
    }

    /// Where a split gave a credit its portion, or a memo moved to another payer of ours: the payer and the
    /// credit it came from, and what AWS has still to apply of it (rule book N26, N21). What moves to another
    /// account of the same payer stays what AWS owes of the same credit.
    fn portion(&self, payer: &PayerAccountId, fact: &MemoFact) -> Option<(PayerAccountId, UpstreamCreditId, Exact)> {
        let MemoFact::ReassignedIn(came) = fact else { return None };
        let from = self.memos.iter().filter(|((_, member), _)| *member == came.from_member);
        let (from, memo) =
            from.filter_map(|((from, _), memos)| Some((from, memos.memos.get(&came.from_memo)?))).next()?;
        let parent = memo.credit.clone()?;
        let unfunded = came.issued.face.to_exact().checked_sub(came.funded_moved).ok()?;
        let is_anothers = came.portion && came.issued.credit.as_ref() != Some(&parent);
        (is_anothers || from != payer).then(|| (from.clone(), parent, unfunded))
    }

    /// The words for a memo's fact, the month it is posted in, and its amounts by class.
    fn parts_of(&mut self, fact: &MemoFact, has_credit: bool, unfunded_before: Money) -> Result<Parts, MoneyError> {
        use PostingClass as Class;
        let one = |class: Class, amount: Money| vec![(class, amount.to_exact())];
        Ok(match fact {
            MemoFact::Issued(issued) => {
                let class = if has_credit { Class::MemoIssued } else { Class::MemoIssuedByHand };
                ("Memo issued", issued.posting, one(class, issued.face))
            }
            MemoFact::Opened(opened) => {
                let open = opened.issued.face - opened.applied_before;
                let mut parts = one(Class::MemoTakenOver, open);
                if has_credit {
                    let unfunded = opened.issued.face.to_exact().checked_sub(opened.funded_before)?;
                    parts.push((Class::ReceivableTakenOver, unfunded));
                }
                ("Memo taken over", opened.issued.posting, parts)
            }
            MemoFact::Funded(funded) => ("Memo grown", funded.posting, one(Class::MemoIssued, funded.grown)),
            MemoFact::Applied(applied) => ("Memo applied", applied.posting, one(Class::MemoApplied, applied.amount)),
            MemoFact::Unapplied(back) => ("Memo unapplied", back.posting, one(Class::MemoApplied, -back.amount)),
            MemoFact::Lapsed(gone) => {
                self.ended_of(&gone.memo, gone.amount).lapsed += gone.amount;
                let class = if has_credit { Class::MemoLapsed } else { Class::MemoExpired };
                ("Memo lapsed", gone.posting, one(class, gone.amount))
            }
            MemoFact::Expired(gone) => {
                self.ended_of(&gone.memo, gone.amount).expired += gone.amount;
                ("Memo expired", gone.posting, one(Class::MemoExpired, gone.amount))
            }
            MemoFact::WrittenOff(gone) => {
                ("Memo written off", gone.posting, written_off(gone, has_credit, unfunded_before))
            }
            MemoFact::Refunded(gone) => ("Memo refunded", gone.posting, one(Class::MemoRefunded, gone.amount)),
            MemoFact::ReassignedOut(gone) => {
                ("Memo reassigned away", gone.posting, one(Class::MemoReassignedOut, gone.amount))
            }
            MemoFact::ReassignedIn(came) => {
                ("Memo reassigned here", came.issued.posting, one(Class::MemoReassignedIn, came.issued.face))
            }
            MemoFact::PoReassigned(moved) => {
                ("Memo reassigned", moved.posting, one(Class::MemoPoReassigned, moved.amount))
            }
            MemoFact::Shortfall(stated) => {
                let change = stated.shortfall - stated.shortfall_before;
                ("AWS credit fallen short", stated.posting, one(Class::UpstreamShortfall, change))
            }
            MemoFact::Surplus(stated) => {
                let change = stated.surplus.checked_sub(stated.surplus_before)?;
                ("AWS credit beyond its memos", stated.posting, vec![(Class::UpstreamSurplus, change)])
            }
            MemoFact::Reinstated(back) if back.returned == Some(Returned::WriteDown) => {
                ("Memo write-down taken back", back.posting, one(Class::MemoWrittenDown, -back.amount))
            }
            MemoFact::Reinstated(back) if back.returned == Some(Returned::Lapse) => {
                self.ended_of(&back.memo, back.amount).lapsed -= back.amount;
                let class = if has_credit { Class::MemoLapsed } else { Class::MemoExpired };
                ("Memo lapse taken back", back.posting, one(class, -back.amount))
            }
            MemoFact::Reinstated(back) => {
                let ended = self.ended_of(&back.memo, back.amount);
                // What ended last comes back first, and the unfunded part ended first.
                let of_expired = back.amount.min(ended.expired);
                let of_lapsed = back.amount - of_expired;
                ended.expired -= of_expired;
                ended.lapsed -= of_lapsed;
                let lapsed_class = if has_credit { Class::MemoLapsed } else { Class::MemoExpired };
                let parts = vec![(Class::MemoExpired, -of_expired.to_exact()), (lapsed_class, -of_lapsed.to_exact())];
                ("Memo reinstated", back.posting, parts)
            }
        })
    }

    fn ended_of(&mut self, memo: &MemoNumber, amount: Money) -> &mut Ended {
        let zero = amount.zeroed();
        self.ended.entry(memo.clone()).or_insert(Ended { lapsed: zero, expired: zero })
    }

    /// What a delivery is to the books: how AWS's bill changed.
    ///
    /// # Errors
    /// [`JournalFault`].
    pub fn delivery(
        &mut self,
        place: &FactPlace,
        payer: &PayerAccountId,
        period: BillingPeriod,
        fact: &DeliveryFact,
    ) -> Result<Option<JournalTransaction>, JournalFault> {
        let state = self.deliveries.entry((payer.clone(), period)).or_default();
        let totals = |state: &DeliveryState| {
            state.current().map_or((Exact::ZERO, Exact::ZERO), |bill| (bill.totals.total, -bill.totals.credits))
        };
        let (total_before, credits_before) = totals(state);
        state.evolve(fact);
        let (total, credits) = totals(state);
        let Some(currency) = state.current().map(|bill| bill.currency) else { return Ok(None) };
        let (payable, credit_lines) = (total.checked_sub(total_before)?, credits.checked_sub(credits_before)?);
        let code = currency.to_string();
        let words = PostingWords { payer: payer.as_str(), currency: &code, ..PostingWords::default() };
        let mut transaction =
            self.upstream_transaction(place, payer, period, format!("AWS bill | {period} of payer {payer}"));
        self.pair(&mut transaction, PostingClass::AwsCharges, &words, currency, payable.checked_add(credit_lines)?)?;
        self.pair(&mut transaction, PostingClass::AwsCreditLines, &words, currency, credit_lines)?;
        Ok(Some(transaction).filter(|transaction| !transaction.postings.is_empty()))
    }

    /// What a fact of an upstream credit is to the books.
    ///
    /// # Errors
    /// [`JournalFault`].
    pub fn credit(
        &mut self,
        place: &FactPlace,
        payer: &PayerAccountId,
        credit: &UpstreamCreditId,
        fact: &CreditFact,
    ) -> Result<Option<JournalTransaction>, JournalFault> {
        let attributed = match fact {
            CreditFact::Observed(observed) => {
                self.credit_currencies.insert((payer.clone(), credit.clone()), observed.terms.currency);
                return Ok(None);
            }
            CreditFact::Attributed(attributed) => attributed,
            _ => return Ok(None),
        };
        let Some(currency) = self.credit_currencies.get(&(payer.clone(), credit.clone())).copied() else {
            return Ok(None);
        };
        let code = currency.to_string();
        let words =
            PostingWords { payer: payer.as_str(), credit: credit.as_str(), currency: &code, ..PostingWords::default() };
        let description = format!("AWS applied credit {credit} | {} of payer {payer}", attributed.period);
        let mut transaction = self.upstream_transaction(place, payer, attributed.period, description);
        let change = attributed.amount.checked_sub(attributed.amount_before)?;
        self.pair(&mut transaction, PostingClass::CreditAttributed, &words, currency, change)?;
        // A fact states all that lies beyond the face in the month; what is posted is the change.
        let stood = self.beyond_face.insert((payer.clone(), credit.clone(), attributed.period), attributed.beyond_face);
        let drift = attributed.beyond_face.checked_sub(stood.unwrap_or(Exact::ZERO))?;
        self.pair(&mut transaction, PostingClass::BeyondFace, &words, currency, drift)?;
        Ok(Some(transaction).filter(|transaction| !transaction.postings.is_empty()))
    }

    /// What a fact of suspense is to the books.
    ///
    /// # Errors
    /// [`JournalFault`].
    pub fn suspense(
        &mut self,
        place: &FactPlace,
        fact: &SuspenseFact,
    ) -> Result<Option<JournalTransaction>, JournalFault> {
        let (payer, period, item, amount, what) = match fact {
            SuspenseFact::Opened(opened) => {
                (&opened.payer, opened.period, &opened.item.item, opened.item.amount, "Suspense")
            }
            SuspenseFact::Cleared(cleared) => {
                (&cleared.payer, cleared.period, &cleared.item, -cleared.amount, "Suspense cleared")
            }
            // What follows from it is attributed and cleared by facts of their own.
            SuspenseFact::Attributed(_) | SuspenseFact::Withdrawn(_) => return Ok(None),
        };
        let key = (payer.clone(), period, item.clone());
        let of_bill = self.deliveries.get(&(payer.clone(), period)).and_then(DeliveryState::current);
        let Some(currency) = self.suspended_in.get(&key).copied().or(of_bill.map(|bill| bill.currency)) else {
            return Ok(None);
        };
        self.suspended_in.insert(key, currency);
        let code = currency.to_string();
        let words = PostingWords { payer: payer.as_str(), currency: &code, ..PostingWords::default() };
        let description = format!("{what} | item {item} of {period}, payer {payer}");
        let mut transaction = self.upstream_transaction(place, payer, period, description);
        self.pair(&mut transaction, PostingClass::Suspense, &words, currency, amount)?;
        Ok(Some(transaction).filter(|transaction| !transaction.postings.is_empty()))
    }

    /// What a voided document is to the books. In a month that is billed anew it is taken back whole,
    /// and the next run posts what takes its place; later, the correction on a later statement is what
    /// is posted (rule book N39).
    ///
    /// # Errors
    /// [`JournalFault`].
    pub fn voided(
        &mut self,
        place: &FactPlace,
        voided: &DocumentVoided,
    ) -> Result<Vec<JournalTransaction>, JournalFault> {
        if voided.posting != voided.period {
            return Ok(Vec::new());
        }
        let is_of = |statement: &&MemberStatement| {
            statement.payer_account_id == voided.payer
                && statement.document_number.as_ref() == Some(&voided.document_number)
        };
        let emptied: Vec<MemberStatement> = self
            .statements
            .values()
            .filter(is_of)
            .map(|statement| MemberStatement { lines: Vec::new(), earlier_periods: Vec::new(), ..statement.clone() })
            .collect();
        let mut transactions = Vec::new();
        for statement in emptied {
            transactions.extend(self.statement(place, &statement)?);
        }
        for transaction in &mut transactions {
            transaction.description = format!("Voided: {}", transaction.description);
        }
        Ok(transactions)
    }

    /// What a statement is to the books: how what the customer is charged changed. A draft charges
    /// nobody. The month itself and the corrections of closed months are transactions of their own,
    /// since they count from other days.
    ///
    /// # Errors
    /// [`JournalFault`].
    pub fn statement(
        &mut self,
        place: &FactPlace,
        statement: &MemberStatement,
    ) -> Result<Vec<JournalTransaction>, JournalFault> {
        self.parties.state(statement);
        let Some(number) = &statement.document_number else { return Ok(Vec::new()) };
        let key = (statement.payer_account_id.clone(), statement.member_account_id.clone(), statement.period);
        let before = self.statements.insert(key, statement.clone());
        let code = statement.currency.to_string();
        let words = PostingWords {
            payer: statement.payer_account_id.as_str(),
            member: statement.member_account_id.as_str(),
            customer: statement.customer.as_str(),
            po_number: statement.po_number.as_str(),
            currency: &code,
            ..PostingWords::default()
        };
        let transaction = |effective: BillingPeriod, what: String| JournalTransaction {
            date: statement.period.last_day(),
            effective: effective.last_day(),
            place: place.text.clone(),
            description: format!("{what} | {number} account {}", statement.member_account_id),
            postings: Vec::new(),
        };
        let mut month = transaction(statement.period, "Invoice".to_owned());
        // The statement that this one replaces is taken back line by line, and this one posted.
        let replaced = before.iter().flat_map(|before| &before.lines).map(|line| (line, -line.gross));
        for (line, gross) in replaced.chain(statement.lines.iter().map(|line| (line, line.gross))) {
            let words = PostingWords { service: &line.service, kind: &line.charge_kind, ..words };
            self.pair(&mut month, PostingClass::CustomerCharged, &words, statement.currency, gross.to_exact())?;
        }
        let mut corrections: BTreeMap<BillingPeriod, Money> = BTreeMap::new();
        let zero = Money::zero(statement.currency);
        for correction in before.iter().flat_map(|before| &before.earlier_periods) {
            *corrections.entry(correction.period).or_insert(zero) -= correction.gross;
        }
        for correction in &statement.earlier_periods {
            *corrections.entry(correction.period).or_insert(zero) += correction.gross;
        }
        let party = JournalParty { customer: statement.customer.clone(), po_number: statement.po_number.clone() };
        let mut transactions = vec![month];
        for (period, gross) in corrections {
            let mut corrected = transaction(period, format!("Correction of {period}"));
            self.pair(&mut corrected, PostingClass::CustomerCorrected, &words, statement.currency, gross.to_exact())?;
            transactions.push(corrected);
        }
        for transaction in &mut transactions {
            transaction.postings.retain(|posting| !posting.amount.is_zero());
            transaction.of_party(Some(&party), Some(&party));
        }
        transactions.retain(|transaction| !transaction.postings.is_empty());
        Ok(transactions)
    }

    /// A transaction about AWS's bill of a month.
    fn upstream_transaction(
        &self,
        place: &FactPlace,
        payer: &PayerAccountId,
        period: BillingPeriod,
        description: String,
    ) -> JournalTransaction {
        let posting = self.calendar.posting(payer, period, place.billing_position);
        JournalTransaction {
            date: posting.last_day(),
            effective: period.last_day(),
            place: place.text.clone(),
            description,
            postings: Vec::new(),
        }
    }

    fn pair(
        &self,
        transaction: &mut JournalTransaction,
        class: PostingClass,
        words: &PostingWords<'_>,
        currency: Currency,
        amount: Exact,
    ) -> Result<(), MoneyError> {
        let (debit, credit) = self.templates.accounts(class, words);
        transaction.add_pair(debit, credit, currency, amount)
    }
}

/// A write-down that AWS caused takes from what AWS still owes. One by hand takes the unfunded part
/// first, as an expiry does; the funded part is the distributor's gain.
fn written_off(gone: &MemoWrittenOff, has_credit: bool, unfunded_before: Money) -> Vec<(PostingClass, Exact)> {
    let is_by_hand = matches!(gone.cause, WriteOffCause::ByHand | WriteOffCause::Adjusted);
    let down = match (has_credit, is_by_hand) {
        (true, false) => gone.amount,
        (true, true) => gone.amount.min(unfunded_before),
        (false, _) => gone.amount.zeroed(),
    };
    vec![
        (PostingClass::MemoWrittenDown, down.to_exact()),
        (PostingClass::MemoWrittenOff, (gone.amount - down).to_exact()),
    ]
}

/// The payer whose charges were paid, where that is another than the memo's.
fn paid_under(fact: &MemoFact) -> Option<&PayerAccountId> {
    match fact {
        MemoFact::Applied(applied) => applied.paid_under.as_ref(),
        MemoFact::Unapplied(back) => back.paid_under.as_ref(),
        _ => None,
    }
}

/// What else a reader of the journal asks of a memo's fact.
fn about_memo(fact: &MemoFact) -> String {
    match fact {
        MemoFact::Applied(applied) => about_charges(applied.period, applied.corrects.as_ref()),
        MemoFact::Unapplied(back) => about_charges(back.period, back.corrects.as_ref()),
        MemoFact::ReassignedOut(out) => format!(" to account {} under {}", out.to_member, out.to_payer),
        MemoFact::ReassignedIn(came) => format!(" from {}", came.from_memo),
        MemoFact::PoReassigned(moved) => format!(" from PO {} to {}", moved.from_po, moved.to_po),
        _ => String::new(),
    }
}

fn about_charges(period: BillingPeriod, corrects: Option<&crate::ids::DocumentNumber>) -> String {
    let reference = corrects.map_or_else(String::new, |number| format!(", correcting {number}"));
    format!(" for {period}{reference}")
}

/// The effective day where it is in the month of posting, else the nearest day of that month.
fn day_in(posting: BillingPeriod, effective: NaiveDate) -> NaiveDate {
    effective.clamp(posting.first_day(), posting.last_day())
}
