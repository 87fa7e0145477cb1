//! The files that a story's office is given: bills, credits, accounts, policies; and the names in
//! them.

use std::fmt::Write;

use chrono::{Days, Months, NaiveDate};

use crate::steps::{Chosen, Expiry, Micros, Month, Rounding, Used};

pub(crate) const PAYER: &str = "999900001111";

/// The accounts; the last is in no import until it joins.
pub(crate) const MEMBERS: [&str; 4] = ["111100000001", "111100000002", "111100000003", "111100000004"];

/// The customers of the accounts.
pub(crate) const CUSTOMERS: [&str; 4] = ["acme", "acme", "globex", "initech"];

/// Days that what comes back to an ended memo may be used for, where a policy gives any.
pub(crate) const GRACE_DAYS: u64 = 40;

/// The services that memos may pay, as pools of charges.
pub(crate) const POOLS: [&str; 3] = ["AmazonEC2", "AmazonS3", "AmazonRDS"];

pub(crate) fn first_day(month: Month) -> NaiveDate {
    NaiveDate::from_ymd_opt(2019, 1, 1).unwrap() + Months::new(u32::from(month))
}

pub(crate) fn last_day(month: Month) -> NaiveDate {
    first_day(month + 1) - Days::new(1)
}

pub(crate) fn name(month: Month) -> String {
    first_day(month).format("%Y-%m").to_string()
}

/// The month of a day; before January 2019 there is none.
pub(crate) fn month_of(day: NaiveDate) -> Month {
    (0..=Month::MAX).find(|month| last_day(*month) >= day).unwrap()
}

pub(crate) fn amount(micros: Micros) -> String {
    let sign = if micros < 0 { "-" } else { "" };
    format!("{sign}{}.{:06}", micros.abs() / 1_000_000, micros.abs() % 1_000_000)
}

/// A promotional credit line of a bill.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CreditLine {
    pub(crate) on: usize,
    pub(crate) description: String,
    /// Positive where AWS applied it.
    pub(crate) applied: Micros,
}

/// A payer's bill of a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bill {
    pub(crate) month: Month,
    pub(crate) is_final: bool,
    pub(crate) used: [Used; 4],
    pub(crate) credits: Vec<CreditLine>,
}

impl Bill {
    /// As CUR 2.0, from the first line to the last or the other way round.
    pub(crate) fn cur2(&self, reversed: bool) -> String {
        let mut lines = Vec::new();
        let invoice = if self.is_final { "1700000001" } else { "" };
        let month = first_day(self.month);
        let mut line = |member: usize,
                        line_type: &str,
                        product: &str,
                        micros: Micros,
                        of: Month,
                        more: (&str, &str)| {
            if micros != 0 {
                let (entity, description) = more;
                lines.push(format!(
                    "{invoice},{PAYER},{},{month}T00:00:00.000Z,{line_type},{},USD,{product},\"{description}\",{entity},{}T00:00:00.000Z",
                    MEMBERS[member],
                    amount(micros),
                    first_day(of),
                ));
            }
        };
        for (member, used) in self.used.iter().enumerate() {
            for (pool, micros) in POOLS.iter().zip(used.usage) {
                line(member, "Usage", pool, micros, self.month, ("AWS", "usage"));
            }
            line(member, "Usage", "a1b2c3", used.marketplace, self.month, ("AWS Marketplace", "a product"));
            line(member, "Tax", "Tax", used.tax, self.month, ("AWS", "tax"));
            line(member, "Credit", POOLS[1], -used.free_tier, self.month, ("AWS", "AWS Free Tier"));
        }
        for credit in &self.credits {
            line(credit.on, "Credit", POOLS[0], -credit.applied, self.month, ("AWS", &credit.description));
        }
        if reversed {
            lines.reverse();
        }
        let mut text = "bill_invoice_id,bill_payer_account_id,line_item_usage_account_id,\
                        bill_billing_period_start_date,line_item_line_item_type,line_item_unblended_cost,\
                        line_item_currency_code,line_item_product_code,line_item_line_item_description,\
                        bill_billing_entity,line_item_usage_start_date\n"
            .to_owned();
        for line in lines {
            text.push_str(&line);
            text.push('\n');
        }
        text
    }
}

/// The services that a credit pays, by a small number.
pub(crate) fn services_of(pays: u8) -> Vec<&'static str> {
    match pays {
        1 => vec![POOLS[0]],
        2 => vec![POOLS[1], POOLS[2]],
        3 => vec![POOLS[0], POOLS[1]],
        4 => vec![POOLS[2]],
        _ => Vec::new(),
    }
}

/// A row of a credits file, with its header.
pub(crate) struct CreditRow<'a> {
    pub(crate) id: &'a str,
    pub(crate) owner: usize,
    pub(crate) description: &'a str,
    pub(crate) face: Micros,
    pub(crate) start: NaiveDate,
    pub(crate) end: NaiveDate,
    pub(crate) services: &'a [&'static str],
    pub(crate) covers_tax: bool,
}

pub(crate) fn credits_csv(row: &CreditRow<'_>) -> String {
    format!(
        "credit_id,payer_account_id,owner_account_id,description,program,currency,face_amount,start_date,end_date,\
         services,excluded_services,regions,covers_tax\n{},{PAYER},{},{},promotional,USD,{},{},{},{},,,{}\n",
        row.id,
        MEMBERS[row.owner],
        row.description,
        amount(row.face),
        row.start,
        row.end,
        row.services.join(";"),
        if row.covers_tax { "yes" } else { "" },
    )
}

/// A row of a cut-over file, with its header.
pub(crate) fn take_over_csv(
    member: usize,
    number: &str,
    [face, applied, funded]: [Micros; 3],
    end: NaiveDate,
) -> String {
    format!(
        "payer_account_id,member_account_id,credit_id,memo_number,currency,face_amount,applied_amount,funded_amount,\
         start_date,end_date,as_of,evidence\n{PAYER},{},,{number},USD,{},{},{},2018-06-01,{end},2018-12-31,ledger\n",
        MEMBERS[member],
        amount(face),
        amount(applied),
        amount(funded),
    )
}

/// An accounts file: account, PO number, first day, day after the last.
pub(crate) fn accounts_csv(rows: &[(usize, String, NaiveDate, Option<NaiveDate>)]) -> String {
    let mut text = "payer_account_id,member_account_id,customer,po_number,from,to\n".to_owned();
    for (member, po, from, to) in rows {
        let to = to.map_or_else(String::new, |to| to.to_string());
        writeln!(text, "{PAYER},{},{},{po},{from},{to}", MEMBERS[*member], CUSTOMERS[*member]).unwrap();
    }
    text
}

pub(crate) fn policy_json(chosen: Chosen) -> String {
    let expiry = match chosen.expiry {
        Expiry::UnfundedOnly => "unfunded-only",
        Expiry::Upstream => "upstream",
        Expiry::Never => "never",
    };
    let rounding = match chosen.rounding {
        Rounding::HalfEven => "half-even",
        Rounding::HalfUp => "half-up",
        Rounding::Down => "down",
    };
    let (basis, limit) = (chosen.basis_funded, chosen.draw_funded);
    let word = |funded: bool| if funded { "funded" } else { "face" };
    let past_end =
        if chosen.grace { format!(r#"{{"grace-days":{GRACE_DAYS}}}"#) } else { r#""lapses-at-once""#.to_owned() };
    let acts = if chosen.four_eyes { r#""issue","write-off","refund","reassign","expire","reinstate""# } else { "" };
    format!(
        r#"{{"memo_expiry":"{expiry}","rounding":"{rounding}","memo_basis":"{}","draw_limit":"{}",
            "reinstated_after_expiry":{past_end},"four_eyes":[{acts}]}}"#,
        word(basis),
        word(limit)
    )
}
