//! `FileLog`: the port over the files.
//!
//! Invariants: what blocks runs on the writer's thread or on tokio's blocking threads, never on the
//! executor; dropping a writer lets its queue run out, then frees the lock. Deliberately absent:
//! everything the other modules do.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::Duration,
};

use async_trait::async_trait;
use event_log::{AppendError, EventLog, LogError, ReadLimits, StreamHead, UnfinishedEnd};
use tokio::{
    sync::{mpsc, oneshot},
    task::spawn_blocking,
    time::Instant,
};
use wire::{SealedCommit, StoredCommit, StreamName, Subject};

use crate::{
    append::{Appender, Outcome, QUEUE_REQUESTS_MAX, Request},
    error::unavailable,
    layer::{FileLayer, RealFiles},
    layout::{SEGMENT_BYTES_MAX, streams_dir},
    load::{self, Repair},
    lock,
    scan::Scan,
    view::StreamView,
};

/// How often a waiting reader looks for commits of another process: well below what a person
/// notices, and a look costs two questions to the file system.
const READER_POLL_DELAY: Duration = Duration::from_millis(25);

/// A write that is under way has grown or ended after this.
const WRITE_UNDER_WAY: Duration = Duration::from_millis(200);

/// What a test or a bench may set otherwise.
#[derive(Debug, Clone)]
pub struct Settings {
    /// A segment is followed by another when a line would take it beyond this.
    pub segment_bytes_max: u64,
    /// The file system.
    pub layer: Arc<dyn FileLayer>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { segment_bytes_max: SEGMENT_BYTES_MAX, layer: Arc::new(RealFiles) }
    }
}

/// The embedded log, open as the writer of its directory or as one of its readers.
#[derive(Debug)]
pub struct FileLog {
    dir: PathBuf,
    views: [Arc<StreamView>; StreamName::ALL.len()],
    repairs: Vec<Repair>,
    writer: Option<Writer>,
}

/// The way to the writer's thread.
#[derive(Debug)]
struct Writer {
    queue: Option<mpsc::Sender<Request>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl FileLog {
    /// Opens the log of a directory as its only writer, waiting for another writer to end at most
    /// so long. Makes what is missing; cuts off unfinished ends (see [`FileLog::repairs`]).
    ///
    /// # Errors
    /// [`LogError::Locked`] where another process is still writing; [`LogError::Damaged`] and
    /// [`LogError::Gap`] where the files are not what was written; [`LogError::Unavailable`].
    pub async fn open_writer(dir: &Path, wait: Duration) -> Result<Self, LogError> {
        let dir = dir.to_owned();
        blocking("opening the log", move || Self::open_writer_blocking(&dir, wait, Settings::default())).await
    }

    /// Opens the log of a directory to read, beside any writer. Changes no file.
    ///
    /// # Errors
    /// [`LogError::Unavailable`] where there is no log. Streams are opened when they are first
    /// asked for, so damage shows then.
    pub async fn open_reader(dir: &Path) -> Result<Self, LogError> {
        let dir = dir.to_owned();
        blocking("opening the log", move || Self::open_reader_blocking(&dir, Settings::default())).await
    }

    /// [`FileLog::open_writer`], on this thread.
    ///
    /// # Errors
    /// As there.
    pub fn open_writer_blocking(dir: &Path, wait: Duration, settings: Settings) -> Result<Self, LogError> {
        let Settings { segment_bytes_max, layer } = settings;
        layer.create_dir_all(dir).map_err(|cause| unavailable("making", dir, &cause))?;
        let lock = lock::take(&*layer, dir, wait)?;
        let mut repairs = Vec::new();
        let mut open = |stream| -> Result<Arc<StreamView>, LogError> {
            let (index, repair) = load::for_writing(&*layer, dir, stream)?;
            repairs.extend(repair);
            Ok(Arc::new(StreamView::of_writer(Arc::clone(&layer), dir.to_owned(), index)))
        };
        let [accounts, usage, credits, memos, billing] = StreamName::ALL;
        let views = [open(accounts)?, open(usage)?, open(credits)?, open(memos)?, open(billing)?];

        let (queue, requests) = mpsc::channel(QUEUE_REQUESTS_MAX);
        let appender = Appender::new(requests, &views, segment_bytes_max, lock);
        let thread = thread::Builder::new()
            .name("event-log-writer".to_owned())
            .spawn(move || appender.run())
            .map_err(|cause| unavailable("starting the writer's thread for", dir, &cause))?;
        let writer = Writer { queue: Some(queue), thread: Some(thread) };
        Ok(Self { dir: dir.to_owned(), views, repairs, writer: Some(writer) })
    }

    /// [`FileLog::open_reader`], on this thread.
    ///
    /// # Errors
    /// As there.
    pub fn open_reader_blocking(dir: &Path, settings: Settings) -> Result<Self, LogError> {
        let layer = settings.layer;
        let streams = streams_dir(dir);
        layer.names(&streams).map_err(|cause| unavailable("finding a log in", &streams, &cause))?;
        let view = |stream| Arc::new(StreamView::of_reader(Arc::clone(&layer), dir.to_owned(), stream));
        Ok(Self { dir: dir.to_owned(), views: StreamName::ALL.map(view), repairs: Vec::new(), writer: None })
    }

    /// The directory of the log.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// What was cut off at opening. Nothing of it was ever acknowledged.
    pub fn repairs(&self) -> &[Repair] {
        &self.repairs
    }

    /// Reads a stream in blocks of whole lines, on the caller's thread: the fast way, for replays
    /// and audits.
    pub fn scan(&self, stream: StreamName, from: u64) -> Scan {
        Scan::new(Arc::clone(self.view(stream)), from)
    }

    fn view(&self, stream: StreamName) -> &Arc<StreamView> {
        &self.views[stream as usize]
    }

    async fn submit(&self, commits: Vec<SealedCommit>) -> Outcome {
        let Some(subject) = commits.first().map(|commit| commit.subject.clone()) else { return Ok(Vec::new()) };
        let failed = |cause: &str| {
            let doing = format!("appending to the log in {}", self.dir.display());
            Err((0, AppendError::Log { subject, cause: LogError::Unavailable { doing, cause: cause.to_owned() } }))
        };
        let Some(queue) = self.writer.as_ref().and_then(|writer| writer.queue.as_ref()) else {
            return failed("it was opened to read; open it as its writer");
        };
        let (reply, outcome) = oneshot::channel();
        if queue.send(Request { commits, reply }).await.is_err() {
            return failed("the writer's thread has ended; open the log again");
        }
        match outcome.await {
            Ok(outcome) => outcome,
            Err(_) => failed("the writer's thread ended before it answered; open the log again"),
        }
    }

    async fn ask<R: Send + 'static>(
        &self,
        stream: StreamName,
        question: impl FnOnce(&StreamView) -> Result<R, LogError> + Send + 'static,
    ) -> Result<R, LogError> {
        let view = Arc::clone(self.view(stream));
        blocking("reading the log", move || question(&view)).await
    }
}

#[async_trait]
impl EventLog for FileLog {
    async fn append(&self, commit: SealedCommit) -> Result<u64, AppendError> {
        let sequences = self.submit(vec![commit]).await.map_err(|(_, refusal)| refusal)?;
        // One commit was recorded, so there is one sequence.
        Ok(sequences.first().copied().unwrap_or_default())
    }

    async fn append_many(&self, commits: Vec<SealedCommit>) -> Result<Vec<u64>, (usize, AppendError)> {
        self.submit(commits).await
    }

    async fn read(&self, stream: StreamName, from: u64, limits: ReadLimits) -> Result<Vec<StoredCommit>, LogError> {
        self.ask(stream, move |view| view.read(from, limits)).await
    }

    async fn read_subject(&self, subject: &Subject) -> Result<Vec<StoredCommit>, LogError> {
        let subject = subject.clone();
        self.ask(subject.stream(), move |view| view.read_subject(&subject)).await
    }

    async fn last_of(&self, subject: &Subject) -> Result<Option<StoredCommit>, LogError> {
        let subject = subject.clone();
        self.ask(subject.stream(), move |view| view.last_of(&subject)).await
    }

    async fn head(&self, stream: StreamName) -> Result<StreamHead, LogError> {
        self.ask(stream, StreamView::head).await
    }

    async fn unfinished_end(&self, stream: StreamName) -> Result<Option<UnfinishedEnd>, LogError> {
        let seen = self.ask(stream, StreamView::unfinished_end).await?;
        if seen.is_none() {
            return Ok(None);
        }
        tokio::time::sleep(WRITE_UNDER_WAY).await;
        let still = self.ask(stream, StreamView::unfinished_end).await?;
        Ok(still.filter(|still| Some(still) == seen.as_ref()))
    }

    async fn wait_beyond(&self, stream: StreamName, sequence: u64, timeout: Duration) -> Result<bool, LogError> {
        if self.writer.is_some() {
            let mut last_sequence = self.view(stream).last_sequence.subscribe();
            let gone_beyond = last_sequence.wait_for(|last| *last > sequence);
            return Ok(tokio::time::timeout(timeout, gone_beyond).await.is_ok_and(|waited| waited.is_ok()));
        }
        let start = Instant::now();
        loop {
            if self.head(stream).await?.last_sequence > sequence {
                return Ok(true);
            }
            let left = timeout.saturating_sub(start.elapsed());
            if left.is_zero() {
                return Ok(false);
            }
            tokio::time::sleep(READER_POLL_DELAY.min(left)).await;
        }
    }
}

impl Drop for Writer {
    /// Waits for the thread: it has at most one full queue to sync, and the lock must be free for
    /// whoever opens the log next.
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the log's writer thread panicked: a defect; what it had acknowledged is durable");
        }
    }
}

async fn blocking<R: Send + 'static>(
    doing: &str,
    work: impl FnOnce() -> Result<R, LogError> + Send + 'static,
) -> Result<R, LogError> {
    let stopped =
        |cause: tokio::task::JoinError| LogError::Unavailable { doing: doing.to_owned(), cause: cause.to_string() };
    spawn_blocking(work).await.map_err(stopped)?
}
