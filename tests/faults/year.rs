//! A generated year of a distributor's books, and what it must come to.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::system::{System, manifests_below, program, said};

const MONTHS: usize = 12;

/// The files of a year, and its months.
pub(crate) struct Year {
    pub(crate) folder: PathBuf,
    manifests: Vec<PathBuf>,
}

impl Year {
    /// Generates a year; the same seed gives the same files.
    pub(crate) fn generate(folder: &Path, seed: u64) -> Self {
        let folder = folder.join("year");
        let output = program()
            .arg("generate")
            .arg(&folder)
            .args(["--accounts", "24", "--credits", "12", "--rows", "240", "--months", "12", "--first", "2025-01"])
            .args(["--seed", &seed.to_string()])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", said(&output));
        let manifests = manifests_below(&folder);
        assert_eq!(manifests.len(), MONTHS, "one delivery a month");
        Self { folder, manifests }
    }

    /// The month's name.
    pub(crate) fn month(number: usize) -> String {
        format!("2025-{:02}", number + 1)
    }

    /// What an operator does in that year, in order.
    pub(crate) fn steps(&self) -> Vec<Vec<String>> {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let file = |name: &str| self.folder.join(name).to_string_lossy().into_owned();
        let mut steps = vec![
            words(&["accounts", "import", &file("accounts.csv")]),
            words(&["credits", "import", &file("credits.csv")]),
        ];
        for (number, manifest) in self.manifests.iter().enumerate() {
            let month = Self::month(number);
            steps.push(words(&["ingest", &manifest.to_string_lossy()]));
            // The documents' date is the command's: the two runs are on different days.
            steps.push(words(&["bill", &month, "--date", "2026-01-15", "--accept-estimated"]));
            steps.push(words(&["close", &month, "--waive", "--reason", "the year is done", "--accept-estimated"]));
        }
        steps
    }

    /// The same year in one process, on the embedded log, undisturbed.
    pub(crate) fn undisturbed(&self, data: &Path) -> Books {
        let run = |arguments: &[&str]| {
            let output = program().args(arguments).env("CREDITMEMO_DATA", data).output().unwrap();
            assert!(output.status.success(), "{arguments:?}: {}", said(&output));
            String::from_utf8(output.stdout).unwrap()
        };
        for step in self.steps() {
            run(&step.iter().map(String::as_str).collect::<Vec<_>>());
        }
        Books::read(|arguments| serde_json::from_str(&run(&[arguments, &["--output", "json"]].concat())).unwrap())
    }
}

/// What the books of a year say: balances, documents, and how AWS's bill ties to them.
#[derive(Debug, PartialEq)]
pub(crate) struct Books {
    balances: Value,
    documents: Vec<Value>,
    reconciled: Vec<Value>,
    certificate: Value,
}

impl Books {
    fn read(rows: impl Fn(&[&str]) -> Value) -> Self {
        let balances = rows(&["balance"]);
        assert!(balances.as_array().is_some_and(|rows| rows.len() > 5), "memos were issued: {balances}");
        let months = || (0..MONTHS).map(Year::month);
        // A closed month is not billed again: its documents are printed.
        let documents = months().map(|month| rows(&["bill", &month])).collect();
        let reconciled = months().map(|month| rows(&["reconcile", &month])).collect();
        let replayed = rows(&["replay", "--verify"]);
        Self { balances, documents, reconciled, certificate: replayed[0]["state_certificate"].clone() }
    }

    /// The books of a system, read once everything is at rest.
    pub(crate) fn of(system: &System) -> Self {
        Self::read(|arguments| system.rows(arguments))
    }

    /// The state certificate.
    pub(crate) fn certificate(&self) -> &str {
        self.certificate.as_str().unwrap()
    }

    /// Compares piece by piece, so that a difference is seen and not searched for.
    #[track_caller]
    pub(crate) fn assert_same(&self, other: &Self, hint: &str) {
        assert_eq!(self.balances, other.balances, "balances; {hint}");
        assert_eq!(self.documents, other.documents, "documents; {hint}");
        assert_eq!(self.reconciled, other.reconciled, "reconciliation; {hint}");
        assert!(self.certificate.is_string(), "a replay states a certificate");
        assert_eq!(self.certificate, other.certificate, "state certificate; {hint}");
    }
}
