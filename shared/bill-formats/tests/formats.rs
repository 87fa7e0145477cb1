//! Every format and packing of one bill says the same.

mod support;

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, BinaryArray, Float64Array, Float64Builder, MapBuilder, RecordBatch, StringArray, StringBuilder},
    datatypes::{Field, Schema},
};
use bill_formats::{NoProgress, ReadOptions, Warning, member_digest, read_deliveries};
use parquet::{arrow::ArrowWriter, basic::Compression, file::properties::WriterProperties};
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

/// From 1.3 on there is no `ProviderName`: of a Marketplace product the seller provides and AWS invoices.
#[test]
fn focus_1_3_tells_aws_marketplace_and_others_by_service_provider_and_issuer() {
    let folder = Folder::new();
    let header = [&FOCUS[..], &["ServiceProviderName", "HostProviderName", "InvoiceIssuerName"]].concat();
    let parties = [
        ("AWS", "AWS", "Amazon Web Services EMEA SARL"),
        ("Snowdrift Ltd", "Snowdrift Ltd", "AWS"),
        ("Microsoft", "Microsoft", "Microsoft"),
    ];
    let lines: Vec<Line> = ["1", "2", "4"].map(|cost| Line::new("111111111111", "Usage", "Compute", cost)).to_vec();
    let mut text = header.join(",") + "\n";
    for ((service, host, issuer), line) in parties.iter().zip(&lines) {
        text.push_str(&format!("{},{service},{host},{issuer}\n", line.values().join(",")));
    }
    let texts = read_one(&[folder.write("focus.csv", text)]);
    let entities: Vec<(&str, String)> = texts.members[0]
        .charges
        .iter()
        .map(|line| (line.key.billing_entity.as_str(), line.amount.to_string()))
        .collect();
    assert_eq!(entities, [("", "1".to_owned()), ("AWS Marketplace", "2".to_owned())]);
    assert_eq!((texts.left_out[0].provider.as_str(), texts.left_out[0].rows), ("Microsoft", 1));

    let mut fields = Vec::new();
    let mut arrays: Vec<ArrayRef> = Vec::new();
    for (at, name) in header.iter().enumerate() {
        let values =
            lines.iter().zip(parties).map(|(line, (service, host, issuer))| match at.checked_sub(FOCUS.len()) {
                None => line.values()[at].to_owned(),
                Some(party) => [service, host, issuer][party].to_owned(),
            });
        let array: ArrayRef = Arc::new(StringArray::from_iter_values(values));
        fields.push(Field::new(*name, array.data_type().clone(), true));
        arrays.push(array);
    }
    let path = folder.path("focus.parquet");
    write_parquet(&path, fields, arrays, 100);
    assert_eq!(read_one(&[path]).digest, texts.digest);
}

#[test]
fn a_row_of_nothing_needs_no_invoice() {
    let folder = Folder::new();
    let mut lines: Vec<Line> =
        ["5", "0", "0.00"].map(|cost| Line::new("111111111111", "Usage", "AmazonEC2", cost)).to_vec();
    lines[0].invoice = "4100".to_owned();
    let delivery = read_one(&[folder.write("bill.csv", csv(&CUR2, &lines))]);
    assert_eq!((delivery.rows, delivery.rows_with_invoice(), delivery.rows_without_invoice()), (3, 1, 0));
}

#[test]
fn digits_that_cannot_be_held_are_rounded_once_and_told() {
    let folder = Folder::new();
    let costs = ["210.00", "5.551115123125783e-17", "55.00"];
    let lines: Vec<Line> = costs.map(|cost| Line::new("111111111111", "Usage", "AmazonEC2", cost)).to_vec();
    let reading = read(&[folder.write("bill.csv", csv(&CUR2, &lines))]).unwrap();
    // Held with 24 digits after the point: 0.000000000000000055511151 | 23125783, the rest is rounded off.
    assert_eq!(totals(&reading.deliveries[0]), ["Usage 3 265.000000000000000055511151"]);
    let added = "-0.00000000000000000000000023125783".to_owned();
    assert_eq!(reading.warnings, [Warning::AmountsRounded { amounts: 1, digits: 24, added }]);
    // With five more digits before the point 18 stay: ...0.000000000000000055(511151).
    let lines = [&lines[..], &[Line::new("222222222222", "Usage", "AmazonEC2", "12345678")]].concat();
    let delivery = read(&[folder.write("large.csv", csv(&CUR2, &lines))]).unwrap().deliveries.remove(0);
    assert_eq!(totals(&delivery), ["Usage 4 12345943.000000000000000056"]);
    let added = "0.000000000000000000488849".to_owned();
    assert!(
        delivery.warnings.contains(&Warning::AmountsRounded { amounts: 1, digits: 18, added }),
        "{:?}",
        delivery.warnings
    );
}

/// Older writers note no text columns as such.
#[test]
fn plain_bytes_are_text_in_every_codec() {
    let folder = Folder::new();
    let lines: Vec<Line> =
        (0..50).map(|at| Line::new("111111111111", "Usage", "AmazonEC2", &format!("{at}.25"))).collect();
    let mut fields = Vec::new();
    let mut arrays: Vec<ArrayRef> = Vec::new();
    for (at, name) in CUR2.iter().enumerate() {
        let array: ArrayRef = if at == 4 {
            Arc::new(Float64Array::from_iter_values(lines.iter().map(|line| line.cost.parse::<f64>().unwrap())))
        } else {
            Arc::new(BinaryArray::from_iter_values(lines.iter().map(|line| line.values()[at].as_bytes())))
        };
        fields.push(Field::new(*name, array.data_type().clone(), true));
        arrays.push(array);
    }
    let schema = Arc::new(Schema::new(fields));
    let path = folder.path("bill.parquet");
    for codec in [Compression::UNCOMPRESSED, Compression::LZ4_RAW, Compression::SNAPPY] {
        let properties = WriterProperties::builder().set_compression(codec).set_dictionary_enabled(false);
        let file = std::fs::File::create(&path).unwrap();
        let mut writer = ArrowWriter::try_new(file, schema.clone(), Some(properties.build())).unwrap();
        writer.write(&RecordBatch::try_new(schema.clone(), arrays.clone()).unwrap()).unwrap();
        writer.close().unwrap();
        // 0 to 49, and a quarter each.
        assert_eq!(totals(&read_one(std::slice::from_ref(&path))), ["Usage 50 1237.5"], "{codec:?}");
    }
}

/// Brotli is not built in: the file is sound, and it is told what is read.
#[test]
fn a_codec_that_is_not_read_is_named() {
    let folder = Folder::new();
    let path = folder.path("bill.parquet");
    parquet(&path, &CUR2, &sample(), Typed::Texts);
    let mut bytes = std::fs::read(&path).unwrap();
    // The metadata of a column: field 4, the codec, 0 for none; 4 is Brotli, in zigzag 8.
    let places: Vec<usize> = (0..bytes.len() - 3).filter(|at| bytes[*at..].starts_with(&[0x15, 0x00, 0x16])).collect();
    let Some(last) = places.last() else { panic!("the footer says how columns are packed") };
    bytes[last + 1] = 8;
    std::fs::write(&path, bytes).unwrap();
    let sentence = refusal(&[path]);
    assert!(sentence.contains("packed with Brotli") && !sentence.contains("fetch it again"), "{sentence}");
}

/// A file whose pages bear checksums, which another program wrote: 1.25 + 20.5 + 300.75 + 4.
#[test]
fn a_bit_that_changed_in_a_page_is_told_by_its_checksum() {
    let folder = Folder::new();
    let bytes = include_bytes!("files/pages-with-checksums.parquet").to_vec();
    let whole = read_one(&[folder.write("whole.parquet", &bytes)]);
    assert_eq!(totals(&whole), ["Usage 4 326.5"]);
    let cost = bytes.windows(8).position(|eight| eight == 300.75_f64.to_le_bytes()).unwrap();
    for bit in 0..64 {
        let mut changed = bytes.clone();
        changed[cost + bit / 8] ^= 1 << (bit % 8);
        let sentence = refusal(&[folder.write("changed.parquet", changed)]);
        assert!(sentence.contains("changed.parquet: the Parquet file is damaged"), "{sentence}");
    }
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
