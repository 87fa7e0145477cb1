//! `explain-error`: the page of an error code. The pages are `error-codes`'s.

use service_kit::{
    Failure, codes,
    error_codes::{Page, nearest, page_of},
};

use super::rows::ErrorPageRow;
use crate::outcome::Outcome;

/// How many codes are named where there is none as it was written.
const NEAREST: usize = 3;

/// The page of a code.
pub(crate) fn explain_error(code: &str) -> Result<Outcome, Failure> {
    let page = page_of(code).ok_or_else(|| unknown(code))?;
    Outcome::text_or(page_text(page), &row(page))
}

fn unknown(code: &str) -> Failure {
    let near = nearest(code, NEAREST).into_iter().map(|page| format!("{} ({})", page.code, page.title));
    let near = near.collect::<Vec<_>>().join("; ");
    Failure::usage(codes::NO_SUCH_CODE, format!("there is no error code '{code}'; the nearest are: {near}"))
}

fn row(page: &Page) -> ErrorPageRow {
    ErrorPageRow {
        code: page.code.to_owned(),
        title: page.title.to_owned(),
        exit_code: page.exit,
        what_happened: page.happened.to_owned(),
        why: page.why.to_owned(),
        what_to_do: page.remedy.to_owned(),
    }
}

fn page_text(page: &Page) -> String {
    let parts = [("What happened", page.happened), ("Why", page.why), ("What to do", page.remedy)];
    let mut text = format!("{}: {} (exit code {})\n", page.code, page.title, page.exit);
    for (heading, body) in parts {
        text.push_str(&format!("\n{heading}\n"));
        for line in lines_of(body) {
            text.push_str(&format!("  {line}\n"));
        }
    }
    text
}

/// A paragraph in lines that fit a terminal.
fn lines_of(body: &str) -> Vec<String> {
    const WIDTH: usize = 78;
    let mut lines: Vec<String> = Vec::new();
    for word in body.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
