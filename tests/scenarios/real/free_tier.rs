//! Five real days with 105 Free Tier lines: nobody's to re-attribute, they stay where AWS put them.

use crate::support::*;

const ACCOUNT: &str = "111122223333";

fn ingested() -> Option<Office> {
    let file = shared_data("cur2-real-credits-slice/cur2-apr01-05-masked.csv")?;
    let mut office = Office::new();
    office.at("2026-04-06T09:00:00Z");
    office.accounts_of(ACCOUNT, &[(ACCOUNT, "Lab", "PO-1")]);
    office.ok(&["ingest", &file]);
    Some(office)
}

#[test]
fn they_reduce_the_accounts_charges_and_no_memo_comes_of_them() {
    let Some(office) = ingested() else { return };
    office.ok(&["bill", "2026-04"]);
    assert_fields(&office.statement(ACCOUNT, "2026-04"), &[("gross", "0.00"), ("applied", "0.00"), ("due", "0.00")]);
    for none in [["balance"].as_slice(), &["memos", "list"], &["credits", "suspense"]] {
        assert_eq!(office.json(none), serde_json::json!([]), "{none:?}");
    }
    assert_eq!(office.ok(&["watch", "--from", "1", "--until-head"]).stdout, "");
    assert_fields(
        &office.reconcile("2026-04"),
        &[("upstream_credits", "15.6616455043"), ("retained", "15.6616455043"), ("attributed", "0"), ("residual", "0")],
    );
}

#[test]
fn a_credit_of_the_same_account_does_not_take_them() {
    let Some(office) = ingested() else { return };
    office.grants(&[grant("8001", ACCOUNT, "100.00").payer(ACCOUNT).runs("2026-01-01", "2026-12-31")]);
    office.ok(&["bill", "2026-04"]);
    assert_fields(
        &office.balance(ACCOUNT),
        &[("open_balance", "100.00"), ("funded_balance", "0.00"), ("applied_amount", "0.00")],
    );
}

#[test]
fn an_open_month_is_billed_in_drafts_and_closed_only_when_accepted() {
    let Some(office) = ingested() else { return };
    let draft = only(&office.json(&["bill", "2026-04"]));
    assert_fields(&draft, &[("kind", "draft"), ("document_number", "null")]);
    let blocked = office.run(&["close", "2026-04", "--output", "json"]).exits(5);
    let blockers = only(&blocked.json())["blockers"].clone();
    row_where(&blockers, "blocker", "estimated");
    let closed = only(&office.json(&["close", "2026-04", "--accept-estimated"]));
    assert_fields(&closed, &[("status", "closed")]);
}
