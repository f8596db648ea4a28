//! Tells failures that pass from those that last, and says what the lasting ones mean.

use super::KinesisError;
use crate::aws::chain;
use aws_sdk_kinesis::config::http::HttpResponse;
use aws_sdk_kinesis::error::{ProvideErrorMetadata, SdkError};
use std::error::Error;

/// Why a request failed.
#[derive(Debug)]
pub enum Failure {
    /// Another attempt may succeed.
    Passing(String),
    /// More was asked for than the stream, or the account, gives at a time.
    Throttled,
    /// The place in the shard is no longer known by that name.
    Expired,
    /// No other attempt would succeed.
    Lasting(KinesisError),
}

/// What a request asks for.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The region that is asked.
    pub region: &'a str,
    /// The stream.
    pub stream: &'a str,
    /// What credentials must allow for it.
    pub action: &'static str,
}

impl Failure {
    /// What the error of a request means.
    pub fn of<E>(asked: Asked<'_>, error: &SdkError<E, HttpResponse>) -> Failure
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        let stream = asked.stream.to_owned();
        match error {
            SdkError::ConstructionFailure(_) => {
                Failure::Lasting(KinesisError::Unsendable { stream, problem: chain(error) })
            }
            SdkError::ServiceError(answer) => {
                let status = answer.raw().status().as_u16();
                let code = answer.err().code().unwrap_or_default();
                Failure::answered(asked, status, code, answer.err().message().unwrap_or_default())
            }
            _ => Failure::Passing(chain(error)),
        }
    }

    fn answered(asked: Asked<'_>, status: u16, code: &str, message: &str) -> Failure {
        let stream = asked.stream.to_owned();
        let answer = match (code, message) {
            ("", _) => format!("HTTP {status}"),
            (code, "") => format!("{code}, HTTP {status}"),
            (code, message) => format!("{code}: {}", message.trim_end_matches('.')),
        };
        Failure::Lasting(match (status, code) {
            (429, _)
            | (
                _,
                "ProvisionedThroughputExceededException"
                | "LimitExceededException"
                | "KMSThrottlingException"
                | "Throttling"
                | "ThrottlingException"
                | "ThrottledException"
                | "RequestLimitExceeded"
                | "TooManyRequestsException",
            ) => return Failure::Throttled,
            (_, "ExpiredIteratorException") => return Failure::Expired,
            // A list goes on where it was only for some minutes.
            (500..=599, _) | (_, "ExpiredNextTokenException" | "InternalFailureException") => {
                return Failure::Passing(answer);
            }
            (_, "ResourceNotFoundException") => {
                KinesisError::NoStream { stream, region: asked.region.to_owned() }
            }
            (401 | 403, _)
            | (
                _,
                "AccessDeniedException"
                | "ExpiredTokenException"
                | "IncompleteSignatureException"
                | "InvalidClientTokenId"
                | "InvalidSignatureException"
                | "KMSAccessDeniedException"
                | "MissingAuthenticationTokenException"
                | "OptInRequired"
                | "UnrecognizedClientException",
            ) => KinesisError::Denied { stream, answer, action: asked.action },
            _ => KinesisError::Refused { stream, answer },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, code: &str) -> Failure {
        let asked = Asked { region: "eu-west-1", stream: "a-pin", action: "kinesis:GetRecords" };
        Failure::answered(asked, status, code, "Why.")
    }

    #[test]
    fn what_passes_is_told_from_what_lasts() {
        assert!(matches!(answered(400, "ProvisionedThroughputExceededException"), Failure::Throttled));
        assert!(matches!(answered(400, "LimitExceededException"), Failure::Throttled));
        assert!(matches!(answered(400, "ExpiredIteratorException"), Failure::Expired));
        assert!(matches!(answered(500, "InternalFailure"), Failure::Passing(_)));
        assert!(matches!(answered(503, ""), Failure::Passing(_)));
        let check = |code, told: &str| match answered(400, code) {
            Failure::Lasting(error) => assert!(error.to_string().contains(told), "{error}"),
            failure => panic!("{failure:?}"),
        };
        check("ResourceNotFoundException", "there is no such stream in eu-west-1");
        check("AccessDeniedException", "(AccessDeniedException: Why); check the credentials");
        check("UnrecognizedClientException", "that they allow kinesis:GetRecords");
        check("InvalidArgumentException", "it is refused: InvalidArgumentException: Why");
    }
}
