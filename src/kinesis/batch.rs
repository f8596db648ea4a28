//! What a read of a shard gives, and the records in it.

use super::SequenceNumber;
use super::aggregate::Aggregate;
use super::shard::Shard;
use bytes::Bytes;
use std::sync::Arc;
use tokio::sync::OwnedSemaphorePermit;

/// Records of a shard that follow each other.
#[derive(Debug)]
pub struct Batch {
    /// The stream's name.
    pub stream: Arc<str>,
    /// The shard.
    pub shard: Shard,
    /// As they are stored.
    pub stored: Vec<Stored>,
    /// The room that they take until they are dropped.
    pub room: Option<OwnedSemaphorePermit>,
}

/// A record as it is stored: one of a producer's, or an aggregate of several.
#[derive(Debug)]
pub struct Stored {
    /// Where it stands in its shard.
    pub sequence: SequenceNumber,
    /// What decided which shard it came to.
    pub partition_key: String,
    /// When it came, in milliseconds since 1970: the greatest of its shard up to it; 0 where none is known.
    pub time: u64,
    /// What it holds.
    pub data: Bytes,
}

/// A record as a producer made it.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// That of what it is stored in.
    pub sequence: &'a SequenceNumber,
    /// Its index in the aggregate that it came in, if it did.
    pub index: Option<u64>,
    /// By which a producer would have records share a shard.
    pub partition_key: &'a str,
    /// What the producer set in place of the key's hash.
    pub explicit_hash_key: Option<&'a str>,
    /// When it came, as it is with what it is stored in.
    pub time: u64,
    /// What it holds.
    pub data: &'a [u8],
}

impl Batch {
    /// The records to `each`, until that gives something. Aggregates are taken apart one at a time: each may hold a hundred
    /// thousand records. Those with records of another shard are left out and counted, as Kinesis' own client library leaves
    /// them out: a shard was split or merged before they came, and their producer has sent them again.
    pub fn each<T>(&self, strangers: &mut u64, mut each: impl FnMut(Record<'_>) -> Option<T>) -> Option<T> {
        self.stored.iter().find_map(|stored| {
            let Some(aggregate) = Aggregate::open(&stored.data) else { return each(stored.whole()) };
            if !aggregate.is_of(&self.shard.hash_keys) {
                *strangers += 1;
                return None;
            }
            (0..).zip(aggregate.parts()).find_map(|(index, part)| {
                let (partition_key, explicit_hash_key) = (part.partition_key, part.explicit_hash_key);
                each(Record {
                    index: Some(index),
                    partition_key,
                    explicit_hash_key,
                    data: part.data,
                    ..stored.whole()
                })
            })
        })
    }
}

impl Stored {
    fn whole(&self) -> Record<'_> {
        Record {
            sequence: &self.sequence,
            index: None,
            partition_key: &self.partition_key,
            explicit_hash_key: None,
            time: self.time,
            data: &self.data,
        }
    }
}
