//! What stands in the tree of a stream: a leaf a commit, in order of the sequence, so that the leaf
//! of sequence 1 has index 0.
//!
//! A leaf is the commit's fingerprint (subject, number, id and every byte of the body) and the root
//! of a small tree over the body's parts: its envelope first, then each fact as it was recorded.
//! Through the second a fact is proved without showing the others of the commit, which may be
//! another customer's. Frozen as version 1; another meaning is another tree.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wire::{BodyText, Fingerprint, SealedCommit};

use crate::{InclusionProof, MerkleTree, NodeHash, leaf_hash, root_of};

/// The parts of a body: the envelope, then each fact verbatim. A body of another form is one part.
pub fn commit_parts(body: &[u8]) -> Vec<&[u8]> {
    BodyText::of(body).map_or_else(|| vec![body], |apart| apart.parts())
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
