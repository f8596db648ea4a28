//! A dead letter as it is read back.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chrono::DateTime;
use serde::Deserialize;

/// What the reason of every object fault begins with; behind it stands what is wrong.
pub const FAULT: &str = "object fault";

/// A dead letter's fields, as its line has them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct StoredLetter {
    /// Why the message was rejected, or what is wrong with the object.
    pub reason: String,
    /// The kind of a message's partition.
    pub kind: Option<String>,
    /// A message's time, or when a fault was found: RFC 3339 in UTC, always with three digits of a second.
    pub time: Option<String>,
    /// The source.
    pub source: String,
    /// The topic, stream or prefix.
    pub topic: String,
    /// The partition's number, if it has one.
    pub partition: Option<u64>,
    /// A message's position.
    pub position: Option<u64>,
    /// The object's key, if it comes from one.
    #[serde(default)]
    pub object: String,
    /// Bytes of an object that were read before its fault.
    pub byte: Option<u64>,
    /// The length of a message that is not here as a whole.
    pub bytes: Option<u64>,
    /// The SHA-256 of a message that is not here as a whole.
    pub sha256: Option<String>,
    /// The message, if it is a text.
    pub record: Option<String>,
    /// The message, if it is none.
    pub record_base64: Option<String>,
}

impl StoredLetter {
    /// Reads a line.
    pub fn from_line(line: &[u8]) -> Option<StoredLetter> {
        serde_json::from_slice(line).ok()
    }

    /// Whether it tells of an object, not of a message.
    pub fn is_fault(&self) -> bool {
        self.position.is_none()
    }

    /// The reason without what is told of a single object.
    pub fn reason_name(&self) -> &str {
        if self.is_fault() { FAULT } else { &self.reason }
    }

    /// Its time in milliseconds since 1970; 0 where none is known.
    pub fn time_ms(&self) -> u64 {
        let time = self.time.as_deref().and_then(|time| DateTime::parse_from_rfc3339(time).ok());
        time.map_or(0, |time| u64::try_from(time.timestamp_millis()).unwrap_or(0))
    }

    /// The message, if all of it is here.
    pub fn whole_record(&self) -> Option<Vec<u8>> {
        match (self.bytes, &self.record, &self.record_base64) {
            (None, Some(text), _) => Some(text.clone().into_bytes()),
            (None, None, Some(encoded)) => BASE64_STANDARD.decode(encoded).ok(),
            _ => None,
        }
    }
}
