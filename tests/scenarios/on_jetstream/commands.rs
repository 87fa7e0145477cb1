//! What is different on a JetStream log: where it is named, what it needs, who may write.

use serde_json::json;

use super::server_with_logs;
use crate::support::*;

fn office() -> (testkit::NatsServer, Office) {
    let server = server_with_logs(2);
    let office = Office::on_jetstream(server.url_as("u0", "secret"));
    (server, office)
}

#[test]
fn a_log_that_nobody_wrote_is_empty_and_is_not_made_by_reading() {
    let (_server, office) = office();
    assert_eq!(office.json(&["balance"]), json!([]));
    office.accounts(&[("000000001234", "Department of Light", "PO-A")]);
    assert_eq!(office.json(&["accounts", "list"]).as_array().unwrap().len(), 1);
    assert!(!office.data().join("log").exists(), "nothing is written to an embedded log");
}

#[test]
fn each_log_has_a_read_model_of_its_own() {
    let (server, office) = office();
    office.accounts(&[("000000001234", "Department of Light", "PO-A")]);
    let accounts_at = |url: Option<String>| {
        let mut command = office.command(&["accounts", "list", "--output", "json"]);
        command.env_remove("CREDITMEMO_NATS");
        if let Some(url) = url {
            command.args(["--nats", &url]);
        }
        Outcome::of(&["accounts", "list"], &command.output().unwrap()).exits(0).json().as_array().unwrap().len()
    };
    assert_eq!(accounts_at(Some(server.url_as("u0", "secret"))), 1);
    assert_eq!(accounts_at(Some(server.url_as("u1", "secret"))), 0, "another log");
    assert_eq!(accounts_at(None), 0, "the embedded log of the same folder");
    assert_eq!(accounts_at(Some(server.url_as("u0", "secret"))), 1);
}

#[test]
fn each_log_has_seals_of_its_own() {
    let (_server, office) = office();
    office.ok(&["audit", "keygen", "auditor.pem"]);
    office.write("january.csv", Story::january().cur2());
    let embedded = |arguments: &[&str]| {
        let mut command = office.command(arguments);
        Outcome::of(arguments, &command.env_remove("CREDITMEMO_NATS").output().unwrap()).exits(0)
    };
    let on_jetstream = |arguments: &[&str]| office.ok(arguments);
    let statement = ["statement", "--account", OWNER, "--period", "2019-01", "--format", "json"];
    type Run<'a> = &'a dyn Fn(&[&str]) -> Outcome;
    let both: [Run<'_>; 2] = [&embedded, &on_jetstream];
    for run in both {
        run(&["ingest", "january.csv"]);
        run(&["bill", "2019-01"]);
    }
    // The embedded log is the longer one, so its seal is the newest by name.
    embedded(&["memos", "issue", "--account", OWNER, "--face", "10.00", "--end", "2030-12-31", "--reason", "goodwill"]);
    for run in both {
        run(&["audit", "seal", "--key", "auditor.pem"]);
    }
    for run in both {
        let outcome = run(&statement);
        assert!(outcome.stdout.contains("\"proof\""), "{outcome}");
    }
}

#[test]
fn an_injected_clock_is_refused() {
    let (_server, office) = office();
    let mut command = office.command(&["balance"]);
    command.env("CREDITMEMO_CLOCK", "2019-02-05T09:00:00Z");
    Outcome::of(&["balance"], &command.output().unwrap()).exits(2).says(&["CM0240", "--nats"]);
}

#[test]
fn a_server_that_is_not_there_is_said_without_the_password() {
    let office = Office::on_jetstream("nats://clerk:hunter2@127.0.0.1:1".to_owned());
    let outcome = office.run(&["balance"]).exits(1).says(&["nats://127.0.0.1:1", "CM0101"]);
    assert!(!outcome.stderr.contains("hunter2"), "{outcome}");
    let (server, _) = self::office();
    let office = Office::on_jetstream(server.url_as("u0", "hunter2"));
    let outcome = office.run(&["balance"]).exits(1).says(&["authorization"]);
    assert!(!outcome.stderr.contains("hunter2"), "{outcome}");
}

#[test]
fn a_command_under_a_key_is_done_once() {
    let (_server, office) = office();
    office.accounts(&[("000000001234", "Department of Light", "PO-A")]);
    let issue = |face: &'static str| {
        let account = ["memos", "issue", "--account", "000000001234", "--face", face];
        let rest =
            ["--end", "2030-12-31", "--description", "goodwill", "--reason", "agreed", "--idempotency-key", "k1"];
        [&account[..], &rest[..]].concat()
    };
    office.ok(&issue("100.00"));
    office.ok(&issue("100.00"));
    assert_eq!(office.json(&["memos", "list"]).as_array().unwrap().len(), 1);
    office.run(&issue("200.00")).exits(3).says(&["CM0302"]);
}

#[test]
fn a_dry_run_makes_nothing() {
    let (_server, office) = office();
    office.write(
        "accounts.csv",
        "payer_account_id,member_account_id,customer,po_number,from,to\n999900001111,000000001234,OWNER,PO-A,2015-01-01,\n",
    );
    office.ok(&["accounts", "import", "accounts.csv", "--dry-run"]).says(&["nothing was"]);
    assert_eq!(office.json(&["accounts", "list"]), json!([]));
}
