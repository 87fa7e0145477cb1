//! A node of a derivation, and the law it keeps.

use chrono::{DateTime, NaiveDate, Utc};
use money::{Exact, Money, MoneyError, Rounding};
use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::{Rule, RuleCited};
use crate::policy::PolicyHash;

/// Where a fact stands in the log.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct EventPosition {
    /// The stream.
    pub stream: String,
    /// The commit's sequence in it, from 1.
    pub sequence: u64,
    /// The fact's place in the commit, from 0.
    pub fact: u64,
    /// The fact's type with its version.
    pub fact_type: String,
    /// When it was recorded.
    pub recorded: DateTime<Utc>,
}

/// A fact, or part of one, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed<T> {
    /// What it says.
    pub said: T,
    /// Where.
    pub at: EventPosition,
}

/// An amount as it is written: exact, or in the minor units of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(with = "String", extend("pattern" = "^-?[0-9]+(\\.[0-9]+)?$"))]
pub enum AmountText {
    /// As AWS states it.
    Exact(Exact),
    /// In whole minor units.
    Money(Money),
}

impl AmountText {
    /// The amount.
    pub fn to_exact(self) -> Exact {
        match self {
            Self::Exact(exact) => exact,
            Self::Money(money) => money.to_exact(),
        }
    }
}

impl From<Exact> for AmountText {
    fn from(amount: Exact) -> Self {
        Self::Exact(amount)
    }
}

impl From<Money> for AmountText {
    fn from(amount: Money) -> Self {
        Self::Money(amount)
    }
}

impl std::fmt::Display for AmountText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exact(exact) => exact.fmt(f),
            Self::Money(money) => money.fmt(f),
        }
    }
}

impl Serialize for AmountText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A rounding: what an exact amount became.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RoundingStep {
    /// Before.
    pub exact: Exact,
    /// `half-even`, `half-up`, `down`; `largest-remainder` where a rounded total is shown over lines
    /// so that they add up.
    pub mode: String,
    /// After.
    pub rounded: Money,
}

/// Something that an amount may not exceed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Bound {
    /// What it is.
    pub what: String,
    /// How much.
    pub amount: Money,
    /// Whether it is the smallest, and so the one that holds.
    pub holds: bool,
}

/// An amount, and what it is the sum of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Derivation {
    /// What it is.
    pub what: String,
    /// How much, with the sign it has in the sum above it.
    pub amount: AmountText,
    /// The rule that makes it so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<RuleCited>,
    /// Where this is what a rounding added: the rounding.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rounding: Option<RoundingStep>,
    /// What it may not exceed; its size is the smallest of these, or nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bounds: Vec<Bound>,
    /// The policies it was decided under, by hash.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<PolicyHash>,
    /// The fact that states it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<EventPosition>,
    /// When it counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effective: Option<NaiveDate>,
    /// What it is the sum of; none for what a fact states.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Derivation>,
}

/// Something that was derived again and compared with the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Check {
    /// What.
    pub what: String,
    /// As it was recorded.
    pub recorded: String,
    /// As it is derived from what was known then.
    pub derived: String,
    /// Whether they are the same.
    pub agrees: bool,
}

impl Check {
    /// Compares.
    pub fn of(what: impl Into<String>, recorded: impl ToString, derived: impl ToString) -> Self {
        let (recorded, derived) = (recorded.to_string(), derived.to_string());
        Self { what: what.into(), agrees: recorded == derived, recorded, derived }
    }
}

impl Derivation {
    /// An amount without parts.
    pub fn leaf(what: impl Into<String>, amount: impl Into<AmountText>) -> Self {
        Self {
            what: what.into(),
            amount: amount.into(),
            rule: None,
            rounding: None,
            bounds: Vec::new(),
            policy: None,
            event: None,
            effective: None,
            parts: Vec::new(),
        }
    }

    /// An amount that is stated, made of these parts. Where they make another sum, what is missing
    /// stands beside them as a part of its own.
    ///
    /// # Errors
    /// [`MoneyError`] where the sum cannot be held.
    pub fn of_parts(
        what: impl Into<String>,
        amount: impl Into<AmountText>,
        mut parts: Vec<Derivation>,
    ) -> Result<Self, MoneyError> {
        let amount = amount.into();
        let missing = amount.to_exact().checked_sub(sum_of(&parts)?)?;
        if !missing.is_zero() {
            parts.push(Self::leaf("not explained by what was recorded", missing));
        }
        Ok(Self { parts, ..Self::leaf(what, amount) })
    }

    /// The sum of these parts.
    ///
    /// # Errors
    /// [`MoneyError`] where it cannot be held.
    pub fn sum(what: impl Into<String>, parts: Vec<Derivation>) -> Result<Self, MoneyError> {
        let exact = sum_of(&parts)?;
        // A sum of amounts in minor units is written with the currency's digits, as they are.
        let digits = parts.iter().map(|part| match part.amount {
            AmountText::Money(money) => Some(money.minor_digits()),
            AmountText::Exact(_) => None,
        });
        let amounts = parts.iter().filter_map(|part| match part.amount {
            AmountText::Money(money) => Some(money),
            AmountText::Exact(_) => None,
        });
        let digits: Option<std::collections::BTreeSet<u8>> = digits.collect();
        let amount = match (digits.map(|digits| digits.len()), amounts.reduce(std::ops::Add::add)) {
            (Some(1), Some(money)) => AmountText::Money(money),
            _ => AmountText::Exact(exact),
        };
        Ok(Self { parts, ..Self::leaf(what, amount) })
    }

    /// The sum of exact parts, rounded once.
    ///
    /// # Errors
    /// [`MoneyError`] where it cannot be held.
    pub fn rounded(
        what: impl Into<String>,
        rounded: Money,
        mode: &str,
        rule: Rule,
        mut parts: Vec<Derivation>,
    ) -> Result<Self, MoneyError> {
        let exact = sum_of(&parts)?;
        let step = RoundingStep { exact, mode: mode.to_owned(), rounded };
        let added = rounded.to_exact().checked_sub(exact)?;
        parts.push(Self { rounding: Some(step), ..Self::leaf("rounding", added) }.by(rule));
        Ok(Self { parts, ..Self::leaf(what, rounded) })
    }

    /// Says the rule.
    #[must_use]
    pub fn by(mut self, rule: Rule) -> Self {
        self.rule = Some(rule.cited());
        self
    }

    /// Says the fact.
    #[must_use]
    pub fn at(mut self, at: &EventPosition) -> Self {
        self.event = Some(at.clone());
        self
    }

    /// Says when it counts.
    #[must_use]
    pub fn effective(mut self, day: NaiveDate) -> Self {
        self.effective = Some(day);
        self
    }

    /// Says the policies.
    #[must_use]
    pub fn under(mut self, policy: &PolicyHash) -> Self {
        self.policy = Some(policy.clone());
        self
    }

    /// Says what it may not exceed.
    #[must_use]
    pub fn bounded(mut self, bounds: Vec<(String, Money)>) -> Self {
        let least = bounds.iter().map(|(_, amount)| *amount).min();
        self.bounds =
            bounds.into_iter().map(|(what, amount)| Bound { what, amount, holds: Some(amount) == least }).collect();
        self
    }

    /// The law: the parts add up to the amount, here and below. Answers with the first node that
    /// breaks it.
    ///
    /// # Errors
    /// What the node is.
    pub fn adds_up(&self) -> Result<(), String> {
        let sum = sum_of(&self.parts).map_err(|fault| format!("{}: {fault}", self.what))?;
        if !self.parts.is_empty() && sum != self.amount.to_exact() {
            return Err(format!("{}: its parts make {sum}, and it is {}", self.what, self.amount));
        }
        if let Some(step) = &self.rounding {
            let after = step.exact.checked_add(self.amount.to_exact()).map_err(|fault| fault.to_string())?;
            if after != step.rounded.to_exact() {
                return Err(format!("{}: {} becomes {after}, not {}", self.what, step.exact, step.rounded));
            }
        }
        self.parts.iter().try_for_each(Self::adds_up)
    }

    /// Whether part of it could not be explained.
    pub fn has_gap(&self) -> bool {
        self.what == "not explained by what was recorded" || self.parts.iter().any(Self::has_gap)
    }
}

/// The name of a rounding, as policies have it.
pub(super) fn mode_name(rounding: Rounding) -> &'static str {
    match rounding {
        Rounding::HalfEven => "half-even",
        Rounding::HalfUp => "half-up",
        Rounding::Down => "down",
    }
}

pub(super) fn sum_of(parts: &[Derivation]) -> Result<Exact, MoneyError> {
    Exact::checked_sum(parts.iter().map(|part| part.amount.to_exact()))
}
