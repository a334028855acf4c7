//! Chance that can be had again: the same seed rolls the same numbers.

use std::hash::{BuildHasher as _, RandomState};
use std::ops::Range;

pub struct Dice(u64);

impl Dice {
    /// A seed that nobody chose.
    pub fn any_seed() -> u64 {
        RandomState::new().hash_one("kills")
    }

    /// Rolls that belong to one seed, and to one of those who play with it.
    pub fn new(seed: u64, player: u64) -> Self {
        Self(seed ^ player.wrapping_mul(0xD134_2543_DE82_EF95))
    }

    /// The next one, by Steele's and Vigna's `splitmix64`.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.roll().checked_rem(end).unwrap_or_default()
    }

    pub fn within(&mut self, range: Range<u64>) -> u64 {
        range.start + self.below(range.end - range.start)
    }

    pub fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }
}
