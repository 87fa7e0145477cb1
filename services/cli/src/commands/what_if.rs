//! `what-if`: the whole log under another policy.

use domain::policy::Policies;
use service_kit::{Failure, UnitOfWork};

use crate::{args::WhatIfArgs, files::policies::policies_of, outcome::Outcome};

/// Prints every figure that would differ.
pub(crate) async fn what_if(unit: &UnitOfWork, args: &WhatIfArgs) -> Result<Outcome, Failure> {
    let other = |base: &Policies| policies_of(&args.policy, base);
    let found = answers::what_if(unit, &other, args.from).await?;
    let mut outcome = Outcome::new();
    for note in &found.notes {
        outcome = outcome.warn(note);
    }
    if found.rows.is_empty() {
        outcome = outcome.say("no figure would differ");
    }
    let columns = [
        "of",
        "payer_account_id",
        "memo_number",
        "period",
        "customer",
        "currency",
        "figure",
        "recorded",
        "what_if",
        "difference",
    ];
    outcome.and_rows(&found.rows, &columns)
}
