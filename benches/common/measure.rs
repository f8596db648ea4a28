//! Times of rivals that were measured in turn, so that a slow moment of the machine is slow for all of them.

use std::time::{Duration, Instant};

/// What one rival took, round by round.
#[derive(Default)]
pub struct Times(Vec<f64>);

impl Times {
    /// Adds the next round's.
    pub fn push(&mut self, time: Duration) {
        self.0.push(time.as_secs_f64());
    }

    /// The time of most rounds, in seconds.
    pub fn median(&self) -> f64 {
        median(self.0.clone())
    }

    /// The shortest and the longest, in seconds.
    pub fn range(&self) -> (f64, f64) {
        (self.0.iter().copied().fold(f64::INFINITY, f64::min), self.0.iter().copied().fold(0.0, f64::max))
    }

    /// How many times faster this is than the other: the median of what the rounds say, each of which compares times
    /// that lie close together.
    pub fn times_faster_than(&self, other: &Times) -> f64 {
        median(self.0.iter().zip(&other.0).map(|(own, other)| other / own).collect())
    }
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

/// How long some work takes, and what comes of it.
pub fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let result = work();
    (start.elapsed(), result)
}
