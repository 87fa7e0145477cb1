//! Packed files and deliveries of several chunks: complete, or refused.

use super::{office, refuses_bill, tells_what_to_do};
use crate::support::*;

fn february(lines: usize) -> Bill {
    bill("2019-02").lines((0..lines).map(|at| usage(OWNER, "AmazonEC2", &format!("{at}.01"))))
}

#[test]
fn a_gzip_that_was_cut_off_is_refused_wherever_it_was_cut() {
    let office = office();
    let whole = gzip(&february(500).cur2());
    for cut in [whole.len() - 1, whole.len() - 8, whole.len() / 2, 30] {
        refuses_bill(&office, &whole[..cut], &["bad.csv", "gzip", "fetch it again"]);
    }
    assert_eq!(office.ingest("good.csv.gz", &whole)[0]["rows"], 500);
}

#[test]
fn a_gzip_with_a_changed_byte_is_refused() {
    let office = office();
    let mut changed = gzip(&february(500).cur2());
    let middle = changed.len() / 2;
    changed[middle] ^= 0x10;
    office.write("bad.csv.gz", changed);
    office.refused(&["ingest", "bad.csv.gz"], &["bad.csv.gz"]);
}

#[test]
fn a_zip_that_was_cut_off_is_refused_and_a_whole_one_is_read() {
    let office = office();
    let whole = zip("bill.csv", &february(50).cur2());
    refuses_bill(&office, &whole[..whole.len() / 2], &["bad.csv", "zip", "fetch it again"]);
    assert_eq!(office.ingest("good.zip", &whole)[0]["rows"], 50);
}

#[test]
fn the_name_of_a_file_says_nothing_about_what_it_is() {
    let office = office();
    office.write("bill.txt", gzip(&february(3).legacy()));
    assert_eq!(office.json(&["ingest", "bill.txt"])[0]["rows"], 3);
}

#[test]
fn n18_a_manifest_whose_chunk_is_missing_refuses_the_whole_delivery() {
    let office = office();
    office.write("in/bill-1.csv", february(2).legacy());
    let chunks = ["bills/20190201-20190301/a-1/bill-1.csv", "bills/20190201-20190301/a-1/bill-2.csv"];
    office.write("in/bill-Manifest.json", legacy_manifest("a-1", ("2019-02", "2019-03"), &chunks));
    tells_what_to_do(&office.refused(&["ingest", "in"], &["bill-Manifest.json", "bill-2.csv", "not there"]));
    tells_what_to_do(&office.refused(&["ingest", "in/bill-Manifest.json"], &["bill-2.csv", "not there"]));

    office.write("in/bill-2.csv", bill("2019-02").lines([usage(A2, "AmazonEC2", "5")]).legacy());
    assert_fields(&only(&office.json(&["ingest", "in"])), &[("rows", "3"), ("total", "6.02"), ("accounts", "2")]);
}

#[test]
fn an_empty_chunk_that_a_manifest_names_is_part_of_the_delivery() {
    let office = office();
    office.write("in/x-1.csv", february(2).cur2());
    office.write("in/x-2.csv", "");
    office.write("in/manifest.json", cur2_manifest("e-1", "2019-03-02T00:00:00Z", &["data/x-1.csv", "data/x-2.csv"]));
    assert_fields(&only(&office.json(&["ingest", "in"])), &[("rows", "2"), ("total", "1.02")]);
}

#[test]
fn a_manifest_that_names_no_files_and_one_that_is_cut_off_are_refused() {
    let office = office();
    office.write("m.json", legacy_manifest("a-1", ("2019-02", "2019-03"), &[]));
    tells_what_to_do(&office.refused(&["ingest", "m.json"], &["m.json", "names no files"]));
    office.write("m.json", "{\"assemblyId\":\"a-1\",\"reportKeys\":[");
    office.refused(&["ingest", "m.json"], &["m.json"]);
}

#[test]
fn a_chunk_of_another_month_than_its_manifest_is_refused() {
    let office = office();
    office.write("in/bill-1.csv", bill("2019-03").lines([usage(OWNER, "AmazonEC2", "1")]).legacy());
    office.write("in/m.json", legacy_manifest("a-1", ("2019-02", "2019-03"), &["p/bill-1.csv"]));
    tells_what_to_do(&office.refused(&["ingest", "in"], &["m.json", "2019-02", "2019-03"]));
}
