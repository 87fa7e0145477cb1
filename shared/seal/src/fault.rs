//! What can be wrong with a key, a signature or a proof.

use std::io;

/// Why something could not be signed, or does not hold.
#[derive(Debug, thiserror::Error)]
pub enum SealFault {
    /// A key file cannot be read or written. Mend the path or its permissions.
    #[error("{doing} the key file {path} failed: {cause}")]
    KeyFile {
        /// What was being done.
        doing: &'static str,
        /// The file.
        path: String,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// A file holds no key of the kind that is needed. Name the right file.
    #[error("{path} holds no {kind}: it should be a PEM file of an Ed25519 key, as `audit keygen` writes it")]
    NoKey {
        /// The file.
        path: String,
        /// The kind of key.
        kind: &'static str,
    },
    /// A private key that others can read is no secret. Take their permissions away.
    #[error("the private key {path} can be read by others (mode {mode:o}): chmod 600 it, or make another")]
    KeyIsOpen {
        /// The file.
        path: String,
        /// Its permissions.
        mode: u32,
    },
    /// The machine gives no random numbers. Try again; on a machine that does this, make no keys.
    #[error("the system gave no random numbers for a key: {cause}")]
    NoRandomness {
        /// What the system said.
        cause: String,
    },
    /// The text carries no signature line.
    #[error("there is no signature: the last line should be {{\"key\":..,\"signature\":..}}")]
    NotSigned,
    /// It was signed by another key. Ask its author which key is theirs.
    #[error("it was signed with the key {signed_with}, and the public key given is {given}")]
    OtherKey {
        /// The id of the key that it names.
        signed_with: String,
        /// The id of the key that it was checked with.
        given: String,
    },
    /// What is signed is not what was signed.
    #[error("the signature does not match: the text was changed after it was signed")]
    WrongSignature,
    /// It was signed as something else.
    #[error("it is a {found}, and a {expected} is needed")]
    OtherKind {
        /// What is needed.
        expected: &'static str,
        /// What it says it is.
        found: String,
    },
}
