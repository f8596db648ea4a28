//! Which topics are wanted, and which partitions they have.

use super::client::Consumer;
use super::error::KafkaError;
use crate::config::{Kinds, Mapping, Topics};
use pinflow_dataflows::kind::Kind;
use rdkafka::consumer::Consumer as _;
use rdkafka::error::{KafkaError as Refusal, RDKafkaErrorCode};
use std::collections::BTreeSet;
use std::time::Duration;
use tracing::warn;

/// Tells which topics of the brokers' are read.
pub struct Wanted {
    topics: Topics,
    kinds: Kinds,
    /// Topics without a kind, which were told of.
    unknown: BTreeSet<String>,
}

/// What the brokers have of them.
#[derive(Debug, Default)]
pub struct Found {
    /// Topics with their kinds and how many partitions they have.
    pub topics: Vec<(String, Kind, i32)>,
    /// Topics that are named and not there.
    pub missing: Vec<String>,
}

impl Wanted {
    /// Every topic that is named needs a kind.
    pub fn new(topics: &Topics, kinds: &Kinds) -> Result<Wanted, KafkaError> {
        match topics.names.iter().find(|topic| kinds.of(topic).is_none()) {
            Some(topic) => Err(KafkaError::UnknownKind { topic: topic.clone() }),
            None => Ok(Wanted { topics: topics.clone(), kinds: kinds.clone(), unknown: BTreeSet::new() }),
        }
    }

    /// Asks the brokers.
    pub fn find(&mut self, consumer: &Consumer, timeout: Duration) -> Result<Found, Refusal> {
        let metadata = consumer.fetch_metadata(None, timeout)?;
        let mut found = Found::default();
        let mut there = BTreeSet::new();
        for topic in metadata.topics() {
            let name = topic.name();
            let is_gone = topic.error().is_some_and(|error| {
                RDKafkaErrorCode::from(error) == RDKafkaErrorCode::UnknownTopicOrPartition
            });
            if is_gone || !self.topics.has(name) {
                continue;
            }
            there.insert(name.to_owned());
            if let Some(kind) = self.kind(name) {
                found.topics.push((name.to_owned(), kind, topic.partitions().len() as i32));
            }
        }
        found.missing = self.topics.names.iter().filter(|name| !there.contains(*name)).cloned().collect();
        Ok(found)
    }

    fn kind(&mut self, topic: &str) -> Option<Kind> {
        match self.kinds.of(topic) {
            Some(Mapping::Kind(kind)) => Some(kind),
            Some(Mapping::Ignore) => None,
            None => {
                if self.unknown.insert(topic.to_owned()) {
                    warn!(
                        topic,
                        "the topic's name does not say of which kind its records are: it is not read"
                    );
                }
                None
            }
        }
    }
}
