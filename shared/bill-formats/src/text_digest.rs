//! The digest of a text, whatever its byte order mark, its line ends and its blank lines are.

use std::io::{self, Read};

use sha2::{Digest, Sha256};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads a text, and digests its lines.
pub(crate) struct TextDigest<R> {
    source: R,
    digest: Option<Sha256>,
    /// The begin of the text, until a byte order mark can be told.
    head: Option<Vec<u8>>,
    /// The line so far holds something.
    has_line: bool,
    /// A carriage return was read, and what follows is not known.
    has_return: bool,
}

impl<R: Read> TextDigest<R> {
    pub(crate) fn new(source: R, is_digested: bool) -> Self {
        let digest = is_digested.then(Sha256::new);
        Self { source, digest, head: Some(Vec::new()), has_line: false, has_return: false }
    }

    /// The digest of what was read, where one is taken.
    pub(crate) fn finish(mut self) -> Option<[u8; 32]> {
        if let Some(head) = self.head.take() {
            self.lines(&head);
        }
        // The last line may lack its end.
        if self.has_line {
            self.lines(b"\n");
        }
        self.digest.map(|digest| digest.finalize().into())
    }

    fn update(&mut self, bytes: &[u8]) {
        let Some(mut head) = self.head.take() else { return self.lines(bytes) };
        head.extend_from_slice(bytes);
        if head.len() < BYTE_ORDER_MARK.len() {
            self.head = Some(head);
            return;
        }
        self.lines(head.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&head));
    }

    fn lines(&mut self, bytes: &[u8]) {
        let Some(digest) = &mut self.digest else { return };
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            let (line, is_end) = match part.split_last() {
                Some((b'\n', line)) => (line, true),
                _ => (part, false),
            };
            if self.has_return && !line.is_empty() {
                digest.update(b"\r");
                self.has_line = true;
                self.has_return = false;
            }
            let (line, has_return) = match line.split_last() {
                Some((b'\r', line)) => (line, true),
                _ => (line, false),
            };
            digest.update(line);
            self.has_line |= !line.is_empty();
            self.has_return |= has_return;
            if is_end {
                if self.has_line {
                    digest.update(b"\n");
                }
                (self.has_line, self.has_return) = (false, false);
            }
        }
    }
}

impl<R: Read> Read for TextDigest<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        if self.digest.is_some() {
            self.update(&buffer[..read]);
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Read in pieces of one size, so that marks and line ends fall between them.
    fn digest(text: &str, piece: usize) -> Option<[u8; 32]> {
        let mut reader = TextDigest::new(text.as_bytes(), true);
        let mut buffer = vec![0; piece];
        while reader.read(&mut buffer).unwrap() > 0 {}
        reader.finish()
    }

    #[test]
    fn one_text_has_one_digest_however_its_lines_end() {
        let plain = digest("a,b\n1,2\n3,4\n", 64);
        for text in [
            "\u{feff}a,b\n1,2\n3,4\n",
            "a,b\r\n1,2\r\n3,4\r\n",
            "a,b\n\n1,2\n3,4\n\n\n",
            "a,b\n1,2\n3,4",
            "\u{feff}a,b\r\n1,2\r\n\r\n3,4\r\n",
        ] {
            for piece in [1, 2, 3, 64] {
                assert_eq!(digest(text, piece), plain, "{text:?} in pieces of {piece}");
            }
        }
        for other in ["a,b\n1,2\n3,5\n", "a,b\n1,23,4\n", "a,b\n1\r,2\n3,4\n"] {
            assert_ne!(digest(other, 1), plain, "{other:?}");
            assert_eq!(digest(other, 1), digest(other, 64), "{other:?}");
        }
    }
}
