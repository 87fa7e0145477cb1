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

/// Where a delivered message stands, as its reply subject says:
/// `$JS.ACK.<stream>.<consumer>.<deliveries>.<stream sequence>.<consumer sequence>.<time>.<pending>`,
/// with a domain and an account before the stream from newer servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) sequence: u64,
    /// Messages that the consumer still has to deliver.
    pub(crate) pending: u64,
}

impl Position {
    pub(crate) fn of(reply: &str) -> Option<Self> {
        let tokens = reply.strip_prefix("$JS.ACK.")?.split('.').collect::<Vec<_>>();
        // Old: 7 tokens. New: a domain and an account hash before them, and a random one after.
        let at = match tokens.len() {
            7 => 3,
            9.. => 5,
            _ => return None,
        };
        Some(Self { sequence: tokens.get(at)?.parse().ok()?, pending: tokens.get(at + 3)?.parse().ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::Position;

    #[test]
    fn a_place_is_read_from_both_forms_of_a_reply() {
        let place = Some(Position { sequence: 17, pending: 5 });
        assert_eq!(Position::of("$JS.ACK.MEMOS.reader.1.17.3.1700000000000000000.5"), place);
        assert_eq!(Position::of("$JS.ACK.hub.ACC.MEMOS.reader.1.17.3.1700000000000000000.5.rnd"), place);
        assert_eq!(Position::of("_INBOX.x"), None);
    }
}
