//! What memos paid is what statements show (rule book B.2: control accounts tie to their sub-ledgers).
//!
//! A draw is recorded before the statement that shows it, and the statement says how far it had read the
//! memos. What a statement had read and does not show is a finding; what was drawn since waits for the
//! payer's next billing run, and is told. Kept are sums a member and month, never statements.

use std::collections::BTreeMap;

use domain::{
    billing::MemberStatement,
    ids::{MemberAccountId, PayerAccountId},
    period::BillingPeriod,
};
use money::{Exact, Money, MoneyError};
use rustc_hash::FxHashMap;
use wire::Fact;

use crate::audit_check::{AuditCheck, FINDINGS_MAX, check};

type MemberOfPayer = (PayerAccountId, MemberAccountId);
/// The month of the charges, and the payer they are under where that is another than the memo's (rule
/// book N21).
type Charges = (BillingPeriod, Option<PayerAccountId>);

/// What memos paid of charges.
#[derive(Debug, Default)]
struct Drawn {
    amount: Exact,
    /// The last draw, and the month whose statement shows it.
    last: u64,
    posting: Option<BillingPeriod>,
}

/// What a month's statement shows, and how far it had read the memos.
#[derive(Debug, Default)]
struct Shown {
    read: u64,
    of_own_memos: Vec<(Charges, Exact)>,
    of_others: Vec<(Charges, Exact)>,
}

/// Draws and statements, as they pass.
#[derive(Debug, Default)]
pub(crate) struct DrawsShown {
    drawn: FxHashMap<MemberOfPayer, BTreeMap<Charges, Drawn>>,
    shown: FxHashMap<MemberOfPayer, BTreeMap<BillingPeriod, Shown>>,
}

impl DrawsShown {
    /// Notes a fact of a memo or a statement. `tokens` are its subject's, `sequence` is its commit's, and
    /// `read` how far the memos had been read when it was decided.
    pub(crate) fn look_at(
        &mut self,
        fact: &Fact,
        tokens: impl FnOnce() -> Vec<String>,
        sequence: u64,
        read: u64,
    ) -> Result<(), MoneyError> {
        let (period, under, amount, posting) = match fact {
            Fact::MemoApplied(fact) => (fact.period, &fact.paid_under, fact.amount, fact.posting),
            Fact::MemoUnapplied(fact) => (fact.period, &fact.paid_under, -fact.amount, fact.posting),
            Fact::MemberStatementRecorded(statement) => return self.statement(statement, read),
            _ => return Ok(()),
        };
        let [payer, member] = tokens().try_into().unwrap_or_default();
        let account = PayerAccountId::parse(&payer).ok().zip(MemberAccountId::parse(&member).ok());
        // A memo's subject names its account, or the fold would have stopped there.
        let Some(account) = account else { return Ok(()) };
        let drawn = self.drawn.entry(account).or_default().entry((period, under.clone())).or_default();
        drawn.amount = drawn.amount.checked_add(amount.to_exact())?;
        (drawn.last, drawn.posting) = (sequence, Some(posting));
        Ok(())
    }

    fn statement(&mut self, statement: &MemberStatement, read: u64) -> Result<(), MoneyError> {
        let mut shown = Shown { read, ..Shown::default() };
        let mut here: BTreeMap<BillingPeriod, Exact> = BTreeMap::new();
        let mut add = |period: BillingPeriod, amount: Money| {
            let sum = here.entry(period).or_default();
            sum.checked_add(amount.to_exact()).map(|more| *sum = more)
        };
        for line in &statement.lines {
            add(statement.period, line.applied)?;
        }
        for correction in &statement.earlier_periods {
            add(correction.period, correction.applied)?;
        }
        // What memos of other payers paid is theirs to show.
        for paid in &statement.paid_by_other_payers {
            add(paid.period, -paid.applied)?;
            shown.of_others.push(((paid.period, Some(paid.payer_account_id.clone())), paid.applied.to_exact()));
        }
        shown.of_own_memos.extend(here.into_iter().map(|(period, amount)| ((period, None), amount)));
        for paid in &statement.paid_under_other_payers {
            let charges = (paid.period, Some(paid.payer_account_id.clone()));
            shown.of_own_memos.push((charges, paid.applied.to_exact()));
        }
        shown.of_own_memos.retain(|(_, amount)| !amount.is_zero());
        let account = (statement.payer_account_id.clone(), statement.member_account_id.clone());
        self.shown.entry(account).or_default().insert(statement.period, shown);
        Ok(())
    }

    /// The check, after the last commit.
    pub(crate) fn into_check(self) -> Result<AuditCheck, MoneyError> {
        let Self { mut drawn, shown } = self;
        let mut looked_at = 0;
        let (mut findings, mut waiting) = (Vec::new(), Vec::new());
        let mut across: BTreeMap<(PayerAccountId, PayerAccountId, MemberAccountId, BillingPeriod), Exact> =
            BTreeMap::new();
        for (account, statements) in &shown {
            let of_account = drawn.entry(account.clone()).or_default();
            for (charges, amount) in statements.values().flat_map(|statement| &statement.of_own_memos) {
                let drawn = of_account.entry(charges.clone()).or_default();
                drawn.amount = drawn.amount.checked_sub(*amount)?;
            }
            for ((period, home), amount) in statements.values().flat_map(|statement| &statement.of_others) {
                let Some(home) = home else { continue };
                let key = (account.0.clone(), home.clone(), account.1.clone(), *period);
                let said = across.entry(key).or_default();
                *said = said.checked_add(*amount)?;
            }
        }
        for ((payer, member), charges) in &drawn {
            let statements = shown.get(&(payer.clone(), member.clone()));
            for ((period, under), Drawn { amount, last, posting }) in charges {
                looked_at += 1;
                if amount.is_zero() {
                    continue;
                }
                let of = under.as_ref().map_or_else(String::new, |under| format!(" under payer {under}"));
                let what = format!("payer {payer}, account {member}, {period}{of}");
                let statement = posting.and_then(|posting| statements?.get(&posting));
                // What statements show and no memo was ever drawn for was read by whoever made them.
                if posting.is_none() || statement.is_some_and(|statement| statement.read >= *last) {
                    findings.push(format!("{what}: what memos paid is {amount} more than its statements show"));
                } else {
                    waiting.push(format!("{what}: {amount}"));
                }
            }
        }
        waiting.extend(unsaid(&shown, across)?);
        findings.sort();
        waiting.sort();
        let told = (!waiting.is_empty()).then(|| {
            let more = waiting.len().saturating_sub(FINDINGS_MAX);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            waiting.truncate(FINDINGS_MAX);
            format!("for the next bill run to show: {}{more}", waiting.join("; "))
        });
        let check = check("what memos paid is what statements show", looked_at, "months of accounts", findings);
        Ok(AuditCheck { result: told, ..check })
    }
}

/// What memos paid under another payer and that payer's statements do not say, where it has any of the
/// month: it may have been billed before, or its charges have become less since (rule book N21).
fn unsaid(
    shown: &FxHashMap<MemberOfPayer, BTreeMap<BillingPeriod, Shown>>,
    mut across: BTreeMap<(PayerAccountId, PayerAccountId, MemberAccountId, BillingPeriod), Exact>,
) -> Result<Vec<String>, MoneyError> {
    for ((home, member), statements) in shown {
        for ((period, under), amount) in statements.values().flat_map(|statement| &statement.of_own_memos) {
            let Some(under) = under else { continue };
            let is_billed =
                shown.get(&(under.clone(), member.clone())).is_some_and(|months| months.contains_key(period));
            if is_billed {
                let said = across.entry((under.clone(), home.clone(), member.clone(), *period)).or_default();
                *said = said.checked_sub(*amount)?;
            }
        }
    }
    across.retain(|_, left| !left.is_zero());
    let told = across.into_iter().map(|((under, home, member, period), left)| {
        let paid = Exact::ZERO.checked_sub(left)?;
        Ok(format!("payer {under}, account {member}, {period}, paid by memos of payer {home}: {paid}"))
    });
    told.collect()
}
