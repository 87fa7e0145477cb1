//! The columns of each format, in AWS's names and order: a realistic subset of them.
//!
//! Sources: <https://docs.aws.amazon.com/cur/latest/userguide/table-dictionary-cur2.html>,
//! <https://docs.aws.amazon.com/cur/latest/userguide/data-dictionary.html>,
//! <https://docs.aws.amazon.com/cur/latest/userguide/table-dictionary-focus-1-2-aws-columns.html>

use crate::{BillContainer, BillFormat, fields::Field};

/// A column: its name in a CSV header and what it holds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) field: Field,
}

const fn column(name: &'static str, field: Field) -> Column {
    Column { name, field }
}

pub(crate) fn columns(format: BillFormat) -> &'static [Column] {
    match format {
        BillFormat::Cur2 => CUR2,
        BillFormat::CurLegacy => LEGACY,
        BillFormat::Focus12 => FOCUS,
    }
}

/// The name that the column has in the container: Parquet files of the legacy report write
/// `lineItem/UsageAccountId` as `line_item_usage_account_id`.
pub(crate) fn column_name(column: &Column, format: BillFormat, container: BillContainer) -> String {
    if format != BillFormat::CurLegacy || container != BillContainer::Parquet {
        return column.name.to_owned();
    }
    let mut name = String::with_capacity(column.name.len() + 6);
    for letter in column.name.chars() {
        match letter {
            '/' => name.push('_'),
            upper if upper.is_ascii_uppercase() => {
                if !name.ends_with('_') {
                    name.push('_');
                }
                name.push(upper.to_ascii_lowercase());
            }
            other => name.push(other),
        }
    }
    name
}

const CUR2: &[Column] = &[
    column("bill_bill_type", Field::BillType),
    column("bill_billing_entity", Field::BillingEntity),
    column("bill_billing_period_end_date", Field::PeriodEnd),
    column("bill_billing_period_start_date", Field::PeriodStart),
    column("bill_invoice_id", Field::InvoiceId),
    column("bill_invoicing_entity", Field::InvoicingEntity),
    column("bill_payer_account_id", Field::Payer),
    column("bill_payer_account_name", Field::PayerName),
    column("cost_category", Field::EmptyMap),
    column("discount", Field::DiscountMap),
    column("discount_total_discount", Field::TotalDiscount),
    column("identity_line_item_id", Field::LineItemId),
    column("identity_time_interval", Field::Interval),
    column("line_item_currency_code", Field::Currency),
    column("line_item_legal_entity", Field::LegalEntity),
    column("line_item_line_item_description", Field::Description),
    column("line_item_line_item_type", Field::Type),
    column("line_item_operation", Field::Operation),
    column("line_item_product_code", Field::Product),
    column("line_item_resource_id", Field::Resource),
    column("line_item_tax_type", Field::TaxType),
    column("line_item_unblended_cost", Field::Cost),
    column("line_item_unblended_rate", Field::Rate),
    column("line_item_usage_account_id", Field::Member),
    column("line_item_usage_account_name", Field::MemberName),
    column("line_item_usage_amount", Field::Quantity),
    column("line_item_usage_end_date", Field::End),
    column("line_item_usage_start_date", Field::Start),
    column("line_item_usage_type", Field::UsageType),
    column("pricing_currency", Field::Currency),
    column("pricing_public_on_demand_rate", Field::Rate),
    column("pricing_term", Field::Term),
    column("pricing_unit", Field::Unit),
    column("product", Field::ProductMap),
    column("product_product_family", Field::Family),
    column("product_region_code", Field::Region),
    column("product_servicecode", Field::Product),
    column("product_sku", Field::Sku),
    column("reservation_reservation_a_r_n", Field::Reservation),
    column("resource_tags", Field::TagMap),
    column("savings_plan_savings_plan_a_r_n", Field::SavingsPlan),
];

const LEGACY: &[Column] = &[
    column("identity/LineItemId", Field::LineItemId),
    column("identity/TimeInterval", Field::Interval),
    column("bill/InvoiceId", Field::InvoiceId),
    column("bill/InvoicingEntity", Field::InvoicingEntity),
    column("bill/BillingEntity", Field::BillingEntity),
    column("bill/BillType", Field::BillType),
    column("bill/PayerAccountId", Field::Payer),
    column("bill/BillingPeriodStartDate", Field::PeriodStart),
    column("bill/BillingPeriodEndDate", Field::PeriodEnd),
    column("lineItem/UsageAccountId", Field::Member),
    column("lineItem/LineItemType", Field::Type),
    column("lineItem/UsageStartDate", Field::Start),
    column("lineItem/UsageEndDate", Field::End),
    column("lineItem/ProductCode", Field::Product),
    column("lineItem/UsageType", Field::UsageType),
    column("lineItem/Operation", Field::Operation),
    column("lineItem/ResourceId", Field::Resource),
    column("lineItem/UsageAmount", Field::Quantity),
    column("lineItem/CurrencyCode", Field::Currency),
    column("lineItem/UnblendedRate", Field::Rate),
    column("lineItem/UnblendedCost", Field::Cost),
    column("lineItem/LineItemDescription", Field::Description),
    column("lineItem/TaxType", Field::TaxType),
    column("lineItem/LegalEntity", Field::LegalEntity),
    column("product/ProductName", Field::ServiceName),
    column("product/productFamily", Field::Family),
    column("product/region", Field::Region),
    column("product/servicecode", Field::Product),
    column("product/sku", Field::Sku),
    column("pricing/currency", Field::Currency),
    column("pricing/publicOnDemandRate", Field::Rate),
    column("pricing/term", Field::Term),
    column("pricing/unit", Field::Unit),
    column("reservation/ReservationARN", Field::Reservation),
    column("savingsPlan/SavingsPlanARN", Field::SavingsPlan),
];

const FOCUS: &[Column] = &[
    column("BilledCost", Field::Cost),
    column("BillingAccountId", Field::Payer),
    column("BillingAccountName", Field::PayerName),
    column("BillingAccountType", Field::AccountType),
    column("BillingCurrency", Field::Currency),
    column("BillingPeriodEnd", Field::PeriodEnd),
    column("BillingPeriodStart", Field::PeriodStart),
    column("ChargeCategory", Field::Type),
    column("ChargeClass", Field::ChargeClass),
    column("ChargeDescription", Field::Description),
    column("ChargeFrequency", Field::Frequency),
    column("ChargePeriodEnd", Field::End),
    column("ChargePeriodStart", Field::Start),
    column("CommitmentDiscountId", Field::Commitment),
    column("CommitmentDiscountType", Field::CommitmentType),
    column("ConsumedQuantity", Field::Quantity),
    column("ConsumedUnit", Field::Unit),
    column("EffectiveCost", Field::EffectiveCost),
    column("InvoiceId", Field::InvoiceId),
    column("InvoiceIssuerName", Field::InvoicingEntity),
    column("ListCost", Field::ListCost),
    column("ListUnitPrice", Field::Rate),
    column("PricingCategory", Field::PricingCategory),
    column("PricingCurrency", Field::Currency),
    column("PricingUnit", Field::Unit),
    column("ProviderName", Field::Provider),
    column("PublisherName", Field::Publisher),
    column("RegionId", Field::Region),
    column("RegionName", Field::RegionName),
    column("ResourceId", Field::Resource),
    column("ServiceCategory", Field::Category),
    column("ServiceName", Field::ServiceName),
    column("ServiceSubcategory", Field::Subcategory),
    column("SkuId", Field::Sku),
    column("SubAccountId", Field::Member),
    column("SubAccountName", Field::MemberName),
    column("SubAccountType", Field::MemberType),
    column("Tags", Field::TagMap),
    column("x_Discounts", Field::FocusDiscountMap),
    column("x_Operation", Field::Operation),
    column("x_ServiceCode", Field::Product),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn legacy_columns_have_their_parquet_names() {
        let name = |at: &str| {
            let column = LEGACY.iter().find(|column| column.name == at).unwrap();
            column_name(column, BillFormat::CurLegacy, BillContainer::Parquet)
        };
        for (csv, parquet) in [
            ("lineItem/UsageAccountId", "line_item_usage_account_id"),
            ("bill/BillingPeriodStartDate", "bill_billing_period_start_date"),
            ("product/servicecode", "product_servicecode"),
            ("product/ProductName", "product_product_name"),
            ("reservation/ReservationARN", "reservation_reservation_a_r_n"),
        ] {
            assert_eq!(name(csv), parquet);
        }
    }
}
