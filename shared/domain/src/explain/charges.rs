//! From the lines of AWS's bill to what the customer is charged: each charge beside the rated one
//! that it became, what is kept, what is stripped.
//!
//! Every charge is rated by [`crate::rating::rate`] itself, alone, so that the explanation cannot
//! follow another rule than the document did.

use money::{Currency, Exact, Money, MoneyError};

use super::{Derivation, Placed, Rule};
use crate::{
    classification::{CreditLineTreatment, LineClass, classify_line},
    ids::{DeliveryId, MemberAccountId, PayerAccountId},
    never_covered::NeverCovered,
    period::BillingPeriod,
    policy::{CustomerTax, DiscountTreatment, Policies, RatingBasis},
    rating::{RatedCharge, RatedMonth, add_tax, rate_alone},
    reversal::with_natures,
    usage::{ChargeAggregate, CreditLineAggregate, MemberUsage},
};

/// A charge on AWS's bill, with the fact that holds it.
pub type BilledCharge = Placed<ChargeAggregate>;

/// A credit line on AWS's bill, with the fact that holds it and what it is.
#[derive(Debug, Clone)]
pub struct BilledCreditLine {
    /// The line.
    pub line: Placed<CreditLineAggregate>,
    /// What becomes of it.
    pub treatment: CreditLineTreatment,
}

/// Whose bill it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct BillOf<'a> {
    pub(super) payer: &'a PayerAccountId,
    pub(super) member: &'a MemberAccountId,
    pub(super) period: BillingPeriod,
    pub(super) currency: Currency,
}

/// A member's bill of a month, rated with its reasons.
pub(super) struct ExplainedMonth {
    /// The rated charges, in the order that rating makes them.
    pub(super) month: RatedMonth,
    /// Why each is what it is, in the same order.
    pub(super) reasons: Vec<Derivation>,
    /// What AWS charges and the customer is not charged, or the reverse.
    pub(super) kept: Vec<Derivation>,
    /// Promotional credit lines that were taken off the account.
    pub(super) stripped: Vec<Derivation>,
}

impl ExplainedMonth {
    pub(super) fn of(
        bill: BillOf<'_>,
        charges: &[BilledCharge],
        credit_lines: &[BilledCreditLine],
        policies: &Policies,
    ) -> Result<Self, MoneyError> {
        let mut explained = Self {
            month: RatedMonth::empty(bill.period, bill.currency),
            reasons: Vec::new(),
            kept: Vec::new(),
            stripped: Vec::new(),
        };
        // A rate on all charges is computed once, on all of them.
        let alone = match policies.customer_tax {
            CustomerTax::RateBeforeMemo(_) => Policies { customer_tax: CustomerTax::None, ..policies.clone() },
            _ => policies.clone(),
        };
        for charge in charges {
            explained.add_charge(bill, charge, &alone)?;
        }
        for line in credit_lines {
            explained.add_credit_line(bill, line, &alone)?;
        }
        explained.take_natures()?;
        if let CustomerTax::RateBeforeMemo(tax_rate) = policies.customer_tax {
            let gross = explained.month.gross()?;
            let amount = gross.checked_mul(tax_rate)?;
            let known = explained.month.charges.len();
            add_tax(amount, &mut explained.month)?;
            for part in &explained.month.charges[known..] {
                let of =
                    part.of_service.as_ref().map_or_else(String::new, |(code, _)| format!(" (the part of {code})"));
                let said = format!("customer tax: {gross} at a rate of {tax_rate}{of}");
                let reason = Derivation::leaf(said, part.amount).by(Rule::TaxByRate).under(&policies.hash());
                explained.reasons.push(reason);
            }
            explained.kept.push(Derivation::leaf("customer tax that AWS did not charge", -amount).by(Rule::TaxByRate));
        }
        Ok(explained)
    }

    /// Gives each line the nature of the charges that it hangs on, as rating does (law D6): a line that
    /// hangs on several natures is shown in parts.
    fn take_natures(&mut self) -> Result<(), MoneyError> {
        let lines = std::mem::take(&mut self.month.charges);
        let reasons = std::mem::take(&mut self.reasons);
        for (at, part) in with_natures(lines.clone())? {
            let (Some(line), Some(reason)) = (lines.get(at), reasons.get(at)) else { continue };
            let mut reason = reason.clone();
            if part.amount != line.amount || part.never_covered != line.never_covered {
                let words = |why: NeverCovered| format!(": {}", why.in_words());
                let alone = line.never_covered.and_then(|why| reason.what.strip_suffix(&words(why)).map(str::to_owned));
                let name = alone.unwrap_or_else(|| reason.what.clone());
                let of_part = if part.amount == line.amount { "" } else { ", a part of it" };
                reason.what = format!("{name}{of_part}{}", part.never_covered.map_or_else(String::new, words));
                if part.never_covered.is_some() {
                    reason = reason.by(Rule::NeverCovered);
                }
            }
            if part.amount != line.amount {
                reason.amount = part.amount.into();
                reason.parts.clear();
            }
            self.reasons.push(reason);
            self.month.charges.push(part);
        }
        Ok(())
    }

    /// Adds the tax on what is left after the memos, where the policy computes it so.
    pub(super) fn with_tax_after_memo(mut self, policies: &Policies, applied: Money) -> Result<Self, MoneyError> {
        let known = self.month.charges.len();
        self.month = self.month.with_tax_after_memo(policies, applied)?;
        if let (Some(tax), CustomerTax::RateAfterMemo(tax_rate)) =
            (self.month.charges.get(known), &policies.customer_tax)
        {
            let said = format!("customer tax on what memos leave, at a rate of {tax_rate}");
            self.reasons.push(Derivation::leaf(said, tax.amount).by(Rule::TaxByRate).under(&policies.hash()));
            let kept = "customer tax that AWS did not charge";
            self.kept.push(Derivation::leaf(kept, -tax.amount).by(Rule::TaxByRate));
        }
        Ok(self)
    }

    fn add_charge(&mut self, bill: BillOf<'_>, charge: &BilledCharge, alone: &Policies) -> Result<(), MoneyError> {
        let usage = usage_of(bill, vec![charge.said.clone()], Vec::new());
        let rated = rate_alone(&usage, alone, |_| CreditLineTreatment::Promotional)?;
        let name = name_of(&charge.said);
        if let Some(one) = rated.charges.first() {
            let reason = reason_of(charge, one, alone, &name)?;
            self.reasons.push(reason);
            self.month.charges.push(one.clone());
        }
        if !rated.kept.is_zero() {
            let is_tax = classify_line(&charge.said.key.line_type) == LineClass::Tax;
            let rule = if is_tax { Rule::TaxKept } else { Rule::DiscountKept };
            self.kept.push(Derivation::leaf(format!("kept of {name}"), rated.kept).by(rule).at(&charge.at));
        }
        Ok(())
    }

    fn add_credit_line(
        &mut self,
        bill: BillOf<'_>,
        line: &BilledCreditLine,
        alone: &Policies,
    ) -> Result<(), MoneyError> {
        let BilledCreditLine { line, treatment } = line;
        let name = format!("credit line '{}'", line.said.key.description);
        let usage = usage_of(bill, Vec::new(), vec![line.said.clone()]);
        let rated = rate_alone(&usage, alone, |_| *treatment)?;
        let leaf = |rule: Rule| Derivation::leaf(name.clone(), line.said.amount).by(rule).at(&line.at);
        match treatment {
            CreditLineTreatment::Promotional => self.stripped.push(leaf(Rule::CreditLineStripped)),
            CreditLineTreatment::Kept => self.kept.push(leaf(Rule::CreditLineKept)),
            CreditLineTreatment::Retained | CreditLineTreatment::GivesBack => {
                self.reasons.push(leaf(Rule::CreditLineRetained));
                self.month.charges.extend(rated.charges);
            }
        }
        Ok(())
    }
}

fn usage_of(bill: BillOf<'_>, charges: Vec<ChargeAggregate>, credit_lines: Vec<CreditLineAggregate>) -> MemberUsage {
    MemberUsage {
        payer: bill.payer.clone(),
        member: bill.member.clone(),
        period: bill.period,
        // Rating does not ask which delivery it is.
        delivery: DeliveryId::parse("explained").unwrap_or_else(|_| unreachable!("a constant id")),
        currency: bill.currency,
        charges,
        credit_lines,
    }
}

/// A charge in words: its service, kind, region and day.
pub(super) fn name_of(charge: &ChargeAggregate) -> String {
    let mut name = format!("{} {}", charge.key.product_code, charge.key.line_type);
    if !charge.key.region.is_empty() {
        name.push_str(&format!(" {}", charge.key.region));
    }
    if let Some(day) = charge.key.charge_day {
        name.push_str(&format!(" {day}"));
    }
    if let Some(month) = charge.key.charge_month {
        name.push_str(&format!(" of {month}"));
    }
    name.push_str(&format!(" ({} {})", charge.rows, if charge.rows == 1 { "line" } else { "lines" }));
    name
}

fn reason_of(
    charge: &BilledCharge,
    rated: &RatedCharge,
    policies: &Policies,
    name: &str,
) -> Result<Derivation, MoneyError> {
    let named = match rated.never_covered {
        Some(why) => format!("{name}: {}", why.in_words()),
        None => name.to_owned(),
    };
    let stated = |what: &str, amount: Exact, rule: Rule| Derivation::leaf(what, amount).by(rule).at(&charge.at);
    let mut parts = Vec::new();
    // A file that states the discounts and only what is left after them has no list amount.
    let is_net_only = charge.said.net_amount == Some(charge.said.amount) && !charge.said.discounts.is_empty();
    let basis = if is_net_only { RatingBasis::Net } else { policies.rating_basis };
    match basis {
        RatingBasis::Net => {
            let mut whole = stated(&named, rated.amount, Rule::NetBasis);
            if rated.never_covered.is_some() {
                whole = whole.by(Rule::NeverCovered);
            }
            return Ok(whole);
        }
        RatingBasis::List => {
            parts.push(stated("unblended cost", charge.said.amount, Rule::ListBasis));
            for discount in &charge.said.discounts {
                if policies.discount_treatment(&discount.discount_type) == DiscountTreatment::PassedOn {
                    parts.push(stated(discount.discount_type.as_str(), discount.amount, Rule::DiscountPassedOn));
                }
            }
        }
    }
    let rule = if rated.never_covered.is_some() { Rule::NeverCovered } else { Rule::ListBasis };
    if let [_] = parts.as_slice() {
        return Ok(stated(&named, rated.amount, rule));
    }
    Ok(Derivation::of_parts(named, rated.amount, parts)?.by(rule).at(&charge.at))
}
