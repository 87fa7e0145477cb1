//! How a value stands in the store on disk: a checksum, a mark, and the value, compressed where that
//! makes it smaller.
//!
//! Most values are some hundred bytes to some kilobytes of JSON whose names are the same in all of
//! them, so they are compressed against a dictionary of such JSON: a fifth of the size instead of a
//! half. The dictionary is part of the form; another one is another [`FORM`], and the store is then
//! rebuilt. Deliberately absent: what the values say.

use std::{cell::RefCell, io};

/// The version of this form and of the keys: a store of another one is rebuilt.
pub(crate) const FORM: &str = "read-model-6";

/// JSON as values have it. What is likely stands at its end, where zstd finds it cheapest.
const DICTIONARY: &[u8] = include_bytes!("packed_dictionary.txt");

/// Fast before small: it is a cache of the log.
const LEVEL: i32 = 1;

/// Below this there is nothing to gain.
const PACKED_BYTES_MIN: usize = 48;

/// No value is larger; what claims to be is damaged.
const VALUE_BYTES_MAX: u32 = 1 << 30;

const CHECKSUM_BYTES: usize = 4;
const PLAIN: u8 = 0;
const COMPRESSED: u8 = 1;

thread_local! {
    // Reading the dictionary costs more than compressing a value, so each thread does it once.
    static COMPRESSOR: RefCell<Option<zstd::bulk::Compressor<'static>>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<zstd::bulk::Decompressor<'static>>> = const { RefCell::new(None) };
}

/// Packs a value.
pub(crate) fn pack(value: &[u8]) -> Vec<u8> {
    let mut whole = vec![0; CHECKSUM_BYTES];
    match compressed(value) {
        Some(compressed) => {
            whole.push(COMPRESSED);
            // A value is far below 4 GiB; one that were not would be damaged when it is read.
            whole.extend_from_slice(&u32::try_from(value.len()).unwrap_or(u32::MAX).to_be_bytes());
            whole.extend_from_slice(&compressed);
        }
        None => {
            whole.push(PLAIN);
            whole.extend_from_slice(value);
        }
    }
    let checksum = crc32fast::hash(&whole[CHECKSUM_BYTES..]);
    whole[..CHECKSUM_BYTES].copy_from_slice(&checksum.to_be_bytes());
    whole
}

/// Unpacks a value; none where it is not what was packed.
pub(crate) fn unpack(whole: &[u8]) -> Option<Vec<u8>> {
    let (checksum, rest) = whole.split_at_checked(CHECKSUM_BYTES)?;
    if checksum != crc32fast::hash(rest).to_be_bytes() {
        return None;
    }
    match rest.split_first()? {
        (&PLAIN, value) => Some(value.to_vec()),
        (&COMPRESSED, rest) => {
            let (length, compressed) = rest.split_first_chunk::<4>()?;
            let length = u32::from_be_bytes(*length);
            let length = (length <= VALUE_BYTES_MAX).then_some(length as usize)?;
            let value = decompressed(compressed, length).ok()?;
            (value.len() == length).then_some(value)
        }
        _ => None,
    }
}

fn compressed(value: &[u8]) -> Option<Vec<u8>> {
    if value.len() < PACKED_BYTES_MIN {
        return None;
    }
    let compressed = COMPRESSOR.with_borrow_mut(|slot| -> io::Result<Vec<u8>> {
        let mut compressor = match slot.take() {
            Some(compressor) => compressor,
            None => zstd::bulk::Compressor::with_dictionary(LEVEL, DICTIONARY)?,
        };
        let compressed = compressor.compress(value);
        *slot = Some(compressor);
        compressed
    });
    compressed.ok().filter(|compressed| compressed.len() < value.len())
}

fn decompressed(compressed: &[u8], length: usize) -> io::Result<Vec<u8>> {
    DECOMPRESSOR.with_borrow_mut(|slot| {
        let mut decompressor = match slot.take() {
            Some(decompressor) => decompressor,
            None => zstd::bulk::Decompressor::with_dictionary(DICTIONARY)?,
        };
        let value = decompressor.decompress(compressed, length);
        *slot = Some(decompressor);
        value
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_packed_comes_back_and_any_change_is_noticed(
            text in "[a-z\"{}:,0-9]{0,400}", at in any::<prop::sample::Index>(), bit in 0..8u8
        ) {
            let value = text.into_bytes();
            let mut whole = pack(&value);
            prop_assert_eq!(unpack(&whole), Some(value.clone()));
            let at = at.index(whole.len());
            whole[at] ^= 1 << bit;
            prop_assert_eq!(unpack(&whole), None);
            prop_assert_eq!(unpack(&whole[..at]), None);
        }
    }

    #[test]
    fn a_value_like_the_others_becomes_small() {
        let value = DICTIONARY.split(|byte| *byte == b'\n').max_by_key(|line| line.len()).unwrap();
        assert!(pack(value).len() * 4 < value.len(), "{} of {}", pack(value).len(), value.len());
    }
}
