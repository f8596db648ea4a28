//! Random choices that come out the same on every machine and with every release of a dependency.
//!
//! xoshiro256++ and splitmix64 are published algorithms (<https://prng.di.unimi.it>) whose outputs are fixed, and what
//! is drawn from them is integer arithmetic only: powers and logarithms of floating-point numbers differ between
//! mathematical libraries, and the distributions of `rand` change between its releases.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};
use std::ops::RangeInclusive;

/// A generator of random choices.
pub struct Random(Xoshiro256PlusPlus);

impl Random {
    /// The generator that belongs to `key`; generators of different keys have nothing to do with each other.
    pub fn keyed(key: &[u64]) -> Random {
        Random(Xoshiro256PlusPlus::seed_from_u64(key.iter().fold(0, |mixed, &part| mix(mixed ^ part))))
    }

    /// Any 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number from 0 to `n` - 1; 0 if `n` is 0. The bias is at most `n` / 2^64: no archive is long enough to show it.
    pub fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(n)) >> 64) as u64
    }

    /// An index into something of that length.
    pub fn index(&mut self, length: usize) -> usize {
        self.below(length as u64) as usize
    }

    /// A number of that range.
    pub fn within(&mut self, range: RangeInclusive<u64>) -> u64 {
        range.start() + self.below(range.end() - range.start() + 1)
    }

    /// One of `choices`, which must not be empty.
    pub fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.index(choices.len())]
    }

    /// One of `choices`, each as often as its weight says. They must not be empty.
    pub fn weighted<T: Copy>(&mut self, choices: &[(T, u64)]) -> T {
        let mut drawn = self.below(choices.iter().map(|(_, weight)| weight).sum());
        for &(choice, weight) in choices {
            match drawn.checked_sub(weight) {
                Some(rest) => drawn = rest,
                None => return choice,
            }
        }
        unreachable!("what is drawn is below the sum of the weights")
    }

    /// True `percent` times in a hundred.
    pub fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// True as often as `chance` says.
    pub fn happens(&mut self, chance: Chance) -> bool {
        self.bits() >> (64 - CHANCE_BITS) < chance.0
    }
}

/// The bits of a double's fraction: the product of a rate and 2^53 is exact.
const CHANCE_BITS: u32 = 53;

/// How likely something is: so many in 2^53.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chance(u64);

impl Chance {
    /// The chance that a rate from 0 to 1 stands for; none for any other number.
    pub fn from_rate(rate: f64) -> Option<Chance> {
        (0.0..=1.0).contains(&rate).then_some(Chance((rate * (1_u64 << CHANCE_BITS) as f64) as u64))
    }
}

/// The last step of splitmix64 after its increment: every bit of `z` changes half of the result's.
fn mix(z: u64) -> u64 {
    let z = z.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_are_those_of_the_published_algorithms() {
        // The first outputs of splitmix64 from state 0, and from them the first one of xoshiro256++.
        let state: [u64; 4] = std::array::from_fn(|n| mix(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(n as u64)));
        assert_eq!(state[0], 0xe220_a839_7b1d_cdaf);
        let first = state[0].wrapping_add(state[3]).rotate_left(23).wrapping_add(state[0]);
        assert_eq!(Random::keyed(&[]).bits(), first);
    }

    #[test]
    fn chances_are_kept_also_at_their_ends() {
        let count = |rate| {
            let chance = Chance::from_rate(rate).expect("a rate");
            let mut random = Random::keyed(&[7]);
            (0..10_000).filter(|_| random.happens(chance)).count()
        };
        assert_eq!((count(0.0), count(-0.0), count(1.0)), (0, 0, 10_000));
        assert!((2_400..2_600).contains(&count(0.25)));
        for rate in [-0.1, 1.000_001, f64::NAN, f64::INFINITY] {
            assert_eq!(Chance::from_rate(rate), None);
        }
    }

    #[test]
    fn numbers_stay_in_their_range_and_reach_its_ends() {
        let mut random = Random::keyed(&[1, 2]);
        let drawn: std::collections::BTreeSet<u64> = (0..1_000).map(|_| random.within(13..=16)).collect();
        assert_eq!(drawn.into_iter().collect::<Vec<_>>(), [13, 14, 15, 16]);
        assert_eq!(random.below(0), 0);
    }
}
