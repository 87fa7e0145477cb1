//! The same program on a JetStream log, on a real server.

mod both_logs;
mod commands;
mod copies;
mod secured;
mod streams;
mod worked_again;

use std::fmt::Write as _;

use testkit::{NatsServer, NatsSettings};

/// A server with so many accounts, each with a log to itself and a user `u<number>`.
fn server_with_logs(count: usize) -> NatsServer {
    let mut more = String::from("accounts {\n");
    for number in 0..count {
        writeln!(more, "  A{number} {{ jetstream: enabled, users: [{{user: u{number}, password: secret}}] }}").unwrap();
    }
    more.push_str("}\n");
    NatsServer::start_with(NatsSettings { more, ..NatsSettings::default() })
}
