//! What a connection is made with besides the address. From the environment, so that no secret
//! stands on a command line.

use std::{env, fmt, path::PathBuf};

/// Who connects. Its `Debug` shows what kind it is, never what it is.
#[derive(Clone, PartialEq, Eq)]
pub enum Secret {
    /// A user and password.
    Password {
        /// The user.
        user: String,
        /// The password.
        password: String,
    },
    /// A token.
    Token(String),
    /// A file with the seed of an nkey.
    NkeyFile(PathBuf),
    /// A credentials file: a JWT and its nkey.
    CredentialsFile(PathBuf),
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Password { .. } => "a user and password",
            Self::Token(_) => "a token",
            Self::NkeyFile(_) => "an nkey",
            Self::CredentialsFile(_) => "a credentials file",
        })
    }
}

/// What a connection is made with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConnectSettings {
    /// Who connects; nobody where the server asks for nobody.
    pub secret: Option<Secret>,
    /// The authority whose certificates are trusted, in PEM.
    pub ca_file: Option<PathBuf>,
    /// The client's own certificate and key, in PEM.
    pub certificate: Option<(PathBuf, PathBuf)>,
    /// Whether a server without TLS is refused.
    pub tls_required: bool,
    /// What the inboxes of this client begin with, where its user may listen to no others.
    pub inbox: Option<String>,
    /// What the server's monitoring calls this connection.
    pub name: Option<String>,
}

/// The environment's names for it.
mod named {
    pub(super) const CREDENTIALS: &str = "CREDITMEMO_NATS_CREDS";
    pub(super) const NKEY: &str = "CREDITMEMO_NATS_NKEY";
    pub(super) const TOKEN: &str = "CREDITMEMO_NATS_TOKEN";
    pub(super) const USER: &str = "CREDITMEMO_NATS_USER";
    pub(super) const PASSWORD: &str = "CREDITMEMO_NATS_PASSWORD";
    pub(super) const CA: &str = "CREDITMEMO_NATS_CA";
    pub(super) const CERTIFICATE: &str = "CREDITMEMO_NATS_CERT";
    pub(super) const KEY: &str = "CREDITMEMO_NATS_KEY";
    pub(super) const INBOX: &str = "CREDITMEMO_NATS_INBOX";
}

impl ConnectSettings {
    /// Those of the environment: `CREDITMEMO_NATS_CREDS` and `CREDITMEMO_NATS_NKEY` name files,
    /// `CREDITMEMO_NATS_TOKEN` is a token, `CREDITMEMO_NATS_USER` and `CREDITMEMO_NATS_PASSWORD`
    /// belong together; `CREDITMEMO_NATS_CA`, `CREDITMEMO_NATS_CERT` and `CREDITMEMO_NATS_KEY` name
    /// PEM files; `CREDITMEMO_NATS_INBOX` is what the client's inboxes begin with. What the URL says of the login goes before it.
    pub fn from_environment() -> Self {
        Self::from_variables(|name| env::var(name).ok().filter(|value| !value.is_empty()))
    }

    fn from_variables(read: impl Fn(&str) -> Option<String>) -> Self {
        let password = || Some(Secret::Password { user: read(named::USER)?, password: read(named::PASSWORD)? });
        let secret = read(named::CREDENTIALS)
            .map(|file| Secret::CredentialsFile(file.into()))
            .or_else(|| read(named::NKEY).map(|file| Secret::NkeyFile(file.into())))
            .or_else(|| read(named::TOKEN).map(Secret::Token))
            .or_else(password);
        let certificate = read(named::CERTIFICATE).zip(read(named::KEY));
        Self {
            secret,
            ca_file: read(named::CA).map(PathBuf::from),
            certificate: certificate.map(|(certificate, key)| (certificate.into(), key.into())),
            tls_required: false,
            inbox: read(named::INBOX),
            name: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_secret_of_the_environment_is_taken() {
        let of = |set: &[(&str, &str)]| {
            ConnectSettings::from_variables(|name| {
                set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
            })
        };
        let login = [("CREDITMEMO_NATS_USER", "u"), ("CREDITMEMO_NATS_PASSWORD", "p")];
        assert!(matches!(of(&login).secret, Some(Secret::Password { .. })));
        assert_eq!(of(&login[..1]).secret, None, "a user without a password is nobody");
        let all = [login[0], login[1], ("CREDITMEMO_NATS_TOKEN", "t"), ("CREDITMEMO_NATS_CREDS", "f")];
        assert!(matches!(of(&all).secret, Some(Secret::CredentialsFile(_))));
        assert!(matches!(of(&all[..3]).secret, Some(Secret::Token(_))));
    }
}
