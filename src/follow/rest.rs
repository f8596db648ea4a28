//! What a partition of the log holds from a position on, up to where it is committed: read once, by who asks for it.

use super::partition::{PartitionTail, Reading};
use crate::archive::{Item, Limits, PartitionName};
use crate::log::End;
use crate::partitions::KnownPartition;
use pinflow_dataflows::kind::Kind;
use std::path::PathBuf;
use std::sync::Arc;

/// Blocks and faults, in their order. The first block may begin before the position.
pub struct Rest {
    tail: PartitionTail,
    end: Arc<End>,
    log: PathBuf,
}

impl Rest {
    /// Of a partition of the log in a folder.
    pub fn new(log: PathBuf, end: Arc<End>, kind: Kind, from: u64, source: String, limits: Limits) -> Rest {
        let name = PartitionName { topic: end.topic.to_string(), number: Some(end.partition.into()) };
        let partition = KnownPartition { name: Arc::new(name), kind };
        let holds = end.objects().rfind(|object| object.start_offset <= from);
        let next = holds.map_or(0, |object| object.start_offset);
        let tail = PartitionTail::new(partition, 0, next, source, limits).wanted_from(from);
        Rest { tail, end, log }
    }

    /// The first position that has not been handed out.
    pub fn position(&self) -> u64 {
        self.tail.position()
    }
}

impl Iterator for Rest {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        self.tail.next(&Reading { end: &self.end, rank: 0, log: &self.log }, Vec::new)
    }
}
