//! How long sources that do not answer are waited for.

use super::flow::warn;
use std::time::{Duration, Instant};

/// At the start, and by who wants an end.
const PATIENCE: Duration = Duration::from_secs(15);
/// How often it is looked whether something is wrong.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Patience with one source.
pub struct Patience {
    begun: Instant,
    next: Instant,
    /// Since when something is wrong, which was told then.
    troubled: Option<Instant>,
    until_end: bool,
}

impl Patience {
    /// `until_end` says whether the source is not followed.
    pub fn new(until_end: bool) -> Patience {
        Patience { begun: Instant::now(), next: Instant::now(), troubled: None, until_end }
    }

    /// Whether it is time to look again.
    pub fn is_time(&mut self) -> bool {
        let is_time = Instant::now() >= self.next;
        if is_time {
            self.next = Instant::now() + LOOK_EVERY;
        }
        is_time
    }

    /// Whether what has not answered yet had time to.
    pub fn ends_start(&self) -> bool {
        self.begun.elapsed() > PATIENCE
    }

    /// Tells what is wrong, unless something was when this was asked last. Whether that is an end: who follows a source waits
    /// for it; who wants what it holds now has to know that it cannot be had.
    pub fn ends_by(&mut self, troubles: &[String]) -> bool {
        if troubles.is_empty() {
            self.troubled = None;
            return false;
        }
        let since = *self.troubled.get_or_insert_with(|| {
            troubles.iter().for_each(|trouble| warn(trouble));
            Instant::now()
        });
        self.until_end && since.elapsed() > PATIENCE
    }
}
