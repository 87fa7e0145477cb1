//! An act in a unit of work that lives on.

use service_kit::{Act, Failure, UnitOfWork};
use wire::ServiceName;

use super::process::Process;

/// Does an act in a unit of work that lives on: what others wrote is read first, and what was only tried
/// is forgotten.
pub(super) async fn in_unit<T>(
    process: &Process,
    service: ServiceName,
    unit: &mut UnitOfWork,
    act: Act,
    work: impl AsyncFnOnce(&mut UnitOfWork) -> Result<T, Failure>,
) -> Result<T, Failure> {
    unit.sync().await?;
    let outcome = match unit.begin(act) {
        Ok(()) => work(unit).await,
        Err(failure) => Err(failure),
    };
    process.figures.note(service, unit);
    let ended = unit.end();
    let outcome = outcome?;
    ended.map(|()| outcome)
}
