//! What all APIs of the front door share: topics, the way in, and the log behind it.

use super::refusal::Refusal;
use super::{Appender, Streams, StreamsError};
use crate::config::{Kinds, Mapping};
use crate::http::{InFlight, Limits, Received, read_body};
use crate::log::{AppendError, Appended, NewRecord, is_topic};
use axum::extract::Request;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName};
use pinflow_dataflows::kind::Kind;
use std::sync::Arc;
use tracing::error;

/// A larger body is parsed on a thread of its own: parsing 256 KiB takes less than a millisecond, for which probes and
/// other requests can wait.
const INLINE_BYTES: usize = 256 << 10;

/// Whether the pipeline is so far behind that nothing more is taken.
#[derive(Clone)]
pub struct Overload(Arc<dyn Fn() -> bool + Send + Sync>);

impl Overload {
    /// `is_overloaded` is asked for every request and must not block.
    pub fn new(is_overloaded: impl Fn() -> bool + Send + Sync + 'static) -> Overload {
        Overload(Arc::new(is_overloaded))
    }
}

/// The front door's state.
pub struct Door {
    /// Where records go.
    pub log: Appender,
    /// Partitions of a topic, as the log was made with.
    pub partitions: u32,
    /// Which names exist: those that are mapped to a kind, or tell it.
    pub kinds: Kinds,
    /// Which of them were created, written to or closed.
    pub streams: Arc<Streams>,
    /// Whether to refuse everything for a while.
    pub overload: Overload,
    /// The bounds.
    pub limits: Limits,
    /// The budget of bytes; the rest of the process may share it.
    pub in_flight: InFlight,
}

/// Why a topic cannot be written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoTopic {
    /// Its name has no kind, or is none.
    Unknown,
    /// It was deleted as a stream.
    Closed,
}

impl Door {
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

    /// Reads a request's body, unless nothing is taken now.
    pub(super) async fn receive(&self, request: Request) -> Result<Received, Refusal> {
        match header(request.headers(), CONTENT_ENCODING).as_str() {
            "" | "identity" => self.receive_encoded(request).await,
            encoding => Err(Refusal::Encoding(encoding.to_owned())),
        }
    }

    /// The same, however the body is encoded.
    pub(super) async fn receive_encoded(&self, request: Request) -> Result<Received, Refusal> {
        if (self.overload.0)() {
            return Err(Refusal::Overloaded);
        }
        Ok(read_body(request.into_body(), &self.limits, &self.in_flight).await?)
    }

    /// Appends all records or none.
    pub(super) async fn append(
        &self,
        topic: &str,
        records: Vec<NewRecord>,
    ) -> Result<Vec<Appended>, Refusal> {
        let max = self.limits.record_bytes;
        if let Some(index) = records.iter().position(|record| record.bytes.len() > max) {
            return Err(Refusal::RecordTooLarge { number: index + 1, max });
        }
        if records.is_empty() {
            return Ok(Vec::new());
        }
        if self.streams.get(topic).is_none() {
            self.change_streams(topic, Streams::note).await.map_err(|error| match error {
                StreamsError::TooMany { max } => Refusal::TooManyStreams { max },
                // A full disk is one, whatever it was that did not fit.
                StreamsError::Io { reason, .. } => Refusal::Append(AppendError::of_io(&reason)),
                error => Refusal::Streams(error.to_string()),
            })?;
        }
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

/// Parses a body of so many bytes where that holds nobody up.
pub async fn parse<T: Send + 'static>(bytes: usize, parse: impl FnOnce() -> T + Send + 'static) -> T {
    if bytes <= INLINE_BYTES { parse() } else { on_a_thread(parse).await }
}

async fn on_a_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("the work neither panics nor is cancelled")
}

/// A header's value in lower case; nothing if it is missing or no text.
pub fn header(headers: &HeaderMap, name: HeaderName) -> String {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().trim().to_ascii_lowercase()
}

/// The media type of a body, without parameters and in lower case.
pub fn media_type(headers: &HeaderMap) -> String {
    let mut content_type = header(headers, CONTENT_TYPE);
    let end = content_type.find(';').unwrap_or(content_type.len());
    content_type.truncate(end);
    content_type.trim_end().to_owned()
}
