//! Importing credits: from a file to observations.

use std::{collections::BTreeSet, path::Path};

use bill_formats::input_file::read_import;
use domain::{
    credit::{ObserveCredit, UpstreamCreditTerms},
    ids::{MemberAccountId, PayerAccountId},
    services::product_code_of,
};
use service_kit::{Failure, UnitOfWork, codes};
use wire::{Fact, Subject};

use crate::{csv_file::read_credits_csv, read_get_credits};

/// What an import did.
#[derive(Debug, Clone, Default)]
pub struct Imported {
    /// Credits in the file, in its order.
    pub credits: Vec<UpstreamCreditTerms>,
    /// Of them new or revised.
    pub changed: usize,
    /// What the operator should know.
    pub warnings: Vec<String>,
}

/// JSON that a shell saved may begin with the mark that some put before UTF-8 text.
pub(crate) fn without_byte_order_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text)
}

/// Reads a credits file: the contract's CSV, or the Billing API's JSON, told by its content.
///
/// # Errors
/// [`Failure`] with the place of what is wrong.
pub fn read_credits_file(
    unit: &UnitOfWork,
    path: &Path,
    payer: Option<&PayerAccountId>,
) -> Result<Vec<UpstreamCreditTerms>, Failure> {
    let name = path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
    let bytes = read_import(path).map_err(|fault| Failure::refused(codes::FILE_UNREADABLE, fault))?;
    let bytes = without_byte_order_mark(&bytes);
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    if !matches!(first, Some(b'{' | b'[')) {
        return read_credits_csv(path).map_err(|fault| Failure::refused(codes::CREDITS_FILE_REFUSED, fault));
    }
    let document = serde_json::from_slice(bytes).map_err(|cause| {
        Failure::refused(
            codes::NOT_JSON,
            format!("{name} line {} column {}: it is not JSON: {cause}", cause.line(), cause.column()),
        )
    })?;
    let accounts = unit.model.member_accounts()?;
    let payer_of = |owner: &MemberAccountId| -> Option<PayerAccountId> {
        payer.cloned().or_else(|| {
            let mut payers = accounts.keys().filter(|(_, member)| member == owner).map(|(payer, _)| payer.clone());
            // Two payers know the account: only the operator can tell.
            payers.next().filter(|_| payers.next().is_none())
        })
    };
    read_get_credits(&document, &payer_of)
        .map_err(|fault| Failure::refused(codes::GET_CREDITS_REFUSED, format!("{name}: {fault}")))
}

/// Records what credits are.
///
/// # Errors
/// [`Failure`]; nothing is recorded then.
pub async fn observe(unit: &mut UnitOfWork, credits: Vec<UpstreamCreditTerms>) -> Result<Imported, Failure> {
    let mut used_up = Vec::new();
    let mut live = Vec::new();
    for terms in last_of_each(credits) {
        let known = unit.model.upstream_credit(&terms.payer, &terms.credit)?.terms.is_some();
        // The API goes on listing credits that were used up before we knew them: nothing is left to owe.
        if !known && terms.remaining_amount.is_some() && terms.face_amount.is_zero() {
            used_up.push(terms.credit);
        } else {
            live.push(terms);
        }
    }
    let credits = live;
    let on = unit.clock.today();
    let decided = unit
        .decide_many(|model| {
            credits
                .iter()
                .map(|terms| {
                    let state = model.upstream_credit(&terms.payer, &terms.credit)?;
                    let account = model.member_account(&terms.payer, &terms.owner)?;
                    let back = state.returned_on(&terms.owner, &account);
                    let facts = match back {
                        Some(back) => state.decide_returned(terms, back),
                        None => {
                            let terms = seen_again(terms, state.stated.as_ref().or(state.terms.as_ref()));
                            state.decide_observe(&ObserveCredit { terms, on })
                        }
                    };
                    let facts = facts.map_err(|refusal| Failure::refused(codes::CREDIT_REFUSED, refusal))?;
                    Ok((Subject::credit(&terms.payer, &terms.credit), facts.into_iter().map(Fact::from).collect()))
                })
                .collect()
        })
        .await?;
    let mut imported = Imported { changed: decided.len(), ..Imported::default() };
    for credit in used_up {
        imported.warnings.push(format!("credit {credit}: nothing of it is left, it was passed over"));
    }
    for terms in &credits {
        imported.warnings.extend(warnings(unit, terms)?);
    }
    imported.credits = credits;
    Ok(imported)
}

/// A list that names a credit twice says of it what its last entry says (rule book D3, N40): answers for
/// several accounts were joined, or a row was corrected below.
fn last_of_each(credits: Vec<UpstreamCreditTerms>) -> Vec<UpstreamCreditTerms> {
    let mut seen = BTreeSet::new();
    let mut last: Vec<UpstreamCreditTerms> =
        credits.into_iter().rev().filter(|terms| seen.insert((terms.payer.clone(), terms.credit.clone()))).collect();
    last.reverse();
    last
}

/// The API states what is left, and less of it each month as AWS applies the credit: that is no
/// revision. Its face changes only with what AWS granted.
fn seen_again(terms: &UpstreamCreditTerms, known: Option<&UpstreamCreditTerms>) -> UpstreamCreditTerms {
    let mut terms = terms.clone();
    if let (Some(known), Some(initial)) = (known, terms.initial_amount)
        && terms.remaining_amount.is_some()
    {
        let granted_more = known.initial_amount.and_then(|before| initial.checked_sub(before).ok()).unwrap_or_default();
        terms.face_amount = known.face_amount.checked_add(granted_more).unwrap_or(known.face_amount);
        terms.program.clone_from(&known.program);
    }
    terms
}

fn warnings(unit: &UnitOfWork, terms: &UpstreamCreditTerms) -> Result<Vec<String>, Failure> {
    let mut warnings = Vec::new();
    for restriction in terms.stated.not_applied() {
        warnings.push(format!(
            "credit {}: AWS restricts it ({restriction}), and nothing here can tell such charges apart: its memo may pay \
             more than AWS will; it is shown with the memo",
            terms.credit
        ));
    }
    for service in terms.services.iter().chain(&terms.excluded_services) {
        // A name has spaces; a code is taken at its word, since any code seen in a bill is valid.
        if product_code_of(service).is_none() && service.contains(' ') {
            warnings.push(format!(
                "credit {}: no service is known by the name '{service}': it draws nothing until it is given by its product code",
                terms.credit
            ));
        }
    }
    if unit.model.member_account(&terms.payer, &terms.owner)?.assignments().next().is_none() {
        warnings.push(format!(
            "credit {}: its owner {} is in no accounts import of payer {}: the memo is issued and listed as unassigned",
            terms.credit, terms.owner, terms.payer
        ));
    }
    for (what, unusual) in [
        ("payer", (!terms.payer.is_twelve_digits()).then_some(terms.payer.as_str())),
        ("owner", (!terms.owner.is_twelve_digits()).then_some(terms.owner.as_str())),
    ] {
        if let Some(id) = unusual {
            warnings.push(format!(
                "credit {}: the {what} id {id} is not of 12 digits: leading zeros may have been lost",
                terms.credit
            ));
        }
    }
    Ok(warnings)
}
