//! The word that JSON has for a value of a closed set.

use serde::Serialize;

pub(crate) fn word_of<T: Serialize>(value: &T) -> String {
    let value = serde_json::to_value(value).ok();
    value.and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}
