//! N11: two credits of one description are never merged; how their lines are split is an estimate,
//! and is marked so.

use super::one_customer;
use crate::support::*;

#[test]
fn n11_the_one_that_ends_first_is_filled_first_and_the_split_is_provisional() {
    let office = one_customer();
    office.grants(&[
        grant("late", OWNER, "50.00").described("Survey").runs("2019-01-01", "2019-12-31"),
        grant("soon", OWNER, "50.00").described("Survey").runs("2019-01-01", "2019-06-30"),
    ]);
    let line = credit(OWNER, "-70.00", "Survey, credit from account: 000000001234");
    office.ingest("january.csv", bill("2019-01").lines([usage(OWNER, "AmazonEC2", "70.00"), line]).cur2());
    for (id, applied) in [("soon", "50"), ("late", "20")] {
        let shown = office.json(&["credits", "show", id]);
        assert_fields(&shown, &[("upstream_applied", applied)]);
        assert_fields(&only(&shown["applications"]), &[("amount", applied), ("provisional", "true")]);
    }
    assert_fields(&office.reconcile("2019-01"), &[("attributed", "70"), ("suspense", "0"), ("residual", "0")]);
}
