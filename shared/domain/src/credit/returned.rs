//! A credit whose account left the payer and came back (rule book N23, N24, D4): what AWS lists then is what
//! it will use under us from there on, under a new ownership by the same account. What was applied before
//! stays with the former one.

use chrono::NaiveDate;

use super::{
    CreditFact, CreditStatus, ObserveRefusal, UpstreamCreditRevised, UpstreamCreditState, UpstreamCreditTerms,
    UpstreamCreditTransferred,
};
use crate::{account::MemberAccountState, ids::MemberAccountId};

impl UpstreamCreditState {
    /// The day on which the credit's account came back, where it left after it had got the credit and no
    /// ownership has begun since.
    pub fn returned_on(&self, owner: &MemberAccountId, account: &MemberAccountState) -> Option<NaiveDate> {
        let terms = self.terms.as_ref()?;
        let has_ended = matches!(self.status, CreditStatus::Split | CreditStatus::Cancelled);
        if has_ended || terms.owner != *owner {
            return None;
        }
        let (since, _) = self.owners.last_key_value()?;
        let present = account.assignments().last()?;
        let stay = account.start_of_stay(present.from)?;
        let left = account.last_left_by(stay)?;
        (left > *since && stay > *since).then_some(stay)
    }

    /// Decides what AWS states of a credit whose account is back: the face is what was applied before, with
    /// what is left; from the first day of the new stay on it is a new ownership.
    ///
    /// # Errors
    /// [`ObserveRefusal`].
    pub fn decide_returned(
        &self,
        stated: &UpstreamCreditTerms,
        back: NaiveDate,
    ) -> Result<Vec<CreditFact>, ObserveRefusal> {
        let Some(before) = self.terms.clone() else { return Ok(Vec::new()) };
        if before.currency != stated.currency {
            return Err(ObserveRefusal::CurrencyChanged {
                credit: stated.credit.clone(),
                before: before.currency,
                after: stated.currency,
            });
        }
        let applied_before = before.face_amount.checked_sub(self.remaining_on(back)?)?;
        // A list that says the face says nothing of what was applied of it before.
        let left = match stated.remaining_amount {
            Some(remaining) => remaining,
            None => stated.face_amount.min(self.remaining_on(back)?),
        };
        let after = UpstreamCreditTerms {
            face_amount: applied_before.checked_add(left)?,
            start_date: before.start_date,
            program: before.program.clone(),
            ..stated.clone()
        };
        let mut facts = Vec::new();
        if after != before {
            facts.push(CreditFact::Revised(UpstreamCreditRevised { before: before.clone(), after }));
        }
        facts.push(CreditFact::Transferred(UpstreamCreditTransferred {
            credit: before.credit,
            from_owner: before.owner.clone(),
            to_owner: before.owner,
            amount: left,
            effective: back,
        }));
        Ok(facts)
    }
}
