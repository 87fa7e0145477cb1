//! Ed25519 keys in PEM files (PKCS #8 and `SubjectPublicKeyInfo`), as OpenSSL reads and makes them.

use std::{
    fmt, fs,
    io::{self, Write},
    path::Path,
};

use ed25519_dalek::{
    Signature, Signer, VerifyingKey,
    pkcs8::{
        DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey, KeypairBytes, spki::der::pem::LineEnding,
    },
};
use sha2::{Digest, Sha256};

use crate::SealFault;

/// A private key. It has no text form but its file.
pub struct SigningKey(ed25519_dalek::SigningKey);

/// A public key: what a signature is checked with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey(of {})", self.public().id())
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.id())
    }
}

fn key_file(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> SealFault {
    let path = path.display().to_string();
    move |cause| SealFault::KeyFile { doing, path, cause }
}

/// Makes a file that was not there; a key is never written over another.
fn write_new(path: &Path, text: &[u8], private: bool) -> Result<(), SealFault> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(if private { 0o600 } else { 0o644 });
    }
    let mut file = options.open(path).map_err(key_file("making", path))?;
    file.write_all(text).and_then(|()| file.sync_all()).map_err(key_file("writing", path))
}

#[cfg(unix)]
fn check_mode(path: &Path) -> Result<(), SealFault> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path).map_err(key_file("looking at", path))?.permissions().mode() & 0o777;
    if mode & 0o077 == 0 { Ok(()) } else { Err(SealFault::KeyIsOpen { path: path.display().to_string(), mode }) }
}

#[cfg(not(unix))]
fn check_mode(_: &Path) -> Result<(), SealFault> {
    Ok(())
}

impl SigningKey {
    /// Makes a key from the system's random numbers.
    ///
    /// # Errors
    /// [`SealFault::NoRandomness`].
    pub fn generate() -> Result<Self, SealFault> {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).map_err(|cause| SealFault::NoRandomness { cause: cause.to_string() })?;
        Ok(Self::from_secret(secret))
    }

    /// The key of 32 secret bytes.
    pub fn from_secret(secret: [u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(&secret))
    }

    /// Reads a key from its file, which nobody else may read.
    ///
    /// # Errors
    /// [`SealFault`] of the file.
    pub fn read(path: &Path) -> Result<Self, SealFault> {
        let text = fs::read_to_string(path).map_err(key_file("reading", path))?;
        check_mode(path)?;
        // The cause could quote the file: it is left out.
        ed25519_dalek::SigningKey::from_pkcs8_pem(&text)
            .map(Self)
            .map_err(|_| SealFault::NoKey { path: path.display().to_string(), kind: "private key" })
    }

    /// Writes the key to a new file that only its owner reads.
    ///
    /// # Errors
    /// [`SealFault::KeyFile`], also where the file is there already.
    pub fn write_new(&self, path: &Path) -> Result<(), SealFault> {
        // Without the public half: the older form, which every program reads.
        let secret = KeypairBytes { secret_key: self.0.to_bytes(), public_key: None };
        let failed = || SealFault::NoKey { path: path.display().to_string(), kind: "private key" };
        let pem = secret.to_pkcs8_pem(LineEnding::LF).map_err(|_| failed())?;
        write_new(path, pem.as_bytes(), true)
    }

    /// The key that checks what this one signs.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

impl PublicKey {
    /// Reads a key from its file.
    ///
    /// # Errors
    /// [`SealFault`] of the file.
    pub fn read(path: &Path) -> Result<Self, SealFault> {
        let text = fs::read_to_string(path).map_err(key_file("reading", path))?;
        VerifyingKey::from_public_key_pem(&text)
            .map(Self)
            .map_err(|_| SealFault::NoKey { path: path.display().to_string(), kind: "public key" })
    }

    /// Writes the key to a new file.
    ///
    /// # Errors
    /// [`SealFault::KeyFile`], also where the file is there already.
    pub fn write_new(&self, path: &Path) -> Result<(), SealFault> {
        let failed = || SealFault::NoKey { path: path.display().to_string(), kind: "public key" };
        let pem = self.0.to_public_key_pem(LineEnding::LF).map_err(|_| failed())?;
        write_new(path, pem.as_bytes(), false)
    }

    /// A short name of the key: 16 hexadecimal digits of its SHA-256.
    pub fn id(&self) -> String {
        hex::encode(&Sha256::digest(self.0.as_bytes())[..8])
    }

    pub(crate) fn holds(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.0.verify_strict(message, &Signature::from_bytes(signature)).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_comes_back_from_its_file_and_is_nobody_elses() {
        let folder = tempfile::tempdir().unwrap();
        let (private, public) = (folder.path().join("private.pem"), folder.path().join("public.pem"));
        let key = SigningKey::generate().unwrap();
        key.write_new(&private).unwrap();
        key.public().write_new(&public).unwrap();
        assert_eq!(SigningKey::read(&private).unwrap().public(), key.public());
        assert_eq!(PublicKey::read(&public).unwrap(), key.public());
        assert!(matches!(key.write_new(&private), Err(SealFault::KeyFile { .. })), "a key was written over");
        assert!(matches!(SigningKey::read(&public), Err(SealFault::NoKey { .. } | SealFault::KeyIsOpen { .. })));
        assert!(matches!(PublicKey::read(&private), Err(SealFault::NoKey { .. })));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&private).unwrap().permissions().mode() & 0o777, 0o600);
            fs::set_permissions(&private, fs::Permissions::from_mode(0o640)).unwrap();
            assert!(matches!(SigningKey::read(&private), Err(SealFault::KeyIsOpen { mode: 0o640, .. })));
        }
    }

    #[test]
    fn a_key_never_shows_itself() {
        let key = SigningKey::from_secret([7; 32]);
        assert!(!format!("{key:?}").contains(&hex::encode([7; 32])));
        assert_eq!(format!("{key:?}"), format!("SigningKey(of {})", key.public().id()));
    }
}
