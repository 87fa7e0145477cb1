//! What a statement says, in the words and order of every form it is printed in: text, HTML, mail
//! and PDF differ in how they look and in nothing else.

use domain::billing::{
    ConvertedStatement, Correction, DocumentStanding, MemberStatement, StatementMemo, StatementSeller,
};
use money::Money;

use crate::shown_statement::ShownStatement;

/// An amount with thousands separators, for people.
pub fn thousands(amount: Money) -> String {
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

/// The subject of the mail, and the title of the other forms.
pub(crate) fn title(shown: &ShownStatement) -> String {
    let ShownStatement { statement, standing } = shown;
    let mark = match standing {
        DocumentStanding::Draft | DocumentStanding::Issued => "",
        DocumentStanding::Superseded { .. } => "SUPERSEDED: ",
        DocumentStanding::Void { .. } => "VOID: ",
    };
    format!("{mark}AWS credit statement {} - account {}", statement.period, statement.member_account_id)
}

/// Whose statement it is.
pub(crate) fn heading(shown: &ShownStatement) -> Vec<(&'static str, String)> {
    let ShownStatement { statement, standing } = shown;
    let number = match &statement.document_number {
        Some(number) => number.to_string(),
        // Without a customer or charges there is no document to be a draft of.
        None if statement.customer.is_blank() || statement.lines.is_empty() => "(none)".to_owned(),
        None => "draft".to_owned(),
    };
    let blank = |text: &str| if text.is_empty() { "(none)".to_owned() } else { text.to_owned() };
    let mut heading = vec![
        ("Customer", blank(statement.customer.as_str())),
        ("PO number", blank(statement.po_number.as_str())),
        ("AWS account", statement.member_account_id.to_string()),
        ("Billed through payer", statement.payer_account_id.to_string()),
        ("Period", statement.period.to_string()),
        ("Document", number),
        ("Currency", statement.currency.to_string()),
    ];
    match standing {
        DocumentStanding::Draft | DocumentStanding::Issued => {}
        DocumentStanding::Superseded { by } => {
            heading.push(("Status", format!("SUPERSEDED: {by} replaces this document")));
        }
        DocumentStanding::Void { shown_in } => {
            let what = format!("VOID: nothing is owed by this document; the statement of {shown_in} shows that");
            heading.push(("Status", what));
        }
    }
    heading
}

/// The name of the sum that [`balance_lines`] come to.
pub(crate) const BALANCE_OF_FUNDS: &str = "Balance of funds";

/// What was there and what was used; [`BALANCE_OF_FUNDS`] is left.
pub(crate) fn balance_lines(statement: &MemberStatement) -> Vec<(&'static str, Money)> {
    let mut lines = vec![("Prior balance", statement.prior_balance + statement.issued)];
    if !statement.corrections.is_zero() {
        lines.push(("Corrections of earlier months", statement.corrections));
    }
    lines.push(("Utilisation", -statement.utilisation));
    // Where the utilisation is more than the memos paid, the statement foots only with what was
    // applied beside it.
    if statement.utilisation != statement.applied {
        lines.push(("  of it paid by credit", -statement.applied));
    }
    if !statement.expired.is_zero() {
        lines.push(("Expired", -statement.expired));
    }
    lines
}

/// A memo's number and what it is called.
pub(crate) fn memo_title(memo: &StatementMemo) -> String {
    let ends = memo.end_date.map_or_else(String::new, |day| format!(", ends {day}"));
    let credit = memo.credit_id.as_ref().map_or_else(String::new, |id| format!(" (AWS credit {id}{ends})"));
    format!("{}  {}{credit}", memo.memo_number, memo.description)
}

/// What happens to a memo at its end, where the statement says it.
pub(crate) fn expiry_note(memo: &StatementMemo) -> Option<String> {
    (!memo.expiry_rule.is_empty()).then(|| format!("at its end: {}", memo.expiry_rule))
}

/// The heading of the sellers of record, where the month has several.
pub(crate) const SELLERS: &str = "By seller and AWS invoice";

/// A seller of record with its invoice.
pub(crate) fn seller_name(seller: &StatementSeller) -> String {
    let parts = [&seller.legal_entity, &seller.billing_entity, &seller.invoice_id];
    let stated: Vec<&str> = parts.into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    if stated.is_empty() { "not stated".to_owned() } else { stated.join(", ") }
}

/// What happened to a memo, down to its balance.
pub(crate) fn memo_lines(memo: &StatementMemo) -> Vec<(&'static str, Money)> {
    let mut lines = vec![("prior balance", memo.prior_balance + memo.issued)];
    if !memo.corrections.is_zero() {
        lines.push(("corrections", memo.corrections));
    }
    lines.push(("applied", -memo.applied));
    if !memo.expired.is_zero() {
        lines.push(("expired", -memo.expired));
    }
    lines.push(("balance of funds", memo.balance_of_funds));
    lines
}

/// What a correction corrects.
pub(crate) fn correction_title(correction: &Correction) -> String {
    format!("Correction of {}", correction.period)
}

/// The document that a correction refers to.
pub(crate) fn correction_reference(correction: &Correction) -> Option<String> {
    correction.corrects.as_ref().map(|number| format!("refers to {number}"))
}

/// The name of what memos paid across two payers that the account is under.
pub(crate) const ACROSS: &str = "CrossPayer the payers of this account";

/// What memos paid across two payers: each balance stands on the statement of the memo's own payer,
/// each charge on that of the payer it is under (rule book N21).
pub(crate) fn across_lines(statement: &MemberStatement) -> Vec<(String, Money)> {
    let under = statement.paid_under_other_payers.iter().map(|paid| {
        let (memo, period, payer) = (&paid.memo_number, paid.period, &paid.payer_account_id);
        (format!("{memo} paid of {period} under {payer}"), -paid.applied)
    });
    let by = statement
        .paid_by_other_payers
        .iter()
        .map(|paid| (format!("{} paid of {} here", paid.memo_number, paid.period), -paid.applied));
    under.chain(by).collect()
}

/// The name of what is left to pay.
pub(crate) const DUE: &str = "Due for this account";

/// In which currency the document is, at which rate: the balances are never converted.
pub(crate) fn converted_title(statement: &MemberStatement, converted: &ConvertedStatement) -> String {
    let source = if converted.rate_source.is_empty() { String::new() } else { format!(", {}", converted.rate_source) };
    format!(
        "On the document in {} (1 {} = {} {}, rate of {}{source})",
        converted.currency, statement.currency, converted.rate, converted.currency, converted.rate_period
    )
}

/// What the document says in its currency, down to what is due.
pub(crate) fn converted_lines(statement: &MemberStatement, converted: &ConvertedStatement) -> Vec<(String, Money)> {
    let mut lines = vec![("Charges".to_owned(), converted.gross)];
    for memo in &converted.memos {
        lines.push((format!("Paid by credit memo {}", memo.memo_number), -memo.applied));
    }
    for correction in &statement.earlier_periods {
        if let Some(one) = &correction.in_document_currency {
            lines.push((format!("Correction of {} (at its rate {})", correction.period, one.rate), one.due));
        }
    }
    lines.push((format!("Due for this account in {}", converted.currency), converted.due));
    lines
}
