//! Whole months on files that lose power: whatever was not synced may be gone, in whole or in part.
//! Each command is run until it ends; in the end the books are those of an undisturbed office.

use std::{path::Path, sync::Arc, time::Duration};

use domain::{billing::MemberStatement, memo::MemberMemos};
use event_log::EventLog;
use event_log_file::{FileLog, Settings, simulator::SimulatedFiles};
use proptest::prelude::*;
use read_model::{ReadModel, WhatToFold, catch_up};
use service_kit::{Act, Clock, Failure, UnitOfWork};
use tempfile::TempDir;

use crate::{
    compare::{member, payer},
    paper::{Bill, CreditLine, CreditRow, MEMBERS, accounts_csv, credits_csv, first_day, last_day},
    steps::{CENT, Used},
};

/// Where the power goes within one command, and what is then lost.
#[derive(Debug, Clone, Copy)]
struct Loss {
    /// The command.
    command: usize,
    /// Changes to the files that are still made.
    changes: u64,
    seed: u64,
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(12),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn months_on_files_that_lose_power_end_as_undisturbed_ones(
        losses in prop::collection::vec(
            (0..10_usize, 0..25_u64, any::<u64>())
                .prop_map(|(command, changes, seed)| Loss { command, changes, seed }),
            1..8,
        )
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let (undisturbed, disturbed) = runtime.block_on(async { (months(&[]).await, months(&losses).await) });
        prop_assert_eq!(undisturbed, disturbed);
    }
}

/// All memos and all statements.
type BooksInTheEnd = (Vec<MemberMemos>, Vec<MemberStatement>);

fn used(cents: i64) -> Used {
    Used { usage: [cents * CENT, 0, 0], ..Used::nothing() }
}

fn bill(month: u8, cents: i64, scattered: i64) -> String {
    let description = format!("Promo, credit from account: {}", MEMBERS[0]);
    let credits = vec![CreditLine { on: 1, description, applied: scattered * CENT }];
    let used = [used(cents), used(250_000), used(240_000), Used::nothing()];
    Bill { month, is_final: true, used, credits }.cur2(false)
}

/// The files of the story and its commands, in order.
fn commands(folder: &TempDir) -> Vec<Vec<String>> {
    let file = |name: &str, content: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let began = first_day(0);
    let accounts = accounts_csv(&[0, 1, 2].map(|at| (at, "PO-1".to_owned(), began, None)));
    let credit = CreditRow {
        id: "5001",
        owner: 0,
        description: "Promo",
        face: 100_000 * CENT,
        start: began,
        end: last_day(11),
        services: &[],
        covers_tax: false,
    };
    let number = format!("CM-{}-{}-0001", payer(), MEMBERS[0]);
    let said: Vec<String> = vec![
        format!("accounts import {}", file("accounts.csv", &accounts)),
        format!("credits import {}", file("credits.csv", &credits_csv(&credit))),
        format!("ingest {}", file("january.csv", &bill(0, 10_000, 60_000))),
        "bill 2019-01".to_owned(),
        "close 2019-01".to_owned(),
        format!("memos write-off {number} --amount 10.00"),
        format!("ingest {}", file("january-again.csv", &bill(0, 13_000, 60_000))),
        format!("ingest {}", file("february.csv", &bill(1, 25_040, 20_000))),
        "bill 2019-02".to_owned(),
        "close 2019-02".to_owned(),
    ];
    let words = |line: String| line.split(' ').map(str::to_owned).collect();
    said.into_iter().map(words).collect()
}

async fn months(losses: &[Loss]) -> BooksInTheEnd {
    let folder = tempfile::tempdir().unwrap();
    let files = SimulatedFiles::default();
    for (at, words) in commands(&folder).into_iter().enumerate() {
        for loss in losses.iter().filter(|loss| loss.command == at) {
            files.lose_power_after(loss.changes);
            let outcome = run(&files, at, &words).await;
            files.power_cut(loss.seed);
            if outcome.is_ok() {
                break;
            }
        }
        run(&files, at, &words).await.unwrap();
    }
    let office = open(&files, 0).await.unwrap();
    let memos = office.model.all_memos().unwrap().into_values().collect();
    let of_member = |at: usize| office.model.statements(&payer(), &member(at)).unwrap();
    let statements = (0..MEMBERS.len()).flat_map(of_member).map(|stored| stored.statement).collect();
    (memos, statements)
}

/// Runs a command as a process of its own.
async fn run(files: &SimulatedFiles, at: usize, words: &[String]) -> Result<(), Failure> {
    let mut office = open(files, at).await?;
    let key = format!("command-{at}");
    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
    words.extend(["--output", "csv", "--by", "clerk", "--reason", "the story says so", "--idempotency-key", &key]);
    cli::run_in(&mut office, &words).await
}

async fn open(files: &SimulatedFiles, at: usize) -> Result<UnitOfWork, Failure> {
    let settings = Settings { layer: Arc::new(files.clone()), ..Settings::default() };
    let log = FileLog::open_writer_blocking(Path::new("/data"), Duration::from_secs(10), settings)?;
    let log: Arc<dyn EventLog> = Arc::new(log);
    let mut model = ReadModel::in_memory(WhatToFold::Everything);
    catch_up(log.as_ref(), &mut model).await?;
    let day = first_day(u8::try_from(at / 5 + 1).unwrap()).and_hms_opt(8, 0, 0).unwrap().and_utc();
    UnitOfWork::over(log, model, Clock::Injected(day), Act::default()).await
}
