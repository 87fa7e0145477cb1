//! Doing a command through the service that owns it.

use std::sync::Arc;

use service_kit::{Access, Act, Clock, Failure, UnitOfWork, connect_to_jetstream};
use wire::StreamName;

use super::route::{Routed, ask_service};
use crate::{
    args::{Command, Global},
    run,
};

/// Has a service do a command; none where no such service runs and the caller decides by itself.
/// The answer is the exit code that the service ended with; what it printed is printed.
///
/// # Errors
/// [`Failure`] where it could not be asked, or fell silent.
pub(crate) async fn through_a_service(global: &Global, command: &mut Command) -> Result<Option<u8>, Failure> {
    let (Some(url), Some(routed)) = (&global.nats, Routed::of(command)) else { return Ok(None) };
    let log = Arc::new(connect_to_jetstream(url).await?);
    let bus = command_bus::CommandBus::over(log.client(), log.denials());
    let Some(idempotency) = run::idempotency(global, command)? else {
        return ask_service(global, &bus, &routed, command, None).await;
    };
    // Which keys were used is on the operators' stream: the key is looked up and noted here, and the
    // service only tells what was done before from what is new.
    let (name, access) = run::name_and_access(command);
    let act = Act {
        command: name.to_owned(),
        by: run::actor(global),
        reason: global.reason.clone(),
        idempotency: Some(idempotency.clone()),
        dry_run: global.dry_run,
    };
    let mut model = read_model::ReadModel::in_memory(read_model::WhatToFold::Everything);
    read_model::catch_up_streams(log.as_ref(), &mut model, &[StreamName::Accounts]).await?;
    let mut unit = UnitOfWork::over(log, model, Clock::System, act).await?;
    let exit = ask_service(global, &bus, &routed, command, Some(idempotency)).await?;
    if exit == Some(0) && access == Access::Write && !unit.was_done() {
        unit.done().await?;
    }
    Ok(exit)
}
