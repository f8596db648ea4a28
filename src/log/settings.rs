//! What can be set about the log.

use super::error::LogError;
use std::sync::Arc;
use std::time::Duration;

/// Is told how long each fsync took. It runs on the writer's thread, so it must be quick and must not panic.
pub type FsyncObserver = Arc<dyn Fn(Duration) + Send + Sync>;

/// The most partitions a topic can have: their numbers have to fit into file names.
pub(super) const PARTITIONS_MAX: u32 = 1_024;
/// The lines of a group fit into one frame, which counts them with 32 bits.
const QUEUE_BYTES_MAX: usize = 1 << 30;
const SYNC_THREADS_MAX: usize = 64;

/// What can be set about the log. The defaults are those of [`Settings::default`].
#[derive(Clone)]
pub struct Settings {
    /// How many partitions each topic has, 4 by default, at most 1,024. It counts when the log is made and never again.
    pub partitions: u32,
    /// How many topics there can be, 64 by default: each partition keeps two files open, and a process often gets no
    /// more than 1,024.
    pub topics_max: usize,
    /// The next records go to a new object when one has that many bytes together with its companion, 64 MiB by
    /// default: small enough to read again, copy or delete as one, large enough that a terabyte is 16,000 objects. An
    /// object is larger by up to one group commit.
    pub segment_bytes: u64,
    /// How many bytes of requests may wait or be written, 64 MiB by default, at most 1 GiB. What is more is refused as
    /// busy. The writer needs the same again for the lines of a group.
    pub queue_bytes: usize,
    /// How long each of the journal's two files gets, 16 MiB by default: a group of many requests, and what is read again in
    /// no time. Groups that are longer do without it.
    pub journal_bytes: u64,
    /// How many threads help the writer's with fsync where the journal does not do, 7 by default: a group that touches many
    /// files takes little longer than one that touches one. At most 64.
    pub sync_threads: usize,
    /// Above that many bytes the oldest objects are deleted. Off by default.
    pub retention_bytes: Option<u64>,
    /// Objects are deleted when their last record is that many days old. Off by default.
    pub retention_days: Option<u32>,
    /// Is told how long each fsync took.
    pub fsync_observer: Option<FsyncObserver>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            partitions: 4,
            topics_max: 64,
            segment_bytes: 64 << 20,
            queue_bytes: 64 << 20,
            journal_bytes: 16 << 20,
            sync_threads: 7,
            retention_bytes: None,
            retention_days: None,
            fsync_observer: None,
        }
    }
}

impl Settings {
    /// Whether a log can work with them.
    pub(super) fn check(&self) -> Result<(), LogError> {
        let problem = if !(1..=PARTITIONS_MAX).contains(&self.partitions) {
            "partitions is not from 1 to 1,024"
        } else if self.topics_max == 0 {
            "topics_max is 0"
        } else if self.segment_bytes == 0 {
            "segment_bytes is 0"
        } else if !(1..=QUEUE_BYTES_MAX).contains(&self.queue_bytes) {
            "queue_bytes is not from 1 to 1 GiB"
        } else if self.sync_threads > SYNC_THREADS_MAX {
            "sync_threads is more than 64"
        } else {
            return Ok(());
        };
        Err(LogError::Settings(problem))
    }
}
