//! How far the archiver is, for those who ask.

use crate::archive::PartitionName;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// What the archiver tells, and others read.
#[derive(Default)]
pub struct Status(Mutex<ArchiverStatus>);

/// The archiver as a whole.
#[derive(Clone, Debug, Default)]
pub struct ArchiverStatus {
    /// By the partition's number among those that are read.
    pub partitions: BTreeMap<u32, Archived>,
    /// Objects that it has put.
    pub objects: u64,
    /// Records in them.
    pub records: u64,
    /// How many of those are kept apart.
    pub apart: u64,
    /// Bytes of their lines.
    pub bytes: u64,
    /// Objects that another archiver has put meanwhile.
    pub objects_of_others: u64,
    /// Objects of the source that could not be read to their end, and records that could not be kept.
    pub faults: u64,
    /// Bytes that wait to be put.
    pub waiting_bytes: u64,
    /// What failed last, and when.
    pub error: Option<(String, Instant)>,
    /// How often something failed.
    pub errors: u64,
    /// Why nothing more is archived, if so.
    pub stopped: Option<String>,
}

/// A partition.
#[derive(Clone, Debug)]
pub struct Archived {
    /// Which one it is.
    pub name: Arc<PartitionName>,
    /// The first position that is not in the archive, of those that came.
    pub position: u64,
    /// The first position that has not come.
    pub next: u64,
}

impl Status {
    /// Looks at it or changes it; briefly, for others wait.
    pub fn lock(&self) -> MutexGuard<'_, ArchiverStatus> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first position of each partition that is not in the archive, by the partition's number.
    pub fn positions(&self) -> Vec<Option<u64>> {
        let status = self.lock();
        let count = status.partitions.keys().next_back().map_or(0, |last| *last as usize + 1);
        let mut positions = vec![None; count];
        for (number, partition) in &status.partitions {
            positions[*number as usize] = Some(partition.position);
        }
        positions
    }
}
