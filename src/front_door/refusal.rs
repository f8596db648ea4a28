//! Why a request is refused, whichever API it speaks. Each API says it in its own shape.

use crate::http::{BodyError, GunzipError, Limits};
use crate::kafka::produce::NotStored;
use crate::log::AppendError;
use axum::http::header::{CONNECTION, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use thiserror::Error;

/// The reasons that all APIs share.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    #[error("the pipeline is behind; try again later")]
    Overloaded,
    #[error(transparent)]
    Body(#[from] BodyError),
    #[error("the content encoding {0} is not taken here")]
    Encoding(String),
    #[error(transparent)]
    Gunzip(#[from] GunzipError),
    #[error("there are more than {max} records")]
    TooManyRecords { max: usize },
    #[error("record {number} has more than {max} bytes")]
    RecordTooLarge { number: usize, max: usize },
    #[error("there are {max} topics and streams, and no more are allowed")]
    TooManyStreams { max: usize },
    #[error("could not note the stream: {0}")]
    Streams(String),
    #[error(transparent)]
    Append(#[from] AppendError),
    #[error(transparent)]
    NotStored(#[from] NotStored),
}

impl Refusal {
    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        match self {
            Refusal::Overloaded
            | Refusal::Body(BodyError::NoBudget)
            | Refusal::Gunzip(GunzipError::NoBudget)
            | Refusal::Append(AppendError::Busy)
            | Refusal::NotStored(NotStored::Busy) => StatusCode::TOO_MANY_REQUESTS,
            Refusal::Body(BodyError::TooLarge { .. })
            | Refusal::Gunzip(GunzipError::TooLarge { .. })
            | Refusal::TooManyRecords { .. }
            | Refusal::RecordTooLarge { .. }
            | Refusal::NotStored(NotStored::TooLarge) => StatusCode::PAYLOAD_TOO_LARGE,
            Refusal::Body(BodyError::Timeout) => StatusCode::REQUEST_TIMEOUT,
            Refusal::Body(BodyError::Broken)
            | Refusal::Gunzip(GunzipError::Damaged)
            | Refusal::TooManyStreams { .. }
            | Refusal::Append(AppendError::Invalid(_)) => StatusCode::BAD_REQUEST,
            Refusal::Encoding(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Refusal::Append(AppendError::NoRoom(_) | AppendError::Closed)
            | Refusal::NotStored(NotStored::Unreachable(_)) => StatusCode::SERVICE_UNAVAILABLE,
            Refusal::NotStored(NotStored::Unknown(_)) => StatusCode::GATEWAY_TIMEOUT,
            Refusal::NotStored(NotStored::NoTopic) => StatusCode::NOT_FOUND,
            Refusal::NotStored(NotStored::Forbidden(_)) => StatusCode::FORBIDDEN,
            Refusal::NotStored(NotStored::NoPartition | NotStored::Refused(_)) => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Refusal::Append(AppendError::Failed(_)) | Refusal::Streams(_) => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
        }
    }

    /// Adds to an answer when to come again, and that the connection ends where its body was not read.
    pub fn dress(&self, response: &mut Response, limits: &Limits) {
        let headers = response.headers_mut();
        if matches!(self.status(), StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
            headers.insert(RETRY_AFTER, HeaderValue::from(limits.retry_after.as_secs().max(1)));
        }
        if matches!(self, Refusal::Body(_)) {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
    }
}
