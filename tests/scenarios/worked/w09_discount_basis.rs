//! W9: the distributor's own discount of 3 % stays its own. The owner is billed list, the memo
//! pays list, though AWS took less of the credit on that account.

use crate::support::*;

fn credits() -> [Line; 2] {
    [
        credit(OWNER, "-97.00", "AWS Promotional Credit"),
        credit(A2, "-903.00", "AWS Promotional Credit, credit from account: 000000001234"),
    ]
}

/// Discounts on lines of their own.
fn as_lines() -> Bill {
    bill("2019-01").lines(credits()).lines([
        usage(OWNER, "AmazonEC2", "100.00"),
        line(OWNER, "SppDiscount", "AmazonEC2", "-3.00", "Solution Provider Program"),
        usage(A2, "AmazonEC2", "2000.00"),
        line(A2, "SppDiscount", "AmazonEC2", "-60.00", "Solution Provider Program"),
    ])
}

/// Discounts in columns beside the charges.
fn as_columns() -> Bill {
    let discounted = |member: &str, amount: &str, net: &str, discount: &str| {
        usage(member, "AmazonEC2", amount)
            .with("line_item_net_unblended_cost", net)
            .with("discount_total_discount", discount)
            .with("discount", &format!("{{\"spp_discount\":{discount}}}"))
    };
    bill("2019-01")
        .lines(credits())
        .lines([discounted(OWNER, "100.00", "97.00", "-3.00"), discounted(A2, "2000.00", "1940.00", "-60.00")])
}

fn billed(bill: &Bill) -> Office {
    let office = Office::new();
    office.accounts(&[(OWNER, "Department of Light", "PO-A"), (A2, "Bakery", "PO-2")]);
    office.grants(&[grant("5001", OWNER, "1000.00")]);
    office.ingest("january.csv", bill.cur2());
    office.ok(&["bill", "2019-01"]);
    office
}

#[test]
fn the_customer_pays_list_and_the_memo_pays_list() {
    for (shape, bill) in [("lines", as_lines()), ("columns", as_columns())] {
        let office = billed(&bill);
        println!("discounts as {shape}");
        assert_fields(
            &office.statement(OWNER, "2019-01"),
            &[("gross", "100.00"), ("applied", "100.00"), ("due", "0.00"), ("balance_of_funds", "900.00")],
        );
        assert_fields(&office.statement(A2, "2019-01"), &[("gross", "2000.00"), ("due", "2000.00")]);
        assert_fields(
            &office.balance(OWNER),
            &[("applied_amount", "100.00"), ("open_balance", "900.00"), ("funded_balance", "900.00")],
        );
    }
}

#[test]
fn what_aws_took_is_all_funded_and_the_kept_discount_is_the_distributors() {
    for (shape, bill) in [("lines", as_lines()), ("columns", as_columns())] {
        let office = billed(&bill);
        println!("discounts as {shape}");
        assert_fields(
            &office.reconcile("2019-01"),
            &[
                ("upstream_credits", "1000"),
                ("attributed", "1000"),
                ("on_owner", "97"),
                ("scattered", "903"),
                ("billed", "2000.00"),
                ("kept", "-63"),
                ("residual", "0"),
            ],
        );
    }
}

#[test]
fn a_discount_that_is_passed_on_lowers_what_the_customer_pays() {
    let office = Office::new();
    office.accounts(&[(OWNER, "Department of Light", "PO-A")]);
    let january = bill("2019-01").lines([
        usage(OWNER, "AmazonEC2", "100.00"),
        line(OWNER, "EdpDiscount", "AmazonEC2", "-9.00", "Enterprise Discount Program"),
    ]);
    office.ingest("january.csv", january.cur2());
    let document = only(&office.json(&["bill", "2019-01"]));
    assert_fields(&document, &[("gross", "91.00"), ("due", "91.00")]);
}
