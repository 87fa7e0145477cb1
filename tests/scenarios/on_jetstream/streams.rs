//! `streams apply`: making the streams, showing what differs, refusing to weaken them.

use serde_json::json;
use testkit::{NatsCluster, NatsServer};

use crate::support::*;

#[test]
fn streams_are_made_once_and_shown() {
    let server = NatsServer::start();
    let office = Office::on_jetstream(server.url());
    let shown = office.json(&["streams", "apply", "--dry-run"]);
    let deny = |rows: &serde_json::Value| {
        let rows = rows.as_array().unwrap().iter();
        rows.filter(|row| row["setting"] == "deny delete" && row["to"] == "true" && row["from"].is_null()).count()
    };
    assert_eq!(deny(&shown), 5);
    assert_eq!(office.json(&["streams", "apply"]), shown, "a dry run had made nothing");
    assert_eq!(office.json(&["streams", "apply"]), json!([]));
    office.accounts(&[("000000001234", "Department of Light", "PO-A")]);
}

#[test]
fn a_cluster_keeps_three_copies_and_never_fewer() {
    let mut cluster = NatsCluster::start("");
    let office = Office::on_jetstream(cluster.url());
    let made = office.json(&["streams", "apply"]);
    let replicas: Vec<_> = made.as_array().unwrap().iter().filter(|row| row["setting"] == "replicas").collect();
    assert!(replicas.len() == 5 && replicas.iter().all(|row| row["to"] == "3"), "{replicas:?}");
    office.run(&["streams", "apply", "--replicas", "1"]).exits(3).says(&["CM0363", "weaken"]);
    assert_eq!(office.json(&["streams", "apply", "--replicas", "3"]), json!([]));

    // One server may go; the others have everything.
    office.accounts(&[("000000001234", "Department of Light", "PO-A")]);
    cluster.servers[1].kill();
    office.accounts(&[("000000005678", "Second Street Bakery", "PO-B")]);
    assert_eq!(office.json(&["accounts", "list"]).as_array().unwrap().len(), 2);
}

#[test]
fn streams_need_a_server_and_a_sensible_number() {
    let office = Office::new();
    office.run(&["streams", "apply"]).exits(2).says(&["CM0242", "--nats"]);
    let server = NatsServer::start();
    let office = Office::on_jetstream(server.url());
    office.run(&["streams", "apply", "--replicas", "0"]).exits(2).says(&["CM0243"]);
}
