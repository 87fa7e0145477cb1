//! What the operator has stated for all that is decided: policies, conversion rates, and which commands were done
//! already under their keys.

use domain::{
    ids::PayerAccountId,
    period::BillingPeriod,
    policy::{Policies, PoliciesOfPayer, PolicyHistory},
    rates::ConversionRates,
};
use wire::{CommandDone, Subject};

use super::{StoredRate, state_of};
use crate::{ReadModel, StoreFault, Tree};

impl ReadModel {
    /// The policies adopted for a payer, or for all of them.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn policy_history(&self, payer: Option<&PayerAccountId>) -> Result<PolicyHistory, StoreFault> {
        let subject = payer.map_or_else(Subject::general_policy, Subject::policy);
        Ok(state_of!(self, &subject, Policy))
    }

    /// The policies in force for a payer and period: its own, else the general ones, else the
    /// defaults.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn policies(&self, payer: &PayerAccountId, period: BillingPeriod) -> Result<Policies, StoreFault> {
        Ok(self.policies_of_payer(payer)?.in_force(period))
    }

    /// The policies adopted for a payer, with the general ones that hold where it has none.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn policies_of_payer(&self, payer: &PayerAccountId) -> Result<PoliciesOfPayer, StoreFault> {
        Ok(PoliciesOfPayer { own: self.policy_history(Some(payer))?, general: self.policy_history(None)? })
    }

    /// The conversion rates in force.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn conversion_rates(&self) -> Result<ConversionRates, StoreFault> {
        Ok(state_of!(self, &Subject::rates(), Rates))
    }

    /// Every conversion rate as it was stated, oldest first.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn stated_rates(&self) -> Result<Vec<StoredRate>, StoreFault> {
        Ok(self.values(Tree::Rates, b"")?.into_iter().map(|(_, stored)| stored).collect())
    }

    /// The input that something was recorded with under an operator's key, whether or not all of it is done.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn input_under(&self, key: &str) -> Result<Option<String>, StoreFault> {
        for stream in wire::StreamName::ALL {
            let key = super::operators_key(stream, key);
            if let Some(stored) = self.value::<super::StoredKey>(Tree::Keys, key.as_bytes())? {
                return Ok(Some(stored.input));
            }
        }
        Ok(None)
    }

    /// What was done under an operator's key.
    ///
    /// # Errors
    /// [`StoreFault`].
    pub fn command_done(&self, key: &str) -> Result<Option<CommandDone>, StoreFault> {
        Ok(state_of!(self, &Subject::command(key), Command))
    }
}
