//! Acts that wait for a second person.

use answers::Books;
use memo_keeper::PeriodOutcome;
use service_kit::{Failure, UnitOfWork};

use super::differences::rows_or_differences;
use crate::{
    args::{DatesArgs, FilterArgs},
    outcome::Outcome,
};

/// What to do about an act that was proposed.
pub(crate) fn proposed(proposal: &str) -> String {
    format!("proposed as {proposal}: another person has to approve it (creditmemo approve {proposal} --by NAME)")
}

/// Says that an act upon a period waits for a second person, where it does.
pub(crate) fn said_if_proposed(done: &PeriodOutcome) -> Outcome {
    match done {
        PeriodOutcome::Proposed(proposal) => Outcome::new().say(proposed(proposal)),
        PeriodOutcome::Done(_) => Outcome::new(),
    }
}

/// Lists acts that wait for a second person.
pub(crate) async fn approvals(unit: &UnitOfWork, filter: &FilterArgs, dates: &DatesArgs) -> Result<Outcome, Failure> {
    let (books, filter) = (Books::of(unit), filter.filter());
    let known = answers::approvals(&books, dates.point(), &filter).await?;
    let before = match dates.before() {
        Some(at) => Some(answers::approvals(&books, at, &filter).await?),
        None => None,
    };
    let columns = ["proposal", "period", "member_account_id", "act", "by", "reason"];
    rows_or_differences(&known, before.as_deref(), "proposal", &columns)
}
