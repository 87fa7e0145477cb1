//! Threads: some unpack files and cut them into pieces, the others add the pieces up.
//!
//! A piece is a block of text or a row group; each worker has tables of its own, so nothing is
//! shared on the way. Invariants: the pieces under way are bounded, so memory does not follow the
//! size of the files; of several faults the first in the order of files and lines is reported,
//! whatever the threads did. Deliberately absent: an async runtime; this is work for processors.

use std::{
    fs,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
};

use crate::{
    Progress, ReadOptions,
    columns::Columns,
    container::{self, Container},
    csv::{
        blocks::{Block, BlockReader},
        rows::{CsvLayout, add_block},
    },
    fault::{Position, ReadFault},
    format::{BillFormat, Encoding},
    guarded::guarded,
    header::header_names,
    interner::TEXT_BYTES_MAX,
    meaning::{At, Cause, RowFault},
    parquet::{GroupFault, ParquetLayout},
    sources::{self, SourceFile},
    table::Table,
    text_digest::TextDigest,
};

/// Pieces that wait, for each worker: one in hand and one ready keeps all busy.
const PIECES_WAITING_PER_WORKER: usize = 2;

/// More threads than this only wait for the disk.
const WORKERS_MAX: usize = 16;

/// What was learnt of a file.
#[derive(Debug)]
pub(crate) struct FileOutcome {
    pub(crate) sha256: [u8; 32],
    pub(crate) bytes: u64,
    /// Nothing where the file is empty.
    pub(crate) format: Option<(BillFormat, Encoding)>,
    pub(crate) unknown_columns: Vec<String>,
    /// The column that would tell Marketplace from AWS, where it lacks.
    pub(crate) lacks_seller: Option<&'static str>,
    /// The digest of its text, however it is packed and its lines end; of loose files beside others.
    pub(crate) text_digest: Option<[u8; 32]>,
    pub(crate) rows: u64,
}

struct Piece {
    file: usize,
    /// Its number in the file.
    ordinal: u64,
    work: Work,
}

enum Work {
    Block(Arc<CsvLayout>, Block),
    Group(Arc<ParquetLayout>, usize),
}

/// What all threads see.
struct Shared<'a> {
    files: &'a [SourceFile],
    progress: &'a dyn Progress,
    next_file: AtomicUsize,
    rows: Vec<AtomicU64>,
    outcomes: Mutex<Vec<Option<FileOutcome>>>,
    /// The earliest fault so far, by file and piece.
    fault: Mutex<Option<((usize, u64), ReadFault)>>,
    spare_buffers: Mutex<Vec<Vec<u8>>>,
}

impl Shared<'_> {
    fn refuse(&self, file: usize, ordinal: u64, fault: ReadFault) {
        let mut first = self.fault.lock().unwrap_or_else(PoisonError::into_inner);
        let is_first = first.as_ref().is_none_or(|(at, _)| (file, ordinal) < *at);
        if is_first {
            *first = Some(((file, ordinal), fault));
        }
    }

    /// Whether a fault is known that comes before this piece.
    fn is_beyond_fault(&self, file: usize, ordinal: u64) -> bool {
        let first = self.fault.lock().unwrap_or_else(PoisonError::into_inner);
        first.as_ref().is_some_and(|(at, _)| *at < (file, ordinal))
    }

    fn spare_buffer(&self) -> Vec<u8> {
        self.spare_buffers.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }
}

/// Reads all files; what was learnt of each, and the tables of the workers.
///
/// # Errors
/// The first fault in the order of files and lines.
pub(crate) fn read_all(
    files: &[SourceFile],
    options: &ReadOptions,
    progress: &dyn Progress,
) -> Result<(Vec<FileOutcome>, Vec<Table>), ReadFault> {
    let threads = options.threads.or_else(|| thread::available_parallelism().ok().map(usize::from));
    let workers = threads.unwrap_or(1).clamp(1, WORKERS_MAX);
    let unpackers = (workers / 2).max(1).min(files.len());
    let total = files.iter().filter_map(|file| fs::metadata(&file.path).ok()).map(|about| about.len()).sum();
    progress.begin(total);

    let shared = Shared {
        files,
        progress,
        next_file: AtomicUsize::new(0),
        rows: files.iter().map(|_| AtomicU64::new(0)).collect(),
        outcomes: Mutex::new(files.iter().map(|_| None).collect()),
        fault: Mutex::new(None),
        spare_buffers: Mutex::new(Vec::new()),
    };
    let (send, receive) = sync_channel::<Piece>(workers * PIECES_WAITING_PER_WORKER);
    let receive = Mutex::new(receive);
    let tables = thread::scope(|scope| {
        let readers: Vec<_> = (0..unpackers)
            .map(|_| {
                let send = send.clone();
                let shared = &shared;
                scope.spawn(move || unpack_files(shared, &send))
            })
            .collect();
        // Only the readers hold the sender, so that the workers end when they have.
        drop(send);
        let workers: Vec<_> = (0..workers)
            .map(|_| {
                let (shared, receive) = (&shared, &receive);
                scope.spawn(move || add_pieces(shared, receive, options.keep_days))
            })
            .collect();
        let mut tables = Vec::new();
        for worker in workers {
            tables.extend(worker.join().map_err(|_| ReadFault::Defect("a thread that adds rows stopped"))?);
        }
        for reader in readers {
            reader.join().map_err(|_| ReadFault::Defect("a thread that unpacks files stopped"))?;
        }
        Ok::<_, ReadFault>(tables)
    })?;
    if let Some((_, fault)) = shared.fault.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(fault);
    }
    let mut outcomes = Vec::with_capacity(files.len());
    for (file, outcome) in shared.outcomes.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().enumerate()
    {
        let mut outcome = outcome.ok_or(ReadFault::Defect("a file was not read to its end"))?;
        outcome.rows = shared.rows[file].load(Ordering::Relaxed);
        if outcome.rows == 0 && files[file].manifest.is_none() {
            return Err(ReadFault::HeaderOnly { file: files[file].display.to_string() });
        }
        outcomes.push(outcome);
    }
    Ok((outcomes, tables))
}

fn unpack_files(shared: &Shared<'_>, send: &SyncSender<Piece>) {
    loop {
        let at = shared.next_file.fetch_add(1, Ordering::Relaxed);
        let Some(file) = shared.files.get(at) else { return };
        if shared.is_beyond_fault(at, 0) {
            return;
        }
        let mut next_piece = 0;
        let (opened, container) = match sources::open(file) {
            Ok(opened) => opened,
            Err(fault) => {
                shared.refuse(at, next_piece, fault);
                continue;
            }
        };
        let read = guarded(&file.display, container.name(), || {
            unpack_file(shared, send, at, file, (opened, container), &mut next_piece)
        });
        match read {
            Ok(Some(outcome)) => {
                shared.outcomes.lock().unwrap_or_else(PoisonError::into_inner)[at] = Some(outcome);
            }
            Ok(None) => return,
            Err(fault) => shared.refuse(at, next_piece, fault),
        }
    }
}

/// Cuts a file into pieces; nothing where a fault elsewhere made that pointless.
fn unpack_file(
    shared: &Shared<'_>,
    send: &SyncSender<Piece>,
    at: usize,
    file: &SourceFile,
    (opened, container): (fs::File, Container),
    next_piece: &mut u64,
) -> Result<Option<FileOutcome>, ReadFault> {
    let io_fault = |source| ReadFault::Io { path: file.display.to_string(), source };
    let bytes = opened.metadata().map_err(io_fault)?.len();
    let on_read = |read: u64| shared.progress.bytes_read(read);
    let mut hand_over = |work: Work| {
        let piece = Piece { file: at, ordinal: *next_piece, work };
        *next_piece += 1;
        // The workers outlive the readers, so that this waits only while they work.
        send.send(piece).is_ok() && !shared.is_beyond_fault(at, *next_piece)
    };
    if container == Container::Parquet {
        let layout =
            Arc::new(ParquetLayout::open(&opened, file.path.clone(), &file.display, file.folder_period.clone())?);
        for group in 0..layout.groups() {
            if !hand_over(Work::Group(layout.clone(), group)) {
                return Ok(None);
            }
        }
        let fresh = fs::File::open(&file.path).map_err(io_fault)?;
        let sha256 = container::DigestReader::new(fresh, &on_read).finish().map_err(io_fault)?;
        let format = Some((layout.columns.format, Encoding::Parquet));
        let unknown_columns = layout.columns.unknown.clone();
        let lacks_seller = layout.columns.lacks_seller();
        return Ok(Some(FileOutcome {
            sha256,
            bytes,
            format,
            unknown_columns,
            lacks_seller,
            text_digest: None,
            rows: 0,
        }));
    }
    let unpack_fault = |source| container::unpack_fault(container, &file.display, source);
    // Two loose files may be one text in two packings.
    let is_digested = file.manifest.is_none() && shared.files.len() > 1;
    let (text, sha256) = container::with_text(opened, container, &file.display, &on_read, |source| {
        let mut source = TextDigest::new(source, is_digested);
        let mut blocks = BlockReader::new(&mut source);
        let Some(header) = blocks.header().map_err(unpack_fault)? else { return Ok(TextOutcome::Empty) };
        let names = header_names(&header).ok_or_else(|| ReadFault::NotABill {
            file: file.display.to_string(),
            found: "its first line is no header".to_owned(),
        })?;
        let mut columns = Columns::resolve(names, Encoding::Csv, &file.display)?;
        columns.folder_period = file.folder_period.clone();
        let layout = Arc::new(CsvLayout::new(columns));
        while let Some(block) = blocks.next_block(shared.spare_buffer()).map_err(unpack_fault)? {
            if !hand_over(Work::Block(layout.clone(), block)) {
                return Ok(TextOutcome::GivenUp);
            }
        }
        Ok(TextOutcome::Read(layout, source.finish()))
    })?;
    match text {
        TextOutcome::GivenUp => Ok(None),
        TextOutcome::Empty if file.manifest.is_none() => Err(ReadFault::EmptyFile { file: file.display.to_string() }),
        TextOutcome::Empty => Ok(Some(FileOutcome {
            sha256,
            bytes,
            format: None,
            unknown_columns: Vec::new(),
            lacks_seller: None,
            text_digest: None,
            rows: 0,
        })),
        TextOutcome::Read(layout, text_digest) => Ok(Some(FileOutcome {
            sha256,
            bytes,
            format: Some((layout.columns.format, Encoding::Csv)),
            unknown_columns: layout.columns.unknown.clone(),
            lacks_seller: layout.columns.lacks_seller(),
            text_digest,
            rows: 0,
        })),
    }
}

enum TextOutcome {
    Empty,
    GivenUp,
    Read(Arc<CsvLayout>, Option<[u8; 32]>),
}

fn add_pieces(shared: &Shared<'_>, receive: &Mutex<Receiver<Piece>>, keep_days: bool) -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    loop {
        let received = receive.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Piece { file, ordinal, work }) = received else { return tables };
        if shared.is_beyond_fault(file, ordinal) {
            continue;
        }
        let format = match &work {
            Work::Block(layout, _) => layout.columns.format,
            Work::Group(layout, _) => layout.columns.format,
        };
        let at = tables.iter().position(|table| table.format() == format).unwrap_or_else(|| {
            tables.push(Table::new(format, keep_days));
            tables.len() - 1
        });
        let container = match &work {
            Work::Block(..) => Container::Plain.name(),
            Work::Group(..) => Container::Parquet.name(),
        };
        // A table that a decoder left half filled is thrown away: the whole read is refused.
        let table = &mut tables[at];
        let added = guarded(&shared.files[file].display, container, || add_piece(shared, table, file, work));
        match added {
            Ok(rows) => {
                shared.rows[file].fetch_add(rows, Ordering::Relaxed);
                shared.progress.rows_read(rows);
            }
            Err(fault) => shared.refuse(file, ordinal, fault),
        }
    }
}

fn add_piece(shared: &Shared<'_>, table: &mut Table, file: usize, work: Work) -> Result<u64, ReadFault> {
    let display = &shared.files[file].display;
    // A call names far fewer than 2^32 files.
    let number = file as u32;
    match work {
        Work::Block(layout, block) => {
            let added = add_block(table, &layout, &block.bytes, number, block.first_line);
            let Block { bytes, first_line } = block;
            shared.spare_buffers.lock().unwrap_or_else(PoisonError::into_inner).push(bytes);
            added.map_err(|(lines_before, fault)| placed(fault, &layout.columns, display, first_line + lines_before))
        }
        Work::Group(layout, group) => layout.add_group(table, number, group).map_err(|fault| match fault {
            GroupFault::Row(row, fault) => placed(fault, &layout.columns, display, row),
            GroupFault::Damaged(cause) => {
                ReadFault::Damaged { file: display.to_string(), container: Container::Parquet.name(), cause }
            }
        }),
    }
}

/// A row's fault with the place it was found at.
fn placed(fault: RowFault, columns: &Columns, display: &Arc<str>, line: u64) -> ReadFault {
    let column = match fault.at {
        At::Line => None,
        At::Field(field) => columns.texts[field.index()].map(|column| columns.at(column)),
        At::Column(column) => Some(columns.at(column)),
    };
    let line = fault.line.unwrap_or(line);
    let place = Position { file: display.clone(), line, is_row: columns.encoding == Encoding::Parquet, column };
    match fault.cause {
        Cause::Blank(what) => ReadFault::Blank { place, what },
        Cause::Amount(source) => ReadFault::Amount { place, source },
        Cause::Id(source) => ReadFault::Id { place, source },
        Cause::Period(text) => ReadFault::Period { place, text },
        Cause::Year(text) => ReadFault::Year { place, text },
        Cause::Currency(source) => ReadFault::Currency { place, source },
        Cause::DiscountMap(text) => ReadFault::DiscountMap { place, text },
        Cause::NotUtf8 => ReadFault::NotUtf8 { place },
        Cause::TextTooLong => ReadFault::TextTooLong { place, bytes_max: TEXT_BYTES_MAX },
        Cause::TooMuch(what) => ReadFault::TooMuch { place, what },
        Cause::OtherPeriod { found, folder } => ReadFault::OtherPeriod { place, found, folder: folder.to_string() },
        Cause::FieldCount { expected, found } => ReadFault::FieldCount { place, expected, found },
        Cause::Quoting(what) => ReadFault::Quoting { place, what },
    }
}
