//! The conformance suite: what the port promises, as named checks that every adapter passes
//! unchanged. An adapter's tests say how to make and reopen its log and take the suite whole:
//!
//! ```ignore
//! async fn make_log() -> MyHarness { .. }
//! event_log::conformance_suite!(make_log);
//! ```
//!
//! Invariants: a check makes its own fresh log and relies on nothing but the port; where the port
//! leaves room (a read may return less than its limits allow) the checks leave it too. Deliberately
//! absent: crashes and damage, which each adapter has in its own way and tests in its own way.
#![allow(clippy::expect_used, clippy::missing_panics_doc, reason = "a failed check panics: this is test code")]

mod appending;
mod author;
mod batches;
mod lasting;
mod model;
mod reading;

use async_trait::async_trait;

pub use self::{appending::*, author::*, batches::*, lasting::*, model::*, reading::*};
use crate::EventLog;

/// How the suite makes a log. Each call of `create` is a new, empty log that shares nothing with
/// those before it.
#[async_trait]
pub trait LogUnderTest: Send + Sync {
    /// The adapter.
    type Log: EventLog + 'static;

    /// A new, empty log.
    async fn create(&self) -> Self::Log;

    /// Closes a log and opens the same one again, as after a restart of the process.
    async fn reopen(&self, log: Self::Log) -> Self::Log;

    /// Histories that the model check plays. Lower it where a log is dear to make.
    fn model_cases(&self) -> u32 {
        32
    }
}

/// Makes one `#[tokio::test]` a check, from the path of an `async fn` that returns a
/// [`LogUnderTest`]. The calling crate needs `tokio` with the `macros` and `rt-multi-thread`
/// features.
#[macro_export]
macro_rules! conformance_suite {
    ($make:path) => { $crate::conformance_suite! { @list tests $make } };
    (@list $what:ident $make:tt) => {
        $crate::conformance_suite! { @$what $make;
            appended_commits_come_back_as_they_were
            sequences_are_contiguous_in_each_stream
            streams_are_independent
            a_stale_expectation_is_a_conflict
            an_expectation_of_an_absent_subject_is_a_conflict
            one_of_two_racing_writers_wins
            subjects_of_one_stream_do_not_conflict
            a_broken_chain_is_refused_and_nothing_is_recorded
            a_retry_of_a_recorded_commit_is_a_conflict
            an_unfit_body_is_refused
            a_call_appends_many_in_order
            a_call_chains_several_commits_on_one_subject
            a_call_stops_at_the_first_refusal
            a_call_without_commits_does_nothing
            reads_respect_their_limits
            reads_beyond_the_head_are_empty
            a_subject_reads_back_oldest_first
            an_absent_subject_is_empty
            waiting_ends_when_a_commit_comes
            waiting_ends_when_the_time_is_up
            bodies_come_back_byte_for_byte
            large_bodies_come_back_byte_for_byte
            everything_survives_reopening
            an_incarnation_outlives_reopening_and_is_not_shared
            ten_thousand_commits_survive_reopening
            random_histories_agree_with_the_model
        }
    };
    (@tests $make:path; $($check:ident)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $check() {
            $crate::conformance::$check(&$make().await).await;
        }
    )*};
    (@run $make:ident; $($check:ident)*) => {$( $check($make).await; )*};
}

/// Runs every check, one after the other. Needs a multi-threaded tokio runtime.
pub async fn run_all(make: &impl LogUnderTest) {
    conformance_suite! { @list run make }
}
