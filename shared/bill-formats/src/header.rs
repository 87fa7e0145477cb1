//! The header of a bill's text.

use std::sync::Arc;

use crate::csv::split::split_header;

/// The names in a header line, where it is one.
pub(crate) fn header_names(line: &[u8]) -> Option<Vec<Arc<str>>> {
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line).trim_ascii_end();
    let fields = split_header(line).ok()?;
    fields.into_iter().map(|field| Some(Arc::from(String::from_utf8(field).ok()?.trim()))).collect()
}
