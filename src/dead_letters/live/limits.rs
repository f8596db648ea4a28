//! How much dead letters may take.

/// What bounds dead letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a file, unless a single letter has more.
    pub file_max_bytes: u64,
    /// Bytes of all files together; the oldest go. Twice those of a file at the least.
    pub max_bytes: u64,
    /// Bytes that wait to be written.
    pub queue_max_bytes: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            // Small enough to look into, and at most this much goes at once to make room.
            file_max_bytes: 8 << 20,
            // A million rejects of some 250 bytes.
            max_bytes: 256 << 20,
            // Bridges a disk's pause of a second in which every record of a fast topic is rejected.
            queue_max_bytes: 16 << 20,
        }
    }
}
