//! Why a member's statement says what it says: what is due, the balance of funds, each line.

use std::collections::BTreeMap;

use money::{Exact, Money, MoneyError, Rounding};
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    BilledCharge, BilledCreditLine, Check, Derivation, EventPosition, OtherPayersMemos, Placed, Rule, SaidPaid,
    charges::{BillOf, ExplainedMonth},
    cross_payer::PaidByOther,
    memo::{balances_of, change_of, paid_for, payment},
    node::mode_name,
};
use crate::{
    billing::{Correction, MemberStatement, StatementLine, StatementSeller, StatementsBefore},
    ids::PayerAccountId,
    memo::{AcrossPayers, DrawPeriod, DrawPlan, DrawRefusal, MemberMemos, MemoDraw, MemoFact, is_eligible},
    period::BillingPeriod,
    policy::Policies,
    rating::RatedMonth,
};

/// What a statement was made of, as it was known when it was recorded.
#[derive(Debug, Clone)]
pub struct DocumentBasis<'a> {
    /// The statement as it was recorded.
    pub statement: &'a Placed<MemberStatement>,
    /// How far each stream had been read.
    pub basis: &'a BTreeMap<String, u64>,
    /// The policies of the month.
    pub policies: &'a Policies,
    /// The month as the run rates it.
    pub month: &'a RatedMonth,
    /// The charges of the account.
    pub charges: Vec<BilledCharge>,
    /// The credit lines on the account.
    pub credit_lines: Vec<BilledCreditLine>,
    /// The account's memos after the draw.
    pub memos: &'a MemberMemos,
    /// What had happened to them.
    pub memo_facts: &'a [Placed<MemoFact>],
    /// The account's month under other payers of ours.
    pub across: &'a AcrossPayers<'a>,
    /// The memos there that paid charges of this payer.
    pub others: &'a [OtherPayersMemos],
    /// The statements that went out before.
    pub follows: StatementsBefore,
    /// Corrected months.
    pub corrections: Vec<CorrectionBasis>,
}

/// What a correction was made of.
#[derive(Debug, Clone)]
pub struct CorrectionBasis {
    /// The month corrected.
    pub period: BillingPeriod,
    /// Its policies.
    pub policies: Policies,
    /// Its charges as they were known then, refunds on later bills included.
    pub charges: Vec<BilledCharge>,
    /// Its credit lines.
    pub credit_lines: Vec<BilledCreditLine>,
    /// What had been settled of it.
    pub settled: Vec<SettledBefore>,
    /// What of it statements before said that memos of other payers paid.
    pub said_paid: Vec<SaidPaid>,
}

/// What a statement had settled of a month.
#[derive(Debug, Clone)]
pub struct SettledBefore {
    /// The statement's month.
    pub by: BillingPeriod,
    /// The charges.
    pub gross: Money,
    /// Where it was recorded.
    pub at: EventPosition,
}

/// A line of a document, explained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LineExplanation {
    /// The service.
    pub service: String,
    /// The line type, in the bill's words.
    pub charge_kind: String,
    /// What is left to pay: what is charged, less what memos pay.
    pub due: Derivation,
}

/// A seller of record with one of AWS's invoices, explained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SellerExplanation {
    /// The legal entity; blank where the bill does not say.
    pub legal_entity: String,
    /// `AWS` or `AWS Marketplace`.
    pub billing_entity: String,
    /// AWS's invoice.
    pub invoice_id: String,
    /// What is left to pay: what is charged, less what memos pay.
    pub due: Derivation,
}

/// A member's statement, explained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DocumentExplanation {
    /// The payer.
    pub payer_account_id: String,
    /// The account.
    pub member_account_id: String,
    /// The month.
    pub period: String,
    /// The currency of all amounts.
    pub currency: String,
    /// The document; none for a draft, or without an assigned customer.
    pub document_number: Option<String>,
    /// Where the statement was recorded.
    pub recorded_as: EventPosition,
    /// How far each stream had been read when it was decided.
    pub basis: BTreeMap<String, u64>,
    /// The run that made it.
    pub run: String,
    /// The policies, by hash.
    pub policy: String,
    /// How it was rounded.
    pub rounding: Rounding,
    /// What the customer pays for the account.
    pub due: Derivation,
    /// The same in the currency of the customer's document, where that is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_in_document_currency: Option<Derivation>,
    /// Charges that a memo may pay.
    pub utilisation: Derivation,
    /// What is left of the memos.
    pub balance_of_funds: Derivation,
    /// Each line.
    pub lines: Vec<LineExplanation>,
    /// Each seller of record and invoice, where the month has several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sellers: Vec<SellerExplanation>,
    /// How it ties to what AWS's bill says of the account, credit lines included.
    pub aws_bill: Derivation,
    /// What was derived again, beside what was recorded.
    pub checks: Vec<Check>,
    /// Whether all of them agree.
    pub agrees: bool,
}

/// Explains a statement.
///
/// # Errors
/// [`DrawRefusal`] where a sum cannot be held exactly, or days are missing.
pub fn explain_document(basis: DocumentBasis<'_>) -> Result<DocumentExplanation, DrawRefusal> {
    let statement = &basis.statement.said;
    let bill = BillOf {
        payer: &statement.payer_account_id,
        member: &statement.member_account_id,
        period: statement.period,
        currency: statement.currency,
    };
    let explained = ExplainedMonth::of(bill, &basis.charges, &basis.credit_lines, basis.policies)?;
    let planned = |month: &RatedMonth| -> Result<DrawPlan, DrawRefusal> {
        let (run, policies, policy) = (&statement.run, basis.policies, &statement.policy);
        let command = DrawPeriod { run, month, policies, policy };
        Ok(basis.memos.decide_draw_across(&command, basis.across)?.plan)
    };
    // Tax on what is left is known once the draws are: the same draws, on a month with that tax.
    let rated = explained.month.digest();
    let applied = planned(&explained.month)?.applied;
    let explained = explained.with_tax_after_memo(basis.policies, applied)?;
    let plan = planned(&explained.month)?;
    let parts = Parts { basis: &basis, statement, explained: &explained, plan: &plan };

    let gross = parts.gross()?;
    let mut due = vec![gross, parts.paid()?];
    for correction in &statement.earlier_periods {
        due.push(parts.correction(bill, correction)?);
    }
    let due = Derivation::of_parts("due", statement.due, due)?.under(&statement.policy).at(&basis.statement.at);
    let mut checks = parts.checks(&rated)?;
    checks.push(Check::of("due: all of it is explained", true, !due.has_gap()));
    let balance_of_funds =
        balances_of(statement, basis.memos, basis.memo_facts, basis.follows)?.at(&basis.statement.at);
    checks.push(Check::of("balance of funds: all of it is explained", true, !balance_of_funds.has_gap()));
    let lines = statement.lines.iter().map(|line| parts.line(line)).collect::<Result<Vec<_>, _>>()?;
    checks.push(Check::of("lines: all of them are explained", true, !lines.iter().any(|line| line.due.has_gap())));
    let sellers = statement.sellers.iter().map(|one| parts.seller(one)).collect::<Result<Vec<_>, _>>()?;
    checks.push(Check::of("sellers: all of them are explained", true, !sellers.iter().any(|one| one.due.has_gap())));
    Ok(DocumentExplanation {
        payer_account_id: statement.payer_account_id.to_string(),
        member_account_id: statement.member_account_id.to_string(),
        period: statement.period.to_string(),
        currency: statement.currency.to_string(),
        document_number: statement.document_number.as_ref().map(ToString::to_string),
        recorded_as: basis.statement.at.clone(),
        basis: basis.basis.clone(),
        run: statement.run.to_string(),
        policy: statement.policy.to_string(),
        rounding: statement.rounding,
        due,
        due_in_document_currency: parts.converted()?,
        utilisation: parts.utilisation()?,
        balance_of_funds,
        lines,
        sellers,
        aws_bill: parts.aws_bill()?,
        agrees: checks.iter().all(|check| check.agrees),
        checks,
    })
}

/// An amount as it is shown where a rounded total is shared.
fn shown(what: &str, amount: Money, parts: Vec<Derivation>) -> Result<Derivation, MoneyError> {
    Derivation::rounded(what, amount, "largest-remainder", Rule::LargestRemainder, parts)
}

struct Parts<'a> {
    basis: &'a DocumentBasis<'a>,
    statement: &'a MemberStatement,
    explained: &'a ExplainedMonth,
    plan: &'a DrawPlan,
}

impl Parts<'_> {
    fn reasons(&self, which: impl Fn(usize) -> bool) -> Vec<Derivation> {
        let reasons = self.explained.reasons.iter().enumerate();
        reasons.filter(|(at, _)| which(*at)).map(|(_, reason)| reason.clone()).collect()
    }

    fn is_eligible(&self, at: usize) -> bool {
        is_eligible(&self.explained.month.charges[at], self.plan.tax_is_payable)
    }

    fn gross(&self) -> Result<Derivation, MoneyError> {
        let mode = mode_name(self.statement.rounding);
        Derivation::rounded("charges", self.statement.gross, mode, Rule::RoundOnce, self.reasons(|_| true))
    }

    fn utilisation(&self) -> Result<Derivation, MoneyError> {
        let mode = mode_name(self.statement.rounding);
        let eligible = self.reasons(|at| self.is_eligible(at));
        let what = "charges that a memo may pay";
        let node = Derivation::rounded(what, self.statement.utilisation, mode, Rule::RoundOnce, eligible)?;
        Ok(node.by(Rule::Eligible).at(&self.basis.statement.at))
    }

    /// What memos pay of the month: the draws that were recorded, each with what held it back.
    fn paid(&self) -> Result<Derivation, MoneyError> {
        let period = self.statement.period;
        let mut memos = Vec::new();
        let before = self.basis.memos.before_draw(period, self.basis.across);
        for memo in self.basis.memos.in_order_of_issue() {
            let Some(node) = paid_for(self.basis.memo_facts, &memo.number, period, period)? else { continue };
            let recorded = -node.amount.to_exact();
            let drawn = self.plan.draws.iter().find(|draw| draw.memo == memo.number);
            let (Some(drawn), Some(before)) = (drawn, before.memos.get(&memo.number)) else {
                memos.push(node);
                continue;
            };
            if recorded != drawn.amount.to_exact() {
                memos.push(node);
                continue;
            }
            let mode = mode_name(self.statement.rounding);
            let mut bounds = vec![
                (format!("eligible charges left for it: {} rounded {mode}", drawn.eligible_exact), drawn.eligible),
                ("left of the month that memos may pay".to_owned(), drawn.room),
            ];
            let limits = before.limits_for(period, self.basis.policies);
            bounds.extend(limits.into_iter().map(|(bound, amount)| (bound.in_words().to_owned(), amount)));
            memos.push(node.bounded(bounds));
        }
        for (payer, draw) in self.plan.by_other_payers.iter().filter(|(_, draw)| draw.amount.is_positive()) {
            let of_other = self.by_other(payer, draw);
            memos.push(of_other.explained(&self.statement.payer_account_id, self.basis.others, &[])?);
        }
        let applied = Money::sum(self.statement.currency, self.statement.lines.iter().map(|line| line.applied));
        Ok(Derivation::of_parts("paid by memos", -applied, memos)?.by(Rule::MemoDrawn))
    }

    fn by_other<'a>(&'a self, payer: &'a PayerAccountId, draw: &'a MemoDraw) -> PaidByOther<'a> {
        let at = &self.basis.statement.at;
        PaidByOther { payer, memo: &draw.memo, period: self.statement.period, amount: draw.amount, at }
    }

    /// What a correction changes of what memos of other payers paid, as the statement states it.
    fn changed_by_others(&self, period: BillingPeriod) -> impl Iterator<Item = PaidByOther<'_>> {
        let at = &self.basis.statement.at;
        let stated = self.statement.paid_by_other_payers.iter().filter(move |paid| paid.period == period);
        stated.map(move |paid| PaidByOther {
            payer: &paid.payer_account_id,
            memo: &paid.memo_number,
            period,
            amount: paid.applied,
            at,
        })
    }

    fn correction(&self, bill: BillOf<'_>, correction: &Correction) -> Result<Derivation, MoneyError> {
        let period = correction.period;
        let mut changed = Vec::new();
        let by_others: Vec<PaidByOther<'_>> = self.changed_by_others(period).collect();
        let mut said_paid: &[SaidPaid] = &[];
        if let Some(basis) = self.basis.corrections.iter().find(|basis| basis.period == period) {
            let bill = BillOf { period, ..bill };
            let now = ExplainedMonth::of(bill, &basis.charges, &basis.credit_lines, &basis.policies)?;
            let memos = self.basis.memos.memos.values().filter(|memo| memo.currency == bill.currency);
            said_paid = &basis.said_paid;
            let said = said_paid.iter().map(|said| said.paid.applied);
            let stands = Money::sum(bill.currency, memos.map(|memo| memo.applied_for(period)))
                + Money::sum(bill.currency, said.chain(by_others.iter().map(|other| other.amount)));
            let now = now.with_tax_after_memo(&basis.policies, stands)?;
            let rounded = now.month.gross()?.round_to_money(bill.currency, basis.policies.rounding)?;
            let mode = mode_name(basis.policies.rounding);
            let what = "charges as they were known by now";
            changed.push(Derivation::rounded(what, rounded, mode, Rule::RoundOnce, now.reasons)?);
            for settled in &basis.settled {
                let what = format!("settled by the statement of {}", settled.by);
                changed.push(Derivation::leaf(what, -settled.gross).at(&settled.at).by(Rule::BroughtForward));
            }
        }
        let changed = Derivation::of_parts("charges changed", correction.gross, changed)?;
        let posting = self.statement.period;
        let mut memos = Vec::new();
        for memo in self.basis.memos.in_order_of_issue() {
            memos.extend(paid_for(self.basis.memo_facts, &memo.number, period, posting)?);
        }
        for other in &by_others {
            memos.push(other.explained(&self.statement.payer_account_id, self.basis.others, said_paid)?);
        }
        let paid = Derivation::of_parts("paid by memos", -correction.applied, memos)?;
        let what = match &correction.corrects {
            Some(document) => format!("correction of {period}, of document {document}"),
            None => format!("correction of {period}"),
        };
        Ok(Derivation::of_parts(what, correction.due, vec![changed, paid])?.by(Rule::Corrected))
    }

    /// What is due in the currency of the customer's document: each total converted once, at the
    /// rate that stands on it.
    fn converted(&self) -> Result<Option<Derivation>, MoneyError> {
        let Some(converted) = &self.statement.in_document_currency else { return Ok(None) };
        let mode = mode_name(self.statement.rounding);
        let (rate, statement) = (converted.rate, self.statement);
        let at_rate = |what: &str, amount: Money, shown: Money| {
            let said = format!("{amount} {} at {rate}, stated for {}", statement.currency, converted.rate_period);
            let exact = Derivation::leaf(said, amount.to_exact().checked_mul(rate)?).at(&self.basis.statement.at);
            Derivation::rounded(what, shown, mode, Rule::Converted, vec![exact])
        };
        let applied = Money::sum(statement.currency, statement.lines.iter().map(|line| line.applied));
        let mut parts = vec![
            at_rate("charges", statement.gross, converted.gross)?,
            at_rate("paid by memos", -applied, -converted.applied)?,
        ];
        for correction in &statement.earlier_periods {
            let what = format!("correction of {}", correction.period);
            match &correction.in_document_currency {
                // By difference of what the document corrected says before and after.
                Some(stated) if stated.currency == converted.currency => {
                    let said = format!("{what}, at {} of the document corrected", stated.rate);
                    parts.push(Derivation::leaf(said, stated.due).by(Rule::Converted).at(&self.basis.statement.at));
                }
                _ => {
                    let exact = correction.due.to_exact().checked_mul(rate)?;
                    let shown = exact.round_to_money(converted.currency, statement.rounding)?;
                    parts.push(at_rate(&what, correction.due, shown)?);
                }
            }
        }
        let what = format!("due in {}", converted.currency);
        Ok(Some(Derivation::of_parts(what, converted.due, parts)?.at(&self.basis.statement.at)))
    }

    fn line(&self, line: &StatementLine) -> Result<LineExplanation, MoneyError> {
        let charges = &self.explained.month.charges;
        let of_line = |at: usize| {
            charges[at].product_code.as_str() == line.service && charges[at].line_type.as_str() == line.charge_kind
        };
        let eligible = self.reasons(|at| of_line(at) && self.is_eligible(at));
        let other = self.reasons(|at| of_line(at) && !self.is_eligible(at));
        let mut gross = Vec::new();
        if !eligible.is_empty() || !line.eligible.is_zero() {
            gross.push(shown("charges that a memo may pay", line.eligible, eligible)?.by(Rule::Eligible));
        }
        let rest = line.gross - line.eligible;
        if !other.is_empty() || !rest.is_zero() {
            gross.push(shown("charges that no memo pays", rest, other)?.by(Rule::NeverCovered));
        }
        let taken = self.taken(of_line);
        let mut parts = vec![Derivation::of_parts("gross", line.gross, gross)?];
        if !taken.is_empty() || !line.applied.is_zero() {
            parts.push(shown("paid by memos", -line.applied, taken)?.by(Rule::MemoDrawn));
        }
        let due = Derivation::of_parts("due", line.due, parts)?.at(&self.basis.statement.at);
        Ok(LineExplanation { service: line.service.clone(), charge_kind: line.charge_kind.clone(), due })
    }

    /// What memos took of some of the charges.
    fn taken(&self, which: impl Fn(usize) -> bool) -> Vec<Derivation> {
        let mut taken = Vec::new();
        let own = self.plan.draws.iter().map(|draw| (None, draw));
        let others = self.plan.by_other_payers.iter().map(|(payer, draw)| (Some(payer), draw));
        for (payer, draw) in own.chain(others) {
            for (at, piece) in draw.taken.iter().filter(|(at, _)| which(*at)) {
                let said = format!("{} pays of {}", draw.memo, self.explained.reasons[*at].what);
                taken.push(self.drawn_leaf(payer, draw, said, -*piece));
            }
        }
        taken
    }

    /// What a seller of record charges on an invoice; what is paid and what is left are shared over them.
    fn seller(&self, stated: &StatementSeller) -> Result<SellerExplanation, MoneyError> {
        let key = (&stated.legal_entity, &stated.billing_entity, &stated.invoice_id);
        let charges = &self.explained.month.charges;
        let of_seller = |at: usize| {
            let seller = &charges[at].seller;
            (&seller.legal_entity, &seller.billing_entity, &seller.invoice_id) == key
        };
        let mut parts = vec![shown("charges", stated.gross, self.reasons(of_seller))?];
        let taken = self.taken(of_seller);
        if !taken.is_empty() || !stated.applied.is_zero() {
            parts.push(shown("paid by memos", -stated.applied, taken)?.by(Rule::MemoDrawn));
        }
        Ok(SellerExplanation {
            legal_entity: stated.legal_entity.clone(),
            billing_entity: stated.billing_entity.clone(),
            invoice_id: stated.invoice_id.clone(),
            due: Derivation::of_parts("due", stated.due, parts)?.by(Rule::SellersApart).at(&self.basis.statement.at),
        })
    }

    /// What a memo took of a charge, with the draw that stands for the month.
    fn drawn_leaf(&self, payer: Option<&PayerAccountId>, draw: &MemoDraw, said: String, amount: Exact) -> Derivation {
        let mut leaf = Derivation::leaf(said, amount);
        // The last one: an open month may be drawn several times.
        let mut stands = |fact: &Placed<MemoFact>| {
            if matches!(fact.said, MemoFact::Applied(_)) {
                leaf = leaf.clone().at(&fact.at);
            }
        };
        match payer {
            Some(payer) => {
                let of_other = self.by_other(payer, draw);
                of_other.facts(&self.statement.payer_account_id, self.basis.others).for_each(&mut stands);
            }
            None => {
                let month = Some((self.statement.period, self.statement.period, None));
                let own = self.basis.memo_facts.iter().filter(|fact| *fact.said.memo() == draw.memo);
                own.filter(|fact| payment(&fact.said) == month).for_each(&mut stands);
            }
        }
        leaf
    }

    fn aws_bill(&self) -> Result<Derivation, MoneyError> {
        let mut parts = vec![Derivation::sum("charged to the customer, exact", self.reasons(|_| true))?];
        if !self.explained.kept.is_empty() {
            parts.push(Derivation::sum("not passed on", self.explained.kept.clone())?);
        }
        if !self.explained.stripped.is_empty() {
            let stripped = self.explained.stripped.clone();
            parts.push(Derivation::sum("credit lines taken off the account", stripped)?.by(Rule::CreditLineStripped));
        }
        Derivation::sum("AWS's bill of the account", parts)
    }

    fn checks(&self, rated: &str) -> Result<Vec<Check>, MoneyError> {
        let (statement, plan) = (self.statement, self.plan);
        let mut checks = vec![
            Check::of("policies in force, by hash", &statement.policy, self.basis.policies.hash()),
            Check::of("charges, rated one by one", self.basis.month.digest(), rated),
            Check::of("gross", statement.gross, plan.gross),
            Check::of("utilisation", statement.utilisation, plan.eligible),
            Check::of(
                "lines",
                in_words(statement.lines.iter()),
                in_words(plan.lines.iter().map(StatementLine::from).collect::<Vec<_>>().iter()),
            ),
        ];
        let period = statement.period;
        for memo in self.basis.memos.in_order_of_issue().into_iter().filter(|memo| memo.currency == statement.currency)
        {
            let recorded = memo.applied_for(period);
            let drawn = plan.draws.iter().find(|draw| draw.memo == memo.number);
            let derived = drawn.map_or(Money::zero(memo.currency), |draw| draw.amount);
            if !recorded.is_zero() || !derived.is_zero() {
                checks.push(Check::of(format!("what {} paid for {period}", memo.number), recorded, derived));
            }
        }
        for (payer, draw) in &plan.by_other_payers {
            let stated = statement
                .paid_by_other_payers
                .iter()
                .filter(|paid| (&paid.payer_account_id, &paid.memo_number, paid.period) == (payer, &draw.memo, period));
            let stated = Money::sum(statement.currency, stated.map(|paid| paid.applied));
            checks.push(Check::of(
                format!("what {} of payer {payer} paid for {period}", draw.memo),
                stated,
                draw.amount,
            ));
        }
        for correction in &statement.earlier_periods {
            let of_month = Some((correction.period, period, None));
            let facts = self.basis.memo_facts.iter().filter(|fact| payment(&fact.said) == of_month);
            let by_others = self.changed_by_others(correction.period).map(|other| other.amount);
            let drawn = Money::sum(statement.currency, facts.map(|fact| -change_of(&fact.said)).chain(by_others));
            checks.push(Check::of(format!("what memos paid for {}", correction.period), correction.applied, drawn));
        }
        Ok(checks)
    }
}

fn in_words<'a>(lines: impl Iterator<Item = &'a StatementLine>) -> String {
    let words: Vec<String> = lines
        .map(|line| {
            let StatementLine { service, charge_kind, gross, eligible, applied, due } = line;
            format!("{service} {charge_kind} {gross} {eligible} {applied} {due}")
        })
        .collect();
    words.join("; ")
}
