//! Why an archiver ends early.

use super::commit::CommitError;
use crate::store::StoreError;
use std::io;

/// Why an archiver ends early.
#[derive(Debug, thiserror::Error)]
pub enum ArchiverError {
    /// An object cannot be put.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// The source cannot be read.
    #[error(transparent)]
    Source(#[from] StoreError),
    /// Nothing more is read of the source.
    #[error("{0}")]
    Stopped(String),
    /// An object was announced that is not put, and that the source has no records for.
    #[error(
        "{place} announces an object that is not there, and that this source does not hold as it says: its topic was compacted, \
         cut off or made again since. If no other archiver is at work, remove it"
    )]
    NotFulfilled {
        /// The companion.
        place: String,
    },
    /// The source is behind the archive.
    #[error(
        "topic {topic} partition {partition}: the archive has it up to offset {archived}, and the source ends at {end}: it is \
         another one. Archive it to another place"
    )]
    Behind {
        /// The topic.
        topic: String,
        /// The partition's number.
        partition: u64,
        /// What the archive has.
        archived: u64,
        /// What the source has.
        end: u64,
    },
    /// A topic's name is one that readers of archives pass over.
    #[error(
        "topic {topic}: archives cannot hold it, for their readers pass over names that begin with _ or ."
    )]
    Hidden {
        /// The topic.
        topic: String,
    },
    /// A thread cannot be started.
    #[error("cannot start: {0}")]
    Start(#[from] io::Error),
}
