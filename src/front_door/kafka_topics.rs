//! Topics of Kafka: those that the source reads and the brokers have. Streams stand for them.
//!
//! A record's key is the one that it was given, else its `ind` in digits: so records of one `ind` share a partition, also with
//! those of Java's producers that use the same key, because partitions are chosen as they do it.

use super::destination::NoTopic;
use super::door::Outcomes;
use super::record::{Given, Incoming};
use super::refusal::Refusal;
use crate::config::{FrontDoorSettings, Kinds, Mapping, Topics};
use crate::kafka::produce::{NotStored, Outgoing, Place, TopicProducer};
use crate::log::Appended;
use bytes::Bytes;
use pinflow_dataflows::kind::Kind;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Topics, and the way to them.
pub struct KafkaTopics {
    /// What sends.
    pub producer: Arc<TopicProducer>,
    /// Those that are read.
    pub wanted: Topics,
    /// Which kind each holds.
    pub kinds: Kinds,
    /// What streams stand for, and where records go that come without a topic.
    pub settings: FrontDoorSettings,
}

impl KafkaTopics {
    /// How many partitions a topic has, if it takes records.
    pub(super) async fn partitions(&self, topic: &str) -> Result<u32, NoTopic> {
        if self.kind(topic).is_none() {
            return Err(NoTopic::Unknown);
        }
        let partitions = self.producer.partitions(topic).await.map_err(Refusal::from)?;
        partitions.ok_or(NoTopic::Unknown)
    }

    /// The topic that a stream stands for, whether or not it is there.
    pub(super) fn topic_of_stream<'a>(&'a self, stream: &'a str) -> &'a str {
        self.settings.streams.get(stream).map_or(stream, String::as_str)
    }

    /// The topic of records that come without one.
    pub(super) async fn topic_of_kind(&self, kind: Kind) -> Result<String, NoTopic> {
        if let Some(topic) = self.settings.topics.get(kind.name()) {
            return self.partitions(topic).await.map(|_| topic.clone());
        }
        let mut topics = self.of_kind(kind, &*self.producer.topics().await.map_err(Refusal::from)?);
        if topics.is_empty() {
            // It may have been made a moment ago.
            topics = self.of_kind(kind, &*self.producer.topics_anew().await.map_err(Refusal::from)?);
        }
        match topics.as_slice() {
            [topic] => Ok(topic.clone()),
            several => {
                let (key, kind) = (format!("front_door.{}", kind.name()), kind.name());
                let why = match several {
                    [] => format!("there is no topic of the kind {kind} among source.topics"),
                    several => format!("there are several topics of the kind {kind}, {}", several.join(", ")),
                };
                Err(NoTopic::Unset { key, why })
            }
        }
    }

    /// All streams: those that are mapped to a topic, and the topics themselves; where those are there.
    pub(super) async fn streams(&self) -> Result<BTreeSet<String>, NoTopic> {
        let topics = self.topics().await?;
        let mapped = self.settings.streams.iter().filter(|(_, topic)| topics.contains(topic));
        let mapped: Vec<String> = mapped.map(|(stream, _)| stream.clone()).collect();
        let same_name = |topic: &String| self.topic_of_stream(topic) == topic;
        Ok(topics.into_iter().filter(same_name).chain(mapped).collect())
    }

    /// Sends records; the error is that of all.
    pub(super) async fn send(&self, topic: &str, records: Vec<Incoming>) -> Result<Outcomes, NotStored> {
        let records = records.into_iter().map(outgoing).collect();
        let outcomes = self.producer.send(topic, records).await?;
        // Of one partition offsets rise by themselves.
        let appended = |Place { partition, offset }| Appended { partition, offset, time: 0 };
        Ok(outcomes.into_iter().map(|outcome| outcome.map(appended)).collect())
    }

    fn kind(&self, topic: &str) -> Option<Kind> {
        match self.kinds.of(topic).filter(|_| self.wanted.has(topic))? {
            Mapping::Kind(kind) => Some(kind),
            Mapping::Ignore => None,
        }
    }

    fn of_kind(&self, kind: Kind, topics: &BTreeMap<String, u32>) -> Vec<String> {
        topics.keys().filter(|topic| self.kind(topic) == Some(kind)).cloned().collect()
    }

    /// Those that take records.
    async fn topics(&self) -> Result<Vec<String>, NoTopic> {
        let topics = self.producer.topics().await.map_err(Refusal::from)?;
        Ok(topics.keys().filter(|topic| self.kind(topic).is_some()).cloned().collect())
    }
}

fn outgoing(record: Incoming) -> Outgoing {
    let Given { key, partition, is_null } = record.given.map(|given| *given).unwrap_or_default();
    let key = key.or_else(|| record.ind.map(|ind| Bytes::from(ind.to_string())));
    Outgoing { key, value: (!is_null).then_some(record.line), partition }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_the_ind_unless_another_is_given() {
        let line = Bytes::from_static(b"{\"ind\":7}");
        let record = Incoming { line: line.clone(), ind: Some(7), given: None };
        let by_ind = Outgoing { key: Some("7".into()), value: Some(line.clone()), partition: None };
        assert_eq!(outgoing(record.clone()), by_ind);
        let given = Given { key: Some("\"7\"".into()), partition: Some(2), is_null: true };
        let given = Incoming { given: Some(Box::new(given)), ..record };
        let by_key = Outgoing { key: Some("\"7\"".into()), value: None, partition: Some(2) };
        assert_eq!(outgoing(given), by_key);
        let none = Incoming { line: line.clone(), ind: None, given: None };
        assert_eq!(outgoing(none), Outgoing { key: None, value: Some(line), partition: None });
    }
}
