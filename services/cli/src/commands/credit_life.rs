//! `credits transfer`, `split`, `pause`, `cancel`: what AWS did, where no API answer tells it.

use domain::{
    credit::{CreditLife, UpstreamPortion},
    ids::UpstreamCreditId,
};
use money::Exact;
use service_kit::{BackOffice, Failure};

use super::{credits::credits_list, dates::DatesArgs, payer::payer_or_only};
use crate::{
    args::{CreditsCommand, Global, LifeArgs},
    react,
};

/// Records what AWS did with a credit, and brings the memos after it.
pub(crate) async fn credit_life(
    global: &Global,
    office: &mut BackOffice,
    command: CreditsCommand,
) -> Result<(), Failure> {
    let today = office.clock.today();
    let day = |of: &LifeArgs| of.date.unwrap_or(today);
    let (id, of, life) = match command {
        CreditsCommand::Transfer { id, to, of } => {
            let life = CreditLife::Transfer { to_owner: to, effective: day(&of) };
            (id, of, life)
        }
        CreditsCommand::Split { id, portions, reserved, of } => {
            let portions = portions.iter().map(|text| portion(text)).collect::<Result<Vec<_>, _>>()?;
            let life = CreditLife::Split { portions, reserved, effective: day(&of) };
            (id, of, life)
        }
        CreditsCommand::Pause { id, resume, of } => {
            let life = CreditLife::Pause { paused: !resume, effective: day(&of) };
            (id, of, life)
        }
        CreditsCommand::Cancel { id, of } => {
            let life = CreditLife::Cancel { effective: day(&of) };
            (id, of, life)
        }
        _ => return Err(Failure::failed("CM0100", "this is no act upon a credit")),
    };
    let payer = payer_or_only(office, of.payer.as_ref())?;
    if office.was_done() {
        return credits_list(global, office, Some(&payer), &DatesArgs::default()).await;
    }
    upstream_credits::credit_life(office, &payer, &id, &life).await?;
    react::follow(office, &payer).await?;
    credits_list(global, office, Some(&payer), &DatesArgs::default()).await
}

/// `ID:AMOUNT[:OWNER]`.
fn portion(text: &str) -> Result<UpstreamPortion, Failure> {
    let refuse = |what: &dyn std::fmt::Display| {
        Failure::usage("CM0212", format!("the portion '{text}': {what}; write ID:AMOUNT or ID:AMOUNT:OWNER"))
    };
    let mut parts = text.split(':');
    let (Some(id), Some(amount)) = (parts.next(), parts.next()) else { return Err(refuse(&"its amount is missing")) };
    let owner = parts.next().map(str::parse).transpose().map_err(|fault| refuse(&fault))?;
    Ok(UpstreamPortion {
        credit: UpstreamCreditId::parse(id).map_err(|fault| refuse(&fault))?,
        amount: Exact::parse(amount).map_err(|fault| refuse(&fault))?,
        owner,
    })
}
