//! Which aggregate a subject is: the way back from a subject to typed ids.

use domain::{
    ids::{MemberAccountId, PayerAccountId, UpstreamCreditId},
    period::BillingPeriod,
};

use crate::{BadSubject, StreamName, Subject};

/// The aggregate that a subject is the boundary of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)] // the fields are the ids that the subject is made of
pub enum AggregateKey {
    GeneralPolicy,
    ConversionRates,
    Command { token: String },
    Policy { payer: PayerAccountId },
    Member { payer: PayerAccountId, member: MemberAccountId },
    Delivery { payer: PayerAccountId, period: BillingPeriod },
    MemberUsage { payer: PayerAccountId, member: MemberAccountId, period: BillingPeriod },
    UpstreamCredit { payer: PayerAccountId, credit: UpstreamCreditId },
    Suspense { payer: PayerAccountId, period: BillingPeriod },
    Memos { payer: PayerAccountId, member: MemberAccountId },
    Billing { payer: PayerAccountId, period: BillingPeriod },
}

impl AggregateKey {
    /// The aggregate of a subject.
    ///
    /// # Errors
    /// [`BadSubject`] where it is none of this log's.
    pub fn of(subject: &Subject) -> Result<Self, BadSubject> {
        let bad = || BadSubject(subject.to_string());
        // Reserved words are compared as they stand: an id that equals one is escaped.
        let raw: Vec<&str> = subject.as_str().split('.').skip(1).collect();
        let tokens = subject.tokens();
        let payer = || PayerAccountId::parse(&tokens[0]).map_err(|_| bad());
        let member = |at: usize| MemberAccountId::parse(&tokens[at]).map_err(|_| bad());
        let period = |at: usize| BillingPeriod::parse(&tokens[at]).map_err(|_| bad());
        Ok(match (subject.stream(), raw.as_slice()) {
            (StreamName::Accounts, ["policy"]) => Self::GeneralPolicy,
            (StreamName::Accounts, ["rates"]) => Self::ConversionRates,
            (StreamName::Accounts, ["commands", "key", token]) => Self::Command { token: (*token).to_owned() },
            (StreamName::Accounts, [_, "policy"]) => Self::Policy { payer: payer()? },
            (StreamName::Accounts, [_, _]) => Self::Member { payer: payer()?, member: member(1)? },
            (StreamName::Usage, [_, "delivery", _]) => Self::Delivery { payer: payer()?, period: period(2)? },
            (StreamName::Usage, [_, _, _]) => {
                Self::MemberUsage { payer: payer()?, member: member(1)?, period: period(2)? }
            }
            (StreamName::Credits, [_, "suspense", _]) => Self::Suspense { payer: payer()?, period: period(2)? },
            (StreamName::Credits, [_, _]) => Self::UpstreamCredit {
                payer: payer()?,
                credit: UpstreamCreditId::parse(&tokens[1]).map_err(|_| bad())?,
            },
            (StreamName::Memos, [_, _]) => Self::Memos { payer: payer()?, member: member(1)? },
            (StreamName::Billing, [_, _]) => Self::Billing { payer: payer()?, period: period(1)? },
            _ => return Err(bad()),
        })
    }

    /// The payer it is of; none for what all payers share.
    #[must_use]
    pub const fn payer(&self) -> Option<&PayerAccountId> {
        match self {
            Self::GeneralPolicy | Self::ConversionRates | Self::Command { .. } => None,
            Self::Policy { payer }
            | Self::Member { payer, .. }
            | Self::Delivery { payer, .. }
            | Self::MemberUsage { payer, .. }
            | Self::UpstreamCredit { payer, .. }
            | Self::Suspense { payer, .. }
            | Self::Memos { payer, .. }
            | Self::Billing { payer, .. } => Some(payer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_subject_leads_back_to_its_ids() {
        let payer = PayerAccountId::parse("999900001111").unwrap();
        let member = MemberAccountId::parse("suspense").unwrap();
        let credit = UpstreamCreditId::parse("Policy_1").unwrap();
        let period = BillingPeriod::parse("2019-01").unwrap();
        for (subject, key) in [
            (Subject::general_policy(), AggregateKey::GeneralPolicy),
            (Subject::rates(), AggregateKey::ConversionRates),
            (Subject::policy(&payer), AggregateKey::Policy { payer: payer.clone() }),
            (Subject::member(&payer, &member), AggregateKey::Member { payer: payer.clone(), member: member.clone() }),
            (Subject::delivery(&payer, period), AggregateKey::Delivery { payer: payer.clone(), period }),
            (
                Subject::member_usage(&payer, &member, period),
                AggregateKey::MemberUsage { payer: payer.clone(), member: member.clone(), period },
            ),
            (
                Subject::credit(&payer, &credit),
                AggregateKey::UpstreamCredit { payer: payer.clone(), credit: credit.clone() },
            ),
            (Subject::suspense(&payer, period), AggregateKey::Suspense { payer: payer.clone(), period }),
            (Subject::memos(&payer, &member), AggregateKey::Memos { payer: payer.clone(), member: member.clone() }),
            (Subject::billing(&payer, period), AggregateKey::Billing { payer: payer.clone(), period }),
        ] {
            let shared = matches!(key, AggregateKey::GeneralPolicy | AggregateKey::ConversionRates);
            assert_eq!(key.payer(), Some(&payer).filter(|_| !shared), "{subject}");
            assert_eq!(AggregateKey::of(&subject), Ok(key), "{subject}");
        }
    }
}
