//! The life of a back office: deliveries that come again, months in their order, acts that are done
//! twice, looking back, and a log that someone laid hands on.

mod as_of;
mod blockers;
mod concurrent;
mod damaged_log;
mod deliveries;
mod drafts;
mod dry_run;
mod explained;
mod explained_cases;
mod focus_rows;
mod following;
mod idempotency;
mod journal;
mod journal_cases;
mod lost_log;
mod lost_races;
mod n18_history;
mod printing;
mod read_model;
mod reconciled;
mod repeated_runs;
mod simulated;
mod statement_forms;
mod tables;
mod what_if;
