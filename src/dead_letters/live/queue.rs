//! From workers, which never wait, to the one thread that writes.

use super::batch::Batch;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, unbounded};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Where letters are handed in.
pub struct Queue {
    items: Sender<Item>,
    /// Bytes on their way, those that are just being written included.
    bytes: Arc<AtomicU64>,
    max_bytes: u64,
}

/// Where they come out.
pub struct Queued {
    items: Receiver<Item>,
    bytes: Arc<AtomicU64>,
}

/// What comes out.
pub enum Item {
    /// Letters to write.
    Batch(Batch),
    /// Somebody waits until all before is written and remembered, or until this is dropped.
    Flush(Sender<()>),
}

impl Queue {
    /// For so many bytes, or one batch that has more.
    pub fn new(max_bytes: u64) -> (Queue, Queued) {
        // The bytes bound it.
        let (sender, receiver) = unbounded();
        let bytes = Arc::new(AtomicU64::new(0));
        (Queue { items: sender, bytes: bytes.clone(), max_bytes }, Queued { items: receiver, bytes })
    }

    /// Takes letters if there is room for them; says whether there was.
    pub fn offer(&self, batch: Batch) -> bool {
        let added = batch.bytes();
        let fits = |bytes: u64| (bytes == 0 || bytes + added <= self.max_bytes).then_some(bytes + added);
        let has_room = self.bytes.fetch_update(Ordering::AcqRel, Ordering::Acquire, fits).is_ok();
        has_room && self.items.send(Item::Batch(batch)).is_ok()
    }

    /// Waits until all before is written and remembered.
    pub fn flush(&self) {
        let (done, wait) = bounded(0);
        if self.items.send(Item::Flush(done)).is_ok() {
            // Nothing is ever sent: the other end is dropped.
            let _ = wait.recv();
        }
    }
}

impl Queued {
    /// The next; nothing after this time, and an error if there will be none any more.
    pub fn next(&self, wait: Duration) -> Result<Option<Item>, Closed> {
        match self.items.recv_timeout(wait) {
            Ok(item) => Ok(Some(item)),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(Closed),
        }
    }

    /// Letters of so many bytes are written or lost.
    pub fn done(&self, bytes: u64) {
        self.bytes.fetch_sub(bytes, Ordering::AcqRel);
    }
}

/// Nobody will hand in anything.
pub struct Closed;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dead_letters::live::mark::{FaultKey, Mark};

    fn batch(bytes: usize) -> Batch {
        let mut batch = Batch::default();
        let fault = FaultKey { source: String::new(), object: String::new(), byte: 0 };
        batch.push(&vec![b'x'; bytes], Mark::Fault(fault));
        batch
    }

    #[test]
    fn what_is_being_written_takes_room_too() {
        let (queue, queued) = Queue::new(10);
        assert!(queue.offer(batch(6)) && !queue.offer(batch(5)) && queue.offer(batch(4)));
        let Ok(Some(Item::Batch(first))) = queued.next(Duration::ZERO) else { panic!("it was handed in") };
        assert!(!queue.offer(batch(1)));
        queued.done(first.bytes());
        assert!(queue.offer(batch(6)));
    }

    #[test]
    fn one_batch_may_be_larger_than_the_queue() {
        let (queue, queued) = Queue::new(10);
        assert!(queue.offer(batch(50)) && !queue.offer(batch(1)));
        queued.done(50);
        assert!(queue.offer(batch(1)));
    }
}
