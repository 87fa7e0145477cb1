//! Comparing two models: what a live one says otherwise than one that was folded from the log.

use serde::Serialize;
use serde_json::Value;
use wire::{StreamName, Subject};

use crate::{ReadModel, ReadModelFault, SubjectRecord, Tree};

/// A subject that two models say something else of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordDifference {
    /// The stream.
    pub stream: StreamName,
    /// The subject's last sequence by the log; by the other where the log has nothing of it.
    pub sequence: u64,
    /// The subject.
    pub subject: String,
    /// What differs first, with both.
    pub what: String,
}

/// Differences at the most: enough to see what kind they are.
const DIFFERENCES_MAX: usize = 50;

impl ReadModel {
    /// Compares every record of this model, which was folded from the log, and what it keeps beside them
    /// with another's; answers with how many it looked at.
    ///
    /// # Errors
    /// [`ReadModelFault`] where either cannot be read.
    pub fn differences_of(&self, live: &Self) -> Result<(u64, Vec<RecordDifference>), ReadModelFault> {
        let mut looked_at = 0;
        let mut found = Vec::new();
        for stream in StreamName::ALL {
            let prefix = format!("{}.", stream.as_str().to_lowercase());
            let subjects = self.subjects(&prefix)?;
            for subject in &subjects {
                looked_at += 1;
                let (here, there) = (self.record(subject)?, live.record(subject)?);
                if here != there {
                    found.extend(difference(stream, subject, here.as_ref(), there.as_ref()));
                }
                if found.len() >= DIFFERENCES_MAX {
                    return Ok((looked_at, found));
                }
            }
            for subject in live.subjects(&prefix)?.difference(&subjects) {
                found.extend(difference(stream, subject, None, live.record(subject)?.as_ref()));
            }
        }
        for (tree, stream) in [(Tree::Entries, StreamName::Memos), (Tree::Rates, StreamName::Accounts)] {
            let values = self.values::<Value>(tree, b"")?;
            let held = live.values::<Value>(tree, b"")?;
            looked_at += values.len() as u64;
            let (here, there) = (values.len(), held.len());
            let first = values.iter().zip(&held).find(|(a, b)| a != b).map(|((key, _), _)| key.clone());
            let first = first.or_else(|| (here != there).then(|| b"the last of them".to_vec()));
            found.extend(first.map(|key| RecordDifference {
                stream,
                sequence: sequence_of(&key),
                subject: String::from_utf8_lossy(&key).into_owned(),
                what: format!("{}: {here} by the log, {there} live, and they differ from here on", tree.name()),
            }));
        }
        Ok((looked_at, found))
    }
}

/// Keys of what is kept beside the aggregates hold the sequence as their longest run of digits.
fn sequence_of(key: &[u8]) -> u64 {
    let text = String::from_utf8_lossy(key);
    text.split('/').find(|part| part.len() == 20).and_then(|part| part.parse().ok()).unwrap_or_default()
}

fn difference(
    stream: StreamName,
    subject: &Subject,
    here: Option<&SubjectRecord>,
    there: Option<&SubjectRecord>,
) -> Option<RecordDifference> {
    let value = |record: Option<&SubjectRecord>| record.map_or(Value::Null, as_value);
    Some(RecordDifference {
        stream,
        sequence: here.or(there)?.last_sequence,
        subject: subject.to_string(),
        what: first_difference("", &value(here), &value(there))?,
    })
}

fn as_value<T: Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap_or(Value::Null)
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
