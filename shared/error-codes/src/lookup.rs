//! How a page is found: by its code, or by what is nearest to it.

use crate::{Page, pages::GROUPS};

/// Every page, by code.
pub fn pages() -> Vec<&'static Page> {
    let mut all: Vec<&Page> = GROUPS.iter().flat_map(|group| group.iter().copied()).collect();
    all.sort_by_key(|page| page.code);
    all
}

/// The page of a code, however it is written: `CM0511`, `cm511`, `511`.
pub fn page_of(text: &str) -> Option<&'static Page> {
    let wanted = number(text)?;
    pages().into_iter().find(|page| number(page.code) == Some(wanted))
}

/// The pages whose codes are nearest to a text that is none: by number, or else by words of it that
/// stand in a title.
pub fn nearest(text: &str, count: usize) -> Vec<&'static Page> {
    let mut all = pages();
    match number(text) {
        Some(wanted) => all.sort_by_key(|page| number(page.code).map(|found| found.abs_diff(wanted))),
        None => {
            let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
            let shared = |page: &Page| words.iter().filter(|word| page.title.contains(word.as_str())).count();
            all.sort_by_key(|page| std::cmp::Reverse(shared(page)));
        }
    }
    all.truncate(count);
    all
}

fn number(text: &str) -> Option<u32> {
    let text = text.trim();
    let digits = text.strip_prefix("CM").or_else(|| text.strip_prefix("cm")).unwrap_or(text);
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_code_is_one_page() {
        let all = pages();
        let codes: BTreeSet<&str> = all.iter().map(|page| page.code).collect();
        let names: BTreeSet<&str> = all.iter().map(|page| page.name).collect();
        let titles: BTreeSet<&str> = all.iter().map(|page| page.title).collect();
        assert_eq!((codes.len(), names.len(), titles.len()), (all.len(), all.len(), all.len()));
        for page in all {
            let digits = page.code.strip_prefix("CM").unwrap_or_default();
            assert!(digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit()), "{}", page.code);
            assert!((1..=5).contains(&page.exit), "{}", page.code);
        }
    }

    #[test]
    fn a_page_says_what_why_and_what_to_do_in_sentences() {
        for page in pages() {
            assert!(!page.title.is_empty() && !page.title.ends_with('.'), "{}: {}", page.code, page.title);
            for text in [page.happened, page.why, page.remedy] {
                assert!(text.ends_with('.') && text.len() > 12, "{}: '{text}'", page.code);
                assert!(!text.contains("  ") && !text.contains('\n'), "{}: '{text}'", page.code);
            }
        }
    }

    #[test]
    fn a_page_is_found_however_its_code_is_written() {
        for written in ["CM0511", "cm0511", "511", " CM511 "] {
            assert_eq!(page_of(written).map(|page| page.code), Some("CM0511"), "{written}");
        }
        assert_eq!(page_of("CM9999"), None);
        assert_eq!(page_of("suspense"), None);
        let near: Vec<&str> = nearest("CM0509", 2).into_iter().map(|page| page.code).collect();
        assert_eq!(near, ["CM0510", "CM0511"]);
        assert!(nearest("suspense", 3).iter().all(|page| page.title.contains("suspense")));
    }
}
