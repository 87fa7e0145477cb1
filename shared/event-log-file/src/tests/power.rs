//! Loss of power at any moment: every acknowledged commit is found again, no half of one, and the
//! chain is whole.

use event_log::{AppendError, conformance::assert_chained};
use proptest::prelude::*;
use wire::SealedCommit;

use super::*;

/// One life between two losses of power.
#[derive(Debug, Clone)]
struct Life {
    /// Changes to the files before the power goes.
    changes: u64,
    seed: u64,
    /// Commits of two calls that are made at once, each on a subject of its own.
    calls: Vec<(usize, usize)>,
}

fn lives() -> impl Strategy<Value = Vec<Life>> {
    let calls = prop::collection::vec((1..4_usize, 1..5_usize), 1..8);
    let life = (0..70_u64, any::<u64>(), calls).prop_map(|(changes, seed, calls)| Life { changes, seed, calls });
    prop::collection::vec(life, 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn acknowledged_commits_survive_power_cuts(lives in lives()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(live(lives));
    }
}

async fn live(lives: Vec<Life>) {
    let files = SimulatedFiles::default();
    let mut acknowledged: Vec<StoredCommit> = Vec::new();
    let mut attempted: Vec<SealedCommit> = Vec::new();
    for Life { changes, seed, calls } in lives {
        files.lose_power_after(changes);
        if let Ok(log) = open(settings(&files)) {
            write_until_dark(&log, calls, &mut acknowledged, &mut attempted).await;
        }
        files.power_cut(seed);

        let log = open(settings(&files)).expect("a loss of power is mended at opening");
        let found = read(&log).await;
        assert_chained(&found);
        for stored in &acknowledged {
            let at = stored.sequence as usize - 1;
            assert_eq!(found.get(at), Some(stored), "an acknowledged commit is there");
        }
        for stored in &found {
            assert!(attempted.contains(&stored.commit), "{stored:?} was never written so");
        }
    }
}

/// Makes calls, two at a time, until one fails because the power is gone.
async fn write_until_dark(
    log: &FileLog,
    calls: Vec<(usize, usize)>,
    acknowledged: &mut Vec<StoredCommit>,
    attempted: &mut Vec<SealedCommit>,
) {
    let mut author = Author::default();
    let mut next = 1;
    while let Ok(known) = log.read(MEMOS, next, ReadLimits::default()).await
        && !known.is_empty()
    {
        next += known.len() as u64;
        known.iter().for_each(|stored| author.recorded(&stored.commit, stored.sequence));
    }

    for (mark, (left, right)) in calls.into_iter().enumerate() {
        let commits = [(0, left), (1, right)].map(|(number, count)| {
            author.batch((0..count).map(|turn| (subject(MEMOS, number), body(format!("{next}-{mark}-{turn}")))))
        });
        attempted.extend(commits.iter().flatten().cloned());
        let [left, right] = commits.clone();
        let (left, right) = tokio::join!(log.append_many(left), log.append_many(right));
        let mut dark = false;
        for (outcome, commits) in [left, right].into_iter().zip(commits) {
            let sequences = match outcome {
                Ok(sequences) => sequences,
                Err((_, AppendError::Log { .. })) => {
                    dark = true;
                    continue;
                }
                Err(other) => panic!("only the power can fail here: {other:?}"),
            };
            for (sequence, commit) in sequences.into_iter().zip(commits) {
                author.recorded(&commit, sequence);
                acknowledged.push(StoredCommit { sequence, commit });
            }
        }
        if dark {
            return;
        }
    }
}
