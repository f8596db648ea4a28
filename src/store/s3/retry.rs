//! Repeats what fails for a while: exponential back-off with full jitter, so that clients do not come back together.

use super::super::StoreError;
use super::failure::Failure;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// The longest wait before the second attempt; each further one may be twice as long.
const FIRST_BACKOFF: Duration = Duration::from_millis(100);

/// How often and how fast a request is repeated.
#[derive(Clone, Copy, Debug)]
pub struct Retry {
    /// Attempts in a row that may bring nothing.
    pub max_attempts: usize,
    /// The longest wait between two.
    pub max_backoff: Duration,
}

/// The attempts at one request.
pub struct Attempts {
    retry: Retry,
    failed: usize,
}

impl Attempts {
    /// None has been made.
    pub fn new(retry: Retry) -> Attempts {
        Attempts { retry, failed: 0 }
    }

    /// The last attempt brought a part of the answer, so the count begins anew.
    pub fn progressed(&mut self) {
        self.failed = 0;
    }

    /// Waits after a failure until it is time for the next attempt; an error if there is to be none.
    pub async fn wait(&mut self, failure: Failure, place: &str) -> Result<(), StoreError> {
        let reason = match failure {
            Failure::Lasting(error) => return Err(*error),
            Failure::Passing(reason) => reason,
        };
        self.failed += 1;
        if self.failed >= self.retry.max_attempts {
            return Err(StoreError::Unanswered { place: place.to_owned(), attempts: self.failed, reason });
        }
        let longest = longest_backoff(self.failed, self.retry.max_backoff);
        tokio::time::sleep(longest.mul_f64(random_part())).await;
        Ok(())
    }
}

fn longest_backoff(failed: usize, max: Duration) -> Duration {
    let doublings = u32::try_from(failed - 1).unwrap_or(u32::MAX);
    FIRST_BACKOFF.saturating_mul(2_u32.saturating_pow(doublings)).min(max)
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
        let longest = |failed| longest_backoff(failed, Duration::from_secs(20)).as_millis();
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
