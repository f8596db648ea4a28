//! Figures of rivals that were measured in turn, so that a slow moment of the machine is slow for all of them.

use std::time::{Duration, Instant};

/// A figure, round by round.
#[derive(Clone, Default)]
pub struct Rounds(Vec<f64>);

impl Rounds {
    /// Adds the next round's.
    pub fn push(&mut self, figure: f64) {
        self.0.push(figure);
    }

    /// Whether there were none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// That of most rounds.
    pub fn median(&self) -> f64 {
        median(self.0.clone())
    }

    /// The least and the most.
    pub fn range(&self) -> (f64, f64) {
        (self.0.iter().copied().fold(f64::INFINITY, f64::min), self.0.iter().copied().fold(0.0, f64::max))
    }

    /// Another figure that follows from each round's.
    pub fn map(&self, figure: impl Fn(f64) -> f64) -> Rounds {
        Rounds(self.0.iter().map(|own| figure(*own)).collect())
    }

    /// How many times the other's this is, round by round: figures that were taken close together.
    pub fn ratios_to(&self, other: &Rounds) -> Rounds {
        Rounds(self.0.iter().zip(&other.0).map(|(own, other)| own / other).collect())
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
