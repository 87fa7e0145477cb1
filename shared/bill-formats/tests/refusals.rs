//! What is refused, and that the sentence says what, where and what to do.

mod support;

use support::*;

fn refusal_of(content: impl AsRef<[u8]>) -> String {
    let folder = Folder::new();
    refusal(&[folder.write("bill", content)])
}

fn assert_says(sentence: &str, words: &[&str]) {
    for word in words {
        assert!(sentence.contains(word), "'{word}' is not in: {sentence}");
    }
}

/// The sample with one value replaced, on line 4 of the text and row 3 of the data.
fn with_value(column: usize, value: &str) -> Vec<Line> {
    let mut lines: Vec<Line> = (0..5).map(|_| Line::new("111111111111", "Usage", "AmazonEC2", "1")).collect();
    let line = &mut lines[2];
    let fields =
        [&mut line.payer, &mut line.member, &mut line.period, &mut line.line_type, &mut line.cost, &mut line.currency];
    for (at, field) in fields.into_iter().enumerate() {
        if at == column {
            *field = value.to_owned();
        }
    }
    lines
}

#[test]
fn a_value_at_fault_is_named_by_file_line_and_column() {
    for (column, value, words) in [
        (0, "", ["column bill_payer_account_id (number 1)", "blank"]),
        (0, "1.23457E+12", ["column bill_payer_account_id (number 1)", "spreadsheet"]),
        (1, "1.23457E+11", ["column line_item_usage_account_id (number 2)", "spreadsheet"]),
        (2, "April 2026", ["column bill_billing_period_start_date (number 3)", "'April 2026'"]),
        (2, "", ["column bill_billing_period_start_date (number 3)", "blank"]),
        (3, "", ["column line_item_line_item_type (number 4)", "blank"]),
        (4, "", ["column line_item_unblended_cost (number 5)", "blank"]),
        (4, "NULL", ["column line_item_unblended_cost (number 5)", "blank"]),
        (4, "1,50", ["column line_item_unblended_cost (number 5)", "'1,50'"]),
        (4, "12345678901234567890123456789012345678.5", ["column line_item_unblended_cost (number 5)", "digits"]),
        (2, "2026-04-02", ["column bill_billing_period_start_date (number 3)", "first of a month at 00:00 UTC"]),
        (2, "2026-04-01 00:00:00+02:00", ["column bill_billing_period_start_date (number 3)", "00:00 UTC"]),
        (5, "", ["column line_item_currency_code (number 6)", "blank"]),
        (5, "US$", ["column line_item_currency_code (number 6)", "ISO 4217"]),
    ] {
        let sentence = refusal_of(csv(&CUR2, &with_value(column, value)));
        assert_says(&sentence, &["bill, line 4, "]);
        assert_says(&sentence, &words);
    }
}

#[test]
fn a_parquet_value_at_fault_is_named_by_row() {
    let folder = Folder::new();
    let path = folder.path("bill.parquet");
    parquet(&path, &CUR2, &with_value(4, ""), Typed::Texts);
    assert_says(
        &refusal(std::slice::from_ref(&path)),
        &["bill.parquet, row 3, column line_item_unblended_cost (number 5)", "blank"],
    );
    parquet(&path, &CUR2, &with_value(4, "inf"), Typed::Doubles);
    assert_says(&refusal(&[path]), &["row 3, column line_item_unblended_cost", "not a finite amount"]);
}

#[test]
fn the_first_fault_is_reported_however_many_threads_read() {
    let mut lines = vec![Line::new("111111111111", "Usage", "AmazonEC2", "1"); 60_000];
    for at in [20_000, 40_000, 59_999] {
        lines[at].cost = "x".to_owned();
    }
    lines[30_000].member = "1.2E+11".to_owned();
    let text = csv(&CUR2, &lines);
    for _ in 0..5 {
        assert_says(&refusal_of(&text), &["line 20002, "]);
    }
    // A key that means nothing is found later than an amount, and still comes first.
    lines[19_999].member = "1.2E+11".to_owned();
    assert_says(&refusal_of(csv(&CUR2, &lines)), &["line 20001, column line_item_usage_account_id"]);
}

#[test]
fn lines_that_are_no_records_are_refused_at_their_line() {
    let good = csv(&CUR2, &sample());
    // The sample's quoted description has a line break of its own: its last line is the tenth.
    assert_says(&refusal_of(format!("{good}1,2,3\n")), &["line 11", "has 3 fields where the header has 10"]);
    assert_says(&refusal_of(format!("{good}a\"b,2\n")), &["line 11", "quote"]);
    assert_says(&refusal_of(format!("{good}\"never closed,2\n3,4\n")), &["line 11", "not closed"]);
    let mut bytes = csv(&CUR2, &with_value(3, "Usäge")).into_bytes();
    let at = bytes.windows(2).position(|pair| pair == "ä".as_bytes()).unwrap();
    bytes.splice(at..at + 2, [0xe4]);
    assert_says(&refusal_of(bytes), &["line 4", "UTF-8"]);
}

#[test]
fn files_that_are_no_bills_say_what_was_expected() {
    for content in ["date,amount,what\n1,2,3\n", "just text", "%PDF-1.7\n\u{0}"] {
        assert_says(&refusal_of(content), &["not a bill file", "bill_payer_account_id", "BillingAccountId"]);
    }
    assert_says(&refusal_of("{\"a\": 1}"), &["not a bill file", "JSON"]);
    assert_says(&refusal_of(csv(&CUR2[1..], &[])), &["lacks the column bill_payer_account_id", "export it again"]);
}

#[test]
fn empty_files_and_lone_headers_are_refused() {
    assert_says(&refusal_of(""), &["is empty", "manifest"]);
    assert_says(&refusal_of(gzip("")), &["is empty"]);
    assert_says(&refusal_of(csv(&CUR2, &[])), &["has a header and no rows"]);
    let folder = Folder::new();
    let path = folder.path("bill.parquet");
    parquet(&path, &CUR2, &[], Typed::Texts);
    assert_says(&refusal(&[path]), &["has a header and no rows"]);
    assert_says(&refusal(&[]), &["nothing to read"]);
    assert_says(&refusal(&[folder.path("not there")]), &["cannot be read"]);
}

#[test]
fn damaged_packings_are_told_apart_from_wrong_content() {
    let text = csv(&CUR2, &vec![Line::new("111111111111", "Usage", "AmazonEC2", "1"); 5000]);
    let packed = gzip(&text);
    assert_says(&refusal_of(&packed[..packed.len() - 10]), &["gzip", "ends too early"]);
    let mut flipped = packed.clone();
    let last = flipped.len() - 6;
    flipped[last] ^= 0x55;
    assert_says(&refusal_of(&flipped), &["gzip", "damaged"]);
    let archive = zip_of(&[("bill.csv", &text)]);
    assert_says(&refusal_of(&archive[..archive.len() - 30]), &["zip", "damaged"]);
    assert_says(&refusal_of(zip_of(&[("a.csv", &text), ("b.csv", &text)])), &["holds 2 files", "unpack it"]);
    let folder = Folder::new();
    let path = folder.path("bill.parquet");
    parquet(&path, &CUR2, &sample(), Typed::Doubles);
    let bytes = std::fs::read(&path).unwrap();
    assert_says(&refusal_of(&bytes[..bytes.len() - 20]), &["Parquet", "damaged"]);
}

#[test]
fn currencies_formats_and_copies_do_not_mix() {
    let mut lines = sample();
    lines[4].currency = "EUR".to_owned();
    let sentence = refusal_of(csv(&CUR2, &lines));
    assert_says(&sentence, &["account 222222222222", "USD (", "line 5)", "EUR (", "line 6)"]);

    let folder = Folder::new();
    let cur2 = folder.write("a.csv", csv(&CUR2, &sample()));
    let legacy = folder.write("b.csv", csv(&LEGACY, &sample()));
    assert_says(&refusal(&[cur2.clone(), legacy]), &["CUR 2.0 CSV", "legacy CUR CSV", "count it twice"]);
    let copy = folder.write("c.csv", csv(&CUR2, &sample()));
    assert_says(&refusal(&[cur2.clone(), copy]), &["a.csv", "c.csv", "same content"]);
    assert_eq!(read_one(&[cur2.clone(), cur2]).rows, 8);
}

#[test]
fn a_bill_without_aws_is_refused() {
    let header = [&FOCUS[..], &["ProviderName"]].concat();
    let line = Line::new("x", "Usage", "VM", "1").values().join(",");
    assert_says(
        &refusal_of(format!("{}\n{line},Oracle\n", header.join(","))),
        &["none of the rows is billed by AWS", "Oracle"],
    );
}
