//! Where the servers are: `nats://host:port`, several with commas. A user and password, or a token,
//! may stand before the `@`; they are taken out at once, so that nothing printed later has them.

use std::fmt;

use crate::{ConnectSettings, Secret};

/// The port of NATS where none is named.
const PORT: u16 = 4222;

/// The servers' addresses, without any secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    servers: Vec<String>,
}

/// Not an address of NATS servers. The text itself is left out: it may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the NATS URL {0}: it reads nats://HOST:PORT or tls://HOST:PORT, several with commas")]
pub struct BadAddress(pub(crate) String);

impl Address {
    /// Reads a URL, and moves what is secret in it into the settings.
    ///
    /// # Errors
    /// [`BadAddress`].
    pub fn parse(url: &str, settings: &mut ConnectSettings) -> Result<Self, BadAddress> {
        let mut servers = Vec::new();
        for part in url.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let (scheme, rest) = part.split_once("://").unwrap_or(("nats", part));
            if !matches!(scheme, "nats" | "tls") {
                return Err(BadAddress(format!("has the scheme '{scheme}'")));
            }
            settings.tls_required |= scheme == "tls";
            let (login, host) = match rest.rsplit_once('@') {
                Some((login, host)) => (Some(login), host),
                None => (None, rest),
            };
            let host = host.trim_end_matches('/');
            if host.is_empty() || host.contains(['/', '?', '#']) || host.chars().any(char::is_whitespace) {
                return Err(BadAddress("names no host".to_owned()));
            }
            if let Some(login) = login {
                settings.take_login(login)?;
            }
            servers.push(format!("{scheme}://{}", with_port(host)));
        }
        if servers.is_empty() {
            return Err(BadAddress("is empty".to_owned()));
        }
        Ok(Self { servers })
    }

    pub(crate) fn servers(&self) -> &[String] {
        &self.servers
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.servers.join(","))
    }
}

fn with_port(host: &str) -> String {
    let has_port = host.rsplit_once(':').is_some_and(|(before, port)| {
        // A bare IPv6 address has colons and no brackets around it; it is not one with a port.
        port.bytes().all(|byte| byte.is_ascii_digit())
            && !port.is_empty()
            && (!before.contains(':') || before.ends_with(']'))
    });
    if has_port { host.to_owned() } else { format!("{host}:{PORT}") }
}

impl ConnectSettings {
    /// Takes `user:password` or a token over from a URL.
    fn take_login(&mut self, login: &str) -> Result<(), BadAddress> {
        let text = |escaped: &str| {
            unescape(escaped).ok_or_else(|| BadAddress("has a user or password that is not well escaped".to_owned()))
        };
        self.secret = Some(match login.split_once(':') {
            Some((user, password)) => Secret::Password { user: text(user)?, password: text(password)? },
            None => Secret::Token(text(login)?),
        });
        Ok(())
    }
}

/// `%41` is `A`.
fn unescape(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        if byte == b'%' {
            bytes.extend(hex::decode(tail.get(..2)?).ok()?);
            rest = &tail[2..];
        } else {
            bytes.push(byte);
            rest = tail;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> Result<(Address, ConnectSettings), BadAddress> {
        let mut settings = ConnectSettings::default();
        Ok((Address::parse(url, &mut settings)?, settings))
    }

    #[test]
    fn addresses_are_read_and_completed() {
        for (url, shown) in [
            ("nats://localhost:4222", "nats://localhost:4222"),
            ("localhost", "nats://localhost:4222"),
            ("tls://a.example, tls://b.example:1", "tls://a.example:4222,tls://b.example:1"),
            ("nats://[::1]:7/", "nats://[::1]:7"),
            ("nats://[::1]", "nats://[::1]:4222"),
        ] {
            assert_eq!(read(url).unwrap().0.to_string(), shown, "{url}");
        }
        assert!(read("tls://a").unwrap().1.tls_required);
    }

    #[test]
    fn secrets_are_taken_out_and_never_shown() {
        let (address, settings) = read("nats://clerk:p%40ss:w@host:1,nats://host:2").unwrap();
        assert_eq!(address.to_string(), "nats://host:1,nats://host:2");
        let Some(Secret::Password { user, password }) = &settings.secret else { panic!("no password was found") };
        assert_eq!((user.as_str(), password.as_str()), ("clerk", "p@ss:w"));
        assert!(!format!("{settings:?} {address:?}").contains("p@ss"));
        let (_, settings) = read("nats://t0ken@host").unwrap();
        assert!(matches!(&settings.secret, Some(Secret::Token(token)) if token == "t0ken"));
    }

    #[test]
    fn what_is_no_address_is_refused_without_repeating_it() {
        for url in
            ["", " , ", "http://u:hunter2@host", "nats://u:hunter2@", "nats://u:hunter2%zz@host", "nats://hunter2 host"]
        {
            let refusal = read(url).unwrap_err().to_string();
            assert!(!refusal.contains("hunter2"), "{refusal}");
        }
    }
}
