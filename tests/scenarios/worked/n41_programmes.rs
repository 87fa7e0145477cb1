//! N41: every credit of a monthly programme is a memo of its own; a statement sums them by
//! programme where it is asked to. N32: what becomes of a memo at its end is printed on it.

use crate::support::*;

fn office() -> Office {
    let office = Office::new();
    office.accounts(&[(OWNER, "Department of Light", "PO-A")]);
    office.write(
        "credits.csv",
        format!(
            "credit_id,payer_account_id,owner_account_id,description,program,currency,face_amount,start_date,end_date,\
             services,excluded_services,regions,covers_tax\n\
             7001,{PAYER},{OWNER},Egress waiver January,defew,USD,15.00,2019-01-01,2019-01-31,,,,\n\
             7002,{PAYER},{OWNER},Egress waiver January second,defew,USD,15.00,2019-01-01,2019-02-28,,,,\n\
             7003,{PAYER},{OWNER},Migration,map,USD,100.00,2019-01-01,2019-12-31,,,,\n"
        ),
    );
    office.ok(&["credits", "import", "credits.csv"]);
    office.ingest("january.csv", bill("2019-01").lines([usage(OWNER, "AmazonEC2", "50.00")]).cur2());
    office.ok(&["bill", "2019-01"]);
    office
}

#[test]
fn n41_each_credit_has_its_memo_and_a_statement_sums_by_programme() {
    let office = office();
    assert_eq!(office.json(&["balance", "--account", OWNER]).as_array().unwrap().len(), 3);
    let plain = office.statement(OWNER, "2019-01");
    assert!(plain.get("programs").is_none());
    assert_eq!(plain["memos"].as_array().unwrap().len(), 3, "the memos stay apart");
    let summed = office.json(&["statement", "--account", OWNER, "--period", "2019-01", "--by-program"]);
    assert_eq!(summed["memos"], plain["memos"]);
    for (program, memos, issued, applied, balance) in
        [("defew", "2", "30.00", "30.00", "0.00"), ("map", "1", "100.00", "20.00", "80.00")]
    {
        assert_fields(
            &row_where(&summed["programs"], "program", program),
            &[("memos", memos), ("issued", issued), ("applied", applied), ("balance_of_funds", balance)],
        );
    }
    let text = office.ok(&["statement", "--account", OWNER, "--period", "2019-01", "--by-program"]).stdout;
    assert!(text.contains("defew (2 memos)"), "{text}");
}

#[test]
fn the_rule_of_its_end_is_printed_on_the_memo_and_the_statement() {
    let office = office();
    let number = "CM-999900001111-000000001234-0001";
    for (policy, words) in [
        (
            "memo_expiry = \"unfunded-only\"\n",
            "what AWS has not applied by then lapses, the rest stays; usage of the whole of 2019-01 is paid",
        ),
        (
            "memo_expiry = \"upstream\"\nexpiry_inside_month = \"day-exact\"\n",
            "all that is left by then lapses; usage up to and including 2019-01-31 is paid",
        ),
        ("memo_expiry = \"never\"\n", "it does not end with AWS's credit"),
    ] {
        office.write("policy.toml", policy);
        office.ok(&["policy", "adopt", "policy.toml"]);
        office.ingest(
            "january.csv",
            bill("2019-01")
                .lines([usage(OWNER, "AmazonEC2", "50.00").with("usage date", "2019-01-05T00:00:00Z")])
                .cur2(),
        );
        office.ok(&["bill", "2019-01"]);
        assert_fields(&office.json(&["memos", "show", number]), &[("expiry_rule", words)]);
        let text = office.ok(&["statement", "--account", OWNER, "--period", "2019-01"]).stdout;
        assert!(text.contains(&format!("at its end: {words}")), "{text}");
    }
}
