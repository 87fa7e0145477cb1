//! The customer and PO number that a memo stands under, from one event to the next: those of its account's first
//! statement, and from a move on those it was moved to (rule book W12, N22). Before any statement it is what was
//! known of the account when the event was decided.

use std::collections::BTreeMap;

use super::JournalParty;
use crate::{
    account::{MemberAccountState, MemberAssigned},
    billing::MemberStatement,
    ids::{MemberAccountId, MemoNumber, PayerAccountId},
    memo::{MemoFact, MemoPoReassigned},
    period::BillingPeriod,
};

type MemberAccount = (PayerAccountId, MemberAccountId);

/// Where memos stand.
#[derive(Debug, Clone, Default)]
pub(super) struct MemoParties {
    assigned: BTreeMap<MemberAccount, Vec<(u64, MemberAssigned)>>,
    stated: BTreeMap<MemberAccount, BTreeMap<BillingPeriod, JournalParty>>,
    standing: BTreeMap<MemoNumber, JournalParty>,
}

impl MemoParties {
    /// Notes an assignment with its position in the accounts stream; positions come in order.
    pub(super) fn assign(&mut self, position: u64, assigned: &MemberAssigned) {
        let account = (assigned.payer.clone(), assigned.member.clone());
        self.assigned.entry(account).or_default().push((position, assigned.clone()));
    }

    /// Notes whose an account's statement of a month is.
    pub(super) fn state(&mut self, statement: &MemberStatement) {
        if statement.customer.is_blank() {
            return;
        }
        let account = (statement.payer_account_id.clone(), statement.member_account_id.clone());
        let party = JournalParty { customer: statement.customer.clone(), po_number: statement.po_number.clone() };
        self.stated.entry(account).or_default().insert(statement.period, party);
    }

    /// Notes where a memo stood before its first move, whatever its account's assignments say.
    pub(super) fn stood(&mut self, moved: &MemoPoReassigned) {
        self.standing.entry(moved.memo.clone()).or_insert_with(|| from_of(moved));
    }

    /// The parties that an event debits and credits: the same, but for a move.
    pub(super) fn of(
        &mut self,
        account: &MemberAccount,
        fact: &MemoFact,
        posting: BillingPeriod,
        accounts_position: u64,
    ) -> (Option<JournalParty>, Option<JournalParty>) {
        if let MemoFact::PoReassigned(moved) = fact {
            let to = JournalParty { customer: moved.to_customer.clone(), po_number: moved.to_po.clone() };
            self.standing.insert(moved.memo.clone(), to.clone());
            return (Some(from_of(moved)), Some(to));
        }
        if !self.standing.contains_key(fact.memo())
            && let Some(party) = self.stated_from(account, posting)
        {
            self.standing.insert(fact.memo().clone(), party);
        }
        let standing = self.standing.get(fact.memo()).cloned();
        let party = standing.or_else(|| self.account_in(account, fact, posting, accounts_position));
        (party.clone(), party)
    }

    fn stated_from(&self, account: &MemberAccount, posting: BillingPeriod) -> Option<JournalParty> {
        self.stated.get(account)?.range(posting..).next().map(|(_, party)| party.clone())
    }

    fn account_in(
        &self,
        account: &MemberAccount,
        fact: &MemoFact,
        posting: BillingPeriod,
        accounts_position: u64,
    ) -> Option<JournalParty> {
        let known = self.assigned.get(account)?.iter().take_while(|(position, _)| *position <= accounts_position);
        let state = known.fold(MemberAccountState::default(), |state, (_, assigned)| state.evolve(assigned));
        let assignment = state.for_processing(posting, fact.effective())?;
        Some(JournalParty { customer: assignment.customer.clone(), po_number: assignment.po_number.clone() })
    }
}

fn from_of(moved: &MemoPoReassigned) -> JournalParty {
    JournalParty { customer: moved.from_customer.clone(), po_number: moved.from_po.clone() }
}
