//! The topics and streams that were written to or created, and which of them are closed to writes.
//!
//! `streams.json` in the data folder keeps them. It is small and changes rarely: each change writes it whole, beside the
//! old one, and then puts it in its place.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::{SystemTime, UNIX_EPOCH};
use thiserror::Error;

const FILE_NAME: &str = "streams.json";
const NEXT_FILE_NAME: &str = "streams.json.next";

/// What is known of a topic or stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stream {
    /// When it was created or first written to, in milliseconds since 1970.
    pub created_ms: u64,
    /// Whether it was deleted: its records stay, and nothing is added.
    pub closed: bool,
}

/// Why a stream could not be opened, created or closed.
#[derive(Debug, Error)]
pub enum StreamsError {
    /// There are as many as there may be.
    #[error("there are {max} streams, and no more are allowed")]
    TooMany {
        /// Streams that are allowed.
        max: usize,
    },
    /// It exists, and is open.
    #[error("the stream exists")]
    Exists,
    /// The file is none that was written here.
    #[error("read {path}: {reason}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: serde_json::Error,
    },
    /// The file could not be read or written.
    #[error("read or write {path}: {reason}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What happened.
        reason: io::Error,
    },
}

type Known = BTreeMap<String, Stream>;

/// All of them. Functions that change something wait for the disk.
pub struct Streams {
    folder: PathBuf,
    max: usize,
    known: RwLock<Known>,
    changing: Mutex<()>,
}

impl Streams {
    /// Reads the file in a data folder, which must exist; without the file there are none.
    pub fn open(folder: &Path, max: usize) -> Result<Streams, StreamsError> {
        let path = folder.join(FILE_NAME);
        let known = match fs::read(&path) {
            Ok(bytes) => {
                serde_json::from_slice(&bytes).map_err(|reason| StreamsError::Damaged { path, reason })?
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Known::new(),
            Err(reason) => return Err(StreamsError::Io { path, reason }),
        };
        let folder = folder.to_path_buf();
        Ok(Streams { folder, max, known: RwLock::new(known), changing: Mutex::new(()) })
    }

    /// What is known of a name.
    pub fn get(&self, name: &str) -> Option<Stream> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).get(name).copied()
    }

    /// Names behind `after` in the order of their bytes, so many at most, and whether there are more.
    pub fn page(&self, after: &str, max: usize) -> (Vec<String>, bool) {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let mut names = known.keys().filter(|name| name.as_str() > after);
        let page = names.by_ref().take(max).cloned().collect();
        (page, names.next().is_some())
    }

    /// Makes a name known that is written to for the first time. A closed one stays closed.
    pub fn note(&self, name: &str) -> Result<(), StreamsError> {
        self.change(name, |stream| Ok(stream.unwrap_or_else(Stream::now)))
    }

    /// Creates a stream; a closed one is opened again, with the records that it has.
    pub fn create(&self, name: &str) -> Result<(), StreamsError> {
        self.change(name, |stream| match stream {
            Some(stream) if !stream.closed => Err(StreamsError::Exists),
            Some(stream) => Ok(Stream { closed: false, ..stream }),
            None => Ok(Stream::now()),
        })
    }

    /// Closes a stream to writes.
    pub fn close(&self, name: &str) -> Result<(), StreamsError> {
        self.change(name, |stream| Ok(Stream { closed: true, ..stream.unwrap_or_else(Stream::now) }))
    }

    fn change(
        &self,
        name: &str,
        change: impl FnOnce(Option<Stream>) -> Result<Stream, StreamsError>,
    ) -> Result<(), StreamsError> {
        let _one_at_a_time = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut known = self.known.read().unwrap_or_else(PoisonError::into_inner).clone();
        let before = known.get(name).copied();
        let after = change(before)?;
        if before == Some(after) {
            return Ok(());
        }
        if before.is_none() && known.len() >= self.max {
            return Err(StreamsError::TooMany { max: self.max });
        }
        known.insert(name.to_owned(), after);
        self.write(&known)?;
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = known;
        Ok(())
    }

    /// The new file is durable before it replaces the old one, and so is its name in the folder.
    fn write(&self, known: &Known) -> Result<(), StreamsError> {
        let (path, next) = (self.folder.join(FILE_NAME), self.folder.join(NEXT_FILE_NAME));
        let mut json = serde_json::to_vec_pretty(known).expect("a map of names is JSON");
        json.push(b'\n');
        let written = File::create(&next)
            .and_then(|mut file| file.write_all(&json).and_then(|()| file.sync_all()))
            .and_then(|()| fs::rename(&next, &path))
            .and_then(|()| File::open(&self.folder)?.sync_all());
        written.map_err(|reason| StreamsError::Io { path, reason })
    }
}

impl Stream {
    fn now() -> Stream {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Stream { created_ms: since_1970.as_millis() as u64, closed: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_survive() {
        let folder = tempfile::tempdir().unwrap();
        let streams = Streams::open(folder.path(), 3).unwrap();
        streams.create("b-pin").unwrap();
        streams.note("a-geo").unwrap();
        streams.close("c-user").unwrap();
        assert!(matches!(streams.create("a-geo"), Err(StreamsError::Exists)));
        assert!(matches!(streams.note("d-pin"), Err(StreamsError::TooMany { max: 3 })));
        let again = Streams::open(folder.path(), 3).unwrap();
        for name in ["a-geo", "b-pin", "c-user"] {
            assert_eq!(again.get(name), streams.get(name));
            assert_eq!(again.get(name).unwrap().closed, name == "c-user");
        }
        again.create("c-user").unwrap();
        assert!(!again.get("c-user").unwrap().closed);
        assert_eq!(again.page("", 2), (vec!["a-geo".to_owned(), "b-pin".to_owned()], true));
        assert_eq!(again.page("b-pin", 2), (vec!["c-user".to_owned()], false));
    }

    #[test]
    fn a_damaged_file_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE_NAME), "{").unwrap();
        assert!(matches!(Streams::open(folder.path(), 3), Err(StreamsError::Damaged { .. })));
    }
}
