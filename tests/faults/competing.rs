//! Several processes of one service: one result, whoever does it, and nothing lost with one of them.

use std::{fs, thread, time::Duration};

use testkit::NatsServer;

use crate::{
    system::{Servers, System, said},
    year::{Books, Year},
};

#[test]
fn two_of_each_bill_the_same_month_at_once_and_make_one_result() {
    let mut system = System::new(Servers::One(NatsServer::start()));
    let year = Year::generate(system.folder(), 7);
    let undisturbed = year.undisturbed(&system.folder().join("undisturbed"));
    let from = year.folder.to_string_lossy().into_owned();
    system.start(&["usage-ingest", "--ingest-from", &from]);
    let mut seconds = Vec::new();
    for part in ["1/2", "2/2"] {
        for service in ["upstream-credits", "memo-keeper", "projector"] {
            let number = system.start(&[service, "--partition", part, "--takeover-after", "1"]);
            if part == "2/2" {
                seconds.push(number);
            }
        }
    }
    for (number, step) in year.steps().into_iter().enumerate() {
        let words: Vec<&str> = step.iter().map(String::as_str).collect();
        if words[0] == "bill" {
            // Two at once; the queue group gives them to either process, or both to one.
            let mut runs: Vec<_> = (0..2).map(|_| system.command(&words).spawn().unwrap()).collect();
            for run in &mut runs {
                run.wait().unwrap();
            }
        }
        system.until_done(&words);
        // One half is lost for good in the middle of the year, whichever payers it had.
        if number == 20 {
            for number in seconds.drain(..) {
                system.kill(number);
            }
        }
    }
    undisturbed.assert_same(&Books::of(&system), "two of each");
}

#[test]
fn an_inbox_takes_what_is_whole_and_refuses_the_rest_with_a_reason() {
    let mut system = System::new(Servers::One(NatsServer::start()));
    let year = Year::generate(system.folder(), 11);
    let inbox = system.folder().join("inbox");
    fs::create_dir(&inbox).unwrap();
    fs::write(inbox.join("nonsense.csv"), "this,is\nno,bill\n").unwrap();
    fs::write(inbox.join(".unfinished.csv"), "this,is\nno,bill\n").unwrap();
    let folder = inbox.to_string_lossy().into_owned();
    system.start(&["usage-ingest", "upstream-credits", "memo-keeper", "--inbox", &folder, "--inbox-settle", "1"]);
    fs::rename(&year.folder, inbox.join("year")).unwrap();

    let mut waited = 0;
    while !(inbox.join("done/year").exists() && inbox.join("refused/nonsense.csv").exists()) {
        waited += 1;
        assert!(waited < 600, "{:?}\n{}", fs::read_dir(&inbox).unwrap().collect::<Vec<_>>(), system.logs());
        thread::sleep(Duration::from_millis(100));
    }
    let reason = fs::read_to_string(inbox.join("refused/nonsense.csv.reason.txt")).unwrap();
    assert!(reason.contains("nonsense.csv") && reason.contains("[CM0310]"), "{reason}");
    assert!(inbox.join(".unfinished.csv").exists(), "what is not whole yet stays");
    let reconciled = system.rows(&["reconcile", "2025-01"]);
    assert_eq!(reconciled[0]["period"], "2025-01", "{reconciled}");
}

#[test]
fn a_service_that_is_told_to_end_finishes_what_it_does_and_keeps_an_archive() {
    let mut system = System::new(Servers::One(NatsServer::start()));
    let year = Year::generate(system.folder(), 13);
    let archive = system.folder().join("archive");
    let from = year.folder.to_string_lossy().into_owned();
    let all = system.start(&["--ingest-from", &from, "--archive", &archive.to_string_lossy()]);
    for step in year.steps().into_iter().take(5) {
        system.until_done(&step.iter().map(String::as_str).collect::<Vec<_>>());
    }
    let balances = system.rows(&["balance"]);
    // Long enough for the projector to have heard of the last commit.
    thread::sleep(Duration::from_secs(3));
    let ended = system.terminate(all);
    assert!(ended.success(), "{ended}\n{}", system.logs());

    // Off the server, with nothing but the archive.
    let mut offline = crate::system::program();
    let output = offline.args(["balance", "--output", "json"]).env("CREDITMEMO_DATA", &archive).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let archived: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(archived, balances);
    let audit = crate::system::program().arg("audit").env("CREDITMEMO_DATA", &archive).output().unwrap();
    assert!(audit.status.success(), "{}", said(&audit));
}
