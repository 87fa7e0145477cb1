//! Approvals whose process dies at any append: whoever repeats one completes it, with a key of his own
//! and without, and nothing is done twice.

use crate::{
    compare,
    cut_off::{Cut, Mishap},
    paper::{Bill, CreditRow, MEMBERS, PAYER, accounts_csv, credits_csv, first_day, last_day},
    program::Program,
    steps::{CENT, Used},
};

/// Appends that a cut may come after: more than any approval takes.
const APPENDS: u32 = 5;

const MISHAPS: [Mishap; 4] = [Mishap::Before, Mishap::Within, Mishap::After, Mishap::AnswerLost];

/// An office with a memo of 1,000.00, January billed and 100.00 drawn, and a second person asked for.
async fn office() -> Program {
    let mut program = Program::new().await;
    let from = first_day(0);
    let accounts = program.write("a.csv", &accounts_csv(&[0, 1].map(|at| (at, "PO-0".to_owned(), from, None))));
    let policy = program.write("policy.json", r#"{"four_eyes":["reassign","void"]}"#);
    let credits = program.write(
        "credits.csv",
        &credits_csv(&CreditRow {
            id: "c01",
            owner: 0,
            description: "Promo",
            face: 100_000 * CENT,
            start: first_day(0),
            end: last_day(5),
            services: &[],
            covers_tax: false,
        }),
    );
    let mut used = [(); 4].map(|()| Used::nothing());
    used[0].usage[0] = 10_000 * CENT;
    let bill = Bill { month: 0, is_final: true, used, credits: Vec::new() };
    let bill = program.write("bill.csv", &bill.cur2(false));
    for words in [
        &["accounts", "import", accounts.to_str().unwrap()][..],
        &["policy", "adopt", policy.to_str().unwrap()],
        &["credits", "import", credits.to_str().unwrap()],
        &["ingest", bill.to_str().unwrap()],
        &["bill", "2019-01", "--payer", PAYER],
    ] {
        program.run(words, None).await.unwrap();
    }
    program
}

/// What waits for a second person.
fn proposal(program: &Program) -> String {
    let model = &program.office.model;
    let of_memos = memo_keeper::proposals(model).unwrap().into_iter().map(|(_, proposed)| proposed.proposal);
    let of_periods = memo_keeper::period_proposals(model).unwrap().into_iter().map(|proposed| proposed.proposal);
    of_memos.chain(of_periods).next().unwrap()
}

/// Open balances of all memos, by account.
fn open(program: &Program) -> Vec<(String, i128)> {
    let all = program.office.model.all_memos().unwrap().into_iter();
    let of = all.flat_map(|((_, owner), memos)| {
        memos.memos.into_values().map(move |memo| (owner.to_string(), memo.open.units())).collect::<Vec<_>>()
    });
    of.collect()
}

async fn approved_at_any_cut(act: &[&str], expected: &[(&str, i128)]) {
    for after in 0..APPENDS {
        for mishap in MISHAPS {
            for has_key in [true, false] {
                let mut program = office().await;
                program.run(act, None).await.unwrap();
                let id = proposal(&program);
                let cut = Some(Cut { after, mishap });
                if has_key {
                    program.run_by("checker", &["approve", &id], cut).await.unwrap();
                } else {
                    // Refused where all of it was recorded before the process died.
                    let _ = program.run_with(&["approve", &id, "--by", "checker"], cut).await;
                }
                let found: Vec<(String, i128)> = open(&program);
                let found: Vec<(&str, i128)> = found.iter().map(|(owner, open)| (owner.as_str(), *open)).collect();
                assert_eq!(found, expected, "{act:?} approved, {mishap:?} after {after}, key {has_key}");
                for by in ["checker", "another"] {
                    let again = program.run_by(by, &["approve", &id], None).await;
                    assert!(again.is_err(), "{act:?} was approved twice");
                }
                compare::replays(&program).await;
            }
        }
    }
}

#[tokio::test]
async fn a_move_that_was_approved_arrives_wherever_the_approval_was_cut_off() {
    let memo = format!("CM-{PAYER}-{}-0001", MEMBERS[0]);
    let act = ["memos", "reassign", &memo, "--to-account", MEMBERS[1], "--amount", "400.00"];
    approved_at_any_cut(&act, &[(MEMBERS[0], 50_000), (MEMBERS[1], 40_000)]).await;
}

#[tokio::test]
async fn a_void_that_was_approved_gives_back_wherever_the_approval_was_cut_off() {
    let number = format!("INV-{PAYER}-2019-01-00001");
    approved_at_any_cut(&["documents", "void", &number], &[(MEMBERS[0], 100_000)]).await;
}
