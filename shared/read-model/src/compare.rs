//! Comparing two models: what a live one says otherwise than one that was folded from the log beside it.

use domain::{
    ids::{MemberAccountId, PayerAccountId},
    period::BillingPeriod,
};
use serde_json::Value;
use wire::{StreamName, Subject};

use crate::{Overlay, ReadModelFault, StoreFault, Tree, overlay::DifferingValue};

/// A record that two models hold something else of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordDifference {
    /// The stream.
    pub stream: StreamName,
    /// The sequence of the commit that the record is of: by the log; by the live model where the log has
    /// nothing of it.
    pub sequence: u64,
    /// The subject, or the key of what queries need beside the subjects.
    pub subject: String,
    /// What differs first, with both.
    pub what: String,
}

/// What became of comparing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compared {
    /// How many records were compared.
    pub looked_at: u64,
    /// Those that differ: some of each kind, enough to see what it is.
    pub differences: Vec<RecordDifference>,
}

/// Differences of one kind at the most.
const DIFFERENCES_MAX: usize = 50;

impl Overlay {
    /// Every record that the live model has otherwise, but for statements.
    ///
    /// # Errors
    /// [`ReadModelFault`] where either cannot be read.
    pub fn records(&self) -> Result<Compared, ReadModelFault> {
        let kinds = Tree::ALL.into_iter().filter(|tree| !matches!(tree, Tree::Statements | Tree::Checkpoint));
        let mut compared = Compared::default();
        for tree in kinds {
            compared.looked_at += self.keys_of(tree);
            for differing in self.differing(tree, DIFFERENCES_MAX)? {
                compared.differences.push(self.difference(&differing)?);
            }
        }
        Ok(compared)
    }

    /// Every statement that the live model has otherwise.
    ///
    /// # Errors
    /// [`ReadModelFault`] where either cannot be read.
    pub fn statements(&self) -> Result<Compared, ReadModelFault> {
        let differing = self.differing(Tree::Statements, DIFFERENCES_MAX)?;
        let mut differences: Vec<_> = differing.iter().map(|one| self.difference(one)).collect::<Result<_, _>>()?;
        differences.sort_by_key(|one| one.sequence);
        Ok(Compared { looked_at: self.keys_of(Tree::Statements), differences })
    }

    fn difference(&self, differing: &DifferingValue) -> Result<RecordDifference, ReadModelFault> {
        let DifferingValue { tree, key, own, live } = differing;
        let (own, live) = (as_value(own.as_ref()), as_value(live.as_ref()));
        let place = self.sequence(*tree, key, if own.is_null() { &live } else { &own })?;
        let what = match first_difference("", &own, &live) {
            Some(what) => what,
            // Marks hold nothing but their key.
            None if differing.live.is_some() => "all of it is nothing by the log and there live".to_owned(),
            None => "all of it is there by the log and nothing live".to_owned(),
        };
        let mut text = String::from_utf8_lossy(key).into_owned();
        if let (Tree::MemberUsage, Some(subject)) = (tree, usage_subject(&text)) {
            text = subject.to_string();
        }
        let stream = match tree {
            Tree::Aggregates => Subject::parse(&text)?.stream(),
            Tree::MemberUsage | Tree::PeriodMembers => StreamName::Usage,
            Tree::Periods | Tree::Statements | Tree::Correcting | Tree::FormerStatements => StreamName::Billing,
            Tree::Entries | Tree::Movers => StreamName::Memos,
            Tree::Keys => stream_of_key(&text),
            Tree::Rates | Tree::Checkpoint => StreamName::Accounts,
        };
        let is_subject = matches!(tree, Tree::Aggregates | Tree::MemberUsage);
        let what = if is_subject { what } else { format!("{}: {what}", tree.name()) };
        Ok(RecordDifference { stream, sequence: place, subject: text, what })
    }

    /// The sequence of what a record is of, as it says itself, as its key says, or as that record says
    /// which it is made overlay.
    fn sequence(&self, tree: Tree, key: &[u8], value: &Value) -> Result<u64, StoreFault> {
        let stated = |value: &Value| {
            let sequence = value.get("last_sequence").or_else(|| value.get("sequence"));
            sequence.and_then(Value::as_u64)
        };
        let of = |tree: Tree, key: &[u8]| -> Result<u64, StoreFault> {
            let own = crate::Store::get(self, tree, key)?;
            let found = if own.is_some() { own } else { self.of_live(tree, key)? };
            Ok(stated(&as_value(found.as_ref())).unwrap_or_default())
        };
        match tree {
            Tree::Aggregates | Tree::MemberUsage | Tree::Statements | Tree::Keys => {
                Ok(stated(value).unwrap_or_default())
            }
            Tree::Periods => of(Tree::Aggregates, key),
            Tree::PeriodMembers => of(Tree::MemberUsage, key),
            Tree::Movers => {
                let subject = key.split(|byte| *byte == b'/').next().unwrap_or_default();
                of(Tree::Aggregates, subject)
            }
            Tree::Correcting => {
                let text = String::from_utf8_lossy(key);
                let parts: Vec<&str> = text.split('/').collect();
                let [payer, member, period] = parts[..] else { return Ok(0) };
                of(Tree::Statements, format!("{payer}/{period}/{member}").as_bytes())
            }
            Tree::FormerStatements | Tree::Entries | Tree::Rates | Tree::Checkpoint => Ok(sequence_of(key)),
        }
    }
}

/// The stream that an operator's key stands under.
fn stream_of_key(key: &str) -> StreamName {
    let named = |stream: &StreamName| key.strip_prefix(stream.as_str()).is_some_and(|rest| rest.starts_with('/'));
    StreamName::ALL.into_iter().find(named).unwrap_or(StreamName::Accounts)
}

/// The subject of a member's usage by its key.
fn usage_subject(key: &str) -> Option<Subject> {
    let parts: Vec<&str> = key.split('/').collect();
    let [payer, period, member] = parts[..] else { return None };
    let (payer, member) = (PayerAccountId::parse(payer).ok()?, MemberAccountId::parse(member).ok()?);
    Some(Subject::member_usage(&payer, &member, BillingPeriod::parse(period).ok()?))
}

/// Keys of what is kept beside the aggregates hold the sequence as their longest run of digits.
fn sequence_of(key: &[u8]) -> u64 {
    let text = String::from_utf8_lossy(key);
    text.split('/').find(|part| part.len() == 20).and_then(|part| part.parse().ok()).unwrap_or_default()
}

fn as_value(bytes: Option<&Vec<u8>>) -> Value {
    bytes.and_then(|bytes| serde_json::from_slice(bytes).ok()).unwrap_or(Value::Null)
}

/// The first place where two values differ, with what stands there in each.
fn first_difference(path: &str, here: &Value, there: &Value) -> Option<String> {
    if here == there {
        return None;
    }
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    let inner = match (here, there) {
        (Value::Object(a), Value::Object(b)) => a.keys().chain(b.keys()).find_map(|name| {
            first_difference(&below(name), a.get(name).unwrap_or(&Value::Null), b.get(name).unwrap_or(&Value::Null))
        }),
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            (0..a.len()).find_map(|at| first_difference(&below(&at.to_string()), &a[at], &b[at]))
        }
        _ => None,
    };
    let said = |value: &Value| match value {
        Value::Null => "nothing".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string().chars().take(80).collect(),
    };
    let of = if path.is_empty() { "all of it" } else { path };
    inner.or_else(|| Some(format!("{of} is {} by the log and {} live", said(here), said(there))))
}
