//! `GET /streams`, and `GET`, `POST` and `DELETE /streams/{stream}`.

use super::error::{KinesisError, json};
use super::sequence::shard_id;
use super::{StreamParameter, StreamPath, existing, request};
use crate::front_door::door::Door;
use crate::front_door::refusal::Refusal;
use crate::front_door::streams::{Streams, StreamsError};
use crate::log::AppendError;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, Request, State};
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
    let (names, has_more) = door.streams.page(&after, limit);
    json(&json!({ "HasMoreStreams": has_more, "StreamNames": names }))
}

/// DescribeStream. A stream that nothing was written to yet exists if its name tells a kind.
pub async fn describe(State(door): State<Arc<Door>>, path: StreamParameter) -> Response {
    match existing(&door, path) {
        Ok(stream) => json(&json!({ "StreamDescription": description(&door, &stream) })),
        Err(error) => error.answer(&door.limits),
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
    let closed = match existing(&door, path) {
        Ok(stream) => change(&door, &stream, Streams::close).await,
        Err(error) => Err(error),
    };
    match closed {
        Ok(()) => json(&json!({})),
        Err(error) => error.answer(&door.limits),
    }
}

async fn try_create(door: &Door, path: StreamParameter, request: Request) -> Result<(), KinesisError> {
    let Path(StreamPath { stream }) =
        path.map_err(|_| KinesisError::invalid("the stream's name is no text"))?;
    if !door.exists(&stream) {
        let message = format!(
            "{stream} tells no kind: the last part of a stream's name, after '.' or '-', is pin, geo or user, \
             or the configuration maps the name to one"
        );
        return Err(KinesisError::invalid(&message));
    }
    let received = door.receive(request).await?;
    request::check_object(&received.bytes)?;
    change(door, &stream, Streams::create).await
}

async fn change(
    door: &Door,
    stream: &str,
    change: fn(&Streams, &str) -> Result<(), StreamsError>,
) -> Result<(), KinesisError> {
    let changed = door.change_streams(stream, change).await;
    changed.map_err(|error| match error {
        StreamsError::Exists => KinesisError::Exists(stream.to_owned()),
        StreamsError::TooMany { max } => KinesisError::TooMany(max),
        StreamsError::Io { reason, .. } => Refusal::Append(AppendError::of_io(&reason)).into(),
        StreamsError::Damaged { .. } => KinesisError::Failed(error.to_string()),
    })
}

fn description(door: &Door, stream: &str) -> Value {
    let known = door.streams.get(stream);
    let created_ms = known.map_or(0, |known| known.created_ms);
    // A stream that is being deleted is the one state of Kinesis in which it can be read and not written.
    let status = if known.is_some_and(|known| known.closed) { "DELETING" } else { "ACTIVE" };
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
        "Shards": (0..door.partitions).map(shard).collect::<Vec<_>>(),
        "HasMoreShards": false,
        "EncryptionType": "NONE",
        "EnhancedMonitoring": [{ "ShardLevelMetrics": [] }],
    })
}
