//! The conformance suite on a real server. A new log is a new account of it: accounts share
//! nothing, so each has the five streams to itself.

#![allow(clippy::unwrap_used, reason = "a harness is test code")]

use std::{
    fmt::Write as _,
    sync::atomic::{AtomicUsize, Ordering},
};

use async_trait::async_trait;
use event_log::conformance::LogUnderTest;
use event_log_nats::{Address, ConnectSettings, JetStreamLog, Provision, Secret};
use testkit::{NatsServer, NatsSettings};

/// Logs that one check makes at the most.
const ACCOUNTS: usize = 40;

/// A log costs some fifty milliseconds here: fewer histories than on files.
const HISTORIES: u32 = 24;

struct OnJetStream {
    server: NatsServer,
    made: AtomicUsize,
}

impl OnJetStream {
    fn start() -> Self {
        let mut accounts = String::from("accounts {\n");
        for number in 0..ACCOUNTS {
            let user = format!("{{user: u{number}, password: secret}}");
            writeln!(accounts, "  A{number} {{ jetstream: enabled, users: [{user}] }}").unwrap();
        }
        accounts.push_str("}\n");
        let server = NatsServer::start_with(NatsSettings { more: accounts, ..NatsSettings::default() });
        Self { server, made: AtomicUsize::new(0) }
    }

    async fn connect(&self, number: usize) -> JetStreamLog {
        let mut settings = ConnectSettings::default();
        let address = Address::parse(&self.server.url_as(&format!("u{number}"), "secret"), &mut settings).unwrap();
        settings.name = Some(number.to_string());
        assert!(matches!(settings.secret, Some(Secret::Password { .. })));
        JetStreamLog::connect(address, settings).await.unwrap()
    }
}

#[async_trait]
impl LogUnderTest for OnJetStream {
    type Log = JetStreamLog;

    async fn create(&self) -> JetStreamLog {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        assert!(number < ACCOUNTS, "more logs are made than there are accounts");
        let log = self.connect(number).await;
        let plan = log.plan(Provision::default()).await.unwrap();
        log.apply(&plan).await.unwrap();
        log
    }

    async fn reopen(&self, log: JetStreamLog) -> JetStreamLog {
        let number = log.name().unwrap().parse().unwrap();
        drop(log);
        self.connect(number).await
    }

    fn model_cases(&self) -> u32 {
        HISTORIES
    }
}

async fn make_log() -> OnJetStream {
    OnJetStream::start()
}

event_log::conformance_suite!(make_log);
