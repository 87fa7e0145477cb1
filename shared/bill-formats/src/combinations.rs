//! Combinations of numbers as one number: what makes the key of a row short.
//!
//! Number 0 is the combination of zeros. Invariant: a number stands for one combination and a
//! combination for one number.

use std::hash::{Hash, Hasher};

use rustc_hash::FxHashMap;

/// Numbers side by side. Compared and hashed in whole words, since the derived ways are calls that
/// showed in the profile of a Parquet read.
#[derive(Debug, Clone, Copy)]
struct Packed<const N: usize>([u32; N]);

impl<const N: usize> PartialEq for Packed<N> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).fold(0, |differences, (a, b)| differences | (a ^ b)) == 0
    }
}

impl<const N: usize> Eq for Packed<N> {}

impl<const N: usize> Hash for Packed<N> {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        for pair in self.0.chunks(2) {
            let high = pair.get(1).copied().unwrap_or(0);
            state.write_u64(u64::from(high) << 32 | u64::from(pair[0]));
        }
    }
}

/// Combinations of numbers as one number.
pub(crate) struct Combinations<const N: usize> {
    numbers: FxHashMap<Packed<N>, u32>,
    keys: Vec<[u32; N]>,
    last_key: Packed<N>,
    last: u32,
}

impl<const N: usize> Combinations<N> {
    pub(crate) fn new() -> Self {
        let none = Packed([0; N]);
        Self { numbers: FxHashMap::from_iter([(none, 0)]), keys: vec![none.0], last_key: none, last: 0 }
    }

    /// The number of a combination.
    #[inline]
    pub(crate) fn number(&mut self, key: [u32; N]) -> u32 {
        let key = Packed(key);
        if key != self.last_key {
            self.last_key = key;
            self.last = match self.numbers.get(&key) {
                Some(number) => *number,
                None => {
                    // No bill has 2^32 of them: its keys would not fit in memory before.
                    let next = self.keys.len() as u32;
                    self.keys.push(key.0);
                    self.numbers.insert(key, next);
                    next
                }
            };
        }
        self.last
    }

    /// The combination of a number.
    pub(crate) fn key(&self, number: u32) -> [u32; N] {
        self.keys[number as usize]
    }
}
