//! What is counted of dead letters. Rejects are counted where they are decoded.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counters that workers and the writer share.
#[derive(Debug, Default)]
pub struct Counts {
    pub(super) faults: AtomicU64,
    pub(super) written: AtomicU64,
    pub(super) written_bytes: AtomicU64,
    pub(super) lost: AtomicU64,
    pub(super) files: AtomicU64,
    pub(super) files_bytes: AtomicU64,
    pub(super) removed_files: AtomicU64,
    pub(super) removed_bytes: AtomicU64,
}

/// What was counted since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LiveCounts {
    /// Objects that could not be read, or not to their end; those that were told before the start included.
    pub faults: u64,
    /// Letters written.
    pub written: u64,
    /// Their bytes.
    pub written_bytes: u64,
    /// Letters that could not be written.
    pub lost: u64,
    /// Files that there are now.
    pub files: u64,
    /// Their bytes.
    pub files_bytes: u64,
    /// Files that were removed for newer ones.
    pub removed_files: u64,
    /// Their bytes.
    pub removed_bytes: u64,
}

impl Counts {
    /// As they stand now.
    pub fn now(&self) -> LiveCounts {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        LiveCounts {
            faults: count(&self.faults),
            written: count(&self.written),
            written_bytes: count(&self.written_bytes),
            lost: count(&self.lost),
            files: count(&self.files),
            files_bytes: count(&self.files_bytes),
            removed_files: count(&self.removed_files),
            removed_bytes: count(&self.removed_bytes),
        }
    }
}
