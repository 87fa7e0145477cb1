//! The frame around every command that works on a log: it lets the command decide, settles what becomes of the
//! operator's key, and answers with what is to be printed. Nothing is printed here.

use service_kit::{Access, Failure, UnitOfWork};

use crate::{
    call::Call,
    dispatch::dispatch,
    outcome::{Answer, Outcome},
};

/// Does a command in a back office that is open: what was done before under its key is answered as it was then.
///
/// # Errors
/// [`Failure`], where nothing is to be printed beside it.
pub(crate) async fn in_unit(call: Call, unit: &mut UnitOfWork, is_watched: bool) -> Result<Outcome, Failure> {
    if let Some(answer) = unit.first_answer().await? {
        return first_answer(&answer);
    }
    let records = call.access == Access::Write && !call.global.dry_run;
    let outcome = decided(call, unit, is_watched).await?;
    if records { noted(outcome, unit).await } else { Ok(outcome) }
}

/// Does a command that a service was asked for. The key is noted by who asked: the stream of keys is theirs.
///
/// # Errors
/// As [`in_unit`].
pub(crate) async fn asked(call: Call, unit: &mut UnitOfWork) -> Result<Outcome, Failure> {
    match unit.first_answer().await? {
        Some(answer) => first_answer(&answer),
        None => decided(call, unit, false).await,
    }
}

async fn decided(call: Call, unit: &mut UnitOfWork, is_watched: bool) -> Result<Outcome, Failure> {
    let is_tried = call.access == Access::Write && call.global.dry_run;
    let outcome = dispatch(call, unit, is_watched).await?;
    Ok(if is_tried && outcome.exit() == 0 { outcome.then(would_record(unit)) } else { outcome })
}

/// Notes a command as done under its key, with what it answers. What was refused or is blocked does not take the
/// key: it may be tried again.
///
/// # Errors
/// [`Failure`] where what it answers cannot be kept.
pub(crate) async fn noted(outcome: Outcome, unit: &mut UnitOfWork) -> Result<Outcome, Failure> {
    if outcome.exit() != 0 {
        return Ok(outcome);
    }
    Ok(match unit.done(&Answer::of(&outcome).to_text()?).await {
        Ok(()) => outcome,
        Err(failure) => outcome.failing(failure),
    })
}

/// What was printed when the command was first done.
///
/// # Errors
/// [`Failure`] where the answer that was kept cannot be read.
pub(crate) fn first_answer(kept: &str) -> Result<Outcome, Failure> {
    let said = "done before under this key: nothing is recorded again";
    if kept.is_empty() {
        return Ok(Outcome::new().say(said).say("the first answer was not kept"));
    }
    Ok(Answer::from_text(kept)?.into_outcome().say(said))
}

/// What a dry run would have recorded.
fn would_record(unit: &UnitOfWork) -> Outcome {
    let facts: usize = unit.recorded().iter().map(|recorded| recorded.facts.len()).sum();
    let mut outcome = Outcome::new().say(format_args!("dry run: {facts} facts would be recorded, nothing was"));
    for recorded in unit.recorded() {
        for fact in &recorded.facts {
            outcome = outcome.say(format_args!("  {} {}", recorded.subject, fact.type_name()));
        }
    }
    outcome
}
