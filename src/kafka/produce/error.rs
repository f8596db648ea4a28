//! Why a record is not known to be stored.

use super::Place;
use crate::kafka::error::told;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::Message;
use rdkafka::producer::DeliveryResult;

/// Why a record is not stored; but of one alone that is not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotStored {
    /// Too much waits already. Trying again later helps.
    #[error("too many records wait to be sent")]
    Busy,
    /// Nothing was sent. Trying again helps when a broker can be reached.
    #[error("no Kafka broker can be reached, and nothing was sent: {0}")]
    Unreachable(String),
    /// It was sent, or may have been, and no broker has confirmed it: it may be stored, now or later, or not.
    #[error("the outcome is unknown, the record may be stored or not: {0}")]
    Unknown(String),
    /// It is larger than the topic takes.
    #[error("the record is larger than the topic takes (max.message.bytes)")]
    TooLarge,
    /// There is no such topic.
    #[error("there is no such topic")]
    NoTopic,
    /// Its topic has no such partition.
    #[error("the topic has no such partition")]
    NoPartition,
    /// Whoever pinflow is to the brokers may not.
    #[error("the brokers do not allow it: {0}")]
    Forbidden(String),
    /// The brokers do not want it.
    #[error("the brokers refuse the record: {0}")]
    Refused(String),
}

impl NotStored {
    /// Whether trying again may help.
    pub fn is_passing(&self) -> bool {
        matches!(self, NotStored::Busy | NotStored::Unreachable(_) | NotStored::Unknown(_))
    }

    /// Why librdkafka has not even taken a record.
    pub(super) fn of_refusal(error: &KafkaError) -> NotStored {
        match error.rdkafka_error_code() {
            Some(RDKafkaErrorCode::QueueFull) => NotStored::Busy,
            code => definite(code).unwrap_or_else(|| NotStored::Refused(error.to_string())),
        }
    }

    /// What became of a record that it has taken. Only what brokers refuse by name is certainly not stored: anything else may
    /// have come after the record did.
    pub(super) fn of_delivery(result: &DeliveryResult<'_>) -> Result<Place, NotStored> {
        match result {
            Ok(message) => match (u32::try_from(message.partition()), u64::try_from(message.offset())) {
                (Ok(partition), Ok(offset)) => Ok(Place { partition, offset }),
                // What was sent twice because an answer was lost, and was found stored after so many others.
                _ => Err(NotStored::Unknown("it is stored, but no broker says where".to_owned())),
            },
            Err((error, _)) => {
                let code = error.rdkafka_error_code();
                Err(definite(code).unwrap_or_else(|| match code {
                    Some(RDKafkaErrorCode::PurgeQueue | RDKafkaErrorCode::PurgeInflight) => {
                        NotStored::Unknown("the client that was to send it could not go on".to_owned())
                    }
                    Some(RDKafkaErrorCode::MessageTimedOut) => {
                        NotStored::Unknown("no broker confirmed it in time".to_owned())
                    }
                    _ => NotStored::Unknown(told(error)),
                }))
            }
        }
    }
}

fn definite(code: Option<RDKafkaErrorCode>) -> Option<NotStored> {
    use RDKafkaErrorCode as Code;
    let code = code?;
    Some(match code {
        Code::MessageSizeTooLarge | Code::MessageBatchTooLarge => NotStored::TooLarge,
        Code::UnknownTopic | Code::UnknownTopicOrPartition => NotStored::NoTopic,
        Code::UnknownPartition => NotStored::NoPartition,
        Code::TopicAuthorizationFailed | Code::ClusterAuthorizationFailed => {
            NotStored::Forbidden(code.to_string())
        }
        Code::InvalidRecord | Code::InvalidTopic | Code::InvalidTimestamp | Code::PolicyViolation => {
            NotStored::Refused(code.to_string())
        }
        _ => return None,
    })
}
