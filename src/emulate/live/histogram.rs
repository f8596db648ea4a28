//! How long things took: a count for each span of times, so that any number of them takes the same memory.

use std::time::Duration;

/// Each power of two has so many spans, so a time is known to a sixteenth.
const SPANS: usize = 16;
/// Times are counted in microseconds of 64 bits.
const ALL_SPANS: usize = 61 * SPANS;

/// Counts of times.
#[derive(Clone, Debug)]
pub struct Histogram {
    counts: Vec<u64>,
    all: u64,
    longest: Duration,
}

impl Default for Histogram {
    fn default() -> Self {
        Histogram { counts: vec![0; ALL_SPANS], all: 0, longest: Duration::ZERO }
    }
}

impl Histogram {
    /// Counts a time.
    pub fn add(&mut self, time: Duration) {
        let microseconds = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.counts[span(microseconds)] += 1;
        self.all += 1;
        self.longest = self.longest.max(time);
    }

    /// A time that so many of a hundred do not exceed, up to a sixteenth too long; zero if nothing was counted.
    pub fn percentile(&self, percent: u64) -> Duration {
        let wanted = (u128::from(self.all) * u128::from(percent)).div_ceil(100);
        let mut counted = 0;
        for (span, &count) in self.counts.iter().enumerate() {
            counted += u128::from(count);
            if counted >= wanted {
                return Duration::from_micros(end_of(span)).min(self.longest);
            }
        }
        self.longest
    }

    /// The longest time.
    pub fn longest(&self) -> Duration {
        self.longest
    }
}

/// The first spans are a microsecond long; from then on each power of two has as many.
fn span(microseconds: u64) -> usize {
    match microseconds.checked_ilog2() {
        Some(power) if power >= 4 => {
            let part = (microseconds >> (power - 4)) as usize % SPANS;
            (power as usize - 3) * SPANS + part
        }
        _ => microseconds as usize,
    }
}

/// The last microsecond of a span.
fn end_of(span: usize) -> u64 {
    let (row, part) = (span / SPANS, (span % SPANS) as u64);
    match row.checked_sub(1) {
        None => part,
        Some(shift) => ((SPANS as u64 + part) << shift) + ((1 << shift) - 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_time_is_in_the_span_that_ends_with_it_or_soon_after() {
        for microseconds in (0..5_000).chain((0..64).map(|bit| 1 << bit)).chain([u64::MAX, u64::MAX - 1]) {
            let end = end_of(span(microseconds));
            assert!(end >= microseconds && end - microseconds <= microseconds / 16, "{microseconds} {end}");
        }
        assert_eq!(span(u64::MAX), ALL_SPANS - 1);
    }

    #[test]
    fn percentiles() {
        let mut histogram = Histogram::default();
        assert_eq!((histogram.percentile(50), histogram.longest()), (Duration::ZERO, Duration::ZERO));
        (1..=100).for_each(|n| histogram.add(Duration::from_millis(n)));
        let about = |percent, milliseconds: u64| {
            let found = histogram.percentile(percent).as_micros() as u64;
            assert!((milliseconds * 1_000..=milliseconds * 1_063).contains(&found), "{percent}: {found}");
        };
        about(50, 50);
        about(99, 99);
        assert_eq!(histogram.percentile(100), Duration::from_millis(100));
    }
}
