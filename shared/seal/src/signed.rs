//! Signed text: what is signed stands as it was signed, byte for byte, so that nobody needs to
//! write JSON the same way to check it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{PublicKey, SealFault, SigningKey};

/// Text with its signature: as lines of a file ([`Self::to_file`]), or as part of a JSON document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SignedText {
    /// What is signed, verbatim.
    pub signed: String,
    /// The id of the key: 16 hexadecimal digits of the public key's SHA-256.
    pub key: String,
    /// The Ed25519 signature over the text's bytes, in hexadecimal digits.
    pub signature: String,
}

/// The last line of a signed file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SignatureLine {
    key: String,
    signature: String,
}

impl SignedText {
    /// Signs a text.
    pub fn sign(key: &SigningKey, text: impl Into<String>) -> Self {
        let signed = text.into();
        let signature = hex::encode(key.sign(signed.as_bytes()));
        Self { signed, key: key.public().id(), signature }
    }

    /// Signs a value: as JSON on lines, whose field `kind` says what it is.
    ///
    /// # Errors
    /// Where it cannot be written as JSON, which is a defect.
    pub fn sign_json<T: Serialize>(key: &SigningKey, value: &T) -> Result<Self, serde_json::Error> {
        Ok(Self::sign(key, serde_json::to_string_pretty(value)? + "\n"))
    }

    /// As a file: the text, then a line with the signature over every byte before it.
    pub fn to_file(&self) -> String {
        let line = SignatureLine { key: self.key.clone(), signature: self.signature.clone() };
        // Two texts cannot fail to be written.
        let line = serde_json::to_string(&line).unwrap_or_default();
        format!("{}{line}\n", self.signed)
    }

    /// Reads a file's text. Nothing is checked yet.
    ///
    /// # Errors
    /// [`SealFault::NotSigned`] where the last line is no signature.
    pub fn from_file(text: &str) -> Result<Self, SealFault> {
        let whole = text.strip_suffix('\n').unwrap_or(text);
        let at = whole.rfind('\n').ok_or(SealFault::NotSigned)? + 1;
        let line: SignatureLine = serde_json::from_str(&whole[at..]).map_err(|_| SealFault::NotSigned)?;
        Ok(Self { signed: whole[..at].to_owned(), key: line.key, signature: line.signature })
    }

    /// Checks the signature, and answers with the text that it stands for.
    ///
    /// # Errors
    /// [`SealFault::OtherKey`] or [`SealFault::WrongSignature`].
    pub fn verified(&self, with: &PublicKey) -> Result<&str, SealFault> {
        if self.key != with.id() {
            return Err(SealFault::OtherKey { signed_with: self.key.clone(), given: with.id() });
        }
        let mut signature = [0; 64];
        hex::decode_to_slice(&self.signature, &mut signature).map_err(|_| SealFault::WrongSignature)?;
        if with.holds(self.signed.as_bytes(), &signature) { Ok(&self.signed) } else { Err(SealFault::WrongSignature) }
    }

    /// Checks the signature and reads what was signed, which must say that it is of this kind in its
    /// field `kind`: what was signed as one thing is never taken for another.
    ///
    /// # Errors
    /// [`SealFault`]; a text that cannot be read is of another kind.
    pub fn verified_json<T: for<'de> Deserialize<'de>>(
        &self,
        with: &PublicKey,
        kind: &'static str,
    ) -> Result<T, SealFault> {
        #[derive(Deserialize)]
        struct Kind {
            kind: String,
        }
        let text = self.verified(with)?;
        let other = |found: String| SealFault::OtherKind { expected: kind, found };
        let said: Kind = serde_json::from_str(text).map_err(|_| other("text without a kind".to_owned()))?;
        if said.kind != kind {
            return Err(other(said.kind));
        }
        serde_json::from_str(text).map_err(|cause| other(format!("{kind} that cannot be read ({cause})")))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key() -> SigningKey {
        SigningKey::from_secret([3; 32])
    }

    #[test]
    fn a_file_comes_back_and_is_checked_with_the_right_key_only() {
        let signed = SignedText::sign_json(&key(), &serde_json::json!({"kind": "a.v1", "sum": "12.30"})).unwrap();
        let read = SignedText::from_file(&signed.to_file()).unwrap();
        assert_eq!(read, signed);
        let value: serde_json::Value = read.verified_json(&key().public(), "a.v1").unwrap();
        assert_eq!(value["sum"], "12.30");
        assert!(matches!(
            read.verified_json::<serde_json::Value>(&key().public(), "b.v1"),
            Err(SealFault::OtherKind { .. })
        ));
        let other = SigningKey::from_secret([4; 32]).public();
        assert!(matches!(read.verified(&other), Err(SealFault::OtherKey { .. })));
        assert!(matches!(SignedText::from_file("no signature\n"), Err(SealFault::NotSigned)));
        assert!(matches!(SignedText::from_file(""), Err(SealFault::NotSigned)));
    }

    proptest! {
        #[test]
        fn no_bit_of_a_signed_file_can_be_changed(at in 0usize..10_000, bit in 0u8..8) {
            let signed = SignedText::sign_json(&key(), &serde_json::json!({"kind": "a.v1", "sum": "12.30"})).unwrap();
            let mut bytes = signed.to_file().into_bytes();
            let at = at % bytes.len();
            bytes[at] ^= 1 << bit;
            let holds = String::from_utf8(bytes).ok().and_then(|text| {
                let read = SignedText::from_file(&text).ok()?;
                read.verified(&key().public()).is_ok().then_some(read)
            });
            // A capital hexadecimal digit, or another space after the end, is the same signature.
            prop_assert!(holds.is_none_or(|read| read.signed == signed.signed), "byte {at} was changed and not noticed");
        }
    }
}
