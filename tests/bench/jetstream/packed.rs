//! Commits to write: memo draws, so many a commit.

use std::fmt::Write as _;

use wire::{ChainHash, CommitId, SealedCommit, Subject};

/// Subjects that the commits go round: as many as a batch has messages, so that none comes twice.
pub(crate) const MEMBERS: usize = 1_000;

/// As many as fit into the 128 KiB of a commit: a thousand make three.
pub(crate) const FACTS_MAX: usize = 334;

/// Commits with so many facts each, in the order in which they are written to an empty stream.
pub(crate) fn commits_of(facts: usize, count: usize) -> Vec<SealedCommit> {
    let mut chains = vec![ChainHash::START; MEMBERS];
    (0..count)
        .map(|at| {
            let (member, round) = (at % MEMBERS, at / MEMBERS);
            let subject = Subject::parse(&format!("memos.999900001111.{member:012}")).unwrap();
            let id = CommitId::derive("bench", &subject, u32::try_from(round).unwrap());
            // The stream is this one's alone, so sequences are known before they are given.
            let prev = if round == 0 { 0 } else { at as u64 + 1 - MEMBERS as u64 };
            let commit = SealedCommit::seal(subject, id, round as u64 + 1, prev, chains[member], body(facts, at));
            chains[member] = commit.chain;
            commit
        })
        .collect()
}

fn body(facts: usize, at: usize) -> Vec<u8> {
    let mut text = String::with_capacity(facts * 400 + 200);
    text.push_str(r#"{"v":1,"recorded":"2025-02-05T09:00:00Z","by":"clerk","command":"bill","correlation":"run-2025-01","facts":["#);
    for fact in 0..facts {
        let cents = (at * 7 + fact * 13) % 100;
        let comma = if fact == 0 { "" } else { "," };
        write!(
            text,
            r#"{comma}{{"type":"memo_applied.v1","fact":{{"memo":"CM-999900001111-111122223333-0001","period":"2025-01","amount":"470.{cents:02}","eligible":"470.{cents:02}","by_service":[{{"service":"AmazonEC2","amount":"470.{cents:02}"}}],"run":"run-2025-01","policy":"9c1185a5c5e9fc54","rounding":"half-even","effective":"2025-01-31","posting":"2025-01","balance_before":"1000.00","balance_after":"529.{:02}"}}}}"#,
            (100 - cents) % 100
        )
        .unwrap();
    }
    text.push_str("]}");
    text.into_bytes()
}
