//! Tells the brokers how far the views are, or the archive, for tools that show lag. Nobody here reads it.

use super::assignment::add;
use super::client::Consumer;
use crate::partitions::KnownPartition;
use rdkafka::TopicPartitionList;
use rdkafka::consumer::{CommitMode, Consumer as _};
use tracing::warn;

/// Gives the first position of each partition that is not done with, by the partition's number; none of one that nothing
/// is known of.
pub type Positions = Box<dyn Fn() -> Vec<Option<u64>> + Send>;

/// What was told last.
#[derive(Default)]
pub struct Progress {
    told: Vec<Option<u64>>,
    has_failed: bool,
}

impl Progress {
    /// Tells the first position of each partition that is not done with, unless that was told.
    pub fn tell(
        &mut self,
        consumer: &Consumer,
        partitions: &[KnownPartition],
        vector: Vec<Option<u64>>,
        mode: CommitMode,
    ) {
        if vector == self.told || vector.iter().all(Option::is_none) {
            return;
        }
        let mut list = TopicPartitionList::new();
        for (partition, position) in partitions.iter().zip(&vector) {
            let Some(position) = position else { continue };
            let number = partition.name.number.and_then(|number| number.try_into().ok());
            add(&mut list, &partition.name.topic, number.unwrap_or(0), *position);
        }
        match consumer.commit(&list, mode) {
            Ok(()) => self.told = vector,
            Err(error) if !self.has_failed => {
                // It changes nothing about what is read, so once is enough.
                self.has_failed = true;
                warn!(%error, "could not commit progress for tools that show lag");
            }
            Err(_) => {}
        }
    }
}
