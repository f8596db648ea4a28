//! How long to wait before a request is repeated: exponential back-off with full jitter, so that clients do not come back
//! together.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// Waits that may double up to a bound.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    /// The longest wait before the second attempt.
    pub first: Duration,
    /// The longest wait of all.
    pub longest: Duration,
}

impl Backoff {
    /// The wait after so many attempts in a row have failed, one at least.
    pub fn wait(&self, failed: usize) -> Duration {
        self.longest_after(failed).mul_f64(random_part())
    }

    fn longest_after(&self, failed: usize) -> Duration {
        let doublings = u32::try_from(failed - 1).unwrap_or(u32::MAX);
        self.first.saturating_mul(2_u32.saturating_pow(doublings)).min(self.longest)
    }
}

/// A random number from 0 to 1. The standard library's hashes have random keys, which is random enough for waiting.
fn random_part() -> f64 {
    RandomState::new().hash_one(()) as f64 / u64::MAX as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest() {
        let backoff = Backoff { first: Duration::from_millis(100), longest: Duration::from_secs(20) };
        let longest = |failed| backoff.longest_after(failed).as_millis();
        assert_eq!([1, 2, 3, 8, 9, 100].map(longest), [100, 200, 400, 12_800, 20_000, 20_000]);
    }

    #[test]
    fn waits_are_spread() {
        let parts: Vec<f64> = std::iter::repeat_with(random_part).take(1000).collect();
        assert!(parts.iter().all(|part| (0.0..=1.0).contains(part)));
        let mean = parts.iter().sum::<f64>() / 1000.0;
        assert!((0.4..0.6).contains(&mean), "{mean}");
    }
}
