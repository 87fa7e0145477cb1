//! Seeded choices, each stream keyed by what it decides.
//!
//! The generator (splitmix64, <https://prng.di.unimi.it/splitmix64.c>) is written out here so that
//! a seed keeps its bytes when a dependency changes. A stream is keyed by (seed, purpose, member,
//! month), so any member's month can be made again alone, on any thread, without the others.

/// What a stream decides; part of its key, so that streams of one member differ.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    Roster = 1,
    Grants,
    Workload,
    Month,
    Lines,
    Extras,
    Delivery,
}

#[derive(Debug, Clone)]
pub(crate) struct Seeded(u64);

const GOLDEN_GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Seeded {
    pub(crate) fn keyed(seed: u64, purpose: Purpose, keys: &[u64]) -> Self {
        let start = mix(seed.wrapping_add(GOLDEN_GAMMA)) ^ mix(purpose as u64);
        Self(keys.iter().fold(start, |state, key| mix(state.wrapping_add(GOLDEN_GAMMA) ^ mix(key.wrapping_add(1)))))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN_GAMMA);
        mix(self.0)
    }

    /// 0 up to but without `bound`; 0 where the bound is 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(bound)) >> 64) as u64
    }

    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low).unsigned_abs() + 1) as i64
    }

    pub(crate) fn chance(&mut self, per_mille: u64) -> bool {
        self.below(1000) < per_mille
    }

    pub(crate) fn pick<'a, T>(&mut self, among: &'a [T]) -> &'a T {
        &among[self.below(among.len() as u64) as usize]
    }

    /// A multiplier in parts per million, log-normal in shape: median 1, sigma about 1.3.
    pub(crate) fn skewed_ppm(&mut self) -> i64 {
        let steps: u64 = (0..6).map(|_| self.below(21)).sum();
        SKEW_PPM[steps as usize]
    }
}

/// 1.09 to the power of -60..=60, in parts per million. Bills are long-tailed: a few accounts make
/// most of the spend.
const SKEW_PPM: [i64; 121] = {
    let mut table = [1_000_000i64; 121];
    let mut step = 1;
    while step <= 60 {
        table[60 + step] = table[60 + step - 1] * 109 / 100;
        table[60 - step] = table[60 - step + 1] * 100 / 109;
        step += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_depends_on_its_whole_key() {
        let first = |seed, purpose, keys: &[u64]| Seeded::keyed(seed, purpose, keys).next();
        let base = first(1, Purpose::Month, &[3, 4]);
        assert_eq!(base, first(1, Purpose::Month, &[3, 4]));
        for other in [
            first(2, Purpose::Month, &[3, 4]),
            first(1, Purpose::Lines, &[3, 4]),
            first(1, Purpose::Month, &[4, 3]),
            first(1, Purpose::Month, &[3]),
        ] {
            assert_ne!(base, other);
        }
    }

    #[test]
    fn the_skew_is_long_tailed_about_one() {
        let mut seeded = Seeded::keyed(7, Purpose::Roster, &[]);
        let mut drawn: Vec<i64> = (0..10_001).map(|_| seeded.skewed_ppm()).collect();
        drawn.sort_unstable();
        assert!((900_000..1_100_000).contains(&drawn[5_000]), "median {}", drawn[5_000]);
        assert!(drawn.iter().sum::<i64>() / 10_001 > 3 * drawn[5_000] / 2, "mean above the median");
    }
}
