//! A record as tap shows it, whatever source it comes from.

use super::enclosed::Enclosed;
use crate::message::{Content, Message};
use pinflow_dataflows::kind::Kind;
use serde::Serialize;

/// Where a record comes from, and what it holds.
#[derive(Debug)]
pub struct Record<'a> {
    /// What it is.
    pub kind: Kind,
    /// The topic, stream or prefix.
    pub topic: &'a str,
    /// Which of its partitions.
    pub partition: Partition<'a>,
    /// Where it stands there.
    pub position: Position<'a>,
    /// Its index in what is stored there, if that may hold several.
    pub index: Option<u64>,
    /// In milliseconds since 1970, of its partition up to it; 0 where none is known.
    pub time: u64,
    /// The object that it lies in, if it does.
    pub object: &'a str,
    /// What comes with it.
    pub enclosed: Option<Enclosed<'a>>,
    /// What it holds.
    pub content: Content<'a>,
}

/// A partition, or a shard, which is the same.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(untagged)]
pub enum Partition<'a> {
    /// Objects without an offset in their names form one without a number.
    Number(Option<u64>),
    /// A shard's id.
    Shard(&'a str),
}

/// A place in a partition.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(untagged)]
pub enum Position<'a> {
    /// An offset, or the index in the object.
    Offset(u64),
    /// A sequence number, as a text: parsers would round it.
    Sequence(&'a str),
}

impl<'a> Record<'a> {
    /// A message of a block.
    pub fn of(message: Message<'a>) -> Record<'a> {
        let origin = &message.block.origin;
        Record {
            kind: message.block.kind,
            topic: &origin.partition.topic,
            partition: Partition::Number(origin.partition.number),
            position: Position::Offset(message.position),
            index: None,
            time: message.time,
            object: &origin.object,
            enclosed: message.envelope.map(Enclosed::of),
            content: message.content,
        }
    }
}
