//! Kinesis behind API Gateway, with the paths of AWS' tutorial for that.
//!
//! The path names the stream; `StreamName` in a body, which the tutorial's mapping passes over, is passed over. Records
//! go to shards by their `ind`, not by `PartitionKey`: all records of one `ind` have to share a shard here. A stream is a topic
//! of the log, or stands for one of Kafka; shards are its partitions.

mod data;
mod request;
mod sequence;
mod put;
mod manage;
mod error;

pub use error::no_method;
pub use manage::{create, delete, describe, list};
pub use put::{put_record, put_records};

use super::destination::NoTopic;
use super::door::Door;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use error::KinesisError;
use serde::Deserialize;

/// A route's parameters, with or without a stage.
#[derive(Deserialize)]
pub struct StreamPath {
    stream: String,
}

type StreamParameter = Result<Path<StreamPath>, PathRejection>;

/// The stream of a path.
fn named(path: StreamParameter) -> Result<String, KinesisError> {
    let named = path.map(|Path(StreamPath { stream })| stream);
    named.map_err(|_| KinesisError::NoStream(String::new()))
}

/// The topic of a path's stream, if it takes records. One that was deleted is as good as none, as in Kinesis.
async fn writable(door: &Door, path: StreamParameter) -> Result<String, KinesisError> {
    let stream = named(path)?;
    let topic = door.topic_of_stream(&stream).await;
    topic.map_err(|no_topic| no_stream(no_topic, &stream))
}

fn no_stream(no_topic: NoTopic, stream: &str) -> KinesisError {
    match no_topic {
        NoTopic::Refused(refusal) => refusal.into(),
        _ => KinesisError::NoStream(stream.to_owned()),
    }
}
