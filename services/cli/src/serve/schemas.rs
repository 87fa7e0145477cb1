//! The schemas of the messages that services answer, one a command, made of the arguments' own types.

use std::collections::BTreeSet;

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::command::{MESSAGE_VERSION, SentFile};
use crate::{
    args::Command,
    table::{COMMANDS, CommandEntry},
};

/// The schema of each message, by the name of its file.
pub fn message_schemas() -> Vec<(String, Value)> {
    let settings = SchemaSettings::draft2020_12().for_deserialize();
    let whole = settings.clone().into_generator().into_root_schema_for::<Command>().to_value();
    let file = settings.into_generator().into_root_schema_for::<SentFile>().to_value();
    let answered = COMMANDS.iter().filter(|entry| entry.service.is_some());
    answered.map(|entry| (file_name(entry), schema_of(entry, &whole, &file))).collect()
}

fn file_name(entry: &CommandEntry) -> String {
    format!("{}.v{MESSAGE_VERSION}", entry.name.replace(' ', "."))
}

fn schema_of(entry: &CommandEntry, whole: &Value, file: &Value) -> Value {
    let mut at = whole.clone();
    for word in entry.name.split(' ') {
        at = below(&resolved(at, whole), word, whole);
    }
    let at = resolved(at, whole);
    let mut properties = Map::new();
    properties.insert("type".to_owned(), json!({ "const": entry.name.replace(' ', ".") }));
    properties.insert("version".to_owned(), json!({ "const": MESSAGE_VERSION }));
    for (option, schema) in at["properties"].as_object().into_iter().flatten() {
        let schema = if entry.files_sent().contains(&option.as_str()) { file.clone() } else { schema.clone() };
        properties.insert(option.clone(), without_dialect(schema));
    }
    let mut required = vec![json!("type"), json!("version")];
    required.extend(at["required"].as_array().into_iter().flatten().cloned());
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": format!("{} (message, version {MESSAGE_VERSION})", entry.name),
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    });
    let mut needed = Map::new();
    collect_definitions(&schema, whole, &mut needed);
    if !needed.is_empty() {
        schema["$defs"] = Value::Object(needed);
    }
    schema
}

fn without_dialect(mut schema: Value) -> Value {
    if let Some(fields) = schema.as_object_mut() {
        fields.remove("$schema");
        fields.remove("title");
    }
    schema
}

/// The variant of an enum that stands under a word.
fn below(schema: &Value, word: &str, whole: &Value) -> Value {
    let variants = schema["oneOf"].as_array().into_iter().flatten();
    let found = variants
        .map(|variant| resolved(variant.clone(), whole))
        .find_map(|variant| variant["properties"].get(word).cloned());
    found.unwrap_or_else(|| json!({}))
}

fn resolved(schema: Value, whole: &Value) -> Value {
    match schema["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/")) {
        Some(name) => whole["$defs"][name].clone(),
        None => schema,
    }
}

/// The definitions that a schema refers to, and those that they do.
fn collect_definitions(schema: &Value, whole: &Value, found: &mut Map<String, Value>) {
    let mut names = BTreeSet::new();
    references(schema, &mut names);
    for name in names {
        if !found.contains_key(&name) {
            let definition = whole["$defs"][&name].clone();
            found.insert(name, definition.clone());
            collect_definitions(&definition, whole, found);
        }
    }
}

fn references(schema: &Value, names: &mut BTreeSet<String>) {
    match schema {
        Value::Object(fields) => {
            if let Some(name) =
                fields.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix("#/$defs/"))
            {
                names.insert(name.to_owned());
            }
            fields.values().for_each(|inner| references(inner, names));
        }
        Value::Array(items) => items.iter().for_each(|inner| references(inner, names)),
        _ => {}
    }
}
