//! Kinesis behind API Gateway, with the paths of AWS' tutorial for that.
//!
//! The path names the stream; `StreamName` in a body, which the tutorial's mapping passes over, is passed over. Records
//! go to shards by their `ind`, not by `PartitionKey`: all records of one `ind` have to share a shard here.

mod data;
mod request;
mod sequence;
mod put;
mod manage;
mod error;

pub use error::no_method;
pub use manage::{create, delete, describe, list};
pub use put::{put_record, put_records};

use super::door::{Door, NoTopic};
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

/// The stream of a path, if there is one of that name, open or closed.
fn existing(door: &Door, path: StreamParameter) -> Result<String, KinesisError> {
    let Path(StreamPath { stream }) = path.map_err(|_| KinesisError::NoStream(String::new()))?;
    if door.exists(&stream) { Ok(stream) } else { Err(KinesisError::NoStream(stream)) }
}

/// The stream of a path, if it takes records. One that was deleted is as good as none, as in Kinesis.
fn writable(door: &Door, path: StreamParameter) -> Result<String, KinesisError> {
    let stream = existing(door, path)?;
    match door.check_topic(&stream) {
        Ok(()) => Ok(stream),
        Err(NoTopic::Closed | NoTopic::Unknown) => Err(KinesisError::NoStream(stream)),
    }
}
