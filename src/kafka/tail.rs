//! One partition of a topic: messages as they come, gathered into blocks.

use super::reached::{HandedOut, Reached};
use super::seen::Seen;
use super::tombstone;
use crate::archive::Item;
use crate::block::{Block, Envelope, Messages, Origin, Times};
use crate::partitions::KnownPartition;
use crate::skips::Skips;
use std::ops::Range;
use std::sync::Arc;

/// A partition that is read.
pub struct Tail {
    partition: KnownPartition,
    number: u32,
    rank: u32,
    origin: Arc<Origin>,
    /// The first position that has not come.
    next: u64,
    /// The last message of those that are in blocks.
    last: Option<Seen>,
    time: u64,
    sequence: u64,
    /// Positions handed out.
    handed_out: u64,
    /// Positions that came again.
    duplicates: u64,
    gathered: Gathered,
}

/// What is gathered for the next block.
#[derive(Default)]
struct Gathered {
    bytes: Vec<u8>,
    values: Vec<Range<usize>>,
    times: Times,
    skips: Skips,
    envelopes: Vec<Envelope>,
    envelope_bytes: usize,
    newest: Newest,
}

/// What a message has beside its value, of the one that came last: messages are known again by the last one of a block, so
/// that no checksum is made of the others.
#[derive(Default)]
struct Newest {
    offset: u64,
    time: Option<i64>,
    key: Vec<u8>,
    has_key: bool,
    has_value: bool,
}

/// A partition as it is begun.
#[derive(Clone, Debug)]
pub struct Beginning {
    /// Which one it is.
    pub partition: KnownPartition,
    /// Its number among those that are read.
    pub number: u32,
    /// What decides between records of one time.
    pub rank: u32,
    /// What was read of it before, if it is gone on with.
    pub reached: Reached,
    /// Positions before this one are not asked for.
    pub first: u64,
    /// The first one that is there: those between are gone.
    pub position: u64,
    /// Up to where it is read before the run is ready.
    pub end: u64,
}

/// A message as it came.
#[derive(Clone, Copy, Debug)]
pub struct Received<'a> {
    /// Its position.
    pub offset: u64,
    /// Its timestamp in milliseconds since 1970, if it has one.
    pub time: Option<i64>,
    /// Its key.
    pub key: Option<&'a [u8]>,
    /// Its value; none deletes.
    pub value: Option<&'a [u8]>,
}

impl Tail {
    /// Begins a partition. `source` is what dead letters call the brokers.
    pub fn new(beginning: Beginning, source: &str) -> Tail {
        let Beginning { partition, number, rank, reached, first, position, end: _ } = beginning;
        let HandedOut { sequence, positions, .. } = reached.handed_out.unwrap_or_default();
        let origin =
            Origin { source: source.to_owned(), partition: partition.name.clone(), object: String::new() };
        let mut tail = Tail {
            partition,
            number,
            rank,
            origin: Arc::new(origin),
            next: first,
            last: None,
            time: reached.time,
            sequence,
            handed_out: positions,
            duplicates: 0,
            gathered: Gathered::default(),
        };
        tail.pass_over(position);
        tail
    }

    /// The first position that has not come.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// The last message that came, once it is in a block.
    pub fn last(&self) -> Option<Seen> {
        self.last
    }

    /// How far it was read, once all that has come is in a block.
    pub fn reached(&self) -> Reached {
        let handed_out =
            HandedOut { number: self.number, sequence: self.sequence, positions: self.handed_out };
        Reached { next: self.next, time: self.time, handed_out: Some(handed_out) }
    }

    /// Its number among the partitions that are read.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// The time that the partition has reached, in milliseconds since 1970; 0 if none is known.
    pub fn time(&self) -> u64 {
        self.time
    }

    /// Bytes that wait for the next block.
    pub fn bytes(&self) -> usize {
        self.gathered.bytes.len() + self.gathered.envelope_bytes
    }

    /// A message came. False if it has come before.
    pub fn take(&mut self, message: &Received<'_>) -> bool {
        if message.offset < self.next {
            self.duplicates += 1;
            return false;
        }
        self.pass_over(message.offset);
        self.next = message.offset + 1;
        let gathered = &mut self.gathered;
        gathered.newest.is(message);
        let index = gathered.values.len() as u64;
        if index == 0 {
            gathered.times = Times::one(self.time);
        }
        gathered.times.go_on(index, message.time.and_then(|time| time.try_into().ok()).unwrap_or(0));
        self.time = gathered.times.last();
        let begin = gathered.bytes.len();
        match message.value {
            Some(value) => gathered.bytes.extend_from_slice(value),
            None => gathered.bytes.extend_from_slice(tombstone::record(message.key).as_bytes()),
        }
        gathered.values.push(begin..gathered.bytes.len());
        true
    }

    /// What came with the last message; of all or of none.
    pub fn keep(&mut self, envelope: Envelope) {
        self.gathered.envelope_bytes += envelope.bytes();
        self.gathered.envelopes.push(envelope);
    }

    /// Positions before this one hold nothing more.
    pub fn pass_over(&mut self, position: u64) {
        let skipped = position.saturating_sub(self.next);
        self.gathered.skips.add(self.gathered.values.len() as u64, skipped);
        self.next += skipped;
    }

    /// What has come since the last block; nothing if nothing has.
    pub fn block(&mut self, buffer: impl FnOnce() -> Vec<u8>) -> Option<Item> {
        let positions = self.gathered.values.len() as u64 + self.gathered.skips.all();
        // A tick's vector is to have a partition that is begun in its middle, also before anything comes.
        let is_begun_behind = self.sequence == 0 && self.next > 0;
        if positions == 0 && self.duplicates == 0 && !is_begun_behind {
            return None;
        }
        let newest = std::mem::take(&mut self.gathered.newest);
        if let Some(value) = self.gathered.values.last() {
            self.last = Some(newest.seen(&self.gathered.bytes[value.clone()]));
        }
        let next = Gathered { bytes: buffer(), newest, ..Gathered::default() };
        let Gathered { bytes, values, times, skips, envelopes, envelope_bytes, newest: _ } =
            std::mem::replace(&mut self.gathered, next);
        self.gathered.bytes.clear();
        let block = Block {
            kind: self.partition.kind,
            partition: self.number,
            rank: self.rank,
            sequence: self.sequence,
            first_order: self.handed_out + 1,
            first_position: self.next - positions,
            positions,
            skips,
            bytes: (bytes.len() + envelope_bytes) as u64,
            times: if values.is_empty() { Times::one(self.time) } else { times },
            origin: self.origin.clone(),
            messages: Messages::Values(bytes, values),
            envelopes,
        };
        self.sequence += 1;
        self.handed_out += positions;
        Some(Item::Block(block, std::mem::take(&mut self.duplicates)))
    }
}

impl Newest {
    fn is(&mut self, message: &Received<'_>) {
        (self.offset, self.time) = (message.offset, message.time);
        (self.has_key, self.has_value) = (message.key.is_some(), message.value.is_some());
        self.key.clear();
        self.key.extend_from_slice(message.key.unwrap_or_default());
    }

    /// With its value, if it has one.
    fn seen(&self, value: &[u8]) -> Seen {
        let key = self.has_key.then_some(self.key.as_slice());
        Seen::of(self.offset, self.time, key, self.has_value.then_some(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::PartitionName;
    use pinflow_dataflows::kind::Kind;

    fn tail(first: u64, position: u64) -> Tail {
        let name = PartitionName { topic: "a.pin".to_owned(), number: Some(3) };
        let partition = KnownPartition { name: Arc::new(name), kind: Kind::Pin };
        let reached = Reached::default();
        Tail::new(Beginning { partition, number: 5, rank: 9, reached, first, position, end: 0 }, "kafka")
    }

    fn message(offset: u64, time: i64, value: &str) -> Received<'_> {
        Received { offset, time: Some(time), key: Some(b"7"), value: Some(value.as_bytes()) }
    }

    fn block(tail: &mut Tail) -> Option<(Block, u64)> {
        tail.block(|| b"old".to_vec()).map(|item| match item {
            Item::Block(block, duplicates) => (block, duplicates),
            item => panic!("{item:?}"),
        })
    }

    #[test]
    fn a_block_has_what_came_and_what_lies_between() {
        let mut tail = tail(0, 4);
        tail.take(&message(4, 20, "a"));
        tail.take(&message(4, 21, "again"));
        tail.take(&message(7, 10, "bc"));
        tail.take(&Received { value: None, ..message(8, 30, "") });
        tail.pass_over(10);
        let (block, duplicates) = self::block(&mut tail).expect("messages came");
        assert_eq!((block.partition, block.rank, block.sequence, duplicates), (5, 9, 0, 1));
        assert_eq!((block.first_position, block.positions, block.first_order), (0, 10, 1));
        assert_eq!([0, 1, 2].map(|index| block.position_of(index)), [4, 7, 8]);
        assert_eq!([0, 1, 2].map(|index| block.times.of(index)), [20, 20, 30]);
        let Messages::Values(bytes, values) = &block.messages else { panic!("values") };
        let texts = values.iter().map(|value| str::from_utf8(&bytes[value.clone()]).expect("text"));
        assert_eq!(texts.collect::<Vec<_>>(), ["a", "bc", r#"{"ind":7,"_deleted":true}"#]);
        assert_eq!(tail.last(), Some(Seen::of(8, Some(30), Some(b"7"), None)));

        assert!(self::block(&mut tail).is_none());
        tail.take(&message(10, -1, "d"));
        let (block, _) = self::block(&mut tail).expect("a message came");
        assert_eq!((block.sequence, block.first_position, block.positions), (1, 10, 1));
        assert_eq!((block.first_order, block.times.of(0)), (11, 30));
    }

    #[test]
    fn positions_without_messages_make_a_block() {
        let mut tail = tail(6, 6);
        let (begun, _) = block(&mut tail).expect("it tells where it begins");
        assert_eq!((begun.first_position, begun.positions), (6, 0));
        assert!(block(&mut tail).is_none());
        tail.pass_over(8);
        tail.pass_over(3);
        let (block, _) = block(&mut tail).expect("positions were passed");
        assert_eq!((block.first_position, block.positions, block.skips.all()), (6, 2, 2));
        assert_eq!(tail.next(), 8);
    }
}
