//! Files that are no bill, or lack what a bill needs.

use super::{office, refuses_bill, tells_what_to_do};
use crate::support::*;

fn february() -> Bill {
    bill("2019-02").lines([usage(OWNER, "AmazonEC2", "1.00")])
}

#[test]
fn each_needed_column_is_missed_by_its_name_in_the_format() {
    let office = office();
    for (column, cur2, legacy, focus) in [
        ("payer", "bill_payer_account_id", "bill/PayerAccountId", "BillingAccountId"),
        ("member", "line_item_usage_account_id", "lineItem/UsageAccountId", "SubAccountId"),
        ("period", "bill_billing_period_start_date", "bill/BillingPeriodStartDate", "BillingPeriodStart"),
        ("type", "line_item_line_item_type", "lineItem/LineItemType", "ChargeCategory"),
        ("amount", "line_item_unblended_cost", "lineItem/UnblendedCost", "BilledCost"),
        ("currency", "line_item_currency_code", "lineItem/CurrencyCode", "BillingCurrency"),
        ("product", "line_item_product_code", "lineItem/ProductCode", "ServiceName"),
        ("description", "line_item_line_item_description", "lineItem/LineItemDescription", "ChargeDescription"),
    ] {
        let lacking = february().without(column);
        for (content, name) in [(lacking.cur2(), cur2), (lacking.legacy(), legacy), (lacking.focus(), focus)] {
            refuses_bill(&office, content, &["bad.csv", name, "export it again"]);
        }
    }
}

#[test]
fn a_file_that_is_no_bill_is_refused() {
    let office = office();
    refuses_bill(&office, "name,phone\nAda,12\n", &["bad.csv", "not a bill file", "CUR 2.0", "FOCUS"]);
    refuses_bill(&office, "Dear customer,\nthank you.\n", &["bad.csv", "not a bill file"]);
    refuses_bill(&office, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(), &["bad.csv"]);
}

#[test]
fn an_empty_file_alone_and_a_header_alone_are_refused() {
    let office = office();
    refuses_bill(&office, "", &["bad.csv", "empty"]);
    let header = february().cur2().lines().next().unwrap().to_owned();
    refuses_bill(&office, format!("{header}\n"), &["bad.csv", "no rows"]);
}

#[test]
fn a_path_that_is_not_there_and_an_empty_folder_are_refused() {
    let office = office();
    tells_what_to_do(&office.refused(&["ingest", "nowhere.csv"], &["nowhere.csv", "cannot be read"]));
    std::fs::create_dir(office.file("empty")).unwrap();
    tells_what_to_do(&office.refused(&["ingest", "empty"], &["empty", "neither a manifest nor a bill file"]));
}

#[test]
fn bills_without_a_line_type_are_refused_and_not_summed() {
    let office = office();
    for (sample, lacking) in
        [("mini/sample-cur20.csv", "line_item_line_item_type"), ("mini/sample-legacy-csv.csv", "lineItem/LineItemType")]
    {
        let Some(file) = shared_data(sample) else { return };
        tells_what_to_do(&office.refused(&["ingest", &file], &["sample", lacking, "export it again"]));
    }
}

#[test]
fn the_same_column_twice_is_refused() {
    let office = office();
    let content = february().cur2().replacen("line_item_product_code", "line_item_unblended_cost", 1);
    refuses_bill(&office, content, &["bad.csv", "line_item_unblended_cost"]);
}
