//! Which partitions the client reads, and whether it does at the moment.

use super::client::{self, Consumer};
use super::error::KafkaError;
use super::msk_iam::Tokens;
use crate::config::KafkaSettings;
use rdkafka::consumer::Consumer as _;
use rdkafka::error::KafkaError as Refusal;
use rdkafka::{Offset, TopicPartitionList};
use std::ops::Deref;
use tracing::warn;

/// The client that reads.
pub struct Assignment {
    consumer: Consumer,
    is_paused: bool,
}

impl Assignment {
    /// Nothing is read yet.
    pub fn new(settings: &KafkaSettings, tokens: &Tokens) -> Result<Assignment, KafkaError> {
        Ok(Assignment { consumer: client::reader(settings, tokens)?, is_paused: false })
    }

    /// More partitions are read, each from its position.
    pub fn add(&self, list: &TopicPartitionList) -> Result<(), Refusal> {
        self.consumer.incremental_assign(list)?;
        if self.is_paused { self.consumer.pause(list) } else { Ok(()) }
    }

    /// Partitions that are read are read from elsewhere. librdkafka gives up on one whose position is gone, so that it has
    /// to be assigned anew.
    pub fn move_to(&self, list: &TopicPartitionList) -> Result<(), Refusal> {
        self.consumer.incremental_unassign(list)?;
        self.add(list)
    }

    /// Partitions are not read any more.
    pub fn remove(&self, list: &TopicPartitionList) -> Result<(), Refusal> {
        self.consumer.incremental_unassign(list)
    }

    /// Nothing is read any more.
    pub fn clear(&self) {
        if let Err(error) = self.consumer.unassign() {
            warn!(%error, "could not unassign partitions");
        }
    }

    /// Reads no further, or goes on; says whether that is new.
    pub fn pause(&mut self, is_paused: bool) -> bool {
        if is_paused == self.is_paused {
            return false;
        }
        let changed = self.consumer.assignment().and_then(|assignment| match is_paused {
            true => self.consumer.pause(&assignment),
            false => self.consumer.resume(&assignment),
        });
        match changed {
            Ok(()) => self.is_paused = is_paused,
            Err(error) => warn!(%error, "could not pause or resume partitions"),
        }
        self.is_paused == is_paused
    }

    /// Whether it reads no further at the moment.
    pub fn is_paused(&self) -> bool {
        self.is_paused
    }
}

impl Deref for Assignment {
    type Target = Consumer;

    fn deref(&self) -> &Consumer {
        &self.consumer
    }
}

/// Adds a partition at a position to a list.
pub fn add(list: &mut TopicPartitionList, topic: &str, number: i32, position: u64) {
    let offset = Offset::Offset(position.try_into().expect("an offset of Kafka's"));
    list.add_partition_offset(topic, number, offset).expect("offsets of Kafka's can be written");
}
