//! The worked examples once more, each office on a JetStream log of its own: this binary runs its
//! own scenarios again with the server in the environment.

use std::{env, process::Command};

use super::server_with_logs;
use crate::support::JETSTREAM;

/// More than the worked examples open offices.
const LOGS: usize = 120;

/// What a worked example shows of the day it runs on needs a clock that can be set, which only the
/// embedded log takes.
const NEED_A_CLOCK: [&str; 1] = ["a_corrected_rate_is_another_fact_and_supersedes_an_open_months_document"];

#[test]
fn the_worked_examples_come_out_the_same() {
    let server = server_with_logs(LOGS);
    let mut again = Command::new(env::current_exe().unwrap());
    again.arg("worked::").arg("--test-threads=2").env(JETSTREAM, server.url());
    for name in NEED_A_CLOCK {
        again.args(["--skip", name]);
    }
    let output = again.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    let passed = said.rsplit("test result: ok. ").next().and_then(|rest| rest.split(' ').next()).unwrap();
    assert!(passed.parse::<usize>().unwrap() > 20, "the worked examples were run: {said}");
}
