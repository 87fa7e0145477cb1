//! The monthly statement in the distributor's mail form: prior balance, utilisation, balance of
//! funds, under the PO number of the account.

use domain::billing::{ConvertedStatement, MemberStatement};
use money::Money;

use crate::commands::rows::ProgramRow;

/// An amount with thousands separators, for people.
pub(crate) fn thousands(amount: Money) -> String {
    let text = amount.to_string();
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    match fraction {
        Some(fraction) => format!("{sign}{grouped}.{fraction}"),
        None => format!("{sign}{grouped}"),
    }
}

const LABEL: usize = 44;
const AMOUNT: usize = 18;

fn line(label: &str, amount: Money) -> String {
    format!("{label:<LABEL$}{:>AMOUNT$}\n", thousands(amount))
}

/// The statement as text.
pub(crate) fn statement_text(statement: &MemberStatement) -> String {
    let mut text = String::new();
    let number = match &statement.document_number {
        Some(number) => number.to_string(),
        // Without a customer or charges there is no document to be a draft of.
        None if statement.customer.is_blank() || statement.lines.is_empty() => "(none)".to_owned(),
        None => "draft".to_owned(),
    };
    text.push_str(&format!(
        "Subject: AWS credit statement {} - account {}\n\n",
        statement.period, statement.member_account_id
    ));
    let blank = |text: &str| if text.is_empty() { "(none)".to_owned() } else { text.to_owned() };
    for (name, value) in [
        ("Customer", blank(statement.customer.as_str())),
        ("PO number", blank(statement.po_number.as_str())),
        ("AWS account", statement.member_account_id.to_string()),
        ("Billed through payer", statement.payer_account_id.to_string()),
        ("Period", statement.period.to_string()),
        ("Document", number),
        ("Currency", statement.currency.to_string()),
    ] {
        text.push_str(&format!("{name:<22}{value}\n"));
    }
    text.push('\n');
    text.push_str(&balance_block(statement));
    if !statement.memos.is_empty() {
        text.push_str("\nCredit memos\n");
        for memo in &statement.memos {
            let ends = memo.end_date.map_or_else(String::new, |day| format!(", ends {day}"));
            let credit = memo.credit_id.as_ref().map_or_else(String::new, |id| format!(" (AWS credit {id}{ends})"));
            text.push_str(&format!("  {}  {}{credit}\n", memo.memo_number, memo.description));
            if !memo.expiry_rule.is_empty() {
                text.push_str(&format!("    at its end: {}\n", memo.expiry_rule));
            }
            text.push_str(&line("    prior balance", memo.prior_balance + memo.issued));
            if !memo.corrections.is_zero() {
                text.push_str(&line("    corrections", memo.corrections));
            }
            text.push_str(&line("    applied", -memo.applied));
            if !memo.expired.is_zero() {
                text.push_str(&line("    expired", -memo.expired));
            }
            text.push_str(&line("    balance of funds", memo.balance_of_funds));
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
            format!("Correction of {}", correction.period),
            thousands(correction.gross),
            thousands(-correction.applied),
            thousands(correction.due)
        ));
        if let Some(number) = &correction.corrects {
            text.push_str(&format!("  refers to {number}\n"));
        }
    }
    text.push_str(&format!("\n{:<70}{:>12}\n", "Due for this account", thousands(statement.due)));
    if let Some(converted) = &statement.in_document_currency {
        text.push_str(&document_currency_block(statement, converted));
    }
    text
}

/// Each seller of record with its invoice, where the month has several.
fn sellers_block(statement: &MemberStatement) -> String {
    let mut text = String::new();
    if statement.sellers.is_empty() {
        return text;
    }
    text.push_str("\nBy seller and AWS invoice\n");
    for seller in &statement.sellers {
        let parts = [&seller.legal_entity, &seller.billing_entity, &seller.invoice_id];
        let stated: Vec<&str> = parts.into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        let name = if stated.is_empty() { "not stated".to_owned() } else { stated.join(", ") };
        text.push_str(&format!(
            "{:<46}{:>12}{:>12}{:>12}\n",
            shortened(&name, 45),
            thousands(seller.gross),
            thousands(-seller.applied),
            thousands(seller.due)
        ));
    }
    text
}

/// The memos summed by programme.
pub(crate) fn programs_text(programs: &[ProgramRow]) -> String {
    if programs.is_empty() {
        return String::new();
    }
    let mut text =
        format!("\n{:<34}{:>12}{:>12}{:>12}{:>12}\n", "By programme", "prior", "applied", "expired", "balance");
    for row in programs {
        let name = if row.program.is_empty() { "(none)" } else { row.program.as_str() };
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

/// The block that foots: what was there, what was used, what is left.
fn balance_block(statement: &MemberStatement) -> String {
    let mut text = line("Prior balance", statement.prior_balance + statement.issued);
    if !statement.corrections.is_zero() {
        text.push_str(&line("Corrections of earlier months", statement.corrections));
    }
    text.push_str(&line("Utilisation", -statement.utilisation));
    // Where the utilisation is more than the memos paid, the statement foots only with what was
    // applied beside it.
    if statement.utilisation != statement.applied {
        text.push_str(&line("  of it paid by credit", -statement.applied));
    }
    if !statement.expired.is_zero() {
        text.push_str(&line("Expired", -statement.expired));
    }
    text.push_str(&format!("{:<LABEL$}{:>AMOUNT$}\n", "", "-".repeat(AMOUNT - 2)));
    text.push_str(&line("Balance of funds", statement.balance_of_funds));
    text
}

/// The same in the currency of the document, with the rate: the balances above are never converted.
fn document_currency_block(statement: &MemberStatement, converted: &ConvertedStatement) -> String {
    let source = if converted.rate_source.is_empty() { String::new() } else { format!(", {}", converted.rate_source) };
    let mut text = format!(
        "\nOn the document in {} (1 {} = {} {}, rate of {}{source})\n",
        converted.currency, statement.currency, converted.rate, converted.currency, converted.rate_period
    );
    let mut row = |label: &str, amount: Money| text.push_str(&format!("  {label:<68}{:>12}\n", thousands(amount)));
    row("Charges", converted.gross);
    for memo in &converted.memos {
        row(&format!("Paid by credit memo {}", memo.memo_number), -memo.applied);
    }
    for correction in &statement.earlier_periods {
        if let Some(one) = &correction.in_document_currency {
            row(&format!("Correction of {} (at its rate {})", correction.period, one.rate), one.due);
        }
    }
    row(&format!("Due for this account in {}", converted.currency), converted.due);
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
