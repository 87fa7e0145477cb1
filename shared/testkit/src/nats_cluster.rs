//! Three servers that replicate to each other.

use std::{
    thread,
    time::{Duration, Instant},
};

use crate::{
    NatsServer, NatsSettings,
    nats_server::{find_nats_server, free_port},
};

const SERVERS: usize = 3;

/// Longer than three servers need to find each other and elect a leader.
const ELECTION_WAIT: Duration = Duration::from_secs(60);

/// A cluster of three servers; any of them can be killed and started again.
#[derive(Debug)]
pub struct NatsCluster {
    /// The servers.
    pub servers: Vec<NatsServer>,
}

impl NatsCluster {
    /// Starts three servers with the same additional configuration.
    pub fn start(more: &str) -> Self {
        Self::start_with(more, "", "nats")
    }

    /// Starts three servers whose routes have configuration of their own, and whose clients use
    /// that scheme.
    pub fn start_with(more: &str, of_routes: &str, scheme: &'static str) -> Self {
        // Found before the first port is chosen, so that the ports are not free for long.
        let _ = find_nats_server();
        let routes: Vec<u16> = (0..SERVERS).map(|_| free_port()).collect();
        let list: Vec<String> = routes.iter().map(|port| format!("nats://127.0.0.1:{port}")).collect();
        let list = list.join(", ");
        let mut servers: Vec<NatsServer> = routes
            .iter()
            .enumerate()
            .map(|(at, port)| {
                let cluster = format!(
                    "cluster {{\n  name: three\n  listen: \"127.0.0.1:{port}\"\n  routes: [{list}]\n{of_routes}}}\n{more}"
                );
                NatsServer::prepare(NatsSettings { name: format!("n{at}"), more: cluster, scheme, ..NatsSettings::default() })
            })
            .collect();
        servers.iter_mut().for_each(NatsServer::spawn);
        servers.iter_mut().for_each(NatsServer::wait_until_ready);
        let cluster = Self { servers };
        cluster.wait_for_a_leader();
        cluster
    }

    /// The URLs of all servers, as one list.
    pub fn url(&self) -> String {
        let urls: Vec<String> = self.servers.iter().map(NatsServer::url).collect();
        urls.join(",")
    }

    fn wait_for_a_leader(&self) {
        let deadline = Instant::now() + ELECTION_WAIT;
        while !self.servers.iter().any(|server| server.said().contains("Self is new JetStream cluster metadata leader"))
        {
            assert!(Instant::now() < deadline, "no leader was elected:\n{}", self.servers[0].said());
            thread::sleep(Duration::from_millis(50));
        }
    }
}
