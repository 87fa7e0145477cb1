//! Deliveries of several files: manifests, folders, order.

#![allow(clippy::expect_used, clippy::panic)] // what the test makes itself

mod support;

use std::path::PathBuf;

use bill_formats::{NoProgress, ReadOptions, Warning, read_deliveries};
use proptest::prelude::*;
use support::*;

fn manifest(id: &str, keys: &[&str]) -> String {
    let keys: Vec<String> = keys.iter().map(|key| format!("\"{key}\"")).collect();
    format!(
        "{{\"assemblyId\":\"{id}\",\"reportName\":\"r\",\"billingPeriod\":{{\"start\":\"20260401T000000.000Z\"}},\"reportKeys\":[{}]}}",
        keys.join(",")
    )
}

#[test]
fn a_manifest_gathers_its_chunks_and_an_empty_one_is_valid() {
    let folder = Folder::new();
    let lines = sample();
    folder.write("p/r/20260401-20260501/a-1/r-1.csv.gz", gzip(&csv(&CUR2, &lines[..4])));
    folder.write("p/r/20260401-20260501/a-1/r-2.csv.gz", gzip(&csv(&CUR2, &lines[4..])));
    folder.write("p/r/20260401-20260501/a-1/r-3.csv.gz", "");
    folder.write("p/r/20260401-20260501/stray.csv", csv(&CUR2, &lines));
    let keys = [
        "p/r/20260401-20260501/a-1/r-1.csv.gz",
        "p/r/20260401-20260501/a-1/r-2.csv.gz",
        "p/r/20260401-20260501/a-1/r-3.csv.gz",
    ];
    let path = folder.write("p/r/20260401-20260501/r-Manifest.json", manifest("a-1", &keys));
    let by_folder = read_one(&[folder.root()]);
    assert_eq!((by_folder.rows, by_folder.files.len()), (8, 3));
    assert_eq!(by_folder.manifest.as_ref().unwrap().id, "a-1");
    assert_eq!(by_folder, read_one(std::slice::from_ref(&path)));
    // The kept copy of the same manifest changes nothing.
    folder.write("p/r/20260401-20260501/a-1/r-Manifest.json", manifest("a-1", &keys));
    assert_eq!(by_folder.digest, read_one(&[folder.root()]).digest);

    std::fs::remove_file(folder.path("p/r/20260401-20260501/a-1/r-2.csv.gz")).unwrap();
    let sentence = refusal(&[path]);
    assert!(sentence.contains("r-2.csv.gz") && sentence.contains("not there"), "{sentence}");
}

#[test]
fn of_two_deliveries_the_newer_is_read_and_a_tie_is_refused() {
    let folder = Folder::new();
    folder.write("m/a-1/r-1.csv", csv(&CUR2, &sample()[..4]));
    folder.write("m/a-2/r-1.csv", csv(&CUR2, &sample()));
    folder.write("m/a-1/r-Manifest.json", manifest("a-1", &["m/a-1/r-1.csv"]));
    folder.write("m/a-2/r-Manifest.json", manifest("a-2", &["m/a-2/r-1.csv"]));
    assert!(refusal(&[folder.root()]).contains("two deliveries of the same bill"));
    folder.write("m/r-Manifest.json", manifest("a-2", &["m/a-2/r-1.csv"]));
    let reading = read(&[folder.root()]).unwrap();
    assert_eq!(reading.deliveries[0].rows, 8);
    assert!(reading.warnings.iter().any(|one| matches!(one, Warning::OlderDeliveryPassedOver { .. })));
}

#[test]
fn data_exports_are_found_from_their_metadata_folder_and_ordered_by_time() {
    let folder = Folder::new();
    let export = |time: &str, lines: &[Line]| {
        let key = format!("x/data/BILLING_PERIOD=2026-04/{time}-e/x-00001.csv.gz");
        folder.write(&key, gzip(&csv(&CUR2, lines)));
        let text = format!(
            "{{\"executionId\":\"{time}-e\",\"exportArn\":\"arn:x\",\"dataFiles\":[\"s3://bucket/prefix/{key}\"]}}"
        );
        folder.write(&format!("x/metadata/BILLING_PERIOD=2026-04/{time}-e/x-Manifest.json"), text);
    };
    export("2026-05-02T01:02:03.000Z", &sample());
    export("2026-05-01T01:02:03.000Z", &sample()[..2]);
    let delivery = read_one(&[folder.root()]);
    assert_eq!(delivery.rows, 8);
    assert_eq!(delivery.created().unwrap().to_rfc3339(), "2026-05-02T01:02:03+00:00");
}

#[test]
fn a_chunk_of_another_month_than_its_manifest_is_refused() {
    let folder = Folder::new();
    let lines: Vec<Line> = sample().into_iter().map(|line| Line { period: "2026-03-01".to_owned(), ..line }).collect();
    folder.write("r-1.csv", csv(&CUR2, &lines));
    let sentence = refusal(&[folder.write("m.json", manifest("a-1", &["r-1.csv"]))]);
    assert!(sentence.contains("is for 2026-04") && sentence.contains("rows of 2026-03"), "{sentence}");
}

#[test]
fn a_folder_without_a_manifest_is_read_by_content() {
    let folder = Folder::new();
    folder.write("deep/er/one.txt", csv(&CUR2, &sample()[..4]));
    folder.write("two.dat", gzip(&csv(&CUR2, &sample()[4..])));
    folder.write("notes.md", "nothing of a bill");
    folder.write("_SUCCESS", "");
    let reading = read(&[folder.root()]).unwrap();
    assert_eq!(reading.deliveries[0].rows, 8);
    assert_eq!(reading.warnings, [Warning::FilePassedOver { name: "notes.md".to_owned() }]);
    folder.write("three.csv", "");
    assert!(refusal(&[folder.root()]).contains("three.csv: the file is empty"));
}

#[test]
fn payers_and_periods_of_one_file_are_deliveries_of_their_own() {
    let folder = Folder::new();
    let mut lines = sample();
    lines[0].payer = "111122223333".to_owned();
    lines[1].period = "2026-03-01".to_owned();
    let reading = read(&[folder.write("bill.csv", csv(&CUR2, &lines))]).unwrap();
    let found: Vec<_> =
        reading.deliveries.iter().map(|one| (one.payer.as_str(), one.period.to_string(), one.files[0].rows)).collect();
    let expected = [("111122223333", "2026-04", 1), (PAYER, "2026-03", 1), (PAYER, "2026-04", 6)];
    assert_eq!(found, expected.map(|(payer, period, rows)| (payer, period.to_owned(), rows)));
    assert_ne!(reading.deliveries[1].delivery, reading.deliveries[2].delivery);
}

/// The month by the hour: each charge of the sample in two rows, of other digits than the whole.
fn by_the_hour(lines: &[Line]) -> Vec<Line> {
    let parted = |line: &Line| {
        let whole = money::Exact::parse(&line.cost).expect("the sample's costs are amounts");
        let first = money::Exact::parse("0.0000123").expect("an amount");
        let rest = whole.checked_sub(first).expect("a small difference");
        [first, rest].map(|part| Line { cost: part.to_string(), ..line.clone() })
    };
    lines.iter().flat_map(parted).collect()
}

#[test]
fn two_deliveries_of_one_month_are_never_added() {
    let text = csv(&CUR2, &sample());
    let newer = csv(&CUR2, &[sample(), vec![Line::new("111111111111", "Usage", "AmazonS3", "3")]].concat());
    let hourly = csv(&CUR2, &by_the_hour(&sample()));
    for (first, second, words) in [
        (("june.csv", text.as_bytes().to_vec()), ("june.csv.gz", gzip(&text)), "same content"),
        (("june.csv", text.as_bytes().to_vec()), ("june2.csv", format!("\u{feff}{text}").into_bytes()), "same content"),
        (("june.csv", text.as_bytes().to_vec()), ("june.csv.gz", gzip(&newer)), "the same chunk"),
        (("a/bill-1.csv", text.as_bytes().to_vec()), ("b/bill-1.csv", newer.as_bytes().to_vec()), "the same chunk"),
        (
            ("20260401-20260501/aa/r-1.csv", text.as_bytes().to_vec()),
            ("20260401-20260501/bb/r-2.csv", newer.as_bytes().to_vec()),
            "the folders of two",
        ),
        (
            ("x/BILLING_PERIOD=2026-04/x-1.csv", text.as_bytes().to_vec()),
            ("y/BILLING_PERIOD=2026-04/y-1.csv", newer.as_bytes().to_vec()),
            "the folders of two exports",
        ),
        (("daily.csv", text.as_bytes().to_vec()), ("hourly.csv", hourly.as_bytes().to_vec()), "comes to the same"),
    ] {
        let folder = Folder::new();
        folder.write(first.0, first.1);
        folder.write(second.0, second.1);
        let sentence = refusal(&[folder.root()]);
        let names = [first.0, second.0].map(|name| name.rsplit('/').next().unwrap().to_owned());
        assert!(sentence.contains(words), "{words}: {sentence}");
        assert!(names.iter().all(|name| sentence.contains(name)), "{names:?}: {sentence}");
    }
}

#[test]
fn of_executions_side_by_side_the_newest_is_read_and_two_of_one_time_are_refused() {
    let folder = Folder::new();
    let month = "x/data/BILLING_PERIOD=2026-04";
    folder.write(&format!("{month}/2026-05-01T04:00:00.000Z-aa/x-00001.csv"), csv(&CUR2, &sample()[..2]));
    folder.write(&format!("{month}/2026-05-03T04:00:00.000Z-bb/x-00001.csv.gz"), gzip(&csv(&CUR2, &sample())));
    let reading = read(&[folder.root()]).unwrap();
    assert_eq!(reading.deliveries[0].rows, 8);
    assert!(matches!(&reading.warnings[..], [Warning::OlderFolderPassedOver { .. }]), "{:?}", reading.warnings);
    folder.write(&format!("{month}/2026-05-03T04:00:00.000Z-cc/x-00001.csv"), csv(&CUR2, &sample()[..3]));
    assert!(refusal(&[folder.root()]).contains("two deliveries of the same bill"));
}

#[test]
fn a_bill_that_no_manifest_names_is_told_and_never_added() {
    let folder = Folder::new();
    folder.write("p1/r-1.csv", csv(&CUR2, &sample()));
    let path = folder.write("p1/r-Manifest.json", manifest("a-1", &["p1/r-1.csv"]));
    let other = folder.write("p2/other-1.csv", csv(&CUR2, &sample()[..2]));
    let reading = read(&[folder.root()]).unwrap();
    assert_eq!(reading.deliveries[0].rows, 8);
    let told = Warning::BillsWithoutManifest { count: 1, names: "p2/other-1.csv".to_owned() };
    assert_eq!(reading.warnings, [told]);
    assert!(refusal(&[path, other]).contains("a manifest names one and not the other"));
}

#[test]
fn a_file_in_another_months_folder_is_refused_with_line_and_column() {
    let folder = Folder::new();
    let mut lines = sample();
    lines[2].period = "2026-03-01T00:00:00.000Z".to_owned();
    let name = "x/BILLING_PERIOD=2026-04/x-1.csv";
    let sentence = refusal(&[folder.write(name, csv(&CUR2, &lines))]);
    for word in ["line 4, column bill_billing_period_start_date (number 3)", "2026-03", "BILLING_PERIOD=2026-04"] {
        assert!(sentence.contains(word), "{word}: {sentence}");
    }
    let path = folder.path("x/BILLING_PERIOD=2026-05/x-1.parquet");
    parquet(&path, &CUR2, &sample(), Typed::Decimals);
    assert!(refusal(&[path]).contains("row 1, column bill_billing_period_start_date"));
}

#[cfg(unix)]
#[test]
fn nothing_outside_of_a_delivery_is_read_and_no_word_of_it_is_shown() {
    use std::os::unix::fs::symlink;

    let folder = Folder::new();
    let secret = folder.write("house/notes.txt", "word-of-the-house\n");
    folder.write("in/june/x", "");
    for key in [secret.display().to_string(), "../../house/notes.txt".to_owned(), "linked.csv".to_owned()] {
        let _ = symlink(&secret, folder.path("in/june/linked.csv"));
        let sentence = refusal(&[folder.write("in/june/m-Manifest.json", manifest("a-1", &[&key]))]);
        assert!(sentence.contains("not there") || sentence.contains("not in the folder"), "{sentence}");
        assert!(!sentence.contains("word-of-the-house"), "{sentence}");
    }
    assert!(!refusal(&[secret]).contains("word-of-the-house"));
    // Links out of a folder and in a circle are told and not followed.
    let folder = Folder::new();
    folder.write("d/bill.csv", csv(&CUR2, &sample()));
    symlink(".", folder.path("d/again")).unwrap();
    let reading = read(&[folder.path("d")]).unwrap();
    assert_eq!(reading.warnings, [Warning::LinkNotFollowed { name: "again".to_owned() }]);
    assert!(refusal(&[PathBuf::from("/dev/null")]).contains("not a file"));
}

fn line() -> impl Strategy<Value = Line> {
    let member = prop::sample::select(vec!["111111111111", "222222222222", "000000000042", ""]);
    let line_type = prop::sample::select(vec!["Usage", "Credit", "Tax", "Fee"]);
    let product = prop::sample::select(vec!["AmazonEC2", "AmazonS3"]);
    (member, line_type, product, -1_000_000i64..1_000_000, 0u32..9).prop_map(
        |(member, line_type, product, units, scale)| {
            Line::new(member, line_type, product, &format!("{units}e-{scale}"))
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn neither_order_nor_files_nor_encoding_nor_threads_change_the_aggregates(
        lines in prop::collection::vec(line(), 2..60),
        seed in any::<u64>(),
        threads in 1usize..4,
    ) {
        let folder = Folder::new();
        let mut shuffled = lines.clone();
        shuffled.sort_by_key(|line| (line.cost.len() as u64).wrapping_mul(seed).wrapping_add(line.cost.bytes().map(u64::from).sum::<u64>().wrapping_mul(seed | 1)));
        let middle = shuffled.len() / 2;
        // The two halves may be alike, which is refused; a row of nothing makes them different.
        let nothing = Line::new("111111111111", "Usage", "AmazonEC2", "0");
        let more = [lines.clone(), vec![nothing.clone()]].concat();
        let halves = [
            folder.write("b1.csv", csv(&CUR2, &shuffled[middle..])),
            folder.write("b2.csv", csv(&CUR2, &[&shuffled[..middle], &[nothing]].concat())),
        ];
        let options = ReadOptions { threads: Some(threads), ..ReadOptions::default() };
        let second = read_deliveries(&halves, &options, &NoProgress).unwrap().deliveries.remove(0);
        let first = read_one(&[folder.write("a.csv", csv(&CUR2, &more))]);
        prop_assert_eq!(&first.digest, &second.digest);
        prop_assert_eq!(&first.by_type, &second.by_type);

        let path = folder.path("c.parquet");
        parquet(&path, &CUR2, &[shuffled, vec![more[lines.len()].clone()]].concat(), Typed::Doubles);
        let third = read_one(&[path]);
        prop_assert_eq!(&first.digest, &third.digest);
    }
}
