//! Cases that go wrong, a file each, named after the case in the rule book's part N. Cases that are
//! about months that change stand in `changing/`.

mod n11_one_description;
mod n23_late_usage;
mod n29_negative_month;
mod n31_order_of_memos;
mod n34_many_decimals;
mod n37_covered_elsewhere;
mod n40_twice;
mod n42_pro_forma;
mod n43_redeemed_before_any_line;
mod n44_clock;
mod n45_unknown_words;

use crate::support::*;

/// An office with one customer.
fn one_customer() -> Office {
    let office = Office::new();
    office.accounts(&[(OWNER, "Department of Light", "PO-A")]);
    office
}
