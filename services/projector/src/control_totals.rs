//! The audit of usage: what counts of the accounts of a bill is, together, what its delivery said. The fold
//! takes members and deliveries one by one, and cannot tell.

use domain::usage::MembersTogether;
use read_model::ReadModel;
use service_kit::Failure;

use crate::audit_check::{AuditCheck, check};

/// Members' usage adds up to the control totals of the delivery that counts, month by month.
pub(crate) fn usage_ties(model: &ReadModel) -> Result<AuditCheck, Failure> {
    let mut findings = Vec::new();
    let mut looked_at = 0;
    for payer in model.payers()? {
        for (period, state) in model.delivered_periods(&payer)? {
            let Some(delivery) = state.current() else { continue };
            let mut together = MembersTogether::default();
            for member in model.members_of_period(&payer, period)? {
                if let Some(usage) = model.member_usage(&payer, &member, period, &state)? {
                    together.add(&usage)?;
                }
            }
            looked_at += 1;
            let differences = together.differences(delivery);
            findings.extend(
                differences
                    .into_iter()
                    .map(|one| format!("{period} of payer {payer}, delivery {}: {one}", delivery.delivery)),
            );
        }
    }
    Ok(check("members' usage adds up to the delivery's control totals", looked_at, "months", findings))
}
