//! The Merkle tree of RFC 6962, section 2.1: a root over all leaves in order, and short proofs that
//! a leaf is one of them.
//!
//! Leaves and nodes are hashed with another first byte, so that no node passes for a leaf. The tree
//! only grows to the right: what was a whole subtree stays one.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use sha2::{Digest, Sha256};

/// A hash in the tree; 64 hexadecimal digits in JSON.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, JsonSchema)]
#[schemars(transparent)]
pub struct NodeHash(#[schemars(with = "String")] pub [u8; 32]);

impl fmt::Display for NodeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for NodeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Serialize for NodeHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for NodeHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut bytes = [0; 32];
        hex::decode_to_slice(&text, &mut bytes).map_err(|_| D::Error::custom("not a hash of 64 digits"))?;
        Ok(Self(bytes))
    }
}

/// The hash of a leaf.
pub fn leaf_hash(parts: &[&[u8]]) -> NodeHash {
    let hash = parts.iter().fold(Sha256::new().chain_update([0]), |hash, part| hash.chain_update(part));
    NodeHash(hash.finalize().into())
}

fn node_hash(left: NodeHash, right: NodeHash) -> NodeHash {
    NodeHash(Sha256::new().chain_update([1]).chain_update(left.0).chain_update(right.0).finalize().into())
}

/// The largest power of two below a count of at least two.
fn split(count: usize) -> usize {
    1 << (usize::BITS - 1 - (count - 1).leading_zeros())
}

/// The root over leaf hashes; of none, the hash of nothing.
pub fn root_of(leaves: &[NodeHash]) -> NodeHash {
    match leaves {
        [] => NodeHash(Sha256::digest([]).into()),
        [one] => *one,
        many => {
            let (left, right) = many.split_at(split(many.len()));
            node_hash(root_of(left), root_of(right))
        }
    }
}

/// That a leaf is in a tree: the hashes beside its way to the root, the nearest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InclusionProof {
    /// Which leaf, from 0.
    pub index: u64,
    /// How many leaves the tree has.
    pub leaves: u64,
    /// The hashes.
    pub path: Vec<NodeHash>,
}

impl InclusionProof {
    /// The root of the tree that has this leaf here (RFC 9162, 2.1.3.2); none where the proof has not
    /// the form of one.
    pub fn root(&self, leaf: NodeHash) -> Option<NodeHash> {
        if self.index >= self.leaves {
            return None;
        }
        let (mut at, mut last, mut hash) = (self.index, self.leaves - 1, leaf);
        for beside in &self.path {
            if last == 0 {
                return None;
            }
            if at & 1 == 1 || at == last {
                hash = node_hash(*beside, hash);
                while at & 1 == 0 && at != 0 {
                    at >>= 1;
                    last >>= 1;
                }
            } else {
                hash = node_hash(hash, *beside);
            }
            at >>= 1;
            last >>= 1;
        }
        (last == 0).then_some(hash)
    }
}

/// The proof that a leaf is in a tree of which the leaf's own block is known, and of the others the
/// roots. A block has a power of two of leaves, the last one what is left. None where they do not
/// belong together.
pub fn proof_in_blocks(
    index: usize,
    leaves: usize,
    block: usize,
    blocks: &[NodeHash],
    within: &[NodeHash],
) -> Option<InclusionProof> {
    if !block.is_power_of_two() || index >= leaves || blocks.len() != leaves.div_ceil(block) {
        return None;
    }
    if blocks.get(index / block) != Some(&root_of(within)) {
        return None;
    }
    let tree_of = |leaves: &[NodeHash]| leaves.iter().copied().collect::<MerkleTree>();
    let mut path = tree_of(within).proof(index % block, within.len())?.path;
    path.extend(tree_of(blocks).proof(index / block, blocks.len())?.path);
    Some(InclusionProof { index: index as u64, leaves: leaves as u64, path })
}

/// A tree that leaves are added to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MerkleTree {
    leaves: Vec<NodeHash>,
}

impl MerkleTree {
    /// Adds the next leaf.
    pub fn push(&mut self, leaf: NodeHash) {
        self.leaves.push(leaf);
    }

    /// How many leaves there are.
    pub fn len(&self) -> usize {
        self.leaves.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.leaves.is_empty()
    }

    /// The root over the first leaves; none where there are fewer.
    pub fn root_at(&self, leaves: usize) -> Option<NodeHash> {
        self.leaves.get(..leaves).map(root_of)
    }

    /// The root over all leaves.
    pub fn root(&self) -> NodeHash {
        root_of(&self.leaves)
    }

    /// The roots of the first leaves' blocks of so many, the last one of what is left.
    pub fn blocks(&self, leaves: usize, block: usize) -> Option<Vec<NodeHash>> {
        self.leaves.get(..leaves).map(|leaves| leaves.chunks(block.max(1)).map(root_of).collect())
    }

    /// The proof that a leaf, counted from 0, is in the tree of the first leaves.
    pub fn proof(&self, index: usize, leaves: usize) -> Option<InclusionProof> {
        let mut within = self.leaves.get(..leaves).filter(|within| index < within.len())?;
        let (mut path, mut at) = (Vec::new(), index);
        while within.len() > 1 {
            let (left, right) = within.split_at(split(within.len()));
            if at < left.len() {
                path.push(root_of(right));
                within = left;
            } else {
                path.push(root_of(left));
                at -= left.len();
                within = right;
            }
        }
        path.reverse();
        Some(InclusionProof { index: index as u64, leaves: leaves as u64, path })
    }
}

impl FromIterator<NodeHash> for MerkleTree {
    fn from_iter<I: IntoIterator<Item = NodeHash>>(leaves: I) -> Self {
        Self { leaves: leaves.into_iter().collect() }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The roots of RFC 6962's known answers: the trees of the first of these leaves.
    #[test]
    fn the_roots_are_those_of_the_known_answers() {
        let leaves =
            ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
        let tree: MerkleTree = leaves.iter().map(|leaf| leaf_hash(&[&hex::decode(leaf).unwrap()])).collect();
        for (count, root) in [
            (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
            (2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
            (3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
            (4, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
            (7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"),
            (8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
        ] {
            assert_eq!(tree.root_at(count).unwrap().to_string(), root, "of {count}");
        }
        assert_eq!(tree.root_at(9), None);
    }

    fn tree_of(count: usize) -> MerkleTree {
        (0..count).map(|at| leaf_hash(&[&at.to_be_bytes()])).collect()
    }

    proptest! {
        #[test]
        fn a_proof_holds_for_its_leaf_and_no_other(count in 1usize..200, at in 0usize..200, beyond in 0usize..50) {
            let (tree, at) = (tree_of(count + beyond), at % count);
            let proof = tree.proof(at, count).unwrap();
            let root = tree.root_at(count).unwrap();
            prop_assert_eq!(proof.root(tree.leaves[at]), Some(root));
            prop_assert_ne!(proof.root(leaf_hash(&[b"another"])), Some(root));
            let moved = InclusionProof { index: (at as u64 + 1) % count as u64, ..proof.clone() };
            prop_assert!(count == 1 || moved.root(tree.leaves[at]) != Some(root));
            let mut shorter = proof.clone();
            prop_assert!(shorter.path.pop().is_none() || shorter.root(tree.leaves[at]) != Some(root));
        }

        #[test]
        fn blocks_of_a_power_of_two_make_the_root(count in 1usize..300, power in 0u32..6) {
            let tree = tree_of(count);
            let blocks = tree.blocks(count, 1 << power).unwrap();
            prop_assert_eq!(root_of(&blocks), tree.root());
        }

        #[test]
        fn a_proof_through_blocks_is_the_proof(count in 1usize..300, at in 0usize..300, power in 0u32..6) {
            let (tree, at, block) = (tree_of(count), at % count, 1usize << power);
            let blocks = tree.blocks(count, block).unwrap();
            let within = tree.leaves.chunks(block).nth(at / block).unwrap();
            prop_assert_eq!(proof_in_blocks(at, count, block, &blocks, within), tree.proof(at, count));
            prop_assert_eq!(proof_in_blocks(at, count, block, &blocks, &[leaf_hash(&[b"another"])]), None);
        }
    }
}
