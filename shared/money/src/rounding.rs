//! Rounding by name, and a rounded total shown over lines that add up.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Currency, Exact, Money, MoneyError};

/// How an exact amount becomes minor units. The mode is stored with every document (rule book N34).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Rounding {
    /// A tie goes to the even unit: 250.405 is 250.40. The default.
    #[default]
    HalfEven,
    /// A tie goes away from zero: 250.405 is 250.41.
    HalfUp,
    /// Towards zero: what AWS has funded in full units, never more.
    Down,
}

/// Shares `total` over `parts` so that each line is within one minor unit of its exact amount and
/// the lines add up to `total`: every part is rounded down, then the missing units go to the
/// largest remainders, ties to the earlier line.
///
/// # Errors
/// [`MoneyError`] where a part cannot be held in minor units.
pub fn share_by_largest_remainder(total: Money, parts: &[Exact], currency: Currency) -> Result<Vec<Money>, MoneyError> {
    let mut shares = Vec::with_capacity(parts.len());
    let mut remainders = Vec::with_capacity(parts.len());
    for part in parts {
        let toward_zero = part.round_to_money(currency, Rounding::Down)?;
        let remainder = part.checked_sub(toward_zero.to_exact())?;
        // Floor, so that every remainder is positive and comparable.
        let unit = Money::from_units(1, currency.minor_digits());
        if remainder.is_negative() {
            shares.push(toward_zero - unit);
            remainders.push(remainder.checked_add(unit.to_exact())?);
        } else {
            shares.push(toward_zero);
            remainders.push(remainder);
        }
    }
    if shares.is_empty() {
        return Ok(shares);
    }
    let mut missing = (total - Money::sum(currency, shares.iter().copied())).units();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by(|a, b| remainders[*b].cmp(&remainders[*a]).then(a.cmp(b)));
    let step = if missing < 0 { -1 } else { 1 };
    if step < 0 {
        order.reverse();
    }
    // The total may differ from the parts by more than one unit a line (a cap, a draw): whole
    // rounds first, so that the loop is bounded by the number of lines.
    let lines = order.len() as i128;
    let whole_rounds = missing / lines;
    if whole_rounds != 0 {
        for share in &mut shares {
            *share += Money::from_units(whole_rounds, currency.minor_digits());
        }
        missing -= whole_rounds * lines;
    }
    for at in order.into_iter().take(usize::try_from(missing.abs()).unwrap_or(0)) {
        shares[at] += Money::from_units(step, currency.minor_digits());
    }
    Ok(shares)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn three_thirds_of_a_hundred_show_as_33_34_33_33_33_33() {
        let third = Exact::parse("33.3333333333").unwrap();
        let total = Money::parse("100.00", Currency::USD).unwrap();
        let shown: Vec<String> = share_by_largest_remainder(total, &[third; 3], Currency::USD)
            .unwrap()
            .iter()
            .map(Money::to_string)
            .collect();
        assert_eq!(shown, ["33.34", "33.33", "33.33"]);
    }

    proptest! {
        #[test]
        fn the_lines_add_up_to_the_total(parts in prop::collection::vec(-1_000_000i64..1_000_000, 1..20), drift in -50i128..50) {
            let exact: Vec<Exact> = parts.iter().map(|part| Exact::from_parts(i128::from(*part), 4).unwrap()).collect();
            let sum = Exact::checked_sum(exact.iter().copied()).unwrap().round_to_money(Currency::USD, Rounding::HalfEven).unwrap();
            let total = sum + Money::from_units(drift, 2);
            let shares = share_by_largest_remainder(total, &exact, Currency::USD).unwrap();
            prop_assert_eq!(Money::sum(Currency::USD, shares), total);
        }

        #[test]
        fn each_line_is_within_a_unit_of_its_amount(parts in prop::collection::vec(-1_000_000i64..1_000_000, 1..20)) {
            let exact: Vec<Exact> = parts.iter().map(|part| Exact::from_parts(i128::from(*part), 4).unwrap()).collect();
            let total = Exact::checked_sum(exact.iter().copied()).unwrap().round_to_money(Currency::USD, Rounding::HalfEven).unwrap();
            let shares = share_by_largest_remainder(total, &exact, Currency::USD).unwrap();
            for (share, part) in shares.iter().zip(&exact) {
                let gap = share.to_exact().checked_sub(*part).unwrap().abs();
                prop_assert!(gap <= Exact::parse("0.01").unwrap());
            }
        }
    }
}
