//! Owners: a technology is named in one place, so that it can be replaced there.
//!
//! Sled is named in one file of the read model, the NATS client in its adapter and the command bus, and the first
//! tokens of subjects in `wire`. Manifests are checked by [`super::layers`]; this is about text.

use wire::StreamName;

use super::{
    finding::Finding,
    source::{SourceFile, names},
};

const RULE: &str = "owners";

/// The rule about subjects, which is not kept everywhere yet.
pub(crate) const SUBJECTS: &str = "subjects";

/// Checks who names what.
pub(crate) fn check(sources: &[SourceFile]) -> Vec<Finding> {
    // This crate has to speak of what it forbids.
    let judged: Vec<&SourceFile> = sources.iter().filter(|file| file.crate_name != "xtask").collect();
    let mut findings = one_file_names_sled(&judged);
    findings.extend(judged.iter().filter_map(|file| only_the_adapter_names_the_client(file)));
    findings.extend(judged.iter().flat_map(|file| only_wire_names_subjects(file)));
    findings
}

fn one_file_names_sled(sources: &[&SourceFile]) -> Vec<Finding> {
    let mut naming = sources.iter().filter_map(|file| {
        let line = file.production().find(|(_, line)| names(line, "sled::") || names(line, "use sled"));
        line.map(|(number, _)| (file, number))
    });
    let first = naming.next();
    let outside = first.filter(|(file, _)| file.crate_name != "read-model");
    let outside = outside.map(|(file, number)| {
        Finding::error(RULE, &file.path, number, "names sled, which only the read model's store may")
    });
    let further = naming.map(|(file, number)| {
        let owner = first.map_or("", |(file, _)| file.path.as_str());
        let message = format!("names sled as {owner} does: one file may, so that the store can be replaced");
        Finding::error(RULE, &file.path, number, message)
    });
    outside.into_iter().chain(further).collect()
}

fn only_the_adapter_names_the_client(file: &SourceFile) -> Option<Finding> {
    if matches!(file.crate_name.as_str(), "event-log-nats" | "command-bus") {
        return None;
    }
    let (number, _) = file.code().find(|(_, line)| names(line, "async_nats::") || names(line, "use async_nats"))?;
    Some(Finding::error(RULE, &file.path, number, "names async_nats, which only event-log-nats and command-bus may"))
}

/// Finds `"memos."` and `"memos.{payer}"`: a literal that a subject is built from or looked up by.
fn only_wire_names_subjects(file: &SourceFile) -> Vec<Finding> {
    if file.crate_name == "wire" {
        return Vec::new();
    }
    let begins_subject = |line: &str, stream: StreamName| {
        let prefix = stream.subject_prefix();
        line.contains(&format!("\"{prefix}.\"")) || line.contains(&format!("\"{prefix}.{{"))
    };
    file.production()
        .filter_map(|(number, line)| {
            let stream = StreamName::ALL.into_iter().find(|stream| begins_subject(line, *stream))?;
            let message =
                format!("names subjects of {stream} in a literal: take them from wire::Subject or wire::StreamName");
            Some(Finding::error(SUBJECTS, &file.path, number, message))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source::example;

    #[test]
    fn sled_is_named_by_one_file_of_the_read_model() {
        let store = example("shared/read-model/src/sled_store.rs", "let db = sled::open(path)?;");
        let module = example("shared/read-model/src/lib.rs", "mod sled_store;\npub use sled_store::SledStore;");
        assert_eq!(check(&[module.clone(), store.clone()]), []);
        let second = example("shared/read-model/src/zip.rs", "use sled::Tree;");
        assert_eq!(check(&[store.clone(), second]).len(), 1);
        let stranger = example("services/projector/src/lib.rs", "use sled::Tree;");
        assert_eq!(check(&[module, stranger.clone()]).len(), 1, "outside the read model");
        assert_eq!(check(&[stranger, store]).len(), 2, "neither outside nor twice");
    }

    #[test]
    fn the_nats_client_stays_in_its_adapter_and_out_of_tests_too() {
        let text = "use async_nats::jetstream;";
        assert_eq!(check(&[example("shared/event-log-nats/src/log.rs", text)]), []);
        assert_eq!(check(&[example("services/projector/tests/live.rs", text)]).len(), 1);
    }

    #[test]
    fn subjects_are_made_by_wire() {
        for (line, count) in [
            (r#"let all = records("credits.")?;"#, 1),
            (r#"let subject = format!("memos.{payer}.{member}");"#, 1),
            (r#"let file = folder.join("accounts.csv");"#, 0),
            (r#"/// `"memos."` are subjects"#, 0),
            (r#"let prefix = StreamName::Memos.subject_prefix();"#, 0),
        ] {
            assert_eq!(check(&[example("shared/read-model/src/a.rs", line)]).len(), count, "{line}");
            assert_eq!(check(&[example("shared/wire/src/a.rs", line)]).len(), 0, "{line}");
        }
    }
}
