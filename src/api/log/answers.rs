//! What is told of the log: written by a run, read by `pinflow tap`.

use crate::archive::{Fault, TooLarge};
use crate::message::{Content, Message};
use crate::times::{milliseconds, rfc_3339};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};

/// What the log holds.
#[derive(Debug, Serialize, Deserialize)]
pub struct Listing {
    /// Grows with each change of the log while a run goes on.
    pub change: u64,
    /// The partitions that have records or had some, by topic and number.
    pub partitions: Vec<PartitionEnds>,
}

/// Where a partition begins and ends.
#[derive(Debug, Serialize, Deserialize)]
pub struct PartitionEnds {
    /// The topic.
    pub topic: String,
    /// The partition's number.
    pub partition: u32,
    /// What its records are; nothing if the configuration ignores them.
    pub kind: Option<String>,
    /// The first position that is there.
    pub first_position: u64,
    /// The one behind the last that is durable.
    pub end_position: u64,
}

/// Some records of a partition.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Page {
    /// Those that are there, in order.
    pub records: Vec<LogRecord>,
    /// What could not be read.
    pub faults: Vec<LogFault>,
    /// Where the next page begins.
    pub next: u64,
    /// Where the partition ends now.
    pub end_position: u64,
}

/// A record as it came.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct LogRecord {
    /// Its position.
    pub position: u64,
    /// When it was appended.
    pub time: Option<String>,
    /// The object that holds it.
    pub object: String,
    /// The record, if it is a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// The record, if it is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record_base64: Option<String>,
    /// The length of a record that is not here as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// The SHA-256 of a record that is not here as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// A part of an object that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogFault {
    /// The object.
    pub object: String,
    /// Where in it, in bytes.
    pub byte: u64,
    /// What is wrong.
    pub reason: String,
}

impl LogRecord {
    /// Of a message of the log.
    pub fn of(message: Message<'_>) -> LogRecord {
        let mut record = LogRecord {
            position: message.position,
            time: rfc_3339(message.time),
            object: message.block.origin.object.clone(),
            ..LogRecord::default()
        };
        match message.content {
            Content::Whole(bytes) => record.set(bytes),
            Content::TooLarge(large) => {
                record.set(&large.head);
                (record.bytes, record.sha256) = (Some(large.bytes), Some(large.sha256_text()));
            }
        }
        record
    }

    fn set(&mut self, bytes: &[u8]) {
        match str::from_utf8(bytes) {
            Ok(text) => self.record = Some(text.to_owned()),
            Err(_) => self.record_base64 = Some(BASE64_STANDARD.encode(bytes)),
        }
    }

    /// About how many bytes it takes in an answer.
    pub fn size(&self) -> usize {
        let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        length(&self.record) + length(&self.record_base64) + self.object.len() + 100
    }

    /// When it was appended, in milliseconds since 1970; 0 if that is not known.
    pub fn time_ms(&self) -> u64 {
        milliseconds(self.time.as_deref())
    }

    /// The record, or what is known of one that is too large; nothing if it is told of in another way.
    pub fn content(self) -> Option<Result<Vec<u8>, TooLarge>> {
        let bytes = match (self.record, self.record_base64) {
            (Some(text), _) => text.into_bytes(),
            (None, Some(encoded)) => BASE64_STANDARD.decode(encoded).ok()?,
            (None, None) => return None,
        };
        Some(match (self.bytes, self.sha256) {
            (Some(length), Some(sha256)) => Err(TooLarge::known(bytes, length, &sha256)?),
            _ => Ok(bytes),
        })
    }
}

impl From<Fault> for LogFault {
    fn from(fault: Fault) -> LogFault {
        LogFault { object: fault.key, byte: fault.byte, reason: fault.reason.to_string() }
    }
}
