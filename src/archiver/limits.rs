//! When an object is closed.

use crate::config::ArchiveSettings;

/// An object is closed before the record with which it would have more than one of these.
#[derive(Clone, Copy, Debug)]
pub struct ObjectLimits {
    /// Records.
    pub records: usize,
    /// Bytes of them.
    pub bytes: usize,
    /// Between the times of the first and of the next.
    pub milliseconds: u64,
}

impl ObjectLimits {
    /// As configured.
    pub fn of(settings: &ArchiveSettings) -> ObjectLimits {
        ObjectLimits {
            records: settings.object_records,
            bytes: settings.object_bytes,
            milliseconds: settings.object_seconds as u64 * 1000,
        }
    }
}
