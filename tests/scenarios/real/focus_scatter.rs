//! FOCUS's own sample holds one scattered credit: 2.6137 of account 391835788720 on another one.

use crate::support::*;

const PAYER_13: &str = "1234567890123";
const OWNER: &str = "391835788720";
const BENEFICIARY: &str = "11353890204";

/// The sample billed, the owner and the account that AWS let benefit being customers.
fn billed() -> Option<Office> {
    let file = shared_data("focus10-sample/focus_sample.csv")?;
    let mut office = Office::new();
    office.at("2024-10-05T09:00:00Z");
    office.accounts_of(PAYER_13, &[(OWNER, "Owner", "PO-1"), (BENEFICIARY, "Beneficiary", "PO-2")]);
    office.grants(&[grant("8001", OWNER, "100.00")
        .payer(PAYER_13)
        .described("AWS Open Source Promotional Credits")
        .runs("2024-01-01", "2025-12-31")]);
    office.ok(&["ingest", &file]);
    office.ok(&["bill", "2024-09", "--accept-estimated"]);
    Some(office)
}

#[test]
fn it_is_stripped_from_the_account_that_got_it() {
    let Some(office) = billed() else { return };
    // 225 lines of the account are 16.2301825497 and the credit; it pays what it used.
    assert_fields(
        &office.statement(BENEFICIARY, "2024-09"),
        &[("gross", "16.23"), ("applied", "0.00"), ("due", "16.23")],
    );
    let application = only(&office.json(&["credits", "show", "8001"])["applications"]);
    assert_fields(
        &application,
        &[
            ("beneficiary_account_id", BENEFICIARY),
            ("amount", "2.6137"),
            ("period", "2024-09"),
            ("provisional", "false"),
        ],
    );
}

#[test]
fn it_funds_the_memo_of_its_owner() {
    let Some(office) = billed() else { return };
    assert_fields(
        &office.balance(OWNER),
        &[
            ("face_amount", "100.00"),
            ("applied_amount", "0.00"),
            ("open_balance", "100.00"),
            ("funded_balance", "2.61"),
            ("unfunded_balance", "97.39"),
        ],
    );
    let memo = only(&office.json(&["memos", "list", "--account", OWNER]));
    assert_fields(&memo, &[("funded_amount", "2.6137")]);
    assert_fields(
        &office.statement(OWNER, "2024-09"),
        &[("issued", "100.00"), ("utilisation", "0.00"), ("balance_of_funds", "100.00"), ("due", "0.00")],
    );
}

#[test]
fn the_month_ties() {
    let Some(office) = billed() else { return };
    let tied = office.reconcile("2024-09");
    assert_fields(
        &tied,
        &[
            ("upstream_credits", "2.6137"),
            ("attributed", "2.6137"),
            ("on_owner", "0"),
            ("scattered", "2.6137"),
            ("suspense", "0"),
            ("gross", "20.6203386184"),
            ("payable", "18.0066386184"),
            ("residual", "0"),
        ],
    );
    let billed = [tied["billed"].as_str().unwrap(), tied["rounding"].as_str().unwrap()];
    assert_eq!(sum(billed), Decimal::of("20.6203386184"), "what is billed and the rounding are the charges");
    office.ok(&["audit"]);
}

#[test]
fn without_the_credit_imported_the_line_waits_in_suspense() {
    let Some(file) = shared_data("focus10-sample/focus_sample.csv") else { return };
    let office = Office::new();
    office.ok(&["ingest", &file]);
    let item = only(&office.json(&["credits", "suspense"]));
    assert_fields(&item, &[("amount", "2.6137"), ("member_account_id", BENEFICIARY), ("reason", "unknown-owner")]);
}
