//! The credits that were imported, as far as a credit line can name them: by id or description.

use super::{UpstreamCreditState, split_owner_suffix};
use crate::{
    classification::{CreditLineTreatment, treat_credit_line},
    policy::Policies,
    usage::CreditLineAggregate,
};

/// The ids and descriptions of a payer's credits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownCredits {
    named: Vec<(String, String)>,
}

impl KnownCredits {
    /// Of these credits.
    pub fn of<'a>(credits: impl IntoIterator<Item = &'a UpstreamCreditState>) -> Self {
        let named = credits
            .into_iter()
            .filter_map(|credit| credit.terms.as_ref())
            .map(|terms| (terms.credit.to_string(), split_owner_suffix(&terms.description).0.to_lowercase()))
            .collect();
        Self { named }
    }

    /// What becomes of a credit line.
    pub fn treat(&self, line: &CreditLineAggregate, policies: &Policies) -> CreditLineTreatment {
        let description = split_owner_suffix(&line.key.description).0.to_lowercase();
        let is_known = self.named.iter().any(|(id, of)| *id == line.key.credit_id || *of == description);
        treat_credit_line(&line.key.description, is_known, policies)
    }
}
