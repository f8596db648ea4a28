//! A shard, as a stream's list of them has it.

use std::ops::RangeInclusive;
use std::sync::Arc;

/// A shard of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Its name, as `shardId-000000000000`.
    pub id: Arc<str>,
    /// Those that it was made of: one by a split, two by a merge.
    pub parents: Vec<Arc<str>>,
    /// The hashes of partition keys whose records it takes.
    pub hash_keys: RangeInclusive<u128>,
    /// Whether it takes no more.
    pub is_closed: bool,
}

impl Shard {
    /// From an answer; a hash that is no number bounds nothing.
    pub fn of(told: &aws_sdk_kinesis::types::Shard) -> Shard {
        let parents = [told.parent_shard_id(), told.adjacent_parent_shard_id()];
        let keys = told.hash_key_range();
        let first = keys.and_then(|keys| keys.starting_hash_key().parse().ok()).unwrap_or(0);
        let last = keys.and_then(|keys| keys.ending_hash_key().parse().ok()).unwrap_or(u128::MAX);
        let numbers = told.sequence_number_range();
        Shard {
            id: told.shard_id().into(),
            parents: parents.into_iter().flatten().map(Arc::from).collect(),
            hash_keys: first..=last,
            is_closed: numbers.is_some_and(|numbers| numbers.ending_sequence_number().is_some()),
        }
    }
}
