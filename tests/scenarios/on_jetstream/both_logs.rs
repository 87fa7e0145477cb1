//! The same history on both logs, and every answer of both: lived through in files and copied to a server, and
//! lived through on a server and copied to files. What they print is compared byte for byte.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use chrono::{SecondsFormat, Utc};
use serde_json::Value;
use testkit::NatsServer;

use crate::support::*;

/// How a history knows what time it is: the clock of the log of files is set, the machine's runs.
#[derive(Clone, Copy, PartialEq)]
enum Hours {
    Set,
    Running,
}

impl Hours {
    /// A time after all that was recorded, and before all that will be; it is later from here on.
    fn pass(self, office: &mut Office, until: &str) -> String {
        if self == Self::Set {
            office.at(until);
            return until.replace("T09:", "T08:");
        }
        // Recorded times are to the microsecond, and never go back on a subject.
        let now = Utc::now().to_rfc3339_opts(SecondsFormat::Micros, true);
        std::thread::sleep(Duration::from_millis(2));
        now
    }
}

/// W3 with most of what a log may hold: a document superseded, January closed with an item in suspense waived and
/// restated after, a signed pack of each close, an act by hand, a credit that turns up late. Answers with the times
/// between.
fn live(office: &mut Office, hours: Hours) -> [String; 3] {
    office.ok(&["audit", "keygen", "auditor.pem"]);
    office.accounts(&[
        (OWNER, "Department of Light", "PO-A"),
        (A2, "Second Street Bakery", "PO-2"),
        (A3, "Third Man Pictures", "PO-3"),
    ]);
    office.grants(&[grant("5001", OWNER, "1000.00"), grant("5003", A3, "9000.00").described("Third")]);
    office.write("rates.csv", "period,from,to,rate,source\n2019-01,USD,EUR,0.92,ECB\n");
    office.ok(&["rates", "import", "rates.csv"]);
    let unknown = || [credit(A3, "-12.34", "Some other promotion"), credit(A2, "-7.00", "Never heard of")];
    office.ingest("january.csv", Story::january_with("99.005").lines(unknown()).cur2());
    office.ok(&["bill", "2019-01"]);
    office.ingest("january-2.csv", Story::january().lines(unknown()).cur2());
    office.ok(&["bill", "2019-01"]);
    let close = |office: &Office, period: &str| {
        let why = ["--waive", "--reason", "asked AWS", "--key", "auditor.pem"];
        office.ok(&[&["close", period][..], &why].concat());
    };
    close(office, "2019-01");
    let february = hours.pass(office, FIVE_MARCH);
    office.ingest("january-3.csv", Story::january_with("130.00").lines(unknown()).cur2());
    office.ingest("february.csv", Story::later("2019-02", "250.40").cur2());
    office.ok(&["bill", "2019-02"]);
    close(office, "2019-02");
    let march = hours.pass(office, FIVE_APRIL);
    let number = row_where(&office.json(&["memos", "list"]), "credit_id", "5003")["memo_number"].clone();
    office.ok(&["memos", "write-off", number.as_str().unwrap(), "--amount", "10.00", "--reason", "agreed"]);
    office.grants(&[grant("5002", A3, "50.00").described("Some other promotion")]);
    office.ingest("march.csv", Story::later("2019-03", "900.00").cur2());
    let april = hours.pass(office, "2019-04-06T09:00:00Z");
    office.ok(&["bill", "2019-03"]);
    [february, march, april]
}

/// One history on both logs, an office on each.
struct Both {
    files: Office,
    jetstream: Office,
    times: [String; 3],
    server: NatsServer,
}

impl Both {
    /// Lived through in files, and copied to a server.
    fn lived_in_files() -> Self {
        let mut files = Office::new();
        let times = live(&mut files, Hours::Set);
        let server = NatsServer::start();
        let jetstream = Office::on_jetstream(server.url());
        files.ok(&["log", "copy", "--from", &files.data().display().to_string(), "--to", &server.url()]);
        // What is asked as of today is asked of both on the same day.
        Self { files: files.on_the_machines_clock(), jetstream, times, server }.with_the_same_files()
    }

    /// Lived through on a server, and copied to files.
    fn lived_on_jetstream() -> Self {
        let server = NatsServer::start();
        let mut jetstream = Office::on_jetstream(server.url());
        let times = live(&mut jetstream, Hours::Running);
        let files = Office::new().on_the_machines_clock();
        jetstream.ok(&["log", "copy", "--from", &server.url(), "--to", &files.data().display().to_string()]);
        Self { files, jetstream, times, server }.with_the_same_files()
    }

    /// The keys, and what is kept beside a log: its close packs.
    fn with_the_same_files(self) -> Self {
        let (lived, copy) = if self.files.file("auditor.pem").exists() {
            (&self.files, &self.jetstream)
        } else {
            (&self.jetstream, &self.files)
        };
        for name in ["auditor.pem", "auditor.pem.pub"] {
            fs::copy(lived.file(name), copy.file(name)).unwrap();
        }
        // A log has its folder once it was asked something.
        copy.ok(&["balance"]);
        let packs = |office: &Office| beside_the_log(office).join("closes").join(PAYER);
        fs::create_dir_all(packs(copy)).unwrap();
        for entry in fs::read_dir(packs(lived)).unwrap().map(|entry| entry.unwrap()) {
            fs::copy(entry.path(), packs(copy).join(entry.file_name())).unwrap();
        }
        self
    }

    /// Asks both at once.
    fn run(&self, question: &[&str]) -> (Outcome, Outcome) {
        std::thread::scope(|scope| {
            let jetstream = scope.spawn(|| self.jetstream.run(question));
            (self.files.run(question), jetstream.join().unwrap())
        })
    }

    /// Asks both; they must print the same and end the same.
    #[track_caller]
    fn ask(&self, question: &[&str]) -> Outcome {
        let (files, jetstream) = self.run(question);
        assert_eq!(files.code, jetstream.code, "{files}{jetstream}");
        assert_eq!(files.stdout, jetstream.stdout, "{question:?}");
        files
    }

    /// The same in JSON, without what two runs may differ in.
    #[track_caller]
    fn ask_but(&self, question: &[&str], may_differ: &[&str]) -> Value {
        let question = [question, &["--output", "json"]].concat();
        let (files, jetstream) = self.run(&question);
        assert_eq!(files.code, jetstream.code, "{files}{jetstream}");
        let files = without(&files.json(), may_differ);
        assert_eq!(files, without(&jetstream.json(), may_differ), "{question:?}");
        files
    }

    #[track_caller]
    fn replay(&self, options: &[&str]) -> Value {
        only(&self.ask_but(&[&["replay"][..], options].concat(), &["seconds", "facts_per_second", "snapshots"]))
    }

    fn memo(&self) -> String {
        self.files.balance(OWNER)["memo_number"].as_str().unwrap().to_owned()
    }

    /// Every question about the past and the present that has two dates.
    fn two_dates(&self) -> usize {
        let [february, march, april] = self.times.each_ref().map(String::as_str);
        let day = ["--effective", "2019-01-31"];
        let dates: [&[&str]; 8] = [
            &[],
            &day,
            &["--recorded", february],
            &["--recorded", march],
            &[day[0], day[1], "--recorded", february],
            &["--since", february],
            &["--since", february, "--recorded", march],
            &[day[0], day[1], "--since", february, "--recorded", april],
        ];
        let memo = self.memo();
        let questions: [&[&str]; 10] = [
            &["balance"],
            &["balance", "--account", OWNER],
            &["memos", "list"],
            &["memos", "show", &memo],
            &["credits", "list"],
            &["credits", "show", "5001"],
            &["statement", "--account", OWNER, "--period", "2019-01"],
            &["statement", "--account", A3, "--period", "2019-02"],
            &["reconcile", "2019-01"],
            &["reconcile", "2019-02"],
        ];
        let mut answered = 0;
        for question in questions {
            for dates in dates {
                let outcome = self.ask(&[question, dates, &["--output", "json"]].concat());
                answered += usize::from(outcome.code == 0);
            }
            self.ask(&[question, &["--recorded", march]].concat());
        }
        answered
    }

    /// Why things are as they are, and what is asked without dates.
    fn explained_and_listed(&self) {
        let [february, ..] = self.times.each_ref().map(String::as_str);
        let memo = self.memo();
        self.files.write("other.json", r#"{"rounding": "half-up", "draw_limit": "funded"}"#);
        self.jetstream.write("other.json", r#"{"rounding": "half-up", "draw_limit": "funded"}"#);
        let item = self.files.json(&["explain", "--memo", &memo]).to_string();
        assert!(item.contains("\"stream\":\"MEMOS\""), "{item}");
        let questions: [&[&str]; 17] = [
            &["explain", "--account", OWNER, "--period", "2019-01"],
            &["explain", "--account", OWNER, "--period", "2019-02"],
            &["explain", "--account", OWNER, "--period", "2019-03"],
            &["explain", "--account", A2, "--period", "2019-01", "--recorded", february],
            &["explain", "--memo", &memo],
            &["explain", "--memo", &memo, "--recorded", february],
            &["what-if", "--policy", "other.json"],
            &["accounts", "list"],
            &["credits", "suspense"],
            &["credits", "exceptions"],
            &["credits", "simulate", "2019-01"],
            &["policy", "show"],
            &["rates", "list"],
            &["approvals"],
            &["documents", "list"],
            &["close-pack", "show", "2019-01"],
            &["close-pack", "show", "2019-02"],
        ];
        for question in questions {
            for output in ["table", "json"] {
                let outcome = self.ask(&[question, &["--output", output]].concat()).exits(0);
                // A list of nothing is `[]`; as a table it is blank.
                assert!(output == "table" || !outcome.stdout.is_empty(), "{outcome}");
            }
        }
        for form in ["text", "html", "pdf", "eml"] {
            let statement = ["statement", "--account", OWNER, "--period", "2019-02", "--format", form];
            assert!(self.ask(&statement).exits(0).stdout.len() > 500);
        }
        self.ask(&["explain", "--account", OWNER, "--period", "2030-01"]).exits(1);
    }

    /// Replays of every kind; answers with the certificates of the whole log.
    fn replayed(&self) -> (String, String) {
        let [february, march, _] = self.times.each_ref().map(String::as_str);
        let memo = self.memo();
        let scoped: [&[&str]; 6] = [
            &["--until", "2"],
            &["--until", march, "--full"],
            &["--until", february, "--account", OWNER],
            &["--verify", "--payer", PAYER],
            &["--verify", "--payer", PAYER, "--account", OWNER],
            &["--verify", "--memo", &memo],
        ];
        for options in scoped {
            self.replay(options);
        }
        let verified = self.replay(&["--verify"]);
        assert_fields(&verified, &[("verified", "true"), ("differences", "[]")]);
        assert_eq!(verified["state_certificate"], self.replay(&[])["state_certificate"]);
        let text = |field: &str| verified[field].as_str().unwrap().to_owned();
        (text("state_certificate"), text("log_certificate"))
    }

    /// What is written into files.
    fn exported(&self) {
        let [february, ..] = self.times.each_ref().map(String::as_str);
        for question in [
            &["export", "journal"][..],
            &["export", "journal", "--recorded", february],
            &["export", "journal", "--payer", PAYER],
            &["export", "journal", "--show-templates"],
            &["export", "focus", "--issuer", "Us"],
            &["export", "focus", "--issuer", "Us", "--period", "2019-01"],
        ] {
            assert!(self.ask(question).exits(0).stdout.len() > 100, "{question:?}");
        }
        for form in ["csv", "parquet"] {
            self.ask(&["export", form, "--out", form]).exits(0);
            let files = |office: &Office| files_in(&office.file(form));
            assert!(files(&self.files).len() > 5, "{form}");
            assert_eq!(files(&self.files), files(&self.jetstream), "{form}");
        }
    }

    /// The audit, seals made on either log and held against the other and a copy, statements and packs without one.
    fn proved(&self) {
        let audit = self.ask(&["audit", "--output", "json"]).exits(0).json();
        let packs = row_where(&audit, "check", "close packs on file are those recorded");
        assert_eq!(packs["looked_at"], 2, "{packs:#}");
        let copy = self.files.file("copy").display().to_string();
        self.files.ok(&["log", "copy", "--from", &self.server.url(), "--to", &copy]);
        for office in [&self.files, &self.jetstream] {
            office.ok(&["audit", "seal", "--key", "auditor.pem", "--out", "seal.json"]);
            let seal = office.file("seal.json").display().to_string();
            let verify = ["audit", "verify", &seal, "--public-key", "auditor.pem.pub"];
            self.ask(&[&verify[..], &["--output", "json"]].concat()).exits(0);
            self.files.ok(&[&verify[..], &["--data", &copy]].concat());
        }
        let statement = ["statement", "--account", OWNER, "--period", "2019-02"];
        self.ask_but(&statement, &["proof"]);
        for office in [&self.files, &self.jetstream] {
            let text = office.ok(&[&statement[..], &["--format", "json"]].concat()).stdout;
            assert!(text.contains("\"proof\""), "{text}");
            for reader in [&self.files, &self.jetstream] {
                reader.write("statement.json", &text);
                reader.ok(&["statement", "verify", "statement.json", "--public-key", "auditor.pem.pub"]);
            }
            // The pack that one log makes and signs is what the other makes.
            let pack = office.file("pack.json").display().to_string();
            office.ok(&["close-pack", "show", "2019-01", "--out", "pack.json", "--key", "auditor.pem"]);
            self.ask(&["close-pack", "verify", &pack, "--public-key", "auditor.pem.pub"]).exits(0);
            self.ask(&["close-pack", "compare", &pack, "--output", "json"]).exits(0);
        }
        assert_eq!(
            FileBytes::of(&self.files.file("pack.json")),
            FileBytes::of(&self.jetstream.file("pack.json")),
            "a signed pack"
        );
    }
}

fn files_in(folder: &Path) -> Vec<(String, FileBytes)> {
    let entries = fs::read_dir(folder).map(Iterator::collect).unwrap_or_else(|_| Vec::new());
    let paths = entries.into_iter().map(|entry| entry.unwrap().path());
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    let mut files: Vec<_> = paths.map(|path| (name(&path), FileBytes::of(&path))).collect();
    files.sort_by(|a, b| a.0.cmp(&b.0));
    files
}

/// The folder where the read model, the snapshots and the close packs of an office's log are.
fn beside_the_log(office: &Office) -> PathBuf {
    let data = office.data();
    if data.join("read-model").exists() {
        return data;
    }
    let mut folders = vec![data];
    while let Some(folder) = folders.pop() {
        if folder.join("read-model").exists() {
            return folder;
        }
        let entries = fs::read_dir(&folder).map(Iterator::collect).unwrap_or_else(|_| Vec::new());
        folders.extend(entries.into_iter().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()));
    }
    panic!("no read model below {}", office.data().display());
}

#[track_caller]
fn assert_the_same(both: &Both) {
    let certificates = both.replayed();
    assert_eq!((certificates.0.len(), certificates.1.len()), (64, 64));
    assert!(both.two_dates() > 60, "most questions have an answer");
    both.explained_and_listed();
    both.exported();
    both.proved();
}

#[test]
fn a_history_lived_in_files_is_the_same_on_jetstream() {
    assert_the_same(&Both::lived_in_files());
}

#[test]
fn a_history_lived_on_jetstream_is_the_same_in_files() {
    assert_the_same(&Both::lived_on_jetstream());
}

/// The snapshots of an office's log: the stream and sequence, and what is in it but for the first line, which names
/// the log.
fn snapshots(office: &Office) -> Vec<(String, String)> {
    let folder = beside_the_log(office).join("snapshots");
    let in_short = |(name, _): (String, FileBytes)| {
        let text = fs::read_to_string(folder.join(&name)).unwrap();
        (name, text.split_once('\n').unwrap().1.to_owned())
    };
    files_in(&folder).into_iter().map(in_short).collect()
}

#[test]
fn snapshots_of_either_log_are_the_same_and_change_no_answer() {
    let both = Both::lived_in_files();
    let [february, march, april] = both.times.each_ref().map(String::as_str);
    let asked = |both: &Both| {
        let mut answers = vec![both.replay(&["--until", "3"]), both.replay(&["--until", march]), both.replay(&[])];
        for question in ["balance", "memos list", "credits list", "reconcile 2019-01", "reconcile 2019-02"] {
            for dates in [["--recorded", february], ["--recorded", april], ["--since", march]] {
                let words: Vec<&str> = question.split(' ').chain(dates).chain(["--output", "json"]).collect();
                answers.push(Value::String(both.ask(&words).stdout));
            }
        }
        answers
    };
    let without_any = asked(&both);
    for point in [&["--until", february][..], &["--until", march], &[]] {
        both.replay(&[&["--snapshot"][..], point].concat());
    }
    let (of_files, of_jetstream) = (snapshots(&both.files), snapshots(&both.jetstream));
    assert!(of_files.len() > 8, "{}", of_files.len());
    assert!(of_files == of_jetstream, "the snapshots differ");
    assert_eq!(asked(&both), without_any);
    both.ask(&["audit", "--output", "json"]).exits(0);

    // They are begun at on JetStream: one that was changed is believed until an audit or a full replay comes.
    let folder = beside_the_log(&both.jetstream).join("snapshots");
    let name = of_jetstream.iter().map(|(name, _)| name).find(|name| name.starts_with("MEMOS-")).unwrap();
    let open = "\"open\":\"900.00\"";
    forge_snapshot(&folder.join(name), |lines| lines.replace(open, "\"open\":\"910.00\""));
    let replayed = |options: &[&str]| only(&both.jetstream.json(&[&["replay"][..], options].concat()));
    let right = only(&both.files.json(&["replay", "--until", february]))["open_balance"].clone();
    assert_ne!(replayed(&["--until", february])["open_balance"], right, "it is not begun at");
    assert_eq!(replayed(&["--until", february, "--full"])["open_balance"], right);
    both.jetstream.run(&["audit"]).exits(5).says(&["snapshots"]);
    both.jetstream.run(&["replay", "--verify"]).exits(5).says(&["CM0527", name]);

    fs::remove_dir_all(&folder).unwrap();
    assert_eq!(asked(&both), without_any);
    assert!(!folder.exists(), "an answer writes none");
}
