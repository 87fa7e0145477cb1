//! An authority of a test's own, and certificates of it.

use std::{fs, path::Path};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};

/// Where servers of tests listen.
const NAMES: [&str; 2] = ["127.0.0.1", "localhost"];

/// Signs certificates for servers on this machine.
#[derive(Debug)]
pub struct Authority {
    certificate: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// A new one, with a name of its own.
    pub fn new(name: &str) -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut settings = CertificateParams::new(Vec::new()).expect("settings");
        settings.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        settings.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        settings.distinguished_name.push(DnType::CommonName, name);
        let certificate = settings.self_signed(&key).expect("a certificate").pem();
        Self { certificate, issuer: Issuer::new(settings, key) }
    }

    /// Writes its own certificate to a file.
    pub fn write(&self, file: &Path) {
        fs::write(file, &self.certificate).expect("the authority's certificate is written");
    }

    /// Writes a certificate for a server on this machine to `<name>.crt`, its key to `<name>.key`.
    pub fn issue(&self, folder: &Path, name: &str) {
        let key = KeyPair::generate().expect("a key");
        let mut settings = CertificateParams::new(NAMES.map(str::to_owned)).expect("settings");
        settings.distinguished_name.push(DnType::CommonName, name);
        // Nodes of a cluster are each other's clients.
        settings.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        let certificate = settings.signed_by(&key, &self.issuer).expect("a certificate").pem();
        fs::write(folder.join(format!("{name}.crt")), certificate).expect("a certificate is written");
        fs::write(folder.join(format!("{name}.key")), key.serialize_pem()).expect("a key is written");
    }
}
