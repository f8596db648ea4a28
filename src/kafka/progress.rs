//! Tells the brokers how far the views are, for tools that show lag. Nobody here reads it.

use super::assignment::add;
use super::client::Consumer;
use crate::partitions::KnownPartition;
use rdkafka::TopicPartitionList;
use rdkafka::consumer::{CommitMode, Consumer as _};
use tracing::warn;

/// What was told last.
#[derive(Default)]
pub struct Progress {
    told: Vec<u64>,
    has_failed: bool,
}

impl Progress {
    /// Tells the first position of each partition that the views do not show yet, unless that was told.
    pub fn tell(&mut self, consumer: &Consumer, partitions: &[KnownPartition], vector: Vec<u64>) {
        if vector == self.told {
            return;
        }
        let mut list = TopicPartitionList::new();
        for (partition, position) in partitions.iter().zip(&vector) {
            let number = partition.name.number.and_then(|number| number.try_into().ok());
            add(&mut list, &partition.name.topic, number.unwrap_or(0), *position);
        }
        match consumer.commit(&list, CommitMode::Async) {
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
