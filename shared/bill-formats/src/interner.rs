//! Texts as small numbers. Number 0 is blank; `NULL` and white space are blank too.
//!
//! Invariants: one number a text within an interner; numbers of two interners never mix.
//! Deliberately absent: removal. Only texts that aggregates are keyed by are interned, so the
//! memory follows the aggregates, not the rows.

use std::sync::Arc;

use rustc_hash::FxHashMap;

/// A text may be so long: descriptions have some hundred bytes.
pub(crate) const TEXT_BYTES_MAX: usize = 16 * 1024;

/// A text cannot be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextFault {
    /// The bytes are not UTF-8.
    NotUtf8,
    /// There are more of them than [`TEXT_BYTES_MAX`].
    TooLong,
}

/// The texts of one field.
pub(crate) struct Interner {
    numbers: FxHashMap<Box<[u8]>, u32>,
    texts: Vec<Arc<str>>,
    /// Of all texts, in both forms.
    bytes: usize,
    last_bytes: Vec<u8>,
    last: u32,
}

impl Default for Interner {
    fn default() -> Self {
        Self { numbers: FxHashMap::default(), texts: vec![Arc::from("")], bytes: 0, last_bytes: Vec::new(), last: 0 }
    }
}

impl Interner {
    /// The number of a text as the bill writes it.
    ///
    /// # Errors
    /// A [`TextFault`].
    #[inline]
    pub(crate) fn number(&mut self, bytes: &[u8]) -> Result<u32, TextFault> {
        // Bills are sorted by much of what keys them, so the value is often the last row's.
        if is_same(&self.last_bytes, bytes) {
            return Ok(self.last);
        }
        if bytes.is_empty() {
            return Ok(0);
        }
        let number = match self.numbers.get(bytes) {
            Some(number) => *number,
            None => self.admit(bytes)?,
        };
        self.last_bytes.clear();
        self.last_bytes.extend_from_slice(bytes);
        self.last = number;
        Ok(number)
    }

    #[cold]
    fn admit(&mut self, bytes: &[u8]) -> Result<u32, TextFault> {
        if bytes.len() > TEXT_BYTES_MAX {
            return Err(TextFault::TooLong);
        }
        let text = normal(std::str::from_utf8(bytes).map_err(|_| TextFault::NotUtf8)?);
        self.bytes += bytes.len() + text.len();
        let number = if text.is_empty() {
            0
        } else if let Some(number) = self.numbers.get(text.as_bytes()) {
            *number
        } else {
            // A bill with 2^32 different values of one key field would not fit any ledger.
            let number = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
            self.texts.push(Arc::from(text));
            self.numbers.insert(text.as_bytes().into(), number);
            number
        };
        self.numbers.insert(bytes.into(), number);
        Ok(number)
    }

    /// The text of a number.
    pub(crate) fn text(&self, number: u32) -> &Arc<str> {
        &self.texts[number as usize]
    }

    /// Bytes of all texts.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// How many numbers there are.
    pub(crate) fn len(&self) -> usize {
        self.texts.len()
    }
}

/// Equality in words of eight bytes, in place: for texts of some twenty bytes, asked a dozen times a
/// row, the call of the general way showed in the profile.
#[inline]
fn is_same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let (a_words, a_rest) = a.as_chunks::<8>();
    let (b_words, b_rest) = b.as_chunks::<8>();
    let word = |bytes: &[u8; 8]| u64::from_le_bytes(*bytes);
    a_words.iter().zip(b_words).all(|(a, b)| word(a) == word(b)) && a_rest.iter().zip(b_rest).all(|(a, b)| a == b)
}

/// Without white space around it, and blank where a database wrote its word for nothing.
pub(crate) fn normal(text: &str) -> &str {
    let text = text.trim();
    if is_null(text.as_bytes()) { "" } else { text }
}

/// The word that a database export writes for nothing (the FOCUS 1.0 sample of the FinOps
/// Foundation does).
pub(crate) fn is_null(bytes: &[u8]) -> bool {
    bytes == b"NULL"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_null_and_white_space_are_number_0_and_equal_texts_share_a_number() {
        let mut interner = Interner::default();
        for blank in ["", " ", "NULL", " NULL ", "\t"] {
            assert_eq!(interner.number(blank.as_bytes()), Ok(0), "{blank:?}");
        }
        assert_eq!(interner.number(b"AmazonEC2"), Ok(1));
        assert_eq!(interner.number(b" AmazonEC2 "), Ok(1));
        assert_eq!(interner.number(b"AmazonS3"), Ok(2));
        assert_eq!(interner.number(b"AmazonEC2"), Ok(1));
        assert_eq!(&**interner.text(1), "AmazonEC2");
        assert_eq!(interner.number(&[0xff]), Err(TextFault::NotUtf8));
        assert_eq!(interner.number(&vec![b'x'; TEXT_BYTES_MAX + 1]), Err(TextFault::TooLong));
    }
}
