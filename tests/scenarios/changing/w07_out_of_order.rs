//! W7: February comes before January. What is due in all is the same, only the month differs.

use super::assert_sound;
use crate::support::*;

fn february() -> String {
    Story::later("2019-02", "950.00").cur2()
}

fn due(office: &Office, period: &str) -> String {
    office.statement(OWNER, period)["due"].as_str().unwrap().to_owned()
}

#[test]
fn in_order_february_is_short() {
    let mut office = Story::closed();
    office.at(FIVE_MARCH);
    office.ingest("february.csv", february());
    office.bill_and_close("2019-02");
    assert_fields(
        &office.statement(OWNER, "2019-02"),
        &[("prior_balance", "900.00"), ("applied", "900.00"), ("balance_of_funds", "0.00"), ("due", "50.00")],
    );
    assert_eq!(due(&office, "2019-01"), "0.00");
    assert_sound(&office, &["2019-01", "2019-02"]);
}

#[test]
fn n19_february_is_held_while_january_is_delivered_and_open() {
    let mut office = Story::imported();
    office.at(FIVE_MARCH);
    office.ingest("february.csv", february());
    office.ingest("january.csv", Story::january().cur2());
    let log = office.log_files();
    office.run(&["bill", "2019-02"]).exits(5).says(&["2019-01"]);
    assert_eq!(office.log_files(), log);
    office.bill_and_close("2019-01");
    office.bill_and_close("2019-02");
    assert_eq!([due(&office, "2019-01"), due(&office, "2019-02")], ["0.00", "50.00"]);
    assert_sound(&office, &["2019-01", "2019-02"]);
}

#[test]
fn n19_february_first_leaves_january_short() {
    let mut office = Story::imported();
    office.at(FIVE_MARCH);
    office.ingest("february.csv", february());
    office.bill_and_close("2019-02");
    let february = office.statement(OWNER, "2019-02");
    assert_fields(&february, &[("applied", "950.00"), ("balance_of_funds", "50.00"), ("due", "0.00")]);
    office.ingest("january.csv", Story::january().cur2());
    office.bill_and_close("2019-01");
    assert_fields(
        &office.statement(OWNER, "2019-01"),
        &[("prior_balance", "50.00"), ("applied", "50.00"), ("balance_of_funds", "0.00"), ("due", "50.00")],
    );
    assert_eq!(office.statement(OWNER, "2019-02"), february);
    assert_fields(&office.balance(OWNER), &[("applied_amount", "1000.00"), ("open_balance", "0.00")]);
    assert_sound(&office, &["2019-01", "2019-02"]);
}

#[test]
fn a_waived_january_that_comes_late_is_billed_without_touching_february() {
    let mut office = Story::imported();
    office.ingest("december.csv", Story::later("2018-12", "10.00").cur2());
    office.bill_and_close("2018-12");
    assert_eq!(due(&office, "2018-12"), "10.00", "the memo starts in January");
    office.at(FIVE_MARCH);
    office.ingest("february.csv", february());
    office.run(&["bill", "2019-02"]).exits(5).says(&["2019-01"]);
    office.ok(&["close", "2019-01", "--waive", "--reason", "AWS is late"]);
    office.bill_and_close("2019-02");
    let february = office.statement(OWNER, "2019-02");
    assert_fields(&february, &[("issued", "1000.00"), ("balance_of_funds", "50.00"), ("due", "0.00")]);

    office.at(FIVE_APRIL);
    office.ingest("january.csv", Story::january().cur2());
    office.bill_and_close("2019-01");
    assert_eq!(due(&office, "2019-01"), "50.00");
    assert_eq!(office.statement(OWNER, "2019-02"), february);
    office.ingest("march.csv", Story::later("2019-03", "1.00").cur2());
    office.bill_and_close("2019-03");
    assert_fields(
        &office.statement(OWNER, "2019-03"),
        &[("prior_balance", "0.00"), ("applied", "0.00"), ("balance_of_funds", "0.00"), ("due", "1.00")],
    );
    assert_sound(&office, &["2018-12", "2019-01", "2019-02", "2019-03"]);
}
