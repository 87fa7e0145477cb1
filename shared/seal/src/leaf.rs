//! What stands in the tree of a stream: a leaf a commit, in order of the sequence, so that the leaf
//! of sequence 1 has index 0.
//!
//! A leaf is the commit's fingerprint (subject, number, id and every byte of the body) and the root
//! of a small tree over the body's parts: its envelope first, then each fact as it was recorded.
//! Through the second a fact is proved without showing the others of the commit, which may be
//! another customer's. Frozen as version 1; another meaning is another tree.

use memchr::{memmem, memrchr};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use wire::{Fingerprint, SealedCommit};

use crate::{InclusionProof, MerkleTree, NodeHash, leaf_hash, root_of};

/// Where the facts of a body begin: they stand last, and no text can hold this, since its quotes
/// would be escaped.
const FACTS_BEGIN: &[u8] = br#","facts":["#;

/// The parts of a body: the envelope, then each fact verbatim. A body of another form is one part.
pub fn commit_parts(body: &[u8]) -> Vec<&[u8]> {
    facts_of(body).unwrap_or_else(|| vec![body])
}

fn facts_of(body: &[u8]) -> Option<Vec<&[u8]>> {
    let at = memmem::find(body, FACTS_BEGIN)?;
    let array = body.get(at + FACTS_BEGIN.len() - 1..)?.strip_suffix(b"}")?;
    let mut parts = vec![&body[..at]];
    if !by_seams(array, &mut parts) {
        parts.truncate(1);
        let facts: Vec<&RawValue> = serde_json::from_slice(array).ok()?;
        parts.extend(facts.into_iter().map(|fact| fact.get().as_bytes()));
    }
    Some(parts)
}

/// What a fact begins with.
const FACT_BEGINS: &[u8] = br#"{"type":""#;

/// What stands in a fact between its type and its content; no text can hold this either.
const IN_FACT: &[u8] = br#"","fact":{"#;

/// Takes apart a list of facts as this program writes it, `[{"type":"..","fact":{..}},..]`, by the
/// seams alone: several times as fast as reading the JSON, and the same parts. False where the
/// list is not of that form.
fn by_seams<'a>(array: &'a [u8], parts: &mut Vec<&'a [u8]>) -> bool {
    let Some(list) = array.strip_prefix(b"[").and_then(|rest| rest.strip_suffix(b"]")) else { return false };
    let mut begin = None;
    for seam in memmem::find_iter(list, IN_FACT) {
        let Some(quote) = memrchr(b'"', &list[..seam]) else { return false };
        let Some(next) = (quote + 1).checked_sub(FACT_BEGINS.len()) else { return false };
        if &list[next..=quote] != FACT_BEGINS {
            return false;
        }
        match (begin, next.checked_sub(1)) {
            (None, None) => {}
            (Some(begin), Some(comma)) if list[..next].ends_with(b"}},") => parts.push(&list[begin..comma]),
            _ => return false,
        }
        begin = Some(next);
    }
    let Some(begin) = begin.filter(|_| list.ends_with(b"}}")) else { return false };
    parts.push(&list[begin..]);
    true
}

/// The leaf of a commit, with the hashes of its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitLeaf {
    /// The commit's fingerprint.
    pub fingerprint: Fingerprint,
    /// The hash of each part: the envelope, then each fact.
    pub parts: Vec<NodeHash>,
}

impl CommitLeaf {
    /// The leaf of a commit.
    pub fn of(commit: &SealedCommit) -> Self {
        Self::of_parts(commit.fingerprint(), &commit_parts(&commit.body))
    }

    /// The leaf of a commit whose parts are known.
    pub fn of_parts(fingerprint: Fingerprint, parts: &[&[u8]]) -> Self {
        Self { fingerprint, parts: parts.iter().map(|part| leaf_hash(&[part])).collect() }
    }

    /// Its hash in the tree of the stream.
    pub fn hash(&self) -> NodeHash {
        hash_of(self.fingerprint, root_of(&self.parts))
    }

    /// The proof that the commit holds a fact, counted from 0.
    pub fn fact_proof(&self, fact: usize) -> Option<InclusionProof> {
        let tree: MerkleTree = self.parts.iter().copied().collect();
        tree.proof(fact + 1, tree.len())
    }
}

fn hash_of(fingerprint: Fingerprint, parts: NodeHash) -> NodeHash {
    leaf_hash(&[&fingerprint.0, &parts.0])
}

/// That a fact is in a stream whose root is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FactProof {
    /// The fact as it was recorded, verbatim.
    pub fact: String,
    /// That it is part of its commit.
    pub in_commit: InclusionProof,
    /// The commit's fingerprint, 64 hexadecimal digits.
    pub commit_fingerprint: NodeHash,
    /// That the commit is in its stream; the index is its sequence less one.
    pub in_stream: InclusionProof,
}

impl FactProof {
    /// The root of the stream that holds this fact here; none where the proof has not the form of one.
    pub fn root(&self) -> Option<NodeHash> {
        let parts = self.in_commit.root(leaf_hash(&[self.fact.as_bytes()]))?;
        // The envelope is no fact.
        if self.in_commit.index == 0 {
            return None;
        }
        self.in_stream.root(hash_of(Fingerprint(self.commit_fingerprint.0), parts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] =
        br#"{"v":1,"by":"a \",\"facts\":[ b","facts":[{"type":"a.v1","fact":{"x":[1,2]}},{"type":"b.v1","fact":{}}]}"#;

    #[test]
    fn a_body_comes_apart_into_envelope_and_facts() {
        let parts = commit_parts(BODY);
        assert_eq!(parts.len(), 3);
        assert_eq!(parts[0], br#"{"v":1,"by":"a \",\"facts\":[ b""#);
        assert_eq!(parts[1], br#"{"type":"a.v1","fact":{"x":[1,2]}}"#);
        assert_eq!(parts[2], br#"{"type":"b.v1","fact":{}}"#);
        for other in [&b"{}"[..], b"", b"not json", br#"{"v":1,"facts":[{]}"#] {
            assert_eq!(commit_parts(other), [other]);
        }
    }

    proptest::proptest! {
        #[test]
        fn seams_are_where_the_json_says(texts in proptest::collection::vec(
            proptest::prop_oneof!["[a-z\"\\\\{}:,]{0,12}", r#"\}\},\{"type":"a","fact":\{"#, r#"","fact":\{"#], 1..5)
        ) {
            let facts: Vec<String> = texts.iter().map(|text| {
                let text = serde_json::Value::from(text.as_str());
                format!(r#"{{"type":"a.v1","fact":{{"x":{text},"nested":{{"type":"b","fact":[{{}}]}},"last":[{{}},{{"type":{text}}}]}}}}"#)
            }).collect();
            let array = format!("[{}]", facts.join(","));
            let mut parts = Vec::new();
            proptest::prop_assert!(by_seams(array.as_bytes(), &mut parts));
            proptest::prop_assert_eq!(parts, facts.iter().map(String::as_bytes).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_list_of_another_form_is_read_as_json() {
        for list in [
            r#"[ {"type":"a","fact":{}} ]"#,
            r#"[{"fact":{},"type":"a"}]"#,
            r#"[{"type":"a","x":{"type":"b","fact":{}}}]"#,
        ] {
            let body = format!(r#"{{"v":1,"facts":{list}}}"#);
            let parts = commit_parts(body.as_bytes());
            assert_eq!(parts.len(), 2, "{list}");
            assert_eq!(parts[1], list[1..list.len() - 1].trim().as_bytes());
        }
    }

    #[test]
    fn a_fact_is_proved_without_its_neighbours() {
        let leaf = CommitLeaf::of_parts(Fingerprint([9; 32]), &commit_parts(BODY));
        let tree: MerkleTree = [leaf_hash(&[b"before"]), leaf.hash(), leaf_hash(&[b"after"])].into_iter().collect();
        let proof = |fact: usize, text: &[u8]| FactProof {
            fact: String::from_utf8(text.to_vec()).unwrap(),
            in_commit: leaf.fact_proof(fact).unwrap(),
            commit_fingerprint: NodeHash(leaf.fingerprint.0),
            in_stream: tree.proof(1, 3).unwrap(),
        };
        let parts = commit_parts(BODY);
        assert_eq!(proof(0, parts[1]).root(), Some(tree.root()));
        assert_eq!(proof(1, parts[2]).root(), Some(tree.root()));
        assert_ne!(proof(0, parts[2]).root(), Some(tree.root()));
        let envelope = FactProof {
            in_commit: MerkleTree::from_iter(leaf.parts.clone()).proof(0, 3).unwrap(),
            ..proof(0, parts[0])
        };
        assert_eq!(envelope.root(), None, "the envelope passed for a fact");
        assert_eq!(leaf.fact_proof(2), None);
    }
}
