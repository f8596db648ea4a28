//! Errors of the Kafka REST Proxy: `{"error_code":…,"message":…}`.
//!
//! Its reference documents 40401 (topic not found), 42201 and 42202 (a key or value schema is missing), 415 and 422; its
//! `KafkaExceptionMapper` answers 40403 for the UnknownTopicOrPartitionException that producing to a topic which the
//! cluster neither has nor may create brings. So 40403 is for a name without a kind, and 40401 for a topic that was
//! here and was deleted. 50003 says that the same request may succeed later.

use super::answer::MEDIA_TYPE;
use crate::front_door::door::NoTopic;
use crate::front_door::refusal::Refusal;
use crate::http::Limits;
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
}

impl From<Refusal> for KafkaError {
    fn from(refusal: Refusal) -> KafkaError {
        KafkaError::Refused(refusal)
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
            KafkaError::NoTopic(NoTopic::Unknown) => {
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
        };
        if let KafkaError::Refused(refusal) = self {
            refusal.dress(&mut response, limits);
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
