//! Signing, and proving without the log: Ed25519 keys, signed text, and the Merkle tree that says
//! that a commit, or one fact of it, is in a log whose head was signed.
//!
//! A signed file is text anyone can read, and its last line is the signature over every byte before
//! it ([`SignedText`]). Keys are PEM files of the usual form, so that other programs check a file
//! as well:
//!
//! ```text
//! head -n -1 close.json > payload
//! tail -n 1 close.json | jq -r .signature | xxd -r -p > signature
//! openssl pkeyutl -verify -rawin -pubin -inkey public.pem -in payload -sigfile signature
//! ```
//!
//! Invariants: a private key is written to a file that only its owner reads, and is never printed,
//! logged or put into an error; what a tree hashes never changes its meaning ([`CommitLeaf`]).
//! Deliberately absent: clocks, the log, what is worth signing.

mod fault;
mod keys;
mod leaf;
mod merkle;
mod signed;

pub use fault::SealFault;
pub use keys::{PublicKey, SigningKey};
pub use leaf::{CommitLeaf, FactProof, commit_parts};
pub use merkle::{InclusionProof, MerkleTree, NodeHash, leaf_hash, proof_in_blocks, root_of};
pub use signed::SignedText;
