//! From messages to cleaned rows, on the worker that has them; what is no record is rejected and counted.

mod json;
mod name;
mod shape;
mod fast;
mod exact;
mod key;
mod counts;
mod intern;

pub use counts::{Counts, KindCounts, PartitionCounts, Reason};
pub use json::{NoRecord, RecordReader, read_record};
pub use key::{FoundKey, KeyReader};

use crate::archive::TooLarge;
use crate::block::{Block, Messages, is_blank};
use crate::dead_letters::{Content, Letter};
use intern::Interner;
use pinflow_dataflows::chunk::{Chunk, Chunks};
use pinflow_dataflows::clean::{self, Fields, RawRecord};
use pinflow_dataflows::kind::Kind;
use pinflow_dataflows::names::NameTables;
use pinflow_dataflows::row::{Record, Row, Version};
use std::ops::Range;

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Decoded {
    Blank,
    Rejected(Reason),
    /// The key, what views need of the record, and its malformed fields.
    Accepted(u64, Record, Fields),
}

/// A message's place in its block, and its time.
struct Place<'a> {
    block: &'a Block,
    index: u64,
    time: u64,
}

/// One worker's decoding.
pub struct Decoder {
    reader: RecordReader,
    record_max_bytes: usize,
    interner: Interner,
    chunks: Chunks,
    counts: Counts,
    /// Rejects of the block at hand.
    letters: Vec<Letter>,
}

impl Decoder {
    /// For one of `workers` workers. Fields that are not `wanted` are neither cleaned nor counted.
    pub fn new(names: &NameTables, workers: usize, wanted: Fields, record_max_bytes: usize) -> Decoder {
        Decoder {
            reader: RecordReader::new(wanted),
            record_max_bytes,
            interner: Interner::new(names),
            chunks: Chunks::new(workers),
            counts: Counts::default(),
            letters: Vec::new(),
        }
    }

    /// Decodes a block's messages; chunks of rows that fill up go to `send`. Gives what was rejected.
    pub fn decode(&mut self, block: &Block, send: &mut impl FnMut(Chunk)) -> Vec<Letter> {
        self.counts.bytes += block.bytes;
        let before = self.counts[block.kind].clone();
        match &block.messages {
            Messages::Lines(bytes) => {
                let ends = memchr::memchr_iter(b'\n', bytes);
                let unended = (!bytes.is_empty() && !bytes.ends_with(b"\n")).then_some(bytes.len());
                let mut start = 0;
                let lines = ends.chain(unended).map(|end| std::mem::replace(&mut start, end + 1)..end);
                self.decode_each(block, bytes, lines, send);
            }
            Messages::Values(bytes, values) => self.decode_each(block, bytes, values.iter().cloned(), send),
            Messages::TooLarge(large) => {
                self.counts[block.kind].reject(Reason::TooLarge);
                let content = Content::TooLarge(large.as_ref().clone());
                self.letters.push(Letter::of_message(block, 0, Reason::TooLarge, content));
            }
        }
        self.counts.block(block.partition, block.kind, &before, block.skips.all());
        self.interner.complete(&mut |row| self.chunks.push(row, send));
        std::mem::take(&mut self.letters)
    }

    fn decode_each(
        &mut self,
        block: &Block,
        bytes: &[u8],
        messages: impl Iterator<Item = Range<usize>>,
        send: &mut impl FnMut(Chunk),
    ) {
        let mut raw = RawRecord::default();
        let (mut time, mut later) = (block.times.first, block.times.later.iter().peekable());
        // What is known to be UTF-8, and where it begins.
        let (mut text, mut start) = ("", 0);
        for (index, message) in (0..).zip(messages) {
            if let Some((_, next)) = later.next_if(|(first, _)| *first == index) {
                time = *next;
            }
            if message.end > start + text.len() {
                (text, start) = (utf8_start(&bytes[message.start..]), message.start);
            }
            let part = message.start - start..message.end - start;
            // A message that is cut inside a character, and only with its neighbour makes one, is not in UTF-8 either.
            let decoded = if text.get(part.clone()).is_some() {
                self.message(block, text, part, &mut raw)
            } else if message_of(block, &bytes[message.clone()]).len() > self.record_max_bytes {
                Decoded::Rejected(Reason::TooLarge)
            } else {
                Decoded::Rejected(Reason::NotJson)
            };
            self.take(Place { block, index, time }, decoded, &bytes[message], send);
        }
    }

    /// Decodes a message, a part of a text. `raw` lends its room.
    fn message<'a>(
        &mut self,
        block: &Block,
        text: &'a str,
        mut message: Range<usize>,
        raw: &mut RawRecord<'a>,
    ) -> Decoded {
        let (kind, is_line) = (block.kind, matches!(block.messages, Messages::Lines(_)));
        let bytes = message_of(block, &text.as_bytes()[message.clone()]);
        message.end = message.start + bytes.len();
        if is_line && is_blank(bytes) {
            return Decoded::Blank;
        }
        if message.len() > self.record_max_bytes {
            return Decoded::Rejected(Reason::TooLarge);
        }
        match self.reader.read(kind, text, message, raw) {
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

    fn take(
        &mut self,
        Place { block, index, time }: Place<'_>,
        decoded: Decoded,
        message: &[u8],
        send: &mut impl FnMut(Chunk),
    ) {
        let counts = &mut self.counts[block.kind];
        match decoded {
            Decoded::Blank => counts.blank += 1,
            Decoded::Rejected(reason) => {
                counts.reject(reason);
                let message = message_of(block, message);
                let content = match reason {
                    Reason::TooLarge => Content::TooLarge(TooLarge::of(message)),
                    _ => Content::Whole(message.to_owned()),
                };
                self.letters.push(Letter::of_message(block, index, reason, content));
            }
            Decoded::Accepted(ind, record, malformed) => {
                counts.accept(malformed);
                let version = Version::new(time, block.rank, block.first_order + index);
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

/// What is in UTF-8 up to the first byte that is not.
fn utf8_start(bytes: &[u8]) -> &str {
    let end = match simdutf8::compat::from_utf8(bytes) {
        Ok(text) => return text,
        Err(error) => error.valid_up_to(),
    };
    simdutf8::basic::from_utf8(&bytes[..end]).expect("it is valid up to there")
}

/// A message without what ends its line.
fn message_of<'a>(block: &Block, message: &'a [u8]) -> &'a [u8] {
    match block.messages {
        Messages::Lines(_) => message.strip_suffix(b"\r").unwrap_or(message),
        _ => message,
    }
}
