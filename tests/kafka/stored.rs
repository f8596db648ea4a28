//! A message as it lies at its place.

use crate::cluster::{Cluster, PATIENCE};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::Message;
use rdkafka::{Offset, TopicPartitionList};
use serde_json::Value;

/// A key and a value as texts; nothing where they are null.
pub type Stored = (Option<String>, Option<String>);

/// The message at a place, read by a plain consumer.
#[track_caller]
pub fn stored(cluster: &Cluster, topic: &str, partition: i32, offset: i64) -> Stored {
    let mut config = cluster.config();
    config.set("group.id", "the tests").set("enable.auto.commit", "false");
    let consumer: BaseConsumer = config.create().expect("make a consumer");
    let mut list = TopicPartitionList::new();
    list.add_partition_offset(topic, partition, Offset::Offset(offset)).expect("an offset");
    consumer.assign(&list).expect("assign it");
    let message = consumer.poll(PATIENCE).expect("there is a message").expect("it can be read");
    assert_eq!((message.partition(), message.offset()), (partition, offset));
    let text = |bytes: Option<&[u8]>| bytes.map(|bytes| String::from_utf8(bytes.to_vec()).expect("a text"));
    (text(message.key()), text(message.payload()))
}

/// The same at the place that an element of the REST Proxy's answer names.
#[track_caller]
pub fn stored_at(cluster: &Cluster, topic: &str, place: &Value) -> Stored {
    assert_eq!((&place["error_code"], &place["error"]), (&Value::Null, &Value::Null), "{place}");
    let number = |name: &str| place[name].as_i64().expect("a number");
    stored(cluster, topic, number("partition") as i32, number("offset"))
}
