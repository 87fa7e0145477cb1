//! `explain`: why each cent of a statement, a memo or a suspense item is what it is.

use answers::{ExplainedLines, Explanation};
use documents::{explained_document, explained_memo, explained_suspense};
use service_kit::{Failure, UnitOfWork, codes};

use crate::{args::ExplainArgs, outcome::Outcome};

/// Explains a statement, a memo or a suspense item.
pub(crate) async fn explain(unit: &UnitOfWork, args: &ExplainArgs) -> Result<Outcome, Failure> {
    let ExplainArgs { payer, recorded, .. } = args;
    let (payer, recorded) = (payer.as_ref(), *recorded);
    let lines = ExplainedLines { service: args.service.clone(), charge_kind: args.line.clone() };
    let explanation = match (&args.account, args.period, &args.memo, &args.suspense) {
        (Some(account), Some(period), ..) => {
            answers::explain_statement(unit, payer, account, period, &lines, recorded).await?
        }
        (_, _, Some(number), _) => answers::explain_memo(unit, number, recorded).await?,
        (_, period, _, Some(item)) => answers::explain_suspense(unit, item, payer, period, recorded).await?,
        _ => return Err(Failure::usage(codes::EXPLAIN_WHAT, "say --account with --period, --memo or --suspense")),
    };
    let text = match &explanation {
        Explanation::Statement(one) => explained_document(one, lines.are_named()),
        Explanation::Memo(one) => explained_memo(one),
        Explanation::Suspense(one) => explained_suspense(one),
    };
    let outcome = Outcome::text_or(text, &explanation)?;
    Ok(match explanation.checks().iter().find(|check| !check.agrees) {
        None => outcome,
        Some(check) => outcome.failing(Failure::check(
            codes::EXPLAINED_DIFFERS,
            format!(
                "{} was recorded as {} and is derived as {}: what was recorded is shown; ask the program's maintainers",
                check.what, check.recorded, check.derived
            ),
        )),
    })
}
