//! The permissions that are shipped, against a real server: each user does its own work and is
//! refused everything beyond it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{fs, path::Path, time::Duration};

use event_log::{AppendError, EventLog, LogError, ReadLimits};
use event_log_nats::{Address, ConnectSettings, JetStreamLog, Provision, Secret};
use nkeys::KeyPair;
use tempfile::TempDir;
use testkit::{NatsServer, NatsSettings};
use wire::{ChainHash, CommitId, SealedCommit, StreamName, Subject};

/// The users of deploy/nats/permissions.conf: the name of their key and what their inboxes begin with.
const USERS: [(&str, &str); 9] = [
    ("ADMIN", "admin"),
    ("OPERATOR", "operator"),
    ("USAGE_INGEST", "usage-ingest"),
    ("UPSTREAM_CREDITS", "upstream-credits"),
    ("MEMO_KEEPER", "memo-keeper"),
    ("PROJECTOR", "projector"),
    ("AUDITOR", "auditor"),
    ("SUBSCRIBER", "subscriber"),
    ("CUSTOMER_EXAMPLE", "customer-example"),
];

/// The streams that each may write.
fn writes(user: &str) -> &'static [StreamName] {
    match user {
        "OPERATOR" => &[StreamName::Accounts],
        "USAGE_INGEST" => &[StreamName::Usage],
        "UPSTREAM_CREDITS" => &[StreamName::Credits],
        "MEMO_KEEPER" => &[StreamName::Memos, StreamName::Billing],
        _ => &[],
    }
}

/// The streams that each may read.
fn reads(user: &str) -> &'static [StreamName] {
    match user {
        // It makes streams and consumers, and so could read; it is not for daily work.
        "ADMIN" => &StreamName::ALL,
        "SUBSCRIBER" => &[StreamName::Memos],
        "CUSTOMER_EXAMPLE" => &[],
        _ => &StreamName::ALL,
    }
}

struct Ledger {
    server: NatsServer,
    keys: TempDir,
}

impl Ledger {
    /// A server with the shipped permissions, and a key of its own for each user.
    fn start() -> Self {
        let keys = tempfile::tempdir().unwrap();
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/nats/permissions.conf");
        let mut identities = String::new();
        for name in USERS.map(|(name, _)| name).into_iter().chain(["SYSTEM"]) {
            let pair = KeyPair::new_user();
            fs::write(keys.path().join(name), pair.seed().unwrap()).unwrap();
            identities.push_str(&format!("{name}_NKEY: \"{}\"\n", pair.public_key()));
        }
        let shipped = fs::read_to_string(shipped).unwrap();
        let more = shipped.replace("include \"identities.conf\"", &identities);
        assert_ne!(more, shipped, "the identities are put in");
        Self { server: NatsServer::start_with(NatsSettings { more, ..NatsSettings::default() }), keys }
    }

    async fn connect(&self, user: &str, inbox: &str) -> JetStreamLog {
        let mut settings = ConnectSettings {
            secret: Some(Secret::NkeyFile(self.keys.path().join(user))),
            inbox: Some(format!("_INBOX.{inbox}")),
            ..ConnectSettings::default()
        };
        let address = Address::parse(&self.server.url(), &mut settings).unwrap();
        JetStreamLog::connect(address, settings).await.unwrap()
    }
}

fn subject_of(stream: StreamName, member: &str) -> Subject {
    let text = match stream {
        StreamName::Usage => format!("usage.999900001111.{member}.2025-01"),
        StreamName::Billing => "billing.999900001111.2025-01".to_owned(),
        other => format!("{}.999900001111.{member}", other.subject_prefix()),
    };
    Subject::parse(&text).unwrap()
}

fn first_commit(stream: StreamName) -> SealedCommit {
    let subject = subject_of(stream, "111122223333");
    let id = CommitId::derive("a command", &subject, 1);
    SealedCommit::seal(subject, id, 1, 0, ChainHash::START, br#"{"facts":[]}"#.to_vec())
}

#[tokio::test(flavor = "multi_thread")]
async fn each_user_writes_and_reads_its_own_and_is_denied_the_rest() {
    let ledger = Ledger::start();
    let admin = ledger.connect("ADMIN", "admin").await;
    let plan = admin.plan(Provision::default()).await.unwrap();
    admin.apply(&plan).await.unwrap();

    for (user, inbox) in USERS {
        let log = ledger.connect(user, inbox).await;
        for stream in StreamName::ALL {
            let appended = log.append(first_commit(stream)).await;
            if writes(user).contains(&stream) {
                assert_eq!(appended.unwrap(), 1, "{user} writes {stream}");
            } else {
                let denied = matches!(&appended, Err(AppendError::Log { cause: LogError::Denied { .. }, .. }));
                assert!(denied, "{user} must not write {stream}: {appended:?}");
            }
        }
    }
    for (user, inbox) in USERS {
        let log = ledger.connect(user, inbox).await;
        for stream in StreamName::ALL {
            let read = log.read(stream, 1, ReadLimits::default()).await;
            let last = log.last_of(&subject_of(stream, "111122223333")).await;
            if reads(user).contains(&stream) {
                assert_eq!(read.unwrap().len(), 1, "{user} reads {stream}");
                assert!(last.unwrap().is_some(), "{user} reads {stream}");
            } else {
                assert!(matches!(read, Err(LogError::Denied { .. })), "{user} must not read {stream}: {read:?}");
                assert!(matches!(last, Err(LogError::Denied { .. })), "{user} must not read {stream}: {last:?}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_deletes_and_nobody_but_the_admin_changes_streams() {
    let ledger = Ledger::start();
    let admin = ledger.connect("ADMIN", "admin").await;
    let plan = admin.plan(Provision::default()).await.unwrap();
    admin.apply(&plan).await.unwrap();
    ledger.connect("MEMO_KEEPER", "memo-keeper").await.append(first_commit(StreamName::Memos)).await.unwrap();

    for (user, inbox) in USERS {
        let client = ledger.connect(user, inbox).await.client();
        for (call, body) in [
            ("STREAM.PURGE.MEMOS", "{}"),
            ("STREAM.MSG.DELETE.MEMOS", r#"{"seq":1}"#),
            ("STREAM.UPDATE.MEMOS", r#"{"name":"MEMOS","subjects":["memos.>"],"max_msgs":0,"max_age":1000000}"#),
        ] {
            let asked = client.request(format!("$JS.API.{call}"), body.into());
            let answer = tokio::time::timeout(Duration::from_millis(400), asked).await;
            match answer {
                Ok(Ok(message)) => {
                    let said = String::from_utf8_lossy(&message.payload).into_owned();
                    assert!(user == "ADMIN" && said.contains("\"error\""), "{user} {call}: {said}");
                }
                // Never answered: the server dropped it and told the client beside it.
                Ok(Err(_)) | Err(_) => assert_ne!(user, "ADMIN", "{call} was not answered"),
            }
        }
    }
    let found = admin.read(StreamName::Memos, 1, ReadLimits::default()).await.unwrap();
    assert_eq!(found.len(), 1, "nothing went");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_hears_its_own_member_and_no_other() {
    use futures_util::StreamExt as _;

    let ledger = Ledger::start();
    let admin = ledger.connect("ADMIN", "admin").await;
    let plan = admin.plan(Provision::default()).await.unwrap();
    admin.apply(&plan).await.unwrap();
    let filter = "memos.999900001111.111122223333";
    let consumer = format!(
        r#"{{"stream_name":"MEMOS","config":{{"durable_name":"customer-example","name":"customer-example","ack_policy":"explicit","deliver_policy":"all","filter_subject":"{filter}"}}}}"#
    );
    let create = format!("$JS.API.CONSUMER.CREATE.MEMOS.customer-example.{filter}");
    let made = admin.client().request(create.clone(), consumer.clone().into()).await.unwrap();
    assert!(!String::from_utf8_lossy(&made.payload).contains("\"error\""), "{:?}", made.payload);

    let customer = ledger.connect("CUSTOMER_EXAMPLE", "customer-example").await.client();
    // It may not make or change a consumer, not even its own.
    let asked = customer.request(create, consumer.into());
    assert!(!matches!(tokio::time::timeout(Duration::from_millis(400), asked).await, Ok(Ok(_))));

    let mut own = customer.subscribe(filter).await.unwrap();
    let mut others = customer.subscribe("memos.999900001111.444455556666").await.unwrap();
    let mut all = customer.subscribe("memos.>").await.unwrap();
    customer.flush().await.unwrap();
    let keeper = ledger.connect("MEMO_KEEPER", "memo-keeper").await;
    for member in ["111122223333", "444455556666"] {
        let subject = subject_of(StreamName::Memos, member);
        let id = CommitId::derive("a command", &subject, 1);
        let commit = SealedCommit::seal(subject, id, 1, 0, ChainHash::START, br#"{"facts":[]}"#.to_vec());
        keeper.append(commit).await.unwrap();
    }
    let heard = tokio::time::timeout(Duration::from_secs(5), own.next()).await.unwrap().unwrap();
    assert_eq!(heard.subject.as_str(), filter);
    for foreign in [&mut others, &mut all] {
        let heard = tokio::time::timeout(Duration::from_millis(300), foreign.next()).await;
        assert!(!matches!(heard, Ok(Some(_))), "{heard:?}");
    }

    // Durable: it pulls what it has not acknowledged, its own and nothing else.
    let inbox = customer.new_inbox();
    let mut pulled = customer.subscribe(inbox.clone()).await.unwrap();
    let next = "$JS.API.CONSUMER.MSG.NEXT.MEMOS.customer-example";
    customer.publish_with_reply(next, inbox, r#"{"batch":1}"#.into()).await.unwrap();
    let message = tokio::time::timeout(Duration::from_secs(5), pulled.next()).await.unwrap().unwrap();
    assert_eq!(message.subject.as_str(), filter);
    // Asked for, so that it is done before it is looked at.
    customer.request(message.reply.unwrap(), "+ACK".into()).await.unwrap();
    let info = customer.request("$JS.API.CONSUMER.INFO.MEMOS.customer-example", "".into()).await.unwrap();
    let info: serde_json::Value = serde_json::from_slice(&info.payload).unwrap();
    assert_eq!((&info["num_pending"], &info["ack_floor"]["stream_seq"]), (&0.into(), &1.into()), "{info}");
}
