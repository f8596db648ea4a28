//! Errors of Kinesis: `{"__type":…,"message":…}`.
//!
//! Kinesis answers all of a caller's errors with 400. Where HTTP has a status that says more (404, 413, 429) it is used,
//! so that clients and proxies between know when to come again; the type is Kinesis'.

use crate::front_door::refusal::Refusal;
use crate::http::Limits;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

/// Why a request failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KinesisError {
    NoStream(String),
    NoJson(String),
    /// The body is not what the action takes; the sentence is Kinesis' where it has one.
    Invalid(String),
    Exists(String),
    /// Streams stand for topics of Kafka, which this API neither makes nor deletes.
    Fixed(&'static str),
    TooMany(usize),
    Failed(String),
    Refused(Refusal),
}

impl From<Refusal> for KinesisError {
    fn from(refusal: Refusal) -> KinesisError {
        KinesisError::Refused(refusal)
    }
}

impl KinesisError {
    /// A failed validation.
    pub fn invalid(what: &str) -> KinesisError {
        KinesisError::Invalid(format!("1 validation error detected: {what}"))
    }

    /// The answer.
    pub fn answer(&self, limits: &Limits) -> Response {
        let bad = StatusCode::BAD_REQUEST;
        match self {
            KinesisError::NoStream(name) => {
                let message = format!("Stream {name} under account 000000000000 not found.");
                error(StatusCode::NOT_FOUND, "ResourceNotFoundException", &message)
            }
            KinesisError::NoJson(reason) => error(bad, "SerializationException", reason),
            KinesisError::Invalid(reason) => error(bad, "ValidationException", reason),
            KinesisError::Exists(name) => {
                let message = format!("Stream {name} under account 000000000000 already exists.");
                error(bad, "ResourceInUseException", &message)
            }
            KinesisError::Fixed(reason) => error(StatusCode::FORBIDDEN, "AccessDeniedException", reason),
            KinesisError::TooMany(max) => too_many(*max),
            KinesisError::Failed(reason) => {
                error(StatusCode::INTERNAL_SERVER_ERROR, "InternalFailure", reason)
            }
            KinesisError::Refused(refusal) => {
                let mut response = refused(refusal);
                refusal.dress(&mut response, limits);
                response
            }
        }
    }
}

fn refused(refusal: &Refusal) -> Response {
    let status = refusal.status();
    let error_type = match status {
        StatusCode::TOO_MANY_REQUESTS => "ProvisionedThroughputExceededException",
        StatusCode::SERVICE_UNAVAILABLE => "ServiceUnavailable",
        StatusCode::INTERNAL_SERVER_ERROR | StatusCode::GATEWAY_TIMEOUT => "InternalFailure",
        StatusCode::FORBIDDEN => "AccessDeniedException",
        StatusCode::NOT_FOUND => "ResourceNotFoundException",
        StatusCode::REQUEST_TIMEOUT => "RequestTimeoutException",
        _ => "InvalidArgumentException",
    };
    match refusal {
        Refusal::TooManyStreams { max } => too_many(*max),
        _ => error(status, error_type, &refusal.to_string()),
    }
}

fn too_many(max: usize) -> Response {
    let message = format!("There are {max} streams, and no more are allowed.");
    error(StatusCode::BAD_REQUEST, "LimitExceededException", &message)
}

/// A method that the route does not have; axum adds the `Allow` header.
pub async fn no_method(method: Method) -> Response {
    if method == Method::OPTIONS {
        return StatusCode::NO_CONTENT.into_response();
    }
    let message = format!("{method} is not among the methods in Allow");
    error(StatusCode::METHOD_NOT_ALLOWED, "UnknownOperationException", &message)
}

fn error(status: StatusCode, error_type: &'static str, message: &str) -> Response {
    let mut response = json(&json!({ "__type": error_type, "message": message }));
    *response.status_mut() = status;
    response.headers_mut().insert(ERROR_TYPE, HeaderValue::from_static(error_type));
    response
}

/// An answer; API Gateway's are plain JSON.
pub fn json(body: &impl Serialize) -> Response {
    let json = serde_json::to_vec(body).expect("answers are JSON");
    ([(CONTENT_TYPE, HeaderValue::from_static("application/json"))], json).into_response()
}
