//! Acts by hand, decided: from what a person said (`hand_act.rs`) and from the books as they are when it is
//! decided (rule book D8). The same act is decided again after a lost race, and when a second person
//! approves it; each time with a context that was gathered anew, so that it posts to the month that is open
//! then and asks for the consent that is needed then.
//!
//! Deliberately absent: reading. Who decides gathers the context first.

use chrono::NaiveDate;
use money::{Exact, Money, MoneyError};

use super::{
    AdjustAct, AdjustMemo, AmountAct, CreditMemo, ExpireMemo, HandAct, HandRefusal, IssueAct, IssueMemo, IssueRefusal,
    MemberMemos, MemoFact, OpenMemo, PastEnd, ReassignAct, ReassignPo, RefundMemo, ReinstateAct, ReinstateMemo,
    ReviseMemos, RevisionAct, TakeOverAct, TransferAct, TransferMemo, WriteOffCause, WriteOffMemo,
    consent::check_consent, posting_of_act,
};
use crate::{
    account::MemberAccountState,
    credit::{CreditStatus, UpstreamCreditState},
    day::{YearOutOfRange, check_year},
    ids::{CustomerId, MemberAccountId, MemoNumber, PayerAccountId, PoNumber},
    period::BillingPeriod,
    policy::{MemoBasis, PoliciesOfPayer},
};

/// What memos issued by hand are of.
const PROGRAM: &str = "by hand";

/// The books as an act by hand upon one account's memos finds them.
#[derive(Debug, Clone)]
pub struct HandContext {
    /// The payer.
    pub payer: PayerAccountId,
    /// The account.
    pub member: MemberAccountId,
    /// Its memos.
    pub memos: MemberMemos,
    /// Whose the account is, and since when.
    pub account: MemberAccountState,
    /// The first period of the payer whose statements are not issued.
    pub first_unissued: Option<BillingPeriod>,
    /// The policies of the payer.
    pub policies: PoliciesOfPayer,
    /// The upstream credit that the act is about, where there is one.
    pub credit: Option<UpstreamCreditState>,
    /// Whose the account is that a move goes to.
    pub destination: Option<MemberAccountState>,
    /// The day.
    pub today: NaiveDate,
}

impl HandContext {
    /// Decides an act by hand. Of a transfer this is the outgoing side.
    ///
    /// # Errors
    /// [`HandRefusal`].
    pub fn decide(&self, act: &HandAct) -> Result<Vec<MemoFact>, HandRefusal> {
        match act {
            HandAct::Issue(act) => self.issue(act),
            HandAct::Adjust(act) => self.adjust(act),
            HandAct::WriteOff(act) => self.write_off(act),
            HandAct::Refund(act) => self.refund(act),
            HandAct::ReassignPo(act) => self.reassign(act),
            HandAct::Transfer(act) => self.transfer(act),
            HandAct::Expire(act) => self.expire(act),
            HandAct::Reinstate(act) => self.reinstate(act),
            HandAct::Import(rows) => self.take_over(rows),
            HandAct::Revise(act) => self.revise(act),
        }
    }

    /// Whether the policies that are in force for the next statement ask for a second person.
    pub fn needs_second_person(&self, act: &HandAct) -> bool {
        self.policies.in_force(self.posting(self.today)).four_eyes.contains(&act.kind())
    }

    fn posting(&self, effective: NaiveDate) -> BillingPeriod {
        posting_of_act(self.first_unissued, effective)
    }

    /// The day an act counts from: the one that was named, else the day it is decided.
    fn day(&self, said: Option<NaiveDate>) -> Result<NaiveDate, YearOutOfRange> {
        check_year("date", said.unwrap_or(self.today))
    }

    /// An amount as it was written, in the currency of the memo.
    fn money(&self, memo: &CreditMemo, said: Option<Exact>) -> Result<Option<Money>, MoneyError> {
        said.map(|amount| amount.to_money(memo.currency)).transpose()
    }

    fn issue(&self, act: &IssueAct) -> Result<Vec<MemoFact>, HandRefusal> {
        // A second memo for one credit and owner is a mistake, whoever makes it (rule book N40).
        if let Some(credit) = &act.credit
            && let Some(memo) = self.memos.of_credit(credit)
        {
            return Err(IssueRefusal::HasMemo { credit: credit.clone(), memo: memo.number.clone() }.into());
        }
        let start_date = check_year("start", act.start_date.unwrap_or(self.today))?;
        let end_date = act.end_date.map(|end| check_year("end", end)).transpose()?;
        let policies = self.policies.in_force(BillingPeriod::containing(start_date));
        let command = IssueMemo {
            payer: self.payer.clone(),
            member: self.member.clone(),
            credit: act.credit.clone(),
            supplements: None,
            description: act.description.clone(),
            program: PROGRAM.to_owned(),
            currency: act.currency,
            face: act.face.to_money(act.currency)?,
            start_date,
            end_date,
            terms: act.terms.clone(),
            // A person's promise stands whatever AWS applies.
            basis: MemoBasis::Face,
            policy: policies.hash(),
            first_unissued: self.first_unissued,
            new_ownership: false,
        };
        Ok(self.memos.decide_issue(&command)?)
    }

    fn adjust(&self, act: &AdjustAct) -> Result<Vec<MemoFact>, HandRefusal> {
        let memo = self.memos.known(&act.memo)?;
        let effective = self.day(act.effective)?;
        let posting = self.posting(effective);
        self.memos.decide_adjust(&AdjustMemo {
            memo: act.memo.clone(),
            change: act.change.to_money(memo.currency)?,
            effective,
            posting,
            policy: self.policies.in_force(posting).hash(),
            first_unissued: self.first_unissued,
            after_upstream_end: self.has_ended_upstream(memo),
        })
    }

    /// Whether AWS has cancelled a memo's credit, or given it to another account (rule book N8, N25).
    fn has_ended_upstream(&self, memo: &CreditMemo) -> bool {
        let Some(credit) = self.credit.as_ref().filter(|_| memo.credit.is_some()) else { return false };
        let is_anothers = credit.terms.as_ref().is_some_and(|terms| terms.owner != self.member);
        credit.status == CreditStatus::Cancelled || is_anothers
    }

    fn write_off(&self, act: &AmountAct) -> Result<Vec<MemoFact>, HandRefusal> {
        let amount = self.money(self.memos.known(&act.memo)?, act.amount)?;
        let effective = self.day(act.effective)?;
        let (memo, cause, posting) = (act.memo.clone(), WriteOffCause::ByHand, self.posting(effective));
        self.memos.decide_write_off(&WriteOffMemo { memo, amount, cause, effective, posting })
    }

    fn refund(&self, act: &AmountAct) -> Result<Vec<MemoFact>, HandRefusal> {
        let amount = self.money(self.memos.known(&act.memo)?, act.amount)?;
        let effective = self.day(act.effective)?;
        let (memo, posting) = (act.memo.clone(), self.posting(effective));
        self.memos.decide_refund(&RefundMemo { memo, amount, effective, posting })
    }

    fn expire(&self, act: &AmountAct) -> Result<Vec<MemoFact>, HandRefusal> {
        let amount = self.money(self.memos.known(&act.memo)?, act.amount)?;
        let effective = self.day(act.effective)?;
        let posting = self.posting(effective);
        let (memo, policy) = (act.memo.clone(), self.policies.in_force(posting).hash());
        self.memos.decide_expire(&ExpireMemo { memo, amount, effective, posting, policy })
    }

    fn reinstate(&self, act: &ReinstateAct) -> Result<Vec<MemoFact>, HandRefusal> {
        let amount = self.money(self.memos.known(&act.memo)?, act.amount)?;
        let effective = self.day(act.effective)?;
        let posting = self.posting(effective);
        let past_end = Some(PastEnd::of(&self.policies.in_force(posting)));
        let usable_until = act.usable_until.map(|until| check_year("until", until)).transpose()?;
        let memo = act.memo.clone();
        self.memos.decide_reinstate(&ReinstateMemo { memo, amount, usable_until, effective, posting, past_end })
    }

    /// Whose a memo is, by customer and PO number: as it was first billed or reassigned, else as its account
    /// is assigned on the day.
    fn owner_on(&self, memo: &MemoNumber, day: NaiveDate) -> Result<(CustomerId, PoNumber), HandRefusal> {
        let memo = self.memos.known(memo)?;
        let assigned = || self.account.on(day).or_else(|| self.account.assignments().last());
        let of_account = || assigned().map(|one| (one.customer.clone(), one.po_number.clone()));
        Ok(memo.assigned_to.clone().or_else(of_account).unwrap_or_default())
    }

    fn reassign(&self, act: &ReassignAct) -> Result<Vec<MemoFact>, HandRefusal> {
        if act.customer.is_none() && act.po_number.is_none() {
            return Err(HandRefusal::NoDestination(act.memo.clone()));
        }
        let effective = self.day(act.effective)?;
        let from = self.owner_on(&act.memo, effective)?;
        let customer = act.customer.clone().unwrap_or_else(|| from.0.clone());
        check_consent(&act.memo, &from.0, &customer, act.consent)?;
        let po_number = act.po_number.clone().unwrap_or_else(|| from.1.clone());
        let (memo, posting) = (act.memo.clone(), self.posting(effective));
        self.memos.decide_reassign_po(&ReassignPo { memo, customer, po_number, from, effective, posting })
    }

    fn transfer(&self, act: &TransferAct) -> Result<Vec<MemoFact>, HandRefusal> {
        let memo = self.memos.known(&act.memo)?;
        let effective = self.day(act.effective)?;
        let from = self.owner_on(&act.memo, effective)?;
        let owner = self.destination.as_ref().and_then(|account| {
            account.on(effective).or_else(|| account.assignments().last()).map(|one| one.customer.clone())
        });
        check_consent(&act.memo, &from.0, &owner.unwrap_or_default(), act.consent)?;
        let command = TransferMemo {
            memo: act.memo.clone(),
            transfer: memo.next_transfer_id(),
            to_payer: act.to_payer.clone().unwrap_or_else(|| self.payer.clone()),
            to_member: act.to_member.clone(),
            amount: self.money(memo, act.amount)?,
            unfunded_first: false,
            effective,
            posting: self.posting(effective),
        };
        Ok(vec![self.memos.decide_transfer_out(&command)?.0])
    }

    /// The rows of a cut-over file that are of this account, in their order.
    fn take_over(&self, rows: &[TakeOverAct]) -> Result<Vec<MemoFact>, HandRefusal> {
        let mut memos = self.memos.clone();
        let mut facts = Vec::new();
        for (at, row) in rows.iter().enumerate() {
            let same_before = rows[..at].iter().filter(|before| *before == row).count();
            let opened = self.opening(row, same_before).and_then(|command| Ok(memos.decide_open(&command)?));
            let opened = opened.map_err(|why| HandRefusal::TakeOver {
                former: row.former_number.clone(),
                member: row.member.clone(),
                why: Box::new(why),
            })?;
            for fact in opened {
                memos.evolve(&fact)?;
                facts.push(fact);
            }
        }
        Ok(facts)
    }

    fn opening(&self, row: &TakeOverAct, same_before: usize) -> Result<OpenMemo, HandRefusal> {
        row.check_figures()?;
        let of_figures = BillingPeriod::containing(row.as_of);
        Ok(OpenMemo {
            issue: IssueMemo {
                payer: row.payer.clone(),
                member: row.member.clone(),
                credit: row.credit.clone(),
                supplements: None,
                description: row.description.clone(),
                program: row.program.clone(),
                currency: row.currency,
                face: row.face.to_money(row.currency)?,
                start_date: row.start_date,
                end_date: row.end_date,
                terms: row.terms.clone(),
                basis: MemoBasis::Face,
                policy: self.policies.in_force(of_figures).hash(),
                // What was before the cut-over is on the other system's statements.
                first_unissued: self.first_unissued.max(Some(of_figures)),
                new_ownership: false,
            },
            applied_before: row.applied_before.to_money(row.currency)?,
            funded_before: row.funded_before,
            as_of: row.as_of,
            former_number: row.former_number.clone(),
            evidence: row.evidence.clone(),
            same_before,
        })
    }

    /// A revision is done as AWS states the credit now, or not at all.
    fn revise(&self, act: &RevisionAct) -> Result<Vec<MemoFact>, HandRefusal> {
        let change = match &self.credit {
            Some(credit) => credit.face_change_of_owner()?,
            None => Exact::ZERO,
        };
        if change != act.change {
            return Err(HandRefusal::OutOfDate { credit: act.credit.clone(), change });
        }
        self.memos.decide_revise(&ReviseMemos {
            credit: act.credit.clone(),
            change: act.change,
            effective: act.effective,
            policy: self.policies.in_force(BillingPeriod::containing(act.effective)).hash(),
            first_unissued: self.first_unissued,
        })
    }
}
