//! One commit as one line of JSON, its body verbatim:
//!
//! ```text
//! {"seq":1,"subject":"memos.x.y","id":"..","n":1,"prev":0,"chain":"..","crc":"xxxxxxxx","commit":<body>}
//! ```
//!
//! Invariants: the keys stand in this order without spaces, so reading is slicing; `crc` is the
//! CRC-32 of every byte of the line but its own eight digits and the line break; the body is never
//! parsed, hence never changed. Deliberately absent: files and sequences' order.

use std::io::Write;

use event_log::LogError;
use wire::{ChainHash, CommitId, SealedCommit, StoredCommit, Subject};

/// How every line begins: what a search for lines in damaged bytes looks for.
pub(crate) const LINE_START: &[u8] = b"{\"seq\":";

const CRC_DIGITS: usize = 8;
const CHAIN_DIGITS: usize = 64;

/// A commit on a line, borrowed from the bytes that were read. Its checksum was right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScannedLine<'a> {
    /// The sequence in the stream.
    pub sequence: u64,
    /// The subject.
    pub subject: &'a str,
    /// The id of the commit.
    pub id: &'a str,
    /// The number on the subject.
    pub n: u64,
    /// The expected last sequence of the subject, as the writer gave it.
    pub prev: u64,
    /// The chain after the commit.
    pub chain: ChainHash,
    /// The body, as it was appended.
    pub body: &'a [u8],
}

/// A line is not one that this log writes, or not as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadLine {
    /// A key is missing or a value has another form.
    #[error("the line is not a commit: {0} was expected")]
    Form(&'static str),
    /// Some byte has changed.
    #[error("the checksum does not match: the line is not as it was written")]
    Checksum,
}

/// Appends the line of a commit, with its line break.
pub(crate) fn encode_line(out: &mut Vec<u8>, sequence: u64, commit: &SealedCommit) {
    let start = out.len();
    let SealedCommit { subject, id, n, prev, chain, body } = commit;
    // Writing to a vector cannot fail.
    let _ = write!(
        out,
        r#"{{"seq":{sequence},"subject":"{subject}","id":"{id}","n":{n},"prev":{prev},"chain":"{chain}","crc":""#
    );
    let crc_at = out.len();
    out.extend_from_slice(&[b'0'; CRC_DIGITS]);
    out.extend_from_slice(b"\",\"commit\":");
    out.extend_from_slice(body);
    out.push(b'}');
    let crc = checksum(&out[start..], crc_at - start);
    let _ = write!(&mut out[crc_at..crc_at + CRC_DIGITS], "{crc:08x}");
    out.push(b'\n');
}

/// Reads a line, given without its line break, and verifies its checksum.
///
/// # Errors
/// [`BadLine`].
pub fn parse_line(line: &[u8]) -> Result<ScannedLine<'_>, BadLine> {
    let mut rest = Rest(line);
    let sequence = rest.after(LINE_START, "\"seq\"")?.number()?;
    let subject = rest.after(b",\"subject\":\"", "\"subject\"")?.text()?;
    let id = rest.after(b",\"id\":\"", "\"id\"")?.text()?;
    let n = rest.after(b",\"n\":", "\"n\"")?.number()?;
    let prev = rest.after(b",\"prev\":", "\"prev\"")?.number()?;
    let chain = rest.after(b",\"chain\":\"", "\"chain\"")?.text()?;
    rest.after(b",\"crc\":\"", "\"crc\"")?;
    let crc_at = line.len() - rest.0.len();
    let crc = rest.text()?;
    rest.after(b",\"commit\":", "\"commit\"")?;
    let body = rest.0.strip_suffix(b"}").ok_or(BadLine::Form("a closing brace"))?;

    let digits = crc.len() == CRC_DIGITS && crc.bytes().all(|byte| byte.is_ascii_hexdigit());
    let written = if digits { u32::from_str_radix(crc, 16).ok() } else { None };
    if written.ok_or(BadLine::Form("a checksum of eight digits"))? != checksum(line, crc_at) {
        return Err(BadLine::Checksum);
    }
    let chain = if chain.len() == CHAIN_DIGITS { ChainHash::parse(chain) } else { None };
    let chain = chain.ok_or(BadLine::Form("a chain hash"))?;
    Ok(ScannedLine { sequence, subject, id, n, prev, chain, body })
}

impl ScannedLine<'_> {
    /// The commit, with its own memory.
    ///
    /// # Errors
    /// [`LogError::Damaged`] where subject or id are none, although the checksum is right: something
    /// else wrote the line.
    pub fn to_stored(&self) -> Result<StoredCommit, LogError> {
        let damaged =
            |what: String| LogError::Damaged { place: format!("sequence {} of {}", self.sequence, self.subject), what };
        let subject = Subject::parse(self.subject).map_err(|bad| damaged(bad.to_string()))?;
        let id = CommitId::parse(self.id).ok_or_else(|| damaged(format!("'{}' is not a commit id", self.id)))?;
        let commit =
            SealedCommit { subject, id, n: self.n, prev: self.prev, chain: self.chain, body: self.body.into() };
        Ok(StoredCommit { sequence: self.sequence, commit })
    }
}

fn checksum(line: &[u8], crc_at: usize) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&line[..crc_at]);
    hasher.update(&line[crc_at + CRC_DIGITS..]);
    hasher.finalize()
}

/// What is left of a line to read.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn after(&mut self, expected: &[u8], name: &'static str) -> Result<&mut Self, BadLine> {
        self.0 = self.0.strip_prefix(expected).ok_or(BadLine::Form(name))?;
        Ok(self)
    }

    fn number(&mut self) -> Result<u64, BadLine> {
        let digits = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (number, rest) = self.0.split_at(digits);
        self.0 = rest;
        let value = std::str::from_utf8(number).ok().and_then(|text| text.parse().ok());
        value.ok_or(BadLine::Form("a number"))
    }

    fn text(&mut self) -> Result<&'a str, BadLine> {
        let length = memchr::memchr(b'"', self.0).ok_or(BadLine::Form("a closing quote"))?;
        let (text, rest) = self.0.split_at(length);
        self.0 = &rest[1..];
        std::str::from_utf8(text).map_err(|_| BadLine::Form("text"))
    }
}

#[cfg(test)]
mod tests {
    use event_log::conformance::{Author, body, subject};
    use wire::StreamName;

    use super::*;

    fn line() -> (StoredCommit, Vec<u8>) {
        let commit = Author::default().next(&subject(StreamName::Memos, 1), body("line"));
        let mut line = Vec::new();
        encode_line(&mut line, 17, &commit);
        (StoredCommit { sequence: 17, commit }, line)
    }

    #[test]
    fn a_line_is_json_and_reads_back() {
        let (stored, line) = line();
        let (break_, line) = line.split_last().unwrap();
        assert_eq!(*break_, b'\n');
        assert_eq!(parse_line(line).unwrap().to_stored().unwrap(), stored);
        let value: serde_json::Value = serde_json::from_slice(line).unwrap();
        assert_eq!(value["seq"], 17);
        assert_eq!(value["subject"], "memos.999900001111.000000000001");
        assert_eq!(value["commit"]["facts"][0]["amount"], "12.50");
    }

    #[test]
    fn every_changed_bit_and_every_cut_is_noticed() {
        let (_, mut line) = line();
        line.pop();
        for at in 0..line.len() {
            assert!(parse_line(&line[..at]).is_err(), "cut at {at}");
            for bit in 0..8 {
                line[at] ^= 1 << bit;
                // A digit of the checksum may change its case and still say the same.
                let same = parse_line(&line).is_ok_and(|_| line[at].is_ascii_alphabetic() && bit == 5);
                assert!(parse_line(&line).is_err() || same, "bit {bit} of byte {at}");
                line[at] ^= 1 << bit;
            }
        }
    }
}
