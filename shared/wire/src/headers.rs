//! A commit as a message of a broker: its body is the payload, all else is in headers. They follow
//! the CloudEvents binding for NATS (`ce-` and the attribute's name), so that any subscriber can
//! read them; what places the commit on its subject stands in headers of our own.

use serde::Deserialize;

use crate::{ChainHash, CommitId, SealedCommit, Subject};

const SPEC_VERSION: &str = "ce-specversion";
const ID: &str = "ce-id";
const SOURCE: &str = "ce-source";
const TYPE: &str = "ce-type";
const CONTENT_TYPE: &str = "content-type";
/// The types of the facts, in order, each once.
const FACTS: &str = "creditmemo-facts";
const NUMBER: &str = "creditmemo-n";
const PREV: &str = "creditmemo-prev";
const CHAIN: &str = "creditmemo-chain";

/// The event type of every commit.
pub const COMMIT_TYPE: &str = "creditmemo.commit.v1";

/// The source that every commit names.
pub const COMMIT_SOURCE: &str = "/creditmemo";

/// Types named in a header at the most: a header is for choosing, the body says all.
const FACT_TYPES_MAX: usize = 16;

/// The headers are not those of a commit: something else wrote the message, or it is damaged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the message is not a commit: the header {header} is {found}")]
pub struct BadHeaders {
    /// The header.
    pub header: &'static str,
    /// What it is.
    pub found: String,
}

/// The headers of a commit, each name once.
pub fn headers_of(commit: &SealedCommit) -> Vec<(&'static str, String)> {
    let mut headers = vec![
        (SPEC_VERSION, "1.0".to_owned()),
        (ID, commit.id.to_string()),
        (SOURCE, COMMIT_SOURCE.to_owned()),
        (TYPE, COMMIT_TYPE.to_owned()),
        (CONTENT_TYPE, "application/json".to_owned()),
        (NUMBER, commit.n.to_string()),
        (PREV, commit.prev.to_string()),
        (CHAIN, commit.chain.to_string()),
    ];
    let types = fact_types(&commit.body);
    if !types.is_empty() {
        headers.push((FACTS, types.join(",")));
    }
    headers
}

/// The commit of a message, from its subject, its headers and its payload.
///
/// # Errors
/// [`BadHeaders`], with the first header that is missing or unreadable.
pub fn commit_of<'a>(
    subject: Subject,
    header: impl Fn(&'static str) -> Option<&'a str>,
    body: &[u8],
) -> Result<SealedCommit, BadHeaders> {
    let text = |name| header(name).ok_or_else(|| BadHeaders { header: name, found: "missing".to_owned() });
    let unreadable = |name, found: &str| BadHeaders { header: name, found: format!("'{found}'") };
    let number = |name| {
        let found = text(name)?;
        found.parse::<u64>().map_err(|_| unreadable(name, found))
    };
    let id = text(ID)?;
    let chain = text(CHAIN)?;
    Ok(SealedCommit {
        subject,
        id: CommitId::parse(id).ok_or_else(|| unreadable(ID, id))?,
        n: number(NUMBER)?,
        prev: number(PREV)?,
        chain: ChainHash::parse(chain).ok_or_else(|| unreadable(CHAIN, chain))?,
        body: body.into(),
    })
}

/// Only what is looked at of a body.
#[derive(Deserialize)]
struct Types<'a> {
    #[serde(borrow)]
    facts: Vec<TypeOfFact<'a>>,
}

#[derive(Deserialize)]
struct TypeOfFact<'a> {
    #[serde(rename = "type", borrow)]
    of: std::borrow::Cow<'a, str>,
}

fn fact_types(body: &[u8]) -> Vec<String> {
    let Ok(read) = serde_json::from_slice::<Types<'_>>(body) else { return Vec::new() };
    let mut types: Vec<String> = Vec::new();
    for TypeOfFact { of } in read.facts {
        let plain = of.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'));
        if plain && types.len() < FACT_TYPES_MAX && !types.iter().any(|known| *known == of) {
            types.push(of.into_owned());
        }
    }
    types
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commit(body: &str) -> SealedCommit {
        let subject = Subject::parse("memos.999900001111.111122223333").unwrap();
        let id = CommitId::derive("command", &subject, 0);
        SealedCommit::seal(subject, id, 3, 17, ChainHash::START, body.into())
    }

    fn read_back(commit: &SealedCommit, left_out: &str) -> Result<SealedCommit, BadHeaders> {
        let headers = headers_of(commit);
        let find = |name: &'static str| {
            headers.iter().find(|(known, _)| *known == name && name != left_out).map(|(_, value)| value.as_str())
        };
        commit_of(commit.subject.clone(), find, &commit.body)
    }

    #[test]
    fn a_commit_comes_back_from_its_headers() {
        let commit = commit(r#"{"facts":[]}"#);
        assert_eq!(read_back(&commit, "").unwrap(), commit);
    }

    #[test]
    fn a_missing_header_is_named() {
        let commit = commit("null");
        for name in [ID, NUMBER, PREV, CHAIN] {
            assert_eq!(read_back(&commit, name).unwrap_err().header, name);
        }
    }

    #[test]
    fn each_type_of_fact_is_named_once() {
        let of = |body| headers_of(&commit(body)).into_iter().find(|(name, _)| *name == FACTS).map(|(_, types)| types);
        let two = r#"{"v":1,"facts":[{"type":"a.v1","fact":{}},{"type":"b.v1"},{"type":"a.v1"}]}"#;
        assert_eq!(of(two).as_deref(), Some("a.v1,b.v1"));
        assert_eq!(of(r#"{"facts":[{"type":"a\r\nb: c"}]}"#), None, "nothing that would break a header");
        assert_eq!(of("[]"), None);
    }
}
