//! Bills as tables of lines, written as CUR 2.0, legacy CUR or FOCUS.
//!
//! A line is a member, a type, a product, an amount and a description; everything else has a
//! default of the bill and may be said with [`Line::with`], by the short names in [`COLUMNS`] or by
//! a format's own column name.

use std::collections::BTreeMap;

use super::PAYER;

/// Short name, CUR 2.0, legacy CUR, FOCUS.
const COLUMNS: [(&str, &str, &str, &str); 13] = [
    ("invoice", "bill_invoice_id", "bill/InvoiceId", "InvoiceId"),
    ("payer", "bill_payer_account_id", "bill/PayerAccountId", "BillingAccountId"),
    ("member", "line_item_usage_account_id", "lineItem/UsageAccountId", "SubAccountId"),
    ("period", "bill_billing_period_start_date", "bill/BillingPeriodStartDate", "BillingPeriodStart"),
    ("type", "line_item_line_item_type", "lineItem/LineItemType", "ChargeCategory"),
    ("amount", "line_item_unblended_cost", "lineItem/UnblendedCost", "BilledCost"),
    ("currency", "line_item_currency_code", "lineItem/CurrencyCode", "BillingCurrency"),
    ("product", "line_item_product_code", "lineItem/ProductCode", "ServiceName"),
    ("description", "line_item_line_item_description", "lineItem/LineItemDescription", "ChargeDescription"),
    ("entity", "bill_billing_entity", "bill/BillingEntity", "PublisherName"),
    ("bill type", "bill_bill_type", "bill/BillType", "ChargeClass"),
    ("usage date", "line_item_usage_start_date", "lineItem/UsageStartDate", "ChargePeriodStart"),
    ("region", "product_region_code", "product/region", "RegionId"),
];

/// What every bill has, in this order; the other columns come behind, where a line names them.
const ALWAYS: [&str; 9] =
    ["invoice", "payer", "member", "period", "type", "amount", "currency", "product", "description"];

/// A line of a bill.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    cells: BTreeMap<String, String>,
}

/// A line of any type.
pub(crate) fn line(member: &str, line_type: &str, product: &str, amount: &str, description: &str) -> Line {
    let cells = [
        ("member", member),
        ("type", line_type),
        ("product", product),
        ("amount", amount),
        ("description", description),
    ];
    Line { cells: cells.map(|(name, value)| (name.to_owned(), value.to_owned())).into() }
}

/// Usage.
pub(crate) fn usage(member: &str, product: &str, amount: &str) -> Line {
    line(member, "Usage", product, amount, "usage")
}

/// A credit line of EC2; the amount as AWS signs it.
pub(crate) fn credit(member: &str, amount: &str, description: &str) -> Line {
    line(member, "Credit", "AmazonEC2", amount, description)
}

impl Line {
    /// Says one more cell, or another value of one.
    pub(crate) fn with(mut self, column: &str, value: &str) -> Self {
        self.cells.insert(column.to_owned(), value.to_owned());
        self
    }
}

/// A payer's bill of a month.
#[derive(Debug, Clone)]
pub(crate) struct Bill {
    defaults: BTreeMap<String, String>,
    lines: Vec<Line>,
    left_out: Vec<String>,
}

/// A final bill of a month, in dollars, without lines.
pub(crate) fn bill(period: &str) -> Bill {
    let start = format!("{period}-01T00:00:00.000Z");
    let cells = [("payer", PAYER), ("invoice", "1700000001"), ("period", &start), ("currency", "USD")];
    let defaults = cells.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    Bill { defaults, lines: Vec::new(), left_out: Vec::new() }
}

#[derive(Clone, Copy, PartialEq)]
enum Format {
    Cur2,
    Legacy,
    Focus,
}

impl Bill {
    /// Adds lines.
    pub(crate) fn lines(mut self, lines: impl IntoIterator<Item = Line>) -> Self {
        self.lines.extend(lines);
        self
    }

    /// Another value in a column of every line that does not say its own.
    pub(crate) fn with(mut self, column: &str, value: &str) -> Self {
        self.defaults.insert(column.to_owned(), value.to_owned());
        self
    }

    /// Without invoice ids, as AWS writes a month that it may still change.
    pub(crate) fn estimated(self) -> Self {
        self.with("invoice", "")
    }

    /// Leaves a column out of the file.
    pub(crate) fn without(mut self, column: &str) -> Self {
        self.left_out.push(column.to_owned());
        self
    }

    /// As CUR 2.0.
    pub(crate) fn cur2(&self) -> String {
        self.write(Format::Cur2)
    }

    /// As legacy CUR.
    pub(crate) fn legacy(&self) -> String {
        self.write(Format::Legacy)
    }

    /// As FOCUS.
    pub(crate) fn focus(&self) -> String {
        self.write(Format::Focus)
    }

    fn write(&self, format: Format) -> String {
        let named = self.lines.iter().flat_map(|line| line.cells.keys()).chain(self.defaults.keys());
        let mut columns: Vec<String> = ALWAYS.iter().map(|&name| name.to_owned()).collect();
        for name in named {
            if !columns.contains(name) {
                columns.push(name.clone());
            }
        }
        columns.retain(|name| !self.left_out.contains(name));
        let mut header: Vec<String> = columns.iter().map(|name| in_format(name, format)).collect();
        if format == Format::Focus {
            header.extend(["ProviderName".to_owned(), "x_ServiceCode".to_owned()]);
        }
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(&header).unwrap();
        for line in &self.lines {
            let cell = |name: &String| line.cells.get(name).or_else(|| self.defaults.get(name)).cloned();
            let mut cells: Vec<String> = columns
                .iter()
                .map(|name| (name, cell(name).unwrap_or_default()))
                .map(|(name, value)| if name == "type" { type_in_format(&value, format) } else { value })
                .collect();
            if format == Format::Focus {
                cells.extend(["AWS".to_owned(), cell(&"product".to_owned()).unwrap_or_default()]);
            }
            writer.write_record(&cells).unwrap();
        }
        String::from_utf8(writer.into_inner().unwrap()).unwrap()
    }
}

fn in_format(name: &str, format: Format) -> String {
    let known = COLUMNS.iter().find(|(short, ..)| *short == name);
    let text = known.map_or(name, |(_, cur2, legacy, focus)| match format {
        Format::Cur2 => cur2,
        Format::Legacy => legacy,
        Format::Focus => focus,
    });
    text.to_owned()
}

fn type_in_format(line_type: &str, format: Format) -> String {
    match (format, line_type) {
        (Format::Focus, "Fee") => "Purchase".to_owned(),
        _ => line_type.to_owned(),
    }
}
