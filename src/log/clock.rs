//! The append time: it strictly increases, whatever the machine's clock does.

use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A group has a millisecond of its own, so it takes no less.
const GROUP_INTERVAL: Duration = Duration::from_millis(1);

/// Gives each group commit its append time.
pub(super) struct Clock {
    last: u64,
    last_group: Option<Instant>,
}

impl Clock {
    /// Goes on after the last append time that the log has.
    pub fn after(last: u64) -> Clock {
        Clock { last, last_group: None }
    }

    /// Waits until the last group's millisecond is over. Otherwise append times would run ahead of the machine's clock,
    /// without an end, wherever fsync takes less.
    pub fn pause(&mut self) {
        if let Some(last_group) = self.last_group {
            thread::sleep(GROUP_INTERVAL.saturating_sub(last_group.elapsed()));
        }
        self.last_group = Some(Instant::now());
    }

    /// The next append time, in milliseconds since 1970.
    pub fn tick(&mut self) -> u64 {
        self.last = now().max(self.last + 1);
        self.last
    }
}

/// What the machine's clock shows, in milliseconds since 1970.
pub(super) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_millis() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_increase_where_the_clock_was_put_back() {
        let future = now() + 3_600_000;
        let mut clock = Clock::after(future);
        assert_eq!([clock.tick(), clock.tick()], [future + 1, future + 2]);
        let mut clock = Clock::after(5);
        let first = clock.tick();
        assert!(first > 1_700_000_000_000 && clock.tick() > first);
    }

    #[test]
    fn groups_are_no_more_frequent_than_their_times() {
        let mut clock = Clock::after(0);
        let begin = Instant::now();
        (0..=20).for_each(|_| clock.pause());
        assert!(begin.elapsed() >= Duration::from_millis(20));
    }
}
