//! An operator looks up the code of an error.

use crate::support::*;

#[test]
fn the_page_of_a_code_says_what_why_and_what_to_do() {
    let office = Office::new();
    for written in ["CM0511", "cm0511", "511"] {
        let page = office.run(&["explain-error", written]).exits(0);
        for part in ["CM0511: ", "exit code 5", "What happened", "Why", "What to do", "Ingest the same files again"] {
            assert!(page.stdout.contains(part), "{written}: '{part}' in\n{}", page.stdout);
        }
    }
    let json = office.json(&["explain-error", "CM0311"]);
    assert_eq!(json["code"], "CM0311");
    assert_eq!(json["exit_code"], 3);
    assert!(json["what_to_do"].as_str().is_some_and(|text| text.contains("--replace")), "{json}");
}

#[test]
fn an_unknown_code_is_wrong_usage_and_names_the_nearest() {
    let office = Office::new();
    office.run(&["explain-error", "CM0509"]).exits(2).says(&["CM0218", "CM0509", "CM0510", "CM0511"]);
    office.run(&["explain-error", "residual"]).exits(2).says(&["CM0513"]);
}
