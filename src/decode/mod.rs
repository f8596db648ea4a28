//! From messages to cleaned rows, on the worker that has them; what is no record is rejected and counted.

mod json;
mod exact;
mod counts;
mod intern;

pub use counts::{Counts, KindCounts, Reason};
pub use json::{NoRecord, read_record};

use crate::block::{Block, Messages};
use intern::Interner;
use pinflow_dataflows::chunk::{Chunk, Chunks};
use pinflow_dataflows::clean::{self, Fields, RawRecord};
use pinflow_dataflows::kind::Kind;
use pinflow_dataflows::names::NameTables;
use pinflow_dataflows::row::{Record, Row, Version};

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Decoded {
    Blank,
    Rejected(Reason),
    /// The key, what views need of the record, and its malformed fields.
    Accepted(u64, Record, Fields),
}

/// One worker's decoding.
pub struct Decoder {
    wanted: Fields,
    record_max_bytes: usize,
    interner: Interner,
    chunks: Chunks,
    counts: Counts,
}

impl Decoder {
    /// For one of `workers` workers. Fields that are not `wanted` are neither cleaned nor counted.
    pub fn new(names: &NameTables, workers: usize, wanted: Fields, record_max_bytes: usize) -> Decoder {
        Decoder {
            wanted,
            record_max_bytes,
            interner: Interner::new(names),
            chunks: Chunks::new(workers),
            counts: Counts::default(),
        }
    }

    /// Decodes a block's messages; chunks of rows that fill up go to `send`.
    pub fn decode(&mut self, block: &Block, send: &mut impl FnMut(Chunk)) {
        self.counts.bytes += block.bytes();
        match &block.messages {
            Messages::TooLarge(_) => {
                self.take(block, block.first_order, Decoded::Rejected(Reason::TooLarge), send)
            }
            Messages::Lines(lines) => match simdutf8::basic::from_utf8(lines) {
                Ok(text) => self.decode_text(block, text, send),
                Err(_) => self.decode_bytes(block, lines, send),
            },
        }
        self.interner.complete(&mut |row| self.chunks.push(row, send));
    }

    /// A block in UTF-8, which a line of it then is, too.
    fn decode_text(&mut self, block: &Block, text: &str, send: &mut impl FnMut(Chunk)) {
        let (mut order, mut start) = (block.first_order, 0);
        let mut raw = RawRecord::default();
        let ends = memchr::memchr_iter(b'\n', text.as_bytes());
        for end in ends.chain((!text.ends_with('\n')).then_some(text.len())) {
            if end > start || end < text.len() {
                let decoded = self.message(block.kind, &text[start..end], &mut raw);
                self.take(block, order, decoded, send);
                order += 1;
            }
            start = end + 1;
        }
    }

    /// A block with something in it that is not UTF-8.
    fn decode_bytes(&mut self, block: &Block, bytes: &[u8], send: &mut impl FnMut(Chunk)) {
        let mut raw = RawRecord::default();
        for (line, order) in bytes.split_inclusive(|byte| *byte == b'\n').zip(block.first_order..) {
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            let decoded = match std::str::from_utf8(line) {
                Ok(text) => self.message(block.kind, text, &mut raw),
                Err(_) if is_too_large(line, self.record_max_bytes) => Decoded::Rejected(Reason::TooLarge),
                Err(_) => Decoded::Rejected(Reason::NotJson),
            };
            self.take(block, order, decoded, send);
        }
    }

    /// `raw` lends its room.
    fn message<'a>(&mut self, kind: Kind, line: &'a str, raw: &mut RawRecord<'a>) -> Decoded {
        let message = line.strip_suffix('\r').unwrap_or(line);
        if message.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\r')) {
            return Decoded::Blank;
        }
        if message.len() > self.record_max_bytes {
            return Decoded::Rejected(Reason::TooLarge);
        }
        match read_record(kind, message, self.wanted, raw) {
            Ok(()) => {}
            Err(NoRecord::NotJson) => return Decoded::Rejected(Reason::NotJson),
            Err(NoRecord::NotAnObject) => return Decoded::Rejected(Reason::NotAnObject),
        }
        match raw.key() {
            Some(ind) => {
                let (record, malformed) = self.clean(kind, raw);
                Decoded::Accepted(ind, record, malformed)
            }
            None => Decoded::Rejected(Reason::NoUsableInd),
        }
    }

    fn clean(&mut self, kind: Kind, raw: &RawRecord<'_>) -> (Record, Fields) {
        if raw.is_deletion() {
            self.interner.deleted();
            return (Record::Deleted(kind), Fields::none());
        }
        match kind {
            Kind::Pin => {
                let (pin, malformed) = clean::pin(raw);
                (Record::Pin(self.interner.pin(&pin)), malformed)
            }
            Kind::Geo => {
                let (geo, malformed) = clean::geo(raw);
                (Record::Geo(self.interner.geo(&geo)), malformed)
            }
            Kind::User => {
                let (user, malformed) = clean::user(raw);
                (Record::User(self.interner.user(&user)), malformed)
            }
        }
    }

    fn take(&mut self, block: &Block, order: u64, decoded: Decoded, send: &mut impl FnMut(Chunk)) {
        let counts = &mut self.counts[block.kind];
        match decoded {
            Decoded::Blank => counts.blank += 1,
            Decoded::Rejected(reason) => counts.reject(reason),
            Decoded::Accepted(ind, record, malformed) => {
                counts.accept(malformed);
                let version = Version::new(block.time, block.partition, order);
                self.interner.take(Row { ind, version, record }, &mut |row| self.chunks.push(row, send));
            }
        }
    }

    /// Sends the rows that still wait for their chunks to fill.
    pub fn flush(&mut self, send: &mut impl FnMut(Chunk)) {
        self.chunks.flush(send);
    }

    /// What has been counted so far.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }
}

fn is_too_large(line: &[u8], record_max_bytes: usize) -> bool {
    line.strip_suffix(b"\r").unwrap_or(line).len() > record_max_bytes
}
