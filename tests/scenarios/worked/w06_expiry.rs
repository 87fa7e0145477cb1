//! W6: a credit that ends on 15 March, 900.00 open, all of it funded by AWS, and usage of 10.00 a
//! day in March.

use crate::support::*;

const BY_DAY: &str = "memo_expiry = \"upstream\"\nexpiry_inside_month = \"day-exact\"\n";
const BY_MONTH: &str = "memo_expiry = \"upstream\"\n";

/// March with a line a day.
fn march() -> Bill {
    let days = (1..=31).map(|day| {
        let from = format!("2019-03-{day:02}T00:00:00Z");
        usage(OWNER, "AmazonEC2", "10.00").with("usage date", &from)
    });
    bill("2019-03").lines(days)
}

/// January with the scatter, February without usage of the owner, March billed and closed.
fn office_under(policy: Option<&str>) -> Office {
    let mut office = Office::new();
    office.accounts(&[(OWNER, "Department of Light", "PO-A"), (A2, "Bakery", "PO-2"), (A3, "Pictures", "PO-3")]);
    if let Some(policy) = policy {
        office.write("policy.toml", policy);
        office.ok(&["policy", "adopt", "policy.toml"]);
    }
    office.grants(&[grant("5001", OWNER, "1000.00").runs("2019-01-01", "2019-03-15")]);
    office.ingest("january.csv", Story::january().cur2());
    office.bill_and_close("2019-01");
    office.at(FIVE_MARCH);
    office.ingest("february.csv", bill("2019-02").lines([usage(A2, "AmazonEC2", "1")]).cur2());
    office.bill_and_close("2019-02");
    assert_fields(&office.balance(OWNER), &[("open_balance", "900.00"), ("funded_balance", "900.00")]);
    office.at(FIVE_APRIL);
    office.ingest("march.csv", march().cur2());
    office
}

#[test]
fn by_default_what_aws_has_taken_off_the_bill_stays_owed() {
    let office = office_under(None);
    office.bill_and_close("2019-03");
    assert_fields(&office.statement(OWNER, "2019-03"), &[("applied", "310.00"), ("due", "0.00")]);
    assert_fields(
        &office.balance(OWNER),
        &[("open_balance", "590.00"), ("funded_balance", "590.00"), ("expired_amount", "0.00"), ("status", "open")],
    );
}

#[test]
fn n32_under_upstream_the_whole_month_is_paid_and_the_rest_expires() {
    let office = office_under(Some(BY_MONTH));
    office.bill_and_close("2019-03");
    assert_fields(&office.statement(OWNER, "2019-03"), &[("applied", "310.00"), ("due", "0.00")]);
    assert_fields(
        &office.balance(OWNER),
        &[("applied_amount", "410.00"), ("expired_amount", "590.00"), ("open_balance", "0.00"), ("status", "expired")],
    );
}

#[test]
fn n32_counted_by_the_day_the_end_date_is_the_last_one_paid() {
    let office = office_under(Some(BY_DAY));
    office.bill_and_close("2019-03");
    assert_fields(&office.statement(OWNER, "2019-03"), &[("applied", "150.00"), ("due", "160.00")]);
    assert_fields(
        &office.balance(OWNER),
        &[("applied_amount", "250.00"), ("expired_amount", "750.00"), ("open_balance", "0.00")],
    );
}

#[test]
fn what_expired_after_the_statement_was_issued_stands_on_the_next_one() {
    let mut office = office_under(Some(BY_MONTH));
    office.bill_and_close("2019-03");
    let march = office.statement(OWNER, "2019-03");
    office.at("2019-05-05T09:00:00Z");
    office.ingest("april.csv", bill("2019-04").lines([usage(OWNER, "AmazonEC2", "5.00")]).cur2());
    office.ok(&["bill", "2019-04"]);
    let april = office.statement(OWNER, "2019-04");
    assert_eq!(march["balance_of_funds"], april["prior_balance"]);
    assert_eq!(sum([march["expired"].as_str().unwrap(), april["expired"].as_str().unwrap()]), Decimal::of("590"));
    assert_fields(&april, &[("applied", "0.00"), ("balance_of_funds", "0.00"), ("due", "5.00")]);
}

#[test]
fn counting_days_needs_days_that_were_kept() {
    let mut office = Office::new();
    office.accounts(&[(OWNER, "Department of Light", "PO-A")]);
    office.grants(&[grant("5001", OWNER, "900.00").runs("2019-03-01", "2019-03-15")]);
    office.at(FIVE_APRIL);
    office.ingest("march.csv", march().cur2());
    office.write("policy.toml", BY_DAY);
    office.ok(&["policy", "adopt", "policy.toml"]);
    let blocked = office.run(&["bill", "2019-03", "--output", "json"]).exits(5);
    assert_eq!(blocked.json()[0]["blockers"][0]["blocker"], "days-missing", "{blocked}");
}
