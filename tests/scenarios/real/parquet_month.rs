//! A real month of a payer with two members, as Parquet: 119,307 lines without credits. One member
//! gets a memo of 500.00.

use crate::support::*;

const PAYER_ITSELF: &str = "836060457634";
const MEMBER: &str = "011254002932";

fn billed(owner: &str) -> Option<Office> {
    let file = shared_data("legacy-cur-parquet-2018-10/Oct2018-WorkshopCUR-00001.snappy.parquet")?;
    let mut office = Office::new();
    office.at("2018-11-05T09:00:00Z");
    office.accounts_of(PAYER_ITSELF, &[(MEMBER, "Lab", "PO-1"), (PAYER_ITSELF, "Owner", "PO-2")]);
    office.grants(&[grant("8001", owner, "500.00").payer(PAYER_ITSELF).runs("2018-10-01", "2019-12-31")]);
    office.ok(&["ingest", &file]);
    office.ok(&["bill", "2018-10"]);
    Some(office)
}

#[test]
fn the_member_pays_nothing_and_keeps_the_rest() {
    let Some(office) = billed(MEMBER) else { return };
    assert_fields(
        &office.statement(MEMBER, "2018-10"),
        &[
            ("issued", "500.00"),
            ("utilisation", "71.46"),
            ("applied", "71.46"),
            ("balance_of_funds", "428.54"),
            ("due", "0.00"),
        ],
    );
    assert_fields(&office.statement(PAYER_ITSELF, "2018-10"), &[("gross", "3993.03"), ("due", "3993.03")]);
    office.ok(&["close", "2018-10"]);
    office.ok(&["audit"]);
}

#[test]
fn the_payers_own_account_may_own_a_credit_which_never_pays_a_reservation_of_2018() {
    let Some(office) = billed(PAYER_ITSELF) else { return };
    let statement = office.statement(PAYER_ITSELF, "2018-10");
    assert_fields(
        &statement,
        &[("gross", "3993.03"), ("applied", "500.00"), ("due", "3493.03"), ("balance_of_funds", "0.00")],
    );
    let lines = statement["lines"].as_array().unwrap();
    let reservation = lines.iter().find(|line| line["charge_kind"] == "RIFee").unwrap();
    assert_fields(reservation, &[("gross", "149.78"), ("eligible", "0.00"), ("applied", "0.00")]);
}

#[test]
fn what_is_unfunded_is_exposure_and_the_month_ties() {
    let Some(office) = billed(MEMBER) else { return };
    assert_fields(&office.balance(MEMBER), &[("funded_balance", "0.00"), ("open_balance", "428.54")]);
    assert_fields(&only(&office.json(&["memos", "list"])), &[("exposure", "71.46")]);
    assert_fields(
        &office.reconcile("2018-10"),
        &[("gross", "4064.4831315379"), ("payable", "4064.4831315379"), ("memo_applied", "71.46"), ("residual", "0")],
    );
}
