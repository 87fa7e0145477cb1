//! An explanation as an accountant reads it: the amount on the left, what it is made of below it,
//! one step further in; the rule and the place in the log behind each.

use std::collections::BTreeMap;

use domain::explain::{Check, Derivation, DocumentExplanation, EventPosition, MemoExplanation, SuspenseExplanation};

use crate::plain_text::plain_text;

/// Digits before the point and after it, so that amounts stand below each other.
const WHOLE: usize = 14;
const FRACTION: usize = 11;
const AMOUNT: usize = WHOLE + FRACTION;

/// A statement, or its lines only.
pub fn explained_document(explained: &DocumentExplanation, lines_only: bool) -> String {
    let mut text = format!(
        "Account {} in {}, payer {}, in {}\n",
        explained.member_account_id, explained.period, explained.payer_account_id, explained.currency
    );
    let document = explained.document_number.as_deref().unwrap_or("(none)");
    text.push_str(&format!("Document {document}, {}\n", place(&explained.recorded_as)));
    let basis: Vec<String> = explained.basis.iter().map(|(stream, sequence)| format!("{stream} {sequence}")).collect();
    let rounding = serde_json::to_value(explained.rounding).ok();
    let rounding = rounding.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default();
    text.push_str(&format!("Run {}, policies {}, rounding {rounding}\n", explained.run, explained.policy));
    text.push_str(&format!("Decided upon the log as far as {}\n", basis.join(", ")));
    if !lines_only {
        let figures = [&explained.utilisation, &explained.balance_of_funds, &explained.aws_bill];
        let due = std::iter::once(&explained.due).chain(&explained.due_in_document_currency);
        for figure in due.chain(figures) {
            text.push('\n');
            tree(figure, 0, &mut text);
        }
    }
    for line in &explained.lines {
        text.push_str(&format!("\nLine {} {}\n", plain_text(&line.service), plain_text(&line.charge_kind)));
        tree(&line.due, 0, &mut text);
    }
    for seller in explained.sellers.iter().filter(|_| !lines_only) {
        let said = [&seller.legal_entity, &seller.billing_entity, &seller.invoice_id];
        let said: Vec<&str> = said.into_iter().map(String::as_str).filter(|word| !word.is_empty()).collect();
        text.push_str(&format!("\nSeller {}\n", plain_text(&said.join(", "))));
        tree(&seller.due, 0, &mut text);
    }
    let mut shown: Vec<&Derivation> = explained.lines.iter().map(|line| &line.due).collect();
    if !lines_only {
        shown.extend([&explained.due, &explained.utilisation, &explained.balance_of_funds, &explained.aws_bill]);
        shown.extend(&explained.due_in_document_currency);
        shown.extend(explained.sellers.iter().map(|seller| &seller.due));
    }
    rules(&shown, &mut text);
    checks(&explained.checks, &mut text);
    text
}

/// A memo.
pub fn explained_memo(explained: &MemoExplanation) -> String {
    let credit = explained.credit_id.as_ref().map_or_else(String::new, |id| format!(", of AWS credit {id}"));
    let mut text = format!("Memo {}{credit}, in {}\n", explained.memo_number, explained.currency);
    let figures = [&explained.open_balance, &explained.funded_balance, &explained.funded, &explained.applied_upstream];
    for figure in figures {
        text.push('\n');
        tree(figure, 0, &mut text);
    }
    rules(&figures, &mut text);
    checks(&explained.checks, &mut text);
    text
}

/// A suspense item.
pub fn explained_suspense(explained: &SuspenseExplanation) -> String {
    let mut text = format!(
        "Suspense item {} of payer {} in {}\nCredit lines '{}' on account {}\nWhy: {}\n",
        explained.item,
        explained.payer_account_id,
        explained.period,
        plain_text(&explained.description),
        explained.member_account_id,
        explained.reason_in_words
    );
    if let Some(credit) = &explained.attributed_by_hand_to {
        text.push_str(&format!("An operator said that it is of credit {credit}\n"));
    }
    let figures = [&explained.open_amount, &explained.came];
    for figure in figures {
        text.push('\n');
        tree(figure, 0, &mut text);
    }
    rules(&figures, &mut text);
    checks(&explained.checks, &mut text);
    text
}

fn place(at: &EventPosition) -> String {
    format!("{} {}/{}", at.stream, at.sequence, at.fact)
}

/// An amount with its point in its place.
fn amount(text: &str) -> String {
    let at = text.find('.').unwrap_or(text.len());
    let (whole, fraction) = text.split_at(at);
    format!("{whole:>WHOLE$}{fraction:<FRACTION$}")
}

fn tree(node: &Derivation, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    let mut line = format!("{}  {indent}{}", amount(&node.amount.to_string()), plain_text(&node.what));
    if let Some(step) = &node.rounding {
        line.push_str(&format!(" {}: {} becomes {}", step.mode, step.exact, step.rounded));
    }
    if let Some(rule) = &node.rule {
        line.push_str(&format!(" [{}]", rule.case));
    }
    if let Some(at) = &node.event {
        line.push_str(&format!(" ({})", place(at)));
    }
    if let Some(day) = node.effective {
        line.push_str(&format!(" as of {day}"));
    }
    text.push_str(line.trim_end());
    text.push('\n');
    for bound in &node.bounds {
        let holds = if bound.holds { "  <- holds" } else { "" };
        text.push_str(&format!(
            "{:AMOUNT$}  {indent}  not above {} {}{holds}\n",
            "",
            bound.amount,
            plain_text(&bound.what)
        ));
    }
    for part in &node.parts {
        tree(part, depth + 1, text);
    }
}

/// What the rules in brackets say, each once, with the page that it rests on.
fn rules(shown: &[&Derivation], text: &mut String) {
    fn gather(node: &Derivation, cited: &mut BTreeMap<(&'static str, &'static str), Option<&'static str>>) {
        if let Some(rule) = &node.rule {
            cited.insert((rule.case, rule.says), rule.source);
        }
        node.parts.iter().for_each(|part| gather(part, cited));
    }
    let mut cited = BTreeMap::new();
    shown.iter().for_each(|node| gather(node, &mut cited));
    if cited.is_empty() {
        return;
    }
    text.push_str("\nRules\n");
    for ((case, says), source) in cited {
        text.push_str(&format!("  [{case}] {says}\n"));
        if let Some(page) = source {
            text.push_str(&format!("      {page}\n"));
        }
    }
}

fn checks(checks: &[Check], text: &mut String) {
    let differ: Vec<&Check> = checks.iter().filter(|check| !check.agrees).collect();
    text.push_str(&format!(
        "\n{} figures were derived again from what was known then; {} differ from the record\n",
        checks.len(),
        differ.len()
    ));
    for check in differ {
        text.push_str(&format!(
            "  {}: recorded {}, derived {}\n",
            plain_text(&check.what),
            plain_text(&check.recorded),
            plain_text(&check.derived)
        ));
    }
}
