//! What all APIs of the front door share: topics, the way in, and where it leads.

use super::destination::{Destination, NoTopic};
use super::record::Incoming;
use super::refusal::Refusal;
use crate::http::{InFlight, Limits, Received, read_body};
use crate::kafka::produce::NotStored;
use crate::log::Appended;
use axum::extract::Request;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName};
use pinflow_dataflows::kind::Kind;
use std::sync::Arc;

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
    pub destination: Destination,
    /// Whether to refuse everything for a while.
    pub overload: Overload,
    /// The bounds.
    pub limits: Limits,
    /// The budget of bytes; the rest of the process may share it.
    pub in_flight: InFlight,
}

/// Where each record of a request was stored, or why it was not. The log stores all of them or none; topics of Kafka may store
/// some of them.
pub type Outcomes = Vec<Result<Appended, NotStored>>;

impl Door {
    /// Checks whether a topic takes records.
    pub(super) async fn check_topic(&self, name: &str) -> Result<(), NoTopic> {
        match &self.destination {
            Destination::Log(log) => log.check_topic(name),
            Destination::Kafka(kafka) => kafka.partitions(name).await.map(|_| ()),
        }
    }

    /// The topic that a stream's records go to, if it takes records.
    pub(super) async fn topic_of_stream(&self, stream: &str) -> Result<String, NoTopic> {
        match &self.destination {
            Destination::Log(log) => log.check_topic(stream).map(|()| stream.to_owned()),
            Destination::Kafka(kafka) => {
                let topic = kafka.topic_of_stream(stream);
                kafka.partitions(topic).await.map(|_| topic.to_owned())
            }
        }
    }

    /// The topic of what comes without one.
    pub(super) async fn ingest_topic(&self, kind: Kind) -> Result<String, NoTopic> {
        match &self.destination {
            Destination::Log(log) => log.ingest_topic(kind),
            Destination::Kafka(kafka) => kafka.topic_of_kind(kind).await,
        }
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

    /// Stores records; an error is that of all.
    pub(super) async fn append(&self, topic: &str, records: Vec<Incoming>) -> Result<Outcomes, Refusal> {
        let max = self.limits.record_bytes;
        if let Some(index) = records.iter().position(|record| record.line.len() > max) {
            return Err(Refusal::RecordTooLarge { number: index + 1, max });
        }
        if records.is_empty() {
            return Ok(Vec::new());
        }
        match &self.destination {
            Destination::Log(log) => Ok(log.append(topic, records).await?.into_iter().map(Ok).collect()),
            Destination::Kafka(kafka) => Ok(kafka.send(topic, records).await?),
        }
    }
}

/// Why no record of a request is known to be stored; nothing if one is. Of several reasons the one that leaves most open.
pub fn none_stored(outcomes: &Outcomes) -> Option<NotStored> {
    let reasons: Option<Vec<&NotStored>> = outcomes.iter().map(|outcome| outcome.as_ref().err()).collect();
    worst(reasons?.into_iter())
}

/// Of several reasons the one that leaves most open.
pub fn worst<'a>(reasons: impl Iterator<Item = &'a NotStored>) -> Option<NotStored> {
    let certainty = |reason: &&NotStored| match reason {
        NotStored::Unknown(_) => 0,
        reason if reason.is_passing() => 1,
        _ => 2,
    };
    reasons.min_by_key(certainty).cloned()
}

/// Parses a body of so many bytes where that holds nobody up.
pub async fn parse<T: Send + 'static>(bytes: usize, parse: impl FnOnce() -> T + Send + 'static) -> T {
    if bytes <= INLINE_BYTES { parse() } else { on_a_thread(parse).await }
}

pub(super) async fn on_a_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
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
