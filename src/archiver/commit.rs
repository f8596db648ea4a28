//! Puts an object and its companion so that whoever else archives the same partition puts no other one in its place.
//!
//! Objects of a partition follow each other: each begins where the one before it ends, and is named by that. So what two
//! archivers may disagree on is where the next object ends, as one of them may have closed it early. The companion, which
//! is put first and under a name that follows from where the object begins, decides: it is put once and never changed
//! nor removed, and says where the object ends and what its lines are. An object is put only by who has read or put the
//! companion with exactly these frames. Hence
//!
//! - an object that is there always has its companion, and they belong together, whoever put either. A sink of another sort,
//!   which knows nothing of this, may put an object under the same name: one that was there first is looked at;
//! - no position is in two objects, as long as the archivers were configured alike to begin with;
//! - a companion alone is an announcement. Readers pass over it. Whoever finds it puts the object, with the end that it
//!   names: after a crash that is the one who has put it.
//!
//! An announcement that nobody can fulfil, because compaction has removed what it counted on, or the topic was made again,
//! is left alone: replacing it could not be told from taking it away from somebody who is only slow.

use super::built::{Built, packed};
use crate::log::frame::checksum;
use crate::log::frames::{End, Frames};
use crate::store::{Created, StoreError, Target};
use flate2::read::MultiGzDecoder;
use std::io::Read;

/// Where an object is put.
#[derive(Clone, Debug)]
pub struct Keys {
    /// The object.
    pub object: String,
    /// Its companion.
    pub companion: String,
}

/// What became of an object.
pub enum Outcome {
    /// It is there, and durable.
    Committed {
        /// Whether this archiver has put it.
        by_us: bool,
    },
    /// Its place is taken by one that ends there, or has other records.
    Taken {
        /// Where that ends.
        end: End,
        /// Whether it is there; else it was announced.
        is_there: bool,
    },
}

/// Why an object cannot be put.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// The store fails.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is a companion that is none.
    #[error("{place}: {problem}; remove it, and the object if there is one")]
    Companion {
        /// Where it is.
        place: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Somebody else's object is there.
    #[error(
        "{place}: it is not what its companion says: something else writes to this archive, too, perhaps Kafka Connect's S3 \
         sink; let one of them write to another place, and remove what the other has put here"
    )]
    Foreign {
        /// Where it is.
        place: String,
    },
    /// It could not be packed.
    #[error("cannot pack {place}: {error}")]
    Pack {
        /// The object.
        place: String,
        /// What the encoder says.
        error: std::io::Error,
    },
}

/// Puts the companion, then the object.
pub fn commit(target: &dyn Target, keys: &Keys, built: Built, gzip: bool) -> Result<Outcome, CommitError> {
    if target.create(&keys.companion, built.companion.clone())? == Created::There {
        // It may be our own, of an attempt or a run before.
        match target.read(&keys.companion)? {
            Some(companion) if companion == built.companion => {}
            Some(companion) => {
                let end = end_of(target, keys, &companion)?;
                return Ok(Outcome::Taken { end, is_there: target.has(&keys.object)? });
            }
            None => {
                let (place, problem) = (target.place(&keys.companion), "it was removed just now".to_owned());
                return Err(CommitError::Companion { place, problem });
            }
        }
    }
    let lines = Lines { bytes: built.lines.len(), checksum: checksum(&built.lines) };
    let object = packed(built.lines, gzip);
    let object = object.map_err(|error| CommitError::Pack { place: target.place(&keys.object), error })?;
    let created = target.create(&keys.object, object)?;
    if created == Created::There && !lines.are_of(target.read(&keys.object)?) {
        return Err(CommitError::Foreign { place: target.place(&keys.object) });
    }
    Ok(Outcome::Committed { by_us: created == Created::New })
}

/// What an object's lines are known by.
struct Lines {
    bytes: usize,
    checksum: u32,
}

impl Lines {
    /// Whether they are an object's, packed or not. One that is removed meanwhile is nobody else's.
    fn are_of(&self, object: Option<Vec<u8>>) -> bool {
        let Some(object) = object else { return true };
        let mut unpacked = Vec::new();
        let lines = match object.starts_with(&[0x1f, 0x8b]) {
            // One byte more shows that it is longer.
            true => MultiGzDecoder::new(&object[..])
                .take(self.bytes as u64 + 1)
                .read_to_end(&mut unpacked)
                .map(|_| &unpacked),
            false => Ok(&object),
        };
        lines.is_ok_and(|lines| lines.len() == self.bytes && checksum(lines) == self.checksum)
    }
}

/// Whether the object that was announced is there.
pub fn look(target: &dyn Target, keys: &Keys, end: End) -> Result<Outcome, CommitError> {
    Ok(Outcome::Taken { end, is_there: target.has(&keys.object)? })
}

fn end_of(target: &dyn Target, keys: &Keys, companion: &[u8]) -> Result<End, CommitError> {
    read_end(companion)
        .map_err(|problem| CommitError::Companion { place: target.place(&keys.companion), problem })
}

/// Where an object ends, by its companion of version 2.
pub fn read_end(companion: &[u8]) -> Result<End, String> {
    let mut frames = Frames::new(companion);
    while frames.next().map_err(|error| error.to_string())?.is_some() {}
    frames.end().ok_or_else(|| "it is of version 1, whose objects grow".to_owned())
}
