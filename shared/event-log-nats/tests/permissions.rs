//! The permissions that are shipped, against a real server: each user does its own work and is
//! refused everything beyond it, also where it names a stream's subject for the answer.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{collections::BTreeSet, fs, path::Path, time::Duration};

use event_log::{AppendError, EventLog, LogError, ReadLimits};
use event_log_nats::{Address, ConnectSettings, JetStreamLog, Provision, Secret};
use futures_util::StreamExt as _;
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

const CUSTOMERS_FILTER: &str = "memos.999900001111.111122223333";

/// What anybody could try: a subject, and what is sent.
const VERBS: [(&str, &str); 35] = [
    ("$JS.API.STREAM.INFO.MEMOS", ""),
    ("$JS.API.STREAM.INFO.USAGE", ""),
    ("$JS.API.STREAM.MSG.GET.MEMOS", r#"{"seq":1}"#),
    ("$JS.API.STREAM.MSG.GET.USAGE", r#"{"seq":1}"#),
    ("$JS.API.DIRECT.GET.MEMOS", r#"{"seq":1,"batch":10}"#),
    ("$JS.API.DIRECT.GET.USAGE", r#"{"seq":1,"batch":10}"#),
    ("$JS.API.CONSUMER.INFO.MEMOS.subscriber", ""),
    ("$JS.API.CONSUMER.INFO.MEMOS.customer-example", ""),
    ("$JS.API.CONSUMER.MSG.NEXT.MEMOS.subscriber", r#"{"batch":1,"no_wait":true}"#),
    ("$JS.API.CONSUMER.MSG.NEXT.MEMOS.customer-example", r#"{"batch":1,"no_wait":true}"#),
    ("creditmemo.commands.memo-keeper", "{}"),
    ("$SRV.PING.memo-keeper", ""),
    // From here on nobody but the admin.
    ("$JS.API.INFO", ""),
    ("$JS.API.STREAM.NAMES", ""),
    ("$JS.API.STREAM.LIST", ""),
    ("$JS.API.STREAM.DELETE.MEMOS", ""),
    ("$JS.API.STREAM.PURGE.MEMOS", ""),
    ("$JS.API.STREAM.MSG.DELETE.MEMOS", r#"{"seq":1}"#),
    ("$JS.API.STREAM.UPDATE.MEMOS", r#"{"name":"MEMOS","subjects":["memos.>"],"max_age":1000000000}"#),
    ("$JS.API.STREAM.CREATE.COPY", r#"{"name":"COPY","subjects":["copy.>"],"sources":[{"name":"MEMOS"}]}"#),
    ("$JS.API.STREAM.SNAPSHOT.MEMOS", r#"{"deliver_subject":"credits.999900001111.111122223333"}"#),
    ("$JS.API.STREAM.RESTORE.MEMOS", "{}"),
    ("$JS.API.STREAM.LEADER.STEPDOWN.MEMOS", ""),
    ("$JS.API.STREAM.PEER.REMOVE.MEMOS", r#"{"peer":"ledger-1"}"#),
    ("$JS.API.META.LEADER.STEPDOWN", ""),
    ("$JS.API.CONSUMER.NAMES.MEMOS", ""),
    ("$JS.API.CONSUMER.LIST.MEMOS", ""),
    ("$JS.API.CONSUMER.DELETE.MEMOS.subscriber", ""),
    ("$JS.API.CONSUMER.DELETE.MEMOS.customer-example", ""),
    (
        "$JS.API.CONSUMER.CREATE.MEMOS.customer-example",
        r#"{"stream_name":"MEMOS","config":{"durable_name":"customer-example","name":"customer-example","ack_policy":"explicit","filter_subject":"memos.>"}}"#,
    ),
    (
        "$JS.API.CONSUMER.CREATE.MEMOS.push",
        r#"{"stream_name":"MEMOS","config":{"name":"push","ack_policy":"none","deliver_subject":"credits.999900001111.111122223333"}}"#,
    ),
    ("$JS.API.CONSUMER.CREATE.MEMOS", r#"{"stream_name":"MEMOS","config":{"ack_policy":"none"}}"#),
    (
        "$JS.API.CONSUMER.DURABLE.CREATE.MEMOS.mine",
        r#"{"stream_name":"MEMOS","config":{"durable_name":"mine","ack_policy":"none"}}"#,
    ),
    ("$JS.API.CONSUMER.PAUSE.MEMOS.customer-example", r#"{"pause_until":"2100-01-01T00:00:00Z"}"#),
    ("$JS.API.CONSUMER.LEADER.STEPDOWN.MEMOS.customer-example", ""),
];

/// Whether a user is answered; else it is denied. The admin is asked nothing here that changes something.
fn is_answered(user: &str, verb: &str) -> bool {
    let reads = ["STREAM.INFO.", "STREAM.MSG.GET.", "DIRECT.GET."].iter().any(|of| verb.contains(of));
    match user {
        "ADMIN" => verb.starts_with("$JS.API."),
        "SUBSCRIBER" => (reads && verb.ends_with(".MEMOS")) || is_own(verb, "subscriber"),
        "CUSTOMER_EXAMPLE" => is_own(verb, "customer-example"),
        "OPERATOR" => reads || !verb.starts_with("$JS."),
        _ => reads,
    }
}

fn is_own(verb: &str, consumer: &str) -> bool {
    ["INFO", "MSG.NEXT"].iter().any(|of| verb == format!("$JS.API.CONSUMER.{of}.MEMOS.{consumer}"))
}

/// What the admin may be asked without harm, and for everybody else everything.
fn verbs_for(user: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let harmless = ["INFO", "MSG.GET", "DIRECT.GET", "NAMES", "LIST"];
    let is_admin = user == "ADMIN";
    VERBS.into_iter().filter(move |(verb, _)| {
        !is_admin || !verb.starts_with("$JS.API.") || harmless.iter().any(|of| verb.contains(of))
    })
}

/// The streams with a commit each, and the consumers that the admin makes for those who follow.
async fn filled(ledger: &Ledger) -> JetStreamLog {
    let admin = ledger.connect("ADMIN", "admin").await;
    let plan = admin.plan(Provision::default()).await.unwrap();
    admin.apply(&plan).await.unwrap();
    for (user, inbox) in USERS {
        let log = ledger.connect(user, inbox).await;
        for stream in writes(user) {
            log.append(first_commit(*stream)).await.unwrap();
        }
    }
    for (name, filter) in [("subscriber", "memos.>"), ("customer-example", CUSTOMERS_FILTER)] {
        let consumer = format!(
            r#"{{"stream_name":"MEMOS","config":{{"durable_name":"{name}","name":"{name}","ack_policy":"explicit","filter_subject":"{filter}"}}}}"#
        );
        asked(&admin, &format!("CONSUMER.DURABLE.CREATE.MEMOS.{name}"), consumer).await;
    }
    admin
}

/// What the admin is told; an error fails.
async fn asked(admin: &JetStreamLog, question: &str, body: String) -> serde_json::Value {
    let answer = admin.client().request(format!("$JS.API.{question}"), body.into()).await.unwrap();
    let answer: serde_json::Value = serde_json::from_slice(&answer.payload).unwrap();
    assert!(answer["error"].is_null(), "{question}: {answer}");
    answer
}

/// How long each stream is, how it is set up, and the consumers of memos.
async fn state_of(admin: &JetStreamLog) -> Vec<serde_json::Value> {
    let mut state = Vec::new();
    for stream in StreamName::ALL {
        let info = asked(admin, &format!("STREAM.INFO.{stream}"), String::new()).await;
        state.extend([info["state"]["messages"].clone(), info["state"]["last_seq"].clone(), info["config"].clone()]);
    }
    state.push(asked(admin, "STREAM.NAMES", String::new()).await["streams"].clone());
    let consumers = asked(admin, "CONSUMER.LIST.MEMOS", String::new()).await;
    let mut configs: Vec<_> =
        consumers["consumers"].as_array().unwrap().iter().map(|of| of["config"].clone()).collect();
    configs.sort_by_key(|config| config["name"].to_string());
    state.extend(configs);
    state
}

/// Answers every command, as the service does.
async fn answer_as_a_service(ledger: &Ledger) -> JetStreamLog {
    let log = ledger.connect("MEMO_KEEPER", "memo-keeper").await;
    let client = log.client();
    for subject in ["creditmemo.commands.memo-keeper", "$SRV.PING.memo-keeper"] {
        let mut asked = client.subscribe(subject).await.unwrap();
        let client = client.clone();
        tokio::spawn(async move {
            while let Some(message) = asked.next().await {
                if let Some(reply) = message.reply {
                    client.publish(reply, "an answer".into()).await.unwrap();
                }
            }
        });
    }
    client.flush().await.unwrap();
    log
}

#[tokio::test(flavor = "multi_thread")]
async fn each_user_is_answered_what_is_its_own_to_ask_and_denied_every_other_verb() {
    const WAIT: Duration = Duration::from_secs(10);
    let ledger = Ledger::start();
    let admin = filled(&ledger).await;
    let _service = answer_as_a_service(&ledger).await;
    let before = state_of(&admin).await;
    let mut probes = 0;
    for (user, inbox) in USERS {
        let log = ledger.connect(user, inbox).await;
        let client = log.client();
        let mut denials = log.denials();
        let (mut to_answer, mut to_deny) = (Vec::new(), BTreeSet::new());
        for (verb, body) in verbs_for(user) {
            probes += 1;
            let reply = client.new_inbox();
            if is_answered(user, verb) {
                to_answer.push((verb, client.subscribe(reply.clone()).await.unwrap()));
            } else {
                to_deny.insert(verb);
            }
            client.publish_with_reply(verb, reply, body.into()).await.unwrap();
        }
        // Each is either denied, or answered with something.
        while !to_deny.is_empty() {
            let said = tokio::time::timeout(WAIT, denials.recv()).await;
            let said = said.unwrap_or_else(|_| panic!("{user} must be denied {to_deny:?}")).unwrap();
            let named = to_deny.iter().copied().find(|verb| said.contains(&format!("\"{verb}\"")));
            assert!(to_deny.remove(named.unwrap_or_default()), "{user}: {said}");
        }
        for (verb, mut answers) in to_answer {
            let came = tokio::time::timeout(WAIT, answers.next()).await;
            let came = came.unwrap_or_else(|_| panic!("{user} must be answered {verb}")).unwrap();
            let said = String::from_utf8_lossy(&came.payload);
            assert!(!said.contains("not enabled"), "{user} {verb}: {said}");
        }
    }
    println!("{probes} probes");
    assert_eq!(state_of(&admin).await, before, "nothing was written, made, changed or deleted");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_becomes_a_message_of_a_stream_whatever_reply_is_named() {
    let ledger = Ledger::start();
    let admin = filled(&ledger).await;
    let _service = answer_as_a_service(&ledger).await;
    let before = state_of(&admin).await;
    let mut probes = 0;
    let acknowledgement = "$JS.ACK.MEMOS.customer-example.1.1.1.1700000000000000000.0";
    for (user, inbox) in USERS {
        let client = ledger.connect(user, inbox).await.client();
        let verbs = verbs_for(user).chain([(acknowledgement, "+NXT")]).collect::<Vec<_>>();
        for (verb, body) in &verbs {
            for stream in StreamName::ALL {
                for reply in [subject_of(stream, "444455556666"), subject_of(stream, "111122223333")] {
                    probes += 1;
                    client.publish_with_reply(*verb, reply.to_string(), (*body).into()).await.unwrap();
                }
            }
        }
        client.flush().await.unwrap();
    }
    println!("{probes} probes");
    // The server works on questions one after another: what was asked before has been answered.
    for _ in 0..20 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(state_of(&admin).await, before, "an answer landed in a stream");
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
