//! Layers: dependencies point one way, from what runs to what is only true.
//!
//! ```text
//! money <- domain <- wire <- event-log <- adapters, formats, read-model <- service-kit <- telemetry, services
//!       <- process-manager, answers <- cli
//!                 <- documents <- cli
//! ```
//!
//! `services/answers` asks what services keep, and `services/documents` shows what is answered; neither writes a
//! stream, and documents know no log.
//!
//! A crate may name crates of lower layers only. Tests may also use their neighbours in `shared`
//! and the testkit; nothing reaches a service but the process manager, the
//! composition root and these tasks.

use super::finding::Finding;
use crate::workspace::{Dependency, WorkspaceCrate};

const RULE: &str = "layers";

const SERVICE: u8 = 7;
const PROCESS_MANAGER: u8 = 8;
const QUESTIONS: u8 = 8;
const COMPOSITION_ROOT: u8 = 9;
const TASKS: u8 = 10;

/// The layer of each shared crate. A new one gets its line here.
const LAYERS: &[(&str, u8)] = &[
    ("money", 0),
    ("domain", 1),
    ("wire", 2),
    ("documents", 2),
    ("event-log", 3),
    ("seal", 3),
    ("event-log-file", 4),
    ("event-log-nats", 4),
    ("command-bus", 4),
    ("bill-formats", 4),
    ("bill-generator", 4),
    ("read-model", 4),
    ("error-codes", 0),
    ("testkit", 5),
    ("service-kit", 5),
    ("telemetry", 6),
    ("process-manager", PROCESS_MANAGER),
    ("answers", QUESTIONS),
    ("cli", COMPOSITION_ROOT),
    ("xtask", TASKS),
];

/// What the pure crates may use from outside: nothing that does I/O, waits, draws random numbers or
/// keeps an order of its own. `chrono` is for dates; [`super::purity`] forbids its clock.
const PURE_CRATES_MAY_USE: &[(&str, &[&str])] = &[
    ("money", &["iso_currency", "rust_decimal", "ryu", "schemars", "serde", "thiserror"]),
    ("domain", &["chrono", "hex", "schemars", "serde", "serde_json", "sha2", "thiserror", "unicode-normalization"]),
];

/// Outside crates that one crate alone may name: all others go through it.
const ONE_OWNER: &[(&str, &str)] =
    &[("async-nats", "event-log-nats"), ("sled", "read-model"), ("parquet", "bill-formats"), ("arrow", "bill-formats")];

/// The generator writes the files that their owner reads, to test it, and the exporter tables for
/// others. The command bus speaks to the server beside the log: a request is no event.
const OWNS_TOO: &[(&str, &str)] = &[
    ("parquet", "bill-generator"),
    ("arrow", "bill-generator"),
    ("parquet", "exporter"),
    ("arrow", "exporter"),
    ("async-nats", "command-bus"),
];

/// Checks what every manifest names.
pub(crate) fn check(crates: &[WorkspaceCrate]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for of in crates {
        let manifest = format!("{}/Cargo.toml", of.folder);
        let mut refuse = |message: String| findings.push(Finding::error(RULE, &manifest, 0, message));
        let Some(layer) = layer_of(of, crates) else {
            refuse(format!("'{}' has no layer: give it one in shared/xtask/src/tidy/layers.rs", of.name));
            continue;
        };
        for named in &of.dependencies {
            let refusal = if named.in_workspace {
                refusal_of_inner(of, layer, named, crates)
            } else {
                refusal_of_outer(of, named)
            };
            refusal.into_iter().for_each(&mut refuse);
        }
    }
    findings
}

fn layer_of(of: &WorkspaceCrate, crates: &[WorkspaceCrate]) -> Option<u8> {
    let listed = LAYERS.iter().find(|(name, _)| *name == of.name).map(|(_, layer)| *layer);
    let is_service = crates.iter().any(|other| other.name == of.name && other.folder.starts_with("services/"));
    listed.or(is_service.then_some(SERVICE))
}

fn refusal_of_inner(of: &WorkspaceCrate, layer: u8, named: &Dependency, crates: &[WorkspaceCrate]) -> Option<String> {
    let other = crates.iter().find(|other| other.name == named.name)?;
    let other_layer = layer_of(other, crates)?;
    if other_layer < layer && (other.name != "testkit" || named.for_tests) {
        return None;
    }
    if named.for_tests && (other.name == "testkit" || (other_layer == layer && layer < SERVICE)) {
        return None;
    }
    Some(match (layer, other_layer) {
        (SERVICE, SERVICE) => {
            format!("the service '{}' depends on the service '{}': services meet in the log only", of.name, other.name)
        }
        _ if other.name == "testkit" => format!("'{}' uses the testkit outside its tests", of.name),
        _ => format!(
            "'{}' (layer {layer}) depends on '{}' (layer {other_layer}): only lower layers may be used",
            of.name, other.name
        ),
    })
}

fn refusal_of_outer(of: &WorkspaceCrate, named: &Dependency) -> Option<String> {
    let owner = ONE_OWNER.iter().find(|(outer, _)| *outer == named.name).map(|(_, owner)| *owner);
    if let Some(owner) = owner
        && owner != of.name
        && !OWNS_TOO.contains(&(named.name.as_str(), of.name.as_str()))
    {
        return Some(format!("'{}' names {}, which only '{owner}' may: go through it", of.name, named.name));
    }
    let (_, allowed) = PURE_CRATES_MAY_USE.iter().find(|(name, _)| *name == of.name)?;
    if named.for_tests || allowed.contains(&named.name.as_str()) {
        return None;
    }
    Some(format!(
        "'{}' is pure and uses '{}': if that crate is pure as well, list it in shared/xtask/src/tidy/layers.rs",
        of.name, named.name
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `service a -> b, test:c, out:d`: a crate and what it names.
    fn workspace(lines: &[&str]) -> Vec<WorkspaceCrate> {
        lines
            .iter()
            .map(|line| {
                let (left, right) = line.split_once("->").unwrap_or((line, ""));
                let name = left.trim().trim_start_matches("service ").to_owned();
                let parent = if left.starts_with("service ") { "services" } else { "shared" };
                let dependencies = right.split(',').map(str::trim).filter(|text| !text.is_empty()).map(|text| {
                    let bare = text.trim_start_matches("test:").trim_start_matches("out:");
                    Dependency {
                        name: bare.to_owned(),
                        for_tests: text.starts_with("test:"),
                        in_workspace: !text.contains("out:"),
                    }
                });
                WorkspaceCrate { folder: format!("{parent}/{name}"), name, dependencies: dependencies.collect() }
            })
            .collect()
    }

    #[test]
    fn the_planned_dependencies_are_in_order() {
        let crates = workspace(&[
            "money -> out:serde, out:rust_decimal, test:out:proptest",
            "domain -> money, out:chrono",
            "wire -> domain, money, out:sha2",
            "event-log -> wire, out:tokio",
            "event-log-nats -> event-log, wire, out:async-nats, test:testkit",
            "testkit -> event-log",
            "read-model -> event-log, domain, out:sled, test:event-log-file",
            "event-log-file -> event-log",
            "service-kit -> read-model, event-log-file",
            "service memo-keeper -> service-kit, domain, test:testkit",
            "telemetry -> service-kit",
            "service process-manager -> memo-keeper, service-kit",
            "service documents -> domain, money",
            "service answers -> memo-keeper, read-model",
            "service cli -> memo-keeper, process-manager, service-kit, telemetry, answers, documents",
            "xtask -> memo-keeper, cli, wire",
        ]);
        assert_eq!(check(&crates), []);
    }

    #[test]
    fn each_kind_of_wrong_dependency_is_refused() {
        for (line, wanted) in [
            ("domain -> wire", "layer 1"),
            ("money -> domain", "layer 0"),
            ("read-model -> event-log-file", "only lower layers"),
            ("service projector -> memo-keeper", "meet in the log only"),
            ("service documents -> wire", "layer 2"),
            ("service memo-keeper -> answers", "only lower layers"),
            ("service projector -> test:memo-keeper", "meet in the log only"),
            ("wire -> testkit", "outside its tests"),
            ("service projector -> testkit", "outside its tests"),
            ("domain -> out:tokio", "is pure and uses 'tokio'"),
            ("money -> out:rand", "is pure and uses 'rand'"),
            ("service projector -> out:sled", "only 'read-model' may"),
            ("testkit -> out:async-nats", "only 'event-log-nats' may"),
            ("unheard-of ->", "has no layer"),
        ] {
            let mut crates = workspace(&["event-log-file"]);
            for name in ["wire", "domain", "testkit", "service memo-keeper", "service answers"] {
                if !line.starts_with(&format!("{name} ")) {
                    crates.extend(workspace(&[name]));
                }
            }
            crates.extend(workspace(&[line]));
            let findings = check(&crates);
            assert_eq!(findings.len(), 1, "{line}: {findings:?}");
            assert!(findings[0].message.contains(wanted), "{line}: {}", findings[0].message);
        }
    }
}
