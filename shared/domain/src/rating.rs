//! Rating: what a member's charges are to its customer, and which of them a memo may pay.
//!
//! Upstream amounts become the customer's amounts here and nowhere else: the rating basis, the
//! discounts that are passed on, the retained credit lines, the tax. Source of the default basis:
//! W9 of the rule book.

use money::{Currency, Exact, Money, MoneyError};
use sha2::{Digest, Sha256};

use crate::{
    classification::{CreditLineTreatment, LineClass, classify_line},
    ids::ProductCode,
    never_covered::{NeverCovered, never_covered},
    period::BillingPeriod,
    policy::{CustomerTax, DiscountTreatment, Policies, RatingBasis},
    reversal::{Hangs, hangs, is_refund, is_undated, refund_as_charge, reversed_month, with_natures},
    usage::{ChargeAggregate, ChargeKey, CreditLineAggregate, LineType, MemberUsage},
};

/// What the customer is charged for one group of lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RatedCharge {
    /// The service.
    pub product_code: ProductCode,
    /// Its name where the bill states one.
    pub service_name: String,
    /// The line type, in the bill's words.
    pub line_type: LineType,
    /// AWS region, blank where none.
    pub region: String,
    /// The day it was incurred, where the ingest kept days.
    pub day: Option<chrono::NaiveDate>,
    /// The seller of record and AWS's invoice.
    pub seller: SellerOfRecord,
    /// What the customer is charged; negative for a discount, a refund, a retained credit.
    pub amount: Exact,
    /// Why no memo pays it, if so.
    pub never_covered: Option<NeverCovered>,
    /// How it hangs on other charges of the month, whose nature it then has ([`crate::reversal`]).
    pub hangs: Hangs,
    /// The bill type or charge class, which tells upfront purchases and corrections apart.
    pub bill_type: String,
    /// The service it is restricted as, by code and name, where that is another than the one it is shown
    /// under.
    pub of_service: Option<(ProductCode, String)>,
}

impl RatedCharge {
    /// The service that a memo's restriction asks for, by code and name.
    pub fn service(&self) -> (&str, &str) {
        match &self.of_service {
            Some((code, name)) => (code.as_str(), name),
            None => (self.product_code.as_str(), &self.service_name),
        }
    }
}

/// Who sold a charge, and on which of AWS's invoices it stands (rule book N38). Blank where the bill
/// does not say.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct SellerOfRecord {
    /// The legal entity.
    pub legal_entity: String,
    /// `AWS` or `AWS Marketplace`.
    pub billing_entity: String,
    /// AWS's invoice.
    pub invoice_id: String,
}

impl SellerOfRecord {
    fn of(key: &ChargeKey) -> Self {
        Self {
            legal_entity: key.legal_entity.clone(),
            billing_entity: key.billing_entity.clone(),
            invoice_id: key.invoice_id.clone(),
        }
    }
}

/// A member's month, rated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RatedMonth {
    /// The month.
    pub period: BillingPeriod,
    /// The currency of the charges.
    pub currency: Currency,
    /// Everything the customer is charged, before any memo.
    pub charges: Vec<RatedCharge>,
    /// What AWS charges (promotional credits aside) less what the customer is charged: kept
    /// discounts and credit lines, tax that is computed anew. Negative where the distributor gains.
    /// On no document; it ties the document to AWS's bill.
    pub kept: Exact,
    /// What AWS charges before any credit line, discounts in columns taken off.
    pub upstream: Exact,
    /// Charges are rated `net` because the file has no other amount, though the basis is `list`.
    pub is_net_only: bool,
}

impl RatedMonth {
    /// A month without charges.
    pub fn empty(period: BillingPeriod, currency: Currency) -> Self {
        Self { period, currency, charges: Vec::new(), kept: Exact::ZERO, upstream: Exact::ZERO, is_net_only: false }
    }

    /// A digest of the charges, whatever their order: what a correction was decided upon.
    pub fn digest(&self) -> String {
        let mut lines: Vec<String> = self
            .charges
            .iter()
            .map(|charge| {
                let RatedCharge { product_code, line_type, region, day, amount, never_covered, .. } = charge;
                format!("{product_code:?} {line_type:?} {region:?} {day:?} {amount} {never_covered:?}")
            })
            .collect();
        lines.sort();
        hex::encode(&Sha256::digest(lines.join("\n").as_bytes())[..8])
    }

    /// The exact sum of all charges.
    ///
    /// # Errors
    /// [`MoneyError`] where it cannot be held.
    pub fn gross(&self) -> Result<Exact, MoneyError> {
        Exact::checked_sum(self.charges.iter().map(|charge| charge.amount))
    }
}

/// Rates a member's month. `treat` says what each credit line is.
///
/// # Errors
/// [`MoneyError`] where a sum cannot be held exactly.
pub fn rate(
    usage: &MemberUsage,
    policies: &Policies,
    treat: impl Fn(&CreditLineAggregate) -> CreditLineTreatment,
) -> Result<RatedMonth, MoneyError> {
    let mut month = rate_alone(usage, policies, treat)?;
    let lines = std::mem::take(&mut month.charges);
    month.charges = with_natures(lines)?.into_iter().map(|(_, charge)| charge).collect();
    add_tax_by_rate(policies, &mut month)?;
    Ok(month)
}

/// The same, each line judged by itself: without the nature of the charges that it hangs on, and
/// without tax by a rate.
pub(crate) fn rate_alone(
    usage: &MemberUsage,
    policies: &Policies,
    treat: impl Fn(&CreditLineAggregate) -> CreditLineTreatment,
) -> Result<RatedMonth, MoneyError> {
    let mut month = RatedMonth::empty(usage.period, usage.currency);
    for charge in &usage.charges {
        rate_charge(charge, policies, &mut month)?;
    }
    for line in &usage.credit_lines {
        match treat(line) {
            CreditLineTreatment::Promotional => {}
            CreditLineTreatment::Kept => month.kept = month.kept.checked_add(line.amount)?,
            CreditLineTreatment::GivesBack => rate_charge(&refund_as_charge(line), policies, &mut month)?,
            CreditLineTreatment::Retained => {
                let key = key_of_credit_line(line);
                month.charges.push(RatedCharge {
                    never_covered: never_covered(&key, usage.period, &policies.never_covered),
                    seller: SellerOfRecord::of(&key),
                    product_code: key.product_code,
                    service_name: String::new(),
                    line_type: key.line_type,
                    region: key.region,
                    day: key.charge_day,
                    amount: line.amount,
                    hangs: Hangs::LeftCredit,
                    bill_type: String::new(),
                    of_service: None,
                });
            }
        }
    }
    Ok(month)
}

fn rate_charge(charge: &ChargeAggregate, policies: &Policies, month: &mut RatedMonth) -> Result<(), MoneyError> {
    let class = classify_line(&charge.key.line_type);
    let kept_line = match class {
        LineClass::Discount => {
            policies.rating_basis == RatingBasis::List
                && policies.discount_treatment(&charge.key.line_type) == DiscountTreatment::Kept
        }
        LineClass::Tax => !matches!(policies.customer_tax, CustomerTax::PassedOn),
        _ => false,
    };
    let stated = Exact::checked_sum(charge.discounts.iter().map(|discount| discount.amount))?;
    let after_all = match charge.net_amount {
        Some(net) => net,
        None => charge.amount.checked_add(stated)?,
    };
    month.upstream = month.upstream.checked_add(after_all)?;
    if kept_line {
        month.kept = month.kept.checked_add(after_all)?;
        return Ok(());
    }
    // FOCUS writes a discount on a line of its own as an adjustment whose discounts are all of it.
    if charge.net_amount == Some(charge.amount) && stated == charge.amount && !stated.is_zero() {
        return rate_discount_line(charge, policies, month);
    }
    // A file that states the discounts and only what is left after them has no list amount.
    let is_net_only = charge.net_amount == Some(charge.amount) && !charge.discounts.is_empty();
    month.is_net_only |= is_net_only && policies.rating_basis == RatingBasis::List;
    let amount = match policies.rating_basis {
        _ if is_net_only => after_all,
        RatingBasis::Net => after_all,
        RatingBasis::List => {
            let passed_on = charge
                .discounts
                .iter()
                .filter(|discount| policies.discount_treatment(&discount.discount_type) == DiscountTreatment::PassedOn)
                .map(|discount| discount.amount);
            charge.amount.checked_add(Exact::checked_sum(passed_on)?)?
        }
    };
    month.kept = month.kept.checked_add(after_all.checked_sub(amount)?)?;
    month.charges.push(RatedCharge {
        product_code: charge.key.product_code.clone(),
        service_name: charge.key.service_name.clone(),
        line_type: charge.key.line_type.clone(),
        region: charge.key.region.clone(),
        day: charge.key.charge_day,
        seller: SellerOfRecord::of(&charge.key),
        amount,
        never_covered: own_judgement(charge, month.period, policies),
        hangs: hangs(charge, month.period),
        bill_type: charge.key.bill_type.clone(),
        of_service: None,
    });
    Ok(())
}

/// Why no memo pays a line, as far as it tells by itself.
fn own_judgement(charge: &ChargeAggregate, period: BillingPeriod, policies: &Policies) -> Option<NeverCovered> {
    if is_undated(charge) {
        return Some(NeverCovered::CannotBeTold);
    }
    // The months that have a statement took what is theirs: nobody here paid what this gives back.
    if charge.amount.is_negative() && reversed_month(charge, period).is_some() {
        return Some(NeverCovered::BeforeStatements);
    }
    let of_service = |key: &ChargeKey| never_covered(key, period, &policies.never_covered);
    if is_refund(charge) {
        return of_service(&ChargeKey { line_type: "Refund".into(), ..charge.key.clone() });
    }
    of_service(&charge.key)
}

impl RatedMonth {
    /// The month with the tax on what is left after the memos, where the policy computes it so
    /// (rule book N35). Decide the draws without it: no memo pays a tax that depends on what it
    /// pays. `gross` is what the charges were rounded to, `applied` what memos pay of them; so that
    /// a month paid in full bears no tax on what rounding left.
    ///
    /// # Errors
    /// [`MoneyError`] where the tax cannot be held exactly.
    pub fn with_tax_after_memo(mut self, policies: &Policies, applied: Money) -> Result<Self, MoneyError> {
        if let CustomerTax::RateAfterMemo(rate) = policies.customer_tax {
            let gross = self.gross()?.round_to_money(self.currency, policies.rounding)?;
            let tax = (gross - applied).to_exact().checked_mul(rate)?;
            if !tax.is_zero() {
                self.kept = self.kept.checked_sub(tax)?;
                self.charges.push(RatedCharge { never_covered: Some(NeverCovered::TaxAfterMemo), ..tax_line(tax) });
            }
        }
        Ok(self)
    }
}

/// A line that is nothing but discounts, each treated by its name.
fn rate_discount_line(charge: &ChargeAggregate, policies: &Policies, month: &mut RatedMonth) -> Result<(), MoneyError> {
    for discount in &charge.discounts {
        let is_kept = policies.rating_basis == RatingBasis::List
            && policies.discount_treatment(&discount.discount_type) == DiscountTreatment::Kept;
        if is_kept {
            month.kept = month.kept.checked_add(discount.amount)?;
            continue;
        }
        let key = ChargeKey { line_type: discount.discount_type.clone(), ..charge.key.clone() };
        month.charges.push(RatedCharge {
            never_covered: never_covered(&key, month.period, &policies.never_covered),
            seller: SellerOfRecord::of(&key),
            product_code: key.product_code,
            service_name: key.service_name,
            line_type: charge.key.line_type.clone(),
            region: key.region,
            day: key.charge_day,
            amount: discount.amount,
            hangs: Hangs::Discount,
            bill_type: key.bill_type,
            of_service: None,
        });
    }
    Ok(())
}

/// A tax rate on the charges before the memo is a charge like any other; a rate after the memo
/// depends on the draws and is added by [`RatedMonth::with_tax_after_memo`].
fn add_tax_by_rate(policies: &Policies, month: &mut RatedMonth) -> Result<(), MoneyError> {
    if let CustomerTax::RateBeforeMemo(rate) = policies.customer_tax {
        let amount = month.gross()?.checked_mul(rate)?;
        month.kept = month.kept.checked_sub(amount)?;
        add_tax(amount, month)?;
    }
    Ok(())
}

/// Adds a tax on all charges of a month, in parts where they differ in nature.
pub(crate) fn add_tax(amount: Exact, month: &mut RatedMonth) -> Result<(), MoneyError> {
    let known = month.charges.len();
    let mut lines = month.charges.clone();
    lines.push(RatedCharge { hangs: Hangs::Tax, ..tax_line(amount) });
    // The charges are judged already: only what becomes of the tax is asked.
    for line in &mut lines[..known] {
        line.hangs = Hangs::OnNothing;
    }
    month.charges.extend(with_natures(lines)?.into_iter().filter(|(at, _)| *at == known).map(|(_, part)| part));
    Ok(())
}

/// A line of customer tax computed by a rate.
pub fn tax_line(amount: Exact) -> RatedCharge {
    RatedCharge {
        product_code: "Tax".into(),
        service_name: String::new(),
        line_type: "Tax".into(),
        region: String::new(),
        day: None,
        seller: SellerOfRecord::default(),
        amount,
        never_covered: Some(NeverCovered::Tax),
        hangs: Hangs::OnNothing,
        bill_type: String::new(),
        of_service: None,
    }
}

fn key_of_credit_line(line: &CreditLineAggregate) -> ChargeKey {
    ChargeKey {
        line_type: line.key.line_type.clone(),
        product_code: line.key.product_code.clone(),
        service_name: String::new(),
        purchase_type: String::new(),
        region: line.key.region.clone(),
        billing_entity: line.key.billing_entity.clone(),
        legal_entity: String::new(),
        invoice_id: line.key.invoice_id.clone(),
        bill_type: String::new(),
        billing_view: String::new(),
        charge_month: None,
        charge_day: line.key.charge_day,
        undated: false,
        description: String::new(),
    }
}
