//! Publish and replay through the JetStream adapter, beside a raw client that does nothing else: the
//! same bytes, the same acknowledgements, the same server, in turns.
//!
//!     tests/bench/run jetstream
//!
//! README.md beside says what each figure means.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::float_arithmetic,
    clippy::cast_precision_loss
)]

mod adapter;
mod packed;
mod raw;

use std::{env, fmt::Write as _, time::Duration};

use event_log_nats::{Address, ConnectSettings, JetStreamLog, Provision};
use packed::{MEMBERS, commits_of};
use testkit::{NatsServer, NatsSettings};
use wire::SealedCommit;

/// Facts a commit: alone, as many as a usual decision has, and as many as fit into one.
const PACKINGS: [usize; 3] = [1, 100, packed::FACTS_MAX];

/// When the server syncs: as shipped, and as it does by itself.
const SYNCS: [&str; 2] = ["always", "2m"];

fn number(name: &str, otherwise: usize) -> usize {
    env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// A server with so many logs, each in an account of its own.
struct Ledger {
    server: NatsServer,
    used: usize,
}

impl Ledger {
    fn start(sync_interval: &str, logs: usize) -> Self {
        let mut more = String::from("max_payload: 1MB\nmax_pending: 64MB\naccounts {\n");
        for number in 0..logs {
            writeln!(more, "  A{number} {{ jetstream: enabled, users: [{{user: u{number}, password: secret}}] }}")
                .unwrap();
        }
        more.push_str("}\n");
        let settings = NatsSettings { more, sync_interval: sync_interval.to_owned(), ..NatsSettings::default() };
        Self { server: NatsServer::start_with(settings), used: 0 }
    }

    /// A log that nobody wrote to.
    async fn fresh(&mut self) -> JetStreamLog {
        let log = self.connect(self.used).await;
        self.used += 1;
        log.apply(&log.plan(Provision::default()).await.unwrap()).await.unwrap();
        log
    }

    /// One more connection to a log.
    async fn connect(&self, number: usize) -> JetStreamLog {
        let mut settings = ConnectSettings::default();
        let address = Address::parse(&self.server.url_as(&format!("u{number}"), "secret"), &mut settings).unwrap();
        JetStreamLog::connect(address, settings).await.unwrap()
    }
}

/// How long each run of the two sides took.
#[derive(Default)]
struct Turns {
    adapter: Vec<Duration>,
    raw: Vec<Duration>,
}

fn median(times: &[Duration]) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort();
    sorted[sorted.len() / 2].as_secs_f64()
}

impl Turns {
    /// A row of the result: what, both rates, and the ratio.
    fn print(&self, what: &str, events: usize) {
        let (adapter, raw) = (events as f64 / median(&self.adapter), events as f64 / median(&self.raw));
        println!("| {what} | {} | {} | {:.2} |", rate(adapter), rate(raw), adapter / raw);
    }
}

fn rate(events_a_second: f64) -> String {
    match events_a_second {
        millions if millions >= 1e6 => format!("{:.2} M/s", millions / 1e6),
        thousands if thousands >= 1e4 => format!("{:.0} k/s", thousands / 1e3),
        thousands => format!("{:.1} k/s", thousands / 1e3),
    }
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let runs = number("BENCH_RUNS", 3);
    let written = number("BENCH_WRITTEN", 200_000);
    let one_by_one = number("BENCH_ONE_BY_ONE", 1_000);
    let replayed = number("BENCH_REPLAYED", 1_500_000);
    let replayed_alone = number("BENCH_REPLAYED_ALONE", 300_000);

    println!("| | adapter, events | raw client | ratio |\n|---|---|---|---|");
    for sync in SYNCS {
        for packing in PACKINGS {
            let mut ledger = Ledger::start(sync, 4 * (runs + 1));
            let commits = commits_of(packing, (written / packing).max(MEMBERS));
            let (mut alone, mut in_batches) = (Turns::default(), Turns::default());
            for run in 0..=runs {
                let first: &[SealedCommit] = &commits[..one_by_one.min(MEMBERS)];
                let times = [
                    adapter::publish_one_by_one(&ledger.fresh().await, first).await,
                    raw::publish_one_by_one(ledger.fresh().await.client(), first).await,
                    adapter::publish_in_batches(&ledger.fresh().await, &commits).await,
                    raw::publish_in_batches(ledger.fresh().await.client(), &commits).await,
                ];
                // The first turn warms up and does not count.
                if run > 0 {
                    alone.adapter.push(times[0]);
                    alone.raw.push(times[1]);
                    in_batches.adapter.push(times[2]);
                    in_batches.raw.push(times[3]);
                }
            }
            let of = format!("{packing} a commit, `sync_interval: {sync}`");
            alone.print(&format!("publish one by one, {of}"), one_by_one.min(MEMBERS) * packing);
            in_batches.print(&format!("publish in batches, {of}"), commits.len() * packing);
        }
    }
    for packing in PACKINGS {
        let events = if packing == 1 { replayed_alone } else { replayed };
        let commits = commits_of(packing, (events / packing).max(MEMBERS));
        let events = commits.len() * packing;
        let mut ledger = Ledger::start("2m", 1);
        let log = ledger.fresh().await;
        adapter::publish_in_batches(&log, &commits).await;
        let bytes: usize = commits.iter().map(|commit| commit.body.len()).sum();
        drop(commits);
        let (mut received, mut decoded) = (Turns::default(), Turns::default());
        for run in 0..=runs {
            let times = [
                adapter::receive(&ledger.connect(0).await, bytes).await,
                raw::receive(ledger.connect(0).await.client(), bytes).await,
                adapter::decode(&ledger.connect(0).await, events).await,
                raw::decode(ledger.connect(0).await.client(), events).await,
            ];
            if run > 0 {
                received.adapter.push(times[0]);
                received.raw.push(times[1]);
                decoded.adapter.push(times[2]);
                decoded.raw.push(times[3]);
            }
        }
        received.print(&format!("receive, {packing} a commit ({} MB)", bytes / 1_000_000), events);
        decoded.print(&format!("receive and decode, {packing} a commit"), events);
    }
}
