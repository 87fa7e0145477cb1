//! A few fields of a fact's text, without reading the rest of it: certificates are taken of every
//! fact of a log, and need of most of them a type and one id.
//!
//! Text that is not of the form in which this program writes facts is read as any JSON is: slower,
//! with the same answer. Deliberately absent: what the fields mean.

use std::{borrow::Cow, collections::BTreeMap};

use memchr::{memchr, memchr2, memmem};
use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct Shape<'a> {
    #[serde(rename = "type")]
    fact_type: &'a str,
    #[serde(borrow)]
    fact: &'a RawValue,
}

/// The type of a fact and its content; none where it is no fact.
pub(crate) fn shape_of(text: &[u8]) -> Option<(&str, &str)> {
    as_written(text).or_else(|| {
        let shape: Shape<'_> = serde_json::from_slice(text).ok()?;
        Some((shape.fact_type, shape.fact.get()))
    })
}

/// `{"type":"..","fact":{..}}`
fn as_written(text: &[u8]) -> Option<(&str, &str)> {
    let rest = text.strip_prefix(br#"{"type":""#)?;
    let (fact_type, rest) = rest.split_at(memchr2(b'"', b'\\', rest)?);
    let fact = rest.strip_prefix(br#"","fact":"#)?.strip_suffix(b"}")?;
    let is_object = fact.starts_with(b"{") && fact.ends_with(b"}");
    is_object.then_some((std::str::from_utf8(fact_type).ok()?, std::str::from_utf8(fact).ok()?))
}

/// The values of some fields of an object: texts unescaped, other values as they stand, `null` and
/// what is not there as none. A blank name is none.
pub(crate) fn fields_of<'a>(object: &'a str, names: [&str; 3]) -> [Option<Cow<'a, str>>; 3] {
    let found = walked(object, names).unwrap_or_else(|| read(object, names));
    found.map(|value| value.filter(|raw| *raw != "null").map(text_of))
}

fn read<'a>(object: &'a str, names: [&str; 3]) -> [Option<&'a str>; 3] {
    let fields: BTreeMap<Cow<'a, str>, &'a RawValue> = serde_json::from_str(object).unwrap_or_default();
    names.map(|name| fields.get(name).map(|raw| raw.get()))
}

/// Goes through the fields until all are found. What is wanted stands near the beginning, and what
/// is not there is known by its name's not being anywhere. None where the text cannot be walked.
fn walked<'a>(object: &'a str, names: [&str; 3]) -> Option<[Option<&'a str>; 3]> {
    let mut found = [None; 3];
    let mut wanted = 0;
    for name in names.iter().filter(|name| !name.is_empty()) {
        let anywhere = memmem::find(object.as_bytes(), format!("\"{name}\"").as_bytes()).is_some();
        wanted += usize::from(anywhere);
    }
    let mut rest = object.strip_prefix('{')?;
    while wanted > 0 && rest != "}" {
        let after_quote = rest.strip_prefix('"')?;
        let end = memchr2(b'"', b'\\', after_quote.as_bytes())?;
        let (key, after_key) = after_quote.split_at_checked(end)?;
        let value = after_key.strip_prefix("\":")?;
        let length = value_length(value.as_bytes())?;
        let (value, after) = value.split_at_checked(length)?;
        if let Some(at) = names.iter().position(|name| *name == key && !name.is_empty()) {
            found[at] = Some(value);
            wanted -= 1;
        }
        rest = after.strip_prefix(',').unwrap_or(after);
    }
    Some(found)
}

/// How long the value is that a text begins with.
fn value_length(text: &[u8]) -> Option<usize> {
    match text.first()? {
        b'"' => text_length(text),
        b'{' | b'[' => {
            let (mut depth, mut at) = (0_usize, 0);
            loop {
                match text.get(at)? {
                    b'"' => at += text_length(&text[at..])? - 1,
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => depth -= 1,
                    _ => {}
                }
                at += 1;
                if depth == 0 {
                    return Some(at);
                }
            }
        }
        // A number or a word ends where the next thing begins.
        _ => memchr(b',', text).into_iter().chain(memchr(b'}', text)).min(),
    }
}

/// How long a text is, with its quotes.
fn text_length(text: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        at += memchr2(b'"', b'\\', text.get(at..)?)?;
        match text[at] {
            b'"' => return Some(at + 1),
            _ => at += 2,
        }
    }
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
    use super::*;

    const NAMES: [&str; 3] = ["delivery", "replaces", "part"];

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
        assert_eq!(fields_of(r#"{"memo":"CM-1"}"#, ["memo", "", ""]), [Some("CM-1".into()), None, None]);
    }

    #[test]
    fn text_of_another_form_is_read_as_json() {
        let spaced = r#"{ "delivery" : "d-1", "part" : 1 }"#;
        assert_eq!(walked(spaced, NAMES), None);
        assert_eq!(fields_of(spaced, NAMES), [Some("d-1".into()), None, Some("1".into())]);
        for cut in ["", "{", "{\"part\":", "{\"part\":\"", "{\"part\":{", "{\"part\":[1"] {
            assert_eq!(fields_of(cut, NAMES), [None, None, None], "{cut}");
        }
    }

    #[test]
    fn the_type_is_found_however_it_is_written() {
        let expected = Some(("a.v1", r#"{"x":1}"#));
        assert_eq!(shape_of(br#"{"type":"a.v1","fact":{"x":1}}"#), expected);
        assert_eq!(shape_of(br#"{"fact":{"x":1}, "type":"a.v1"}"#), expected);
        assert_eq!(shape_of(b"{}"), None);
        assert_eq!(shape_of(br#"{"type":"a"#), None);
    }
}
