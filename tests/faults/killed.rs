//! Services and server are killed again and again while a year is done.

use std::{
    collections::BTreeMap,
    env,
    fmt::Write as _,
    fs, thread,
    time::{Duration, Instant},
};

use testkit::{NatsCluster, NatsServer};

use crate::{
    system::{SERVICES, Servers, System},
    year::{Books, Year},
};

/// Where a run that passed writes what it was, for `tests/faults/long`.
const RESULT: &str = "CREDITMEMO_FAULTS_RESULT";

/// Kills where none were asked for; `tests/faults/long` asks for 200.
const KILLS: usize = 20;

const SEED: u64 = 20_190_131;

/// Draws numbers: the same seed draws the same ones.
struct Draws(u64);

impl Draws {
    fn below(&mut self, bound: u64) -> u64 {
        // xorshift64*: small, and good enough to choose whom to kill.
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) % bound
    }
}

fn number_from(name: &str, otherwise: u64) -> u64 {
    env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// Starts the four services, each in its process.
fn start_services(system: &mut System, year: &Year) {
    let from = year.folder.to_string_lossy().into_owned();
    for service in SERVICES {
        match service {
            "usage-ingest" => system.start(&[service, "--ingest-from", &from]),
            _ => system.start(&[service]),
        };
    }
}

/// Does the year; at each step `disturb` is told its number while the step runs.
fn do_year(system: &mut System, year: &Year, mut disturb: impl FnMut(&mut System, usize)) {
    for (number, step) in year.steps().into_iter().enumerate() {
        let words: Vec<&str> = step.iter().map(String::as_str).collect();
        // The first try runs while it is disturbed; it is then repeated until it succeeds.
        let mut first = system.command(&words).stdout(std::process::Stdio::null()).spawn().unwrap();
        disturb(system, number);
        if !first.wait().unwrap().success() {
            system.until_done(&words);
        }
    }
}

#[test]
fn killed_at_random_points_the_year_ends_as_undisturbed() {
    let seed = number_from("CREDITMEMO_FAULTS_SEED", SEED);
    let kills = number_from("CREDITMEMO_FAULTS_KILLS", KILLS as u64);
    let hint = format!("CREDITMEMO_FAULTS_SEED={seed} CREDITMEMO_FAULTS_KILLS={kills}");
    println!("{hint}");
    let began = Instant::now();
    let mut killed: BTreeMap<&str, u64> = BTreeMap::new();

    let mut system = System::new(Servers::One(NatsServer::start()));
    let year = Year::generate(system.folder(), seed);
    let undisturbed = year.undisturbed(&system.folder().join("undisturbed"));
    start_services(&mut system, &year);

    // Every kill falls into a step, some of them several into one.
    let mut draws = Draws(seed | 1);
    let steps = year.steps().len();
    let mut of_step = vec![0; steps];
    for _ in 0..kills {
        let step = draws.below(steps as u64);
        of_step[usize::try_from(step).unwrap()] += 1;
    }
    do_year(&mut system, &year, |system, step| {
        for _ in 0..of_step[step] {
            thread::sleep(Duration::from_millis(draws.below(400)));
            match usize::try_from(draws.below(SERVICES.len() as u64 + 1)).unwrap() {
                number if number < SERVICES.len() => {
                    system.kill(number);
                    system.restart(number);
                    *killed.entry(SERVICES[number]).or_default() += 1;
                }
                _ => {
                    let Servers::One(server) = &mut system.servers else { unreachable!("there is one server") };
                    server.kill();
                    server.restart();
                    *killed.entry("nats-server").or_default() += 1;
                }
            }
        }
    });
    assert_eq!(killed.values().sum::<u64>(), kills);

    let books = Books::of(&system);
    undisturbed.assert_same(&books, &hint);
    let audit = system.run(&["audit"]);
    assert!(audit.status.success(), "{hint}\n{}", crate::system::said(&audit));
    if let Some(file) = env::var_os(RESULT) {
        let mut text = format!("seed: {seed}\nkills: {kills}\n");
        for (whom, times) in &killed {
            writeln!(text, "killed {whom}: {times}").unwrap();
        }
        writeln!(text, "steps of the year: {steps}").unwrap();
        writeln!(text, "seconds: {}", began.elapsed().as_secs()).unwrap();
        writeln!(text, "certificate, undisturbed on the embedded log: {}", undisturbed.certificate()).unwrap();
        writeln!(text, "certificate, after the kills:                 {}", books.certificate()).unwrap();
        fs::write(file, text).unwrap();
    }
}

#[test]
fn a_cluster_that_loses_a_node_ends_as_undisturbed() {
    let mut system = System::new(Servers::Three(NatsCluster::start("")));
    let year = Year::generate(system.folder(), SEED);
    let undisturbed = year.undisturbed(&system.folder().join("undisturbed"));
    start_services(&mut system, &year);
    do_year(&mut system, &year, |system, step| {
        let Servers::Three(cluster) = &mut system.servers else { unreachable!("there are three servers") };
        match step {
            // In the middle of a delivery, and back two months later.
            8 => {
                thread::sleep(Duration::from_millis(60));
                cluster.servers[1].kill();
            }
            14 => cluster.servers[1].restart(),
            _ => {}
        }
    });
    undisturbed.assert_same(&Books::of(&system), "a cluster");
}
