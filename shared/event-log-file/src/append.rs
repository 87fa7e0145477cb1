//! The writer's thread: takes requests from a queue, as many as have come, and makes them durable
//! with one write and one sync a stream.
//!
//! Invariants: nothing is answered before it is synced; the index (and so every reader in this
//! process) learns of a commit only then; after a write or sync that failed a stream takes nothing
//! more until the log is opened again, because what is on the disk is no longer known. Deliberately
//! absent: async, retries.

use std::{
    collections::{HashMap, HashSet},
    io,
    sync::Arc,
};

use event_log::{AppendError, LogError, SubjectHead};
use tokio::sync::{mpsc, oneshot};
use wire::{SealedCommit, StreamName, Subject};

use crate::{
    index::{LineEntry, SubjectKey},
    layer::AppendFile,
    layout::segment_path,
    line::encode_line,
    load::write_sidecar,
    view::StreamView,
};

/// Requests that may wait: enough to fill a group while one is synced; beyond it writers wait.
pub(crate) const QUEUE_REQUESTS_MAX: usize = 1024;

/// Bytes that are gathered before they are written: bounds memory and the time of one sync.
const GROUP_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Subjects whose heads are remembered, so that one that is written often is not read back.
const HEADS_MAX: usize = 65_536;

/// What became of a request.
pub(crate) type Outcome = Result<Vec<u64>, (usize, AppendError)>;

/// Commits of one call.
pub(crate) struct Request {
    pub(crate) commits: Vec<SealedCommit>,
    pub(crate) reply: oneshot::Sender<Outcome>,
}

/// All that the thread owns. The lock is let go when it ends, after its last sync.
pub(crate) struct Appender {
    queue: mpsc::Receiver<Request>,
    streams: [StreamAppender; StreamName::ALL.len()],
    _lock: Box<dyn Send>,
}

/// A request whose commits are in the buffers and not yet durable.
struct Attempt {
    accepted: Vec<(Subject, u64)>,
    refusal: Option<AppendError>,
    reply: oneshot::Sender<Outcome>,
}

struct StreamAppender {
    view: Arc<StreamView>,
    segment_bytes_max: u64,
    file: Option<Box<dyn AppendFile>>,
    /// Durable bytes of the segment.
    segment_bytes: u64,
    durable_sequence: u64,
    /// Lines that are not written yet, and their entries.
    buffer: Vec<u8>,
    entries: Vec<LineEntry>,
    heads: HashMap<Subject, SubjectHead>,
    /// Why nothing more can be written.
    broken: Option<String>,
}

impl Appender {
    pub(crate) fn new(
        queue: mpsc::Receiver<Request>,
        views: &[Arc<StreamView>; StreamName::ALL.len()],
        segment_bytes_max: u64,
        lock: Box<dyn Send>,
    ) -> Self {
        let streams = views.each_ref().map(|view| StreamAppender::new(Arc::clone(view), segment_bytes_max));
        Self { queue, streams, _lock: lock }
    }

    /// Serves the queue until its last sender is gone.
    pub(crate) fn run(mut self) {
        while let Some(request) = self.queue.blocking_recv() {
            let mut group = vec![self.accept(request)];
            while group.len() < QUEUE_REQUESTS_MAX
                && self.buffered_bytes() < GROUP_BYTES_MAX
                && let Ok(request) = self.queue.try_recv()
            {
                group.push(self.accept(request));
            }
            self.streams.iter_mut().for_each(StreamAppender::flush);
            group.into_iter().for_each(|attempt| self.settle(attempt));
        }
    }

    fn buffered_bytes(&self) -> usize {
        self.streams.iter().map(|stream| stream.buffer.len()).sum()
    }

    fn accept(&mut self, request: Request) -> Attempt {
        let Request { commits, reply } = request;
        let mut attempt = Attempt { accepted: Vec::with_capacity(commits.len()), refusal: None, reply };
        let mut touched = HashSet::new();
        for commit in commits {
            let in_call = !touched.insert(commit.subject.clone());
            match self.streams[commit.subject.stream() as usize].accept(&commit, in_call) {
                Ok(sequence) => attempt.accepted.push((commit.subject, sequence)),
                Err(refusal) => {
                    attempt.refusal = Some(refusal);
                    break;
                }
            }
        }
        attempt
    }

    fn settle(&self, attempt: Attempt) {
        let Attempt { accepted, refusal, reply } = attempt;
        let durable = |(subject, sequence): &(Subject, u64)| *sequence <= self.of(subject).durable_sequence;
        let recorded = accepted.iter().take_while(|one| durable(one)).count();
        let outcome = match (accepted.get(recorded), refusal) {
            (Some((subject, _)), _) => {
                Err((recorded, AppendError::Log { subject: subject.clone(), cause: self.of(subject).failure() }))
            }
            (None, Some(refusal)) => Err((recorded, refusal)),
            (None, None) => Ok(accepted.into_iter().map(|(_, sequence)| sequence).collect()),
        };
        // Who asked may have gone away: the commits stand all the same.
        let _ = reply.send(outcome);
    }

    fn of(&self, subject: &Subject) -> &StreamAppender {
        &self.streams[subject.stream() as usize]
    }
}

impl StreamAppender {
    fn new(view: Arc<StreamView>, segment_bytes_max: u64) -> Self {
        let (segment_bytes, durable_sequence) = view
            .index()
            .as_ref()
            .map_or((0, 0), |index| (index.last_segment().map_or(0, |segment| segment.bytes), index.last_sequence()));
        let (buffer, entries, heads) = Default::default();
        let (file, broken) = (None, None);
        Self { view, segment_bytes_max, file, segment_bytes, durable_sequence, buffer, entries, heads, broken }
    }

    /// Takes a commit into the buffer, if it follows.
    fn accept(&mut self, commit: &SealedCommit, in_call: bool) -> Result<u64, AppendError> {
        let failed = |cause| AppendError::Log { subject: commit.subject.clone(), cause };
        if self.broken.is_some() {
            return Err(failed(self.failure()));
        }
        self.head(&commit.subject).map_err(failed)?.admit(commit, in_call)?;

        let sequence = self.durable_sequence + self.entries.len() as u64 + 1;
        let mut start = self.buffer.len();
        encode_line(&mut self.buffer, sequence, commit);
        let fills_segment = self.segment_bytes + self.buffer.len() as u64 > self.segment_bytes_max;
        let is_first = self.segment_bytes + start as u64 == 0;
        if (fills_segment && !is_first) || self.buffer.len() > GROUP_BYTES_MAX {
            let line = self.buffer.split_off(start);
            self.flush();
            if fills_segment && !is_first && self.broken.is_none() {
                self.start_segment();
            }
            if self.broken.is_some() {
                return Err(failed(self.failure()));
            }
            self.buffer = line;
            start = 0;
        }
        let offset = self.segment_bytes + start as u64;
        let Ok(offset) = u32::try_from(offset) else {
            self.broken = Some(format!("byte {offset} of a segment is beyond what its index can say"));
            return Err(failed(self.failure()));
        };
        self.entries.push(LineEntry { offset, key: SubjectKey::of(commit.subject.as_str()) });
        self.heads.insert(commit.subject.clone(), SubjectHead::after(commit, sequence));
        Ok(sequence)
    }

    fn head(&self, subject: &Subject) -> Result<SubjectHead, LogError> {
        if let Some(head) = self.heads.get(subject) {
            return Ok(*head);
        }
        Ok(self.view.last_of(subject)?.map_or(SubjectHead::ABSENT, |last| SubjectHead::of(&last)))
    }

    /// Writes and syncs the buffer, and then lets others see it.
    fn flush(&mut self) {
        if self.buffer.is_empty() || self.broken.is_some() {
            return;
        }
        if let Err(error) = self.write() {
            tracing::error!(stream = %self.view.stream, %error, "the log stopped writing");
            self.broken = Some(error.to_string());
            return;
        }
        let bytes = self.segment_bytes + self.buffer.len() as u64;
        self.view.change_index(|index| index.extend(&self.entries, bytes));
        self.segment_bytes = bytes;
        self.durable_sequence += self.entries.len() as u64;
        self.buffer.clear();
        self.entries.clear();
        if self.heads.len() > HEADS_MAX {
            self.heads.clear();
        }
    }

    fn write(&mut self) -> io::Result<()> {
        if self.file.is_none() {
            let path = self.view.index().as_ref().and_then(|index| index.last_segment_path());
            self.file = Some(match path {
                Some(path) => self.view.layer.open_append(&path)?,
                None => self.make_segment()?,
            });
        }
        let file = self.file.as_mut().ok_or_else(|| io::Error::other("the segment is not open"))?;
        file.append(&self.buffer)?;
        file.sync()
    }

    /// Goes on in a new segment. The one before it is synced: nothing is buffered here.
    fn start_segment(&mut self) {
        if let Some(index) = self.view.index().as_ref() {
            write_sidecar(&*self.view.layer, index);
        }
        match self.make_segment() {
            Ok(file) => self.file = Some(file),
            Err(error) => self.broken = Some(error.to_string()),
        }
    }

    fn make_segment(&mut self) -> io::Result<Box<dyn AppendFile>> {
        let dir = self.view.index().as_ref().map(|index| index.dir.clone());
        let dir = dir.ok_or_else(|| io::Error::other("the stream is not open"))?;
        let file = self.view.layer.open_append(&segment_path(&dir, self.durable_sequence + 1))?;
        self.view.layer.sync_dir(&dir)?;
        self.view.change_index(|index| index.start_segment());
        self.segment_bytes = 0;
        Ok(file)
    }

    fn failure(&self) -> LogError {
        let cause = self.broken.as_deref().unwrap_or("the stream is closed");
        LogError::Unavailable {
            doing: format!("writing {}", self.view.stream),
            cause: format!("{cause}; mend the disk and open the log again: nothing more is written until then"),
        }
    }
}
