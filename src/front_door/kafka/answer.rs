//! Where records were appended, as this API says it.

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

/// Records are appended all or none, so none has an error of its own.
#[derive(Serialize)]
struct Offset {
    partition: u32,
    offset: u64,
    error_code: Option<u32>,
    error: Option<String>,
}

/// The answer to a request whose records were appended.
pub fn answer(appended: &[Appended]) -> Response {
    let offset = |appended: &Appended| Offset {
        partition: appended.partition,
        offset: appended.offset,
        error_code: None,
        error: None,
    };
    let offsets = appended.iter().map(offset).collect();
    let produced = Produced { offsets, key_schema_id: None, value_schema_id: None };
    let json = serde_json::to_vec(&produced).expect("numbers are JSON");
    ([(CONTENT_TYPE, MEDIA_TYPE)], json).into_response()
}
