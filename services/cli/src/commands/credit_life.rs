//! `credits transfer`, `split`, `pause`, `cancel`: what AWS did, where no API answer tells it.

use domain::{
    credit::{CreditLife, UpstreamPortion},
    ids::UpstreamCreditId,
};
use service_kit::{Failure, UnitOfWork, codes};

use crate::{
    args::{CreditsCommand, DatesArgs, FilterArgs, LifeArgs, plain_amount},
    outcome::Outcome,
    payer::payer_or_only,
    shown::credits::credits_list,
};

/// Records what AWS did with a credit, and brings the memos after it.
pub(crate) async fn credit_life(unit: &mut UnitOfWork, command: CreditsCommand) -> Result<Outcome, Failure> {
    let today = unit.clock.today();
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
        _ => return Err(Failure::failed(codes::NO_SUCH_ACT, "this is no act upon a credit")),
    };
    let payer = payer_or_only(unit, of.payer.as_ref())?;
    upstream_credits::credit_life(unit, &payer, &id, &life).await?;
    process_manager::follow(unit, &payer).await?;
    let filter = FilterArgs { payer: Some(payer), ..FilterArgs::default() };
    credits_list(unit, &filter, &DatesArgs::default()).await
}

/// `ID:AMOUNT[:OWNER]`.
fn portion(text: &str) -> Result<UpstreamPortion, Failure> {
    let refuse = |what: &dyn std::fmt::Display| {
        Failure::usage(
            codes::PORTION_UNREADABLE,
            format!("the portion '{text}': {what}; write ID:AMOUNT or ID:AMOUNT:OWNER"),
        )
    };
    let mut parts = text.split(':');
    let (Some(id), Some(amount)) = (parts.next(), parts.next()) else { return Err(refuse(&"its amount is missing")) };
    let owner = parts.next().map(str::parse).transpose().map_err(|fault| refuse(&fault))?;
    Ok(UpstreamPortion {
        credit: UpstreamCreditId::parse(id).map_err(|fault| refuse(&fault))?,
        amount: plain_amount(amount).map_err(|fault| refuse(&fault))?,
        owner,
    })
}
