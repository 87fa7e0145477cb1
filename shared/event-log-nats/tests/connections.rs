//! What becomes of a write or a wait when the connection is cut at the worst moment, and how soon a
//! wait hears of news.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use event_log::{AppendError, EventLog, ReadLimits};
use event_log_nats::{Address, ConnectSettings, JetStreamLog, Provision};
use testkit::NatsServer;
use wire::{ChainHash, CommitId, SealedCommit, StreamName, Subject};

/// Longer than a server needs to record what it was sent.
const RECORDING: Duration = Duration::from_millis(300);

/// An acknowledgement is waited for ten seconds; who sees the connection go need not.
const SOON: Duration = Duration::from_secs(8);

/// What happens to the message that a cut waits for.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Message {
    /// The server has it, and its acknowledgement is lost.
    Arrives,
    /// It is lost itself.
    IsLost,
}

/// The next message that holds some text has the connection cut.
type Cut = Arc<Mutex<Option<(&'static str, Message)>>>;

/// Stands between a client and a server.
struct Proxy {
    url: String,
    cut: Cut,
}

impl Proxy {
    fn before(server: &NatsServer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("nats://{}", listener.local_addr().unwrap());
        let server = server.url().trim_start_matches("nats://").to_owned();
        let cut: Cut = Arc::default();
        let of_connections = cut.clone();
        thread::spawn(move || {
            for client in listener.incoming() {
                let server = TcpStream::connect(&server).unwrap();
                let cut = of_connections.clone();
                thread::spawn(move || pass_on(client.unwrap(), server, &cut));
            }
        });
        Self { url, cut }
    }

    fn cut_at(&self, text: &'static str, message: Message) {
        *self.cut.lock().unwrap() = Some((text, message));
    }

    fn has_cut(&self) -> bool {
        self.cut.lock().unwrap().is_none()
    }
}

fn pass_on(client: TcpStream, server: TcpStream, cut: &Cut) {
    let muted = Arc::new(Mutex::new(false));
    let (answers, mut to_client, is_muted) = (server.try_clone().unwrap(), client.try_clone().unwrap(), muted.clone());
    thread::spawn(move || {
        copy(answers, |bytes| !*is_muted.lock().unwrap() && to_client.write_all(bytes).is_ok());
        let _ = to_client.shutdown(Shutdown::Both);
    });
    let (mut to_server, to_cut) = (server, client.try_clone().unwrap());
    copy(client, |bytes| {
        let mut waiting = cut.lock().unwrap();
        let Some((text, message)) = *waiting else { return to_server.write_all(bytes).is_ok() };
        if !bytes.windows(text.len()).any(|part| part == text.as_bytes()) {
            return to_server.write_all(bytes).is_ok();
        }
        *waiting = None;
        *muted.lock().unwrap() = true;
        if message == Message::Arrives {
            to_server.write_all(bytes).unwrap();
            thread::sleep(RECORDING);
        }
        let _ = to_cut.shutdown(Shutdown::Both);
        false
    });
    let _ = to_server.shutdown(Shutdown::Both);
}

/// Hands on what comes, as long as it is taken.
fn copy(mut from: TcpStream, mut to: impl FnMut(&[u8]) -> bool) {
    let mut buffer = vec![0; 256 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        if !to(&buffer[..count]) {
            return;
        }
    }
}

async fn connect(url: &str) -> JetStreamLog {
    let mut settings = ConnectSettings::default();
    let address = Address::parse(url, &mut settings).unwrap();
    JetStreamLog::connect(address, settings).await.unwrap()
}

async fn log_on(server: &NatsServer) -> JetStreamLog {
    let log = connect(&server.url()).await;
    let plan = log.plan(Provision::default()).await.unwrap();
    log.apply(&plan).await.unwrap();
    log
}

fn first_of(member: usize, what: &str) -> SealedCommit {
    let subject = Subject::parse(&format!("memos.999900001111.{member:012}")).unwrap();
    let id = CommitId::derive(what, &subject, 1);
    SealedCommit::seal(subject, id, 1, 0, ChainHash::START, br#"{"facts":[]}"#.to_vec())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_acknowledgement_is_resolved_by_the_subjects_last_commit() {
    let server = NatsServer::start();
    let direct = log_on(&server).await;
    let proxy = Proxy::before(&server);
    for (member, message) in [(1, Message::Arrives), (2, Message::IsLost)] {
        let log = connect(&proxy.url).await;
        proxy.cut_at("HPUB memos.", message);
        let began = Instant::now();
        assert_eq!(log.append(first_of(member, "ours")).await.unwrap(), member as u64, "{message:?}");
        assert!(proxy.has_cut() && began.elapsed() < SOON, "{message:?} took {:?}", began.elapsed());
    }
    // A cut that hits a commit which another's has forestalled is a conflict, and not taken for done.
    direct.append(first_of(3, "theirs")).await.unwrap();
    let log = connect(&proxy.url).await;
    proxy.cut_at("HPUB memos.", Message::Arrives);
    let refused = log.append(first_of(3, "ours")).await.unwrap_err();
    assert!(proxy.has_cut() && matches!(refused, AppendError::Conflict { .. }), "{refused}");
    assert_eq!(direct.read(StreamName::Memos, 1, ReadLimits::default()).await.unwrap().len(), 3, "each once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_acknowledgement_of_a_batch_is_resolved_too() {
    let server = NatsServer::start();
    let direct = log_on(&server).await;
    let proxy = Proxy::before(&server);
    for (round, message) in [Message::Arrives, Message::IsLost].into_iter().enumerate() {
        let log = connect(&proxy.url).await;
        let first = round * 10 + 1;
        let commits: Vec<SealedCommit> = (first..first + 10).map(|member| first_of(member, "ours")).collect();
        proxy.cut_at("Nats-Batch-Commit", message);
        let began = Instant::now();
        let expected: Vec<u64> = (first as u64..first as u64 + 10).collect();
        assert_eq!(log.append_many(commits).await.unwrap(), expected, "{message:?}");
        assert!(proxy.has_cut() && began.elapsed() < SOON, "{message:?} took {:?}", began.elapsed());
    }
    assert_eq!(direct.read(StreamName::Memos, 1, ReadLimits::default()).await.unwrap().len(), 20, "each once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_is_cut_off_goes_on_where_it_was() {
    let server = NatsServer::start();
    let direct = log_on(&server).await;
    let proxy = Proxy::before(&server);
    let log = connect(&proxy.url).await;
    for member in 1..=3 {
        direct.append(first_of(member, "theirs")).await.unwrap();
    }
    let limits = ReadLimits { commits_max: 1, ..ReadLimits::default() };
    let began = Instant::now();
    for sequence in 1..=3_u64 {
        proxy.cut_at("$JS.API.DIRECT.GET.", Message::IsLost);
        let found = log.read(StreamName::Memos, sequence, limits).await.unwrap();
        assert_eq!(found.iter().map(|stored| stored.sequence).collect::<Vec<_>>(), [sequence]);
    }
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_hears_of_news_when_it_comes_and_leaves_nothing_behind() {
    const ROUNDS: usize = 21;
    let server = NatsServer::start();
    let writer = log_on(&server).await;
    let reader = connect(&server.url()).await;
    let mut delays = Vec::new();
    for round in 1..=ROUNDS {
        let known = round as u64 - 1;
        let appended = async {
            // Not before the wait has begun.
            tokio::time::sleep(Duration::from_millis(40)).await;
            writer.append(first_of(round, "news")).await.unwrap();
            Instant::now()
        };
        let heard = async {
            // Other streams are waited for as well, and dropped when one has news.
            tokio::select! {
                came = reader.wait_beyond(StreamName::Memos, known, Duration::from_secs(20)) => assert!(came.unwrap()),
                _ = reader.wait_beyond(StreamName::Usage, 0, Duration::from_secs(20)) => unreachable!("nothing is there"),
            }
            Instant::now()
        };
        let (appended, heard) = tokio::join!(appended, heard);
        // As a service does: it reads what it heard of, and looks at the other streams.
        let began = Instant::now();
        let found = reader.read(StreamName::Memos, known + 1, ReadLimits::default()).await.unwrap();
        assert_eq!(found.len(), 1);
        assert!(reader.read(StreamName::Usage, 1, ReadLimits::default()).await.unwrap().is_empty());
        assert!(
            began.elapsed() < Duration::from_millis(500),
            "a read at the head does not wait: {:?}",
            began.elapsed()
        );
        delays.push(heard.saturating_duration_since(appended));
    }
    delays.sort();
    println!("woken after {:?} (median), {:?} (longest)", delays[ROUNDS / 2], delays[ROUNDS - 1]);
    assert!(delays[ROUNDS / 2] < Duration::from_millis(250), "{delays:?}");

    for stream in [StreamName::Memos, StreamName::Usage] {
        let info = reader.client().request(format!("$JS.API.STREAM.INFO.{stream}"), "".into()).await.unwrap();
        let info: serde_json::Value = serde_json::from_slice(&info.payload).unwrap();
        let consumers = info["state"]["consumer_count"].as_u64().unwrap();
        assert_eq!(consumers, 0, "{stream} has {consumers} consumers after {ROUNDS} waits");
    }
}
