//! Reads the objects of an archive ahead of the workers, in bounded memory.

use super::lines::{Piece, Pieces};
use super::listing::{ArchiveError, Object, Partition};
use crate::block::{Block, Messages};
use crate::buffers::Buffers;
use crossbeam_channel::{Receiver, Sender};
use flate2::read::MultiGzDecoder;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

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
pub fn read_all(partitions: Arc<Vec<Partition>>, limits: Limits, buffers: &Buffers) -> io::Result<Blocks> {
    let (sender, blocks) = crossbeam_channel::bounded(limits.prefetch_blocks);
    let next = Arc::new(AtomicUsize::new(0));
    for reader in 0..limits.readers.min(partitions.len()) {
        let (partitions, sender, next) = (partitions.clone(), sender.clone(), next.clone());
        let buffers = buffers.clone();
        std::thread::Builder::new().name(format!("reader {reader}")).spawn(move || {
            while let Some((ordinal, partition)) = take_next(&partitions, &next) {
                let reading =
                    PartitionReader::new(ordinal as u32, partition, limits, &buffers, &sender).read();
                match reading {
                    Ok(()) => {}
                    Err(Stop::NobodyReceives) => return,
                    Err(Stop::Fault(error)) => {
                        // If nobody receives it, the replay has stopped already.
                        let _ = sender.send(Err(error));
                        return;
                    }
                }
            }
        })?;
    }
    Ok(blocks)
}

fn take_next<'a>(partitions: &'a [Partition], next: &AtomicUsize) -> Option<(usize, &'a Partition)> {
    let ordinal = next.fetch_add(1, Ordering::Relaxed);
    partitions.get(ordinal).map(|partition| (ordinal, partition))
}

enum Stop {
    NobodyReceives,
    Fault(ArchiveError),
}

/// One partition on its way through its objects.
struct PartitionReader<'a> {
    ordinal: u32,
    partition: &'a Partition,
    limits: Limits,
    buffers: &'a Buffers,
    sender: &'a Sender<Result<ReadBlock, ArchiveError>>,
    /// The first position not yet handed out.
    reached: u64,
    /// Messages handed out.
    handed_out: u64,
    /// Positions dropped since the last block.
    duplicates: u64,
}

impl<'a> PartitionReader<'a> {
    fn new(
        ordinal: u32,
        partition: &'a Partition,
        limits: Limits,
        buffers: &'a Buffers,
        sender: &'a Sender<Result<ReadBlock, ArchiveError>>,
    ) -> Self {
        PartitionReader {
            ordinal,
            partition,
            limits,
            buffers,
            sender,
            reached: 0,
            handed_out: 0,
            duplicates: 0,
        }
    }

    fn read(mut self) -> Result<(), Stop> {
        for object in &self.partition.objects {
            self.read_object(object)?;
        }
        if self.duplicates > 0 {
            self.send(Messages::Lines(Vec::new()), self.reached, 0)?;
        }
        Ok(())
    }

    fn read_object(&mut self, object: &Object) -> Result<(), Stop> {
        let unreadable = |error| Stop::Fault(ArchiveError::Unreadable { path: object.path.clone(), error });
        let bytes = open(&object.path).map_err(unreadable)?;
        let mut pieces = Pieces::new(bytes, self.limits.block_bytes, self.limits.record_max_bytes);
        let mut position = object.start;
        while let Some(piece) = pieces.next(self.buffers.take()).map_err(unreadable)? {
            let (messages, lines) = match piece {
                Piece::Lines(bytes, lines) => (Messages::Lines(bytes), lines),
                Piece::TooLarge(bytes) => (Messages::TooLarge(bytes), 1),
            };
            self.hand_out(messages, position, lines)?;
            position += lines;
        }
        Ok(())
    }

    /// Sends the messages whose positions have not been reached before.
    fn hand_out(&mut self, messages: Messages, position: u64, lines: u64) -> Result<(), Stop> {
        let repeated = self.reached.saturating_sub(position).min(lines);
        self.duplicates += repeated;
        match messages {
            _ if repeated == lines => Ok(()),
            Messages::Lines(mut bytes) if repeated > 0 => {
                let end = memchr::memchr_iter(b'\n', &bytes).nth(repeated as usize - 1);
                bytes.drain(..=end.expect("lines were counted by their LF"));
                self.send(Messages::Lines(bytes), position + repeated, lines - repeated)
            }
            messages => self.send(messages, position, lines),
        }
    }

    fn send(&mut self, messages: Messages, first_position: u64, positions: u64) -> Result<(), Stop> {
        let block = Block {
            kind: self.partition.kind,
            partition: self.ordinal,
            first_order: self.handed_out + 1,
            first_position,
            positions,
            time: 0,
            messages,
        };
        self.reached = first_position + positions;
        self.handed_out += positions;
        let duplicates = std::mem::take(&mut self.duplicates);
        self.sender.send(Ok(ReadBlock { block, duplicates })).map_err(|_| Stop::NobodyReceives)
    }
}

/// An object's bytes, unpacked if they are packed: the first two tell, whatever the name says.
fn open(path: &Path) -> io::Result<Box<dyn Read>> {
    let mut file = File::open(path)?;
    let mut magic = Vec::with_capacity(2);
    file.by_ref().take(2).read_to_end(&mut magic)?;
    let is_packed = magic == [0x1F, 0x8B];
    let bytes = io::Cursor::new(magic).chain(file);
    Ok(if is_packed {
        Box::new(MultiGzDecoder::new(io::BufReader::with_capacity(1 << 16, bytes)))
    } else {
        Box::new(bytes)
    })
}
