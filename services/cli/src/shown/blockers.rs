//! What blocks a period.

use domain::billing::Blocker;
use service_kit::Failure;

use crate::{
    commands::rows::{BlockerRow, PeriodRow},
    outcome::Outcome,
};

/// A period that is blocked: the failure lists for people what blocks it, and with JSON it is on stdout too.
pub(crate) fn blocked(payer: &str, period: &str, failure: Failure) -> Result<Outcome, Failure> {
    if failure.blockers.is_empty() {
        return Err(failure);
    }
    let row = PeriodRow {
        payer_account_id: payer.to_owned(),
        period: period.to_owned(),
        status: "blocked".to_owned(),
        waived: Vec::new(),
        blockers: failure.blockers.iter().map(blocker_row).collect(),
        pack: None,
    };
    Ok(Outcome::new().and_json_row(&row)?.failing(failure))
}

/// A blocker in words, and for programs.
pub(crate) fn blocker_row(blocker: &Blocker) -> BlockerRow {
    BlockerRow { message: blocker.in_words(), blocker: blocker.clone() }
}
