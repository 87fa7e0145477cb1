//! The registry of committed JSON Schemas: what the log holds, and what commands print.
//!
//! * `events/<type>.json`: the payload of each fact, taken from the schema of [`wire::Fact`], so
//!   that a new fact has its schema without another list to keep.
//! * `commit.json`: the body of a commit, with every fact it may hold.
//! * `commands/`: what services are sent and answer; `messages/`: each command that they are sent.
//! * `asyncapi.yaml`: where all of it travels.
//! * `cli/<command>.json`: one row of a command's `--json` output. **Add a row type in
//!   [`printed_rows`].**
//!
//! Events are described as readers take them (a field with a default may be missing), since every
//! payload ever written has to satisfy the schema of its type; rows as they are written.

use std::collections::BTreeSet;

use anyhow::{Context, anyhow, bail};
use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use crate::{asyncapi, committed::CommittedFile};

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// Every schema that is committed.
pub(crate) fn registry() -> anyhow::Result<Vec<CommittedFile>> {
    let mut files = vec![CommittedFile::json("commit.json", &read_schema::<wire::CommitBody>("commit")?)?];
    for (fact_type, schema) in event_schemas()? {
        files.push(CommittedFile::json(format!("events/{fact_type}.json"), &schema)?);
    }
    files.extend(printed_rows()?);
    files.push(CommittedFile::json("commands/request.json", &read_schema::<cli::CommandRequest>("command request")?)?);
    files.push(CommittedFile::json("commands/answer.json", &written_schema::<cli::CommandAnswer>("command answer")?)?);
    for (name, schema) in cli::message_schemas() {
        files.push(CommittedFile::json(format!("messages/{name}.json"), &schema)?);
    }
    files.push(asyncapi::document()?);
    Ok(files)
}

/// The rows that commands print with `--json`, by command.
fn printed_rows() -> anyhow::Result<Vec<CommittedFile>> {
    Ok(vec![
        printed::<usage_ingest::IngestRow>("ingest")?,
        printed::<answers::AccountRow>("accounts")?,
        printed::<answers::CreditRow>("credits")?,
        printed::<answers::SuspenseRow>("credits-suspense")?,
        printed::<answers::AttributionRow>("credits-attributions")?,
        printed::<answers::RateRow>("rates")?,
        printed::<answers::CreditHistoryRow>("credits-history")?,
        printed::<answers::Exception>("credits-exceptions")?,
        printed::<answers::SimulatedRow>("credits-simulate")?,
        printed::<answers::DocumentRow>("bill")?,
        printed::<answers::IssuedDocumentRow>("documents")?,
        printed::<cli::json_rows::PeriodRow>("close")?,
        printed::<answers::MemoRow>("memos")?,
        printed::<answers::ReplayRow>("replay")?,
        printed::<cli::json_rows::LogCopyRow>("log-copy")?,
        printed::<cli::json_rows::LogCompareRow>("log-compare")?,
        printed::<cli::json_rows::StreamChangeRow>("streams-apply")?,
        printed::<answers::BalanceRow>("balance")?,
        printed::<projector::AuditCheck>("audit")?,
        printed::<projector::MemoChanged>("watch")?,
        printed::<answers::Reconciliation>("reconcile")?,
        printed::<answers::Explanation>("explain")?,
        printed::<cli::json_rows::ErrorPageRow>("explain-error")?,
        printed::<answers::WhatIfRow>("what-if")?,
        printed::<answers::PrintedStatement>("statement")?,
        printed::<answers::KnowledgeDifference>("since")?,
        printed::<answers::StatementByProgram>("statement-by-program")?,
        printed::<projector::StatementVerified>("statement-verify")?,
        printed::<cli::seal_rows::SealRow>("audit-seal")?,
        printed::<cli::seal_rows::KeyRow>("audit-keygen")?,
        printed::<cli::close_pack_rows::ClosePackRow>("close-pack-show")?,
        printed::<cli::close_pack_rows::ClosePackDifference>("close-pack-compare")?,
        printed::<domain::billing::ClosePack>("close-pack")?,
        printed::<domain::policy::Policies>("policy")?,
        printed::<domain::journal::PostingTemplates>("export-journal-templates")?,
        printed::<exporter::TableFile>("export-tables")?,
        CommittedFile::json("tables.json", &serde_json::to_value(exporter::TABLES)?)?,
    ])
}

fn printed<Row: JsonSchema>(command: &str) -> anyhow::Result<CommittedFile> {
    CommittedFile::json(format!("cli/{command}.json"), &written_schema::<Row>(command)?)
}

fn written_schema<Type: JsonSchema>(title: &str) -> anyhow::Result<Value> {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    titled(settings.into_generator().into_root_schema_for::<Type>().to_value(), title)
}

fn read_schema<Type: JsonSchema>(title: &str) -> anyhow::Result<Value> {
    let settings = SchemaSettings::draft2020_12().for_deserialize();
    titled(settings.into_generator().into_root_schema_for::<Type>().to_value(), title)
}

fn titled(mut schema: Value, title: &str) -> anyhow::Result<Value> {
    let object = schema.as_object_mut().ok_or_else(|| anyhow!("the schema of {title} is not an object"))?;
    object.insert("title".to_owned(), json!(title));
    Ok(schema)
}

/// The payload schema of each fact type.
fn event_schemas() -> anyhow::Result<Vec<(String, Value)>> {
    let fact = read_schema::<wire::Fact>("fact")?;
    let no_definitions = Map::new();
    let definitions = fact["$defs"].as_object().unwrap_or(&no_definitions);
    let variants = fact["oneOf"].as_array().context("the schema of a fact lists no variants")?;
    let events =
        variants.iter().map(|variant| event_schema(variant, definitions)).collect::<anyhow::Result<Vec<_>>>()?;

    let described: BTreeSet<&str> = events.iter().map(|(fact_type, _)| fact_type.as_str()).collect();
    let written: BTreeSet<&str> = wire::Fact::TYPES.iter().copied().collect();
    if described != written {
        let differing: Vec<_> = described.symmetric_difference(&written).collect();
        bail!("wire::Fact and Fact::TYPES do not name the same types: {differing:?}");
    }
    Ok(events)
}

/// The schema of one variant's payload, with the definitions that it needs and no others.
fn event_schema(variant: &Value, definitions: &Map<String, Value>) -> anyhow::Result<(String, Value)> {
    let fact_type = variant["properties"]["type"]["const"].as_str().context("a fact has no type")?;
    let payload = &variant["properties"]["fact"];
    let mut schema = match referred(payload) {
        Some(name) => definitions.get(name).with_context(|| format!("{name} is not defined"))?.clone(),
        None => payload.clone(),
    };
    let needed = definitions_needed(&schema, definitions);
    let object = schema.as_object_mut().ok_or_else(|| anyhow!("the payload of {fact_type} is not an object"))?;
    object.insert("$schema".to_owned(), json!(DIALECT));
    if !needed.is_empty() {
        object.insert("$defs".to_owned(), Value::Object(needed));
    }
    Ok((fact_type.to_owned(), titled(schema, fact_type)?))
}

/// The definition that a schema is a reference to.
fn referred(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.strip_prefix("#/$defs/")
}

/// The definitions that a schema refers to, directly or through others.
fn definitions_needed(schema: &Value, definitions: &Map<String, Value>) -> Map<String, Value> {
    let mut needed = Map::new();
    let mut unvisited = vec![schema];
    while let Some(value) = unvisited.pop() {
        if let Some(name) = referred(value)
            && !needed.contains_key(name)
            && let Some(definition) = definitions.get(name)
        {
            needed.insert(name.to_owned(), definition.clone());
            unvisited.push(definition);
        }
        match value {
            Value::Object(members) => unvisited.extend(members.values()),
            Value::Array(items) => unvisited.extend(items),
            _ => {}
        }
    }
    needed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fact_type_has_one_schema_and_all_references_resolve() {
        let events = event_schemas().unwrap();
        assert_eq!(events.len(), wire::Fact::TYPES.len());
        for (fact_type, schema) in events {
            let defined = schema["$defs"].as_object().cloned().unwrap_or_default();
            let needed = definitions_needed(&schema, &defined);
            assert_eq!(needed.len(), defined.len(), "{fact_type} carries definitions that it does not use");
            let text = schema.to_string();
            let references = text.matches("#/$defs/").count();
            assert!(references == 0 || !defined.is_empty(), "{fact_type} refers to nothing");
        }
    }

    #[test]
    fn two_runs_write_the_same_bytes() {
        let (first, second) = (registry().unwrap(), registry().unwrap());
        assert_eq!(first, second);
        assert!(first.iter().all(|file| file.text.ends_with('\n')));
    }

    #[test]
    fn definitions_are_followed_through_others() {
        let definitions = json!({
            "Memo": {"properties": {"face": {"$ref": "#/$defs/Money"}}},
            "Money": {"type": "string"},
            "Unused": {},
        });
        let schema = json!({"items": {"$ref": "#/$defs/Memo"}});
        let needed = definitions_needed(&schema, definitions.as_object().unwrap());
        assert_eq!(needed.keys().collect::<Vec<_>>(), ["Memo", "Money"]);
    }
}
