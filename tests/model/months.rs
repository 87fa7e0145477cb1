//! The stories: each step is run through the program and written in the second books; then both are
//! compared.

use proptest::prelude::*;

use crate::{
    compare,
    story::{Act, Grain, Story, stories},
    telling::Telling,
};

/// Cases in the gate; `PROPTEST_CASES` asks for others.
fn cases(in_gate: u32) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok());
    ProptestConfig {
        cases: asked.unwrap_or(in_gate),
        failure_persistence: None,
        max_shrink_iters: 4000,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(cases(40))]

    /// Whole cents: with restatements and refunds of closed months.
    #[test]
    fn months_are_kept_as_a_second_bookkeeper_keeps_them(story in stories(Grain::Cents, 24)) {
        tell(&story, Grain::Cents);
    }
}

proptest! {
    #![proptest_config(cases(12))]

    /// Charges finer than cents, rounded once an account and document.
    #[test]
    fn months_finer_than_cents_are_kept_alike(story in stories(Grain::Fine, 16)) {
        tell(&story, Grain::Fine);
    }
}

fn tell(Story(story): &Story, grain: Grain) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let mut telling = Telling::new(grain).await;
        for Act { step, cut } in story {
            telling.step(step, *cut).await;
        }
        compare::replays(&telling.program).await;
        compare::is_the_same_decided_again(&telling.program).await;
    });
}
