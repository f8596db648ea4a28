//! `PUT /streams/{stream}/record` and `PUT /streams/{stream}/records`.

use super::error::KinesisError;
use super::sequence::{sequence_number, shard_id};
use super::{StreamParameter, request, writable};
use crate::front_door::door::{self, Door, none_stored};
use crate::front_door::refusal::Refusal;
use crate::kafka::produce::NotStored;
use crate::log::Appended;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::sync::Arc;

/// Where a record is.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Put {
    sequence_number: String,
    shard_id: String,
}

/// What became of records.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PutMany {
    failed_record_count: usize,
    records: Vec<PutOrNot>,
}

/// What became of one of several records.
#[derive(Serialize)]
#[serde(untagged)]
enum PutOrNot {
    Put(Put),
    #[serde(rename_all = "PascalCase")]
    Failed {
        error_code: &'static str,
        error_message: String,
    },
}

impl Put {
    fn new(appended: &Appended) -> Put {
        Put { sequence_number: sequence_number(appended), shard_id: shard_id(appended.partition) }
    }
}

impl PutOrNot {
    fn new(outcome: &Result<Appended, NotStored>) -> PutOrNot {
        match outcome {
            Ok(appended) => PutOrNot::Put(Put::new(appended)),
            // Kinesis has these two.
            Err(reason) => PutOrNot::Failed {
                error_code: match reason {
                    NotStored::Busy => "ProvisionedThroughputExceededException",
                    _ => "InternalFailure",
                },
                error_message: reason.to_string(),
            },
        }
    }
}

/// PutRecord.
pub async fn put_record(State(door): State<Arc<Door>>, path: StreamParameter, request: Request) -> Response {
    match append_one(&door, path, request).await {
        Ok(put) => super::error::json(&put).into_response(),
        Err(error) => error.answer(&door.limits),
    }
}

/// PutRecords.
pub async fn put_records(State(door): State<Arc<Door>>, path: StreamParameter, request: Request) -> Response {
    match append_many(&door, path, request).await {
        Ok(put) => super::error::json(&put).into_response(),
        Err(error) => error.answer(&door.limits),
    }
}

async fn append_one(door: &Door, path: StreamParameter, request: Request) -> Result<Put, KinesisError> {
    let topic = writable(door, path).await?;
    let received = door.receive(request).await?;
    let body = received.bytes.clone();
    let record = door::parse(body.len(), move || request::record(&body)).await?;
    let mut outcomes = door.append(&topic, vec![record]).await?;
    let outcome = outcomes.pop().expect("every record has an outcome");
    Ok(Put::new(&outcome.map_err(Refusal::NotStored)?))
}

async fn append_many(door: &Door, path: StreamParameter, request: Request) -> Result<PutMany, KinesisError> {
    let topic = writable(door, path).await?;
    let received = door.receive(request).await?;
    let (body, max_records) = (received.bytes.clone(), door.limits.kinesis_records);
    let records = door::parse(body.len(), move || request::records(&body, max_records)).await?;
    let outcomes = door.append(&topic, records).await?;
    // Kinesis answers 200 even then, which who does not look at each record takes for all of them.
    if let Some(reason) = none_stored(&outcomes) {
        return Err(Refusal::NotStored(reason).into());
    }
    let failed_record_count = outcomes.iter().filter(|outcome| outcome.is_err()).count();
    Ok(PutMany { failed_record_count, records: outcomes.iter().map(PutOrNot::new).collect() })
}
