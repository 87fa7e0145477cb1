//! What is wrong with keys and signatures.

use seal::SealFault;
use service_kit::Failure;

/// The failure that a fault of a key or signature comes to.
pub(crate) fn key_failure(fault: SealFault) -> Failure {
    match fault {
        SealFault::KeyFile { .. } | SealFault::NoRandomness { .. } => Failure::failed("CM0141", fault),
        SealFault::NoKey { .. } | SealFault::KeyIsOpen { .. } => Failure::refused("CM0361", fault),
        SealFault::NotSigned | SealFault::OtherKind { .. } => Failure::refused("CM0362", fault),
        SealFault::OtherKey { .. } | SealFault::WrongSignature => Failure::check("CM0518", fault),
    }
}
