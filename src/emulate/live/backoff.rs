//! How long to wait before a request is sent again.

use crate::emulate::random::Random;
use http::HeaderMap;
use http::header::RETRY_AFTER;
use std::time::Duration;

/// The first wait without advice is up to this long; each further one up to twice as long.
const FIRST: Duration = Duration::from_millis(50);
/// No wait without advice is longer: a server that is back should not be idle for long.
const LONGEST: Duration = Duration::from_secs(2);
/// A server may ask for longer; more than this reads like a mistake.
const LONGEST_ASKED: Duration = Duration::from_secs(60);

/// Growing, random waits, so that connections which failed together do not come again together.
pub struct Backoff {
    random: Random,
    ceiling: Duration,
}

/// Keeps this generator apart from all others of a seed.
const BACKOFF_KEY: u64 = 0x7761_6974;

impl Backoff {
    /// Waits of one connection.
    pub fn new(lane: usize) -> Backoff {
        Backoff { random: Random::keyed(&[BACKOFF_KEY, lane as u64]), ceiling: FIRST }
    }

    /// The next wait: at least half of the greatest.
    pub fn wait(&mut self) -> Duration {
        let most = self.ceiling.as_micros() as u64;
        self.ceiling = (self.ceiling * 2).min(LONGEST);
        Duration::from_micros(self.random.within(most / 2..=most))
    }

    /// The wait that an answer asks for, else the next one.
    pub fn wait_after(&mut self, headers: &HeaderMap) -> Duration {
        self.asked(headers).unwrap_or_else(|| self.wait())
    }

    /// Waits are short again.
    pub fn reset(&mut self) {
        self.ceiling = FIRST;
    }

    /// Seconds; a date, which the header may have too, counts as no advice.
    fn asked(&self, headers: &HeaderMap) -> Option<Duration> {
        let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
        Some(Duration::from_secs(seconds).min(LONGEST_ASKED))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn waits_grow_to_a_bound() {
        let mut backoff = Backoff::new(0);
        let waits: Vec<Duration> = (0..20).map(|_| backoff.wait()).collect();
        assert!(waits[0] >= FIRST / 2 && waits[0] <= FIRST && waits[2] > waits[0]);
        assert!(waits[10..].iter().all(|&wait| wait >= LONGEST / 2 && wait <= LONGEST));
        backoff.reset();
        assert!(backoff.wait() <= FIRST);
    }

    #[test]
    fn a_server_may_say_how_long() {
        let waits = |text: &'static str| {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static(text))]);
            Backoff::new(0).wait_after(&headers)
        };
        assert_eq!((waits("0"), waits(" 3 ")), (Duration::ZERO, Duration::from_secs(3)));
        assert_eq!(waits("86400"), LONGEST_ASKED);
        assert!(waits("Wed, 21 Oct 2015 07:28:00 GMT") <= FIRST && waits("-1") <= FIRST);
    }
}
