//! What operators said of suspense items by hand, and what stands of it (rule book N12).

use schemars::JsonSchema;
use serde::Serialize;
use service_kit::Failure;
use wire::StreamName;

use crate::{books::Books, customers::takes_member, filter::Filter};

const STREAMS: [StreamName; 2] = [StreamName::Accounts, StreamName::Credits];

/// What was said of a suspense item by hand.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct AttributionRow {
    /// The item.
    pub item: String,
    /// The payer.
    pub payer_account_id: String,
    /// The month.
    pub period: String,
    /// The account that AWS let benefit.
    pub member_account_id: String,
    /// The description.
    pub description: String,
    /// The credit that was said.
    pub credit_id: String,
}

/// What was said and not withdrawn, in order of payer and month. The account is the one that AWS let benefit.
///
/// # Errors
/// [`Failure`].
pub async fn attributions(books: &Books<'_>, filter: &Filter) -> Result<Vec<AttributionRow>, Failure> {
    let model = books.known(None, &STREAMS).await?;
    let mut rows = Vec::new();
    for ((payer, _), state) in model.all_suspense(filter.payer.as_ref())? {
        for said in &state.by_operator {
            if takes_member(&model, filter, &payer, &said.member, books.today)? {
                rows.push(AttributionRow {
                    item: said.item.clone(),
                    payer_account_id: said.payer.to_string(),
                    period: said.period.to_string(),
                    member_account_id: said.member.to_string(),
                    description: said.description.clone(),
                    credit_id: said.credit.to_string(),
                });
            }
        }
    }
    Ok(rows)
}
