//! A record as it came through the front door.

use super::{hash_of_bytes, hash_of_ind};
use crate::log::NewRecord;
use bytes::Bytes;

/// A record that was cut out of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incoming {
    /// It as one line, spelled as it was; of a null value the record that says the same.
    pub line: Bytes,
    /// Its `ind`, if it has a usable one.
    pub ind: Option<u64>,
    /// What else the request says of it.
    pub given: Option<Box<Given>>,
}

/// What only Kafka heeds, and only the REST Proxy's API says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// The key, as JSON without white space between its tokens, as the REST Proxy sends it.
    pub key: Option<Bytes>,
    /// The partition.
    pub partition: Option<u32>,
    /// Whether the value is null.
    pub is_null: bool,
}

impl Incoming {
    /// As the log takes it: records of one `ind` go to one partition, whatever else was said.
    pub fn for_log(self) -> NewRecord {
        let partition_hash = self.ind.map_or_else(|| hash_of_bytes(&self.line), hash_of_ind);
        NewRecord { partition_hash, bytes: self.line }
    }
}
