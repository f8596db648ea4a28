//! What grows all the time is said now and then.

use std::time::{Duration, Instant};

/// The least time between two of the same warnings.
const EVERY: Duration = Duration::from_secs(60);

/// When it was said last, and up to which number.
#[derive(Debug, Default)]
pub struct NowAndThen {
    last: Option<Instant>,
    said: u64,
}

impl NowAndThen {
    /// How many have come since it was said last, if there are any and it is to be said now.
    pub fn due(&mut self, total: u64) -> Option<u64> {
        if total == self.said || self.last.is_some_and(|last| last.elapsed() < EVERY) {
            return None;
        }
        self.rest(total)
    }

    /// How many have not been said, if there are any.
    pub fn rest(&mut self, total: u64) -> Option<u64> {
        self.last = Some(Instant::now());
        let new = total - std::mem::replace(&mut self.said, total);
        (new > 0).then_some(new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_is_said_at_once_and_the_next_together() {
        let mut said = NowAndThen::default();
        assert_eq!(said.due(0), None);
        assert_eq!(said.due(3), Some(3));
        assert_eq!(said.due(5), None);
        assert_eq!(said.rest(6), Some(3));
        assert_eq!(said.rest(6), None);
    }
}
