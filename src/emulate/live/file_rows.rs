//! Posts of a file, its rows: a JSON object a line, `{"pin":{…},"geo":{…},"user":{…}}`, of which any may be missing.

use super::dialect::Dialect;
use super::error::LiveError;
use super::message::{Message, Sort};
use crate::emulate::error::EmulateError;
use crate::emulate::random::Random;
use pinflow_dataflows::kind::Kind;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::fs;
use std::path::Path;

/// Rows are held in memory; a larger catalogue is rather an archive, to be replayed.
const MOST_BYTES: u64 = 1 << 30;
/// Keeps this generator apart from that of the schedule.
const FILE_KEY: u64 = 0x6669_6c65;

/// What a line may hold. A null is as good as nothing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row<'a> {
    #[serde(borrow)]
    pin: Option<&'a RawValue>,
    #[serde(borrow)]
    geo: Option<&'a RawValue>,
    #[serde(borrow)]
    user: Option<&'a RawValue>,
}

/// What a record is sent under.
#[derive(Deserialize)]
struct Key {
    ind: Option<u64>,
    index: Option<u64>,
}

/// The rows of a file.
pub struct FileRows {
    rows: Vec<Vec<Message>>,
    random: Random,
}

impl FileRows {
    /// Reads a file. Its rows need something that the dialect takes.
    pub fn read(path: &Path, dialect: Dialect, seed: u64) -> Result<FileRows, EmulateError> {
        let refused = |source| EmulateError::Io { action: "read", path: path.into(), source };
        let bytes = fs::metadata(path).map_err(refused)?.len();
        if bytes > MOST_BYTES {
            return Err(LiveError::TooLarge { path: path.into(), bytes, most: MOST_BYTES }.into());
        }
        let content = fs::read(path).map_err(refused)?;
        let mut rows = Vec::new();
        for (index, line) in content.split(|byte| *byte == b'\n').enumerate() {
            if line.trim_ascii().is_empty() {
                continue;
            }
            let row = messages(line, index as u64, dialect.kinds()).map_err(|problem| LiveError::Row {
                path: path.into(),
                line: index + 1,
                problem,
            })?;
            if !row.is_empty() {
                rows.push(row);
            }
        }
        if rows.is_empty() {
            return Err(LiveError::NoRows { path: path.into(), dialect }.into());
        }
        Ok(FileRows { rows, random: Random::keyed(&[seed, FILE_KEY]) })
    }

    /// Appends the messages of a row.
    pub fn draw(&mut self, messages: &mut Vec<Message>) {
        let index = self.random.index(self.rows.len());
        messages.extend_from_slice(&self.rows[index]);
    }
}

/// The messages of a line, or what is wrong with it.
fn messages(line: &[u8], index: u64, kinds: &[Kind]) -> Result<Vec<Message>, String> {
    let line = str::from_utf8(line).map_err(|_| "it is not UTF-8".to_owned())?.trim_ascii();
    if !line.starts_with('{') {
        return Err("a row must be an object: {\"pin\":{…},\"geo\":{…},\"user\":{…}}".to_owned());
    }
    let row: Row = serde_json::from_str(line).map_err(|error| reason(&error))?;
    let parts = [(Kind::Pin, row.pin), (Kind::Geo, row.geo), (Kind::User, row.user)];
    // Null parts are read as missing.
    let parts = parts.into_iter().filter_map(|(kind, part)| part.map(|part| (kind, part.get())));
    let parts: Vec<(Kind, &str)> = parts.collect();
    if parts.is_empty() {
        return Err("a row must have a pin, a geo or a user".to_owned());
    }
    if let Some((kind, part)) = parts.iter().find(|(_, part)| !part.starts_with('{')) {
        return Err(format!(
            "its {} must be an object, not {}",
            kind.name(),
            part.chars().take(40).collect::<String>()
        ));
    }
    let key = parts.iter().find_map(|(_, part)| key(part)).unwrap_or(index);
    let sent = parts.into_iter().filter(|(kind, _)| kinds.contains(kind));
    let message = |(kind, part): (Kind, &str)| Message {
        kind,
        key,
        sort: Sort::Record,
        odd: false,
        text: part.as_bytes().to_vec(),
    };
    Ok(sent.map(message).collect())
}

/// A record without a usable key is for the server to reject.
fn key(record: &str) -> Option<u64> {
    serde_json::from_str(record).ok().and_then(|key: Key| key.ind.or(key.index))
}

/// serde_json's sentence with the column alone: its line is always the first.
fn reason(error: &serde_json::Error) -> String {
    let sentence = error.to_string();
    let end = sentence.rfind(" at line ").unwrap_or(sentence.len());
    format!("{} at column {}", &sentence[..end], error.column())
}
