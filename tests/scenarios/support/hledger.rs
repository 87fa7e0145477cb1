//! hledger as the second reader of the journal: another program, in another language, adds it up.
//!
//! `tests/hledger` says where it is and fetches it where it is missing; a test without it fails and says
//! so, since a journal that nobody read was not checked.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicUsize, Ordering},
};

use super::{Decimal, Office};

/// A journal, and the program that reads it.
pub(crate) struct Hledger {
    program: PathBuf,
    journal: PathBuf,
}

impl Hledger {
    /// Exports the journal of an office, which it must take.
    #[track_caller]
    pub(crate) fn of(office: &Office, options: &[&str]) -> Self {
        let text = office.ok(&[&["export", "journal"], options].concat()).stdout;
        // A file of its own: a journal as of another time does not take the place of one that is asked later.
        static JOURNALS: AtomicUsize = AtomicUsize::new(0);
        let journal = office.write(&format!("books-{}.journal", JOURNALS.fetch_add(1, Ordering::Relaxed)), text);
        let hledger = Self { program: find(), journal };
        hledger.run(&["check", "--strict", "ordereddates"]);
        hledger
    }

    /// Whether a journal is taken at all.
    #[track_caller]
    pub(crate) fn accepts(journal: &Path) -> bool {
        Command::new(find()).arg("-f").arg(journal).args(["check", "--strict"]).output().unwrap().status.success()
    }

    #[track_caller]
    fn run(&self, arguments: &[&str]) -> String {
        let output = Command::new(&self.program)
            .args(["-f", self.journal.to_str().unwrap()])
            .args(arguments)
            .env("LC_ALL", "C.UTF-8")
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "hledger {}: {}\n{}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr),
            fs::read_to_string(&self.journal).unwrap(),
        );
        String::from_utf8(output.stdout).unwrap()
    }

    /// The balances of the accounts that match, by name: `USD -900.00`.
    #[track_caller]
    pub(crate) fn balances(&self, arguments: &[&str]) -> BTreeMap<String, String> {
        let fixed = ["balance", "--flat", "--no-total", "--empty", "--output-format", "csv"];
        let text = self.run(&[&fixed, arguments].concat());
        csv::Reader::from_reader(text.as_bytes())
            .records()
            .map(|row| row.unwrap())
            .map(|row| (row[0].to_owned(), row[1].to_owned()))
            .collect()
    }
}

#[track_caller]
fn find() -> PathBuf {
    let cached = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.cache/hledger/usr/bin/hledger");
    let named = std::env::var_os("CREDITMEMO_HLEDGER").map(PathBuf::from);
    let program = named.unwrap_or_else(|| if cached.exists() { cached } else { PathBuf::from("hledger") });
    let answers = Command::new(&program).arg("--version").output().is_ok_and(|output| output.status.success());
    assert!(
        answers,
        "{} does not run: call tests/hledger once, which fetches it into .cache/, or install hledger",
        program.display()
    );
    program
}

const MEMOS: &str = "^Liabilities:Customer credit memos:";

/// The journal is one that hledger takes, with every balance that it asserts; and at the end of
/// every month each memo stands in it as the program says: by effective date, and by what was
/// recorded.
#[track_caller]
pub(crate) fn journal_agrees(office: &Office) {
    let now = Hledger::of(office, &[]);
    for day in ["2019-01-01", "2019-02-01", "2019-03-01", "2019-04-01", "2019-05-01", "2020-01-01"] {
        let last = (day.parse::<chrono::NaiveDate>().unwrap()).pred_opt().unwrap().to_string();
        compare(office, &now, &["--date2", "--end", day], &["--effective", &last]);
    }
    for recorded in ["2019-02-28", "2019-03-31"] {
        let then = Hledger::of(office, &["--recorded", recorded]);
        compare(office, &then, &[], &["--recorded", recorded]);
        compare(
            office,
            &then,
            &["--date2", "--end", "2019-02-01"],
            &["--recorded", recorded, "--effective", "2019-01-31"],
        );
    }
    let transit = now.balances(&["Credit memos between accounts"]);
    assert!(transit.values().all(|balance| is_nothing(balance)), "left one account and came to none: {transit:?}");
}

#[track_caller]
fn compare(office: &Office, hledger: &Hledger, theirs: &[&str], ours: &[&str]) {
    let posted = hledger.balances(&[&[MEMOS], theirs].concat());
    let posted: BTreeMap<&str, &String> =
        posted.iter().map(|(account, balance)| (account.rsplit(':').next().unwrap(), balance)).collect();
    let rows = office.json(&[&["balance"], ours].concat());
    let mut found = 0;
    for row in rows.as_array().unwrap() {
        let (memo, open) = (row["memo_number"].as_str().unwrap(), row["open_balance"].as_str().unwrap());
        let balance = posted.get(memo).map_or("0", |balance| balance.as_str());
        let owed = balance.rsplit(' ').next().unwrap();
        let owed = owed.strip_prefix('-').map_or_else(|| format!("-{owed}"), str::to_owned);
        assert_eq!(
            Decimal::of(&owed.replace("-0", "0")),
            Decimal::of(&open.replace("-0", "0")),
            "{memo}: hledger {theirs:?} says {balance}, balance {ours:?} says {open}"
        );
        found += usize::from(posted.contains_key(memo));
    }
    assert!(posted.len() <= found || posted.values().all(|balance| is_nothing(balance)), "{posted:?} beside {rows:#}");
}

fn is_nothing(balance: &str) -> bool {
    balance.chars().all(|c| !c.is_ascii_digit() || c == '0')
}
