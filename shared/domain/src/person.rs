//! Whether two names are one person's (rule book B.2): a second pair of eyes is another person, not another
//! spelling. Letters' case, spaces, wide and composed forms, and characters that nobody sees make no other
//! person. The names themselves are recorded as they were given.

use unicode_normalization::UnicodeNormalization;

/// Whether two names are spellings of one.
pub fn is_same_person(one: &str, other: &str) -> bool {
    folded(one) == folded(other)
}

/// A name by which persons are compared: compatibility forms composed, case folded, blanks made one.
fn folded(name: &str) -> String {
    let seen: String = name.nfkc().filter(|letter| !is_unseen(*letter)).collect();
    // Upper case first: one letter may have several lower forms, as the Greek sigma has.
    let cased = seen.to_uppercase().to_lowercase();
    let composed: String = cased.nfkc().collect();
    composed.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Characters without a shape: marks of direction, joiners, soft hyphens, controls that are no blanks.
fn is_unseen(letter: char) -> bool {
    let is_control = letter.is_control() && !letter.is_whitespace();
    is_control
        || matches!(letter, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_spelling_is_no_other_person() {
        for (one, other, same) in [
            ("ann.vale", "Ann.Vale", true),
            ("ann.vale", " ann.vale\t", true),
            ("Ann  Vale", "ann vale", true),
            ("ａｎｎ", "ann", true),          // full width
            ("Zoe\u{301}", "Zo\u{e9}", true), // composed or not
            ("STRASSE", "straße", true),
            ("Νίκος", "ΝΊΚΟΣ", true),
            ("an\u{200b}n", "ann", true),
            ("ann.vale", "bo.reed", false),
            ("ann vale", "annvale", false),
            ("ann", "anna", false),
        ] {
            assert_eq!(is_same_person(one, other), same, "{one} {other}");
            assert_eq!(is_same_person(other, one), same, "{other} {one}");
        }
    }
}
