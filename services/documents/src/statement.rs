//! The monthly statement in the distributor's mail form: prior balance, utilisation, balance of
//! funds, under the PO number of the account.

use domain::billing::{MemberStatement, ProgramRow};
use money::Money;

use super::statement_parts::{
    ACROSS, BALANCE_OF_FUNDS, DUE, SELLERS, across_lines, balance_lines, converted_lines, converted_title,
    correction_reference, correction_title, expiry_note, heading, memo_lines, memo_title, seller_name, thousands,
    title,
};
use crate::{plain_text::plain_text, shown_statement::ShownStatement};

const LABEL: usize = 44;
const AMOUNT: usize = 18;

fn line(label: &str, amount: Money) -> String {
    format!("{label:<LABEL$}{:>AMOUNT$}\n", thousands(amount))
}

/// The statement as text, under its subject.
pub fn statement_text(shown: &ShownStatement) -> String {
    format!("Subject: {}\n\n{}", title(shown), statement_body(shown))
}

/// The statement as text.
pub(crate) fn statement_body(shown: &ShownStatement) -> String {
    let statement = &shown.statement;
    let mut text = String::new();
    for (name, value) in heading(shown) {
        text.push_str(&format!("{name:<22}{value}\n"));
    }
    text.push('\n');
    for (label, amount) in balance_lines(statement) {
        text.push_str(&line(label, amount));
    }
    text.push_str(&format!("{:<LABEL$}{:>AMOUNT$}\n", "", "-".repeat(AMOUNT - 2)));
    text.push_str(&line(BALANCE_OF_FUNDS, statement.balance_of_funds));
    if !statement.memos.is_empty() {
        text.push_str("\nCredit memos\n");
        for memo in &statement.memos {
            text.push_str(&format!("  {}\n", memo_title(memo)));
            if let Some(note) = expiry_note(memo) {
                text.push_str(&format!("    {note}\n"));
            }
            for (label, amount) in memo_lines(memo) {
                text.push_str(&line(&format!("    {label}"), amount));
            }
        }
    }
    if !statement.lines.is_empty() {
        text.push_str(&format!("\n{:<30}{:<16}{:>12}{:>12}{:>12}\n", "Charges", "", "gross", "applied", "due"));
        for charge in &statement.lines {
            text.push_str(&format!(
                "{:<30}{:<16}{:>12}{:>12}{:>12}\n",
                shortened(&charge.service, 29),
                shortened(&charge.charge_kind, 15),
                thousands(charge.gross),
                thousands(-charge.applied),
                thousands(charge.due)
            ));
        }
    }
    text.push_str(&sellers_block(statement));
    for correction in &statement.earlier_periods {
        text.push_str(&format!(
            "{:<46}{:>12}{:>12}{:>12}\n",
            correction_title(correction),
            thousands(correction.gross),
            thousands(-correction.applied),
            thousands(correction.due)
        ));
        if let Some(reference) = correction_reference(correction) {
            text.push_str(&format!("  {reference}\n"));
        }
    }
    let across = across_lines(statement);
    if !across.is_empty() {
        text.push_str(&format!("\n{ACROSS}\n"));
        for (label, amount) in across {
            text.push_str(&format!("  {label:<68}{:>12}\n", thousands(amount)));
        }
    }
    text.push_str(&format!("\n{DUE:<70}{:>12}\n", thousands(statement.due)));
    if let Some(converted) = &statement.in_document_currency {
        text.push_str(&format!("\n{}\n", converted_title(statement, converted)));
        for (label, amount) in converted_lines(statement, converted) {
            text.push_str(&format!("  {label:<68}{:>12}\n", thousands(amount)));
        }
    }
    text
}

fn shortened(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(max - 3).collect();
    short.push_str("...");
    short
}

/// Each seller of record with its invoice, where the month has several.
fn sellers_block(statement: &MemberStatement) -> String {
    let mut text = String::new();
    if statement.sellers.is_empty() {
        return text;
    }
    text.push_str(&format!("\n{SELLERS}\n"));
    for seller in &statement.sellers {
        text.push_str(&format!(
            "{:<46}{:>12}{:>12}{:>12}\n",
            shortened(&seller_name(seller), 45),
            thousands(seller.gross),
            thousands(-seller.applied),
            thousands(seller.due)
        ));
    }
    text
}

/// The memos summed by programme.
pub fn programs_text(programs: &[ProgramRow]) -> String {
    if programs.is_empty() {
        return String::new();
    }
    let mut text =
        format!("\n{:<34}{:>12}{:>12}{:>12}{:>12}\n", "By programme", "prior", "applied", "expired", "balance");
    for row in programs {
        let name = if row.program.is_empty() { "(none)".into() } else { plain_text(&row.program) };
        text.push_str(&format!(
            "{:<34}{:>12}{:>12}{:>12}{:>12}\n",
            shortened(&format!("{name} ({} memos)", row.memos), 33),
            thousands(row.prior_balance + row.issued + row.corrections),
            thousands(-row.applied),
            thousands(-row.expired),
            thousands(row.balance_of_funds)
        ));
    }
    text
}
