//! Row counts and exact sums by line type.

use serde_json::Value;

use crate::support::*;

/// The rows and the sum of a line type over all bills of an ingest.
fn by_type(rows: &Value, line_type: &str) -> (u64, Decimal) {
    let totals: Vec<&Value> = rows
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|row| row["by_type"].as_array().unwrap())
        .filter(|total| total["line_type"] == line_type)
        .collect();
    let count = totals.iter().map(|total| total["rows"].as_u64().unwrap()).sum();
    (count, sum(totals.iter().map(|total| total["amount"].as_str().unwrap())))
}

#[track_caller]
fn assert_types(rows: &Value, expected: &[(&str, u64, &str)]) {
    for (line_type, count, amount) in expected {
        assert_eq!(by_type(rows, line_type), (*count, Decimal::of(amount)), "{line_type} in {rows:#}");
    }
    assert_classes_are_the_total(rows);
}

/// The classes together are the file's sum, and so are the types.
#[track_caller]
fn assert_classes_are_the_total(rows: &Value) {
    for row in rows.as_array().unwrap() {
        let classes = ["charges", "credits", "tax", "refunds", "other", "unclassified"];
        let total = Decimal::of(row["total"].as_str().unwrap());
        assert_eq!(sum(classes.map(|class| row[class].as_str().unwrap())), total, "classes of {row:#}");
        let types = row["by_type"].as_array().unwrap();
        assert_eq!(sum(types.iter().map(|one| one["amount"].as_str().unwrap())), total, "types of {row:#}");
        let count: u64 = types.iter().map(|one| one["rows"].as_u64().unwrap()).sum();
        assert_eq!(row["rows"].as_u64(), Some(count), "rows of {row:#}");
    }
}

fn ingested(name: &str) -> Option<Value> {
    let file = shared_data(name)?;
    Some(Office::new().json(&["ingest", &file]))
}

#[test]
fn cur2_with_real_credits_and_exponents() {
    let Some(rows) = ingested("cur2-real-credits-slice/cur2-apr01-05-masked.csv") else { return };
    assert_types(&rows, &[("Usage", 430, "15.66164548460"), ("Credit", 105, "-15.66164550430")]);
    assert_fields(
        &only(&rows),
        &[("rows", "535"), ("period", "2026-04"), ("finality", "estimated"), ("currency", "USD")],
    );
}

#[test]
fn focus_of_three_clouds_counts_aws_and_says_what_it_left_out() {
    let Some(file) = shared_data("focus10-sample/focus_sample.csv") else { return };
    let outcome =
        Office::new().ok(&["ingest", &file, "--output", "json"]).says(&["51 rows of Microsoft", "7 rows of Oracle"]);
    let rows = outcome.json();
    assert_types(&rows, &[("Usage", 941, "20.6203386184"), ("Credit", 1, "-2.6137")]);
    assert_fields(
        &only(&rows),
        &[("payer_account_id", "1234567890123"), ("period", "2024-09"), ("rows", "942"), ("accounts", "66")],
    );
}

#[test]
fn focus_ids_that_are_not_of_twelve_digits_are_counted() {
    let Some(file) = shared_data("focus10-sample/focus_sample.csv") else { return };
    Office::new().ok(&["ingest", &file]).says(&["67 account ids are not of 12 digits", "942 rows"]);
}

#[test]
fn legacy_cur_of_an_open_month() {
    let Some(rows) = ingested("legacy-cur-anon-2023-11/sample-anonymous-aws-export-dataset.csv") else { return };
    assert_types(&rows, &[("Usage", 1269, "1.6023086974"), ("Tax", 12, "0.08")]);
    assert_fields(&only(&rows), &[("period", "2023-11"), ("finality", "estimated"), ("tax", "0.08")]);
}

#[test]
fn legacy_cur_as_parquet_with_doubles() {
    let Some(rows) = ingested("legacy-cur-parquet-2018-10/Oct2018-WorkshopCUR-00001.snappy.parquet") else { return };
    assert_fields(
        &only(&rows),
        &[("rows", "119307"), ("total", "4064.4831315379"), ("accounts", "2"), ("period", "2018-10"), ("credits", "0")],
    );
    assert_classes_are_the_total(&rows);
}

#[test]
fn focus_of_two_payers() {
    for (month, credits, others) in [
        (
            "2025-01",
            (105, "-4760.087751"),
            [("Usage", 3708, "27548.197016275275"), ("Purchase", 1039, "92423.586")].as_slice(),
        ),
        ("2025-02", (99, "-4794.942317"), &[]),
        ("2025-03", (88, "-4509.882072"), &[]),
    ] {
        let Some(rows) = ingested(&format!("focus12-generated/focus12_aws_{month}.csv.gz")) else { return };
        assert_types(&rows, &[("Credit", credits.0, credits.1)]);
        assert_types(&rows, others);
        assert_eq!(rows.as_array().unwrap().len(), 2, "a row a payer");
        let count: u64 = rows.as_array().unwrap().iter().map(|row| row["rows"].as_u64().unwrap()).sum();
        assert_eq!(count, 5000);
    }
}

#[test]
fn the_same_report_packed_four_ways_has_the_same_content() {
    let names = ["sample_billing_data.csv", "MockTestReport-00001.csv.zip", "cur1_manifest.json"];
    let Some(folder) = shared_data("mock-cur") else { return };
    let rows = names.map(|name| only(&Office::new().json(&["ingest", &format!("{folder}/{name}")])));
    for row in &rows {
        assert_fields(row, &[("payer_account_id", "123456789012"), ("period", "2024-01"), ("rows", "3")]);
        assert_eq!(row["digest"], rows[0]["digest"]);
    }
    let second = ["sample_billing_data_v2.csv", "MockTestReportV2-00001.csv.gz", "cur2_manifest.json"]
        .map(|name| only(&Office::new().json(&["ingest", &format!("{folder}/{name}")])));
    for row in &second {
        assert_fields(row, &[("period", "2024-09"), ("rows", "4")]);
        assert_eq!(row["digest"], second[0]["digest"]);
    }
}

#[test]
fn manifests_without_their_chunks_are_refused() {
    for name in ["manifests/manifest-2018-01.json", "manifests/manifestTest.json"] {
        let Some(manifest) = shared_data(name) else { return };
        Story::imported().refused(&["ingest", &manifest], &["anifest"]);
    }
}
