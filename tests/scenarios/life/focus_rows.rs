//! The customers' charges as FOCUS rows: they add up to the documents, and nothing that AWS
//! scattered is in them.

use crate::support::*;

/// W3: January restated after it was closed.
fn office() -> Office {
    let mut office = Story::closed();
    office.at(FIVE_MARCH);
    office.ingest("january-2.csv", Story::january_with("130.00").cur2());
    office.ingest("february.csv", Story::later("2019-02", "250.40").cur2());
    office.bill_and_close("2019-02");
    office
}

#[test]
fn the_rows_of_each_document_add_up_to_what_is_due() {
    let office = office();
    focus_agrees(&office);
    assert_eq!(focus_rows(&office, &[]).iter().filter(|row| row["InvoiceId"].contains("2019-02")).count(), 6);
}

#[test]
fn a_memos_draw_is_a_credit_of_its_owner_and_what_aws_scattered_is_gone() {
    let rows = focus_rows(&office(), &["--period", "2019-01"]);
    let credits: Vec<_> = rows.iter().filter(|row| row["ChargeCategory"] == "Credit").collect();
    assert_eq!(credits.len(), 1, "{credits:#?}");
    assert_eq!((credits[0]["SubAccountId"].as_str(), credits[0]["BilledCost"].as_str()), (OWNER, "-100.00"));
    assert!(credits[0]["x_CreditMemoNumber"].starts_with("CM-"), "{credits:#?}");
    assert_eq!(billed(&rows, |row| row["SubAccountId"] == A2), Decimal::of("2500.00"));
}

#[test]
fn a_correction_is_charged_in_its_own_month_and_names_its_invoice() {
    let rows = focus_rows(&office(), &["--period", "2019-02"]);
    let corrections: Vec<_> = rows.iter().filter(|row| row["ChargeClass"] == "Correction").collect();
    let amounts: Vec<&str> = corrections.iter().map(|row| row["BilledCost"].as_str()).collect();
    assert_eq!(amounts, ["30.00", "-30.00"], "{corrections:#?}");
    for row in corrections {
        assert_eq!(row["ChargePeriodStart"], "2019-01-01T00:00:00Z");
        assert_eq!(row["ChargePeriodEnd"], "2019-02-01T00:00:00Z");
        assert_eq!(row["BillingPeriodStart"], "2019-02-01T00:00:00Z");
        assert_eq!(row["x_CorrectsInvoiceId"], "INV-999900001111-2019-01-00001");
    }
}

#[test]
fn a_reader_of_focus_takes_them() {
    let text = office().ok(&["export", "focus", "--issuer", "Our Cloud AG", "--period", "2019-01"]).stdout;
    let other = Office::new();
    let row = only(&other.ingest("focus.csv", text));
    assert_fields(&row, &[("charges", "5000"), ("credits", "-100"), ("total", "4900"), ("currency", "USD")]);
}

#[test]
fn what_focus_says_of_its_columns_holds() {
    let categories = ["Usage", "Purchase", "Tax", "Credit", "Adjustment"];
    for row in focus_rows(&office(), &[]) {
        for mandatory in ["BilledCost", "EffectiveCost", "ListCost", "ContractedCost"] {
            Decimal::of(&row[mandatory]);
        }
        for not_null in ["BillingAccountId", "ChargeDescription", "InvoiceIssuerName", "ServiceName", "ProviderName"] {
            assert!(!row[not_null].is_empty(), "{not_null}: {row:#?}");
        }
        assert!(categories.contains(&row["ChargeCategory"].as_str()), "{row:#?}");
        assert!(["", "Correction"].contains(&row["ChargeClass"].as_str()), "{row:#?}");
        assert!(row["ChargePeriodStart"] < row["ChargePeriodEnd"], "{row:#?}");
        assert!(row["BillingPeriodStart"] < row["BillingPeriodEnd"], "{row:#?}");
        assert_eq!(row["ServiceCategory"], "Other");
        let is_priced =
            ["Usage", "Purchase"].contains(&row["ChargeCategory"].as_str()) && row["ChargeClass"].is_empty();
        assert_eq!(row["PricingQuantity"].is_empty(), !is_priced, "{row:#?}");
        assert_eq!(row["PricingUnit"].is_empty(), !is_priced, "{row:#?}");
    }
}

#[test]
fn what_is_bought_is_a_purchase_and_what_is_metered_is_usage() {
    let office = Story::imported();
    let bought = ["Fee", "RIFee", "SavingsPlanRecurringFee", "Purchase"];
    let lines = bought.map(|line_type| line(OWNER, line_type, "AmazonEC2", "30.00", "a reservation"));
    office.ingest("january.csv", bill("2019-01").lines(lines).lines([usage(OWNER, "AmazonEC2", "10.00")]).cur2());
    office.bill_and_close("2019-01");
    let rows = focus_rows(&office, &[]);
    let category_of = |line_type: &str| {
        let row = rows.iter().find(|row| row["x_LineType"] == line_type);
        row.map(|row| row["ChargeCategory"].clone()).unwrap_or_default()
    };
    for line_type in bought {
        assert_eq!(category_of(line_type), "Purchase", "{line_type}");
    }
    assert_eq!(category_of("Usage"), "Usage");
}
