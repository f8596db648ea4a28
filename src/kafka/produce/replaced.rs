//! When a client that cannot go on is replaced: at once, but ever less often where the ones that take its place end, too.

use std::time::{Duration, Instant};

/// How long it is waited after a client that ended soon.
const FIRST_WAIT: Duration = Duration::from_millis(250);
/// The longest wait: who mends the brokers' rules looks whether it helped.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// A client that lives for so long works.
const WORKS_AFTER: Duration = Duration::from_secs(10);

/// The clients so far.
#[derive(Default)]
pub struct Replaced {
    /// When the last one was made that took another one's place, and how long it is waited before the next.
    last: Option<(Instant, Duration)>,
}

impl Replaced {
    /// Whether a client that cannot go on is replaced now.
    pub fn is_due(&mut self, now: Instant) -> bool {
        let wait = match self.last {
            Some((at, wait)) if now.saturating_duration_since(at) < wait => return false,
            Some((at, wait)) if now.saturating_duration_since(at) < WORKS_AFTER => {
                (2 * wait).min(LONGEST_WAIT)
            }
            _ => FIRST_WAIT,
        };
        self.last = Some((now, wait));
        true
    }

    /// Whether the last one works, as far as can be told.
    pub fn works(&self, now: Instant) -> bool {
        self.last.is_none_or(|(at, wait)| now.saturating_duration_since(at) >= wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_that_end_are_replaced_ever_less_often() {
        let (mut replaced, begin) = (Replaced::default(), Instant::now());
        let at = |milliseconds| begin + Duration::from_millis(milliseconds);
        let due = (0..=20_000).filter(|time| replaced.is_due(at(*time))).collect::<Vec<u64>>();
        assert_eq!(due, [0, 250, 750, 1750, 3750, 7750, 12_750, 17_750]);
        assert!(!replaced.works(at(20_000)) && replaced.works(at(22_750)));
        assert!(replaced.is_due(at(30_000)) && !replaced.is_due(at(30_249)) && replaced.is_due(at(30_250)));
    }
}
