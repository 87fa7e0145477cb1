//! What a close pack can be checked for by itself: that its amounts add up to each other.

use std::collections::BTreeMap;

use money::{Exact, Money, MoneyError};

use super::{ClosePack, PackedBalance, PackedBalanceTotal};
use crate::{policy::hash_of_chosen, usage::ControlTotals};

/// A check of a pack by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackCheck {
    /// Its name.
    pub check: &'static str,
    /// How much it looked at.
    pub looked_at: u64,
    /// What it looked at.
    pub of: &'static str,
    /// What does not hold.
    pub findings: Vec<String>,
}

impl PackCheck {
    fn of(check: &'static str, looked_at: usize, of: &'static str, findings: Result<Vec<String>, MoneyError>) -> Self {
        let findings = findings.unwrap_or_else(|cause| vec![format!("its amounts cannot be added up: {cause}")]);
        Self { check, looked_at: looked_at as u64, of, findings }
    }
}

impl ClosePack {
    /// Everything that it can be checked for without the log.
    pub fn checks(&self) -> Vec<PackCheck> {
        vec![
            PackCheck::of("policies hash to what is stated", 1, "policies", Ok(self.policy_hash())),
            PackCheck::of("control totals add up", self.input.by_type.len(), "line types", self.control_totals()),
            PackCheck::of("credits and suspense add up", self.credits.len() + self.suspense.len(), "items", {
                self.given()
            }),
            PackCheck::of("AWS's bill ties to the documents", 1, "reconciliation", self.ties()),
            PackCheck::of("documents foot", self.documents.len(), "documents", self.documents_foot()),
            PackCheck::of("memos conserve", self.balances.len(), "memos", self.conservation()),
            PackCheck::of("balances add up", self.balances.len(), "memos", self.balances_add_up()),
        ]
    }

    fn policy_hash(&self) -> Vec<String> {
        let (found, stated) = (hash_of_chosen(&self.policy.chosen), &self.policy.hash);
        differs("the hash of the policies", &found.to_string(), &stated.to_string()).into_iter().collect()
    }

    fn control_totals(&self) -> Result<Vec<String>, MoneyError> {
        let found = ControlTotals::of(&self.input.by_type)?;
        let stated = &self.input.totals;
        let rows: u64 = self.input.by_type.iter().map(|of_type| of_type.rows).fold(0, u64::saturating_add);
        Ok([
            differs("charges", &found.charges, &stated.charges),
            differs("credits", &found.credits, &stated.credits),
            differs("the total", &found.total, &stated.total),
            differs("rows", &rows, &self.input.rows),
        ]
        .into_iter()
        .flatten()
        .collect())
    }

    fn given(&self) -> Result<Vec<String>, MoneyError> {
        let on_owner = sum(self.credits.iter().map(|credit| credit.on_owner))?;
        let scattered = sum(self.credits.iter().map(|credit| credit.scattered))?;
        let suspense = sum(self.suspense.iter().map(|item| item.amount))?;
        let mut found: Vec<String> = [
            differs("what stood on owners", &on_owner, &self.ties.on_owner),
            differs("what was stripped from others", &scattered, &self.ties.scattered),
            differs("attributed", &on_owner.checked_add(scattered)?, &self.ties.attributed),
            differs("suspense", &suspense, &self.ties.suspense),
        ]
        .into_iter()
        .flatten()
        .collect();
        let unfunded =
            self.credits.iter().filter(|credit| credit.memo_number.is_some() && !credit.not_funded.is_zero());
        found.extend(
            unfunded.map(|one| format!("credit {}: {} of it did not fund its memo", one.credit_id, one.not_funded)),
        );
        Ok(found)
    }

    fn ties(&self) -> Result<Vec<String>, MoneyError> {
        let ties = &self.ties;
        let given = sum([ties.attributed, ties.retained, ties.suspense, ties.beyond_face])?;
        let customers = sum([ties.billed.to_exact(), ties.memo_applied.to_exact(), ties.rounding])?
            .checked_sub(ties.refunded_later)?;
        let upstream = ties.payable.checked_add(given)?.checked_sub(ties.retained)?.checked_sub(ties.kept)?;
        let mut found: Vec<String> = [
            differs("what AWS is paid", &ties.gross.checked_sub(ties.upstream_credits)?, &ties.payable),
            differs("what is left of upstream credits", &ties.upstream_credits.checked_sub(given)?, &{
                ties.upstream_residual
            }),
            differs("what is left of customers' bills", &customers.checked_sub(upstream)?, &ties.customer_residual),
        ]
        .into_iter()
        .flatten()
        .collect();
        if !ties.residual.is_zero() {
            found.push(format!("a residual of {} is left", ties.residual));
        }
        Ok(found)
    }

    fn documents_foot(&self) -> Result<Vec<String>, MoneyError> {
        let mut found = Vec::new();
        for one in &self.documents {
            let due = one.gross.to_exact().checked_sub(one.applied.to_exact())?;
            let due = due.checked_add(one.corrections_due.to_exact())?;
            if due != one.due.to_exact() {
                found.push(format!("{}: its amounts come to {due} and not to {}", one.document_number, one.due));
            }
        }
        Ok(found)
    }

    fn conservation(&self) -> Result<Vec<String>, MoneyError> {
        let mut found = Vec::new();
        for memo in &self.balances {
            let parts = sum([
                memo.open_balance.to_exact(),
                memo.applied_amount.to_exact(),
                memo.expired_amount.to_exact(),
                memo.written_off_amount.to_exact(),
                memo.refunded_amount.to_exact(),
                memo.reassigned_amount.to_exact(),
            ])?;
            if parts != memo.face_amount.to_exact() {
                found.push(format!("{}: its parts come to {parts} and not to {}", memo.memo_number, memo.face_amount));
            }
        }
        Ok(found)
    }

    fn balances_add_up(&self) -> Result<Vec<String>, MoneyError> {
        let found = PackedBalanceTotal::of(&self.balances)?;
        if found == self.balance_totals {
            return Ok(Vec::new());
        }
        let said = |totals: &[PackedBalanceTotal]| {
            let open = totals.iter().map(|total| format!("{} {}", total.open_balance, total.currency));
            open.collect::<Vec<_>>().join(", ")
        };
        Ok(vec![format!("the totals are not the sums of the memos: open {}, stated {}", said(&found), {
            said(&self.balance_totals)
        })])
    }
}

impl PackedBalanceTotal {
    /// The sums of memos, a currency each.
    ///
    /// # Errors
    /// [`MoneyError`] where a sum cannot be held.
    pub fn of(balances: &[PackedBalance]) -> Result<Vec<Self>, MoneyError> {
        let mut totals: BTreeMap<String, Self> = BTreeMap::new();
        for memo in balances {
            let total = totals.entry(memo.currency.to_string()).or_insert_with(|| Self {
                currency: memo.currency,
                memos: 0,
                face_amount: Exact::ZERO,
                applied_amount: Exact::ZERO,
                expired_amount: Exact::ZERO,
                written_off_amount: Exact::ZERO,
                refunded_amount: Exact::ZERO,
                reassigned_amount: Exact::ZERO,
                open_balance: Exact::ZERO,
                balance_of_funds: Exact::ZERO,
            });
            total.memos += 1;
            let add = |sum: &mut Exact, amount: Money| -> Result<(), MoneyError> {
                *sum = sum.checked_add(amount.to_exact())?;
                Ok(())
            };
            add(&mut total.face_amount, memo.face_amount)?;
            add(&mut total.applied_amount, memo.applied_amount)?;
            add(&mut total.expired_amount, memo.expired_amount)?;
            add(&mut total.written_off_amount, memo.written_off_amount)?;
            add(&mut total.refunded_amount, memo.refunded_amount)?;
            add(&mut total.reassigned_amount, memo.reassigned_amount)?;
            add(&mut total.open_balance, memo.open_balance)?;
            add(&mut total.balance_of_funds, memo.balance_of_funds)?;
        }
        Ok(totals.into_values().collect())
    }
}

fn sum(amounts: impl IntoIterator<Item = Exact>) -> Result<Exact, MoneyError> {
    amounts.into_iter().try_fold(Exact::ZERO, Exact::checked_add)
}

fn differs<T: PartialEq + std::fmt::Display>(what: &str, found: &T, stated: &T) -> Option<String> {
    (found != stated).then(|| format!("{what}: {found} by its parts, {stated} stated"))
}
