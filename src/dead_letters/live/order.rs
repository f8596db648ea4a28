//! Blocks end in any order; their letters go on in that of their partitions.

use super::batch::Batch;
use std::collections::BTreeMap;

/// Letters that wait for those of earlier blocks. They are few: each worker has one block at a time.
#[derive(Debug, Default)]
pub struct Order {
    partitions: BTreeMap<u32, Waiting>,
}

#[derive(Debug, Default)]
struct Waiting {
    next: u64,
    batches: BTreeMap<u64, Batch>,
}

impl Order {
    /// A block is done. Gives what need not wait any longer, in order.
    pub fn finish(&mut self, partition: u32, sequence: u64, batch: Batch) -> Vec<Batch> {
        let waiting = self.partitions.entry(partition).or_default();
        assert!(sequence >= waiting.next, "a block is finished once");
        waiting.batches.insert(sequence, batch);
        let mut ready = Vec::new();
        while let Some(batch) = waiting.batches.remove(&waiting.next) {
            waiting.next += 1;
            if !batch.is_empty() {
                ready.push(batch);
            }
        }
        ready
    }
}
