//! The rule itself: credits in order, each over accounts in order, each over services in order.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use money::{Currency, Exact, MoneyError};

use super::{OfferedCredit, PayerMonth};
use crate::{
    ids::{MemberAccountId, ProductCode, UpstreamCreditId},
    period::BillingPeriod,
};

/// What "the account with the highest spend" counts. AWS does not say; the documents to customers
/// must not depend on it (worked example W2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum HighestSpend {
    /// All charges of the account, those that the credit may not pay included.
    #[default]
    Total,
    /// Only charges that the credit at hand may pay.
    Eligible,
}

/// An amount that a credit pays for one service of one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimulatedApplication {
    /// Which credit.
    pub credit: UpstreamCreditId,
    /// Whose charge it pays.
    pub beneficiary: MemberAccountId,
    /// Which service.
    pub product: ProductCode,
    /// How much; positive.
    pub amount: Exact,
}

/// Why a credit was not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyUntouched {
    /// It starts after the month.
    NotStarted,
    /// It ended before the month.
    Ended,
    /// It is in another currency than the charges.
    OtherCurrency,
    /// Nothing remains of it.
    Exhausted,
}

/// What became of one credit in the month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditOutcome {
    /// Which credit.
    pub credit: UpstreamCreditId,
    /// Paid for its owner.
    pub on_owner: Exact,
    /// Paid for others.
    pub scattered: Exact,
    /// Left for later months.
    pub remaining_after: Exact,
    /// Why the rule passed it over, if it did.
    pub untouched: Option<WhyUntouched>,
}

/// The month as the rule has it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SimulatedMonth {
    /// In the order in which the rule makes them.
    pub applications: Vec<SimulatedApplication>,
    /// One a credit, in the order in which the rule takes the credits.
    pub outcomes: Vec<CreditOutcome>,
}

/// What is not paid yet, account by account.
struct Unpaid {
    accounts: BTreeMap<MemberAccountId, UnpaidAccount>,
}

#[derive(Default)]
struct UnpaidAccount {
    spend: Exact,
    eligible: BTreeMap<ProductCode, Exact>,
}

/// Applies the published rule to a month.
///
/// # Errors
/// [`MoneyError::SumOverflow`] where a sum cannot be held exactly.
pub fn simulate(month: &PayerMonth, highest_spend: HighestSpend) -> Result<SimulatedMonth, MoneyError> {
    let mut unpaid = Unpaid::of(month)?;
    let mut result = SimulatedMonth::default();
    for credit in in_aws_order(&month.credits) {
        let outcome = match why_untouched(credit, month.period, month.currency) {
            Some(reason) => CreditOutcome {
                credit: credit.id.clone(),
                on_owner: Exact::ZERO,
                scattered: Exact::ZERO,
                remaining_after: credit.remaining,
                untouched: Some(reason),
            },
            None => unpaid.spend_credit(credit, highest_spend, &mut result.applications)?,
        };
        result.outcomes.push(outcome);
    }
    Ok(result)
}

/// Earliest expiry, then fewest eligible services, then oldest; the id decides what AWS leaves open.
fn in_aws_order(credits: &[OfferedCredit]) -> Vec<&OfferedCredit> {
    let mut ordered: Vec<&OfferedCredit> = credits.iter().collect();
    ordered.sort_by_key(|credit| (credit.end_date, credit.eligible_service_count(), credit.start_date, &credit.id));
    ordered
}

fn why_untouched(credit: &OfferedCredit, period: BillingPeriod, currency: Currency) -> Option<WhyUntouched> {
    if credit.start_date > period.last_day() {
        Some(WhyUntouched::NotStarted)
    } else if credit.end_date < period.first_day() {
        Some(WhyUntouched::Ended)
    } else if credit.currency != currency {
        Some(WhyUntouched::OtherCurrency)
    } else if !credit.remaining.is_positive() {
        Some(WhyUntouched::Exhausted)
    } else {
        None
    }
}

impl Unpaid {
    fn of(month: &PayerMonth) -> Result<Self, MoneyError> {
        let mut accounts: BTreeMap<MemberAccountId, UnpaidAccount> = BTreeMap::new();
        for charge in &month.charges {
            let account = accounts.entry(charge.member.clone()).or_default();
            account.spend = account.spend.checked_add(charge.amount)?;
            if charge.eligible {
                let service = account.eligible.entry(charge.product.clone()).or_default();
                *service = service.checked_add(charge.amount)?;
            }
        }
        Ok(Self { accounts })
    }

    fn spend_credit(
        &mut self,
        credit: &OfferedCredit,
        highest_spend: HighestSpend,
        applications: &mut Vec<SimulatedApplication>,
    ) -> Result<CreditOutcome, MoneyError> {
        let mut remaining = credit.remaining;
        self.pay_for(&credit.owner, credit, &mut remaining, applications)?;
        let on_owner = credit.remaining.checked_sub(remaining)?;
        if remaining.is_positive() && credit.sharing != super::CreditSharing::Off {
            // An account is emptied of what the credit may pay before the next one is taken, so
            // ranking once is the same as asking for the highest spend again at each step.
            for account in self.others_by_spend(credit, highest_spend)? {
                if !remaining.is_positive() {
                    break;
                }
                self.pay_for(&account, credit, &mut remaining, applications)?;
            }
        }
        let scattered = credit.remaining.checked_sub(on_owner)?.checked_sub(remaining)?;
        Ok(CreditOutcome {
            credit: credit.id.clone(),
            on_owner,
            scattered,
            remaining_after: remaining,
            untouched: None,
        })
    }

    fn others_by_spend(
        &self,
        credit: &OfferedCredit,
        highest_spend: HighestSpend,
    ) -> Result<Vec<MemberAccountId>, MoneyError> {
        let mut ranked = BTreeSet::new();
        for (account, unpaid) in &self.accounts {
            if *account == credit.owner || !credit.sharing.reaches(account) {
                continue;
            }
            let payable = unpaid.payable_by(credit)?;
            if payable.is_positive() {
                let spend = match highest_spend {
                    HighestSpend::Total => unpaid.spend,
                    HighestSpend::Eligible => payable,
                };
                ranked.insert((Reverse(spend), account.clone()));
            }
        }
        Ok(ranked.into_iter().map(|(_, account)| account).collect())
    }

    fn pay_for(
        &mut self,
        beneficiary: &MemberAccountId,
        credit: &OfferedCredit,
        remaining: &mut Exact,
        applications: &mut Vec<SimulatedApplication>,
    ) -> Result<(), MoneyError> {
        let Some(account) = self.accounts.get_mut(beneficiary) else {
            return Ok(());
        };
        for product in account.services_largest_first(credit) {
            if !remaining.is_positive() {
                break;
            }
            let Some(charge) = account.eligible.get_mut(&product) else {
                continue;
            };
            let amount = (*remaining).min(*charge);
            *charge = charge.checked_sub(amount)?;
            account.spend = account.spend.checked_sub(amount)?;
            *remaining = remaining.checked_sub(amount)?;
            applications.push(SimulatedApplication {
                credit: credit.id.clone(),
                beneficiary: beneficiary.clone(),
                product,
                amount,
            });
        }
        Ok(())
    }
}

impl UnpaidAccount {
    fn payable_by(&self, credit: &OfferedCredit) -> Result<Exact, MoneyError> {
        let payable = self.eligible.iter().filter(|(product, charge)| credit.covers(product) && charge.is_positive());
        Exact::checked_sum(payable.map(|(_, charge)| *charge))
    }

    fn services_largest_first(&self, credit: &OfferedCredit) -> Vec<ProductCode> {
        let mut services: Vec<(Reverse<Exact>, &ProductCode)> = self
            .eligible
            .iter()
            .filter(|(product, charge)| credit.covers(product) && charge.is_positive())
            .map(|(product, charge)| (Reverse(*charge), product))
            .collect();
        services.sort();
        services.into_iter().map(|(_, product)| product.clone()).collect()
    }
}
