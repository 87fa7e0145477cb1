//! A server and services, started, killed and started again.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;
use testkit::{NatsCluster, NatsServer};

/// The services, in the order an amount travels.
pub(crate) const SERVICES: [&str; 4] = ["usage-ingest", "upstream-credits", "memo-keeper", "projector"];

/// Longer than anything here takes on a busy machine, killed a few times.
const PATIENCE: Duration = Duration::from_secs(180);

/// What holds the log.
pub(crate) enum Servers {
    One(NatsServer),
    Three(NatsCluster),
}

impl Servers {
    pub(crate) fn url(&self) -> String {
        match self {
            Self::One(server) => server.url(),
            Self::Three(cluster) => cluster.url(),
        }
    }
}

/// A service as a process.
struct Service {
    arguments: Vec<String>,
    part: String,
    running: Option<Child>,
}

/// Servers, services, and a folder for them.
pub(crate) struct System {
    pub(crate) servers: Servers,
    services: Vec<Service>,
    folder: TempDir,
    login: Option<(String, String)>,
}

impl System {
    /// A server with the streams of the log, and no service yet.
    pub(crate) fn new(servers: Servers) -> Self {
        Self::with(servers, None)
    }

    /// The same on a server that lets in one user only.
    pub(crate) fn as_user(server: NatsServer, user: &str, password: &str) -> Self {
        Self::with(Servers::One(server), Some((user.to_owned(), password.to_owned())))
    }

    fn with(servers: Servers, login: Option<(String, String)>) -> Self {
        let system = Self { servers, services: Vec::new(), folder: tempfile::tempdir().unwrap(), login };
        system.until_done(&["streams", "apply"]);
        system
    }

    /// Where the log is, with the login.
    fn url(&self) -> String {
        match (&self.servers, &self.login) {
            (Servers::One(server), Some((user, password))) => server.url_as(user, password),
            (servers, _) => servers.url(),
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Starts a service; answers with its number.
    pub(crate) fn start(&mut self, arguments: &[&str]) -> usize {
        let number = self.services.len();
        let arguments = arguments.iter().map(|word| (*word).to_owned()).collect();
        self.services.push(Service { arguments, part: format!("service-{number}"), running: None });
        self.restart(number);
        number
    }

    /// Starts a service again.
    pub(crate) fn restart(&mut self, number: usize) {
        let url = self.url();
        let folder = self.folder.path().to_owned();
        let service = &mut self.services[number];
        let log = File::options().create(true).append(true).open(folder.join(format!("{}.log", service.part))).unwrap();
        let mut command = program();
        command.arg("serve").args(&service.arguments);
        command.env("CREDITMEMO_NATS", url).env("CREDITMEMO_DATA", folder.join(&service.part));
        command.env("CREDITMEMO_LOG", "info").stdout(Stdio::null()).stderr(log);
        service.running = Some(command.spawn().unwrap());
    }

    /// Ends a service at once, as `kill -9` does.
    pub(crate) fn kill(&mut self, number: usize) {
        if let Some(mut child) = self.services[number].running.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Tells a service to end, and answers with how it did.
    #[cfg(unix)]
    pub(crate) fn terminate(&mut self, number: usize) -> std::process::ExitStatus {
        let mut child = self.services[number].running.take().unwrap();
        assert!(Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
        child.wait().unwrap()
    }

    /// A command on this system's log.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program();
        command
            .args(arguments)
            .env("CREDITMEMO_NATS", self.url())
            .env("CREDITMEMO_DATA", self.folder.path().join("operator"));
        command
    }

    /// Runs a command once.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs a command until it succeeds, as an operator would who sees a service fall silent.
    #[track_caller]
    pub(crate) fn until_done(&self, arguments: &[&str]) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let output = self.run(arguments);
            if output.status.success() {
                return String::from_utf8(output.stdout).unwrap();
            }
            if Instant::now() > deadline {
                panic!("{arguments:?} never succeeded: {}\n{}", said(&output), self.logs());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Runs a command until it succeeds, and reads its rows.
    #[track_caller]
    pub(crate) fn rows(&self, arguments: &[&str]) -> Value {
        let text = self.until_done(&[arguments, &["--output", "json"]].concat());
        serde_json::from_str(&text).unwrap()
    }

    /// The end of what each service said.
    pub(crate) fn logs(&self) -> String {
        let mut text = String::new();
        for service in &self.services {
            let said = fs::read_to_string(self.folder.path().join(format!("{}.log", service.part))).unwrap_or_default();
            let lines: Vec<&str> = said.lines().rev().take(15).collect();
            text.push_str(&format!("== {:?}\n", service.arguments));
            for line in lines.into_iter().rev() {
                text.push_str(&format!("{line}\n"));
            }
        }
        text
    }
}

impl Drop for System {
    fn drop(&mut self) {
        for number in 0..self.services.len() {
            if let Some(mut child) = self.services[number].running.take() {
                // It may have ended by itself.
                let _ = child.kill();
                let _ = child.wait();
            }
        }
    }
}

/// The program, with nothing of this machine's environment.
pub(crate) fn program() -> Command {
    // Where a test runner says so, the tests were moved, and the program with them.
    let moved = std::env::var_os("NEXTEST_BIN_EXE_creditmemo");
    let mut command = Command::new(moved.unwrap_or_else(|| env!("CARGO_BIN_EXE_creditmemo").into()));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CREDITMEMO_")) {
        command.env_remove(name);
    }
    command.env("USER", "clerk").env("NO_COLOR", "1").stdin(Stdio::null());
    command
}

pub(crate) fn said(output: &Output) -> String {
    format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// All of a folder's manifests, in order.
pub(crate) fn manifests_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(manifests_below(&path));
        } else if path.to_string_lossy().ends_with("Manifest.json") {
            found.push(path);
        }
    }
    found.sort();
    found
}
