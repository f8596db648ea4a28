//! What the log counts.

/// What the log has done since it was opened, and how much it holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Group commits.
    pub groups: u64,
    /// Requests in them.
    pub requests: u64,
    /// Records in them.
    pub records: u64,
    /// Bytes of their lines.
    pub bytes: u64,
    /// Group commits that were refused because something could not be written or made durable.
    pub groups_refused: u64,
    /// Objects that are there.
    pub objects: u64,
    /// Bytes that are there, in objects and companions.
    pub log_bytes: u64,
    /// Objects that retention has deleted.
    pub objects_deleted: u64,
    /// Bytes that retention has deleted, in objects and companions.
    pub bytes_deleted: u64,
}
