//! `what-if`: the whole log under another policy.

use domain::{ids::PayerAccountId, period::BillingPeriod, policy::Policies};
use futures_util::future::BoxFuture;
use service_kit::{Failure, UnitOfWork};

use crate::{args::WhatIfArgs, files::policies::policies_of, outcome::Outcome};

/// Services do not know each other: whose credit a line is, is decided by another one than memos are.
fn attribute<'a>(
    unit: &'a mut UnitOfWork,
    payer: &'a PayerAccountId,
    period: Option<BillingPeriod>,
) -> BoxFuture<'a, Result<(), Failure>> {
    Box::pin(async move {
        match period {
            Some(period) => upstream_credits::attribute_period(unit, payer, period).await,
            None => upstream_credits::attribute_payer(unit, payer).await,
        }
    })
}

/// Prints every figure that would be another one.
pub(crate) async fn what_if(unit: &UnitOfWork, args: &WhatIfArgs) -> Result<Outcome, Failure> {
    let other = |base: &Policies| policies_of(&args.policy, base);
    let found = memo_keeper::what_if(unit, &other, args.from, attribute).await?;
    let mut outcome = Outcome::new();
    for note in &found.notes {
        outcome = outcome.warn(note);
    }
    if found.rows.is_empty() {
        outcome = outcome.say("no figure would be another one");
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
