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

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(content: &[u8]) -> Bytes {
        [MAGIC, content, &Md5::digest(content)[..]].concat().into()
    }

    #[test]
    fn records_have_the_keys_of_their_tables() {
        // Keys "a" and 7, and a record of these, with a tag.
        let content = b"\x0a\x01a\x12\x017\x1a\x09\x08\x00\x10\x00\x1a\x01{\x22\x00";
        let aggregate = Aggregate::open(&sealed(content)).expect("an aggregate");
        let parts: Vec<Part<'_>> = aggregate.parts().collect();
        assert_eq!(parts, [Part { partition_key: "a", explicit_hash_key: Some("7"), data: b"{" }]);
        assert!(aggregate.is_of(&(0..=7)) && !aggregate.is_of(&(8..=9)));
        assert_eq!(Aggregate::open(&sealed(b"")).expect("an empty one").parts().count(), 0);
    }

    #[test]
    fn what_is_damaged_is_no_aggregate() {
        let check =
            |data: &[u8]| assert!(Aggregate::open(&Bytes::copy_from_slice(data)).is_none(), "{data:?}");
        // The key ends too early; there are no keys; no hash keys; the hash key is no number; the key is no text.
        check(&sealed(b"\x0a\x05a"));
        check(&sealed(b"\x1a\x04\x08\x00\x1a\x00"));
        check(&sealed(b"\x0a\x01a\x1a\x06\x08\x00\x10\x00\x1a\x00"));
        check(&sealed(b"\x0a\x01a\x12\x01x\x1a\x06\x08\x00\x10\x00\x1a\x00"));
        check(&sealed(b"\x0a\x01\xff\x1a\x04\x08\x00\x1a\x00"));
        let whole = sealed(b"\x0a\x01a\x1a\x04\x08\x00\x1a\x00");
        assert!(Aggregate::open(&whole).is_some());
        (0..whole.len()).for_each(|length| check(&whole[..length]));
        for byte in 0..whole.len() {
            let mut changed = whole.to_vec();
            changed[byte] ^= 1;
            check(&changed);
        }
    }
}
