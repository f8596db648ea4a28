//! Why topics cannot be read at all.

use crate::store::StoreError;

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
