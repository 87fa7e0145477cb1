//! JSON in the compact form in which bodies are frozen, gone through without being read: where a value
//! ends. Reading JSON is serde's; this is for going through millions of facts of which a hash and one
//! id are wanted, in half of the time that skipping values with serde takes.
//!
//! Text of any other form (white space between tokens, brackets that do not match) has no answer here
//! and is read as any JSON is. Deliberately absent: what values mean.

/// Where the value ends that begins at `at`: the place after its last byte.
pub(crate) fn value_end(text: &[u8], at: usize) -> Option<usize> {
    match text.get(at)? {
        b'"' => text_end(text, at),
        b'{' | b'[' => nested_end(text, at),
        _ => word_end(text, at),
    }
}

/// Where the text ends whose opening quote is at `at`.
pub(crate) fn text_end(text: &[u8], at: usize) -> Option<usize> {
    let mut at = at + 1;
    loop {
        match text.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// A number, `true`, `false` or `null`.
fn word_end(text: &[u8], at: usize) -> Option<usize> {
    let is_of_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.');
    let length = text.get(at..)?.iter().take_while(|byte| is_of_word(byte)).count();
    let end = at + length;
    let is_delimited = text.get(end).is_none_or(|byte| matches!(byte, b',' | b'}' | b']'));
    (length > 0 && is_delimited).then_some(end)
}

/// What a byte is to one who looks for the end of an object or list.
#[derive(Clone, Copy)]
enum Byte {
    Other,
    Quote,
    Opens,
    Closes,
    Space,
}

const BYTES: [Byte; 256] = {
    let mut bytes = [Byte::Other; 256];
    bytes[b'"' as usize] = Byte::Quote;
    bytes[b'{' as usize] = Byte::Opens;
    bytes[b'[' as usize] = Byte::Opens;
    bytes[b'}' as usize] = Byte::Closes;
    bytes[b']' as usize] = Byte::Closes;
    bytes[b' ' as usize] = Byte::Space;
    bytes[b'\t' as usize] = Byte::Space;
    bytes[b'\n' as usize] = Byte::Space;
    bytes[b'\r' as usize] = Byte::Space;
    bytes
};

/// How deep objects and lists may stand in each other here: a bit for each.
const DEPTH_MAX: u32 = u64::BITS - 1;

fn nested_end(text: &[u8], at: usize) -> Option<usize> {
    // Which brackets are open, the innermost in the lowest bit: set for a list.
    let (mut lists, mut depth, mut at) = (0_u64, 0_u32, at);
    loop {
        let byte = *text.get(at)?;
        match BYTES[usize::from(byte)] {
            Byte::Other => at += 1,
            Byte::Quote => at = text_end(text, at)?,
            Byte::Opens => {
                if depth == DEPTH_MAX {
                    return None;
                }
                lists = (lists << 1) | u64::from(byte == b'[');
                depth += 1;
                at += 1;
            }
            Byte::Closes => {
                if (lists & 1 == 1) != (byte == b']') {
                    return None;
                }
                lists >>= 1;
                depth -= 1;
                at += 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            Byte::Space => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_ends_where_it_ends() {
        for (text, end) in [
            (r#""a",1"#, Some(3)),
            (r#""a\"b""#, Some(6)),
            (r#""a\\","b""#, Some(5)),
            (r#""a"#, None),
            (r#""a\"#, None),
            ("12,", Some(2)),
            ("-1.5e3}", Some(6)),
            ("null", Some(4)),
            ("1 ,", None),
            (",", None),
            ("", None),
            (r#"{"a":[1,{"b":"]}"}]},"#, Some(20)),
            (r#"{"a":[}]"#, None),
            (r#"{"a": 1}"#, None),
            (r#"{"a":" "}"#, Some(9)),
            ("{", None),
            ("[]", Some(2)),
        ] {
            assert_eq!(value_end(text.as_bytes(), 0), end, "{text}");
        }
        let deep = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert_eq!(value_end(deep(63).as_bytes(), 0), Some(126));
        assert_eq!(value_end(deep(64).as_bytes(), 0), None);
    }

    proptest::proptest! {
        #[test]
        fn every_compact_json_ends_at_its_end(depth in 0_usize..6, words in proptest::collection::vec("[ a-z\"\\\\{}:,\\[\\]é]{0,8}", 1..6)) {
            let mut value = serde_json::json!(words);
            for (at, word) in words.iter().cycle().take(depth).enumerate() {
                value = if at % 2 == 0 { serde_json::json!([value, at, null]) } else { serde_json::json!({ word: value, "n": at }) };
            }
            let text = value.to_string();
            let followed = format!("{text},{text}");
            proptest::prop_assert_eq!(value_end(followed.as_bytes(), 0), Some(text.len()));
        }
    }
}
