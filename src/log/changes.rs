//! Tells readers what is committed, and wakes those that wait.

use super::committed::Committed;
use super::error::WaitError;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// The writer's side. When it is dropped, all who wait are told that the log is closed.
pub(super) struct Publisher {
    committed: watch::Sender<Arc<Committed>>,
    bell: Arc<Bell>,
}

/// The readers' side.
pub(super) struct Changes {
    committed: watch::Receiver<Arc<Committed>>,
    bell: Arc<Bell>,
}

/// Wakes threads; the channel wakes tasks.
#[derive(Default)]
struct Bell {
    heard: Mutex<Heard>,
    rings: Condvar,
}

#[derive(Default)]
struct Heard {
    change: u64,
    closed: bool,
}

/// Both sides, with a first state.
pub(super) fn changes(committed: Committed) -> (Publisher, Changes) {
    let bell = Arc::new(Bell::default());
    bell.lock().change = committed.change;
    let (sender, receiver) = watch::channel(Arc::new(committed));
    (Publisher { committed: sender, bell: bell.clone() }, Changes { committed: receiver, bell })
}

impl Publisher {
    /// Replaces the state. The writer alone does so, so it numbers the changes.
    pub fn publish(&self, committed: Committed) {
        let change = committed.change;
        self.committed.send_replace(Arc::new(committed));
        self.bell.lock().change = change;
        self.bell.rings.notify_all();
    }
}

impl Drop for Publisher {
    fn drop(&mut self) {
        self.bell.lock().closed = true;
        self.bell.rings.notify_all();
    }
}

impl Changes {
    /// The state now.
    pub fn committed(&self) -> Arc<Committed> {
        self.committed.borrow().clone()
    }

    /// Waits for a state that is newer than the one seen, at most so long.
    pub fn wait(&self, seen: u64, timeout: Duration) -> Result<Arc<Committed>, WaitError> {
        let begin = Instant::now();
        let mut heard = self.bell.lock();
        while heard.change <= seen {
            let left = timeout.saturating_sub(begin.elapsed());
            if heard.closed {
                return Err(WaitError::Closed);
            } else if left.is_zero() {
                return Err(WaitError::TimedOut);
            }
            heard = self.bell.rings.wait_timeout(heard, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        Ok(self.committed())
    }

    /// Waits for a state that is newer than the one seen.
    pub async fn changed(&self, seen: u64) -> Result<Arc<Committed>, WaitError> {
        let mut receiver = self.committed.clone();
        let newer = receiver.wait_for(|committed| committed.change > seen).await;
        newer.map(|committed| committed.clone()).map_err(|_| WaitError::Closed)
    }
}

impl Bell {
    fn lock(&self) -> MutexGuard<'_, Heard> {
        // Two assignments cannot be left half done by a panic.
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    fn state(change: u64) -> Committed {
        Committed { change, ..Committed::default() }
    }

    #[test]
    fn those_that_wait_are_woken() {
        let (publisher, changes) = changes(state(1));
        assert_eq!(changes.wait(0, Duration::ZERO).expect("it is newer").change, 1);
        assert_eq!(changes.wait(1, Duration::from_millis(1)).err(), Some(WaitError::TimedOut));
        let long = Duration::from_secs(60);
        thread::scope(|scope| {
            let waiting = scope.spawn(|| changes.wait(1, long).map(|committed| committed.change));
            publisher.publish(state(2));
            assert_eq!(waiting.join().expect("no panic"), Ok(2));
            let waiting = scope.spawn(|| changes.wait(2, long).map(|committed| committed.change));
            drop(publisher);
            assert_eq!(waiting.join().expect("no panic"), Err(WaitError::Closed));
        });
        assert_eq!(changes.wait(1, long).expect("it is still there").change, 2);
    }

    #[tokio::test]
    async fn tasks_that_wait_are_woken() {
        let (publisher, changes) = changes(state(1));
        assert_eq!(changes.changed(0).await.expect("it is newer").change, 1);
        let (newer, ()) = tokio::join!(changes.changed(1), async { publisher.publish(state(2)) });
        assert_eq!(newer.expect("it is newer").change, 2);
        let (closed, ()) = tokio::join!(changes.changed(2), async { drop(publisher) });
        assert_eq!(closed.err(), Some(WaitError::Closed));
    }
}
