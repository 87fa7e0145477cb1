//! Suspense: upstream credit lines of a period without a known owner. They are stripped from whom
//! AWS let benefit, they age, they block the close above a tolerance, and they leave only by being
//! attributed or restated (rule book N10, N13, W11).

use std::collections::BTreeMap;

use money::Exact;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::PromotionalLine;
use crate::{
    ids::{DeliveryId, MemberAccountId, PayerAccountId, UpstreamCreditId},
    period::BillingPeriod,
};

/// Why lines are in suspense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SuspenseReason {
    /// The line names an owner who has no live credit here.
    UnknownOwner,
    /// No credit has that description, and the account owns none.
    NoCreditFits,
    /// Several credits fit, and nothing tells which.
    SeveralCreditsFit,
    /// The credit it fits is used up: AWS applied more than its face.
    BeyondFace,
    /// Credits in another currency have that description.
    OtherCurrency,
}

/// Lines in suspense.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SuspenseItem {
    /// Its id: of the member, description and reason, so that it keeps it over deliveries.
    pub item: String,
    /// The account that AWS let benefit.
    pub member: MemberAccountId,
    /// The description.
    pub description: String,
    /// What AWS applied; negative where it took back.
    pub amount: Exact,
    /// Why it is here.
    pub reason: SuspenseReason,
}

impl SuspenseItem {
    pub(super) fn new(line: &PromotionalLine, amount: Exact, reason: SuspenseReason) -> Self {
        Self {
            item: item_id(&line.member, &line.description, &line.credit_id, reason),
            member: line.member.clone(),
            description: line.description.clone(),
            amount,
            reason,
        }
    }
}

/// Lines came into suspense.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SuspenseOpened {
    /// The payer.
    pub payer: PayerAccountId,
    /// The period of AWS's bill.
    pub period: BillingPeriod,
    /// The delivery.
    pub delivery: DeliveryId,
    /// The lines.
    #[serde(flatten)]
    pub item: SuspenseItem,
}

/// How lines left suspense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SuspenseClearing {
    /// They are attributed now, or a later delivery says otherwise.
    Reattributed,
}

/// Lines left suspense.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SuspenseCleared {
    /// The payer.
    pub payer: PayerAccountId,
    /// The period of AWS's bill.
    pub period: BillingPeriod,
    /// The item.
    pub item: String,
    /// What it amounted to.
    pub amount: Exact,
    /// How.
    pub clearing: SuspenseClearing,
}

/// An operator said whose credit a suspense item is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SuspenseAttributed {
    /// The payer.
    pub payer: PayerAccountId,
    /// The period of AWS's bill.
    pub period: BillingPeriod,
    /// The account that AWS let benefit.
    pub member: MemberAccountId,
    /// The description.
    pub description: String,
    /// The credit.
    pub credit: UpstreamCreditId,
    /// The item that it was said of.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub item: String,
}

/// An operator took back what was said of a suspense item: its lines are attributed by what is known
/// otherwise, in its month and in later ones (rule book N12).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SuspenseAttributionWithdrawn {
    /// The payer.
    pub payer: PayerAccountId,
    /// The period of AWS's bill.
    pub period: BillingPeriod,
    /// The account that AWS let benefit.
    pub member: MemberAccountId,
    /// The description.
    pub description: String,
    /// The credit that was said.
    pub credit: UpstreamCreditId,
}

/// Something that happened to a period's suspense.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)] // each variant is its fact, documented there
pub enum SuspenseFact {
    Opened(SuspenseOpened),
    Cleared(SuspenseCleared),
    Attributed(SuspenseAttributed),
    Withdrawn(SuspenseAttributionWithdrawn),
}

/// Give a suspense item an owner.
#[derive(Debug, Clone)]
pub struct AttributeByHand {
    /// The payer.
    pub payer: PayerAccountId,
    /// The period.
    pub period: BillingPeriod,
    /// The item.
    pub item: String,
    /// The credit it is of.
    pub credit: UpstreamCreditId,
}

/// The suspense of a payer and period.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuspenseState {
    /// What is in it.
    pub items: BTreeMap<String, SuspenseItem>,
    /// What operators said.
    pub by_operator: Vec<SuspenseAttributed>,
}

impl SuspenseAttributed {
    /// Whether it was said of an item. An early fact does not name its item, which follows from the lines.
    pub fn is_of(&self, item: &str) -> bool {
        if !self.item.is_empty() {
            return self.item == item;
        }
        let reasons = [
            SuspenseReason::UnknownOwner,
            SuspenseReason::NoCreditFits,
            SuspenseReason::SeveralCreditsFit,
            SuspenseReason::BeyondFace,
        ];
        reasons.into_iter().any(|reason| item_id(&self.member, &self.description, "", reason) == item)
    }
}

/// The id of an item: of what it is, so that it keeps it over deliveries.
fn item_id(member: &MemberAccountId, description: &str, credit_id: &str, reason: SuspenseReason) -> String {
    let seed = format!("{member}\u{0}{description}\u{0}{credit_id}\u{0}{reason:?}");
    hex::encode(&Sha256::digest(seed.as_bytes())[..6])
}

impl SuspenseState {
    /// Decides what a period's attribution records: items that are new, and items that are gone.
    pub fn decide(
        &self,
        payer: &PayerAccountId,
        period: BillingPeriod,
        delivery: &DeliveryId,
        items: &[SuspenseItem],
    ) -> Vec<SuspenseFact> {
        let wanted: BTreeMap<&str, &SuspenseItem> = items.iter().map(|item| (item.item.as_str(), item)).collect();
        let mut facts = Vec::new();
        for (id, item) in &self.items {
            if wanted.get(id.as_str()) != Some(&item) {
                facts.push(SuspenseFact::Cleared(SuspenseCleared {
                    payer: payer.clone(),
                    period,
                    item: id.clone(),
                    amount: item.amount,
                    clearing: SuspenseClearing::Reattributed,
                }));
            }
        }
        for (id, item) in wanted {
            if self.items.get(id) != Some(item) {
                facts.push(SuspenseFact::Opened(SuspenseOpened {
                    payer: payer.clone(),
                    period,
                    delivery: delivery.clone(),
                    item: item.clone(),
                }));
            }
        }
        facts
    }

    /// Decides an attribution by hand; `None` where there is no such item.
    pub fn decide_by_hand(&self, command: &AttributeByHand) -> Option<SuspenseFact> {
        let item = self.items.get(&command.item)?;
        Some(SuspenseFact::Attributed(SuspenseAttributed {
            payer: command.payer.clone(),
            period: command.period,
            member: item.member.clone(),
            description: item.description.clone(),
            credit: command.credit.clone(),
            item: item.item.clone(),
        }))
    }

    /// Decides to take back what was said of an item; `None` where nothing stands said of it.
    pub fn decide_withdraw(&self, item: &str) -> Option<SuspenseFact> {
        let said = self.by_operator.iter().rev().find(|said| said.is_of(item))?;
        Some(SuspenseFact::Withdrawn(SuspenseAttributionWithdrawn {
            payer: said.payer.clone(),
            period: said.period,
            member: said.member.clone(),
            description: said.description.clone(),
            credit: said.credit.clone(),
        }))
    }

    /// Folds one fact in.
    pub fn evolve(&mut self, fact: &SuspenseFact) {
        match fact {
            SuspenseFact::Opened(opened) => {
                self.items.insert(opened.item.item.clone(), opened.item.clone());
            }
            SuspenseFact::Cleared(cleared) => {
                self.items.remove(&cleared.item);
            }
            SuspenseFact::Attributed(attributed) => self.by_operator.push(attributed.clone()),
            SuspenseFact::Withdrawn(withdrawn) => self
                .by_operator
                .retain(|said| said.member != withdrawn.member || said.description != withdrawn.description),
        }
    }

    /// What an operator said of a member's lines.
    pub fn operator_says(&self, member: &MemberAccountId, description: &str) -> Option<&UpstreamCreditId> {
        self.by_operator
            .iter()
            .rev()
            .find(|said| said.member == *member && said.description == description)
            .map(|said| &said.credit)
    }

    /// What is in suspense.
    ///
    /// # Errors
    /// [`money::MoneyError`] where the sum cannot be held.
    pub fn total(&self) -> Result<Exact, money::MoneyError> {
        Exact::checked_sum(self.items.values().map(|item| item.amount))
    }
}
