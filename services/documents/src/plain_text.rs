//! Text of others in what we show: a name from a file may hold characters that a terminal, a mail
//! program or a browser obeys instead of showing. They are written out, as `\u{1b}`.

use std::borrow::Cow;

/// Whether a character is obeyed rather than shown: control characters, and those that change the
/// line or the direction of the text around them.
fn is_obeyed(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The text with such characters written out.
pub fn plain_text(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_obeyed) {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_obeyed(c) { plain.extend(c.escape_unicode()) } else { plain.push(c) }
    }
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_written_out() {
        for (text, plain) in [
            ("Harbour", "Harbour"),
            ("Λιμάνι 株式会社 🚢", "Λιμάνι 株式会社 🚢"),
            ("Harbour\u{1b}[2J", "Harbour\\u{1b}[2J"),
            ("a\r\nBcc: b@c", "a\\u{d}\\u{a}Bcc: b@c"),
            ("\u{9b}2J\u{7f}", "\\u{9b}2J\\u{7f}"),
            ("a\u{202e}b\u{2066}c", "a\\u{202e}b\\u{2066}c"),
        ] {
            assert_eq!(plain_text(text), plain);
        }
    }
}
