//! A back office of its own for each scenario: a data folder, a folder of files that commands run
//! in, a clock, and what a command came to.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
};

use serde_json::Value;
use tempfile::TempDir;

use super::{
    Grant, PAYER,
    imports::{accounts_csv, credits_csv},
};

/// A back office.
pub(crate) struct Office {
    folder: TempDir,
    clock: Option<String>,
    /// The URL of a JetStream log, where the scenario runs on one.
    nats: Option<String>,
}

impl Office {
    /// A new one, on 5 February 2019.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("files")).unwrap();
        Self { folder, clock: Some("2019-02-05T09:00:00Z".to_owned()), nats: next_jetstream_log() }
    }

    /// One on a log of its own on this server, on the machine's clock.
    pub(crate) fn on_jetstream(url: String) -> Self {
        Self { nats: Some(url), ..Self::new() }
    }

    /// Sets the clock.
    pub(crate) fn at(&mut self, time: &str) -> &Self {
        self.clock = Some(time.to_owned());
        self
    }

    /// Lets the machine's clock run.
    pub(crate) fn on_the_machines_clock(mut self) -> Self {
        self.clock = None;
        self
    }

    /// The folder of the log and the read model.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A file that commands may name.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join("files").join(name)
    }

    /// Writes a file that commands may name.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.file(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    /// Imports member accounts of the usual payer: member, customer, PO number.
    #[track_caller]
    pub(crate) fn accounts(&self, accounts: &[(&str, &str, &str)]) -> Outcome {
        self.accounts_of(PAYER, accounts)
    }

    /// Imports member accounts.
    #[track_caller]
    pub(crate) fn accounts_of(&self, payer: &str, accounts: &[(&str, &str, &str)]) -> Outcome {
        self.write("accounts.csv", accounts_csv(payer, accounts));
        self.ok(&["accounts", "import", "accounts.csv"])
    }

    /// Imports credits.
    #[track_caller]
    pub(crate) fn grants(&self, grants: &[Grant]) -> Outcome {
        self.write("credits.csv", credits_csv(grants));
        self.ok(&["credits", "import", "credits.csv"])
    }

    /// Writes a bill and ingests it; answers with its rows.
    #[track_caller]
    pub(crate) fn ingest(&self, name: &str, content: impl AsRef<[u8]>) -> Value {
        self.write(name, content);
        self.json(&["ingest", name])
    }

    /// Bills a month and closes it.
    #[track_caller]
    pub(crate) fn bill_and_close(&self, period: &str) {
        self.ok(&["bill", period]);
        self.ok(&["close", period]);
    }

    /// A command, ready to run.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_creditmemo"));
        for name in
            ["CREDITMEMO_NATS", "CREDITMEMO_CLOCK", "CREDITMEMO_LOG", "CREDITMEMO_LOG_FORMAT", "CREDITMEMO_SIGNING_KEY"]
        {
            command.env_remove(name);
        }
        command
            .args(arguments)
            .current_dir(self.folder.path().join("files"))
            .env("CREDITMEMO_DATA", self.data())
            .env("USER", "clerk")
            .env("NO_COLOR", "1")
            .stdin(Stdio::null());
        match (&self.nats, &self.clock) {
            // Only the embedded log takes a clock.
            (Some(url), _) => drop(command.env("CREDITMEMO_NATS", url)),
            (None, Some(clock)) => drop(command.env("CREDITMEMO_CLOCK", clock)),
            (None, None) => {}
        }
        command
    }

    /// Runs a command.
    #[track_caller]
    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome {
        let output = self.command(arguments).output().unwrap();
        Outcome::of(arguments, &output)
    }

    /// Runs a command that must succeed.
    #[track_caller]
    pub(crate) fn ok(&self, arguments: &[&str]) -> Outcome {
        self.run(arguments).exits(0)
    }

    /// Runs a command that must succeed and reads what it prints as JSON.
    #[track_caller]
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let mut arguments = arguments.to_vec();
        arguments.extend(["--output", "json"]);
        self.ok(&arguments).json()
    }

    /// A member's statement.
    #[track_caller]
    pub(crate) fn statement(&self, account: &str, period: &str) -> Value {
        self.json(&["statement", "--account", account, "--period", period])
    }

    /// The one balance row of an account.
    #[track_caller]
    pub(crate) fn balance(&self, account: &str) -> Value {
        super::only(&self.json(&["balance", "--account", account]))
    }

    /// Reconciles a month of the only payer, which must tie.
    #[track_caller]
    pub(crate) fn reconcile(&self, period: &str) -> Value {
        super::only(&self.json(&["reconcile", period]))
    }

    /// Runs a command whose input must be refused: exit code 3, a sentence with these words, and
    /// nothing recorded.
    #[track_caller]
    pub(crate) fn refused(&self, arguments: &[&str], words: &[&str]) -> Outcome {
        let before = self.log_files();
        let outcome = self.run(arguments).exits(3).says(words);
        assert!(outcome.stdout.is_empty(), "a refused input prints no data: {outcome}");
        assert_eq!(self.log_files(), before, "a refused input was recorded: {outcome}");
        outcome
    }

    /// Every file of the log with its bytes.
    pub(crate) fn log_files(&self) -> BTreeMap<PathBuf, FileBytes> {
        let mut files = BTreeMap::new();
        gather(&self.data().join("log"), &mut files);
        files
    }

    /// How many commits are in the log.
    pub(crate) fn commits(&self) -> usize {
        let is_segment = |path: &Path| path.extension().is_some_and(|ending| ending == "jsonl");
        let files = self.log_files();
        let segments = files.iter().filter(|(path, _)| is_segment(path));
        segments.map(|(_, bytes)| bytes.lines()).sum()
    }

    /// The first segment of a stream of the log.
    pub(crate) fn segment(&self, stream: &str) -> PathBuf {
        self.data().join("log").join(stream).join("00000000000000000001.jsonl")
    }
}

/// Where the worked examples run a second time: a server with accounts `u0`, `u1`, and so on, each
/// of which has a log to itself (see `on_jetstream`).
pub(crate) const JETSTREAM: &str = "SCENARIOS_ON_JETSTREAM";

fn next_jetstream_log() -> Option<String> {
    static TAKEN: AtomicUsize = AtomicUsize::new(0);
    let server = env::var(JETSTREAM).ok()?;
    let number = TAKEN.fetch_add(1, Ordering::Relaxed);
    Some(server.replace("://", &format!("://u{number}:secret@")))
}

/// A file's bytes; a failed comparison shows how many, not each of them.
#[derive(PartialEq, Eq)]
pub(crate) struct FileBytes(Vec<u8>);

impl FileBytes {
    /// Those of a file.
    #[track_caller]
    pub(crate) fn of(path: &Path) -> Self {
        Self(fs::read(path).unwrap())
    }

    fn lines(&self) -> usize {
        self.0.iter().filter(|byte| **byte == b'\n').count()
    }
}

impl std::fmt::Debug for FileBytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes in {} lines", self.0.len(), self.lines())
    }
}

fn gather(folder: &Path, files: &mut BTreeMap<PathBuf, FileBytes>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            gather(&path, files);
        } else {
            files.insert(path.clone(), FileBytes::of(&path));
        }
    }
}

/// What a command came to.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    line: String,
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { line, code, stdout, stderr } = self;
        write!(f, "\n$ creditmemo {line}\nexit code {code}\n--- stdout\n{stdout}--- stderr\n{stderr}---")
    }
}

impl Outcome {
    /// Of a command that ended.
    pub(crate) fn of(arguments: &[&str], output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self {
            line: arguments.join(" "),
            code: output.status.code().unwrap_or(-1),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }

    /// It must end with this exit code.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "exit code {code} was expected: {self}");
        self
    }

    /// Its messages must have these words.
    #[track_caller]
    pub(crate) fn says(self, words: &[&str]) -> Self {
        for word in words {
            assert!(self.stderr.contains(word), "'{word}' is not said: {self}");
        }
        self
    }

    /// What it printed, as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        match serde_json::from_str(&self.stdout) {
            Ok(value) => value,
            Err(fault) => panic!("no JSON was printed ({fault}): {self}"),
        }
    }
}
