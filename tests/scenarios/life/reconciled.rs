//! `reconcile`: a credit and month, AWS's bill against the memos, and how far the two are apart.

use crate::support::*;

#[test]
fn each_credit_and_the_bill_tie() {
    let office = Story::closed();
    let row = office.reconcile("2019-01");
    assert_fields(
        &row,
        &[
            ("upstream_credits", "1000"),
            ("attributed", "1000"),
            ("payable", "4000"),
            ("memo_movement", "900"),
            ("billed", "4900.00"),
            ("upstream_residual", "0"),
            ("customer_residual", "0"),
        ],
    );
    let memo = office.balance(OWNER)["memo_number"].as_str().unwrap().to_owned();
    assert_fields(
        &only(&row["credits"]),
        &[
            ("attributed", "1000"),
            ("on_owner", "100"),
            ("scattered", "900"),
            ("memo_number", &memo),
            ("not_funded", "0"),
        ],
    );
    assert_fields(&row["funds"], &[("as_of", "2019-01-31"), ("exposure", "0.00"), ("owed", "900.00")]);
}

#[test]
fn what_is_owed_grows_old() {
    let office = Story::closed();
    for (day, bucket) in [
        ("2019-01-31", "days_0_to_30"),
        ("2019-03-02", "days_0_to_30"),
        ("2019-03-03", "days_31_to_60"),
        ("2019-04-02", "days_61_to_90"),
        ("2019-05-02", "days_over_90"),
    ] {
        let row = only(&office.json(&["reconcile", "2019-01", "--effective", day]));
        assert_eq!(row["funds"]["owed_by_age"][bucket], "900.00", "on {day}: {row:#}");
    }
}

#[test]
fn what_is_drawn_ahead_of_aws_by_the_age_of_the_draws() {
    let mut office = Story::imported();
    // AWS gives 50.00 in January and nothing in February; the customer draws 100.00 and 250.40.
    let january =
        bill("2019-01").lines([usage(OWNER, "AmazonEC2", "100.00"), credit(OWNER, "-50.00", "AWS Promotional Credit")]);
    office.ingest("january.csv", january.cur2());
    office.bill_and_close("2019-01");
    office.at(FIVE_MARCH);
    office.ingest("february.csv", Story::later("2019-02", "250.40").cur2());
    office.bill_and_close("2019-02");
    let row = only(&office.json(&["reconcile", "2019-02", "--effective", "2019-03-05"]));
    assert_fields(&row["funds"], &[("exposure", "300.40"), ("owed", "0.00")]);
    assert_fields(
        &row["funds"]["exposure_by_age"],
        &[("days_0_to_30", "250.40"), ("days_31_to_60", "50.00"), ("days_61_to_90", "0.00"), ("days_over_90", "0.00")],
    );
    assert_fields(&only(&row["funds"]["memos"]), &[("exposure", "300.40"), ("owed", "0.00")]);
    // At the end of January only January's draw is ahead.
    let row = only(&office.json(&["reconcile", "2019-01"]));
    assert_fields(&row["funds"], &[("as_of", "2019-01-31"), ("exposure", "50.00")]);
}
