//! Where a shard is begun, or gone on with.

use super::SequenceNumber;

/// A place in a shard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Before the oldest record that is kept.
    Earliest,
    /// Behind the newest.
    Latest,
    /// Before the first record that came at that time or later, in milliseconds since 1970.
    Time(u64),
    /// Before the record of that sequence number.
    At(SequenceNumber),
    /// Behind it.
    After(SequenceNumber),
}
