//! One partition of the log on its way through its objects, the last of which grows.

use super::tail_file::TailFile;
use crate::archive::{Fault, FaultReason, FrameFault, FramedPieces, Item, Limits, LinePieces, Piece, Window};
use crate::block::{Block, Messages, Origin};
use crate::log::{End, Object, companion_key};
use crate::partitions::KnownPartition;
use crate::skips::Skips;
use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tracing::info;

/// Reads the objects of a partition one after the other, as far as they are committed.
pub struct PartitionTail {
    partition: KnownPartition,
    number: u32,
    source: String,
    limits: Limits,
    /// The object that is read.
    open: Option<OpenObject>,
    /// The first position not yet handed out.
    next: u64,
    /// Positions before this one need not be handed out.
    wanted_from: u64,
    time: u64,
    sequence: u64,
    /// Messages handed out.
    handed_out: u64,
}

/// What a partition is read up to.
pub struct Reading<'a> {
    /// Its objects, as far as they are committed.
    pub end: &'a End,
    /// What decides between records of one time: as partitions compare, so do their ranks.
    pub rank: u32,
    /// The log's folder.
    pub log: &'a Path,
}

struct OpenObject {
    start_offset: u64,
    origin: Arc<Origin>,
    pieces: Pieces,
    /// Where its lines and its companion are committed up to.
    ends: Ends,
}

enum Pieces {
    Framed(Box<FramedPieces<TailFile, BufReader<TailFile>>>),
    /// The companion is missing, or damaged from here on.
    Lines(Box<LinePieces<TailFile>>),
}

#[derive(Default)]
struct Ends {
    lines: Arc<AtomicU64>,
    companion: Arc<AtomicU64>,
}

impl PartitionTail {
    /// From a position at which an object begins, or from the beginning of what the log holds.
    pub fn new(
        partition: KnownPartition,
        number: u32,
        next: u64,
        source: String,
        limits: Limits,
    ) -> PartitionTail {
        PartitionTail {
            partition,
            number,
            source,
            limits,
            open: None,
            next,
            wanted_from: 0,
            time: 0,
            sequence: 0,
            handed_out: 0,
        }
    }

    /// Frames that lie before a position are passed over.
    pub fn wanted_from(self, position: u64) -> PartitionTail {
        PartitionTail { wanted_from: position, ..self }
    }

    /// The first position that has not been handed out.
    pub fn position(&self) -> u64 {
        self.next
    }

    /// The next messages up to there, or a fault; nothing if there are none for now.
    pub fn next(&mut self, reading: &Reading<'_>, buffer: impl FnOnce() -> Vec<u8>) -> Option<Item> {
        let Reading { end, rank, log } = *reading;
        if self.next >= end.end_offset {
            return None;
        }
        let mut buffer = buffer();
        loop {
            if self.open.is_none() {
                match self.open_next(end, log)? {
                    Ok(open) => self.open = Some(open),
                    Err(fault) => return Some(self.fault(fault)),
                }
            }
            let open = self.open.as_mut().expect("it was opened");
            let object = end.objects().find(|object| object.start_offset == open.start_offset);
            if let Some(object) = object {
                open.ends.set(object);
            }
            match open.pieces.next(std::mem::take(&mut buffer)) {
                Ok(Some(piece)) => {
                    if let Some(block) = self.block(piece, rank) {
                        return Some(block);
                    }
                }
                Ok(None) => {
                    // What comes after the last object's committed end comes later.
                    let after = end.objects().find(|object| object.start_offset > open.start_offset)?;
                    self.next = self.next.max(after.start_offset);
                    self.open = None;
                }
                Err(error) => {
                    let fault = self.read_on_after(error);
                    return Some(self.fault(fault));
                }
            }
        }
    }

    /// The object that holds the next position, or the first one behind it that is still there.
    fn open_next(&mut self, end: &End, log: &Path) -> Option<Result<OpenObject, Fault>> {
        let objects = || end.objects();
        loop {
            let object =
                objects().rfind(|object| object.start_offset <= self.next).or_else(|| objects().next())?;
            self.next = self.next.max(object.start_offset);
            let path = end.object_path(log, object);
            let key = path.strip_prefix(log).unwrap_or(&path).to_string_lossy().into_owned();
            let error = match OpenObject::open_files(end, object, log, self.limits) {
                Ok((mut pieces, ends)) => {
                    pieces.pass_over(self.wanted_from);
                    let (source, partition) = (self.source.clone(), self.partition.name.clone());
                    let origin = Arc::new(Origin { source, partition, object: key });
                    return Some(Ok(OpenObject { start_offset: object.start_offset, origin, pieces, ends }));
                }
                Err(error) => error,
            };
            // Go on behind it.
            let after = objects().find(|after| after.start_offset > object.start_offset);
            self.next = after.map_or(end.end_offset, |after| after.start_offset);
            if error.kind() != io::ErrorKind::NotFound {
                return Some(Err(self.fault_of(key, 0, error.to_string())));
            }
            // Retention has deleted it since it was listed, as it would have done a moment before: that is no fault.
            info!(object = key, "the object was deleted before it was read");
            after?;
        }
    }

    /// What is left to be read behind an error, and what is told of it.
    fn read_on_after(&mut self, error: io::Error) -> Fault {
        let mut open = self.open.take().expect("an object is read");
        let object = open.origin.object.clone();
        match error.downcast::<FrameFault>() {
            Ok(fault) if fault.is_of_companion => {
                let companion = companion_key(&object);
                if let Pieces::Framed(framed) = open.pieces {
                    let (lines, next) = framed.into_rest();
                    self.next = self.next.max(next);
                    open.pieces = Pieces::lines(lines, self.limits);
                }
                self.open = Some(open);
                self.fault_of(companion, fault.byte, fault.problem)
            }
            Ok(fault) => {
                self.next = self.next.max(fault.end_offset);
                self.open = Some(open);
                self.fault_of(object, fault.byte, fault.problem)
            }
            Err(error) => {
                self.open = Some(open);
                self.fault_of(object, 0, error.to_string())
            }
        }
    }

    fn fault_of(&self, key: String, byte: u64, problem: String) -> Fault {
        let topic = self.partition.name.topic.clone();
        Fault { source: self.source.clone(), topic, key, byte, reason: FaultReason::Unreadable(problem) }
    }

    fn fault(&mut self, fault: Fault) -> Item {
        self.sequence += 1;
        Item::Fault { partition: self.number, sequence: self.sequence - 1, fault }
    }

    fn block(&mut self, piece: Piece, rank: u32) -> Option<Item> {
        let positions = piece.positions();
        let mut skips = Skips::default();
        let (messages, first, times, bytes) = match piece {
            Piece::Timed(timed) => {
                skips = timed.skips;
                let bytes = timed.messages.bytes();
                (timed.messages, timed.first_offset, Some(timed.times), bytes)
            }
            Piece::Lines(bytes, _) => {
                let length = bytes.len();
                (Messages::Lines(bytes), self.next, None, length)
            }
            Piece::TooLarge(large) => {
                let bytes = large.bytes as usize;
                (Messages::TooLarge(large), self.next, None, bytes)
            }
            Piece::Blank | Piece::Values(..) => (Messages::Lines(b"\n".to_vec()), self.next, None, 1),
        };
        let times = times.unwrap_or_default().not_before(self.time);
        self.time = times.last();
        let block = Block {
            kind: self.partition.kind,
            partition: self.number,
            rank,
            sequence: self.sequence,
            first_order: self.handed_out + 1,
            first_position: first,
            positions,
            skips,
            bytes: bytes as u64,
            times,
            origin: self.open.as_ref()?.origin.clone(),
            messages,
            envelopes: Vec::new(),
        };
        self.next = first + positions;
        self.handed_out += positions;
        self.sequence += 1;
        Some(Item::Block(block, 0))
    }
}

impl OpenObject {
    fn open_files(end: &End, object: &Object, log: &Path, limits: Limits) -> io::Result<(Pieces, Ends)> {
        let ends = Ends::default();
        ends.set(object);
        // The companion first: of an object that is deleted it goes last, so one that is missing was never there.
        let companion = File::open(end.companion_path(log, object));
        let lines = TailFile::new(File::open(end.object_path(log, object))?, ends.lines.clone());
        let pieces = match companion {
            Ok(companion) => {
                let companion = BufReader::new(TailFile::new(companion, ends.companion.clone()));
                Pieces::Framed(Box::new(FramedPieces::new(lines, companion, limits.block_bytes)))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Pieces::lines(lines, limits),
            Err(error) => return Err(error),
        };
        Ok((pieces, ends))
    }
}

impl Ends {
    fn set(&self, object: &Object) {
        self.lines.store(object.bytes, Ordering::Relaxed);
        self.companion.store(object.companion_bytes, Ordering::Relaxed);
    }
}

impl Pieces {
    fn lines(lines: TailFile, limits: Limits) -> Pieces {
        let window = Window::new(lines, limits.block_bytes);
        Pieces::Lines(Box::new(LinePieces::new(window, limits.record_max_bytes)))
    }

    /// Where no frames say which positions lines have, nothing is passed over.
    fn pass_over(&mut self, wanted_from: u64) {
        if let Pieces::Framed(framed) = self {
            framed.pass_over(wanted_from);
        }
    }

    fn next(&mut self, buffer: Vec<u8>) -> io::Result<Option<Piece>> {
        match self {
            Pieces::Framed(framed) => framed.next(buffer),
            Pieces::Lines(lines) => lines.next(buffer),
        }
    }
}
