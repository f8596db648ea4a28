//! Buffers of blocks that have been decoded go back to the readers: making each anew would cost page faults.

use crossbeam_channel::{Receiver, Sender};

/// Buffers that wait to be used again. Clones share them.
#[derive(Clone, Debug)]
pub struct Buffers {
    give: Sender<Vec<u8>>,
    take: Receiver<Vec<u8>>,
    max_bytes: usize,
}

impl Buffers {
    /// Keeps at most `count` buffers of up to `max_bytes` each.
    pub fn new(count: usize, max_bytes: usize) -> Buffers {
        let (give, take) = crossbeam_channel::bounded(count);
        Buffers { give, take, max_bytes }
    }

    /// A buffer, with what was last in it.
    pub fn take(&self) -> Vec<u8> {
        self.take.try_recv().unwrap_or_default()
    }

    /// Keeps a buffer for the next reader, unless there are enough or it has grown too large.
    pub fn give(&self, buffer: Vec<u8>) {
        if buffer.capacity() <= self.max_bytes {
            // If there are enough, it is dropped.
            let _ = self.give.try_send(buffer);
        }
    }
}
