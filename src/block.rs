//! What a source hands to decoding: messages of one partition that follow each other.

use crate::archive::{PartitionName, TooLarge};
use crate::skips::Skips;
use pinflow_dataflows::kind::Kind;
use std::ops::Range;
use std::sync::Arc;

/// Some messages of a partition. A partition's blocks come in the order of their positions.
#[derive(Debug)]
pub struct Block {
    /// What the messages are.
    pub kind: Kind,
    /// The partition's number among those that are read.
    pub partition: u32,
    /// What decides between records of one time: as partitions compare, so do their ranks.
    pub rank: u32,
    /// The number of this block, or of a fault, in its partition, from 0.
    pub sequence: u64,
    /// The first message's place in its partition, counted from 1 without gaps.
    pub first_order: u64,
    /// The first message's position: its offset, or its index in the object.
    pub first_position: u64,
    /// How many positions the messages take, and those between them.
    pub positions: u64,
    /// Positions without a message.
    pub skips: Skips,
    /// Bytes of the messages, unpacked, line ends included.
    pub bytes: u64,
    /// When the messages were written.
    pub times: Times,
    /// Where the messages come from.
    pub origin: Arc<Origin>,
    /// The messages.
    pub messages: Messages,
    /// What comes with each of them, where somebody wants to see that; else nothing.
    pub envelopes: Vec<Envelope>,
}

/// What comes with the value of a topic's message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Envelope {
    /// Its key.
    pub key: Option<Vec<u8>>,
    /// Its headers, in their order.
    pub headers: Vec<(String, Option<Vec<u8>>)>,
    /// Whether there is no value: the message is the record that says the same.
    pub is_tombstone: bool,
}

impl Envelope {
    /// How many bytes it takes, about.
    pub fn bytes(&self) -> usize {
        let length = |bytes: &Option<Vec<u8>>| bytes.as_ref().map_or(0, Vec::len);
        let headers: usize = self.headers.iter().map(|(name, value)| name.len() + length(value) + 48).sum();
        size_of::<Envelope>() + length(&self.key) + headers
    }
}

impl Block {
    /// The position of the message of that number.
    pub fn position_of(&self, message: u64) -> u64 {
        self.first_position + message + self.skips.before(message)
    }
}

/// Whether a line, without its LF, is blank: a position, and no record.
#[inline]
pub fn is_blank(line: &[u8]) -> bool {
    line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r'))
}

/// The broker times of a block's messages, in milliseconds since 1970: of each the greatest in its partition up to it; 0
/// where none is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// The first message's.
    pub first: u64,
    /// Where others begin: the number of a message, from 0, and the time from it on. Both ascend.
    pub later: Vec<(u64, u64)>,
}

impl Times {
    /// The same for all messages.
    pub fn one(time: u64) -> Times {
        Times { first: time, later: Vec::new() }
    }

    /// The time of the message of that number.
    pub fn of(&self, message: u64) -> u64 {
        match self.later.partition_point(|(first, _)| *first <= message).checked_sub(1) {
            Some(run) => self.later[run].1,
            None => self.first,
        }
    }

    /// The last message's.
    pub fn last(&self) -> u64 {
        self.later.last().map_or(self.first, |(_, time)| *time)
    }

    /// From the message of that number on, it is this time, unless the time before is greater.
    pub fn go_on(&mut self, message: u64, time: u64) {
        if message == 0 {
            self.first = self.first.max(time);
        } else if time > self.last() {
            self.later.push((message, time));
        }
    }

    /// None of them before a time, which the partition had reached already.
    pub fn not_before(self, time: u64) -> Times {
        let mut times = Times::one(time);
        times.go_on(0, self.first);
        self.later.iter().for_each(|(message, time)| times.go_on(*message, *time));
        times
    }

    /// Without the first messages.
    pub fn without_first(mut self, messages: u64) -> Times {
        if messages > 0 {
            self.first = self.of(messages);
            self.later.retain(|(first, _)| *first > messages);
            self.later.iter_mut().for_each(|(first, _)| *first -= messages);
        }
        self
    }
}

/// Where messages come from.
#[derive(Debug, PartialEq, Eq)]
pub struct Origin {
    /// The source as it was given.
    pub source: String,
    /// The topic and partition.
    pub partition: Arc<PartitionName>,
    /// The object's key in the source.
    pub object: String,
}

/// The messages of a block.
#[derive(Debug, PartialEq, Eq)]
pub enum Messages {
    /// A message a line; the last may lack its LF.
    Lines(Vec<u8>),
    /// A message a value, and where each lies. None is blank: a value of white space is no JSON.
    Values(Vec<u8>, Vec<Range<usize>>),
    /// One message, too long to be kept.
    TooLarge(Box<TooLarge>),
}

impl Messages {
    /// How many bytes they have.
    pub fn bytes(&self) -> usize {
        match self {
            Messages::Lines(bytes) | Messages::Values(bytes, _) => bytes.len(),
            Messages::TooLarge(large) => large.bytes as usize,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_never_fall_and_lose_their_first_messages() {
        let mut times = Times::one(5);
        for (message, time) in [(0, 4), (2, 7), (3, 6), (5, 9)] {
            times.go_on(message, time);
        }
        let all = [5, 5, 7, 7, 7, 9, 9];
        assert_eq!([0, 1, 2, 3, 4, 5, 6].map(|message| times.of(message)), all);
        assert_eq!(times.last(), 9);
        let later = times.clone().not_before(7);
        assert_eq!([0, 2, 4, 5].map(|message| later.of(message)), [7, 7, 7, 9]);
        assert_eq!(times.clone().not_before(3), times);
        for dropped in 0..all.len() {
            let rest = times.clone().without_first(dropped as u64);
            let of_rest: Vec<u64> =
                (0..(all.len() - dropped) as u64).map(|message| rest.of(message)).collect();
            assert_eq!(of_rest, all[dropped..], "{dropped}");
        }
    }
}
