//! `POST /v1/ingest/{kind}`: records in bulk, one a line, plain or as gzip.
//!
//! They go to the topic `ingest.{kind}`, or to that of Kafka. Blank lines are counted and not stored. If one line is no JSON,
//! nothing of the request is stored, and the answer names the line. Kafka may take some records and not others: that is an
//! error, too, which says how many are stored and which lines are not, or not known to be.

mod lines;
mod partly;

use super::destination::NoTopic;
use super::door::{self, Door, header, media_type};
use super::refusal::Refusal;
use crate::http::{GunzipError, Problem, Received, gunzip};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use lines::{LineError, Lines, MaxLines};
use partly::Partly;
use pinflow_dataflows::kind::Kind;
use serde_json::json;
use std::sync::Arc;

/// What curl says if nobody tells it otherwise.
const FORM: &str = "application/x-www-form-urlencoded";
/// Media types that are taken, beside none at all.
const MEDIA_TYPES: [&str; 4] = ["application/x-ndjson", "application/ndjson", "application/jsonl", FORM];

enum IngestError {
    NoKind(String),
    MediaType(String),
    Closed(String),
    NoTopic(NoTopic),
    Line {
        error: LineError,
        is_form: bool,
    },
    Refused(Refusal),
    /// Not all records are stored.
    Partly(Partly),
}

impl From<Refusal> for IngestError {
    fn from(refusal: Refusal) -> IngestError {
        IngestError::Refused(refusal)
    }
}

/// Stores all lines: `{"accepted":N,"blank":M,"topic":"ingest.pin"}`.
pub async fn bulk(
    State(door): State<Arc<Door>>,
    kind: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let kind = kind.map_or_else(|_| String::new(), |Path(kind)| kind);
    match append(&door, &kind, request).await {
        Ok(response) => response,
        Err(error) => answer(&door, error),
    }
}

async fn append(door: &Door, kind: &str, request: Request) -> Result<Response, IngestError> {
    let kind = Kind::from_name(kind).ok_or_else(|| IngestError::NoKind(kind.to_owned()))?;
    let topic = door.ingest_topic(kind).await.map_err(|no_topic| match no_topic {
        NoTopic::Closed => IngestError::Closed(format!("ingest.{}", kind.name())),
        NoTopic::Refused(refusal) => IngestError::Refused(refusal),
        no_topic => IngestError::NoTopic(no_topic),
    })?;
    let media_type = media_type(request.headers());
    if !media_type.is_empty() && !MEDIA_TYPES.contains(&media_type.as_str()) {
        return Err(IngestError::MediaType(media_type));
    }
    let received = receive(door, request).await?;
    let (body, is_form) = (received.bytes.clone(), media_type == FORM);
    let max = MaxLines { records: door.limits.ingest_records, record_bytes: door.limits.record_bytes };
    let cut = door::parse(body.len(), move || lines::cut(&body, max)).await;
    let Lines { records, blank } = cut.map_err(|error| IngestError::Line { error, is_form })?;
    let outcomes = door.append(&topic, records).await?;
    if let Some(partly) = Partly::of(&outcomes, &received.bytes) {
        return Err(IngestError::Partly(partly));
    }
    let accepted = outcomes.len();
    let body = json!({ "accepted": accepted, "blank": blank, "topic": topic }).to_string();
    Ok(([(CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response())
}

async fn receive(door: &Door, request: Request) -> Result<Received, Refusal> {
    match header(request.headers(), CONTENT_ENCODING).as_str() {
        "gzip" | "x-gzip" => {
            let received = door.receive_encoded(request).await?;
            let (held, max_bytes) = (door.in_flight.hold(), door.limits.body_bytes);
            // What comes out may be a thousand times as long, so its length decides nothing yet.
            let unpacked = door::parse(usize::MAX, move || gunzip(&received, held, max_bytes)).await;
            Ok(unpacked.map_err(|error: GunzipError| Refusal::Gunzip(error))?)
        }
        _ => door.receive(request).await,
    }
}

fn answer(door: &Door, error: IngestError) -> Response {
    let problem = match error {
        IngestError::NoKind(kind) => {
            let kinds: Vec<&str> = Kind::ALL.map(Kind::name).to_vec();
            Problem::new(StatusCode::NOT_FOUND, format!("there is no kind {kind:?}")).with("kinds", kinds)
        }
        IngestError::MediaType(media_type) => {
            let detail = format!("{media_type} is not taken: a body is a JSON object a line");
            Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail).with("media_types", MEDIA_TYPES.to_vec())
        }
        IngestError::Closed(topic) => {
            Problem::new(StatusCode::GONE, format!("the stream {topic} was deleted"))
        }
        IngestError::NoTopic(NoTopic::Unset { key, why }) => {
            let detail = format!("{why}: set {key} in the configuration");
            Problem::new(StatusCode::NOT_FOUND, detail).with("key", key)
        }
        IngestError::NoTopic(no_topic) => Problem::new(StatusCode::NOT_FOUND, no_topic.to_string()),
        IngestError::Line { error, is_form } => line_problem(error, is_form),
        IngestError::Partly(partly) => return partly.answer(&door.limits),
        IngestError::Refused(refusal) => {
            let mut response = Problem::new(refusal.status(), refusal.to_string()).into_response();
            refusal.dress(&mut response, &door.limits);
            return response;
        }
    };
    problem.into_response()
}

fn line_problem(error: LineError, is_form: bool) -> Problem {
    let hint = if is_form { " (curl's --data takes line breaks out; --data-binary keeps them)" } else { "" };
    match error {
        LineError::NoJson { line, reason } => {
            let detail = format!("line {line} is not JSON: {reason}{hint}; nothing was stored");
            Problem::new(StatusCode::BAD_REQUEST, detail).with("line", line)
        }
        LineError::TooLarge { line, max } => {
            let detail = format!("line {line} has more than {max} bytes; nothing was stored");
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail).with("line", line)
        }
        LineError::TooMany { max } => {
            let detail = format!("there are more than {max} records; nothing was stored");
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail)
        }
    }
}
