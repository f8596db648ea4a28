//! Reads the objects of an archive ahead of the workers, in bounded memory.

use super::bytes::Counted;
use super::lines::{Piece, Pieces};
use super::listing::{ArchiveError, Object, Partition};
use crate::block::{Block, Messages};
use crate::buffers::Buffers;
use crossbeam_channel::{Receiver, Sender};
use pinflow_dataflows::kind::Kind;
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

/// How much is read at once.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of a block.
    pub block_bytes: usize,
    /// Bytes of the longest message that is kept.
    pub record_max_bytes: usize,
    /// Blocks that wait for workers.
    pub prefetch_blocks: usize,
    /// Partitions that are read at the same time.
    pub readers: usize,
}

/// What readers hand over: blocks, or the fault that stops the replay.
pub type Blocks = Receiver<Result<ReadBlock, ArchiveError>>;

/// A block, and what was dropped before it.
#[derive(Debug)]
pub struct ReadBlock {
    /// The messages.
    pub block: Block,
    /// Positions that objects repeated just before it.
    pub duplicates: u64,
}

/// Starts threads that read all partitions. They end when all is read or nobody receives any more.
pub fn read_all(partitions: Vec<Partition>, limits: Limits, buffers: &Buffers) -> io::Result<Blocks> {
    let (sender, blocks) = crossbeam_channel::bounded(limits.prefetch_blocks);
    let together = Arc::new(Mutex::new(read_together(partitions).into_iter()));
    for reader in 0..limits.readers {
        let (together, sender, buffers) = (together.clone(), sender.clone(), buffers.clone());
        let take_next = move || together.lock().unwrap_or_else(PoisonError::into_inner).next();
        std::thread::Builder::new().name(format!("reader {reader}")).spawn(move || {
            while let Some(partitions) = take_next() {
                let readers = partitions.into_iter();
                let readers =
                    readers.map(|(ordinal, partition)| PartitionReader::new(ordinal, partition, limits));
                if send_in_step(readers.collect(), &buffers, &sender).is_err() {
                    return;
                }
            }
        })?;
    }
    Ok(blocks)
}

/// Partitions that one reader reads in step, with their ordinals: those of one number, of all topics. Producers write
/// the records of an `ind` at about the same time and to partitions of one number, so they are read together, too: a
/// post is complete sooner, while the caches still hold it.
fn read_together(partitions: Vec<Partition>) -> Vec<Vec<(u32, Partition)>> {
    let mut together: BTreeMap<u64, Vec<(u32, Partition)>> = BTreeMap::new();
    for (ordinal, partition) in (0..).zip(partitions) {
        together.entry(partition.number).or_default().push((ordinal, partition));
    }
    together.into_values().collect()
}

/// Nobody needs more blocks: all workers have stopped, or a fault stops the replay.
struct Stopped;

/// Sends the blocks of some partitions, always of the one that the smallest part has been read of.
fn send_in_step(
    mut readers: Vec<PartitionReader>,
    buffers: &Buffers,
    sender: &Sender<Result<ReadBlock, ArchiveError>>,
) -> Result<(), Stopped> {
    while let Some(next) = readers.iter_mut().min_by(|a, b| a.part_read().total_cmp(&b.part_read())) {
        let block = next.next_block(buffers.take());
        match block {
            Ok(Some(block)) => sender.send(Ok(block)).map_err(|_| Stopped)?,
            Ok(None) => readers.retain(|reader| !reader.is_finished()),
            Err(fault) => {
                // If nobody receives it, the replay has stopped already.
                let _ = sender.send(Err(fault));
                return Err(Stopped);
            }
        }
    }
    Ok(())
}

/// One partition on its way through its objects.
struct PartitionReader {
    ordinal: u32,
    kind: Kind,
    limits: Limits,
    objects: std::vec::IntoIter<Object>,
    open: Option<OpenObject>,
    is_finished: bool,
    /// Bytes of all objects, and of those that were opened.
    bytes: u64,
    bytes_read: u64,
    /// The first position not yet handed out.
    reached: u64,
    /// Messages handed out.
    handed_out: u64,
    /// Positions dropped since the last block.
    duplicates: u64,
}

/// The object that is being read.
struct OpenObject {
    object: Object,
    pieces: Pieces<Counted>,
    /// The next line's position.
    position: u64,
}

impl PartitionReader {
    fn new(ordinal: u32, partition: Partition, limits: Limits) -> PartitionReader {
        PartitionReader {
            ordinal,
            kind: partition.kind,
            limits,
            bytes: partition.objects.iter().map(|object| object.bytes).sum(),
            objects: partition.objects.into_iter(),
            open: None,
            is_finished: false,
            bytes_read: 0,
            reached: 0,
            handed_out: 0,
            duplicates: 0,
        }
    }

    /// How much of the partition has been read, from 0 to 1.
    fn part_read(&self) -> f64 {
        let read = self.bytes_read + self.open.as_ref().map_or(0, |open| open.pieces.object().bytes());
        read as f64 / self.bytes.max(1) as f64
    }

    fn is_finished(&self) -> bool {
        self.is_finished
    }

    /// The next messages whose positions have not been reached before, in `buffer`; nothing at the partition's end.
    fn next_block(&mut self, mut buffer: Vec<u8>) -> Result<Option<ReadBlock>, ArchiveError> {
        while let Some((piece, position)) = self.next_piece(std::mem::take(&mut buffer))? {
            let (messages, lines) = match piece {
                Piece::Lines(bytes, lines) => (Messages::Lines(bytes), lines),
                Piece::TooLarge(bytes) => (Messages::TooLarge(bytes), 1),
            };
            let repeated = self.reached.saturating_sub(position).min(lines);
            self.duplicates += repeated;
            if repeated < lines {
                let messages = without_lines(messages, repeated);
                return Ok(Some(self.block(messages, position + repeated, lines - repeated)));
            }
        }
        self.is_finished = true;
        // Duplicates at the very end are told with a block of nothing.
        let nothing = Messages::Lines(Vec::new());
        Ok((self.duplicates > 0).then(|| self.block(nothing, self.reached, 0)))
    }

    /// The next piece of the next object that has one, and its first line's position.
    fn next_piece(&mut self, mut buffer: Vec<u8>) -> Result<Option<(Piece, u64)>, ArchiveError> {
        loop {
            let open = match &mut self.open {
                Some(open) => open,
                None => match self.objects.next() {
                    Some(object) => self.open.insert(OpenObject::new(object, self.limits)?),
                    None => return Ok(None),
                },
            };
            if let Some(piece) = open.next_piece(std::mem::take(&mut buffer))? {
                return Ok(Some(piece));
            }
            self.bytes_read += open.object.bytes;
            self.open = None;
        }
    }

    fn block(&mut self, messages: Messages, first_position: u64, positions: u64) -> ReadBlock {
        let block = Block {
            kind: self.kind,
            partition: self.ordinal,
            first_order: self.handed_out + 1,
            first_position,
            positions,
            time: 0,
            messages,
        };
        self.reached = first_position + positions;
        self.handed_out += positions;
        ReadBlock { block, duplicates: std::mem::take(&mut self.duplicates) }
    }
}

impl OpenObject {
    fn new(object: Object, limits: Limits) -> Result<OpenObject, ArchiveError> {
        let bytes = Counted::open(&object.path).map_err(|error| unreadable(&object, error))?;
        let pieces = Pieces::new(bytes, limits.block_bytes, limits.record_max_bytes);
        Ok(OpenObject { position: object.start, object, pieces })
    }

    fn next_piece(&mut self, buffer: Vec<u8>) -> Result<Option<(Piece, u64)>, ArchiveError> {
        let piece = self.pieces.next(buffer).map_err(|error| unreadable(&self.object, error))?;
        let position = self.position;
        self.position += piece.as_ref().map_or(0, Piece::lines);
        Ok(piece.map(|piece| (piece, position)))
    }
}

fn unreadable(object: &Object, error: io::Error) -> ArchiveError {
    ArchiveError::Unreadable { path: object.path.clone(), error }
}

/// What is left after the first lines; fewer than there are.
fn without_lines(messages: Messages, lines: u64) -> Messages {
    match messages {
        Messages::Lines(mut bytes) if lines > 0 => {
            let end = memchr::memchr_iter(b'\n', &bytes).nth(lines as usize - 1);
            bytes.drain(..=end.expect("lines were counted by their LF"));
            Messages::Lines(bytes)
        }
        messages => messages,
    }
}
