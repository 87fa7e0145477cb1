//! The guide is true: every command on its pages is run, and what it prints is what the page shows.
//!
//! `TRYCMD=overwrite cargo test -p cli --test guide` writes the pages' outputs anew; read the
//! difference before it is committed.

#[test]
fn the_guide_shows_what_the_program_prints() {
    trycmd::TestCases::new()
        .env("USER", "ann")
        .env("NO_COLOR", "1")
        .env("CREDITMEMO_DATA", "creditmemo-data")
        .case("guide/*.md");
}
