//! What should be known of a delivery and does not stop it.

use domain::{ids::PayerAccountId, usage::MemberUsage};

use crate::reading::Warning;

/// AWS account ids have so many digits.
const ACCOUNT_ID_DIGITS: usize = 12;

/// What a pro-forma export calls its own lines.
const PRO_FORMA_TYPES: &str = "proforma";

/// The billing view of the whole bill; any other shows a part of it or other prices.
const PRIMARY_VIEW: &str = "billingview/primary";

/// The warnings of a delivery.
pub(super) fn of(
    payer: &PayerAccountId,
    members: &[MemberUsage],
    charge_date_unreadable: u64,
    pro_forma: bool,
) -> Vec<Warning> {
    let mut warnings = account_ids(payer, members);
    if charge_date_unreadable > 0 {
        warnings.push(Warning::ChargeDateUnreadable { rows: charge_date_unreadable });
    }
    if pro_forma {
        warnings.push(Warning::ProForma);
    }
    warnings
}

/// Files without the column that tells Marketplace from AWS.
pub(super) fn seller_unknown(columns: impl Iterator<Item = &'static str>) -> Option<Warning> {
    let columns: Vec<&'static str> = columns.collect();
    columns.first().map(|column| Warning::SellerUnknown { column, files: columns.len() })
}

fn rows(member: &MemberUsage) -> u64 {
    let charges = member.charges.iter().map(|line| line.rows);
    charges.chain(member.credit_lines.iter().map(|line| line.rows)).sum()
}

/// Spreadsheets drop leading zeros: a shorter number among ids of twelve digits is told by name.
/// Where no id has twelve digits, the bill was anonymised.
fn account_ids(payer: &PayerAccountId, members: &[MemberUsage]) -> Vec<Warning> {
    let ids = members.iter().map(|member| (member.member.as_str(), rows(member)));
    let payer_is_member = members.iter().any(|member| member.member.as_str() == payer.as_str());
    // The payer's rows are the members' rows: counted once.
    let ids = ids.chain((!payer_is_member).then_some((payer.as_str(), 0)));

    let mut warnings = Vec::new();
    let (mut regular, mut count, mut unusual_rows, mut example) = (0u64, 0u64, 0u64, None);
    let mut short = Vec::new();
    for (id, rows) in ids {
        let is_number = id.bytes().all(|byte| byte.is_ascii_digit());
        if is_number && id.len() == ACCOUNT_ID_DIGITS {
            regular += 1;
        } else if is_number && id.len() < ACCOUNT_ID_DIGITS {
            short.push((id, rows));
        } else {
            count += 1;
            unusual_rows += rows;
            example = example.or(Some(id));
        }
    }
    for (id, rows) in short {
        if regular > 0 {
            warnings.push(Warning::LeadingZerosLost { id: id.to_owned(), rows });
        } else {
            count += 1;
            unusual_rows += rows;
            example = example.or(Some(id));
        }
    }
    if let Some(example) = example {
        warnings.push(Warning::UnusualAccountIds { count, rows: unusual_rows, example: example.to_owned() });
    }
    warnings
}

/// Pro-forma lines or a view that is not the bill, and nothing that only a real bill has: invoices,
/// or credits other than those a pro-forma price list makes itself.
/// Source: <https://docs.aws.amazon.com/billingconductor/latest/userguide/what-is-billingconductor.html>
pub(super) fn is_pro_forma(members: &[MemberUsage]) -> bool {
    let mut charges = members.iter().flat_map(|member| &member.charges);
    let mut credits = members.iter().flat_map(|member| &member.credit_lines);
    let is_marked = charges.clone().any(|line| {
        let view = line.key.billing_view.as_str();
        let line_type = line.key.line_type.as_str().to_ascii_lowercase();
        line_type.starts_with(PRO_FORMA_TYPES) || !(view.is_empty() || view.ends_with(PRIMARY_VIEW))
    });
    is_marked
        && charges.all(|line| line.key.invoice_id.is_empty())
        && credits
            .all(|line| line.key.invoice_id.is_empty() && line.key.product_code.as_str().contains("BillingConductor"))
}
