//! The chain: each commit's hash covers its subject's former hash, so that nothing on a subject can
//! be changed, dropped, swapped or truncated without every later hash telling.

use std::fmt;

use sha2::{Digest, Sha256};

/// SHA-256 of something that was written.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint(pub [u8; 32]);

/// The hash of a commit and of all before it on its subject.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChainHash(pub [u8; 32]);

impl ChainHash {
    /// What stands before the first commit of a subject.
    pub const START: ChainHash = ChainHash([0; 32]);

    /// The hash after a commit: over the former hash and the commit's own fingerprint. The
    /// fingerprint does not depend on the former hash, so it can be taken in parallel.
    pub fn after(former: ChainHash, commit: &Fingerprint) -> Self {
        Self(Sha256::new().chain_update(former.0).chain_update(commit.0).finalize().into())
    }
}

impl Fingerprint {
    /// The fingerprint of a commit: its subject, number on the subject, id and frozen body.
    pub fn of_commit(subject: &str, n: u64, id: &str, body: &[u8]) -> Self {
        let hash = Sha256::new()
            .chain_update(subject.as_bytes())
            .chain_update([0])
            .chain_update(n.to_be_bytes())
            .chain_update(id.as_bytes())
            .chain_update([0])
            .chain_update(body)
            .finalize();
        Self(hash.into())
    }

    /// The fingerprint of any bytes.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

macro_rules! hex_text {
    ($name:ident) => {
        impl $name {
            /// Reads 64 hexadecimal digits.
            pub fn parse(text: &str) -> Option<Self> {
                let mut bytes = [0; 32];
                hex::decode_to_slice(text, &mut bytes).ok()?;
                Some(Self(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{self}")
            }
        }
    };
}

hex_text!(Fingerprint);
hex_text!(ChainHash);
