//! The file of `--log-sent`: every accepted record, so that what a server shows can be held against what it took.

use super::answer::Position;
use super::message::Message;
use crate::emulate::error::EmulateError;
use pinflow_dataflows::kind::Kind;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Common parsers read 128 levels, of which the line takes one. A record with so many brackets may have as many levels.
const MOST_BRACKETS: usize = 100;

/// A line. A text that is no JSON, or that may be nested too deep for who reads the line, stands in `text` in place of
/// `record`.
#[derive(Serialize)]
struct Line<'a> {
    kind: Kind,
    topic: Option<&'a str>,
    partition: &'a Value,
    offset: &'a Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<Cow<'a, str>>,
}

/// A file that lines are appended to.
pub struct SentLog {
    path: PathBuf,
    file: File,
    lines: Vec<u8>,
}

impl SentLog {
    /// Opens a file, or creates it.
    pub fn open(path: &Path) -> Result<SentLog, EmulateError> {
        let file = OpenOptions::new().append(true).create(true).open(path);
        let file = file.map_err(|source| EmulateError::Io { action: "write", path: path.into(), source })?;
        Ok(SentLog { path: path.into(), file, lines: Vec::new() })
    }

    /// Adds an accepted message; `topic` is the one that it was sent to, if the sender chose.
    pub fn add(&mut self, message: &Message, topic: Option<&str>, position: &Position) {
        let record = str::from_utf8(&message.text).ok().and_then(readable);
        let line = Line {
            kind: message.kind,
            topic: topic.or(position.topic.as_deref()),
            partition: &position.partition,
            offset: &position.offset,
            record,
            text: if record.is_none() { Some(String::from_utf8_lossy(&message.text)) } else { None },
        };
        serde_json::to_writer(&mut self.lines, &line).expect("memory takes all that is written");
        self.lines.push(b'\n');
    }

    /// Writes what was added; whole lines, whenever the process ends.
    pub fn write(&mut self) -> Result<(), EmulateError> {
        let written = self.file.write_all(&self.lines);
        self.lines.clear();
        written.map_err(|source| EmulateError::Io { action: "write", path: self.path.clone(), source })
    }
}

/// The text, with its spelling, as a part of the line.
fn readable(text: &str) -> Option<&RawValue> {
    let brackets = memchr::memchr2_iter(b'[', b'{', text.as_bytes()).count();
    if brackets <= MOST_BRACKETS { serde_json::from_str(text).ok() } else { None }
}
