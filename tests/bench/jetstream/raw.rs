//! The raw client's side: nothing is checked, kept or known that the server does not need.

use std::time::{Duration, Instant};

use async_nats::{Client, HeaderMap, HeaderValue, Message, Request, Subscriber};
use bytes::Bytes;
use futures_util::StreamExt;
use serde_json::Value;
use wire::{CommitBody, SealedCommit, headers_of};

/// Those of the server and of the adapter.
const BATCH_MESSAGES: usize = 1_000;
const BATCH_BYTES: usize = 16 * 1024 * 1024;

const PULL: &str = r#"{"batch":20000,"max_bytes":16777216,"expires":5000000000}"#;

/// A message as the adapter would send it, made before the clock runs.
struct Ready {
    subject: String,
    headers: HeaderMap,
    body: Bytes,
}

fn ready(commit: &SealedCommit) -> Ready {
    let mut headers = HeaderMap::new();
    for (name, value) in headers_of(commit) {
        headers.insert(name, HeaderValue::from(value.as_str()));
    }
    headers.insert("Nats-Expected-Stream", "MEMOS");
    headers.insert("Nats-Expected-Last-Subject-Sequence", commit.prev.to_string().as_str());
    Ready { subject: commit.subject.to_string(), headers, body: commit.body.to_vec().into() }
}

async fn ask(client: &Client, ready: Ready) {
    let request = Request::new().headers(ready.headers).payload(ready.body).timeout(Some(Duration::from_secs(30)));
    let answer = client.send_request(ready.subject, request).await.unwrap();
    let answer: Value = serde_json::from_slice(&answer.payload).unwrap();
    assert!(answer["error"].is_null(), "{answer}");
}

pub(crate) async fn publish_one_by_one(client: Client, commits: &[SealedCommit]) -> Duration {
    let messages: Vec<Ready> = commits.iter().map(ready).collect();
    let began = Instant::now();
    for message in messages {
        ask(&client, message).await;
    }
    began.elapsed()
}

pub(crate) async fn publish_in_batches(client: Client, commits: &[SealedCommit]) -> Duration {
    let mut batches: Vec<Vec<Ready>> = Vec::new();
    let mut bytes = 0;
    for commit in commits {
        bytes += commit.body.len();
        let full = batches.last().is_none_or(|batch| batch.len() >= BATCH_MESSAGES) || bytes > BATCH_BYTES;
        if full {
            batches.push(Vec::new());
            bytes = commit.body.len();
        }
        batches.last_mut().unwrap().push(ready(commit));
    }
    for (number, batch) in batches.iter_mut().enumerate() {
        let count = batch.len();
        for (at, message) in batch.iter_mut().enumerate() {
            message.headers.insert("Nats-Batch-Id", format!("batch-{number}").as_str());
            message.headers.insert("Nats-Batch-Sequence", (at + 1).to_string().as_str());
            if at + 1 == count {
                message.headers.insert("Nats-Batch-Commit", "1");
            }
        }
    }
    let began = Instant::now();
    for mut batch in batches {
        let last = batch.pop().unwrap();
        for message in batch {
            client.publish_with_headers(message.subject, message.headers, message.body).await.unwrap();
        }
        ask(&client, last).await;
    }
    began.elapsed()
}

/// A consumer without acknowledgements, read in large pulls: what the server can give at best.
struct Pulled {
    client: Client,
    messages: Subscriber,
    inbox: String,
}

impl Pulled {
    async fn begin(client: Client) -> Self {
        let config = r#"{"stream_name":"MEMOS","config":{"name":"raw","ack_policy":"none","deliver_policy":"all","replay_policy":"instant","mem_storage":true,"inactive_threshold":60000000000},"action":"create"}"#;
        client.request("$JS.API.CONSUMER.DELETE.MEMOS.raw", Bytes::new()).await.unwrap();
        client.request("$JS.API.CONSUMER.CREATE.MEMOS.raw", config.into()).await.unwrap();
        let inbox = client.new_inbox();
        let messages = client.subscribe(inbox.clone()).await.unwrap();
        let pulled = Self { client, messages, inbox };
        pulled.pull().await;
        pulled
    }

    async fn pull(&self) {
        let next = "$JS.API.CONSUMER.MSG.NEXT.MEMOS.raw";
        self.client.publish_with_reply(next, self.inbox.clone(), PULL.into()).await.unwrap();
    }

    async fn next(&mut self) -> Message {
        loop {
            let message = self.messages.next().await.unwrap();
            if message.status.is_none() {
                return message;
            }
            // The pull is over: it was as much as fits.
            self.pull().await;
        }
    }
}

pub(crate) async fn receive(client: Client, bytes: usize) -> Duration {
    let began = Instant::now();
    let mut pulled = Pulled::begin(client).await;
    let mut found = 0;
    while found < bytes {
        found += pulled.next().await.payload.len();
    }
    assert_eq!(found, bytes);
    began.elapsed()
}

pub(crate) async fn decode(client: Client, events: usize) -> Duration {
    let began = Instant::now();
    let mut pulled = Pulled::begin(client).await;
    let mut found = 0;
    while found < events {
        let message = pulled.next().await;
        let body: CommitBody = serde_json::from_slice(&message.payload).unwrap();
        found += body.facts.len();
    }
    assert_eq!(found, events);
    began.elapsed()
}
