//! Aggregates: many records of a producer, stored as one. The format is that of Kinesis' producer library (KPL): four bytes, a
//! message of Protocol Buffers, and the MD5 of that.

use bytes::Bytes;
use md5::{Digest, Md5};
use prost::Message;
use std::ops::RangeInclusive;

const MAGIC: &[u8] = &[0xf3, 0x89, 0x9a, 0xc2];
const DIGEST_BYTES: usize = 16;

/// An aggregate that is whole: all that its records point at is there.
#[derive(Debug)]
pub struct Aggregate {
    message: AggregatedRecord,
}

/// A record in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part<'a> {
    pub partition_key: &'a str,
    pub explicit_hash_key: Option<&'a str>,
    pub data: &'a [u8],
}

#[derive(Clone, PartialEq, Message)]
struct AggregatedRecord {
    #[prost(string, repeated, tag = "1")]
    partition_key_table: Vec<String>,
    #[prost(string, repeated, tag = "2")]
    explicit_hash_key_table: Vec<String>,
    #[prost(message, repeated, tag = "3")]
    records: Vec<UserRecord>,
}

/// Its tags, which nobody sets, are passed over.
#[derive(Clone, PartialEq, Message)]
struct UserRecord {
    #[prost(uint64, required, tag = "1")]
    partition_key_index: u64,
    #[prost(uint64, optional, tag = "2")]
    explicit_hash_key_index: Option<u64>,
    #[prost(bytes = "bytes", required, tag = "3")]
    data: Bytes,
}

impl Aggregate {
    /// Nothing if it is none, or is damaged: then it is a record like any other.
    pub fn open(data: &Bytes) -> Option<Aggregate> {
        let end = data.len().checked_sub(DIGEST_BYTES).filter(|end| *end >= MAGIC.len())?;
        if !data.starts_with(MAGIC) {
            return None;
        }
        let content = data.slice(MAGIC.len()..end);
        if Md5::digest(&content)[..] != data[end..] {
            return None;
        }
        let aggregate = Aggregate { message: AggregatedRecord::decode(content).ok()? };
        let is_whole = aggregate.message.records.iter().all(|record| aggregate.part(record).is_some());
        is_whole.then_some(aggregate)
    }

    /// Its records, in their order.
    pub fn parts(&self) -> impl Iterator<Item = Part<'_>> {
        self.message.records.iter().filter_map(|record| self.part(record))
    }

    /// Whether all its records belong to a shard that takes these hashes.
    pub fn is_of(&self, hash_keys: &RangeInclusive<u128>) -> bool {
        self.parts().all(|part| part.hash().is_some_and(|hash| hash_keys.contains(&hash)))
    }

    fn part<'a>(&'a self, record: &'a UserRecord) -> Option<Part<'a>> {
        let partition_key = entry(&self.message.partition_key_table, record.partition_key_index)?;
        let explicit_hash_key = match record.explicit_hash_key_index {
            Some(index) => Some(entry(&self.message.explicit_hash_key_table, index)?),
            None => None,
        };
        let part = Part { partition_key, explicit_hash_key, data: &record.data };
        part.hash().map(|_| part)
    }
}

impl Part<'_> {
    /// What decides between shards; nothing if it is no number.
    fn hash(&self) -> Option<u128> {
        match self.explicit_hash_key {
            Some(digits) => digits.parse().ok(),
            None => Some(u128::from_be_bytes(Md5::digest(self.partition_key).into())),
        }
    }
}

fn entry(table: &[String], index: u64) -> Option<&str> {
    table.get(usize::try_from(index).ok()?).map(String::as_str)
}
