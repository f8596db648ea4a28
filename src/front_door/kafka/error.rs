//! Errors of the Kafka REST Proxy: `{"error_code":…,"message":…}`.
//!
//! Its reference documents 40401 (topic not found), 42201 and 42202 (a key or value schema is missing), 415 and 422; its
//! `KafkaExceptionMapper` answers 40403 for the UnknownTopicOrPartitionException that producing to a topic which the
//! cluster neither has nor may create brings. So 40403 is for a name without a kind, and 40401 for a topic that was
//! here and was deleted. 50003 says that the same request may succeed later, 50002 that it will not.

use super::answer::{MEDIA_TYPE, offsets};
use crate::front_door::destination::NoTopic;
use crate::front_door::door::Outcomes;
use crate::front_door::refusal::Refusal;
use crate::http::Limits;
use crate::kafka::produce::NotStored;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// Why a request failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KafkaError {
    Format,
    NoTopic(NoTopic),
    NoJson(String),
    Shape(String),
    NoKeySchema,
    NoValueSchema,
    Refused(Refusal),
    /// No record was stored: the reason that leaves most open, and all of them.
    NoneStored(NotStored, Outcomes),
}

impl From<Refusal> for KafkaError {
    fn from(refusal: Refusal) -> KafkaError {
        KafkaError::Refused(refusal)
    }
}

impl From<NoTopic> for KafkaError {
    fn from(no_topic: NoTopic) -> KafkaError {
        match no_topic {
            NoTopic::Refused(refusal) => KafkaError::Refused(refusal),
            no_topic => KafkaError::NoTopic(no_topic),
        }
    }
}

/// The code of a record that was not stored.
pub fn code(reason: &NotStored) -> u32 {
    match reason {
        NotStored::NoTopic => 40403,
        NotStored::Forbidden(_) => 40301,
        reason if reason.is_passing() => 50003,
        _ => 50002,
    }
}

impl KafkaError {
    /// The answer.
    pub fn answer(&self, limits: &Limits) -> Response {
        let mut response = match self {
            KafkaError::Format => {
                error(StatusCode::UNSUPPORTED_MEDIA_TYPE, 415, "HTTP 415 Unsupported Media Type")
            }
            KafkaError::NoTopic(NoTopic::Closed) => error(StatusCode::NOT_FOUND, 40401, "Topic not found."),
            KafkaError::NoTopic(_) => {
                error(StatusCode::NOT_FOUND, 40403, "This server does not host this topic-partition.")
            }
            KafkaError::NoJson(reason) => error(StatusCode::BAD_REQUEST, 400, reason),
            KafkaError::Shape(reason) => error(StatusCode::UNPROCESSABLE_ENTITY, 422, reason),
            KafkaError::NoKeySchema => {
                let message = "Request includes keys but does not include key schema";
                error(StatusCode::UNPROCESSABLE_ENTITY, 42201, message)
            }
            KafkaError::NoValueSchema => {
                let message = "Request includes values but does not include value schema";
                error(StatusCode::UNPROCESSABLE_ENTITY, 42202, message)
            }
            KafkaError::Refused(refusal) => refused(refusal),
            KafkaError::NoneStored(reason, outcomes) => none_stored(reason, outcomes),
        };
        match self {
            KafkaError::Refused(refusal) => refusal.dress(&mut response, limits),
            KafkaError::NoneStored(reason, _) => {
                Refusal::NotStored(reason.clone()).dress(&mut response, limits);
            }
            _ => {}
        }
        response
    }
}

fn refused(refusal: &Refusal) -> Response {
    let status = refusal.status();
    if status.is_server_error() {
        return error(status, 50003, &format!("Retriable Kafka error: {refusal}"));
    }
    error(status, u32::from(status.as_u16()), &refusal.to_string())
}

/// An error with what became of each record, for who looks at those.
fn none_stored(reason: &NotStored, outcomes: &Outcomes) -> Response {
    let (status, message) = (Refusal::NotStored(reason.clone()).status(), reason.to_string());
    let body = json!({ "error_code": code(reason), "message": message, "offsets": offsets(outcomes) });
    (status, [(CONTENT_TYPE, MEDIA_TYPE)], body.to_string()).into_response()
}

/// A method that the route does not have; axum adds the `Allow` header.
pub async fn no_method(method: Method) -> Response {
    if method == Method::OPTIONS {
        return StatusCode::NO_CONTENT.into_response();
    }
    error(StatusCode::METHOD_NOT_ALLOWED, 405, "HTTP 405 Method Not Allowed")
}

fn error(status: StatusCode, error_code: u32, message: &str) -> Response {
    let body = json!({ "error_code": error_code, "message": message }).to_string();
    (status, [(CONTENT_TYPE, MEDIA_TYPE)], body).into_response()
}
