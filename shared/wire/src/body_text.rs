//! A frozen body as text: its envelope and its facts, taken apart without reading what they say. What
//! is hashed, proved and certified is this text, byte for byte.
//!
//! Only this file knows the form in which bodies are written, `{<envelope>,"facts":[{"type":"..",
//! "fact":{..}},..]}`. Text of another form is read as any JSON is: slower, with the same answer.
//! Deliberately absent: what fields mean, hashes.

use std::{borrow::Cow, collections::BTreeMap};

use memchr::memmem;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::json_text::{text_end, value_end};

/// Where the facts of a body begin: they stand last, and no text can hold this, since its quotes
/// would be escaped.
const FACTS_BEGIN: &[u8] = br#","facts":["#;

/// What a fact begins with.
const FACT_BEGINS: &[u8] = br#"{"type":""#;

/// What stands in a fact between its type and its content; no text can hold this either.
const IN_FACT: &[u8] = br#"","fact":"#;

/// A body, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyText<'a> {
    /// What stands before the facts, without the comma: an object that is not closed.
    pub envelope: &'a [u8],
    /// The facts, in their order.
    pub facts: Vec<FactText<'a>>,
}

/// A fact as it was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FactText<'a> {
    /// All of it, `{"type":"..","fact":{..}}`.
    pub text: &'a [u8],
    /// Its type and its content; none where it is no fact.
    pub shape: Option<(&'a str, &'a str)>,
}

/// The envelope of a body and the list of its facts, where it is of the form that is written.
pub fn envelope_and_facts(body: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = memmem::find(body, FACTS_BEGIN)?;
    Some((&body[..at], body[at + FACTS_BEGIN.len() - 1..].strip_suffix(b"}")?))
}

/// How many facts a list of them seems to hold: for a count of what was passed over, not for a proof.
pub fn facts_about(list: &[u8]) -> u64 {
    memmem::find_iter(list, IN_FACT).count() as u64
}

impl<'a> BodyText<'a> {
    /// Takes a body apart; none where it is of another form.
    pub fn of(body: &'a [u8]) -> Option<Self> {
        let (envelope, list) = envelope_and_facts(body)?;
        let facts = as_written(list).or_else(|| as_json(serde_json::from_slice(list).ok()?))?;
        Some(Self { envelope, facts })
    }

    /// The envelope, then each fact.
    pub fn parts(&self) -> Vec<&'a [u8]> {
        std::iter::once(self.envelope).chain(self.facts.iter().map(|fact| fact.text)).collect()
    }
}

/// The facts of a body of any form, read as JSON; none where it has none.
pub fn facts_of_any_form(body: &[u8]) -> Option<Vec<FactText<'_>>> {
    #[derive(Deserialize)]
    struct AnyForm<'a> {
        #[serde(borrow)]
        facts: Vec<&'a RawValue>,
    }
    as_json(serde_json::from_slice::<AnyForm<'_>>(body).ok()?.facts)
}

fn as_json(facts: Vec<&RawValue>) -> Option<Vec<FactText<'_>>> {
    Some(facts.into_iter().map(|raw| FactText { text: raw.get().as_bytes(), shape: shape_of(raw) }).collect())
}

fn shape_of(fact: &RawValue) -> Option<(&str, &str)> {
    #[derive(Deserialize)]
    struct Shape<'a> {
        #[serde(rename = "type")]
        fact_type: &'a str,
        #[serde(borrow)]
        fact: &'a RawValue,
    }
    let shape: Shape<'_> = serde_json::from_str(fact.get()).ok()?;
    Some((shape.fact_type, shape.fact.get()))
}

/// `[{"type":"..","fact":{..}},..]`
fn as_written(list: &[u8]) -> Option<Vec<FactText<'_>>> {
    let mut facts = Vec::new();
    let mut at = 1;
    if list == b"[]" {
        return Some(facts);
    }
    list.strip_prefix(b"[")?;
    loop {
        let (fact, end) = fact_at(list, at)?;
        facts.push(fact);
        match list.get(end)? {
            b',' => at = end + 1,
            b']' if end + 1 == list.len() => return Some(facts),
            _ => return None,
        }
    }
}

fn fact_at(list: &[u8], begin: usize) -> Option<(FactText<'_>, usize)> {
    list.get(begin..)?.strip_prefix(FACT_BEGINS)?;
    let type_begins = begin + FACT_BEGINS.len();
    let type_ends = text_end(list, type_begins - 1)? - 1;
    let fact_type = std::str::from_utf8(&list[type_begins..type_ends]).ok().filter(|name| !name.contains('\\'))?;
    list[type_ends..].strip_prefix(IN_FACT)?;
    let fact_begins = type_ends + IN_FACT.len();
    let fact_ends = value_end(list, fact_begins)?;
    let fact = std::str::from_utf8(&list[fact_begins..fact_ends]).ok()?;
    let end = fact_ends + 1;
    (list.get(fact_ends) == Some(&b'}'))
        .then(|| (FactText { text: &list[begin..end], shape: Some((fact_type, fact)) }, end))
}

/// The values of some fields of an object: texts unescaped, other values as they stand, `null` and
/// what is not there as none. A name that stands twice, which no fact is read with, has either value.
pub fn fields_of<'a, const N: usize>(object: &'a str, names: [&str; N]) -> [Option<Cow<'a, str>>; N] {
    let found = walked(object, names).unwrap_or_else(|| read(object, names));
    found.map(|value| value.filter(|raw| *raw != "null").map(text_of))
}

fn read<'a, const N: usize>(object: &'a str, names: [&str; N]) -> [Option<&'a str>; N] {
    let fields: BTreeMap<Cow<'a, str>, &'a RawValue> = serde_json::from_str(object).unwrap_or_default();
    names.map(|name| fields.get(name).map(|raw| raw.get()))
}

/// Goes through the fields until all are found. What is wanted stands near the beginning, and what is
/// not there is known by its name's not being anywhere, where no name can be written in escapes.
fn walked<'a, const N: usize>(object: &'a str, names: [&str; N]) -> Option<[Option<&'a str>; N]> {
    let text = object.as_bytes();
    let may_be_escaped = memmem::find(text, br"\u").is_some();
    let is_anywhere = |name: &&&str| memmem::find(text, format!("\"{name}\"").as_bytes()).is_some();
    let wanted = if may_be_escaped { N } else { names.iter().filter(is_anywhere).count() };
    let mut found = [None; N];
    let mut at = 1;
    if !text.starts_with(b"{") {
        return None;
    }
    while found.iter().flatten().count() < wanted && text.get(at..)? != b"}" {
        if text.get(at)? != &b'"' {
            return None;
        }
        let key_ends = text_end(text, at)?;
        let key = object.get(at + 1..key_ends - 1).filter(|key| !key.contains('\\'))?;
        if text.get(key_ends)? != &b':' {
            return None;
        }
        let value_ends = value_end(text, key_ends + 1)?;
        if let Some(which) = names.iter().position(|name| *name == key) {
            found[which] = Some(object.get(key_ends + 1..value_ends)?);
        }
        at = match text.get(value_ends)? {
            b',' => value_ends + 1,
            b'}' if value_ends + 1 == text.len() => value_ends,
            _ => return None,
        };
    }
    Some(found)
}

fn text_of(raw: &str) -> Cow<'_, str> {
    let inner = raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match inner.filter(|inner| !inner.contains(['\\', '"'])) {
        Some(text) => Cow::Borrowed(text),
        None => serde_json::from_str::<String>(raw).map_or(Cow::Borrowed(raw), Cow::Owned),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    const NAMES: [&str; 3] = ["delivery", "replaces", "part"];

    fn json_of(list: &str) -> Vec<FactText<'_>> {
        as_json(serde_json::from_str(list).unwrap()).unwrap()
    }

    #[test]
    fn a_body_comes_apart_into_envelope_and_facts() {
        let body = br#"{"v":1,"by":"a \",\"facts\":[ b","facts":[{"type":"a.v1","fact":{"x":[1,2]}},{"type":"b.v1","fact":{}}]}"#;
        let apart = BodyText::of(body).unwrap();
        assert_eq!(apart.envelope, br#"{"v":1,"by":"a \",\"facts\":[ b""#);
        let shapes: Vec<_> = apart.facts.iter().filter_map(|fact| fact.shape).collect();
        assert_eq!(shapes, [("a.v1", r#"{"x":[1,2]}"#), ("b.v1", "{}")]);
        assert_eq!(apart.facts[1].text, br#"{"type":"b.v1","fact":{}}"#);
        for other in [&b"{}"[..], b"", b"not json", br#"{"v":1,"facts":[{]}"#] {
            assert_eq!(BodyText::of(other), None);
        }
    }

    #[test]
    fn what_looks_like_a_fact_in_a_fact_is_none() {
        let list =
            r#"[{"type":"a.v1","fact":{"x":[{"y":{}},{"type":"b.v1","fact":{"amount":"1"}},{"type":"c","fact":{}}]}}]"#;
        assert_eq!(as_written(list.as_bytes()), Some(json_of(list)));
        assert_eq!(json_of(list).len(), 1);
    }

    #[test]
    fn a_list_of_another_form_is_read_as_json() {
        for list in [
            r#"[ {"type":"a","fact":{}} ]"#,
            r#"[{"fact":{},"type":"a"}]"#,
            r#"[{"type":"a","fact":{},"x":{}}]"#,
            r#"[{"type":"a","x":{"type":"b","fact":{}}}]"#,
            r#"[{"type":"\u0061","fact":{}}]"#,
            r#"[{"type":"a","fact":{"x": 1}}]"#,
        ] {
            assert_eq!(as_written(list.as_bytes()), None, "{list}");
            let body = format!(r#"{{"v":1,"facts":{list}}}"#);
            let apart = BodyText::of(body.as_bytes()).unwrap();
            assert_eq!(apart.facts.len(), 1, "{list}");
            assert_eq!(apart.facts[0].text, list[1..list.len() - 1].trim().as_bytes());
        }
        let first = facts_of_any_form(br#"{ "facts" : [{"type":"a.v1","fact":{"x":1}}], "v":1}"#).unwrap();
        assert_eq!(first[0].shape, Some(("a.v1", r#"{"x":1}"#)));
        assert_eq!(facts_of_any_form(b"{}"), None);
    }

    #[test]
    fn walking_finds_what_reading_finds() {
        for object in [
            r#"{}"#,
            r#"{"delivery":"d-1","replaces":"d-0","part":1,"charges":[{"part":7}]}"#,
            r#"{"payer":"a \"part\":3","delivery":"d\u002d1","part":1}"#,
            r#"{"nested":{"delivery":"x","list":[1,{"part":"]}\\"}]},"part":2,"delivery":null}"#,
            r#"{"replaces":null,"part":12}"#,
            r#"{"charges":[{"replaces":"x"}],"last":true}"#,
            r#"{"delivery":"\\","replaces":"\"","part":"}"}"#,
        ] {
            assert_eq!(walked(object, NAMES), Some(read(object, NAMES)), "{object}");
        }
        let found = fields_of(r#"{"payer":"x","delivery":"d\u002d1","replaces":null,"part":1}"#, NAMES);
        assert_eq!(found, [Some("d-1".into()), None, Some("1".into())]);
        assert_eq!(fields_of(r#"{"memo":"CM-1"}"#, ["memo"]), [Some("CM-1".into())]);
    }

    #[test]
    fn text_of_another_form_has_the_same_fields() {
        for spaced in [
            r#"{ "delivery" : "d-1", "part" : 1 }"#,
            r#"{"delivery":"d-1","part":1 }"#,
            r#"{"replaces":null ,"delivery":"d-1","part":1}"#,
            r#"{"deliv\u0065ry":"d-1","part":1}"#,
        ] {
            assert_eq!(walked(spaced, NAMES), None, "{spaced}");
            assert_eq!(fields_of(spaced, NAMES), [Some("d-1".into()), None, Some("1".into())], "{spaced}");
        }
        for cut in ["", "{", "{\"part\":", "{\"part\":\"", "{\"part\":{", "{\"part\":[1"] {
            assert_eq!(fields_of(cut, NAMES), [None, None, None], "{cut}");
        }
    }

    /// Values of all kinds, with texts and lists that look like the seams of a body.
    fn values() -> impl Strategy<Value = Value> {
        let texts = prop_oneof!["[a-z\"\\\\{}:,é]{0,12}", r#"\}\},\{"type":"a","fact":\{"#, r#"","fact":\{"#];
        let leaf = prop_oneof![texts.prop_map(Value::from), any::<i32>().prop_map(Value::from), Just(Value::Null)];
        leaf.prop_recursive(4, 24, 4, |inner| {
            let fact = inner.clone().prop_map(|value| json!({ "type": "b.v1", "fact": { "z": value } }));
            let names = prop_oneof!["[a-c]{1,2}", Just("part".to_owned()), Just("delivery".to_owned())];
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec(fact, 0..3).prop_map(|facts| json!([{ "a": {} }, facts, facts])),
                prop::collection::btree_map(names, inner, 0..4).prop_map(|fields| json!(fields)),
            ]
        })
    }

    proptest! {
        #[test]
        fn facts_are_what_the_json_says(values in prop::collection::vec(values(), 0..4)) {
            // As they are written: the type before the content.
            let facts: Vec<String> =
                values.iter().map(|value| format!(r#"{{"type":"a.v1","fact":{{"x":{value}}}}}"#)).collect();
            let list = format!("[{}]", facts.join(","));
            let json: Vec<&RawValue> = serde_json::from_str(&list).unwrap();
            prop_assert_eq!(as_written(list.as_bytes()), as_json(json));
        }

        #[test]
        fn fields_are_what_the_json_says(fields in prop::collection::btree_map("delivery|replaces|part|[a-z]{1,3}", values(), 0..5)) {
            let object = json!(fields).to_string();
            let expected = NAMES.map(|name| fields.get(name).filter(|value| !value.is_null()).map(|value| {
                value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
            }));
            prop_assert_eq!(fields_of(&object, NAMES).map(|value| value.map(Cow::into_owned)), expected);
        }
    }
}
