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

type Rows = Vec<std::collections::BTreeMap<String, String>>;

#[track_caller]
fn rows(office: &Office, more: &[&str]) -> Rows {
    let text = office.ok(&[&["export", "focus", "--issuer", "Our Cloud AG"], more].concat()).stdout;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let owned = |row: csv::StringRecord| {
        header
            .iter()
            .map(str::to_owned)
            .zip(row.iter().map(str::to_owned))
            .collect::<std::collections::BTreeMap<_, _>>()
    };
    reader.records().map(|row| owned(row.unwrap())).collect()
}

#[track_caller]
fn billed(rows: &Rows, has: impl Fn(&std::collections::BTreeMap<String, String>) -> bool) -> Decimal {
    sum(rows.iter().filter(|row| has(row)).map(|row| row["BilledCost"].as_str()))
}

#[test]
fn the_rows_of_each_document_add_up_to_what_is_due() {
    let office = office();
    let rows = rows(&office, &[]);
    for period in ["2019-01", "2019-02"] {
        for document in office.json(&["bill", period]).as_array().unwrap() {
            let number = document["document_number"].as_str().unwrap();
            let due = document["due"].as_str().unwrap();
            assert_eq!(billed(&rows, |row| row["InvoiceId"] == number), Decimal::of(due), "{number}: {rows:#?}");
        }
    }
}

#[test]
fn a_memos_draw_is_a_credit_of_its_owner_and_what_aws_scattered_is_gone() {
    let rows = rows(&office(), &["--period", "2019-01"]);
    let credits: Vec<_> = rows.iter().filter(|row| row["ChargeCategory"] == "Credit").collect();
    assert_eq!(credits.len(), 1, "{credits:#?}");
    assert_eq!((credits[0]["SubAccountId"].as_str(), credits[0]["BilledCost"].as_str()), (DLT, "-100.00"));
    assert!(credits[0]["x_CreditMemoNumber"].starts_with("CM-"), "{credits:#?}");
    assert_eq!(billed(&rows, |row| row["SubAccountId"] == A2), Decimal::of("2500.00"));
}

#[test]
fn a_correction_is_charged_in_its_own_month_and_names_its_invoice() {
    let rows = rows(&office(), &["--period", "2019-02"]);
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
    for row in rows(&office(), &[]) {
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
