//! One partition on its way through its objects.

use super::fault::{Fault, FaultReason};
use super::framed::FrameFault;
use super::layout::Place;
use super::listing::{Object, Partition, PartitionName};
use super::object::{Ahead, OpenObject};
use super::piece::{Piece, Timed};
use super::reader::{Item, Limits};
use super::sources::Source;
use crate::block::{Block, Messages, Origin, Times};
use crate::log::companion_key;
use crate::progress::Progress;
use crate::skips::Skips;
use crate::store::StoreError;
use pinflow_dataflows::kind::Kind;
use std::collections::VecDeque;
use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Reads the objects of a partition one after the other.
pub struct PartitionReader<'a> {
    ordinal: u32,
    rank: u32,
    kind: Kind,
    name: Arc<PartitionName>,
    sources: &'a [Source],
    limits: Limits,
    progress: &'a Progress,
    objects: std::vec::IntoIter<Object>,
    /// The next objects, which their stores may fetch already.
    ahead: VecDeque<Ahead>,
    /// The object that is read.
    open: Option<OpenObject>,
    is_finished: bool,
    /// Bytes of all objects, and of those that were read.
    bytes: u64,
    bytes_read: u64,
    /// The first position not yet handed out; of objects without an offset, in the one of this key.
    reached: u64,
    reached_key: String,
    time: u64,
    sequence: u64,
    /// Messages handed out.
    handed_out: u64,
    /// Positions dropped since the last block.
    duplicates: u64,
    /// Whether it ends before an object that begins behind the position that was reached, and that object's position.
    ends_at_gaps: bool,
    gap: Option<u64>,
    /// Whether something of the object cannot be read.
    is_damaged: bool,
}

/// How far a partition is, to go on there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadTo {
    /// The first position not yet handed out.
    pub next: u64,
    /// The time that it has reached.
    pub time: u64,
    /// The number of its next block or fault.
    pub sequence: u64,
    /// Messages handed out.
    pub handed_out: u64,
}

impl<'a> PartitionReader<'a> {
    /// From the beginning of its objects. Its rank is its ordinal.
    pub fn new(
        ordinal: u32,
        partition: Partition,
        sources: &'a [Source],
        limits: Limits,
        progress: &'a Progress,
    ) -> Self {
        PartitionReader {
            ordinal,
            rank: ordinal,
            kind: partition.kind,
            name: partition.name,
            sources,
            limits,
            progress,
            bytes: partition.objects.iter().map(|object| object.found.bytes).sum(),
            objects: partition.objects.into_iter(),
            ahead: VecDeque::new(),
            open: None,
            is_finished: false,
            bytes_read: 0,
            reached: 0,
            reached_key: String::new(),
            time: 0,
            sequence: 0,
            handed_out: 0,
            duplicates: 0,
            ends_at_gaps: false,
            gap: None,
            is_damaged: false,
        }
    }

    /// Goes on with a partition whose objects all have offsets, up to where one is missing.
    pub fn go_on(self, rank: u32, from: ReadTo) -> Self {
        let ReadTo { next, time, sequence, handed_out } = from;
        PartitionReader { rank, reached: next, time, sequence, handed_out, ends_at_gaps: true, ..self }
    }

    /// How far it is.
    pub fn read_to(&self) -> ReadTo {
        let PartitionReader { reached, time, sequence, handed_out, .. } = *self;
        ReadTo { next: reached, time, sequence, handed_out }
    }

    /// Where the next object begins, if it ended before one that begins behind the position that was reached.
    pub fn gap(&self) -> Option<u64> {
        self.gap
    }

    /// How much of the partition has been read, from 0 to 1.
    pub fn part_read(&self) -> f64 {
        let read =
            self.bytes_read + self.open.as_ref().map_or(0, |open| open.pieces.object().read_of_object());
        read as f64 / self.bytes.max(1) as f64
    }

    /// Whether it has told its end.
    pub fn is_finished(&self) -> bool {
        self.is_finished
    }

    /// The next messages whose positions have not been reached before, in `buffer`, or a fault; nothing at the
    /// partition's end. An error is one that all other objects of the store would meet, too.
    pub fn next_item(&mut self, mut buffer: Vec<u8>) -> Result<Option<Item>, StoreError> {
        loop {
            if self.open.is_none() {
                self.open = self.open_next();
            }
            let Some(open) = &mut self.open else { return Ok(self.end()) };
            let given = open.pieces.given();
            let read = open.pieces.object().read_of_object();
            let piece = open.pieces.next(std::mem::take(&mut buffer));
            let read = open.pieces.object().read_of_object() - read;
            self.progress.bytes.fetch_add(read, Ordering::Relaxed);
            match piece {
                Ok(Some(piece)) => {
                    let bytes = open.pieces.given() - given;
                    let position = match &piece {
                        Piece::Timed(timed) => timed.first_offset,
                        _ => open.position,
                    };
                    open.position = position + piece.positions();
                    if let Some(block) = self.not_reached(piece, position, bytes) {
                        return Ok(Some(block));
                    }
                }
                Ok(None) => {
                    if self.ends_at_gaps && !self.is_damaged {
                        self.reached = self.reached.max(open.pieces.end_offset());
                    }
                    self.bytes_read += open.object.found.bytes;
                    self.progress.objects.fetch_add(1, Ordering::Relaxed);
                    self.open = None;
                }
                Err(error) => return self.fault(error).map(Some),
            }
        }
    }

    fn open_next(&mut self) -> Option<OpenObject> {
        while let Some(next) = self.objects.as_slice().first()
            && self.ahead.len() <= self.sources[next.source].store.open_ahead()
        {
            let store = &self.sources[next.source].store;
            let bytes = store.open(&next.found);
            let companion = next.companion.as_ref().map(|companion| store.open(companion));
            self.ahead.extend(self.objects.next().map(|object| Ahead { object, bytes, companion }));
        }
        let next = self.ahead.front()?;
        if let Place::Lines { start, .. } = next.object.place
            && self.ends_at_gaps
            && start > self.reached
        {
            self.gap = Some(start);
            return None;
        }
        self.is_damaged = false;
        let ahead = self.ahead.pop_front()?;
        Some(OpenObject::new(ahead, self.sources, &self.name, self.limits))
    }

    /// Duplicates at the very end are told with a block of nothing.
    fn end(&mut self) -> Option<Item> {
        self.is_finished = true;
        let last = Origin { source: String::new(), partition: self.name.clone(), object: String::new() };
        let nothing = Messages::Lines(Vec::new());
        let times = Times::one(self.time);
        (self.duplicates > 0).then(|| {
            let positions = self.reached..self.reached;
            self.block((nothing, Skips::default()), times, Arc::new(last), 0, positions)
        })
    }

    /// What is left of the object is a fault, unless the error is the whole store's.
    fn fault(&mut self, error: io::Error) -> Result<Item, StoreError> {
        self.is_damaged = true;
        let mut open = self.open.take().expect("an object is read");
        let (source, mut key) = (open.origin.source.clone(), open.origin.object.clone());
        let mut byte = open.pieces.bytes();
        let reason = match error.kind() {
            io::ErrorKind::UnexpectedEof => "it is cut off".to_owned(),
            _ => match error.downcast::<StoreError>() {
                Ok(error) if !error.is_of_one_object() => return Err(error),
                Ok(error) => error.to_string(),
                Err(error) => match error.downcast::<FrameFault>() {
                    Ok(fault) => {
                        byte = fault.byte;
                        if fault.is_of_companion {
                            key = companion_key(&key);
                            open = open.without_companion(self.limits);
                        }
                        fault.problem
                    }
                    Err(error) => error.to_string(),
                },
            },
        };
        self.open = Some(open);
        let reason = FaultReason::Unreadable(reason);
        let fault = Fault { source, topic: self.name.topic.clone(), key, byte, reason };
        let item = Item::Fault { partition: self.ordinal, sequence: self.sequence, fault };
        self.sequence += 1;
        Ok(item)
    }

    /// Messages whose positions have not been reached before.
    fn not_reached(&mut self, piece: Piece, position: u64, bytes: u64) -> Option<Item> {
        let open = self.open.as_ref()?;
        let origin = open.origin.clone();
        if let Place::Values { time } = open.object.place {
            self.time = self.time.max(time);
            // Positions go by key, then by index: in another object they begin anew.
            if self.reached_key != open.object.found.key {
                self.reached_key.clone_from(&open.object.found.key);
                self.reached = 0;
            }
        }
        let positions = piece.positions();
        let repeated = self.reached.saturating_sub(position).min(positions);
        let messages = piece.messages_before(repeated);
        self.duplicates += messages;
        (repeated < positions).then(|| {
            let times = self.times(&piece).without_first(messages);
            let skips = match &piece {
                Piece::Timed(timed) => timed.skips.without_first(messages, repeated),
                _ => Skips::default(),
            };
            let (rest, dropped) = without_first(piece, messages as usize);
            let positions = position + repeated..position + positions;
            self.block((rest, skips), times, origin, bytes - dropped, positions)
        })
    }

    /// The times of a piece's messages, none before the time that the partition has reached.
    fn times(&mut self, piece: &Piece) -> Times {
        let written = match piece {
            Piece::Timed(timed) => timed.times.clone(),
            _ => Times::default(),
        };
        let times = written.not_before(self.time);
        self.time = times.last();
        times
    }

    fn block(
        &mut self,
        (messages, skips): (Messages, Skips),
        times: Times,
        origin: Arc<Origin>,
        bytes: u64,
        positions: Range<u64>,
    ) -> Item {
        let count = positions.end - positions.start - skips.all();
        let block = Block {
            kind: self.kind,
            partition: self.ordinal,
            rank: self.rank,
            sequence: self.sequence,
            first_order: self.handed_out + 1,
            first_position: positions.start,
            positions: positions.end - positions.start,
            skips,
            bytes,
            times,
            origin,
            messages,
            envelopes: Vec::new(),
        };
        self.reached = positions.end;
        self.progress.messages.fetch_add(count, Ordering::Relaxed);
        self.handed_out += positions.end - positions.start;
        self.sequence += 1;
        Item::Block(block, std::mem::take(&mut self.duplicates))
    }
}

/// The messages of a piece but for the first ones, and how many bytes those took; there are more.
fn without_first(piece: Piece, messages: usize) -> (Messages, u64) {
    match piece {
        Piece::Lines(bytes, _) => without_first_lines(bytes, messages),
        Piece::Timed(Timed { messages: Messages::Lines(bytes), .. }) => without_first_lines(bytes, messages),
        Piece::Timed(Timed { messages: Messages::Values(bytes, values), .. })
        | Piece::Values(bytes, values) => without_first_values(bytes, values, messages),
        Piece::Timed(Timed { messages, .. }) => (messages, 0),
        Piece::TooLarge(large) => (Messages::TooLarge(large), 0),
        Piece::Blank => (Messages::Lines(b"\n".to_vec()), 0),
    }
}

fn without_first_lines(mut bytes: Vec<u8>, lines: usize) -> (Messages, u64) {
    let Some(last) = lines.checked_sub(1) else { return (Messages::Lines(bytes), 0) };
    let end = memchr::memchr_iter(b'\n', &bytes).nth(last);
    let dropped = bytes.drain(..=end.expect("lines were counted by their LF")).len();
    (Messages::Lines(bytes), dropped as u64)
}

fn without_first_values(bytes: Vec<u8>, mut values: Vec<Range<usize>>, count: usize) -> (Messages, u64) {
    let dropped = values.drain(..count).next_back().map_or(0, |value| value.end);
    (Messages::Values(bytes, values), dropped as u64)
}
