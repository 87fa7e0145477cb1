//! What a command comes to: the rows, texts and messages to print, and how the process ends.
//!
//! A command returns an [`Outcome`]; nothing is printed before exit code and idempotency record are
//! settled. How it looks as a table, as JSON and as CSV is the printer's (`printer.rs`). Deliberately absent:
//! output, the log, rules.

use std::fmt::Display;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use service_kit::{Failure, codes};

use crate::forms::{fields_of, json_text, table_text};

/// One thing to print.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Part {
    /// A list. A table shows the columns named, JSON and CSV everything.
    Rows {
        rows: Vec<Value>,
        columns: Vec<String>,
        /// What CSV has for a header where there are no rows.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        header: Vec<String>,
    },
    /// One object: as a table, its fields line by line.
    Object(Value),
    /// One row that is too wide for a table, which shows its fields line by line.
    WideRow(Value),
    /// A row that programs read and people are told otherwise: with JSON alone.
    JsonRow(Value),
    /// A text for people, and the same as an object in JSON and CSV.
    TextOr { text: String, object: Value },
    /// JSON that is printed byte for byte, and an object for the table and CSV.
    JsonOr { json: String, object: Value },
    /// A text, whatever the form asked for.
    Text(String),
    /// A file, whatever the form asked for.
    Bytes(Vec<u8>),
    /// A line for people, on stderr.
    Message(String),
}

/// What a command comes to.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// What is printed, in order.
    pub(crate) parts: Vec<Part>,
    /// Why it did not succeed; it may have something to print all the same.
    pub(crate) failure: Option<Failure>,
    /// The exit code of a service that did it, which has said why.
    exit_elsewhere: u8,
}

impl From<Failure> for Outcome {
    fn from(failure: Failure) -> Self {
        Self { failure: Some(failure), ..Self::default() }
    }
}

impl From<Result<Self, Failure>> for Outcome {
    fn from(result: Result<Self, Failure>) -> Self {
        result.unwrap_or_else(Self::from)
    }
}

impl Outcome {
    /// Nothing to print, success.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// A list.
    pub(crate) fn rows<T: Serialize + JsonSchema>(rows: &[T], columns: &[&str]) -> Result<Self, Failure> {
        Self::new().and_rows(rows, columns)
    }

    /// One object.
    pub(crate) fn object<T: Serialize>(object: &T) -> Result<Self, Failure> {
        Ok(Self::new().with(Part::Object(value_of(object)?)))
    }

    /// One row that is too wide for a table.
    pub(crate) fn wide_row<T: Serialize>(row: &T) -> Result<Self, Failure> {
        Ok(Self::new().with(Part::WideRow(value_of(row)?)))
    }

    /// A text for people, an object for programs.
    pub(crate) fn text_or<T: Serialize>(text: String, object: &T) -> Result<Self, Failure> {
        Ok(Self::new().with(Part::TextOr { text, object: value_of(object)? }))
    }

    /// JSON whose bytes matter, and an object for people.
    pub(crate) fn json_or<T: Serialize>(json: String, object: &T) -> Result<Self, Failure> {
        Ok(Self::new().with(Part::JsonOr { json, object: value_of(object)? }))
    }

    /// One object as JSON, whatever the form asked for.
    pub(crate) fn json<T: Serialize>(object: &T) -> Result<Self, Failure> {
        Ok(Self::text(json_text(object).map_err(|cause| Failure::failed(codes::ANSWER_NOT_TEXT, cause))?))
    }

    /// A list as a table, whatever the form asked for.
    pub(crate) fn table<T: Serialize>(rows: &[T], columns: &[&str]) -> Result<Self, Failure> {
        let rows: Vec<Value> = rows.iter().map(value_of).collect::<Result<_, _>>()?;
        Ok(Self::text(table_text(&rows, columns)))
    }

    /// A text, whatever the form asked for.
    pub(crate) fn text(text: String) -> Self {
        Self::new().with(Part::Text(text))
    }

    /// A file, whatever the form asked for.
    pub(crate) fn bytes(bytes: Vec<u8>) -> Self {
        Self::new().with(match String::from_utf8(bytes) {
            Ok(text) => Part::Text(text),
            Err(other) => Part::Bytes(other.into_bytes()),
        })
    }

    /// And a list.
    pub(crate) fn and_rows<T: Serialize + JsonSchema>(self, rows: &[T], columns: &[&str]) -> Result<Self, Failure> {
        let header = if rows.is_empty() { fields_of::<T>() } else { Vec::new() };
        let rows = rows.iter().map(value_of).collect::<Result<_, _>>()?;
        let columns = columns.iter().map(|&column| column.to_owned()).collect();
        Ok(self.with(Part::Rows { rows, columns, header }))
    }

    /// And a row for programs alone.
    pub(crate) fn and_json_row<T: Serialize>(self, row: &T) -> Result<Self, Failure> {
        Ok(self.with(Part::JsonRow(value_of(row)?)))
    }

    /// And a line for people.
    pub(crate) fn say(self, text: impl Display) -> Self {
        self.with(Part::Message(text.to_string()))
    }

    /// And a warning for people.
    pub(crate) fn warn(self, text: impl Display) -> Self {
        self.say(format_args!("warning: {text}"))
    }

    /// And all that another one prints; it ends as that one does.
    pub(crate) fn then(mut self, other: Self) -> Self {
        self.parts.extend(other.parts);
        self.failure = self.failure.or(other.failure);
        self
    }

    /// The same, ending with a failure.
    pub(crate) fn failing(self, failure: Failure) -> Self {
        Self { failure: Some(failure), ..self }
    }

    /// The same, ending as the service did that answered so.
    pub(crate) fn ended_elsewhere(self, exit: u8) -> Self {
        Self { exit_elsewhere: exit, ..self }
    }

    /// The exit code of the process.
    pub(crate) fn exit(&self) -> u8 {
        self.failure.as_ref().map_or(self.exit_elsewhere, |failure| failure.exit as u8)
    }

    fn with(mut self, part: Part) -> Self {
        self.parts.push(part);
        self
    }
}

fn value_of<T: Serialize>(thing: &T) -> Result<Value, Failure> {
    serde_json::to_value(thing).map_err(|cause| Failure::failed(codes::ANSWER_NOT_TEXT, cause))
}

/// What is kept of an outcome under the operator's key, so that a repeated command prints the same.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Answer {
    parts: Vec<Part>,
}

impl Answer {
    /// What is kept of an outcome: its data. Messages are of the moment.
    pub(crate) fn of(outcome: &Outcome) -> Self {
        let is_data = |part: &&Part| !matches!(part, Part::Message(_));
        Self { parts: outcome.parts.iter().filter(is_data).cloned().collect() }
    }

    /// As it is kept.
    pub(crate) fn to_text(&self) -> Result<String, Failure> {
        serde_json::to_string(self).map_err(|cause| Failure::failed(codes::ANSWER_NOT_TEXT, cause))
    }

    /// As it was kept.
    pub(crate) fn from_text(text: &str) -> Result<Self, Failure> {
        serde_json::from_str(text).map_err(|cause| {
            Failure::failed(codes::ANSWER_NOT_TEXT, format!("the first answer cannot be read: {cause}"))
        })
    }

    /// To be printed again.
    pub(crate) fn into_outcome(self) -> Outcome {
        Outcome { parts: self.parts, ..Outcome::default() }
    }
}
