//! The printer: data on stdout, messages on stderr, rows as a table, JSON or CSV.
//!
//! It is made once and passed. What it returns says whether printing worked; it ends no process. A reader
//! that went away is a fault like others, and whoever settles the exit code takes it for success
//! ([`PrintFault::unless_reader_left`]). Deliberately absent: what a command comes to (`outcome.rs`).

use std::{
    fmt::{self, Display},
    io::{self, IsTerminal, Write},
};

use documents::plain_text;
use service_kit::{Failure, codes};

use crate::{
    args::OutputFormat,
    forms::{csv_text, fields_text, json_text, table_text},
    outcome::{Outcome, Part},
};

/// Prints what commands come to.
#[derive(Debug)]
pub(crate) struct Printer {
    format: OutputFormat,
    to: Sink,
}

/// Where it is printed.
#[derive(Debug)]
enum Sink {
    /// On stdout and stderr of this process.
    Process,
    /// It is kept, for whoever asked over NATS.
    Kept(Kept),
}

/// What was printed and kept.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kept {
    /// For stdout.
    pub(crate) out: String,
    /// For stderr.
    pub(crate) err: String,
}

/// Printing did not work.
#[derive(Debug)]
pub(crate) enum PrintFault {
    /// Nobody reads stdout any more: it was closed, as by `| head`.
    ReaderLeft,
    /// Writing to stdout failed.
    Stdout(io::Error),
    /// Rows could not be written in the form asked for.
    Form(String),
    /// A file that is no text cannot be kept for an answer, which is text.
    NoText,
}

impl std::error::Error for PrintFault {}

impl Display for PrintFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ReaderLeft => f.write_str("nobody reads stdout any more"),
            Self::Stdout(cause) => write!(f, "writing to stdout failed: {cause}"),
            Self::Form(cause) => f.write_str(cause),
            Self::NoText => f.write_str("an answer over NATS is text: ask for this form on the command line"),
        }
    }
}

impl PrintFault {
    /// A reader that left has read all it wanted: that is success. Anything else is a failure.
    pub(crate) fn unless_reader_left(self) -> Result<(), Failure> {
        match self {
            Self::ReaderLeft => Ok(()),
            Self::Stdout(_) => Err(Failure::failed(codes::STDOUT_FAILED, self)),
            Self::Form(_) => Err(Failure::failed(codes::ANSWER_NOT_TEXT, self)),
            Self::NoText => Err(Failure::usage(codes::BYTES_OVER_NATS, self)),
        }
    }
}

impl From<io::Error> for PrintFault {
    fn from(cause: io::Error) -> Self {
        match cause.kind() {
            io::ErrorKind::BrokenPipe => Self::ReaderLeft,
            _ => Self::Stdout(cause),
        }
    }
}

impl Printer {
    /// Prints on stdout and stderr of this process.
    pub(crate) fn of_process(format: OutputFormat) -> Self {
        Self { format, to: Sink::Process }
    }

    /// Keeps what is printed.
    pub(crate) fn keeping(format: OutputFormat) -> Self {
        Self { format, to: Sink::Kept(Kept::default()) }
    }

    /// What was kept.
    pub(crate) fn kept(self) -> Kept {
        match self.to {
            Sink::Process => Kept::default(),
            Sink::Kept(kept) => kept,
        }
    }

    /// Whether a person is watching.
    pub(crate) fn is_watched(&self) -> bool {
        matches!(self.to, Sink::Process) && io::stderr().is_terminal()
    }

    /// Prints what a command came to, messages and the failure too. Messages are said even where nobody
    /// reads the data.
    ///
    /// # Errors
    /// The first [`PrintFault`].
    pub(crate) fn print(&mut self, outcome: &Outcome) -> Result<(), PrintFault> {
        let mut printed = Ok(());
        for part in &outcome.parts {
            match part {
                Part::Message(text) => self.say(text),
                part if printed.is_ok() => printed = self.part(part),
                _ => {}
            }
        }
        if let Some(failure) = &outcome.failure {
            self.say(format_args!("error: {failure}"));
        }
        printed
    }

    fn part(&mut self, part: &Part) -> Result<(), PrintFault> {
        use OutputFormat::{Csv, Json, Table};
        let text = match (part, self.format) {
            (Part::Bytes(bytes), _) => return self.bytes(bytes),
            (Part::Text(text), _) | (Part::TextOr { text, .. }, Table) | (Part::JsonOr { json: text, .. }, Json) => {
                return self.text(text);
            }
            (Part::Message(_), _) | (Part::JsonRow(_), Table | Csv) => return Ok(()),
            (Part::Rows { rows, .. }, Json) => json_text(rows).map_err(PrintFault::Form)?,
            (Part::Rows { rows, header, .. }, Csv) => csv_text(rows, header).map_err(PrintFault::Form)?,
            (Part::Rows { rows, columns, .. }, Table) => table_text(rows, columns),
            (Part::Object(object) | Part::TextOr { object, .. }, Json) => {
                json_text(object).map_err(PrintFault::Form)?
            }
            (Part::WideRow(object) | Part::JsonRow(object), Json) => json_text(&[object]).map_err(PrintFault::Form)?,
            (
                Part::Object(object)
                | Part::TextOr { object, .. }
                | Part::WideRow(object)
                | Part::JsonOr { object, .. },
                Csv,
            ) => csv_text(std::slice::from_ref(object), &[]).map_err(PrintFault::Form)?,
            (Part::Object(object) | Part::WideRow(object) | Part::JsonOr { object, .. }, Table) => fields_text(object),
        };
        self.text(&text)
    }

    /// Prints text as it is.
    pub(crate) fn text(&mut self, text: &str) -> Result<(), PrintFault> {
        self.bytes(text.as_bytes())
    }

    /// Prints a file as it is.
    fn bytes(&mut self, bytes: &[u8]) -> Result<(), PrintFault> {
        match &mut self.to {
            Sink::Kept(kept) => kept.out.push_str(std::str::from_utf8(bytes).map_err(|_| PrintFault::NoText)?),
            Sink::Process => {
                let mut out = io::stdout().lock();
                out.write_all(bytes)?;
                out.flush()?;
            }
        }
        Ok(())
    }

    /// Says something to the person, on stderr.
    pub(crate) fn say(&mut self, text: impl Display) {
        let text = plain_lines(&text.to_string());
        match &mut self.to {
            Sink::Kept(kept) => {
                kept.err.push_str(&text.to_string());
                kept.err.push('\n');
            }
            // Nobody listening on stderr is no failure.
            Sink::Process => {
                let _ = writeln!(anstream::stderr(), "{text}");
            }
        }
    }
}

/// Lines for people: names in them may hold what a terminal obeys.
fn plain_lines(text: &str) -> String {
    text.split('\n').map(plain_text).collect::<Vec<_>>().join("\n")
}
