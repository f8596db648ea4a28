//! How often a shard is read: all consumers of a shard share what it gives.

use std::time::Duration;
use tokio::time::Instant;

/// A shard answers five reads a second, of which one is left to others.
const EACH: Duration = Duration::from_millis(250);
/// Where nothing waits to be read, as Kinesis' own client library does it.
const IDLE: Duration = Duration::from_secs(1);
/// A shard gives 2 MB a second, and refuses reads while more than that has been read.
const BYTES_PER_SECOND: f64 = 2e6;

/// When a shard may be read next.
#[derive(Debug)]
pub struct Pace {
    next: Instant,
}

impl Pace {
    /// At once.
    pub fn new() -> Pace {
        Pace { next: Instant::now() }
    }

    /// Waits until it may be read.
    pub async fn wait(&self) {
        tokio::time::sleep_until(self.next).await;
    }

    /// It was asked at that time, and gave so many bytes; there may be more, or not yet.
    pub fn was_read(&mut self, asked: Instant, bytes: usize, has_more: bool) {
        self.next = asked + pause(bytes, has_more);
    }
}

fn pause(bytes: usize, has_more: bool) -> Duration {
    let least = if has_more { EACH } else { IDLE };
    least.max(Duration::from_secs_f64(bytes as f64 / BYTES_PER_SECOND))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_leave_something_to_others() {
        assert_eq!(pause(0, false), IDLE);
        assert_eq!(pause(100, true), EACH);
        assert_eq!(pause(10_000_000, true), Duration::from_secs(5));
        assert_eq!(pause(10_000_000, false), Duration::from_secs(5));
    }
}
