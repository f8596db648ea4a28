//! What is kept of a message that was rejected, or of an object that cannot be read.

use crate::archive::{Fault, PartitionName, TooLarge};
use crate::block::{Block, Origin};
use crate::decode::Reason;
use crate::times::rfc_3339;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;
use std::sync::Arc;

/// A dead letter.
#[derive(Debug)]
pub enum Letter {
    /// A rejected message.
    Message {
        /// Where it comes from.
        origin: Arc<Origin>,
        /// The kind of its partition.
        kind: &'static str,
        /// Its position: the offset, or the index in the object.
        position: u64,
        /// Its time in milliseconds since 1970; 0 where none is known.
        time: u64,
        /// Why it was rejected.
        reason: Reason,
        /// The message.
        content: Content,
    },
    /// What is left of an object.
    Fault(Fault, Option<Arc<PartitionName>>),
}

/// A rejected message's content.
#[derive(Debug)]
pub enum Content {
    /// All of it.
    Whole(Vec<u8>),
    /// Its beginning, length and hash.
    TooLarge(TooLarge),
}

/// Characters of a message that are shown to people.
const SHOWN_CHARS: usize = 60;

impl Letter {
    /// A rejected message of a block, by its index in the block.
    pub fn of_message(block: &Block, index: u64, reason: Reason, content: Content) -> Letter {
        let (position, time) = (block.position_of(index), block.times.of(index));
        Letter::Message {
            origin: block.origin.clone(),
            kind: block.kind.name(),
            position,
            time,
            reason,
            content,
        }
    }

    /// As a line of JSON.
    pub fn to_line(&self) -> Vec<u8> {
        line(&self.written())
    }

    /// As a line of JSON that says the time, too: a message's own, or when a fault was found. In UTC as RFC 3339 has it,
    /// always with three digits of a second, so that texts compare as times do.
    pub fn to_timed_line(&self, found_ms: u64) -> Vec<u8> {
        let ms = match self {
            Letter::Message { time, .. } => *time,
            Letter::Fault(..) => found_ms,
        };
        line(&Written { time: rfc_3339(ms), ..self.written() })
    }

    fn written(&self) -> Written<'_> {
        match self {
            Letter::Message { origin, kind, position, reason, content, time: _ } => {
                let mut written = Written {
                    reason: reason.name().to_owned(),
                    kind: Some(kind),
                    source: &origin.source,
                    topic: &origin.partition.topic,
                    partition: origin.partition.number,
                    position: Some(*position),
                    object: &origin.object,
                    ..Written::default()
                };
                match content {
                    Content::Whole(message) => written.set_record(message),
                    Content::TooLarge(large) => {
                        written.set_record(&large.head);
                        written.bytes = Some(large.bytes);
                        written.sha256 = Some(large.sha256_text());
                    }
                }
                written
            }
            Letter::Fault(fault, partition) => Written {
                reason: format!("object fault: {}", fault.reason),
                source: &fault.source,
                topic: &fault.topic,
                partition: partition.as_ref().and_then(|partition| partition.number),
                object: &fault.key,
                byte: Some(fault.byte),
                ..Written::default()
            },
        }
    }

    /// For people, on one line.
    pub fn shown(&self) -> String {
        match self {
            Letter::Message { origin, position, reason, content, .. } => {
                let message = match content {
                    Content::Whole(message) => message,
                    Content::TooLarge(large) => &large.head,
                };
                let text = String::from_utf8_lossy(&message[..message.len().min(4 * SHOWN_CHARS)]);
                let text: String =
                    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(SHOWN_CHARS).collect();
                format!("{}: {} at {position}: {text}", reason.name(), origin.object)
            }
            Letter::Fault(fault, _) => {
                format!("object fault: {} at byte {}: {}", fault.key, fault.byte, fault.reason)
            }
        }
    }
}

fn line(written: &Written<'_>) -> Vec<u8> {
    let mut line = serde_json::to_vec(written).expect("texts and numbers can be written");
    line.push(b'\n');
    line
}

/// A dead letter's fields.
#[derive(Default, Serialize)]
#[serde(rename_all = "snake_case")]
struct Written<'a> {
    reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<String>,
    source: &'a str,
    topic: &'a str,
    partition: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<u64>,
    #[serde(skip_serializing_if = "str::is_empty")]
    object: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    byte: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    record_base64: Option<String>,
}

impl Written<'_> {
    /// As text where it is one, else in base64.
    fn set_record(&mut self, message: &[u8]) {
        match std::str::from_utf8(message) {
            Ok(text) => self.record = Some(text.to_owned()),
            Err(_) => self.record_base64 = Some(BASE64_STANDARD.encode(message)),
        }
    }
}
