//! The policy that asks for a second person is itself under four eyes (rule book B.2): once it is on, one
//! person alone neither turns it off nor changes it. Who proposes an adoption says what the file says; it is
//! laid over the policies in force when another person approves it (D8).

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    AdoptPolicies, BadPolicy, ClosedPeriodCorrections, FourEyesAct, Policies, PoliciesOfPayer, PolicyAdopted,
    PolicyHistory, PolicyRefusal, StatedPolicies,
};
use crate::{
    memo::{ApprovalRefusal, check_second_person},
    period::BillingPeriod,
};

/// An adoption that touches the policy of four eyes waits for a second person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PoliciesProposed {
    /// Its id.
    pub proposal: String,
    /// The first period they are to hold for; none: from the first that is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<BillingPeriod>,
    /// What the policy file states.
    pub stated: StatedPolicies,
    /// Who proposed it.
    pub by: String,
    /// Why; blank where nobody said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// A second person approved an adoption; the adoption is in the same commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PoliciesApproved {
    /// The proposal.
    pub proposal: String,
    /// Who proposed it.
    pub proposed_by: String,
    /// Who approved it.
    pub by: String,
}

/// A proposed adoption was turned down by another person, or withdrawn by who made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PoliciesRejected {
    /// The proposal.
    pub proposal: String,
    /// Who proposed it.
    pub proposed_by: String,
    /// Who turned it down, or withdrew it.
    pub by: String,
    /// Why; blank where nobody said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// Why policies were not adopted, or a proposal of theirs not approved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyActRefusal {
    /// What is stated is no policy.
    #[error(transparent)]
    Stated(#[from] BadPolicy),
    /// They were not adopted.
    #[error(transparent)]
    Adoption(#[from] PolicyRefusal),
    /// There is no such proposal, or its maker wants to approve it.
    #[error(transparent)]
    Approval(#[from] ApprovalRefusal),
}

/// The acts that need a second person under these policies.
pub fn acts_of_two(policies: &Policies) -> BTreeSet<FourEyesAct> {
    let mut acts: BTreeSet<FourEyesAct> = policies.four_eyes.iter().copied().collect();
    // A policy that corrects closed months by reopening them reopens by approved act only.
    if policies.closed_period_corrections == ClosedPeriodCorrections::Reopen {
        acts.insert(FourEyesAct::Reopen);
    }
    acts
}

/// The policies as an adoption finds them: of all payers, or of one.
#[derive(Debug, Clone)]
pub struct AdoptionContext {
    /// The payer's and the general ones. For an adoption for all payers there are only general ones.
    pub policies: PoliciesOfPayer,
    /// It is for one payer.
    pub is_of_payer: bool,
    /// The last period that is closed, of the payers concerned.
    pub last_closed: Option<BillingPeriod>,
    /// The present month.
    pub present: BillingPeriod,
}

impl AdoptionContext {
    fn history(&self) -> &PolicyHistory {
        if self.is_of_payer { &self.policies.own } else { &self.policies.general }
    }

    /// What is to be adopted: from when, and all policies that come of what is stated.
    ///
    /// # Errors
    /// [`BadPolicy`].
    pub fn command(&self, from: Option<BillingPeriod>, stated: &StatedPolicies) -> Result<AdoptPolicies, BadPolicy> {
        let from = from.or(self.last_closed.map(BillingPeriod::next));
        let base = self.policies.in_force(from.unwrap_or(self.present));
        Ok(AdoptPolicies { from, policies: stated.over(&base)?, last_closed: self.last_closed })
    }

    /// Decides an adoption; nothing where these policies were in force before.
    ///
    /// # Errors
    /// [`PolicyActRefusal`].
    pub fn decide(
        &self,
        from: Option<BillingPeriod>,
        stated: &StatedPolicies,
    ) -> Result<Vec<PolicyAdopted>, PolicyActRefusal> {
        Ok(self.history().decide(self.command(from, stated)?)?)
    }

    /// Whether an adoption needs a second person: four eyes are on from its first period on, at any time, and
    /// it changes which acts they are asked for.
    pub fn needs_second_person(&self, adopted: &PolicyAdopted) -> bool {
        let after = acts_of_two(&adopted.policies);
        let first = adopted.from.unwrap_or(self.present).min(self.present);
        let standing = std::iter::once(self.policies.in_force(first));
        // The general ones say nothing of a payer that has its own by then.
        let has_own = self.policies.own.in_force(first).is_some();
        let general = (!has_own).then_some(&self.policies.general);
        let histories = std::iter::once(&self.policies.own).chain(general);
        let later = histories.flat_map(|history| history.from_on(adopted.from)).cloned();
        standing.chain(later).any(|policies| {
            let before = acts_of_two(&policies);
            !before.is_empty() && before != after
        })
    }

    /// Decides an approval: what was stated is laid over the policies in force now.
    ///
    /// # Errors
    /// [`PolicyActRefusal`].
    pub fn decide_approve(
        &self,
        proposal: &str,
        by: &str,
    ) -> Result<(PoliciesApproved, Vec<PolicyAdopted>), PolicyActRefusal> {
        let proposed = self.history().waiting(proposal)?;
        check_second_person(&proposed.by, by)?;
        let facts = self.decide(proposed.from, &proposed.stated)?;
        let approved =
            PoliciesApproved { proposal: proposal.to_owned(), proposed_by: proposed.by.clone(), by: by.to_owned() };
        Ok((approved, facts))
    }
}

impl PolicyHistory {
    fn waiting(&self, proposal: &str) -> Result<&PoliciesProposed, ApprovalRefusal> {
        self.proposals.get(proposal).ok_or_else(|| ApprovalRefusal::Unknown(proposal.to_owned()))
    }

    /// Adoptions that wait for a second person.
    pub fn proposals(&self) -> impl Iterator<Item = &PoliciesProposed> {
        self.proposals.values()
    }

    /// Decides a rejection, or a withdrawal by who made the proposal.
    ///
    /// # Errors
    /// [`ApprovalRefusal::Unknown`].
    pub fn decide_reject(&self, proposal: &str, by: &str, reason: &str) -> Result<PoliciesRejected, ApprovalRefusal> {
        let proposed = self.waiting(proposal)?;
        Ok(PoliciesRejected {
            proposal: proposal.to_owned(),
            proposed_by: proposed.by.clone(),
            by: by.to_owned(),
            reason: reason.to_owned(),
        })
    }

    /// Folds a proposal in.
    pub fn propose(&mut self, fact: &PoliciesProposed) {
        self.proposals.insert(fact.proposal.clone(), fact.clone());
    }

    /// Folds the end of a proposal in, however it ended.
    pub fn end_proposal(&mut self, proposal: &str) {
        self.proposals.remove(proposal);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(text: &str) -> BillingPeriod {
        BillingPeriod::parse(text).unwrap()
    }

    fn stated(json: &str) -> StatedPolicies {
        let file: serde_json::Map<String, serde_json::Value> = serde_json::from_str(json).unwrap();
        file.into()
    }

    /// The books in February 2019, after adoptions of all payers and of one: (from, file).
    fn context(general: &[(&str, &str)], own: &[(&str, &str)], is_of_payer: bool) -> AdoptionContext {
        let adopted = |all: &[(&str, &str)]| {
            all.iter().fold(PolicyHistory::default(), |history, (from, file)| {
                let policies = stated(file).over(&Policies::default()).unwrap();
                history.evolve(&PolicyAdopted { from: Some(period(from)), hash: policies.hash(), policies })
            })
        };
        AdoptionContext {
            policies: PoliciesOfPayer { general: adopted(general), own: adopted(own) },
            is_of_payer,
            last_closed: None,
            present: period("2019-02"),
        }
    }

    #[test]
    fn one_person_turns_four_eyes_on_and_not_off() {
        let on = r#"{"four_eyes":["write-off"]}"#;
        let (off, other) = (r#"{"four_eyes":[]}"#, r#"{"memo_expiry":"never"}"#);
        let reopen = r#"{"closed_period_corrections":"reopen"}"#;
        let open = r#"{"closed_period_corrections":"open-period"}"#;
        for (what, general, own, of_payer, from, file, of_two) in [
            ("turned on", &[][..], &[][..], false, "2019-02", on, false),
            ("turned off", &[("2019-01", on)][..], &[][..], false, "2019-02", off, true),
            (
                "widened",
                &[("2019-01", on)][..],
                &[][..],
                false,
                "2019-02",
                r#"{"four_eyes":["write-off","refund"]}"#,
                true,
            ),
            ("another policy", &[("2019-01", on)][..], &[][..], false, "2019-02", other, false),
            ("turned off for one payer", &[("2019-01", on)][..], &[][..], true, "2019-02", off, true),
            ("turned off later", &[("2019-01", on)][..], &[][..], false, "2019-09", off, true),
            ("turned off before it is on", &[("2019-05", on)][..], &[][..], false, "2019-03", off, true),
            ("hidden behind an earlier adoption", &[("2019-05", on)][..], &[][..], false, "2019-03", other, true),
            ("a payer's own", &[][..], &[("2019-01", on)][..], true, "2019-02", off, true),
            (
                "a payer that has its own",
                &[("2019-01", on)][..],
                &[("2019-01", other)][..],
                true,
                "2019-02",
                r#"{"rounding":"half-up"}"#,
                false,
            ),
            ("reopening by one", &[("2019-01", reopen)][..], &[][..], false, "2019-02", open, true),
        ] {
            let context = context(general, own, of_payer);
            let facts = context.decide(Some(period(from)), &stated(file)).unwrap();
            let adopted = facts.first();
            // Nothing is adopted where nothing changes.
            let asked = adopted.is_some_and(|adopted| context.needs_second_person(adopted));
            assert_eq!(asked, of_two, "{what}");
        }
    }

    #[test]
    fn what_was_stated_is_laid_over_what_is_in_force_when_it_is_approved() {
        let mut context = context(&[("2019-01", r#"{"four_eyes":["refund"]}"#)], &[], false);
        context.policies.general.propose(&PoliciesProposed {
            proposal: "p".into(),
            from: None,
            stated: stated(r#"{"four_eyes":[]}"#),
            by: "ann".into(),
            reason: String::new(),
        });
        let later = stated(r#"{"four_eyes":["refund"],"memo_expiry":"never"}"#).over(&Policies::default()).unwrap();
        context.policies.general = context.policies.general.evolve(&PolicyAdopted {
            from: Some(period("2019-02")),
            hash: later.hash(),
            policies: later,
        });
        context.last_closed = Some(period("2019-02"));
        assert!(matches!(
            context.decide_approve("p", "ANN"),
            Err(PolicyActRefusal::Approval(ApprovalRefusal::SamePerson { .. }))
        ));
        let (_, facts) = context.decide_approve("p", "bob").unwrap();
        assert_eq!(facts[0].from, Some(period("2019-03")), "the month that is open now");
        assert_eq!(facts[0].policies.memo_expiry, crate::policy::MemoExpiry::Never, "what was adopted since stays");
        assert!(facts[0].policies.four_eyes.is_empty());
    }
}
