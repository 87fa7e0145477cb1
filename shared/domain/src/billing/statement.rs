//! A member's monthly statement: prior balance, utilisation, balance of funds. It is recorded with
//! the document it belongs to, and its columns foot:
//!
//! ```text
//! prior_balance + issued + corrections - applied - expired = balance_of_funds
//! ```

use money::{Currency, Money, Rounding};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ConvertedCorrection, ConvertedStatement};
use crate::{
    ids::{CustomerId, DocumentNumber, MemberAccountId, MemoNumber, PayerAccountId, PoNumber, RunId, UpstreamCreditId},
    memo::{CreditMemo, DrawPlan, MemberMemos, Movement, PlannedLine, expiry_in_words},
    period::BillingPeriod,
    policy::{Policies, PolicyHash},
};

/// One memo on a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StatementMemo {
    /// Its number.
    pub memo_number: MemoNumber,
    /// The upstream credit.
    #[serde(default)]
    pub credit_id: Option<UpstreamCreditId>,
    /// The credit's description.
    pub description: String,
    /// The credit's programme.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub program: String,
    /// What it brought forward.
    pub prior_balance: Money,
    /// What entered with this statement.
    pub issued: Money,
    /// Other changes, signed as they change the balance.
    pub corrections: Money,
    /// What it paid of this period.
    pub applied: Money,
    /// What lapsed and expired.
    pub expired: Money,
    /// What is left.
    pub balance_of_funds: Money,
    /// Its last day.
    #[serde(default)]
    pub end_date: Option<chrono::NaiveDate>,
    /// What becomes of it at its end, by the policies it was drawn under; blank without an end.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub expiry_rule: String,
}

/// What one seller of record charges on one of AWS's invoices (rule book N38).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StatementSeller {
    /// The legal entity; blank where the bill does not say.
    pub legal_entity: String,
    /// `AWS` or `AWS Marketplace`; blank where the bill does not say.
    pub billing_entity: String,
    /// AWS's invoice; blank until the bill is final.
    pub invoice_id: String,
    /// What the customer is charged.
    pub gross: Money,
    /// What memos pay.
    pub applied: Money,
    /// What is left to pay.
    pub due: Money,
}

/// One service and charge kind on a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StatementLine {
    /// Product code.
    pub service: String,
    /// The line type, in the bill's words.
    pub charge_kind: String,
    /// What the customer is charged.
    pub gross: Money,
    /// What of it a memo may pay.
    pub eligible: Money,
    /// What memos pay.
    pub applied: Money,
    /// What is left to pay.
    pub due: Money,
}

impl From<&PlannedLine> for StatementLine {
    fn from(line: &PlannedLine) -> Self {
        Self {
            service: line.service.as_str().to_owned(),
            charge_kind: line.charge_kind.as_str().to_owned(),
            gross: line.gross,
            eligible: line.eligible,
            applied: line.applied,
            due: line.due,
        }
    }
}

/// A correction of a closed month on a later document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Correction {
    /// The month corrected.
    pub period: BillingPeriod,
    /// The document corrected.
    #[serde(default)]
    pub corrects: Option<DocumentNumber>,
    /// The change of the charges.
    pub gross: Money,
    /// The change of what memos pay.
    pub applied: Money,
    /// The change of what is due.
    pub due: Money,
    /// The same in the document's currency, at the rate of the document corrected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_document_currency: Option<ConvertedCorrection>,
}

/// What a memo paid of charges under another payer of ours than its own (rule book N21).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PaidAcrossPayers {
    /// The other payer: whose charges were paid, or whose memo paid.
    pub payer_account_id: PayerAccountId,
    /// The memo.
    pub memo_number: MemoNumber,
    /// The month of the charges.
    pub period: BillingPeriod,
    /// What it paid; on a correction, the change.
    pub applied: Money,
}

/// A member's statement of a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MemberStatement {
    /// The payer.
    pub payer_account_id: PayerAccountId,
    /// The account.
    pub member_account_id: MemberAccountId,
    /// Its customer; blank while the account is unassigned.
    pub customer: CustomerId,
    /// Its PO number at processing.
    pub po_number: PoNumber,
    /// The month.
    pub period: BillingPeriod,
    /// The currency of all amounts.
    pub currency: Currency,
    /// The document it is part of; none for a draft, or without an assigned customer.
    #[serde(default)]
    pub document_number: Option<DocumentNumber>,
    /// Brought forward.
    pub prior_balance: Money,
    /// Memos that enter with this statement.
    pub issued: Money,
    /// Other changes, signed as they change the balance.
    pub corrections: Money,
    /// Charges that a memo may pay, before the draw.
    pub utilisation: Money,
    /// What memos pay of this month.
    pub applied: Money,
    /// What lapsed and expired.
    pub expired: Money,
    /// What is left.
    pub balance_of_funds: Money,
    /// All charges.
    pub gross: Money,
    /// This account's share of what the customer pays, corrections included.
    pub due: Money,
    /// Each memo.
    pub memos: Vec<StatementMemo>,
    /// Each service and charge kind.
    pub lines: Vec<StatementLine>,
    /// Each seller of record and invoice, where the month has several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sellers: Vec<StatementSeller>,
    /// Corrections of closed months.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier_periods: Vec<Correction>,
    /// What of `applied` and `corrections` paid charges of this account under other payers of ours:
    /// on that payer's statement, not among these lines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paid_under_other_payers: Vec<PaidAcrossPayers>,
    /// What memos of other payers of ours paid of these lines: their balances are on that payer's
    /// statement.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paid_by_other_payers: Vec<PaidAcrossPayers>,
    /// The same in the currency of the customer's document, where that is another, at its rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_document_currency: Option<ConvertedStatement>,
    /// How it was rounded.
    pub rounding: Rounding,
    /// The policies it was decided under.
    pub policy: PolicyHash,
    /// The run that made it.
    pub run: RunId,
}

/// The payer's statements that were issued before this one: what they showed is brought forward,
/// never shown again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct StatementsBefore {
    /// The last earlier month with statements; none for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub former: Option<BillingPeriod>,
    /// The last later month with statements: this one is late, and follows that (rule book N19, W7).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub later: Option<BillingPeriod>,
}

/// What a statement is made of.
#[derive(Debug, Clone)]
pub struct StatementInput<'a> {
    /// The payer.
    pub payer: &'a PayerAccountId,
    /// The account.
    pub member: &'a MemberAccountId,
    /// Its customer and PO number; blank while unassigned.
    pub assigned_to: (CustomerId, PoNumber),
    /// The month.
    pub period: BillingPeriod,
    /// What was issued before it.
    pub follows: StatementsBefore,
    /// The currency.
    pub currency: Currency,
    /// The account's memos after the draw.
    pub memos: &'a MemberMemos,
    /// How the month is paid.
    pub plan: &'a DrawPlan,
    /// Corrections of closed months.
    pub earlier_periods: Vec<Correction>,
    /// What those corrections changed of what memos of other payers paid.
    pub earlier_by_other_payers: Vec<PaidAcrossPayers>,
    /// The policies.
    pub policies: &'a Policies,
    /// Their hash.
    pub policy: &'a PolicyHash,
    /// The run.
    pub run: &'a RunId,
}

/// Makes a member's statement. It foots by construction: every column is a sum over the memos'
/// movements in the statement's period, and the balance is their sum.
pub fn make_statement(input: StatementInput<'_>) -> MemberStatement {
    let StatementInput {
        payer,
        member,
        assigned_to,
        period,
        follows,
        currency,
        memos,
        plan,
        earlier_periods,
        earlier_by_other_payers,
        policies,
        policy,
        run,
    } = input;
    let rounding = policies.rounding;
    let shown: Vec<StatementMemo> = memos
        .in_order_of_issue()
        .into_iter()
        .filter(|memo| memo.currency == currency)
        .filter_map(|memo| {
            let (prior_balance, movement) = brought_forward(memo, period, follows);
            if prior_balance.is_zero() && movement.is_nothing() {
                return None;
            }
            Some(StatementMemo {
                memo_number: memo.number.clone(),
                credit_id: memo.credit.clone(),
                description: memo.description.clone(),
                program: memo.program.clone(),
                expiry_rule: expiry_in_words(policies, memo.usable_until.max(memo.end_date)),
                prior_balance,
                issued: movement.issued,
                corrections: movement.corrections,
                applied: movement.applied,
                expired: movement.expired,
                balance_of_funds: prior_balance + movement.net(),
                end_date: memo.end_date,
            })
        })
        .collect();
    let sum = |of: fn(&StatementMemo) -> Money| Money::sum(currency, shown.iter().map(of));
    let corrections_due = Money::sum(currency, earlier_periods.iter().map(|correction| correction.due));
    MemberStatement {
        payer_account_id: payer.clone(),
        member_account_id: member.clone(),
        customer: assigned_to.0,
        po_number: assigned_to.1,
        period,
        currency,
        document_number: None,
        prior_balance: sum(|memo| memo.prior_balance),
        issued: sum(|memo| memo.issued),
        corrections: sum(|memo| memo.corrections),
        utilisation: plan.eligible,
        applied: sum(|memo| memo.applied),
        expired: sum(|memo| memo.expired),
        balance_of_funds: sum(|memo| memo.balance_of_funds),
        gross: plan.gross,
        due: plan.due + corrections_due,
        memos: shown,
        lines: plan.lines.iter().map(StatementLine::from).collect(),
        sellers: sellers_of(plan),
        earlier_periods,
        paid_under_other_payers: paid_under_other_payers(memos, currency, period, follows),
        paid_by_other_payers: paid_by_other_payers(plan, period).chain(earlier_by_other_payers).collect(),
        in_document_currency: None,
        rounding,
        policy: policy.clone(),
        run: run.clone(),
    }
}

/// What the statement shows of what its memos paid under other payers.
fn paid_under_other_payers(
    memos: &MemberMemos,
    currency: Currency,
    period: BillingPeriod,
    follows: StatementsBefore,
) -> Vec<PaidAcrossPayers> {
    let former = if follows.later.is_some() { Some(period.previous()) } else { follows.former };
    let mut shown = Vec::new();
    for memo in memos.in_order_of_issue().into_iter().filter(|memo| memo.currency == currency) {
        for (payer, periods) in &memo.across {
            for (of, application) in periods {
                let after = |at: BillingPeriod| former.is_none_or(|former| at > former);
                let posted = application.by_posting.range(..=period).filter(|(at, _)| after(**at));
                let applied = Money::sum(currency, posted.map(|(_, amount)| *amount));
                if !applied.is_zero() {
                    let memo_number = memo.number.clone();
                    shown.push(PaidAcrossPayers { payer_account_id: payer.clone(), memo_number, period: *of, applied });
                }
            }
        }
    }
    shown
}

/// What memos of other payers pay of the month.
fn paid_by_other_payers(plan: &DrawPlan, period: BillingPeriod) -> impl Iterator<Item = PaidAcrossPayers> {
    plan.by_other_payers.iter().filter(|(_, draw)| draw.amount.is_positive()).map(move |(payer, draw)| {
        PaidAcrossPayers {
            payer_account_id: payer.clone(),
            memo_number: draw.memo.clone(),
            period,
            applied: draw.amount,
        }
    })
}

/// The sellers of record of a month; one alone needs no telling apart.
fn sellers_of(plan: &DrawPlan) -> Vec<StatementSeller> {
    if plan.sellers.len() < 2 {
        return Vec::new();
    }
    plan.sellers
        .iter()
        .map(|one| StatementSeller {
            legal_entity: one.seller.legal_entity.clone(),
            billing_entity: one.seller.billing_entity.clone(),
            invoice_id: one.seller.invoice_id.clone(),
            gross: one.gross,
            applied: one.applied,
            due: one.due,
        })
        .collect()
}

/// What a memo brings forward into a month, and what the month's statement shows of it.
fn brought_forward(memo: &CreditMemo, period: BillingPeriod, follows: StatementsBefore) -> (Money, Movement) {
    if let Some(later) = follows.later {
        // A later month's statement went out first and brought all of this forward but the draw.
        let own = memo.movement_between(Some(period.previous()), period);
        let shown = Movement { issued: own.issued.zeroed(), ..own };
        return (memo.balance_through(later) - shown.net(), shown);
    }
    let prior = follows.former.map_or(memo.face.zeroed(), |former| memo.balance_through(former));
    (prior, memo.movement_between(follows.former, period))
}

impl MemberStatement {
    /// Whether the columns foot.
    pub fn foots(&self) -> bool {
        let balance = self.prior_balance + self.issued + self.corrections - self.applied - self.expired;
        let lines_due = Money::sum(self.currency, self.lines.iter().map(|line| line.due));
        let corrections_due = Money::sum(self.currency, self.earlier_periods.iter().map(|correction| correction.due));
        let converted_foots = self.in_document_currency.as_ref().is_none_or(|converted| {
            let lines =
                |of: fn(&super::ConvertedLine) -> Money| Money::sum(converted.currency, converted.lines.iter().map(of));
            lines(|line| line.gross) == converted.gross && lines(|line| line.applied) == converted.applied
        });
        let sellers_due = Money::sum(self.currency, self.sellers.iter().map(|seller| seller.due));
        let sellers_foot = self.sellers.is_empty() || sellers_due == lines_due;
        balance == self.balance_of_funds && sellers_foot && lines_due + corrections_due == self.due && converted_foots
    }
}
