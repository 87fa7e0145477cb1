//! What tests need that is no part of the product: real servers on ports of their own.
//!
//! Invariants: a server listens on a port that the system chose, keeps its files in a folder that
//! goes with it, and ends with the value that stands for it, also where a test panics.
//! Deliberately absent: anything of the product, so that it cannot share a mistake with it.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a test that cannot go on has failed"
)]

mod certificates;
mod nats_cluster;
mod nats_server;

pub use certificates::Authority;
pub use nats_cluster::NatsCluster;
pub use nats_server::{NatsServer, NatsSettings, find_nats_server};
