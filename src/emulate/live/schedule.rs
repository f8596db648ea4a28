//! When posts are due.

use super::settings::Pace;
use crate::emulate::random::Random;
use std::time::Duration;

/// The times at which posts are due, from the start. What happened to those before has no influence.
pub struct Schedule {
    rate: f64,
    pace: Pace,
    random: Random,
    count: u64,
    duration: Duration,
    drawn: u64,
    /// The random pauses so far, in seconds.
    paused: f64,
}

/// Keeps this generator apart from that of the posts.
const SCHEDULE_KEY: u64 = 0x6475_6500;

impl Schedule {
    /// Posts at a mean rate a second, as many as there are until one of the bounds is reached.
    pub fn new(rate: f64, pace: Pace, seed: u64, count: Option<u64>, duration: Option<Duration>) -> Schedule {
        let (count, duration) = (count.unwrap_or(u64::MAX), duration.unwrap_or(Duration::MAX));
        let random = Random::keyed(&[seed, SCHEDULE_KEY]);
        Schedule { rate, pace, random, count, duration, drawn: 0, paused: 0.0 }
    }

    fn pause(&mut self) -> f64 {
        // 53 bits and a half are above 0 and below 1, so the logarithm is finite.
        let uniform = ((self.random.bits() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
        -uniform.ln() / self.rate
    }
}

impl Iterator for Schedule {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        if self.drawn == self.count {
            return None;
        }
        let seconds = match self.pace {
            // Not a sum: that would drift.
            Pace::Even => self.drawn as f64 / self.rate,
            Pace::Random => self.paused,
        };
        let due = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
        if due >= self.duration {
            return None;
        }
        self.drawn += 1;
        if self.pace == Pace::Random {
            self.paused += self.pause();
        }
        Some(due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn even_times_are_a_rates_and_end_with_the_count_or_the_duration() {
        let milliseconds = |count, duration| {
            let schedule = Schedule::new(4.0, Pace::Even, 1, count, duration);
            schedule.map(|due| due.as_millis()).collect::<Vec<_>>()
        };
        assert_eq!(milliseconds(Some(3), None), [0, 250, 500]);
        assert_eq!(milliseconds(None, Some(Duration::from_secs(1))), [0, 250, 500, 750]);
        assert_eq!(milliseconds(Some(2), Some(Duration::from_secs(1))), [0, 250]);
    }

    #[test]
    fn random_times_rise_at_the_same_rate_and_pauses_differ() {
        let schedule = Schedule::new(100.0, Pace::Random, 1, Some(10_000), None);
        let times: Vec<f64> = schedule.map(|due| due.as_secs_f64()).collect();
        assert!(times.is_sorted() && times[0] == 0.0);
        assert!((95.0..105.0).contains(&times[9_999]), "{}", times[9_999]);
        // Of exponential pauses one in e is longer than the mean.
        let longer = times.windows(2).filter(|pair| pair[1] - pair[0] > 0.01).count();
        assert!((3_500..3_850).contains(&longer), "{longer}");
    }
}
