//! What was gathered of a member account under one payer. Each is read once, whatever asks for it.

use std::collections::BTreeMap;

use money::{Currency, Exact, Money};

use crate::{
    account::MemberAccountState,
    billing::MemberStatement,
    ids::{CustomerId, DocumentNumber, MemberAccountId, PayerAccountId, PoNumber},
    memo::MemberMemos,
    period::BillingPeriod,
    usage::MemberUsage,
};

/// A member account under one payer.
#[derive(Debug, Clone)]
pub struct AccountInputs {
    /// The account.
    pub member: MemberAccountId,
    /// Whether a memo was ever issued to it under this payer.
    pub holds_memos: bool,
    /// Its memos as they stand.
    pub memos: MemberMemos,
    /// Whose it is, from which day on.
    pub account: MemberAccountState,
    /// What the bills say of it that count: the month asked about, and those that may refund it.
    pub usage: BTreeMap<BillingPeriod, MemberUsage>,
    /// Its statements as they stand: of the months that are corrected or refunded, and each that
    /// corrects another month.
    pub statements: BTreeMap<BillingPeriod, MemberStatement>,
}

/// A member account with everything that a run decides about it upon.
#[derive(Debug, Clone)]
pub struct MemberInputs {
    /// Under the payer that is billed.
    pub own: AccountInputs,
    /// The customer and PO number of its last statement before the month that names a customer.
    pub last_assigned: Option<(CustomerId, PoNumber)>,
    /// Under other payers of ours; empty for nearly every account (rule book N21).
    pub elsewhere: BTreeMap<PayerAccountId, AccountInputs>,
}

/// What a month's statement and the corrections since have charged a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BilledSoFar {
    /// The charges.
    pub gross: Money,
    /// What memos paid of them.
    pub applied: Money,
    /// The month's document.
    pub document: Option<DocumentNumber>,
    /// The currency and rate of the month's document, where it was in another than the bill's.
    pub converted_at: Option<(Currency, Exact)>,
}

impl AccountInputs {
    /// An account of which nothing is known yet.
    pub fn nothing(member: MemberAccountId) -> Self {
        Self {
            member,
            holds_memos: false,
            memos: MemberMemos::default(),
            account: MemberAccountState::default(),
            usage: BTreeMap::new(),
            statements: BTreeMap::new(),
        }
    }

    /// What has been billed of a month, leaving out the corrections on one statement.
    pub fn billed_so_far(
        &self,
        period: BillingPeriod,
        currency: Currency,
        leaving_out: Option<BillingPeriod>,
    ) -> BilledSoFar {
        let zero = Money::zero(currency);
        let mut billed = BilledSoFar { gross: zero, applied: zero, document: None, converted_at: None };
        for statement in self.statements.values().filter(|statement| statement.currency == currency) {
            if statement.period == period {
                billed.gross += statement.gross;
                billed.applied += Money::sum(currency, statement.lines.iter().map(|line| line.applied));
                billed.document.clone_from(&statement.document_number);
                let converted = statement.in_document_currency.as_ref();
                billed.converted_at = converted.map(|converted| (converted.currency, converted.rate));
            }
            if Some(statement.period) == leaving_out {
                continue;
            }
            for correction in statement.earlier_periods.iter().filter(|correction| correction.period == period) {
                billed.gross += correction.gross;
                billed.applied += correction.applied;
            }
        }
        billed
    }

    /// Whether a memo changed in a month after its statement was made: the statement does not end with what
    /// the memo holds (rule book D7).
    pub fn is_behind(&self, period: BillingPeriod) -> bool {
        let Some(statement) = self.statements.get(&period) else { return false };
        statement.memos.iter().any(|said| {
            let memo = self.memos.memos.get(&said.memo_number);
            memo.is_some_and(|memo| memo.balance_through(period) != said.balance_of_funds)
        })
    }

    /// What the statements say that memos of `home` paid of a month; none where it has no statement.
    pub fn shown_as_paid(&self, period: BillingPeriod, home: &PayerAccountId) -> Option<Money> {
        let currency = self.statements.get(&period)?.currency;
        let said = self.statements.values().flat_map(|statement| &statement.paid_by_other_payers);
        let of_home = said.filter(|paid| paid.payer_account_id == *home && paid.period == period);
        Some(Money::sum(currency, of_home.map(|paid| paid.applied)))
    }

    /// What the statements say that memos of any other payer paid of a month.
    pub fn shown_as_paid_by_others(&self, period: BillingPeriod) -> Option<Money> {
        let said = self.statements.values().flat_map(|statement| &statement.paid_by_other_payers);
        said.filter(|paid| paid.period == period).map(|paid| paid.applied).sum()
    }
}
