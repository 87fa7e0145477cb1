//! A value that cannot be read: named by file, line and column, in each format.

use super::{office, refuses_bill, tells_what_to_do};
use crate::support::*;

/// A good bill of February whose third line, line 4 of the file, has one other value.
fn with_bad_line(column: &str, value: &str) -> Bill {
    bill("2019-02").lines([
        usage(OWNER, "AmazonEC2", "1.00"),
        usage(A2, "AmazonEC2", "2.00"),
        usage(A3, "AmazonEC2", "3.00").with(column, value),
        usage(OWNER, "AmazonS3", "4.00"),
    ])
}

#[test]
fn every_unreadable_value_is_refused_by_line_and_column() {
    let office = office();
    for (column, value, name, found) in [
        ("amount", "", "line_item_unblended_cost", "blank"),
        ("amount", "twelve", "line_item_unblended_cost", "'twelve'"),
        ("amount", "1,234.50", "line_item_unblended_cost", "'1,234.50'"),
        ("amount", "$5", "line_item_unblended_cost", "'$5'"),
        ("amount", "NaN", "line_item_unblended_cost", "'NaN'"),
        ("amount", "0x10", "line_item_unblended_cost", "'0x10'"),
        ("period", "February 2019", "bill_billing_period_start_date", "'February 2019'"),
        ("period", "2019-13-01", "bill_billing_period_start_date", "'2019-13-01'"),
        ("period", "", "bill_billing_period_start_date", "blank"),
        ("type", "", "line_item_line_item_type", "blank"),
        ("currency", "Dollars", "line_item_currency_code", "'Dollars'"),
        ("currency", "", "line_item_currency_code", "blank"),
        ("payer", "", "bill_payer_account_id", "blank"),
        ("payer", "1.23457E+12", "bill_payer_account_id", "'1.23457E+12'"),
        ("member", "1.23457E+12", "line_item_usage_account_id", "'1.23457E+12'"),
        ("member", "0000 1234", "line_item_usage_account_id", "'0000 1234'"),
    ] {
        refuses_bill(&office, with_bad_line(column, value).cur2(), &["bad.csv", "line 4", name, found]);
    }
}

#[test]
fn an_amount_with_more_digits_than_can_be_held_is_rounded_once_and_said() {
    let office = office();
    office.write("long.csv", with_bad_line("amount", "0.12345678901234567890123456789").cur2());
    let said =
        ["1 amounts have more digits", "rounded half-even to 24", "added 0.00000000000000000000000043211 in all"];
    office.ok(&["ingest", "long.csv"]).says(&said);
}

#[test]
fn columns_are_named_in_the_words_of_the_files_own_format() {
    let office = office();
    let bad = with_bad_line("amount", "twelve");
    refuses_bill(&office, bad.legacy(), &["bad.csv", "line 4", "lineItem/UnblendedCost", "'twelve'"]);
    refuses_bill(&office, bad.focus(), &["bad.csv", "line 4", "BilledCost", "'twelve'"]);
}

#[test]
fn a_line_with_too_few_fields_is_refused() {
    let office = office();
    let content = format!("{}1700000001,{PAYER}\n", with_bad_line("amount", "3.00").cur2());
    refuses_bill(&office, content, &["bad.csv", "line 6", "2 fields", "9"]);
}

#[test]
fn an_account_billed_in_two_currencies_is_refused_with_both_places() {
    let office = office();
    let content = with_bad_line("currency", "EUR").cur2();
    refuses_bill(&office, content, &["USD", "EUR", "bad.csv, line 2", "bad.csv, line 4", "in one currency"]);
}

#[test]
fn a_bad_line_is_found_behind_many_good_ones_and_none_of_them_is_kept() {
    let office = office();
    let good = (0..20_000).map(|_| usage(OWNER, "AmazonEC2", "0.01"));
    let content = bill("2019-02").lines(good).lines([usage(OWNER, "AmazonEC2", "oops")]).cur2();
    refuses_bill(&office, content, &["bad.csv", "line 20002", "'oops'"]);
}

#[test]
fn nothing_new_is_seen_afterwards() {
    let office = office();
    let seen = |arguments: &[&str]| office.ok(arguments).stdout;
    let (audited, watched) = (seen(&["audit"]), seen(&["watch", "--from", "1", "--until-head"]));
    let outcome = refuses_bill(&office, with_bad_line("amount", "").cur2(), &["line 4"]);
    tells_what_to_do(&outcome);
    assert_eq!(seen(&["audit"]), audited);
    assert_eq!(seen(&["watch", "--from", "1", "--until-head"]), watched);
}

#[test]
fn one_bad_file_refuses_all_files_of_the_call() {
    let office = office();
    office.write("good.csv", bill("2019-02").lines([usage(OWNER, "AmazonEC2", "1.00")]).cur2());
    office.write("bad.csv", bill("2019-03").lines([usage(OWNER, "AmazonEC2", "oops")]).cur2());
    office.refused(&["ingest", "good.csv", "bad.csv"], &["bad.csv", "line 2", "'oops'"]);
}
