//! Tests against simulated files: damage, loss of power, caches, readers.

mod caches;
mod damage;
mod power;
mod readers;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use event_log::{
    EventLog, LogError, ReadLimits,
    conformance::{Author, body, read_all, subject},
};
use wire::{StoredCommit, StreamName};

use crate::{FileLog, Settings, simulator::SimulatedFiles};

const MEMOS: StreamName = StreamName::Memos;

/// Some four lines.
const SMALL_SEGMENT_BYTES: u64 = 1500;

fn settings(files: &SimulatedFiles) -> Settings {
    Settings { segment_bytes_max: SMALL_SEGMENT_BYTES, layer: Arc::new(files.clone()) }
}

fn one_segment(files: &SimulatedFiles) -> Settings {
    Settings { layer: Arc::new(files.clone()), ..Settings::default() }
}

fn dir() -> &'static Path {
    Path::new("/data")
}

fn segment(first: u64) -> PathBuf {
    crate::layout::segment_path(&crate::layout::stream_dir(dir(), MEMOS), first)
}

fn open(settings: Settings) -> Result<FileLog, LogError> {
    FileLog::open_writer_blocking(dir(), Duration::ZERO, settings)
}

/// Appends so many commits to MEMOS, over three subjects, one a call.
async fn write(settings: Settings, count: usize) -> Vec<StoredCommit> {
    let log = open(settings).unwrap();
    let mut author = Author::default();
    let mut all = Vec::new();
    for turn in 0..count {
        all.push(author.append(&log, &subject(MEMOS, turn % 3), body(turn)).await);
    }
    all
}

async fn read(log: &FileLog) -> Vec<StoredCommit> {
    read_all(log, MEMOS, ReadLimits::default()).await
}

async fn assert_answers(log: &FileLog, all: &[StoredCommit]) {
    assert_eq!(log.head(MEMOS).await.unwrap().last_sequence, all.len() as u64);
    assert_eq!(read(log).await, all);
    for number in 0..3 {
        let of_subject: Vec<_> =
            all.iter().filter(|stored| stored.commit.subject == subject(MEMOS, number)).cloned().collect();
        assert_eq!(log.last_of(&subject(MEMOS, number)).await.unwrap().as_ref(), of_subject.last());
        assert_eq!(log.read_subject(&subject(MEMOS, number)).await.unwrap(), of_subject);
    }
}
