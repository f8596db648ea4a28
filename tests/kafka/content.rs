//! What topics hold, read by a plain consumer: every committed message with its place and its time.

use crate::checks::wait_for;
use crate::cluster::{Cluster, PATIENCE};
use crate::log_files::{LogRecord, Partition};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::Message;
use rdkafka::{Offset, TopicPartitionList};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

/// The committed messages of topics, and where their partitions begin and end.
#[derive(Clone, Debug, Default)]
pub struct Content {
    /// By partition and offset. A tombstone is written as the record that says the same.
    pub records: Vec<LogRecord>,
    /// The first offset that is there, and the one behind the last that is committed.
    pub bounds: BTreeMap<Partition, (u64, u64)>,
}

impl Content {
    /// Positions of all partitions.
    pub fn positions(&self) -> u64 {
        self.bounds.values().map(|(_, high)| high).sum()
    }
}

/// Reads all of it; nothing may be sent meanwhile.
pub fn content(cluster: &Cluster, topics: &[String]) -> Content {
    let mut config = cluster.config();
    config
        .set("group.id", "the tests")
        .set("enable.auto.commit", "false")
        .set("enable.partition.eof", "true");
    config.set("isolation.level", "read_committed").set("auto.offset.reset", "earliest");
    let consumer: BaseConsumer = config.create().expect("make a consumer");
    let mut content = Content::default();
    // One after the other, because the end of a partition is told without its topic.
    topics.iter().for_each(|topic| read(&consumer, topic, &mut content));
    content.records.sort();
    content
}

/// The content with what has come since.
pub fn with_new(before: &Content, cluster: &Cluster, topics: &[String]) -> Content {
    let mut now = content(cluster, topics);
    let ends = &before.bounds;
    now.records.retain(|record| ends.get(&record.partition).is_none_or(|(_, high)| record.offset >= *high));
    now.records.extend(before.records.iter().cloned());
    now.records.sort();
    now
}

fn read(consumer: &BaseConsumer, topic: &str, content: &mut Content) {
    let metadata = consumer.fetch_metadata(Some(topic), PATIENCE).expect("the broker answers");
    let partitions = metadata.topics()[0].partitions().len() as i32;
    let mut list = TopicPartitionList::new();
    for number in 0..partitions {
        // Of a new partition the broker may not yet know who leads it.
        let (low, high) = wait_for("the broker's answer", || {
            consumer.fetch_watermarks(topic, number, PATIENCE).map_err(|error| error.to_string())
        });
        content.bounds.insert((topic.to_owned(), number as u32), (low as u64, high as u64));
        list.add_partition_offset(topic, number, Offset::Offset(low)).expect("an offset");
    }
    consumer.assign(&list).expect("assign it");
    let mut left: BTreeSet<i32> = (0..partitions).collect();
    let begin = Instant::now();
    while !left.is_empty() {
        assert!(begin.elapsed() < PATIENCE, "{topic} cannot be read to its end");
        match consumer.poll(PATIENCE) {
            Some(Ok(message)) => {
                let text = match message.payload() {
                    // What is no text is no JSON either, and has to stay so.
                    Some(value) => String::from_utf8(value.to_vec()).unwrap_or_else(|_| "no text".to_owned()),
                    None => tombstone(message.key()),
                };
                content.records.push(LogRecord {
                    partition: (topic.to_owned(), message.partition() as u32),
                    offset: message.offset() as u64,
                    time: message.timestamp().to_millis().unwrap_or(0) as u64,
                    text,
                });
            }
            Some(Err(KafkaError::PartitionEOF(number))) => drop(left.remove(&number)),
            // The client connects again by itself.
            Some(Err(_)) | None => {}
        }
    }
    consumer.unassign().expect("unassign it");
}

/// Of a key that is a number, as the tests write them; of any other a record that is rejected.
fn tombstone(key: Option<&[u8]>) -> String {
    let key = key.and_then(|key| str::from_utf8(key).ok()?.parse::<u64>().ok());
    key.map_or("{}".to_owned(), |ind| format!(r#"{{"ind":{ind},"_deleted":true}}"#))
}
