//! Every format and packing of one bill says the same.

mod support;

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, Float64Builder, MapBuilder, StringArray, StringBuilder},
    datatypes::Field,
};
use bill_formats::{NoProgress, ReadOptions, Warning, member_digest, read_deliveries};
use support::*;

const SAMPLE_TOTALS: [&str; 4] = ["Credit 2 -2.6", "SomethingNew 1 7", "Tax 1 0.03", "Usage 4 12.6456789013"];

#[test]
fn text_packed_or_not_reads_the_same() {
    let folder = Folder::new();
    let text = csv(&CUR2, &sample());
    let crlf = format!("\u{feff}{}", text.replace("\nl", "\u{1}").replace('\n', "\r\n").replace('\u{1}', "\nl"));
    let files = [
        folder.write("a/plain", &text),
        folder.write("b/packed", gzip(&text)),
        folder.write("c/archive", zip_of(&[("bill.csv", &text)])),
        folder.write("d/windows", crlf),
        folder.write("e/two members", [gzip(&text[..200]), gzip(&text[200..])].concat()),
    ];
    let first = read_one(&files[..1]);
    assert_eq!(totals(&first), SAMPLE_TOTALS);
    assert_eq!(first.members.len(), 3);
    assert_eq!(first.files[0].name, "plain");
    for file in &files[1..] {
        let other = read_one(std::slice::from_ref(file));
        assert_eq!(other.digest, first.digest, "{}", file.display());
        assert_ne!(other.content_digest, first.content_digest);
        assert_ne!(other.delivery, first.delivery);
    }
}

#[test]
fn parquet_of_every_type_reads_as_the_text_does() {
    let folder = Folder::new();
    let text = read_one(&[folder.write("bill.csv", csv(&CUR2, &sample()))]);
    for typed in [Typed::Texts, Typed::Doubles, Typed::Decimals] {
        let path = folder.path("bill.parquet");
        parquet(&path, &CUR2, &sample(), typed);
        let columns = read_one(&[path]);
        assert_eq!(columns.digest, text.digest, "{typed:?}");
        assert_eq!(totals(&columns), SAMPLE_TOTALS);
    }
}

#[test]
fn the_legacy_report_is_told_by_its_header() {
    let folder = Folder::new();
    let legacy = read_one(&[folder.write("x", csv(&LEGACY, &sample()))]);
    assert_eq!(
        (legacy.format.to_string(), totals(&legacy)),
        ("legacy CUR".to_owned(), SAMPLE_TOTALS.map(str::to_owned).to_vec())
    );
    let cur2 = read_one(&[folder.write("y", csv(&CUR2, &sample()))]);
    assert_eq!(legacy.digest, cur2.digest);
}

#[test]
fn focus_leaves_other_providers_out_and_knows_marketplace() {
    let folder = Folder::new();
    let header =
        [&FOCUS[..], &["ProviderName", "PublisherName", "x_ServiceCode", "ChargeFrequency", "x_Discounts"]].concat();
    let mut lines = sample();
    lines.push(Line::new("", "Purchase", "Compute Savings Plans", "100"));
    let mut text = header.join(",") + "\n";
    for (at, line) in lines.iter().enumerate() {
        let provider = if at == 0 {
            "Microsoft,Microsoft"
        } else if at == 3 {
            "AWS,Some Vendor"
        } else {
            "AWS,\"Amazon Web Services, Inc.\""
        };
        let values: Vec<String> = line.values().iter().map(|value| quoted(value)).collect();
        text.push_str(&format!(
            "{},{provider},code-{},Recurring,\"{{\"\"edp\"\":-0.5}}\"\n",
            values.join(","),
            line.product.len()
        ));
    }
    let reading = read(&[folder.write("focus.csv", text)]).unwrap();
    let delivery = &reading.deliveries[0];
    assert_eq!(
        delivery.left_out.iter().map(|other| (other.provider.as_str(), other.rows)).collect::<Vec<_>>(),
        [("Microsoft", 1)]
    );
    assert!(matches!(&reading.warnings[..], [Warning::OtherProviderLeftOut { rows: 1, .. }]));
    let own = delivery.members.iter().find(|member| member.member.as_str() == PAYER).unwrap();
    let purchase = &own.charges[0];
    assert_eq!(
        (purchase.key.product_code.as_str(), purchase.key.service_name.as_str()),
        ("code-21", "Compute Savings Plans")
    );
    assert_eq!(purchase.key.purchase_type, "Recurring");
    assert_eq!(purchase.discounts[0].discount_type.as_str(), "Edp");
    let s3 = delivery.members.iter().find(|member| member.member.as_str() == "222222222222").unwrap();
    let entities: Vec<&str> = s3.charges.iter().map(|line| line.key.billing_entity.as_str()).collect();
    assert_eq!(entities.iter().filter(|entity| **entity == "AWS Marketplace").count(), 1);
    assert!(
        s3.charges
            .iter()
            .filter(|line| line.key.line_type.as_str() == "Usage")
            .all(|line| line.key.purchase_type.is_empty())
    );
}

/// Discounts beside the charges: a map, typed columns, a total that says more, net amounts.
#[test]
fn discounts_and_net_amounts_are_kept_by_type() {
    let folder = Folder::new();
    let header = [
        &CUR2[..],
        &["discount", "discount_bundled_discount", "discount_total_discount", "line_item_net_unblended_cost"],
    ]
    .concat();
    let rows = [
        ("10", "\"{\"\"edp_discount\"\":-1.25,\"\"spp_discount\"\":\"\"-0.5\"\"}\"", "-0.1", "-2", "8"),
        ("5", "{}", "", "", ""),
        ("1", "", "0.0", "0.0", "1"),
    ];
    let mut text = header.join(",") + "\n";
    for (cost, map, bundled, total, net) in rows {
        let line = Line::new("111111111111", "Usage", "AmazonEC2", cost);
        text.push_str(&format!("{},{map},{bundled},{total},{net}\n", line.values().join(",")));
    }
    let delivery = read_one(&[folder.write("bill.csv", text)]);
    assert!(delivery.has_net && delivery.has_discounts);
    let charge = &delivery.members[0].charges[0];
    assert_eq!(
        (charge.amount.to_string(), charge.net_amount.unwrap().to_string(), charge.rows),
        ("16".to_owned(), "14".to_owned(), 3)
    );
    let discounts: Vec<String> =
        charge.discounts.iter().map(|one| format!("{} {}", one.discount_type, one.amount)).collect();
    assert_eq!(
        discounts,
        ["BundledDiscount -0.1", "EdpDiscount -1.25", "SppDiscount -0.5", "UnspecifiedDiscount -0.15"]
    );
}

#[test]
fn a_parquet_map_of_discounts_reads_as_its_json_does() {
    let folder = Folder::new();
    let lines =
        [Line::new("111111111111", "Usage", "AmazonEC2", "10"), Line::new("111111111111", "Usage", "AmazonEC2", "5")];
    let mut map = MapBuilder::new(None, StringBuilder::new(), Float64Builder::new());
    map.keys().append_value("edp_discount");
    map.values().append_value(-0.3);
    map.append(true).unwrap();
    map.append(false).unwrap();
    let map: ArrayRef = Arc::new(map.finish());
    let mut fields = Vec::new();
    let mut arrays: Vec<ArrayRef> = Vec::new();
    for (at, name) in CUR2.iter().enumerate() {
        let array: ArrayRef = Arc::new(StringArray::from_iter_values(lines.iter().map(|line| line.values()[at])));
        fields.push(Field::new(*name, array.data_type().clone(), true));
        arrays.push(array);
    }
    fields.push(Field::new("discount", map.data_type().clone(), true));
    arrays.push(map);
    let path = folder.path("bill.parquet");
    write_parquet(&path, fields, arrays, 100);
    let delivery = read_one(&[path]);
    let discount = &delivery.members[0].charges[0].discounts[0];
    assert_eq!((discount.discount_type.as_str(), discount.amount.to_string().as_str()), ("EdpDiscount", "-0.3"));
}

#[test]
fn charge_months_are_kept_where_they_differ_and_days_where_asked_for() {
    let folder = Folder::new();
    let header = [&CUR2[..], &["line_item_usage_start_date"]].concat();
    let mut text = header.join(",") + "\n";
    for date in ["2026-04-03T10:00:00Z", "2026-03-31T23:00:00.000Z", "", "soon"] {
        text.push_str(&format!("{},{date}\n", Line::new("111111111111", "Usage", "AmazonEC2", "1").values().join(",")));
    }
    let path = folder.write("bill.csv", text);
    let delivery = read_one(std::slice::from_ref(&path));
    let months: Vec<Option<String>> =
        delivery.members[0].charges.iter().map(|line| line.key.charge_month.map(|month| month.to_string())).collect();
    assert_eq!(months, [None, Some("2026-03".to_owned())]);
    assert_eq!(delivery.members[0].charges[0].rows, 3);
    assert!(delivery.warnings.contains(&Warning::ChargeDateUnreadable { rows: 1 }));
    let options = ReadOptions { keep_days: true, ..ReadOptions::default() };
    let days = read_deliveries(&[path], &options, &NoProgress).unwrap();
    let days: Vec<Option<String>> = days.deliveries[0].members[0]
        .charges
        .iter()
        .map(|line| line.key.charge_day.map(|day| day.to_string()))
        .collect();
    assert_eq!(days, [None, Some("2026-04-03".to_owned()), Some("2026-03-31".to_owned())]);
}

#[test]
fn marketplace_invoices_and_pro_forma_views_show() {
    let folder = Folder::new();
    let header = [&CUR2[..], &["bill_billing_entity", "bill_bill_type", "billing_view_arn"]].concat();
    let mut text = header.join(",") + "\n";
    for (invoice, entity, bill_type) in [
        ("77", "AWS", "Anniversary"),
        ("", "Amazon Web Services EMEA SARL", "Anniversary"),
        ("78", "AWS Marketplace", "Purchase"),
    ] {
        let line = Line { invoice: invoice.to_owned(), ..Line::new("111111111111", "Usage", "AmazonEC2", "1") };
        text.push_str(&format!(
            "{},{entity},{bill_type},arn:aws:billing::999988887777:billingview/primary\n",
            line.values().join(",")
        ));
    }
    let delivery = read_one(&[folder.write("bill.csv", &text)]);
    let entities: Vec<&str> = delivery.members[0].charges.iter().map(|line| line.key.billing_entity.as_str()).collect();
    assert_eq!(entities, ["", "", "AWS Marketplace"]);
    let evidence: Vec<_> = delivery
        .bill_types
        .iter()
        .map(|one| (one.bill_type.as_str(), one.rows_with_invoice, one.rows_without_invoice))
        .collect();
    assert_eq!(evidence, [("Anniversary", 1, 1), ("Purchase", 1, 0)]);
    assert!(!delivery.pro_forma);
    let view = text.replace("primary", "billing-group-1").replace(",77,", ",,").replace(",78,", ",,");
    let pro_forma = read_one(&[folder.write("view.csv", view)]);
    assert!(pro_forma.pro_forma && pro_forma.warnings.contains(&Warning::ProForma));
}

#[test]
fn ids_that_lost_zeros_are_named_and_others_counted() {
    let folder = Folder::new();
    let lines = [
        Line::new("111111111111", "Usage", "AmazonEC2", "1"),
        Line::new("42", "Usage", "AmazonEC2", "1"),
        Line::new("customer-7", "Usage", "AmazonEC2", "1"),
    ];
    let delivery = read_one(&[folder.write("bill.csv", csv(&CUR2, &lines))]);
    let zeros = Warning::LeadingZerosLost { id: "42".to_owned(), rows: 1 };
    let unusual = Warning::UnusualAccountIds { count: 1, rows: 1, example: "customer-7".to_owned() };
    let seller = Warning::SellerUnknown { column: "bill_billing_entity", files: 1 };
    assert_eq!(delivery.warnings, [zeros.clone(), unusual, seller]);
    assert!(
        zeros.to_string().contains("42 has 2 digits") && zeros.to_string().contains("leading zeros may have been lost")
    );
}

#[test]
fn a_member_digest_leaves_the_delivery_out() {
    let folder = Folder::new();
    let plain = read_one(&[folder.write("bill.csv", csv(&CUR2, &sample()))]);
    let packed = read_one(&[folder.write("bill.gz", gzip(&csv(&CUR2, &sample())))]);
    assert_ne!(plain.members[0].delivery, packed.members[0].delivery);
    assert_eq!(member_digest(&plain.members[0]), member_digest(&packed.members[0]));
    assert_ne!(member_digest(&plain.members[0]), member_digest(&plain.members[1]));
}
