//! Random choices, other ones in every run of the tests; a test that fails prints its seed.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};
use std::env;
use std::time::{SystemTime, UNIX_EPOCH};

/// A generator of random choices.
pub struct Random(Xoshiro256PlusPlus);

/// The seed of a test: that of `PINFLOW_TEST_SEED`, if it is set.
pub fn seed() -> u64 {
    let given = env::var("PINFLOW_TEST_SEED").ok().map(|seed| seed.parse().expect("a seed is a number"));
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970").as_nanos() as u64;
    let seed = given.unwrap_or_else(now);
    // Shown if the test fails.
    println!("PINFLOW_TEST_SEED={seed}");
    seed
}

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// A number below `n`.
    pub fn below(&mut self, n: u64) -> u64 {
        self.0.next_u64() % n
    }
}
