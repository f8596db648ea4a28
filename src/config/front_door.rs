//! What can be set for the front door before topics of Kafka. `config/default.toml` describes each key.

use super::check::{number, refused, text};
use super::document::Entry;
use super::error::ConfigError;
use super::kafka::{KafkaSettings, LibrdkafkaSettings, librdkafka};
use super::kinds::{Kinds, Mapping};
use super::msk_iam::{self, MskIamSettings};
use super::written::Written;
use pinflow_dataflows::kind::Kind;
use std::collections::BTreeMap;

/// How records are sent to topics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrontDoorSettings {
    /// By kind: the topic of records that come without one.
    pub topics: BTreeMap<&'static str, String>,
    /// The topics that streams stand for, where their names are not the same.
    pub streams: BTreeMap<String, String>,
    /// The longest wait for a broker that is away, and for the answer of one that is there.
    pub timeout_ms: usize,
    /// Bytes of records that wait to be sent or answered.
    pub queue_bytes: usize,
    /// Settings of librdkafka beside the source's.
    pub librdkafka: LibrdkafkaSettings,
    /// The source's own, also where it is the log: an emulation may send to topics without reading any.
    pub connection: LibrdkafkaSettings,
    /// Whose tokens the brokers are shown: the source's own, also where it is the log.
    pub msk_iam: Option<MskIamSettings>,
}

/// What pinflow relies on, and sets by itself.
const RESERVED: [&str; 14] = [
    "bootstrap.servers",
    "metadata.broker.list",
    "acks",
    "request.required.acks",
    "enable.idempotence",
    "transactional.id",
    "message.timeout.ms",
    "delivery.timeout.ms",
    "message.max.bytes",
    "queue.buffering.max.messages",
    "queue.buffering.max.kbytes",
    "delivery.report.only.error",
    "statistics.interval.ms",
    "allow.auto.create.topics",
];

/// A quarter of an hour is longer than any producer waits for its answer.
const TIMEOUT_MAX_MS: usize = 900_000;

/// What the configuration says. With topics as the source, those that records are sent to have to be among them.
pub(super) fn settings(
    written: &Written,
    kafka: Option<&KafkaSettings>,
    kinds: &Kinds,
) -> Result<FrontDoorSettings, ConfigError> {
    let connection = librdkafka(written, Written::LIBRDKAFKA, &[])?;
    let mut settings = FrontDoorSettings {
        topics: BTreeMap::new(),
        streams: BTreeMap::new(),
        timeout_ms: number(written.get("front_door.timeout_ms"), 100..=TIMEOUT_MAX_MS)?,
        queue_bytes: number(written.get("front_door.queue_bytes"), 1 << 20..=1 << 30)?,
        librdkafka: librdkafka(written, Written::PRODUCER, &RESERVED)?,
        msk_iam: msk_iam::settings(written, &connection)?,
        connection,
    };
    for kind in Kind::ALL {
        let entry = written.get(&format!("front_door.{}", kind.name()));
        let Some(topic) = text(entry)? else { continue };
        let is_one =
            |kafka: &KafkaSettings| kafka.topics.has(&topic) && kinds.of(&topic) == Some(Mapping::Kind(kind));
        if !kafka.is_none_or(is_one) {
            let allowed = format!("empty, or a topic of source.topics whose kind is {}", kind.name());
            return Err(refused(entry, allowed));
        }
        settings.topics.insert(kind.name(), topic);
    }
    for entry in written.within(Written::STREAMS) {
        settings.streams.insert(entry.key.name().to_owned(), stream_topic(entry, kafka, kinds)?);
    }
    Ok(settings)
}

fn stream_topic(entry: &Entry, kafka: Option<&KafkaSettings>, kinds: &Kinds) -> Result<String, ConfigError> {
    let is_one = |topic: &str, kafka: &KafkaSettings| {
        kafka.topics.has(topic) && matches!(kinds.of(topic), Some(Mapping::Kind(_)))
    };
    let topic = text(entry)?.filter(|topic| kafka.is_none_or(|kafka| is_one(topic, kafka)));
    topic.ok_or_else(|| refused(entry, "a topic of source.topics whose kind is pin, geo or user"))
}
