//! Tells failures that pass from those that last, and says what the lasting ones mean.

use super::super::StoreError;
use super::bucket::Bucket;
use crate::aws::chain;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use std::error::Error;

/// Why an attempt failed.
#[derive(Debug)]
pub enum Failure {
    /// Another attempt may succeed.
    Passing(String),
    /// No other attempt would.
    Lasting(Box<StoreError>),
}

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A page of the bucket's keys.
    Keys,
    /// Bytes of an object.
    Bytes,
    /// That an object is stored.
    Storing,
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        Failure::Lasting(Box::new(error))
    }
}

impl Bucket {
    /// What the error of a request for `key` means.
    pub fn failure<E>(&self, asked: Asked, key: &str, error: &SdkError<E, HttpResponse>) -> Failure
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        let place = self.place(key);
        match error {
            SdkError::ConstructionFailure(_) => {
                StoreError::Unsendable { place, problem: chain(error) }.into()
            }
            SdkError::ServiceError(answer) => {
                let refusal = Refusal {
                    status: answer.raw().status().as_u16(),
                    code: answer.err().code().unwrap_or_default(),
                    message: answer.err().message().unwrap_or_default(),
                    region: answer.raw().headers().get("x-amz-bucket-region"),
                };
                self.refused(asked, place, &refusal)
            }
            _ => Failure::Passing(chain(error)),
        }
    }

    fn refused(&self, asked: Asked, place: String, refusal: &Refusal) -> Failure {
        let bucket = format!("s3://{}", self.name);
        let answer = refusal.to_text();
        let error = match (refusal.status, refusal.code) {
            (501, _) => StoreError::Refused { place, answer },
            (429 | 500..=599, _) | (_, "RequestTimeout" | "SlowDown" | "Throttling" | "InternalError") => {
                return Failure::Passing(answer);
            }
            (301 | 307, _) | (400, "AuthorizationHeaderMalformed" | "IllegalLocationConstraintException") => {
                let right = refusal.region.unwrap_or("the bucket's own").to_owned();
                StoreError::WrongRegion { bucket, asked: self.region.clone(), right }
            }
            (_, "NoSuchBucket") => StoreError::NoBucket { bucket },
            // Glacier: one object's own state, not a lack of rights.
            (403, "InvalidObjectState") => StoreError::Refused { place, answer },
            (401 | 403, _) | (400, "ExpiredToken" | "InvalidToken" | "TokenRefreshRequired") => {
                let action = match asked {
                    Asked::Keys => "s3:ListBucket on the bucket",
                    Asked::Bytes => "s3:GetObject on the bucket's objects",
                    Asked::Storing => "s3:PutObject on the bucket's objects",
                };
                StoreError::Denied { place, answer, action }
            }
            (404, _) if asked != Asked::Bytes => StoreError::NoBucket { bucket },
            (404 | 410, _) => StoreError::Gone { place },
            (412 | 416, _) => StoreError::Changed { place },
            _ => StoreError::Refused { place, answer },
        };
        error.into()
    }
}

/// An answer that is not what was asked for.
#[derive(Debug)]
struct Refusal<'a> {
    status: u16,
    code: &'a str,
    message: &'a str,
    /// Where the bucket lies, if the store says so.
    region: Option<&'a str>,
}

impl Refusal<'_> {
    fn to_text(&self) -> String {
        match (self.code, self.message) {
            ("", _) => format!("HTTP {}", self.status),
            (code, "") => format!("{code}, HTTP {}", self.status),
            (code, message) => format!("{code}: {}", message.trim_end_matches('.')),
        }
    }
}
