//! Kafka REST Proxy v2: `POST /topics/{topic}`.
//!
//! With the embedded log a record's `key` counts only where its `value` is null, and its `partition` not at all: records of
//! one `ind` share a partition there, whatever the producer would prefer. With topics of Kafka both count.

mod format;
mod request;
mod usual;
mod key;
mod tombstone;
mod answer;
mod error;

pub use error::no_method;
pub use tombstone::line as tombstone_line;

use super::destination::NoTopic;
use super::door::{self, Door, media_type, none_stored};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use error::KafkaError;
use format::Format;
use serde::Deserialize;
use std::sync::Arc;

/// A route's parameters, with or without a stage.
#[derive(Deserialize)]
pub struct TopicPath {
    topic: String,
}

/// Appends records to a topic.
pub async fn produce(
    State(door): State<Arc<Door>>,
    path: Result<Path<TopicPath>, PathRejection>,
    request: Request,
) -> Response {
    match append(&door, path, request).await {
        Ok(response) => response,
        Err(error) => error.answer(&door.limits),
    }
}

async fn append(
    door: &Door,
    path: Result<Path<TopicPath>, PathRejection>,
    request: Request,
) -> Result<Response, KafkaError> {
    let format = Format::of(&media_type(request.headers())).ok_or(KafkaError::Format)?;
    let Path(TopicPath { topic }) = path.map_err(|_| KafkaError::NoTopic(NoTopic::Unknown))?;
    door.check_topic(&topic).await?;
    let received = door.receive(request).await?;
    let (body, max_records) = (received.bytes.clone(), door.limits.kafka_records);
    let records = door::parse(body.len(), move || request::records(&body, format, max_records)).await?;
    let outcomes = door.append(&topic, records).await?;
    match none_stored(&outcomes) {
        None => Ok(answer::answer(&outcomes).into_response()),
        Some(reason) => Err(KafkaError::NoneStored(reason, outcomes)),
    }
}
