//! `credits import`, `show`, `attribute`. Lists are in `shown/credits.rs`.

use std::path::Path;

use answers::{Books, Filter, credit_of};
use domain::{
    credit::AttributeByHand,
    ids::{PayerAccountId, UpstreamCreditId},
    period::BillingPeriod,
};
use service_kit::{Failure, UnitOfWork, codes};

use crate::{
    args::{DatesArgs, FilterArgs},
    outcome::Outcome,
    shown::{
        credits::{CREDIT_COLUMNS, credits_suspense},
        differences::rows_or_differences,
    },
};

/// Imports upstream credits and issues their memos.
pub(crate) async fn credits_import(
    unit: &mut UnitOfWork,
    file: &Path,
    payer: Option<&PayerAccountId>,
) -> Result<Outcome, Failure> {
    let credits = upstream_credits::read_credits_file(unit, file, payer)?;
    let imported = upstream_credits::observe(unit, credits).await?;
    process_manager::after_credits(unit, &imported.credits).await?;
    let mut outcome = Outcome::new();
    for warning in &imported.warnings {
        outcome = outcome.warn(warning);
    }
    let outcome =
        outcome.say(format_args!("{} credits read, {} new or revised", imported.credits.len(), imported.changed));
    let mut rows = Vec::new();
    for terms in &imported.credits {
        let state = unit.model.upstream_credit(&terms.payer, &terms.credit)?;
        rows.extend(credit_of(&unit.model, &terms.payer, &terms.credit, &state, false)?);
    }
    outcome.and_rows(&rows, &CREDIT_COLUMNS)
}

/// Shows an upstream credit with what AWS applied of it.
pub(crate) async fn credits_show(
    unit: &UnitOfWork,
    id: &UpstreamCreditId,
    payer: Option<&PayerAccountId>,
    dates: &DatesArgs,
) -> Result<Outcome, Failure> {
    let (books, filter) = (Books::of(unit), payer.map(Filter::of_payer).unwrap_or_default());
    let found = answers::credit(&books, id, dates.point(), &filter).await?;
    if let Some(at) = dates.before() {
        let before = answers::credit(&books, id, at, &filter).await?;
        return rows_or_differences(&found, Some(&before), "credit_id", &[]);
    }
    match found.as_slice() {
        [one] => Outcome::object(one),
        [] => Err(Failure::failed(codes::CREDIT_UNKNOWN, format!("no credit {id} is known: see credits list"))),
        _ => Err(Failure::usage(codes::WHICH_PAYERS_CREDIT, format!("several payers have a credit {id}: say --payer"))),
    }
}

/// Gives a suspense item an owner, or takes back what was said of it where no credit is named.
pub(crate) async fn credits_attribute(
    unit: &mut UnitOfWork,
    item: String,
    credit: Option<UpstreamCreditId>,
    payer: PayerAccountId,
    period: BillingPeriod,
) -> Result<Outcome, Failure> {
    match credit {
        Some(credit) => {
            let command = AttributeByHand { payer: payer.clone(), period, item, credit };
            upstream_credits::attribute_by_hand(unit, &command).await?;
        }
        None => upstream_credits::withdraw_attribution(unit, &payer, period, &item).await?,
    }
    memo_keeper::fund_payer(unit, &payer).await?;
    let filter = FilterArgs { payer: Some(payer), ..FilterArgs::default() };
    credits_suspense(unit, Some(period), &filter, &DatesArgs::default()).await
}
