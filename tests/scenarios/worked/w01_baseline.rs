//! W1: a credit of 1,000.00 of which AWS put 900.00 on someone else. The owner gets it month by
//! month, and the others pay what they used.

use crate::support::*;

/// The office on its way through three months; the clock stands on the fifth of the next.
fn three_months() -> Office {
    let mut office = Story::closed();
    office.at(FIVE_MARCH);
    office.ingest("february.csv", Story::later("2019-02", "250.40").cur2());
    office.bill_and_close("2019-02");
    office.at(FIVE_APRIL);
    office.ingest("march.csv", Story::later("2019-03", "900.00").cur2());
    office.bill_and_close("2019-03");
    office
}

#[test]
fn every_customer_pays_what_it_used_and_the_owner_gets_its_credit() {
    let office = Story::ingested();
    let documents = office.json(&["bill", "2019-01"]);
    for (customer, gross, applied, due) in [
        ("Department of Light", "100.00", "100.00", "0.00"),
        ("Second Street Bakery", "2500.00", "0.00", "2500.00"),
        ("Third Man Pictures", "2400.00", "0.00", "2400.00"),
    ] {
        let document = row_where(&documents, "customer", customer);
        assert_fields(&document, &[("gross", gross), ("applied", applied), ("due", due), ("kind", "invoice")]);
    }
    assert_eq!(documents.as_array().unwrap().len(), 3);
}

#[test]
fn what_was_scattered_is_stripped_and_ties() {
    let office = Story::billed();
    let tied = office.reconcile("2019-01");
    assert_fields(
        &tied,
        &[
            ("upstream_credits", "1000"),
            ("attributed", "1000"),
            ("on_owner", "100"),
            ("scattered", "900"),
            ("retained", "0"),
            ("suspense", "0"),
            ("payable", "4000"),
            ("gross", "5000"),
            ("billed", "4900.00"),
            ("memo_applied", "100.00"),
            ("residual", "0"),
        ],
    );
    let credit = only(&tied["credits"]);
    assert_fields(
        &credit,
        &[("credit_id", "5001"), ("owner_account_id", OWNER), ("on_owner", "100"), ("scattered", "900")],
    );
}

#[test]
fn what_is_left_of_the_memo_is_funded_by_aws() {
    let office = Story::closed();
    assert_fields(
        &office.balance(OWNER),
        &[
            ("face_amount", "1000.00"),
            ("applied_amount", "100.00"),
            ("open_balance", "900.00"),
            ("funded_balance", "900.00"),
            ("unfunded_balance", "0.00"),
            ("status", "open"),
            ("po_number", "PO-A"),
            ("customer", "Department of Light"),
        ],
    );
}

#[test]
fn the_statements_of_three_months_roll_forward_and_foot() {
    let office = three_months();
    for (period, prior, issued, utilisation, applied, balance, due) in [
        ("2019-01", "0.00", "1000.00", "100.00", "100.00", "900.00", "0.00"),
        ("2019-02", "900.00", "0.00", "250.40", "250.40", "649.60", "0.00"),
        ("2019-03", "649.60", "0.00", "900.00", "649.60", "0.00", "250.40"),
    ] {
        let statement = office.statement(OWNER, period);
        assert_fields(
            &statement,
            &[
                ("prior_balance", prior),
                ("issued", issued),
                ("corrections", "0.00"),
                ("utilisation", utilisation),
                ("applied", applied),
                ("expired", "0.00"),
                ("balance_of_funds", balance),
                ("due", due),
            ],
        );
    }
    assert_fields(
        &office.balance(OWNER),
        &[("applied_amount", "1000.00"), ("open_balance", "0.00"), ("status", "exhausted")],
    );
}

#[test]
fn a_member_without_a_memo_has_a_statement_of_zeros() {
    let office = Story::billed();
    let statement = office.statement(A2, "2019-01");
    assert_fields(
        &statement,
        &[
            ("prior_balance", "0.00"),
            ("issued", "0.00"),
            ("utilisation", "2500.00"),
            ("applied", "0.00"),
            ("balance_of_funds", "0.00"),
            ("due", "2500.00"),
        ],
    );
    assert_eq!(statement["memos"], serde_json::json!([]));
}

#[test]
fn the_mail_form_of_january() {
    let office = Story::billed();
    let text = office.ok(&["statement", "--account", OWNER, "--period", "2019-01"]).stdout;
    insta::assert_snapshot!(text, @"
    Subject: AWS credit statement 2019-01 - account 000000001234

    Customer              Department of Light
    PO number             PO-A
    AWS account           000000001234
    Billed through payer  999900001111
    Period                2019-01
    Document              INV-999900001111-2019-01-00001
    Currency              USD

    Prior balance                                         1,000.00
    Utilisation                                            -100.00
                                                  ----------------
    Balance of funds                                        900.00

    Credit memos
      CM-999900001111-000000001234-0001  AWS Promotional Credit (AWS credit 5001, ends 2019-12-31)
        at its end: what AWS has not applied by then lapses, the rest stays; usage of the whole of 2019-12 is paid
        prior balance                                     1,000.00
        applied                                            -100.00
        balance of funds                                    900.00

    Charges                                              gross     applied         due
    AmazonEC2                     Usage                 100.00     -100.00        0.00

    Due for this account                                                          0.00
    ");
}

#[test]
fn the_mail_form_of_march_shows_utilisation_and_what_the_credit_paid_of_it() {
    let office = three_months();
    let text = office.ok(&["statement", "--account", OWNER, "--period", "2019-03"]).stdout;
    insta::assert_snapshot!(text, @"
    Subject: AWS credit statement 2019-03 - account 000000001234

    Customer              Department of Light
    PO number             PO-A
    AWS account           000000001234
    Billed through payer  999900001111
    Period                2019-03
    Document              INV-999900001111-2019-03-00001
    Currency              USD

    Prior balance                                           649.60
    Utilisation                                            -900.00
      of it paid by credit                                 -649.60
                                                  ----------------
    Balance of funds                                          0.00

    Credit memos
      CM-999900001111-000000001234-0001  AWS Promotional Credit (AWS credit 5001, ends 2019-12-31)
        at its end: what AWS has not applied by then lapses, the rest stays; usage of the whole of 2019-12 is paid
        prior balance                                       649.60
        applied                                            -649.60
        balance of funds                                      0.00

    Charges                                              gross     applied         due
    AmazonEC2                     Usage                 900.00     -649.60      250.40

    Due for this account                                                        250.40
    ");
}

#[test]
fn the_same_month_in_every_format_makes_the_same_documents() {
    let january = Story::january();
    let documents: Vec<_> =
        [("cur2.csv", january.cur2()), ("legacy.csv", january.legacy()), ("focus.csv", january.focus())]
            .into_iter()
            .map(|(name, content)| {
                let office = Story::imported();
                office.ingest(name, content);
                without(&office.json(&["bill", "2019-01"]), &["digest"])
            })
            .collect();
    assert_eq!(documents[0].as_array().unwrap().len(), 3);
    assert_eq!(documents[0], documents[1], "CUR 2.0 and legacy CUR");
    assert_eq!(documents[0], documents[2], "CUR 2.0 and FOCUS");
}
