//! A line of the output: where a record comes from, and what it is.

use super::cleaned::{self, Row};
use super::enclosed::Enclosed;
use super::record::{Partition, Position, Record};
use crate::archive::TooLarge;
use crate::decode::{NoRecord, Reason, RecordReader};
use crate::message::Content;
use crate::times::rfc_3339;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use pinflow_dataflows::clean::{Fields, RawRecord};
use pinflow_dataflows::kind::Kind;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// Common parsers read 128 levels, of which the line takes one. A record with so many brackets may have as many levels.
const MOST_BRACKETS: usize = 100;

/// What is not there is left out, but for what every line has.
#[derive(Debug, Serialize)]
struct Line<'a> {
    kind: Kind,
    topic: &'a str,
    partition: Partition<'a>,
    position: Position<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<u64>,
    time: Option<String>,
    #[serde(skip_serializing_if = "str::is_empty")]
    object: &'a str,
    #[serde(flatten)]
    enclosed: Option<&'a Enclosed<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(flatten)]
    cleaned: Option<Cleaned<'a>>,
    #[serde(flatten)]
    value: Option<Shown<'a>>,
}

/// A record that was accepted.
#[derive(Debug, Serialize)]
struct Cleaned<'a> {
    ind: u64,
    /// A delete has no row.
    #[serde(skip_serializing_if = "Option::is_none")]
    deleted: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    row: Option<Row<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    malformed: Option<Vec<&'static str>>,
}

/// A value: as JSON where it is some, else as text where it is one, else in base64.
#[derive(Debug, Default, Serialize)]
struct Shown<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<Cow<'a, RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    base64: Option<String>,
    /// The length and the hash of what is not shown to its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
}

/// Makes lines.
pub struct Lines {
    reader: RecordReader,
    record_max_bytes: usize,
}

impl Lines {
    /// Records that are longer are shown by their beginning.
    pub fn new(record_max_bytes: usize) -> Lines {
        Lines { reader: RecordReader::new(Fields::ALL), record_max_bytes }
    }

    /// The record as it came.
    pub fn as_it_came(&self, record: &Record<'_>, line: &mut Vec<u8>) {
        write(&Line { value: Some(self.shown(record.content)), ..head(record) }, line);
    }

    /// What cleaning makes of it.
    pub fn cleaned(&mut self, record: &Record<'_>, line: &mut Vec<u8>) {
        let mut raw = RawRecord::default();
        match self.read(record, &mut raw) {
            Ok(ind) if raw.is_deletion() => {
                let cleaned = Cleaned { ind, deleted: Some(true), row: None, malformed: None };
                write(&Line { cleaned: Some(cleaned), ..head(record) }, line);
            }
            Ok(ind) => {
                let (row, malformed) = cleaned::row(record.kind, &raw);
                let malformed = Some(malformed.iter().map(|field| field.name()).collect());
                let cleaned = Cleaned { ind, deleted: None, row: Some(row), malformed };
                write(&Line { cleaned: Some(cleaned), ..head(record) }, line);
            }
            Err(reason) => {
                let value = Some(self.shown(record.content));
                write(&Line { reason: Some(reason.name()), value, ..head(record) }, line);
            }
        }
    }

    /// The key of a record, whose fields go to `raw`; or why it is rejected, as a worker decides it.
    fn read<'a>(&mut self, record: &Record<'a>, raw: &mut RawRecord<'a>) -> Result<u64, Reason> {
        let Content::Whole(bytes) = record.content else { return Err(Reason::TooLarge) };
        if bytes.len() > self.record_max_bytes {
            return Err(Reason::TooLarge);
        }
        let text = str::from_utf8(bytes).map_err(|_| Reason::NotJson)?;
        match self.reader.read(record.kind, text, 0..text.len(), raw) {
            Ok(()) => raw.key().ok_or(Reason::NoUsableInd),
            Err(NoRecord::NotJson) => Err(Reason::NotJson),
            Err(NoRecord::NotAnObject) => Err(Reason::NotAnObject),
        }
    }

    fn shown<'a>(&self, content: Content<'a>) -> Shown<'a> {
        match content {
            Content::Whole(bytes) if bytes.len() <= self.record_max_bytes => value(bytes),
            Content::Whole(bytes) => beginning(&TooLarge::of(bytes)),
            Content::TooLarge(large) => beginning(large),
        }
    }
}

fn head<'a>(record: &'a Record<'_>) -> Line<'a> {
    Line {
        kind: record.kind,
        topic: record.topic,
        partition: record.partition,
        position: record.position,
        index: record.index,
        time: rfc_3339(record.time),
        object: record.object,
        enclosed: record.enclosed.as_ref(),
        reason: None,
        cleaned: None,
        value: None,
    }
}

fn value(bytes: &[u8]) -> Shown<'_> {
    let Ok(text) = str::from_utf8(bytes) else {
        return Shown { base64: Some(BASE64_STANDARD.encode(bytes)), ..Shown::default() };
    };
    match json(text) {
        Some(record) => Shown { record: Some(record), ..Shown::default() },
        None => Shown { text: Some(text.into()), ..Shown::default() },
    }
}

fn beginning(large: &TooLarge) -> Shown<'static> {
    let mut shown = Shown { bytes: Some(large.bytes), sha256: Some(large.sha256_text()), ..Shown::default() };
    match str::from_utf8(&large.head) {
        Ok(text) => shown.text = Some(text.to_owned().into()),
        // A character that was cut in two does not make it another thing than text.
        Err(error) if error.error_len().is_none() => {
            shown.text =
                Some(String::from_utf8_lossy(&large.head[..error.valid_up_to()]).into_owned().into());
        }
        Err(_) => shown.base64 = Some(BASE64_STANDARD.encode(&large.head)),
    }
    shown
}

/// A text that is JSON, on one line, with its spelling, if common parsers read it as a part of the line: numbers that no double
/// is near to, and escapes that are no characters, are JSON, too.
fn json(text: &str) -> Option<Cow<'_, RawValue>> {
    let brackets = memchr::memchr2_iter(b'[', b'{', text.as_bytes()).count();
    if brackets > MOST_BRACKETS || serde_json::from_str::<Value>(text).is_err() {
        return None;
    }
    match one_line(text)? {
        Cow::Borrowed(line) => serde_json::from_str(line).ok().map(Cow::Borrowed),
        Cow::Owned(line) => RawValue::from_string(line).ok().map(Cow::Owned),
    }
}

/// A text that is JSON, on one line, with its spelling. Line breaks can only stand between its tokens, where a space says
/// the same.
pub fn one_line(text: &str) -> Option<Cow<'_, str>> {
    serde_json::from_str::<&RawValue>(text).ok()?;
    Some(match memchr::memchr2(b'\n', b'\r', text.as_bytes()) {
        None => text.into(),
        Some(_) => text.replace(['\n', '\r'], " ").into(),
    })
}

fn write(line: &Line<'_>, out: &mut Vec<u8>) {
    serde_json::to_writer(&mut *out, line).expect("texts and numbers can be written");
    out.push(b'\n');
}
