//! What was read of partitions before their topics are: those are gone on with, wherever `start` would begin them.

use super::made_again::Key;
use crate::archive::PartitionName;
use std::collections::BTreeMap;

/// How far partitions were read, by topic and number.
pub type ReachedPartitions = BTreeMap<Key, Reached>;

/// How far a partition was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// The first position that was not read.
    pub next: u64,
    /// The time that the partition had reached, in milliseconds since 1970; 0 if none is known.
    pub time: u64,
    /// What this run has handed out of it, if it is this run that has read it.
    pub handed_out: Option<HandedOut>,
}

/// What a run has handed out of a partition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HandedOut {
    /// The partition's number among those that are read.
    pub number: u32,
    /// The number of the next block or fault.
    pub sequence: u64,
    /// Positions handed out.
    pub positions: u64,
}

/// What a partition is called there; nothing if it has no number of Kafka's.
pub fn key_of(name: &PartitionName) -> Option<Key> {
    let number = name.number.and_then(|number| number.try_into().ok())?;
    Some((name.topic.clone(), number))
}
