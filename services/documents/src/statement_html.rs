//! The statement as one HTML page that needs nothing else: no script, no font, no picture from
//! elsewhere, so that it reads the same in a mail program, in a browser and on paper. Every text is
//! escaped by the template.

use domain::billing::{MemberStatement, StatementMemo};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use money::Money;

use super::statement_parts::{
    BALANCE_OF_FUNDS, DUE, SELLERS, across_lines, balance_lines, converted_lines, converted_title,
    correction_reference, correction_title, expiry_note, heading, memo_lines, memo_title, seller_name, thousands,
    title,
};
use crate::shown_statement::ShownStatement;

const STYLE: &str = "
body { font: 14px/1.45 system-ui, sans-serif; color: #1a1a1a; max-width: 50rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.35rem; margin: 0 0 1rem }
h2 { font-size: 1.05rem; margin: 1.5rem 0 .4rem }
table { border-collapse: collapse; width: 100% }
th { text-align: left; font-weight: 600; padding: .15rem 1rem .15rem 0; vertical-align: top }
td { padding: .15rem 0; vertical-align: top }
.heading th { width: 12rem; font-weight: 400; color: #555 }
.amount { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; padding-left: 1rem }
.inner { padding-left: 1.2rem; font-weight: 400 }
.balance th { font-weight: 400 }
thead th { border-bottom: 1px solid #999 }
.sum th, .sum td { border-top: 1px solid #1a1a1a; font-weight: 600 }
.reference { color: #555 }
@page { size: A4; margin: 18mm }
@media print { body { margin: 0; max-width: none; padding: 0 } tr { break-inside: avoid } thead { display: table-header-group } }
";

/// The statement as a page.
pub fn statement_html(shown: &ShownStatement) -> String {
    let statement = &shown.statement;
    let title = title(shown);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { (title) }
                table.heading {
                    @for (name, value) in heading(shown) {
                        tr { th scope="row" { (name) } td { (value) } }
                    }
                }
                h2 { "Balance" }
                table.balance {
                    @for (label, amount) in balance_lines(statement) {
                        tr { th.inner[label.starts_with(' ')] scope="row" { (label.trim_start()) } td.amount { (thousands(amount)) } }
                    }
                    tr.sum { th scope="row" { (BALANCE_OF_FUNDS) } td.amount { (thousands(statement.balance_of_funds)) } }
                }
                @if !statement.memos.is_empty() {
                    h2 { "Credit memos" }
                    @for memo in &statement.memos { (memo_table(memo)) }
                }
                (charges(statement))
                @if let Some(converted) = &statement.in_document_currency {
                    h2 { (converted_title(statement, converted)) }
                    (summed(&converted_lines(statement, converted)))
                }
            }
        }
    };
    let mut text = page.into_string();
    text.push('\n');
    text
}

fn memo_table(memo: &StatementMemo) -> Markup {
    let lines = memo_lines(memo);
    html! {
        table.balance {
            tr { th colspan="2" { (memo_title(memo)) } }
            @if let Some(note) = expiry_note(memo) {
                tr { td.reference colspan="2" { (note) } }
            }
            @for (at, (label, amount)) in lines.iter().enumerate() {
                tr.sum[at + 1 == lines.len()] { th.inner scope="row" { (label) } td.amount { (thousands(*amount)) } }
            }
        }
    }
}

/// Lines of which the last is what the others come to.
fn summed(lines: &[(String, Money)]) -> Markup {
    html! {
        table.balance {
            @for (at, (label, amount)) in lines.iter().enumerate() {
                tr.sum[at + 1 == lines.len()] { th scope="row" { (label) } td.amount { (thousands(*amount)) } }
            }
        }
    }
}

fn charges(statement: &MemberStatement) -> Markup {
    html! {
        h2 { "Charges" }
        table {
            thead {
                tr {
                    th { "Service" } th { "Kind" }
                    th.amount { "gross" } th.amount { "applied" } th.amount { "due" }
                }
            }
            tbody {
                @for charge in &statement.lines {
                    tr {
                        td { (charge.service) } td { (charge.charge_kind) }
                        td.amount { (thousands(charge.gross)) }
                        td.amount { (thousands(-charge.applied)) }
                        td.amount { (thousands(charge.due)) }
                    }
                }
                @if !statement.sellers.is_empty() {
                    tr { th colspan="5" { (SELLERS) } }
                }
                @for seller in &statement.sellers {
                    tr.reference {
                        td colspan="2" { (seller_name(seller)) }
                        td.amount { (thousands(seller.gross)) }
                        td.amount { (thousands(-seller.applied)) }
                        td.amount { (thousands(seller.due)) }
                    }
                }
                @for correction in &statement.earlier_periods {
                    tr {
                        td colspan="2" {
                            (correction_title(correction))
                            @if let Some(reference) = correction_reference(correction) {
                                br; span.reference { (reference) }
                            }
                        }
                        td.amount { (thousands(correction.gross)) }
                        td.amount { (thousands(-correction.applied)) }
                        td.amount { (thousands(correction.due)) }
                    }
                }
                @for (label, amount) in across_lines(statement) {
                    tr { td colspan="4" { (label) } td.amount { (thousands(amount)) } }
                }
                tr.sum { th colspan="4" scope="row" { (DUE) } td.amount { (thousands(statement.due)) } }
            }
        }
    }
}
