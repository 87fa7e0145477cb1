//! Circles: the files of a crate that import each other in a loop cannot be read, tested or moved
//! one by one.
//!
//! An arrow runs from a file to the file that *defines* what it names, also where a `mod.rs` or
//! `lib.rs` hands the name on. `mod` and `pub use` are no arrows: they say where something stands.
//! What the files of one crate name of each other is read by [`super::paths`].

use std::collections::{BTreeMap, BTreeSet};

use super::{
    finding::Finding,
    paths::{Crate, Module},
    source::SourceFile,
};

/// The name of this rule.
pub(super) const RULE: &str = "circles";

/// A file, the files whose definitions it names, and one name for each.
type Arrows = BTreeMap<String, BTreeMap<String, String>>;

/// One finding for each file of a circle.
pub(crate) fn check(sources: &[SourceFile]) -> Vec<Finding> {
    let mut of_crate: BTreeMap<&str, Vec<Module>> = BTreeMap::new();
    for file in sources.iter().filter(|file| file.is_in_src() && !file.is_for_tests()) {
        of_crate.entry(&file.crate_name).or_default().push(Module::read(file));
    }
    of_crate.into_values().flat_map(|modules| findings_in(&arrows(modules))).collect()
}

fn arrows(modules: Vec<Module>) -> Arrows {
    let known = Crate::of(modules);
    let mut arrows = Arrows::new();
    for module in known.modules() {
        let to = arrows.entry(module.file.clone()).or_default();
        for path in &module.named {
            if let Some(defining) = known.defining(path)
                && defining.file != module.file
            {
                to.entry(defining.file.clone()).or_insert_with(|| path.last().cloned().unwrap_or_default());
            }
        }
    }
    arrows
}

fn findings_in(arrows: &Arrows) -> Vec<Finding> {
    let reach: BTreeMap<&str, BTreeSet<&str>> =
        arrows.keys().map(|file| (file.as_str(), reached(arrows, file))).collect();
    let in_circle =
        |from: &str, to: &str| reach[from].contains(to) && reach.get(to).is_some_and(|back| back.contains(from));
    let mut findings = Vec::new();
    for (file, to) in arrows {
        let ties: Vec<String> = to
            .iter()
            .filter(|(other, _)| in_circle(file, other))
            .map(|(other, name)| format!("{other} ({name})"))
            .collect();
        if !ties.is_empty() {
            let message = format!(
                "is in a circle of files, through {}: move what both need to a file of its own",
                ties.join(", ")
            );
            findings.push(Finding::error(RULE, file, 0, message));
        }
    }
    findings
}

/// Every file that can be come to from one; itself only where an arrow leads back.
fn reached<'a>(arrows: &'a Arrows, from: &str) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let mut next: Vec<&str> = arrows.get(from).into_iter().flat_map(|to| to.keys()).map(String::as_str).collect();
    while let Some(file) = next.pop() {
        if found.insert(file) {
            next.extend(arrows.get(file).into_iter().flat_map(|to| to.keys()).map(String::as_str));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source::example;

    fn files_in_circles(files: &[(&str, &str)]) -> Vec<String> {
        let sources: Vec<SourceFile> =
            files.iter().map(|(name, text)| example(&format!("shared/money/src/{name}"), text)).collect();
        check(&sources).into_iter().map(|one| one.path.replace("shared/money/src/", "")).collect()
    }

    #[test]
    fn two_files_that_name_each_other_are_a_circle() {
        let a = "use crate::b::B;\npub struct A(B);\n";
        for b in [
            "use crate::a::A;\npub struct B(A);\n",
            "use super::a;\npub struct B(a::A);\n",
            "pub struct B(crate::a::A);\n",
            "use crate::{\n    a::{A, Other as Another},\n};\npub struct B(A);\n",
            "use crate::A;\npub struct B(A);\n",
        ] {
            assert_eq!(
                files_in_circles(&[("lib.rs", "mod a;\nmod b;\npub use a::A;\n"), ("a.rs", a), ("b.rs", b)]),
                ["a.rs", "b.rs"],
                "{b}"
            );
        }
    }

    #[test]
    fn a_file_that_hands_names_on_is_in_no_circle() {
        let lib = "mod a;\nmod b;\npub use a::A;\npub use b::*;\n";
        let b = "use crate::A;\npub struct B(A);\n";
        assert!(files_in_circles(&[("lib.rs", lib), ("a.rs", "pub struct A;\n"), ("b.rs", b)]).is_empty());
        let c = "use crate::B;\npub struct C(B);\n";
        assert!(files_in_circles(&[("lib.rs", lib), ("a.rs", "pub struct A;\n"), ("b.rs", b), ("c.rs", c)]).is_empty());
    }

    #[test]
    fn what_stands_in_tests_comments_and_texts_is_no_arrow() {
        let a = "use crate::b::B;\npub struct A(B);\n";
        let b = "//! See crate::a::A.\npub struct B;\nconst T: &str = \"crate::a::A\"; // crate::a::A\n\
            #[cfg(test)]\nmod tests {\n use crate::a::A;\n}\n";
        assert!(files_in_circles(&[("lib.rs", "mod a;\nmod b;\n"), ("a.rs", a), ("b.rs", b)]).is_empty());
    }

    #[test]
    fn a_folder_whose_head_defines_what_its_files_name_is_a_circle() {
        let head = "mod part;\nuse part::Part;\npub struct Whole(Part);\npub fn size() {}\n";
        let part = "pub struct Part;\nfn a() { super::size() }\n";
        let found = files_in_circles(&[("lib.rs", "mod whole;\n"), ("whole/mod.rs", head), ("whole/part.rs", part)]);
        assert_eq!(found, ["whole/mod.rs", "whole/part.rs"]);
    }

    #[test]
    fn a_loop_over_three_files_names_each() {
        let text = |other: &str| format!("use crate::{other}::T;\npub struct T;\n");
        let (a, b, c) = (text("b"), text("c"), text("a"));
        let found =
            files_in_circles(&[("lib.rs", "mod a;\nmod b;\nmod c;\n"), ("a.rs", &a), ("b.rs", &b), ("c.rs", &c)]);
        assert_eq!(found, ["a.rs", "b.rs", "c.rs"]);
    }
}
