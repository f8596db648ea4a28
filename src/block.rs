//! What a source hands to decoding: messages of one partition that follow each other.

use crate::archive::{PartitionName, TooLarge};
use pinflow_dataflows::kind::Kind;
use std::ops::Range;
use std::sync::Arc;

/// Some messages of a partition. A partition's blocks come in the order of their positions.
#[derive(Debug)]
pub struct Block {
    /// What the messages are.
    pub kind: Kind,
    /// The partition's ordinal: partitions are numbered in the order in which they compare.
    pub partition: u32,
    /// The number of this block, or of a fault, in its partition, from 0.
    pub sequence: u64,
    /// The first message's place in its partition, counted from 1 without gaps.
    pub first_order: u64,
    /// The first message's position: its offset, or its index in the object.
    pub first_position: u64,
    /// How many positions the messages take.
    pub positions: u64,
    /// Bytes of the messages, unpacked, line ends included.
    pub bytes: u64,
    /// The greatest broker time up to here, in milliseconds since 1970; 0 where none is known.
    pub time: u64,
    /// Where the messages come from.
    pub origin: Arc<Origin>,
    /// The messages.
    pub messages: Messages,
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
#[derive(Debug)]
pub enum Messages {
    /// A message a line; the last may lack its LF.
    Lines(Vec<u8>),
    /// A message a value, and where each lies.
    Values(Vec<u8>, Vec<Range<usize>>),
    /// One message, too long to be kept.
    TooLarge(Box<TooLarge>),
}
