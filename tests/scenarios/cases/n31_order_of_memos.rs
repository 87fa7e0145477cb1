//! N31: several open memos are drawn in one order: the end, the restriction, the start, the number.

use super::one_customer;
use crate::support::*;

#[test]
fn n31_end_then_fewest_services_then_oldest_then_number() {
    let office = one_customer();
    // Each next one is first by one rule less; the file's order makes the numbers.
    office.grants(&[
        grant("e-last", OWNER, "10.00").described("E").runs("2019-01-01", "2019-06-30"),
        grant("c-older", OWNER, "10.00").described("C").services("AmazonEC2").runs("2018-12-01", "2019-06-30"),
        grant("d-first", OWNER, "10.00").described("D").services("AmazonEC2").runs("2019-01-01", "2019-06-30"),
        grant("d-second", OWNER, "10.00").described("D2").services("AmazonEC2").runs("2019-01-01", "2019-06-30"),
        grant("a-ends", OWNER, "10.00").described("A").runs("2019-01-01", "2019-05-31"),
    ]);
    let order = ["a-ends", "c-older", "d-first", "d-second", "e-last"];
    office.ingest("january.csv", bill("2019-01").lines([usage(OWNER, "AmazonEC2", "35.00")]).cur2());
    office.bill_and_close("2019-01");
    let rows = office.json(&["balance", "--account", OWNER]);
    let open = order.map(|credit| row_where(&rows, "credit_id", credit)["open_balance"].as_str().unwrap().to_owned());
    assert_eq!(open, ["0.00", "0.00", "0.00", "5.00", "10.00"]);
}
