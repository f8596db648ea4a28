//! What a source hands to decoding: messages of one partition that follow each other.

use pinflow_dataflows::kind::Kind;

/// Some messages of a partition. A partition's blocks come in the order of their positions.
#[derive(Debug)]
pub struct Block {
    /// What the messages are.
    pub kind: Kind,
    /// The partition's ordinal: partitions are numbered in the order in which they compare.
    pub partition: u32,
    /// The first message's place in its partition, counted from 1 without gaps.
    pub first_order: u64,
    /// The first message's position: its offset.
    pub first_position: u64,
    /// How many positions the messages take.
    pub positions: u64,
    /// The greatest broker time up to here, in milliseconds since 1970; 0 where none is known.
    pub time: u64,
    /// The messages.
    pub messages: Messages,
}

/// The messages of a block.
#[derive(Debug)]
pub enum Messages {
    /// A message a line; the last may lack its LF.
    Lines(Vec<u8>),
    /// One message of so many bytes: too long to be kept.
    TooLarge(u64),
}

impl Block {
    /// Bytes of the messages.
    pub fn bytes(&self) -> u64 {
        match &self.messages {
            Messages::Lines(lines) => lines.len() as u64,
            Messages::TooLarge(bytes) => *bytes,
        }
    }
}
