//! Where the front door leads: to the embedded log, or to topics of Kafka.

use super::kafka_topics::KafkaTopics;
use super::log_topics::LogTopics;
use super::refusal::Refusal;
use thiserror::Error;

/// Where records go.
pub enum Destination {
    /// The embedded log: any topic whose name tells its kind.
    Log(LogTopics),
    /// Topics of Kafka: those that are read, and are there.
    Kafka(Box<KafkaTopics>),
}

/// Why a topic cannot be written to.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NoTopic {
    /// Its name has no kind, or is none; or there is no such topic of Kafka, or it is not read.
    #[error("there is no such topic")]
    Unknown,
    /// It was deleted as a stream.
    #[error("the stream was deleted")]
    Closed,
    /// Which topic of Kafka is meant cannot be told.
    #[error("{why}: set {key} in the configuration")]
    Unset {
        /// The key that says it.
        key: String,
        /// Why it cannot be told.
        why: String,
    },
    /// That cannot be found out.
    #[error(transparent)]
    Refused(#[from] Refusal),
}
