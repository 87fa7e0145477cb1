//! The canonical form of what stands, version 1: which facts are effective, and under which key.
//!
//! The *state certificate* is SHA-256 over
//!
//! ```text
//! creditmemo state certificate v1
//! <key> <hash> <hash> ..
//! ```
//!
//! with a line for each key, sorted by its bytes. A key is `<subject> <group> <value>`; a hash is
//! that of a leaf (RFC 6962) over the fact's text as it was recorded, `{"type":..,"fact":..}`. A
//! commit's envelope (recorded time, clock mark, actor, command, correlation, basis) is no part of
//! it, nor are sequence, number and chain. So two logs that came to the same by other ways, a run
//! that was killed and repeated, payers handled in another order, have the same certificate, and
//! two whose balances, documents or policies differ in anything have not.
//!
//! [`RULES`] says what becomes of each type of fact:
//!
//! - *each*: all facts of the key count, in their order (what memos paid, what happened to a credit);
//! - *last*: a later fact of the key takes the place of the former one (a member's statement);
//! - *left out*: it says how something came about, not what stands (a command's key, a run's start);
//! - *usage*: of a member's month the version counts that the last completed delivery gave; what a
//!   delivery that was cut off left behind does not;
//! - *document*: a numbered one counts for ever; a draft until there is another for its customer and
//!   PO number;
//! - *proposal*: it counts while it waits for approval, and no longer once it was rejected.
//!
//! Facts of a decision in several commits count once its last part is there. A later version of
//! this form is another module beside this one; this one is never changed, except that a new type
//! of fact gets its line.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use seal::NodeHash;

/// What becomes of a type of fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// All of a key count, in order. The field that is the key's value, where one is.
    Each(Option<&'static str>),
    /// The last of a key counts.
    Last(Option<&'static str>),
    /// It is no part of the state.
    LeftOut,
    /// A member's usage, by delivery.
    Usage,
    /// A delivery that was completed: the last one counts, and with it the usage it gave.
    Delivery,
    /// A document, numbered or draft.
    Document,
    /// An act that waits.
    Proposal,
    /// The end of its waiting.
    Approval,
}

use Rule::{Approval, Delivery, Document, Each, Last, LeftOut, Proposal, Usage};

const MEMO: Option<&str> = Some("memo");

/// What becomes of each type, and the group it stands in. Types of one group follow each other.
pub(crate) const RULES: &[(&str, &str, Rule)] = &[
    ("member_assigned.v1", "assignments", Each(None)),
    ("policy_adopted.v1", "policies", Each(None)),
    ("policies_proposed.v1", "waiting", Proposal),
    ("policies_approved.v1", "waiting", Approval),
    ("policies_rejected.v1", "waiting", Approval),
    ("conversion_rate_stated.v1", "rates", Each(None)),
    ("command_done.v1", "", LeftOut),
    ("member_usage_delivered.v1", "usage", Usage),
    ("delivery_completed.v1", "delivery", Delivery),
    ("delivery_seen.v1", "", LeftOut),
    ("upstream_credit_observed.v1", "credit", Each(None)),
    ("upstream_credit_revised.v1", "credit", Each(None)),
    ("upstream_credit_transferred.v1", "credit", Each(None)),
    ("upstream_credit_split.v1", "credit", Each(None)),
    ("upstream_credit_paused.v1", "credit", Each(None)),
    ("upstream_credit_cancelled.v1", "credit", Each(None)),
    ("applications_attributed.v1", "attributed", Last(Some("period"))),
    ("credit_allocation_observed.v1", "allocated", Last(Some("period"))),
    ("suspense_opened.v1", "suspense", Each(Some("item"))),
    ("suspense_cleared.v1", "suspense", Each(Some("item"))),
    ("suspense_attributed.v1", "suspense-attributed", Each(None)),
    ("suspense_attribution_withdrawn.v1", "suspense-attributed", Each(None)),
    ("memo_issued.v1", "memo", Each(MEMO)),
    ("memo_opened.v1", "memo", Each(MEMO)),
    ("memo_funded.v1", "memo", Each(MEMO)),
    ("memo_applied.v1", "memo", Each(MEMO)),
    ("memo_unapplied.v1", "memo", Each(MEMO)),
    ("memo_lapsed.v1", "memo", Each(MEMO)),
    ("memo_expired.v1", "memo", Each(MEMO)),
    ("memo_written_off.v1", "memo", Each(MEMO)),
    ("memo_refunded.v1", "memo", Each(MEMO)),
    ("memo_reassigned_out.v1", "memo", Each(MEMO)),
    ("memo_reassigned_in.v1", "memo", Each(MEMO)),
    ("memo_po_reassigned.v1", "memo", Each(MEMO)),
    ("memo_reinstated.v1", "memo", Each(MEMO)),
    ("upstream_shortfall_stated.v1", "memo", Each(MEMO)),
    ("upstream_surplus_stated.v1", "memo", Each(MEMO)),
    ("act_proposed.v2", "waiting", Proposal),
    ("act_approved.v1", "waiting", Approval),
    ("act_rejected.v1", "waiting", Approval),
    ("billing_run_started.v1", "", LeftOut),
    ("member_statement_recorded.v1", "statement", Last(Some("member_account_id"))),
    ("document_issued.v1", "document", Document),
    ("billing_run_completed.v1", "billed", Last(None)),
    ("period_closed.v1", "status", Last(None)),
    ("period_reopened.v1", "status", Last(None)),
    ("period_waived.v1", "status", Last(None)),
    ("document_voided.v1", "voided", Each(Some("document_number"))),
    ("period_act_proposed.v2", "waiting", Proposal),
    ("period_act_approved.v1", "waiting", Approval),
    ("period_act_rejected.v1", "waiting", Approval),
    ("close_pack_made.v1", "", LeftOut),
    // Older versions, for the logs that hold them.
    ("act_proposed.v1", "waiting", Proposal),
    ("period_act_proposed.v1", "waiting", Proposal),
];

static BY_TYPE: LazyLock<FxHashMap<&str, (&str, Rule)>> =
    LazyLock::new(|| RULES.iter().map(|(name, group, rule)| (*name, (*group, *rule))).collect());

/// The rule of a type. A type without a line, which a test does not let pass, counts as it is.
pub(crate) fn rule_of(fact_type: &str) -> (&'static str, Rule) {
    BY_TYPE.get(fact_type).copied().unwrap_or(("other", Each(None)))
}

/// A fact with what its place depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PlacedFact {
    pub(crate) group: &'static str,
    pub(crate) rule: Rule,
    /// The key's value: a memo, a member, a delivery, a document.
    pub(crate) value: String,
    /// For usage: the delivery replaced. For a draft: its customer and PO number.
    pub(crate) other: Option<String>,
    /// For usage: whether it is the first part of its version.
    pub(crate) begins: bool,
    pub(crate) hash: NodeHash,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_of_fact_has_its_rule() {
        let ruled: Vec<&str> = RULES.iter().map(|(name, ..)| *name).collect();
        let types = [wire::Fact::TYPES, wire::Fact::OLDER_TYPES].concat();
        assert_eq!(ruled, types, "give the new type a line, in the catalogue's order");
    }
}
