//! What is wrong with keys and signatures.

use seal::SealFault;
use service_kit::{Failure, codes};

/// The failure that a fault of a key or signature comes to.
pub(crate) fn key_failure(fault: SealFault) -> Failure {
    match fault {
        SealFault::KeyFile { .. } | SealFault::NoRandomness { .. } => Failure::failed(codes::KEY_FILE, fault),
        SealFault::NoKey { .. } | SealFault::KeyIsOpen { .. } => Failure::refused(codes::KEY_UNUSABLE, fault),
        SealFault::NotSigned | SealFault::OtherKind { .. } => Failure::refused(codes::NOT_SIGNED, fault),
        SealFault::OtherKey { .. } | SealFault::WrongSignature => Failure::check(codes::SIGNATURE_WRONG, fault),
    }
}
