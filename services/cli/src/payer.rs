//! Which payer a command is about, where none is named.

use domain::ids::PayerAccountId;
use service_kit::{Failure, UnitOfWork, codes};

/// The payer named, or the only one there is.
pub(crate) fn payer_or_only(unit: &UnitOfWork, named: Option<&PayerAccountId>) -> Result<PayerAccountId, Failure> {
    if let Some(payer) = named {
        return Ok(payer.clone());
    }
    let payers = unit.model.payers()?;
    match payers.as_slice() {
        [only] => Ok(only.clone()),
        [] => Err(Failure::usage(
            codes::NO_PAYER_YET,
            "no payer is known yet: import accounts or ingest a bill, or say --payer",
        )),
        several => {
            let names: Vec<&str> = several.iter().map(PayerAccountId::as_str).collect();
            Err(Failure::usage(
                codes::WHICH_PAYER,
                format!("there are several payers, say --payer: {}", names.join(", ")),
            ))
        }
    }
}
