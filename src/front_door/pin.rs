//! `POST /pin/`: one bare pin, as the pipelines' FastAPI service takes it.
//!
//! The answer is the pin, spelled as it came. What is no JSON object gets FastAPI's 422. Its media type does not matter:
//! some of the producers send none.

use super::destination::NoTopic;
use super::door::{self, Door};
use super::record::{Incoming, record_of, text_of};
use super::refusal::Refusal;
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use pinflow_dataflows::kind::Kind;
use serde_json::{Value, json};
use std::sync::Arc;

/// FastAPI shows what it was given; so much of it is enough.
const MAX_SHOWN_BYTES: usize = 4 << 10;

/// Why a pin was not taken.
enum PinError {
    /// FastAPI's list of what is wrong.
    Unprocessable(Value),
    /// There is no topic for it.
    NoTopic(NoTopic),
    Refused(Refusal),
}

impl From<Refusal> for PinError {
    fn from(refusal: Refusal) -> PinError {
        PinError::Refused(refusal)
    }
}

impl From<NoTopic> for PinError {
    fn from(no_topic: NoTopic) -> PinError {
        match no_topic {
            NoTopic::Refused(refusal) => PinError::Refused(refusal),
            no_topic => PinError::NoTopic(no_topic),
        }
    }
}

/// Appends a pin.
pub async fn post(State(door): State<Arc<Door>>, request: Request) -> Response {
    match append(&door, request).await {
        Ok(pin) => json_response(StatusCode::OK, pin),
        Err(error) => answer(&door, &error),
    }
}

async fn append(door: &Door, request: Request) -> Result<Bytes, PinError> {
    let topic = door.ingest_topic(Kind::Pin).await?;
    let received = door.receive(request).await?;
    let body = received.bytes.clone();
    let record = door::parse(body.len(), move || record(&body)).await.map_err(PinError::Unprocessable)?;
    let pin = record.line.clone();
    let mut outcomes = door.append(&topic, vec![record]).await?;
    let outcome = outcomes.pop().expect("every record has an outcome");
    outcome.map_err(Refusal::NotStored)?;
    Ok(pin)
}

fn record(body: &Bytes) -> Result<Incoming, Value> {
    if body.is_empty() {
        return Err(json!({ "type": "missing", "loc": ["body"], "msg": "Field required", "input": null }));
    }
    let text = text_of(body).map_err(|error| no_json(error.valid_up_to(), &error.to_string()))?;
    let record =
        record_of(body, text).map_err(|error| no_json(position(text, &error), &error.to_string()))?;
    if !record.line.starts_with(b"{") {
        return Err(no_object(text));
    }
    Ok(record)
}

fn no_json(position: usize, reason: &str) -> Value {
    json!({
        "type": "json_invalid", "loc": ["body", position], "msg": "JSON decode error", "input": {},
        "ctx": { "error": reason },
    })
}

fn no_object(text: &str) -> Value {
    // What nests too deep for the answer is not shown either.
    let shown = if text.len() <= MAX_SHOWN_BYTES { text } else { "null" };
    let input: Value = serde_json::from_str(shown).unwrap_or(Value::Null);
    json!({ "type": "dict_type", "loc": ["body"], "msg": "Input should be a valid dictionary", "input": input })
}

/// Where the error is, in characters from 0, as FastAPI counts.
fn position(text: &str, error: &serde_json::Error) -> usize {
    let lines_before = error.line().saturating_sub(1);
    let line_start: usize = text.split_inclusive('\n').take(lines_before).map(str::len).sum();
    let end = (line_start + error.column().saturating_sub(1)).min(text.len());
    String::from_utf8_lossy(&text.as_bytes()[..end]).chars().count()
}

fn answer(door: &Door, error: &PinError) -> Response {
    match error {
        PinError::Unprocessable(wrong) => {
            let body = json!({ "detail": [wrong] }).to_string();
            json_response(StatusCode::UNPROCESSABLE_ENTITY, body.into())
        }
        PinError::NoTopic(NoTopic::Closed) => detail(StatusCode::GONE, "the stream of pins was deleted"),
        PinError::NoTopic(no_topic) => detail(StatusCode::NOT_FOUND, &no_topic.to_string()),
        PinError::Refused(refusal) => {
            let mut response = detail(refusal.status(), &refusal.to_string());
            refusal.dress(&mut response, &door.limits);
            response
        }
    }
}

/// A method that the route does not have; axum adds the `Allow` header.
pub async fn no_method(method: Method) -> Response {
    if method == Method::OPTIONS {
        return StatusCode::NO_CONTENT.into_response();
    }
    detail(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed")
}

fn detail(status: StatusCode, detail: &str) -> Response {
    json_response(status, json!({ "detail": detail }).to_string().into())
}

fn json_response(status: StatusCode, json: Bytes) -> Response {
    (status, [(CONTENT_TYPE, HeaderValue::from_static("application/json"))], json).into_response()
}
