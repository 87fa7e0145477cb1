//! Figures for Prometheus.

use std::time::Duration;

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
};
use service_kit::UnitOfWork;
use telemetry::Probe;
use wire::{ServiceName, StreamName};

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfCommand {
    service: &'static str,
    command: &'static str,
    exit: u8,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfService {
    service: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfStream {
    service: &'static str,
    stream: &'static str,
}

/// The figures of this process.
#[derive(Debug, Clone)]
pub(super) struct Figures {
    commands: Family<OfCommand, Counter>,
    command_seconds: Family<OfService, Histogram>,
    facts: Family<OfStream, Counter>,
    positions: Family<OfStream, Gauge>,
    followed: Family<OfService, Counter>,
    failures: Family<OfService, Counter>,
}

/// Bounds in seconds: from one decision to a large billing run.
const SECONDS: [f64; 9] = [0.005, 0.02, 0.1, 0.5, 1.0, 5.0, 20.0, 60.0, 300.0];

impl Figures {
    /// Figures that a probe shows.
    pub(super) fn new(probe: &Probe) -> Self {
        let figures = Self {
            commands: Family::default(),
            command_seconds: Family::new_with_constructor(|| Histogram::new(SECONDS)),
            facts: Family::default(),
            positions: Family::default(),
            followed: Family::default(),
            failures: Family::default(),
        };
        let named = figures.clone();
        probe.register(move |registry| {
            registry.register("creditmemo_commands", "Commands answered", named.commands);
            registry.register("creditmemo_command_seconds", "How long commands took", named.command_seconds);
            registry.register("creditmemo_facts_recorded", "Facts recorded", named.facts);
            registry.register("creditmemo_position", "The last sequence read of a stream", named.positions);
            registry.register("creditmemo_followed", "Payers whose streams were followed", named.followed);
            registry.register("creditmemo_failures", "Failures while following, tried again", named.failures);
        });
        figures
    }

    /// A command was answered.
    pub(super) fn answered(&self, service: ServiceName, command: &'static str, exit: u8, took: Duration) {
        let service = service.as_str();
        self.commands.get_or_create(&OfCommand { service, command, exit }).inc();
        self.command_seconds.get_or_create(&OfService { service }).observe(took.as_secs_f64());
    }

    /// A payer's streams were followed.
    pub(super) fn followed(&self, service: ServiceName) {
        self.followed.get_or_create(&OfService { service: service.as_str() }).inc();
    }

    /// Following failed.
    pub(super) fn failed(&self, service: ServiceName) {
        self.failures.get_or_create(&OfService { service: service.as_str() }).inc();
    }

    /// What a unit recorded since its act began, and how far it has read.
    pub(super) fn note(&self, service: ServiceName, unit: &UnitOfWork) {
        let service = service.as_str();
        for recorded in unit.recorded().iter().filter(|recorded| recorded.sequence.is_some()) {
            let of = OfStream { service, stream: recorded.subject.stream().as_str() };
            self.facts.get_or_create(&of).inc_by(recorded.facts.len() as u64);
        }
        for stream in StreamName::ALL {
            let position = i64::try_from(unit.model.position(stream).sequence).unwrap_or(i64::MAX);
            self.positions.get_or_create(&OfStream { service, stream: stream.as_str() }).set(position);
        }
    }
}
