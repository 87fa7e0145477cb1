//! The lives: each step is run through the program and written in the second books; then both are
//! compared.

use proptest::prelude::*;

use crate::{
    compare,
    driver::Driver,
    steps::{Act, Grain, Life, lives},
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

    /// Whole cents: with restatements of closed months. What AWS refunds, and what it writes under the words
    /// of a split credit, is not told here: scenarios do (rule book D6, N26).
    #[test]
    fn months_are_kept_as_a_second_bookkeeper_keeps_them(steps in lives(Grain::Cents, 24)) {
        tell(&steps, Grain::Cents);
    }
}

proptest! {
    #![proptest_config(cases(12))]

    /// Charges finer than cents, rounded once an account and document.
    #[test]
    fn months_finer_than_cents_are_kept_alike(steps in lives(Grain::Fine, 16)) {
        tell(&steps, Grain::Fine);
    }
}

fn tell(Life(steps): &Life, grain: Grain) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let mut driver = Driver::new(grain).await;
        for Act { step, cut } in steps {
            driver.step(step, *cut).await;
        }
        compare::replays(&driver.program).await;
        compare::is_the_same_decided_again(&driver.program).await;
    });
}
