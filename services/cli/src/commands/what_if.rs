//! `what-if`: the whole log under another policy.

use std::path::PathBuf;

use clap::Args;
use domain::{ids::PayerAccountId, period::BillingPeriod, policy::Policies};
use futures_util::future::BoxFuture;
use service_kit::{Failure, UnitOfWork};

use super::policy::policies_of;
use crate::{args::Global, output};

#[derive(Debug, Clone, Args)]
pub(crate) struct WhatIfArgs {
    /// A policy file, as `policy adopt` takes it: what it does not name stays as it was.
    #[arg(long, value_name = "FILE")]
    policy: PathBuf,
    /// From this month on; from the beginning where none is named.
    #[arg(long, value_name = "PERIOD")]
    from: Option<BillingPeriod>,
}

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
pub(crate) async fn what_if(global: &Global, unit: &UnitOfWork, args: &WhatIfArgs) -> Result<(), Failure> {
    let other = |base: &Policies| policies_of(&args.policy, base);
    let outcome = memo_keeper::what_if(unit, &other, args.from, attribute).await?;
    for note in &outcome.notes {
        output::warn(note);
    }
    if outcome.rows.is_empty() {
        output::say("no figure would be another one");
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
    output::print_rows(global.output, &outcome.rows, &columns)
}
