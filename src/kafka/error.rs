//! Why topics cannot be read at all.

use crate::store::StoreError;
use rdkafka::error::KafkaError as Refusal;

/// A fault of the configuration; brokers that cannot be reached are none.
#[derive(Debug, thiserror::Error)]
pub enum KafkaError {
    /// librdkafka refuses a setting.
    #[error("source.librdkafka.\"{key}\" must be left out or changed: {problem}")]
    Setting {
        /// Its name.
        key: String,
        /// What librdkafka says.
        problem: String,
    },
    /// librdkafka refuses them together.
    #[error("source.librdkafka must be changed: {0}")]
    Settings(String),
    /// Nothing says in which region the brokers are.
    #[error(
        "source.msk_iam.region must be set: no region is known from brokers' names, AWS_REGION or the profile"
    )]
    NoRegion,
    /// librdkafka refuses a setting for sending.
    #[error("front_door.librdkafka.\"{key}\" must be left out or changed: {problem}")]
    ProducerSetting {
        /// Its name.
        key: String,
        /// What librdkafka says.
        problem: String,
    },
    /// librdkafka refuses settings for sending together.
    #[error("front_door.librdkafka must be changed: {0}")]
    ProducerSettings(String),
    /// The system gives no thread.
    #[error("cannot start: {0}")]
    Start(String),
    /// The archive of the topics cannot be opened.
    #[error("source.backfill must be changed: {0}")]
    Backfill(#[from] StoreError),
    /// A topic's name does not say of which kind its records are.
    #[error(
        "{topic}: the name does not say of which kind its records are; set kinds.\"{topic}\" in the configuration to \
         \"pin\", \"geo\", \"user\" or \"ignore\""
    )]
    UnknownKind {
        /// The topic.
        topic: String,
    },
}

/// What librdkafka says of an error, by its code where it has one: the rest is which call has failed.
pub fn told(error: &Refusal) -> String {
    error.rdkafka_error_code().map_or_else(|| error.to_string(), |code| code.to_string())
}

/// The same with what a client adds by itself.
pub fn told_with(error: &Refusal, reason: &str) -> String {
    let told = told(error);
    if reason.is_empty() { told } else { format!("{told}: {reason}") }
}
