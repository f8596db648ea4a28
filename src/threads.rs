//! Waits for threads, but not for ever.

use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How often it is looked whether they have ended.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// Waits until all have ended, or for as long as may be.
pub fn wait_for_end(threads: &[JoinHandle<()>], longest: Duration) {
    let deadline = Instant::now() + longest;
    while !threads.iter().all(JoinHandle::is_finished) && Instant::now() < deadline {
        thread::sleep(LOOK_EVERY);
    }
}
