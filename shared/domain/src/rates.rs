//! Conversion rates: what one unit of a memo's currency is in the currency of a customer's
//! document, stated by the distributor for a month (rule book N33, W10).
//!
//! A rate is effective by its month and recorded when it is imported. A rate that was wrong is
//! corrected by another fact; what was issued keeps the rate that stands on it. Deliberately
//! absent: inverse and cross rates, which nobody stated; exchange gains, which live in A/R.

use std::collections::BTreeMap;

use money::{Currency, Exact};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::period::BillingPeriod;

/// State a rate for a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateRate {
    /// The month.
    pub period: BillingPeriod,
    /// One unit of this.
    pub from: Currency,
    /// Is so many units of that.
    pub to: Currency,
    /// How many.
    pub rate: Exact,
    /// Who publishes it.
    pub source: String,
    /// What proves it.
    pub evidence: String,
}

/// A conversion rate was stated for a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ConversionRateStated {
    /// The month.
    pub period: BillingPeriod,
    /// One unit of this.
    pub from: Currency,
    /// Is so many units of that.
    pub to: Currency,
    /// How many.
    pub rate: Exact,
    /// The rate that this one corrects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<Exact>,
    /// Who publishes it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// What proves it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub evidence: String,
}

/// Why a rate was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RateRefusal {
    /// It converts into nothing. Correct the rate.
    #[error("the rate {rate} from {from} to {to} is not above zero: correct it")]
    NotPositive {
        /// Asked for.
        rate: Exact,
        /// From.
        from: Currency,
        /// To.
        to: Currency,
    },
    /// Nothing is converted. Leave the row out.
    #[error("the rate is from {0} to {0}: leave the row out, or correct a currency")]
    SameCurrency(Currency),
}

type Pair = (BillingPeriod, String, String);

fn pair(period: BillingPeriod, from: Currency, to: Currency) -> Pair {
    (period, from.code().to_owned(), to.code().to_owned())
}

/// The rates in force.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversionRates {
    #[serde(with = "as_list")]
    in_force: BTreeMap<Pair, ConversionRateStated>,
}

impl ConversionRates {
    /// Decides a rate. One that is in force already is not recorded twice.
    ///
    /// # Errors
    /// [`RateRefusal`].
    pub fn decide(&self, command: &StateRate) -> Result<Vec<ConversionRateStated>, RateRefusal> {
        let StateRate { period, from, to, rate, source, evidence } = command.clone();
        if !rate.is_positive() {
            return Err(RateRefusal::NotPositive { rate, from, to });
        }
        if from == to {
            return Err(RateRefusal::SameCurrency(from));
        }
        let stands = self.in_force(period, from, to);
        if stands.is_some_and(|stands| stands.rate == rate && stands.source == source && stands.evidence == evidence) {
            return Ok(Vec::new());
        }
        let replaces = stands.map(|stands| stands.rate);
        Ok(vec![ConversionRateStated { period, from, to, rate, replaces, source, evidence }])
    }

    /// Folds one fact in.
    pub fn evolve(&mut self, fact: &ConversionRateStated) {
        self.in_force.insert(pair(fact.period, fact.from, fact.to), fact.clone());
    }

    /// The rate stated for a month, in this direction.
    pub fn in_force(&self, period: BillingPeriod, from: Currency, to: Currency) -> Option<&ConversionRateStated> {
        self.in_force.get(&pair(period, from, to))
    }
}

/// The rates as a list: JSON names its members by text only.
mod as_list {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serializer};

    use super::{ConversionRateStated, Pair, pair};

    pub(super) fn serialize<S: Serializer>(
        rates: &BTreeMap<Pair, ConversionRateStated>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(rates.values())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<Pair, ConversionRateStated>, D::Error> {
        let rates = Vec::<ConversionRateStated>::deserialize(deserializer)?;
        Ok(rates.into_iter().map(|rate| (pair(rate.period, rate.from, rate.to), rate)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stated(rate: &str) -> StateRate {
        StateRate {
            period: BillingPeriod::parse("2019-01").unwrap(),
            from: Currency::USD,
            to: Currency::parse("EUR").unwrap(),
            rate: Exact::parse(rate).unwrap(),
            source: "ECB".into(),
            evidence: String::new(),
        }
    }

    #[test]
    fn a_rate_is_corrected_by_another_fact_and_never_inverted() {
        let mut rates = ConversionRates::default();
        for fact in rates.decide(&stated("0.92")).unwrap() {
            rates.evolve(&fact);
        }
        assert_eq!(rates.decide(&stated("0.92")), Ok(Vec::new()), "the same rate again");
        let corrected = rates.decide(&stated("0.93")).unwrap();
        assert_eq!(corrected[0].replaces, Some(Exact::parse("0.92").unwrap()));
        let StateRate { period, from, to, .. } = stated("1");
        assert!(rates.in_force(period, from, to).is_some());
        assert!(rates.in_force(period, to, from).is_none());
        assert!(rates.in_force(period.next(), from, to).is_none());
        assert!(matches!(rates.decide(&stated("0")), Err(RateRefusal::NotPositive { .. })));
    }

    #[test]
    fn the_state_is_read_back_as_it_was_written() {
        let mut rates = ConversionRates::default();
        for fact in rates.decide(&stated("0.92")).unwrap() {
            rates.evolve(&fact);
        }
        let text = serde_json::to_string(&rates).unwrap();
        assert_eq!(serde_json::from_str::<ConversionRates>(&text).unwrap(), rates);
    }
}
