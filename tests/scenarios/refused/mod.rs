//! Input that cannot be taken: exit code 3, a message that says what, where and what to do, and
//! nothing recorded, not even a part of it.

mod account_cells;
mod containers;
mod credit_cells;
mod deliveries;
mod explained_errors;
mod headers;
mod lines;
mod unusual_ids;

use crate::support::*;

/// The words by which a message tells the operator what to do, or shows how it should be.
const REMEDIES: [&str; 21] = [
    "write",
    "export",
    "fetch",
    "name the",
    "name one",
    "name a",
    "fill",
    "say",
    "give",
    "correct",
    "end the",
    "end it",
    "quote",
    "deliver",
    "unpack",
    "import",
    "check",
    "such as",
    "must be",
    "only, at most",
    "keep",
];

/// The message must tell what to do.
#[track_caller]
fn tells_what_to_do(outcome: &Outcome) {
    let tells = REMEDIES.iter().any(|word| outcome.stderr.contains(word));
    assert!(tells, "the message does not say what to do: {outcome}");
}

/// An office with January recorded, so that something could be damaged.
fn office() -> Office {
    Story::ingested()
}

/// Refuses a bill file in an office that has recorded something: what audit and watch show stays.
#[track_caller]
fn refuses_bill(office: &Office, content: impl AsRef<[u8]>, words: &[&str]) -> Outcome {
    office.write("bad.csv", content);
    let outcome = office.refused(&["ingest", "bad.csv"], words);
    tells_what_to_do(&outcome);
    outcome
}
