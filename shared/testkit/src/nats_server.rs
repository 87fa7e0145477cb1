//! A `nats-server` with JetStream, started, killed and started again on the same store and port.

use std::{
    env,
    fmt::Write as _,
    fs,
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde::Deserialize;
use tempfile::TempDir;

/// Longer than a server needs to start on a busy machine.
const START_WAIT: Duration = Duration::from_secs(30);

/// How often a starting server is looked at.
const LOOK_DELAY: Duration = Duration::from_millis(10);

/// How a server is set up.
#[derive(Debug, Clone)]
pub struct NatsSettings {
    /// When it syncs what it wrote: `always` as shipped, or a duration.
    pub sync_interval: String,
    /// More configuration, in the server's own form: accounts, users, TLS, a cluster.
    pub more: String,
    /// The server's name; a cluster needs different ones.
    pub name: String,
    /// The scheme of its URL.
    pub scheme: &'static str,
}

impl Default for NatsSettings {
    fn default() -> Self {
        Self { sync_interval: "always".to_owned(), more: String::new(), name: "one".to_owned(), scheme: "nats" }
    }
}

/// A running `nats-server`, or one that was killed and can be started again.
#[derive(Debug)]
pub struct NatsServer {
    folder: TempDir,
    port: u16,
    settings: NatsSettings,
    running: Option<Child>,
}

/// What the server writes about its ports.
#[derive(Deserialize)]
struct Ports {
    nats: Vec<String>,
}

impl NatsServer {
    /// A server with JetStream and nothing else.
    pub fn start() -> Self {
        Self::start_with(NatsSettings::default())
    }

    /// A server with more configuration than that.
    pub fn start_with(settings: NatsSettings) -> Self {
        let mut server = Self::prepare(settings);
        server.restart();
        server
    }

    /// A server that is not started yet.
    pub(crate) fn prepare(settings: NatsSettings) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self { folder, port: 0, settings, running: None }
    }

    /// Its URL; the same after a restart.
    pub fn url(&self) -> String {
        format!("{}://127.0.0.1:{}", self.settings.scheme, self.port)
    }

    /// Its URL with a user and password.
    pub fn url_as(&self, user: &str, password: &str) -> String {
        format!("{}://{user}:{password}@127.0.0.1:{}", self.settings.scheme, self.port)
    }

    /// The folder of its JetStream store.
    pub fn store(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    /// The process id, for those who want to kill it themselves.
    pub fn pid(&self) -> Option<u32> {
        self.running.as_ref().map(Child::id)
    }

    /// What it said so far.
    pub fn said(&self) -> String {
        fs::read_to_string(self.folder.path().join("server.log")).unwrap_or_default()
    }

    /// Ends it at once, as `kill -9` does. What was not synced is still the kernel's to write.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.running.take() {
            // It may have ended by itself; either way it is gone afterwards.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Ends it as an operator does: it writes its indexes first.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.running.take() {
            let asked = Command::new("kill").arg(child.id().to_string()).status();
            assert!(asked.is_ok_and(|status| status.success()), "the server is asked to end");
            child.wait().expect("the server ends");
        }
    }

    /// Starts it on the store and port it had.
    pub fn restart(&mut self) {
        self.spawn();
        self.wait_until_ready();
    }

    pub(crate) fn spawn(&mut self) {
        self.kill();
        let folder = self.folder.path().to_owned();
        let config = folder.join("server.conf");
        fs::write(&config, self.config()).expect("the configuration is written");
        for entry in fs::read_dir(&folder).expect("the folder is read").flatten() {
            if entry.path().extension().is_some_and(|ending| ending == "ports") {
                fs::remove_file(entry.path()).expect("an old ports file goes");
            }
        }
        let log = fs::OpenOptions::new().create(true).append(true).open(folder.join("server.log"));
        let log = log.expect("the server's log is opened");
        let child = Command::new(find_nats_server())
            .arg("--config")
            .arg(&config)
            .arg("--ports_file_dir")
            .arg(&folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("the server starts");
        self.running = Some(child);
    }

    pub(crate) fn wait_until_ready(&mut self) {
        let deadline = Instant::now() + START_WAIT;
        loop {
            if let Some(port) = self.announced_port() {
                self.port = port;
                // The ports file is written before JetStream has its store open, the last thing that
                // is said is that it is ready.
                if TcpStream::connect(("127.0.0.1", port)).is_ok() && self.said_ready() {
                    return;
                }
            }
            let ended = self.running.as_mut().is_none_or(|child| !matches!(child.try_wait(), Ok(None)));
            assert!(!ended, "the server ended by itself:\n{}", self.said());
            assert!(Instant::now() < deadline, "the server is not ready:\n{}", self.said());
            thread::sleep(LOOK_DELAY);
        }
    }

    fn said_ready(&self) -> bool {
        let said = self.said();
        let since_start = said.rfind("Starting nats-server").map_or("", |at| &said[at..]);
        since_start.contains("Server is ready")
    }

    fn announced_port(&self) -> Option<u16> {
        let pid = self.pid()?;
        let text = fs::read_to_string(self.folder.path().join(format!("nats-server_{pid}.ports"))).ok()?;
        let ports: Ports = serde_json::from_str(&text).ok()?;
        ports.nats.first()?.rsplit(':').next()?.parse().ok()
    }

    fn config(&self) -> String {
        let port = if self.port == 0 { "-1".to_owned() } else { self.port.to_string() };
        let NatsSettings { sync_interval, more, name, .. } = &self.settings;
        let mut text = String::new();
        let _ = writeln!(text, "server_name: {name}\nhost: 127.0.0.1\nport: {port}");
        let _ = writeln!(text, "jetstream {{\n  store_dir: {:?}\n  sync_interval: {sync_interval}\n}}", self.store());
        let _ = writeln!(text, "{more}");
        text
    }
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("its address").port()
}

/// The server's binary: `NATS_SERVER`, else on the `PATH`, else the one that `tests/run` fetched.
pub fn find_nats_server() -> PathBuf {
    if let Some(named) = env::var_os("NATS_SERVER") {
        return named.into();
    }
    let on_path = env::var_os("PATH").and_then(|path| {
        env::split_paths(&path).map(|folder| folder.join("nats-server")).find(|candidate| candidate.is_file())
    });
    let fetched = || {
        let cache = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.cache");
        let environments = fs::read_dir(cache).ok()?.flatten();
        environments.map(|entry| entry.path().join("bin/nats-server")).find(|candidate| candidate.is_file())
    };
    on_path.or_else(fetched).unwrap_or_else(|| {
        panic!("there is no nats-server: run tests/run, which fetches one, or name one in NATS_SERVER")
    })
}
