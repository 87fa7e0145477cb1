//! Bills that nobody here wrote, read where they lie; skipped, saying so, where they are not.

mod support;

use std::path::PathBuf;

use support::{read, read_one, refusal, totals};

/// The folder of one of them.
fn data(name: &str) -> Option<PathBuf> {
    let beside_workspace = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let root = std::env::var_os("CREDITMEMO_SHARED_DATA").map_or_else(beside_workspace, PathBuf::from);
    let folder = root.join(name);
    if !folder.exists() {
        println!("skipped: {} is not there", folder.display());
        return None;
    }
    Some(folder)
}

#[test]
fn a_cur_2_slice_keeps_every_digit_of_its_exponents() {
    let Some(folder) = data("cur2-real-credits-slice") else { return };
    let delivery = read_one(&[folder]);
    assert_eq!(totals(&delivery), ["Credit 105 -15.6616455043", "Usage 430 15.6616454846"]);
    assert_eq!(
        (delivery.rows_with_invoice(), delivery.rows_without_invoice()),
        (0, 283),
        "of 535 rows 252 are of nothing"
    );
    assert_eq!(delivery.bill_types[0].bill_type, "Anniversary");
    assert!(delivery.members[0].credit_lines.iter().all(|line| line.key.description == "AWS Free Tier"));
    assert!(delivery.unknown_columns.is_empty(), "{:?}", delivery.unknown_columns);
    assert!(!delivery.pro_forma);
}

#[test]
fn a_focus_1_0_sample_of_three_clouds_gives_its_aws_rows() {
    let Some(folder) = data("focus10-sample") else { return };
    let reading = read(&[folder]).unwrap();
    let delivery = &reading.deliveries[0];
    assert_eq!(totals(delivery)[0], "Credit 1 -2.6137");
    assert_eq!(delivery.by_type[1].rows, 941);
    let left_out: u64 = delivery.left_out.iter().map(|other| other.rows).sum();
    assert_eq!(left_out + delivery.rows, 1000);
    let credit = delivery.members.iter().flat_map(|member| &member.credit_lines).next().unwrap();
    assert!(credit.key.description.ends_with("credit from account: 391835788720"));
    assert_eq!(delivery.payer.as_str(), "1234567890123");
    assert_eq!(delivery.unknown_columns, ["Id"]);
}

#[test]
fn a_legacy_report_gives_usage_and_tax() {
    let Some(folder) = data("legacy-cur-anon-2023-11") else { return };
    assert_eq!(totals(&read_one(&[folder])), ["Tax 12 0.08", "Usage 1269 1.6023086974"]);
}

#[test]
fn a_legacy_report_as_parquet_doubles_sums_exactly() {
    let Some(folder) = data("legacy-cur-parquet-2018-10") else { return };
    let delivery = read_one(&[folder]);
    assert_eq!((delivery.rows, delivery.members.len()), (119_307, 2));
    let total = money::Exact::checked_sum(delivery.by_type.iter().map(|total| total.amount)).unwrap();
    assert_eq!(total.to_string(), "4064.4831315379");
    assert_eq!(delivery.format.to_string(), "legacy CUR");
}

#[test]
fn a_generated_focus_1_2_quarter_has_two_payers_a_month() {
    let Some(folder) = data("focus12-generated") else { return };
    let reading = read(&[folder]).unwrap();
    assert_eq!(reading.deliveries.len(), 6);
    let month = |period: &str, line_type: &str| {
        let of_month = reading.deliveries.iter().filter(|delivery| delivery.period.to_string() == period);
        let totals =
            of_month.flat_map(|delivery| &delivery.by_type).filter(|total| total.line_type.as_str() == line_type);
        let totals: Vec<_> = totals.collect();
        let rows: u64 = totals.iter().map(|total| total.rows).sum();
        (rows, money::Exact::checked_sum(totals.iter().map(|total| total.amount)).unwrap().to_string())
    };
    for (period, line_type, rows, amount) in [
        ("2025-01", "Credit", 105, "-4760.087751"),
        ("2025-02", "Credit", 99, "-4794.942317"),
        ("2025-03", "Credit", 88, "-4509.882072"),
        ("2025-01", "Usage", 3708, "27548.197016275275"),
        ("2025-01", "Purchase", 1039, "92423.586"),
    ] {
        assert_eq!(month(period, line_type), (rows, amount.to_owned()), "{period} {line_type}");
    }
}

#[test]
fn both_kinds_of_manifest_find_their_chunks_beside_them() {
    let Some(folder) = data("mock-cur") else { return };
    let reading = read(&[folder]).unwrap();
    let found: Vec<_> = reading
        .deliveries
        .iter()
        .map(|delivery| (delivery.period.to_string(), delivery.rows, delivery.manifest.clone().unwrap().id))
        .collect();
    let expected = [
        ("2024-01".to_owned(), 3, "123e4567-e89b-12d3-a456-426614174000".to_owned()),
        ("2024-09".to_owned(), 4, "987f6543-a21b-43c7-d654-321098765432".to_owned()),
    ];
    assert_eq!(found, expected);
}

#[test]
fn samples_without_a_line_type_are_refused_naming_it() {
    let Some(folder) = data("mini") else { return };
    assert!(refusal(&[folder.join("sample-cur20.csv")]).contains("line_item_line_item_type"));
    assert!(refusal(&[folder.join("sample-legacy-csv.csv")]).contains("lineItem/LineItemType"));
}

#[test]
fn manifests_without_their_chunks_are_refused_naming_one() {
    let Some(folder) = data("manifests") else { return };
    assert!(refusal(&[folder.join("manifestTest.json")]).contains("hourly-cost-and-usage-01.csv.gz"));
    assert!(refusal(&[folder.join("manifest-2018-01.json")]).contains("names no files"));
}
