//! `GET /streams`, and `GET`, `POST` and `DELETE /streams/{stream}`.
//!
//! Streams that stand for topics of Kafka are there or not: they are listed and described, not made or deleted.

use super::error::{KinesisError, json};
use super::sequence::shard_id;
use super::{StreamParameter, named, no_stream, request};
use crate::front_door::destination::Destination;
use crate::front_door::door::Door;
use crate::front_door::log_topics::LogTopics;
use crate::front_door::refusal::Refusal;
use crate::front_door::streams::{Streams, StreamsError};
use crate::log::AppendError;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, Request, State};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

/// What Kinesis takes for `Limit`, and what it lists without one.
const MAX_LIMIT: usize = 10_000;
const DEFAULT_LIMIT: usize = 100;
/// The last of Kinesis' hash keys, 2^128 - 1.
const LAST_HASH_KEY: &str = "340282366920938463463374607431768211455";

/// The query of `GET /streams`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ListQuery {
    exclusive_start_stream_name: Option<String>,
    limit: Option<usize>,
}

/// ListStreams: the streams that were created, written to or deleted.
pub async fn list(
    State(door): State<Arc<Door>>,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Response {
    let limits = &door.limits;
    let Ok(Query(query)) = query else {
        return KinesisError::invalid("Limit is not a number").answer(limits);
    };
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        let message = format!(
            "Value '{limit}' at 'limit' failed to satisfy constraint: Member must be 1 to {MAX_LIMIT}"
        );
        return KinesisError::invalid(&message).answer(limits);
    }
    let after = query.exclusive_start_stream_name.unwrap_or_default();
    match page(&door, &after, limit).await {
        Ok((names, has_more)) => json(&json!({ "HasMoreStreams": has_more, "StreamNames": names })),
        Err(error) => error.answer(limits),
    }
}

/// Names behind `after`, so many at most, and whether there are more.
async fn page(door: &Door, after: &str, limit: usize) -> Result<(Vec<String>, bool), KinesisError> {
    match &door.destination {
        Destination::Log(log) => Ok(log.streams.page(after, limit)),
        Destination::Kafka(kafka) => {
            let streams = kafka.streams().await.map_err(|no_topic| no_stream(no_topic, ""))?;
            let mut behind = streams.into_iter().filter(|stream| stream.as_str() > after);
            let names = behind.by_ref().take(limit).collect();
            Ok((names, behind.next().is_some()))
        }
    }
}

/// DescribeStream. A stream of the log that nothing was written to yet exists if its name tells a kind.
pub async fn describe(State(door): State<Arc<Door>>, path: StreamParameter) -> Response {
    match described(&door, path).await {
        Ok(description) => json(&json!({ "StreamDescription": description })),
        Err(error) => error.answer(&door.limits),
    }
}

async fn described(door: &Door, path: StreamParameter) -> Result<Value, KinesisError> {
    let stream = named(path)?;
    match &door.destination {
        Destination::Log(log) => {
            let known = existing(log, &stream)?.streams.get(&stream);
            let created_ms = known.map_or(0, |known| known.created_ms);
            // A stream that is being deleted is the one state of Kinesis in which it can be read and not written.
            let status = if known.is_some_and(|known| known.closed) { "DELETING" } else { "ACTIVE" };
            Ok(description(&stream, status, created_ms, log.partitions))
        }
        Destination::Kafka(kafka) => {
            let partitions = kafka.partitions(kafka.topic_of_stream(&stream)).await;
            let partitions = partitions.map_err(|no_topic| no_stream(no_topic, &stream))?;
            Ok(description(&stream, "ACTIVE", 0, partitions))
        }
    }
}

/// CreateStream. Its shards are the log's partitions, whatever `ShardCount` asks for.
pub async fn create(State(door): State<Arc<Door>>, path: StreamParameter, request: Request) -> Response {
    match try_create(&door, path, request).await {
        Ok(()) => json(&json!({})),
        Err(error) => error.answer(&door.limits),
    }
}

/// DeleteStream: closes it to writes, its records stay.
pub async fn delete(State(door): State<Arc<Door>>, path: StreamParameter) -> Response {
    match try_delete(&door, path).await {
        Ok(()) => json(&json!({})),
        Err(error) => error.answer(&door.limits),
    }
}

async fn try_create(door: &Door, path: StreamParameter, request: Request) -> Result<(), KinesisError> {
    let stream = named(path)?;
    let Destination::Log(log) = &door.destination else {
        return Err(match writable(door, &stream).await {
            Ok(()) => KinesisError::Exists(stream),
            Err(KinesisError::NoStream(_)) => KinesisError::Fixed(MADE_ELSEWHERE),
            Err(error) => error,
        });
    };
    if !log.exists(&stream) {
        let message = format!(
            "{stream} tells no kind: the last part of a stream's name, after '.' or '-', is pin, geo or user, \
             or the configuration maps the name to one"
        );
        return Err(KinesisError::invalid(&message));
    }
    let received = door.receive(request).await?;
    request::check_object(&received.bytes)?;
    change(log, &stream, Streams::create).await
}

async fn try_delete(door: &Door, path: StreamParameter) -> Result<(), KinesisError> {
    let stream = named(path)?;
    match &door.destination {
        Destination::Log(log) => change(existing(log, &stream)?, &stream, Streams::close).await,
        Destination::Kafka(_) => {
            writable(door, &stream).await?;
            Err(KinesisError::Fixed(DELETED_ELSEWHERE))
        }
    }
}

const MADE_ELSEWHERE: &str = "Streams stand for topics of Kafka here: make the topic with Kafka's tools, or have it made with \
                              source.create_topics; front_door.streams says which topic a stream stands for.";
const DELETED_ELSEWHERE: &str =
    "Streams stand for topics of Kafka here, which are deleted with Kafka's tools and not by this API.";

async fn writable(door: &Door, stream: &str) -> Result<(), KinesisError> {
    let topic = door.topic_of_stream(stream).await;
    topic.map(|_| ()).map_err(|no_topic| no_stream(no_topic, stream))
}

/// The log, if it has a stream of that name, open or closed.
fn existing<'a>(log: &'a LogTopics, stream: &str) -> Result<&'a LogTopics, KinesisError> {
    if log.exists(stream) { Ok(log) } else { Err(KinesisError::NoStream(stream.to_owned())) }
}

async fn change(
    log: &LogTopics,
    stream: &str,
    change: fn(&Streams, &str) -> Result<(), StreamsError>,
) -> Result<(), KinesisError> {
    let changed = log.change_streams(stream, change).await;
    changed.map_err(|error| match error {
        StreamsError::Exists => KinesisError::Exists(stream.to_owned()),
        StreamsError::TooMany { max } => KinesisError::TooMany(max),
        StreamsError::Io { reason, .. } => Refusal::Append(AppendError::of_io(&reason)).into(),
        StreamsError::Damaged { .. } => KinesisError::Failed(error.to_string()),
    })
}

fn description(stream: &str, status: &str, created_ms: u64, partitions: u32) -> Value {
    let shard = |partition| {
        json!({
            "ShardId": shard_id(partition),
            "HashKeyRange": { "StartingHashKey": "0", "EndingHashKey": LAST_HASH_KEY },
            "SequenceNumberRange": { "StartingSequenceNumber": "0" },
        })
    };
    json!({
        "StreamName": stream,
        "StreamARN": format!("arn:aws:kinesis:local:000000000000:stream/{stream}"),
        "StreamStatus": status,
        "StreamModeDetails": { "StreamMode": "PROVISIONED" },
        "StreamCreationTimestamp": created_ms as f64 / 1000.0,
        "Shards": (0..partitions).map(shard).collect::<Vec<_>>(),
        "HasMoreShards": false,
        "EncryptionType": "NONE",
        "EnhancedMonitoring": [{ "ShardLevelMetrics": [] }],
    })
}
