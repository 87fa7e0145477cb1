//! Doing a command through the service that owns it.

use std::sync::Arc;

use service_kit::{Access, Clock, Failure, UnitOfWork, connect_to_jetstream};
use wire::{ServiceName, StreamName};

use super::route::ask_service;
use crate::{args::Command, call::Call, frame, outcome::Outcome, policy_proposals};

/// Has a service do a command; none where no such service runs and the caller decides by itself.
///
/// # Errors
/// [`Failure`] where it could not be asked, or fell silent.
pub(crate) async fn through_a_service(call: &Call, has_streams: bool) -> Result<Option<Outcome>, Failure> {
    let (Some(url), Some(service)) = (&call.global.nats, call.entry.answered_by(call.access)) else { return Ok(None) };
    // Policies have no service, and their proposals neither; a stream was taken into a file of this machine,
    // where no service reads bills.
    let is_of_policies =
        matches!(&call.command, Command::Approve { id } | Command::Reject { id } if policy_proposals::is_one(id));
    if is_of_policies || (has_streams && service == ServiceName::UsageIngest) {
        return Ok(None);
    }
    let log = Arc::new(connect_to_jetstream(url).await?);
    let bus = command_bus::CommandBus::over(log.client(), log.denials());
    let act = call.act()?;
    let Some(idempotency) = act.idempotency.clone() else { return ask_service(call, &bus, service, None).await };
    // Which keys were used is on the operators' stream: the key is looked up and noted here, and the
    // service only tells what was done before from what is new.
    let mut model = read_model::ReadModel::in_memory(read_model::WhatToFold::Everything);
    read_model::catch_up_streams(log.as_ref(), &mut model, &[StreamName::Accounts]).await?;
    let mut unit = UnitOfWork::over(log, model, Clock::System, act).await?;
    if let Some(answer) = unit.first_answer().await? {
        return frame::first_answer(&answer).map(Some);
    }
    let Some(outcome) = ask_service(call, &bus, service, Some(idempotency)).await? else { return Ok(None) };
    if call.access == Access::Write && !call.global.dry_run {
        return frame::noted(outcome, &mut unit).await.map(Some);
    }
    Ok(Some(outcome))
}
