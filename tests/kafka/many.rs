//! Many messages: as many as `PINFLOW_TEST_KAFKA_MESSAGES` says, about a tenth as many posts, and some of them at a time.

use crate::cluster::{Cluster, Message};
use crate::messages::messages;
use crate::random::{Random, seed};
use std::env;

/// Partitions of each topic that has many.
pub const PARTITIONS: i32 = 6;
/// As many as are in memory at once.
const AT_ONCE: u64 = 20_000;

/// How many a test sends that sends so many by default.
pub fn count(default: u64) -> u64 {
    let given = env::var("PINFLOW_TEST_KAFKA_MESSAGES").ok().map(|count| count.parse().expect("a number"));
    given.unwrap_or(default)
}

/// Messages to some topics.
pub struct Many {
    topics: Vec<String>,
    inds: u64,
    pub random: Random,
}

impl Many {
    /// Of about so many in all.
    pub fn of(count: u64, topics: &[String]) -> Many {
        Many { topics: topics.to_vec(), inds: count / 10, random: Random::new(seed()) }
    }

    /// So many of them, not too many.
    pub fn messages(&mut self, count: u64) -> Vec<Message> {
        messages(&self.topics, count, self.inds, &mut self.random)
    }

    /// So many of them, some after the other.
    pub fn batches(&mut self, count: u64) -> impl Iterator<Item = Vec<Message>> {
        (0..count).step_by(AT_ONCE as usize).map(move |made| self.messages(AT_ONCE.min(count - made)))
    }

    /// Sends so many of them, and waits until they are there.
    pub fn send(&mut self, cluster: &Cluster, count: u64) {
        for batch in self.batches(count) {
            cluster.send_with(&[("compression.type", "lz4")], &batch);
        }
    }
}
