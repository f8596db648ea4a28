//! One partition of a topic: lines are appended, now or later, and full objects are stored.

use super::error::EmulateError;
use super::framing::Text;
use super::names::{Names, ObjectNumber};
use super::object::Object;
use super::random::Random;
use super::shape::Shape;
use super::target::Target;
use super::written::WrittenKind;
use flate2::{Compression, GzBuilder};
use pinflow_dataflows::kind::Kind;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::Write;

/// The most offsets that are left out at once, as after transactions or compaction.
const LONGEST_GAP: u64 = 50;
/// Half the default level's time for a tenth more bytes, measured on an archive of 300,000 posts.
const GZIP_LEVEL: u32 = 2;
/// "Unknown" in gzip's header (RFC 1952), which would else differ between systems.
const GZIP_SYSTEM: u8 = 255;

/// The end of a partition.
pub struct Partition<'a> {
    target: &'a Target,
    shape: &'a Shape,
    names: Names,
    stored: u64,
    random: Random,
    object: Object,
    packed: Vec<u8>,
    appended: u64,
    late: BinaryHeap<Reverse<LateLine>>,
    late_lines: u64,
}

/// A line that is appended once so many others have been. The number keeps those due at once in the order they came in.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct LateLine {
    due: u64,
    number: u64,
    line: Box<[u8]>,
}

/// Keeps the generators of partitions apart from those of records.
const PARTITION_KEY: u64 = 0x7061_7274;

impl<'a> Partition<'a> {
    /// An empty partition.
    pub fn new(target: &'a Target, shape: &'a Shape, kind: Kind, number: u32) -> Partition<'a> {
        Partition {
            target,
            shape,
            names: Names::new(shape, kind, number),
            stored: 0,
            random: Random::keyed(&[shape.seed, PARTITION_KEY, kind as u64, number.into()]),
            object: Object::default(),
            packed: Vec::new(),
            appended: 0,
            late: BinaryHeap::new(),
            late_lines: 0,
        }
    }

    /// Appends a text, and the late ones that have become due.
    pub fn append(&mut self, text: Text, written: &mut WrittenKind) -> Result<(), EmulateError> {
        self.push(text, written)?;
        while self.late.peek().is_some_and(|Reverse(late)| late.due <= self.appended) {
            self.append_next_late(written)?;
        }
        Ok(())
    }

    /// Appends a good line after `delay` others; with many late ones, some more.
    pub fn append_late(&mut self, line: &[u8], delay: u64) {
        self.late_lines += 1;
        let (due, number) = (self.appended + delay, self.late_lines);
        self.late.push(Reverse(LateLine { due, number, line: line.into() }));
    }

    /// Appends all late lines and stores the last object.
    pub fn close(mut self, written: &mut WrittenKind) -> Result<(), EmulateError> {
        while !self.late.is_empty() {
            self.append_next_late(written)?;
        }
        if self.object.has_news() { self.store(written) } else { Ok(()) }
    }

    fn append_next_late(&mut self, written: &mut WrittenKind) -> Result<(), EmulateError> {
        match self.late.pop() {
            Some(Reverse(late)) => self.push(Text::Good(&late.line), written),
            None => Ok(()),
        }
    }

    fn push(&mut self, text: Text, written: &mut WrittenKind) -> Result<(), EmulateError> {
        self.object.push(|out| self.shape.layout.framing().write(text, out));
        self.appended += 1;
        if self.object.lines() < self.shape.per_object {
            return Ok(());
        }
        self.store(written)?;
        if self.random.happens(self.shape.gap) {
            self.object.go_on_after_gap(self.random.within(1..=LONGEST_GAP));
        } else if self.random.happens(self.shape.overlap) {
            // Not all of them: two objects that begin at one offset would have one name.
            let most = self.object.lines() as u64 - 1;
            let repeated = if most == 0 { 0 } else { self.random.within(1..=most) };
            self.object.go_on_with_last(repeated as usize);
        } else {
            self.object.go_on_after_gap(0);
        }
        Ok(())
    }

    fn store(&mut self, written: &mut WrittenKind) -> Result<(), EmulateError> {
        let number = ObjectNumber { index: self.stored, first_offset: self.object.first_offset() };
        let content = match self.shape.gzip {
            true => {
                pack(self.object.content(), &mut self.packed);
                &self.packed
            }
            false => self.object.content(),
        };
        self.target.put(&self.names.key(number), content)?;
        self.stored += 1;
        written.objects += 1;
        written.bytes += content.len() as u64;
        written.skipped_offsets += self.object.skipped_offsets();
        written.repeated_lines += self.object.repeated_lines() as u64;
        Ok(())
    }
}

/// Writes the same bytes for the same content: no time, no name and no system in the header.
fn pack(content: &[u8], packed: &mut Vec<u8>) {
    packed.clear();
    let header = GzBuilder::new().mtime(0).operating_system(GZIP_SYSTEM);
    let mut encoder = header.write(packed, Compression::new(GZIP_LEVEL));
    encoder.write_all(content).expect("memory takes all that is written");
    encoder.finish().expect("memory takes all that is written");
}
