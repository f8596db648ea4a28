//! Bounds the bytes that are fetched ahead, without ever holding up the part that a reader waits for.

use std::pin::Pin;
use std::sync::Arc;
use tokio::sync::{AcquireError, Notify, OwnedSemaphorePermit, Semaphore};

type Turn = Pin<Box<dyn Future<Output = Result<OwnedSemaphorePermit, AcquireError>> + Send>>;

/// The right to hold a part's bytes, until it is dropped.
///
/// Parts get it in the order in which they ask. One that a reader waits for goes ahead of its turn. So whatever the
/// order of reading is, readers wait for the store only, never for each other; and beyond the bound lies no more than
/// one part for each object that is being read.
pub enum Grant {
    /// The bytes are counted.
    InTurn {
        /// Gives them back.
        _bytes: OwnedSemaphorePermit,
    },
    /// The bytes are still queued for, so that they are counted as soon as others are given back.
    Ahead {
        /// The place in the queue.
        _turn: Turn,
    },
}

/// Waits until `bytes` may be held, or until the part is `wanted`.
pub async fn grant(buffers: Arc<Semaphore>, bytes: u32, wanted: &Notify) -> Grant {
    let mut turn: Turn = Box::pin(buffers.acquire_many_owned(bytes));
    tokio::select! {
        biased;
        granted = &mut turn => Grant::InTurn { _bytes: granted.expect("the buffers are never closed") },
        () = wanted.notified() => Grant::Ahead { _turn: turn },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// Whether a part is granted without anything else happening.
    async fn is_granted(part: impl Future<Output = Grant>) -> Option<Grant> {
        tokio::time::timeout(Duration::ZERO, part).await.ok()
    }

    #[tokio::test]
    async fn a_wanted_part_goes_ahead_and_is_counted_later() {
        let buffers = Arc::new(Semaphore::new(10));
        let (idle, wanted) = (Notify::new(), Notify::new());
        let first = is_granted(grant(buffers.clone(), 10, &idle)).await.expect("all is free");
        assert!(is_granted(grant(buffers.clone(), 1, &idle)).await.is_none(), "nothing is free");

        wanted.notify_one();
        let ahead = is_granted(grant(buffers.clone(), 8, &wanted)).await.expect("a reader waits for it");
        assert!(matches!(ahead, Grant::Ahead { .. }));

        drop(first);
        assert!(is_granted(grant(buffers.clone(), 3, &idle)).await.is_none(), "eight are counted now");
        drop(ahead);
        assert!(is_granted(grant(buffers.clone(), 10, &idle)).await.is_some(), "all is free again");
    }
}
