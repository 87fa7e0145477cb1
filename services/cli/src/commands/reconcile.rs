//! `reconcile`.

use service_kit::{BackOffice, Failure};

use super::payer::payer_or_only;
use crate::{
    args::{Global, PeriodArgs},
    output,
};

/// Ties AWS's bill to the memos and documents.
pub(crate) fn reconcile(global: &Global, office: &BackOffice, args: &PeriodArgs) -> Result<(), Failure> {
    let payer = payer_or_only(office, args.payer.as_ref())?;
    let Some(mut reconciled) = memo_keeper::reconcile(&office.model, &payer, args.period)? else {
        return Err(Failure::failed(
            "CM0123",
            format!("nothing was delivered for {} of payer {payer}: ingest its bill first", args.period),
        ));
    };
    reconciled.open_items = memo_keeper::open_items(&office.model, &payer, args.period, office.clock.today())?;
    for item in &reconciled.open_items {
        let memo = item.memo_number.as_ref().map_or_else(String::new, |memo| format!("{memo}: "));
        output::warn(format_args!("{memo}{} {}: {}", item.amount, item.currency, item.message));
    }
    if !reconciled.is_billed {
        output::say(format_args!(
            "{} is not billed on its present delivery: only the upstream side is tied",
            args.period
        ));
    }
    let columns = [
        "period",
        "currency",
        "gross",
        "upstream_credits",
        "payable",
        "on_owner",
        "scattered",
        "retained",
        "suspense",
        "billed",
        "memo_applied",
        "residual",
    ];
    output::print_rows(global.output, std::slice::from_ref(&reconciled), &columns)?;
    if !reconciled.residual.is_zero() {
        return Err(Failure::check(
            "CM0513",
            format!("the residual of {} is {} {}: it must be 0", args.period, reconciled.residual, reconciled.currency),
        ));
    }
    Ok(())
}
