//! The columns of CUR 2.0 and of the legacy CUR, as data.
//!
//! The names are those of CUR 2.0; a legacy name is the same in other letters
//! (`lineItem/UsageAccountId` is `line_item_usage_account_id`), so one table serves both, and the
//! Parquet form of the legacy report too.
//! Sources: <https://docs.aws.amazon.com/cur/latest/userguide/table-dictionary-cur2.html>,
//! <https://docs.aws.amazon.com/cur/latest/userguide/data-dictionary.html>

use super::names::{Amounts, Names, TextColumn, same};
use crate::field::Field;

/// The columns read, in the words of CUR 2.0.
pub(super) const NAMES: Names = Names {
    texts: &[
        TextColumn { field: Field::Payer, required: true, names: &["bill_payer_account_id"] },
        TextColumn { field: Field::Member, required: true, names: &["line_item_usage_account_id"] },
        TextColumn { field: Field::Period, required: true, names: &["bill_billing_period_start_date"] },
        TextColumn { field: Field::LineType, required: true, names: &["line_item_line_item_type"] },
        TextColumn { field: Field::Currency, required: true, names: &["line_item_currency_code"] },
        TextColumn { field: Field::Product, required: true, names: &["line_item_product_code"] },
        TextColumn { field: Field::Description, required: true, names: &["line_item_line_item_description"] },
        TextColumn { field: Field::ServiceCode, required: false, names: &["product_servicecode"] },
        TextColumn {
            field: Field::ServiceName,
            required: false,
            names: &["product_product_name", "product_servicename"],
        },
        TextColumn { field: Field::PurchaseType, required: false, names: &["pricing_purchase_option"] },
        TextColumn { field: Field::Region, required: false, names: &["product_region_code", "product_region"] },
        TextColumn { field: Field::BillingEntity, required: false, names: &["bill_billing_entity"] },
        TextColumn {
            field: Field::LegalEntity,
            required: false,
            names: &["line_item_legal_entity", "bill_invoicing_entity"],
        },
        TextColumn { field: Field::Invoice, required: false, names: &["bill_invoice_id"] },
        TextColumn { field: Field::BillType, required: false, names: &["bill_bill_type"] },
        TextColumn {
            field: Field::BillingView,
            required: false,
            names: &["bill_billing_view_arn", "billing_view_arn", "bill_billing_view"],
        },
        TextColumn { field: Field::ChargeDate, required: false, names: &["line_item_usage_start_date"] },
        TextColumn { field: Field::CreditId, required: false, names: &["line_item_credit_id", "credit_id"] },
    ],
    amounts: Amounts {
        cost: "line_item_unblended_cost",
        net: Some("line_item_net_unblended_cost"),
        discount_total: Some("discount_total_discount"),
        discount_map: Some("discount"),
        discount_prefix: Some("discount"),
    },
};

/// A column that only CUR 2.0 has: Parquet spells both reports alike.
pub(super) fn is_of_cur2_only(name: &str) -> bool {
    ["bill_payer_account_name", "line_item_usage_account_name", "product", "resource_tags", "cost_category", "tags"]
        .contains(&name)
}

/// A column that only the legacy report's Parquet has: the maps of CUR 2.0 spread out.
pub(super) fn is_of_legacy_only(name: &str) -> bool {
    name.starts_with("resource_tags_")
        || name.starts_with("cost_category_")
        || name == "product_sku_group"
        || name == "product_servicename"
}

/// The groups that CUR columns come in; a column of another group is reported as unknown.
const GROUPS: [&str; 11] = [
    "identity",
    "bill",
    "line_item",
    "product",
    "pricing",
    "reservation",
    "savings_plan",
    "resource_tags",
    "cost_category",
    "discount",
    "split_line_item",
];

/// Partition columns and tags that stand outside of the groups.
const LONE: [&str; 5] = ["tags", "billing_period", "year", "month", "billing_view_arn"];

/// Whether the column is one that CUR is known to have.
pub(super) fn is_known(name: &str) -> bool {
    if let Some((group, _)) = name.split_once('/') {
        return GROUPS.iter().any(|known| same(known, group));
    }
    let rest_of = |group: &&str| name.strip_prefix(*group);
    GROUPS.iter().filter_map(rest_of).any(|rest| rest.is_empty() || rest.starts_with('_')) || LONE.contains(&name)
}
