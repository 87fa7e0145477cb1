//! The shipped cluster, with TLS and nkeys: who gets in, who does not, and what each is told.

use std::{collections::BTreeMap, fs, path::Path};

use nkeys::KeyPair;
use tempfile::TempDir;
use testkit::{Authority, NatsCluster};

use crate::support::*;

/// The users of `deploy/nats/permissions.conf`.
const USERS: [&str; 10] = [
    "ADMIN",
    "OPERATOR",
    "USAGE_INGEST",
    "UPSTREAM_CREDITS",
    "MEMO_KEEPER",
    "PROJECTOR",
    "AUDITOR",
    "SUBSCRIBER",
    "CUSTOMER_EXAMPLE",
    "SYSTEM",
];

/// Where the shipped configuration has its certificates.
const TLS_FOLDER: &str = "/etc/nats/tls/";

struct Secured {
    cluster: NatsCluster,
    folder: TempDir,
    seeds: BTreeMap<&'static str, String>,
}

impl Secured {
    /// Three servers with the TLS and the permissions of `deploy/nats`, and keys of their own.
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let tls = folder.path();
        let (of_clients, of_routes) = (Authority::new("clients"), Authority::new("routes"));
        of_clients.write(&tls.join("ca.crt"));
        of_clients.issue(tls, "server");
        of_routes.write(&tls.join("route-ca.crt"));
        of_routes.issue(tls, "route");
        Authority::new("somebody else").write(&tls.join("other-ca.crt"));

        let mut seeds = BTreeMap::new();
        let mut identities = String::new();
        for user in USERS {
            let pair = KeyPair::new_user();
            let seed = pair.seed().unwrap();
            fs::write(tls.join(user), &seed).unwrap();
            identities.push_str(&format!("{user}_NKEY: \"{}\"\n", pair.public_key()));
            seeds.insert(user, seed);
        }

        let shipped = |name: &str| {
            let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/nats").join(name);
            fs::read_to_string(file).unwrap()
        };
        let cluster = shipped("cluster.conf").replace(TLS_FOLDER, &format!("{}/", tls.display()));
        let permissions = shipped("permissions.conf").replace("include \"identities.conf\"", &identities);
        let of_clients = block(&cluster, "\ntls {", "\n}");
        let of_routes = block(&cluster, "\n  tls {", "\n  }");
        assert!(of_routes.contains("verify: true"), "{of_routes}");
        let cluster = NatsCluster::start_with(&format!("{of_clients}{permissions}"), &of_routes, "tls");
        Self { cluster, folder, seeds }
    }

    fn office(&self) -> Office {
        Office::on_jetstream(self.cluster.url())
    }

    /// A command as a user, who trusts an authority.
    fn run_as(&self, office: &Office, user: &str, authority: Option<&str>, arguments: &[&str]) -> Outcome {
        let inbox = user.to_lowercase().replace('_', "-");
        let mut command = office.command(arguments);
        command.env("CREDITMEMO_NATS_NKEY", self.folder.path().join(user));
        command.env("CREDITMEMO_NATS_INBOX", format!("_INBOX.{inbox}"));
        if let Some(authority) = authority {
            command.env("CREDITMEMO_NATS_CA", self.folder.path().join(authority));
        }
        let outcome = Outcome::of(arguments, &command.output().unwrap());
        for seed in self.seeds.values() {
            assert!(!outcome.stderr.contains(seed) && !outcome.stdout.contains(seed), "no seed is ever shown");
        }
        outcome
    }
}

/// A block of a configuration, from its first line to its last.
fn block(text: &str, begin: &str, end: &str) -> String {
    let from = text.find(begin).unwrap();
    let length = text[from + 1..].find(end).unwrap() + 1 + end.len();
    format!("{}\n", &text[from..from + length])
}

#[test]
fn the_shipped_cluster_lets_in_who_has_its_key_and_trusts_its_authority() {
    let secured = Secured::start();
    let office = secured.office();
    let ca = Some("ca.crt");
    let head = "payer_account_id,member_account_id,customer,po_number,from,to";
    office.write("accounts.csv", format!("{head}\n999900001111,000000001234,OWNER,PO-A,2015-01-01,\n"));
    office.write("more.csv", format!("{head}\n999900001111,000000005678,SSB,PO-B,2015-01-01,\n"));
    let import = ["accounts", "import", "accounts.csv"];

    secured.run_as(&office, "ADMIN", ca, &["streams", "apply"]).exits(0).says(&["the streams are now"]);
    secured.run_as(&office, "OPERATOR", ca, &import).exits(0);
    let listed = secured.run_as(&office, "AUDITOR", ca, &["accounts", "list", "--output", "json"]).exits(0);
    assert_eq!(listed.json().as_array().unwrap().len(), 1);

    // Who may ask no service reads for itself.
    secured.run_as(&office, "AUDITOR", ca, &["balance"]).exits(0);

    // What is not one's own to write is said to be denied, with its subject, and not to be slow.
    let more = ["accounts", "import", "more.csv"];
    secured.run_as(&office, "AUDITOR", ca, &more).exits(1).says(&["CM0142", "denied", "accounts.999900001111"]);
    let issue = ["memos", "issue", "--account", "000000001234", "--face", "10.00", "--end", "2030-12-31"];
    let issue = [&issue[..], &["--description", "goodwill", "--reason", "agreed"]].concat();
    secured.run_as(&office, "OPERATOR", ca, &issue).exits(1).says(&["CM0142", "denied", "memos.999900001111"]);
    secured.run_as(&office, "SUBSCRIBER", ca, &["balance"]).exits(1).says(&["CM0142", "denied"]);

    // Who trusts nobody, or somebody else, is not talked to; nor is one whom the servers do not know.
    for authority in [None, Some("other-ca.crt")] {
        secured.run_as(&office, "OPERATOR", authority, &import).exits(1).says(&["CM0101", "certificate"]);
    }
    let unknown = KeyPair::new_user().seed().unwrap();
    fs::write(secured.folder.path().join("UNKNOWN"), &unknown).unwrap();
    let outcome = secured.run_as(&office, "UNKNOWN", ca, &import).exits(1).says(&["CM0101", "authorization"]);
    assert!(!outcome.stderr.contains(&unknown), "{outcome}");
    for (text, said) in [("SUhunter2", "nkey"), ("", "nkey")] {
        fs::write(secured.folder.path().join("UNREADABLE"), text).unwrap();
        let outcome = secured.run_as(&office, "UNREADABLE", ca, &import).exits(1).says(&["CM0101", said]);
        assert!(!outcome.stderr.contains("hunter2"), "{outcome}");
    }
    secured.run_as(&office, "MISSING", ca, &import).exits(1).says(&["CM0101", "MISSING"]);
}
