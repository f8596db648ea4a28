//! Where records were stored, as this API says it.

use super::error::code;
use crate::front_door::door::Outcomes;
use crate::kafka::produce::NotStored;
use crate::log::Appended;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// The media type of answers and errors.
pub const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/vnd.kafka.v2+json");

#[derive(Serialize)]
struct Produced {
    offsets: Vec<Offset>,
    key_schema_id: Option<u32>,
    value_schema_id: Option<u32>,
}

/// Where a record is, or why it is nowhere.
#[derive(Serialize)]
pub struct Offset {
    partition: Option<u32>,
    offset: Option<u64>,
    error_code: Option<u32>,
    error: Option<String>,
}

/// The answer to a request of which at least one record was stored.
pub fn answer(outcomes: &Outcomes) -> Response {
    let produced = Produced { offsets: offsets(outcomes), key_schema_id: None, value_schema_id: None };
    let json = serde_json::to_vec(&produced).expect("numbers and texts are JSON");
    ([(CONTENT_TYPE, MEDIA_TYPE)], json).into_response()
}

/// What became of each record.
pub fn offsets(outcomes: &Outcomes) -> Vec<Offset> {
    outcomes.iter().map(|outcome| outcome.as_ref().map_or_else(failed, stored)).collect()
}

fn stored(appended: &Appended) -> Offset {
    Offset {
        partition: Some(appended.partition),
        offset: Some(appended.offset),
        error_code: None,
        error: None,
    }
}

fn failed(reason: &NotStored) -> Offset {
    Offset { partition: None, offset: None, error_code: Some(code(reason)), error: Some(reason.to_string()) }
}
