//! A realistic fact of each type, all of one story: a distributor's payer with two member accounts,
//! January and February 2019, one upstream credit that AWS scattered.
//!
//! The amounts of the story agree with each other, so that a payload explains its neighbours.

#![allow(dead_code)] // each test file uses a part of the story
#![allow(clippy::unwrap_used)] // a sample is constant text

mod accounts;
mod billing;
pub(crate) mod commits;
mod credits;
mod memos;
mod memos_by_hand;
mod usage;

use chrono::NaiveDate;
pub(crate) use commits::sample_chain;
use domain::{
    ids::{DeliveryId, DocumentNumber, MemberAccountId, MemoNumber, PayerAccountId, RunId, UpstreamCreditId},
    period::BillingPeriod,
    policy::PolicyHash,
};
use money::{Currency, Exact, Money};
use wire::{Fact, Fingerprint};

/// A sample of the type. A new type gets its line here and its fact in the file of its stream.
pub(crate) fn sample(type_name: &str) -> Fact {
    match type_name {
        "member_assigned.v1" => Fact::MemberAssigned(accounts::member_assigned()),
        "policy_adopted.v1" => Fact::PolicyAdopted(accounts::policy_adopted()),
        "policies_proposed.v1" => Fact::PoliciesProposed(accounts::policies_proposed()),
        "policies_approved.v1" => Fact::PoliciesApproved(accounts::policies_approved()),
        "policies_rejected.v1" => Fact::PoliciesRejected(accounts::policies_rejected()),
        "conversion_rate_stated.v1" => Fact::ConversionRateStated(accounts::conversion_rate_stated()),
        "command_done.v1" => Fact::CommandDone(accounts::command_done()),
        "member_usage_delivered.v1" => Fact::MemberUsageDelivered(usage::member_usage_delivered()),
        "delivery_completed.v1" => Fact::DeliveryCompleted(usage::delivery_completed()),
        "delivery_seen.v1" => Fact::DeliverySeen(usage::delivery_seen()),
        "upstream_credit_observed.v1" => Fact::UpstreamCreditObserved(credits::observed()),
        "upstream_credit_revised.v1" => Fact::UpstreamCreditRevised(credits::revised()),
        "upstream_credit_transferred.v1" => Fact::UpstreamCreditTransferred(credits::transferred()),
        "upstream_credit_split.v1" => Fact::UpstreamCreditSplit(credits::split()),
        "upstream_credit_paused.v1" => Fact::UpstreamCreditPaused(credits::paused()),
        "upstream_credit_cancelled.v1" => Fact::UpstreamCreditCancelled(credits::cancelled()),
        "credit_allocation_observed.v1" => Fact::CreditAllocationObserved(credits::allocation()),
        "upstream_shortfall_stated.v1" => Fact::UpstreamShortfallStated(memos_by_hand::shortfall()),
        "upstream_surplus_stated.v1" => Fact::UpstreamSurplusStated(memos_by_hand::surplus()),
        "applications_attributed.v1" => Fact::ApplicationsAttributed(credits::attributed()),
        "suspense_opened.v1" => Fact::SuspenseOpened(credits::suspense_opened()),
        "suspense_cleared.v1" => Fact::SuspenseCleared(credits::suspense_cleared()),
        "suspense_attributed.v1" => Fact::SuspenseAttributed(credits::suspense_attributed()),
        "suspense_attribution_withdrawn.v1" => {
            Fact::SuspenseAttributionWithdrawn(credits::suspense_attribution_withdrawn())
        }
        "memo_issued.v1" => Fact::MemoIssued(memos::issued()),
        "memo_opened.v1" => Fact::MemoOpened(memos::opened()),
        "memo_funded.v1" => Fact::MemoFunded(memos::funded()),
        "memo_applied.v1" => Fact::MemoApplied(memos::applied()),
        "memo_unapplied.v1" => Fact::MemoUnapplied(memos::unapplied()),
        "memo_lapsed.v1" => Fact::MemoLapsed(memos::lapsed()),
        "memo_expired.v1" => Fact::MemoExpired(memos::expired()),
        "memo_written_off.v1" => Fact::MemoWrittenOff(memos_by_hand::written_off()),
        "memo_refunded.v1" => Fact::MemoRefunded(memos_by_hand::refunded()),
        "memo_reassigned_out.v1" => Fact::MemoReassignedOut(memos_by_hand::reassigned_out()),
        "memo_reassigned_in.v1" => Fact::MemoReassignedIn(memos_by_hand::reassigned_in()),
        "memo_po_reassigned.v1" => Fact::MemoPoReassigned(memos_by_hand::po_reassigned()),
        "memo_reinstated.v1" => Fact::MemoReinstated(memos_by_hand::reinstated()),
        "act_proposed.v2" => Fact::ActProposed(memos_by_hand::act_proposed()),
        "act_approved.v1" => Fact::ActApproved(memos_by_hand::act_approved()),
        "act_rejected.v1" => Fact::ActRejected(memos_by_hand::act_rejected()),
        "billing_run_started.v1" => Fact::BillingRunStarted(billing::run_started()),
        "member_statement_recorded.v1" => Fact::MemberStatementRecorded(billing::statement()),
        "document_issued.v1" => Fact::DocumentIssued(billing::document()),
        "billing_run_completed.v1" => Fact::BillingRunCompleted(billing::run_completed()),
        "period_closed.v1" => Fact::PeriodClosed(billing::closed()),
        "period_reopened.v1" => Fact::PeriodReopened(billing::reopened()),
        "period_waived.v1" => Fact::PeriodWaived(billing::waived()),
        "document_voided.v1" => Fact::DocumentVoided(billing::voided()),
        "period_act_proposed.v2" => Fact::PeriodActProposed(billing::act_proposed()),
        "period_act_approved.v1" => Fact::PeriodActApproved(billing::act_approved()),
        "period_act_rejected.v1" => Fact::PeriodActRejected(billing::act_rejected()),
        "close_pack_made.v1" => Fact::ClosePackMade(billing::close_pack_made()),
        other => panic!("{other} has no sample: write one in shared/wire/tests/samples"),
    }
}

/// A sample of every type that is written today.
pub(crate) fn samples() -> Vec<Fact> {
    Fact::TYPES.iter().map(|type_name| sample(type_name)).collect()
}

fn payer() -> PayerAccountId {
    PayerAccountId::parse("999900001111").unwrap()
}

/// The owner of the credit.
fn owner() -> MemberAccountId {
    MemberAccountId::parse("111122223333").unwrap()
}

/// The account that AWS let benefit; its id begins with zeros.
fn neighbour() -> MemberAccountId {
    MemberAccountId::parse("000123456789").unwrap()
}

fn credit() -> UpstreamCreditId {
    UpstreamCreditId::parse("1827364550").unwrap()
}

fn memo(ordinal: u32) -> MemoNumber {
    MemoNumber::parse(&format!("CM-999900001111-111122223333-{ordinal:04}")).unwrap()
}

fn january() -> BillingPeriod {
    BillingPeriod::parse("2019-01").unwrap()
}

fn february() -> BillingPeriod {
    january().next()
}

fn delivery() -> DeliveryId {
    DeliveryId::parse("d-5b1f0c3d9a7e6b42").unwrap()
}

fn run() -> RunId {
    RunId::parse("run-2019-01-4f1c2a9be07d").unwrap()
}

fn document_number() -> DocumentNumber {
    DocumentNumber::parse("INV-999900001111-2019-01-00001").unwrap()
}

fn policy_hash() -> PolicyHash {
    PolicyHash("9c1185a5c5e9fc54".to_owned())
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn exact(text: &str) -> Exact {
    Exact::parse(text).unwrap()
}

fn usd(text: &str) -> Money {
    Money::parse(text, Currency::USD).unwrap()
}

fn sha256(seed: &str) -> String {
    Fingerprint::of_bytes(seed.as_bytes()).to_string()
}
