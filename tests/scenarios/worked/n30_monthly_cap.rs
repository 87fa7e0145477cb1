//! N30: a memo that pays no more than so much a month, also where a closed month is corrected.

use crate::support::*;

fn issue(office: &Office, cap: &str) -> Outcome {
    office.run(&[
        "memos",
        "issue",
        "--account",
        OWNER,
        "--payer",
        PAYER,
        "--face",
        "1000.00",
        "--start",
        "2019-01-01",
        "--monthly-cap",
        cap,
        "--reason",
        "goodwill",
    ])
}

#[test]
fn n30_a_memo_pays_up_to_its_cap_a_month_and_a_correction_does_not_lift_it() {
    let mut office = Office::new();
    office.accounts(&[(OWNER, "Department of Light", "PO-A")]);
    issue(&office, "50").exits(0);
    let january = |amount: &str| bill("2019-01").lines([usage(OWNER, "AmazonEC2", amount)]).cur2();
    office.ingest("january.csv", january("80.00"));
    office.bill_and_close("2019-01");
    assert_fields(
        &office.statement(OWNER, "2019-01"),
        &[("applied", "50.00"), ("due", "30.00"), ("utilisation", "80.00")],
    );
    assert_fields(
        &only(&office.json(&["memos", "list"])),
        &[("monthly_cap", "50.00"), ("open_balance", "950.00"), ("expiry_rule", "")],
    );
    office.at(FIVE_MARCH);
    office.ingest("january-2.csv", january("110.00"));
    office.ingest("february.csv", bill("2019-02").lines([usage(OWNER, "AmazonEC2", "40.00")]).cur2());
    office.ok(&["bill", "2019-02"]);
    let statement = office.statement(OWNER, "2019-02");
    assert_fields(
        &only(&statement["earlier_periods"]),
        &[("period", "2019-01"), ("gross", "30.00"), ("applied", "0.00"), ("due", "30.00")],
    );
    assert_fields(&statement, &[("applied", "40.00")]);
    assert_fields(&office.balance(OWNER), &[("open_balance", "910.00")]);
}

#[test]
fn a_cap_is_an_amount_of_the_currency_above_zero() {
    let office = Office::new();
    office.accounts(&[(OWNER, "Department of Light", "PO-A")]);
    for (cap, words) in [("0", "above zero"), ("50.005", "minor unit")] {
        let before = office.log_files();
        issue(&office, cap).exits(3).says(&[words]);
        assert_eq!(office.log_files(), before);
    }
}
