//! Between commits and messages. A message that is not a commit is damage, and its place is said.

use async_nats::{HeaderMap, HeaderValue};
use event_log::LogError;
use wire::{SealedCommit, StoredCommit, StreamName, Subject, commit_of, headers_of};

/// The headers of a commit's message.
pub(crate) fn headers(commit: &SealedCommit) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in headers_of(commit) {
        headers.insert(name, HeaderValue::from(value.as_str()));
    }
    headers
}

/// The commit of a message.
pub(crate) fn commit(
    stream: StreamName,
    sequence: u64,
    subject: &str,
    headers: Option<&HeaderMap>,
    payload: &[u8],
) -> Result<StoredCommit, LogError> {
    let damaged = |what: String| LogError::Damaged { place: format!("{stream} sequence {sequence} ({subject})"), what };
    let of = Subject::parse(subject).map_err(|bad| damaged(bad.to_string()))?;
    let find = |name: &'static str| headers.and_then(|all| all.get(name)).map(HeaderValue::as_str);
    let commit = commit_of(of, find, payload).map_err(|bad| damaged(bad.to_string()))?;
    Ok(StoredCommit { sequence, commit })
}
