//! The embedded log's topics: names that tell a kind. Streams are the same ones.

use super::destination::NoTopic;
use super::door::on_a_thread;
use super::record::Incoming;
use super::refusal::Refusal;
use super::{Appender, Streams, StreamsError};
use crate::config::{Kinds, Mapping};
use crate::log::{AppendError, Appended, is_topic};
use pinflow_dataflows::kind::Kind;
use std::sync::Arc;
use tracing::error;

/// The log, and its topics.
pub struct LogTopics {
    /// The way to it.
    pub log: Appender,
    /// Partitions of a topic, as the log was made with.
    pub partitions: u32,
    /// Which names exist: those that are mapped to a kind, or tell it.
    pub kinds: Kinds,
    /// Which of them were created, written to or closed.
    pub streams: Arc<Streams>,
}

impl LogTopics {
    /// Whether a name tells a kind, so that it exists.
    pub(super) fn exists(&self, name: &str) -> bool {
        is_topic(name) && matches!(self.kinds.of(name), Some(Mapping::Kind(_)))
    }

    /// Whether a topic or stream takes records.
    pub(super) fn check_topic(&self, name: &str) -> Result<(), NoTopic> {
        if !self.exists(name) {
            return Err(NoTopic::Unknown);
        }
        self.check_open(name)
    }

    fn check_open(&self, name: &str) -> Result<(), NoTopic> {
        match self.streams.get(name) {
            Some(stream) if stream.closed => Err(NoTopic::Closed),
            _ => Ok(()),
        }
    }

    /// The topic of what comes without one; its name says the kind, so any configuration reads it.
    pub(super) fn ingest_topic(&self, kind: Kind) -> Result<String, NoTopic> {
        let topic = format!("ingest.{}", kind.name());
        self.check_open(&topic).map(|()| topic)
    }

    /// Appends all records or none.
    pub(super) async fn append(&self, topic: &str, records: Vec<Incoming>) -> Result<Vec<Appended>, Refusal> {
        if self.streams.get(topic).is_none() {
            self.change_streams(topic, Streams::note).await.map_err(|error| match error {
                StreamsError::TooMany { max } => Refusal::TooManyStreams { max },
                // A full disk is one, whatever it was that did not fit.
                StreamsError::Io { reason, .. } => Refusal::Append(AppendError::of_io(&reason)),
                error => Refusal::Streams(error.to_string()),
            })?;
        }
        let records = records.into_iter().map(Incoming::for_log).collect();
        self.log.append(topic, records).await.map_err(|refused| {
            if let AppendError::Failed(reason) = &refused {
                error!(topic, reason, "could not append records");
            }
            Refusal::Append(refused)
        })
    }

    /// Changes what is known of a stream, on a thread that may wait for the disk.
    pub(super) async fn change_streams(
        &self,
        name: &str,
        change: fn(&Streams, &str) -> Result<(), StreamsError>,
    ) -> Result<(), StreamsError> {
        let (streams, name) = (Arc::clone(&self.streams), name.to_owned());
        let changed = on_a_thread(move || change(&streams, &name)).await;
        if let Err(StreamsError::Io { path, reason }) = &changed {
            error!(path = %path.display(), %reason, "could not write the streams");
        }
        changed
    }
}
