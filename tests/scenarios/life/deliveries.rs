//! A month is delivered again and again until AWS is done with it.

use crate::support::*;

#[test]
fn n16_the_same_delivery_again_records_nothing_and_still_prints_its_row() {
    let office = Story::ingested();
    let before = office.log_files();
    let again = only(&office.json(&["ingest", "january.csv"]));
    assert_fields(&again, &[("changed_accounts", "0"), ("rows", "5"), ("total", "4000"), ("credits", "-1000")]);
    assert_eq!(office.log_files(), before);
}

#[test]
fn n16_the_same_content_in_another_file_is_seen_and_changes_nothing() {
    let office = Story::ingested();
    let before = office.commits();
    let again = office.ingest("january again.csv.gz", gzip(&Story::january().cur2()));
    assert_fields(&only(&again), &[("changed_accounts", "0"), ("total", "4000")]);
    assert!(office.commits() <= before + 1, "no more than that it was seen is recorded");
    let after = office.log_files();
    office.ok(&["ingest", "january again.csv.gz"]);
    assert_eq!(office.log_files(), after);
}

/// The delivery that was billed is the one that counts: the month closes without being billed anew.
#[test]
fn n16_a_billed_month_closes_after_the_same_content_came_in_another_file() {
    let office = Story::billed();
    office.ingest("january again.csv.gz", gzip(&Story::january().cur2()));
    office.ok(&["close", "2019-01"]);
}

#[test]
fn lines_in_another_order_are_the_same_delivery() {
    let office = Story::ingested();
    let text = Story::january().cur2();
    let (header, lines) = text.split_once('\n').unwrap();
    let mut lines: Vec<&str> = lines.lines().collect();
    lines.reverse();
    let again = office.ingest("reversed.csv", format!("{header}\n{}\n", lines.join("\n")));
    assert_fields(&only(&again), &[("changed_accounts", "0")]);
}

#[test]
fn a_second_delivery_changes_only_the_members_that_it_changes() {
    let office = Story::ingested();
    let usage_lines = || {
        let text = std::fs::read_to_string(office.segment("USAGE")).unwrap();
        text.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let before = usage_lines().len();
    let second = only(&office.ingest("second.csv", Story::january_with("130.00").cur2()));
    assert_fields(&second, &[("changed_accounts", "1"), ("total", "4030")]);
    let new: Vec<String> = usage_lines().split_off(before);
    assert!(new.iter().any(|line| line.contains(OWNER)), "the member that changed is recorded");
    assert!(!new.iter().any(|line| line.contains(A2) || line.contains(A3)), "no other member is recorded again");
}

#[test]
fn a_delivery_that_drops_members_is_refused_unless_it_replaces() {
    let office = Story::ingested();
    let fewer = bill("2019-01").lines([usage(OWNER, "AmazonEC2", "100.00"), usage(A2, "AmazonEC2", "2500.00")]);
    office.write("fewer.csv", fewer.cur2());
    office.refused(&["ingest", "fewer.csv"], &["2019-01", PAYER, "1 member accounts", A3, "--replace"]);

    let replaced = only(&office.json(&["ingest", "fewer.csv", "--replace"]));
    assert_fields(&replaced, &[("total", "2600"), ("credits", "0")]);
    office.ok(&["bill", "2019-01"]);
    assert_fields(&office.reconcile("2019-01"), &[("gross", "2600"), ("upstream_credits", "0"), ("residual", "0")]);
    assert_fields(&office.balance(OWNER), &[("funded_balance", "0.00"), ("open_balance", "900.00")]);
}

#[test]
fn a_delivery_that_drops_a_bill_type_is_refused_unless_it_replaces() {
    let office = Office::new();
    office.accounts(&[(OWNER, "Department of Light", "PO-A")]);
    let month = |types: &[&str]| {
        bill("2019-01").lines(types.iter().map(|kind| usage(OWNER, "AmazonEC2", "5").with("bill type", kind))).cur2()
    };
    office.ingest("both.csv", month(&["Anniversary", "Purchase"]));
    office.write("one.csv", month(&["Anniversary"]));
    office.refused(&["ingest", "one.csv"], &["Purchase", "--replace"]);
    assert_fields(&only(&office.json(&["ingest", "one.csv", "--replace"])), &[("total", "5")]);
}

#[test]
fn n17_an_older_delivery_that_arrives_later_is_kept_and_not_applied() {
    let office = Story::imported();
    let deliver = |name: &str, used: &str, created: &str| {
        office.write(&format!("{name}/x-1.csv"), Story::january_with(used).cur2());
        office
            .write(&format!("{name}/manifest.json"), cur2_manifest(name, created, &[&format!("data/{name}/x-1.csv")]));
        only(&office.json(&["ingest", name]))
    };
    assert_fields(&deliver("newer", "130.00", "2019-02-03T00:00:00Z"), &[("changed_accounts", "3")]);
    assert_fields(&deliver("older", "100.00", "2019-02-02T00:00:00Z"), &[("changed_accounts", "0")]);
    office.ok(&["bill", "2019-01"]);
    assert_fields(&office.statement(OWNER, "2019-01"), &[("utilisation", "130.00")]);
}

#[test]
fn all_files_of_a_call_are_one_delivery() {
    let office = Story::imported();
    office
        .write("in/a.csv", bill("2019-01").lines([usage(OWNER, "AmazonEC2", "1"), usage(A2, "AmazonEC2", "2")]).cur2());
    office.write("in/b.csv", bill("2019-01").lines([usage(OWNER, "AmazonS3", "3")]).cur2());
    assert_fields(&only(&office.json(&["ingest", "in"])), &[("rows", "3"), ("total", "6"), ("accounts", "2")]);
    // The same two files, named one by one, are the same delivery.
    let before = office.log_files();
    assert_fields(&only(&office.json(&["ingest", "in/b.csv", "in/a.csv"])), &[("changed_accounts", "0")]);
    assert_eq!(office.log_files(), before);
}

#[test]
fn two_months_in_a_file_are_two_deliveries() {
    let office = Story::imported();
    let both = bill("2019-01").lines([
        usage(OWNER, "AmazonEC2", "1"),
        usage(OWNER, "AmazonEC2", "2").with("period", "2019-02-01T00:00:00.000Z"),
    ]);
    let rows = office.ingest("both.csv", both.cur2());
    assert_fields(&row_where(&rows, "period", "2019-01"), &[("total", "1")]);
    assert_fields(&row_where(&rows, "period", "2019-02"), &[("total", "2")]);
}

#[test]
fn importing_the_same_accounts_and_credits_again_records_nothing() {
    let office = Story::ingested();
    let before = office.log_files();
    office.ok(&["accounts", "import", "accounts.csv"]).says(&["0 assignments new or changed"]);
    office.ok(&["credits", "import", "credits.csv"]).says(&["0 new or revised"]);
    assert_eq!(office.log_files(), before);
}
