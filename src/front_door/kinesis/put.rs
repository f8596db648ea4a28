//! `PUT /streams/{stream}/record` and `PUT /streams/{stream}/records`.

use super::error::KinesisError;
use super::sequence::{sequence_number, shard_id};
use super::{StreamParameter, request, writable};
use crate::front_door::door::{self, Door};
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

/// Where records are. All are appended or the request fails, so none failed.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct PutMany {
    failed_record_count: u32,
    records: Vec<Put>,
}

impl Put {
    fn new(appended: &Appended) -> Put {
        Put { sequence_number: sequence_number(appended), shard_id: shard_id(appended.partition) }
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
    let stream = writable(door, path)?;
    let received = door.receive(request).await?;
    let body = received.bytes.clone();
    let record = door::parse(body.len(), move || request::record(&body)).await?;
    let appended = door.append(&stream, vec![record]).await?;
    Ok(Put::new(appended.first().expect("the log answers for every record")))
}

async fn append_many(door: &Door, path: StreamParameter, request: Request) -> Result<PutMany, KinesisError> {
    let stream = writable(door, path)?;
    let received = door.receive(request).await?;
    let (body, max_records) = (received.bytes.clone(), door.limits.kinesis_records);
    let records = door::parse(body.len(), move || request::records(&body, max_records)).await?;
    let appended = door.append(&stream, records).await?;
    Ok(PutMany { failed_record_count: 0, records: appended.iter().map(Put::new).collect() })
}
