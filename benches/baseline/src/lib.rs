//! The thirteen views by a plain program, which pinflow is measured against: one thread, hash maps, no dataflow.
//!
//! It reads archives of the Kafka Connect S3 sink in folders, checks and cleans records as pinflow does, and gives the
//! same views. All else it does without: it keeps no versions, because it reads the objects in the order in which their
//! records count, so that the later simply replaces; it knows no configuration, and what it counts is no more than a
//! summary.

mod archive;
mod blocks;
mod json;
mod record;
mod clean;
mod names;
mod posts;
mod groups;
mod categories;
mod posters;
mod medians;
mod people;
mod table;

pub use table::{Cell, Table, write_tables};

use archive::{Kind, Object};
use names::Names;
use posts::{Change, Posts};
use std::fmt;
use std::io;
use std::path::Path;

/// What became of the records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Accepted and rejected records.
    pub records: u64,
    /// Rejected records.
    pub rejected: u64,
    /// Lines whose positions had been reached before.
    pub duplicates: u64,
    /// Objects that could not be read, or not to their end.
    pub faults: u64,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Summary { records, rejected, duplicates, faults } = self;
        write!(f, "records {records}, rejected {rejected}, duplicates {duplicates}, faults {faults}")
    }
}

/// An archive on its way into the views.
#[derive(Default)]
pub struct Replay {
    names: Names,
    posts: Posts,
    /// Those of a block, by `ind`.
    changes: Vec<(u64, Change)>,
    summary: Summary,
}

impl Replay {
    /// Reads the archive of a folder.
    pub fn of(folder: &Path) -> io::Result<Replay> {
        let mut replay = Replay::default();
        let listing = archive::list(folder)?;
        replay.summary.faults = listing.faults;
        let mut buffer = Vec::new();
        for objects in listing.objects.chunk_by(Object::is_in_partition_of) {
            let mut reached = 0;
            for object in objects {
                let mut position = object.start;
                let mut take = |block: &[u8]| replay.take(object.kind, block, &mut position, &mut reached);
                let read = object.open().and_then(|bytes| blocks::read(bytes, &mut buffer, &mut take));
                replay.summary.faults += u64::from(read.is_err());
            }
        }
        Ok(replay)
    }

    /// Takes whole lines from a position on. Those before the position that was reached have been taken already.
    fn take(&mut self, kind: Kind, block: &[u8], position: &mut u64, reached: &mut u64) {
        // A part of a text in UTF-8 is in UTF-8, too, if it is cut at line ends.
        let whole = simdutf8::basic::from_utf8(block).ok();
        let ends = memchr::memchr_iter(b'\n', block);
        let unended = (!block.ends_with(b"\n")).then_some(block.len());
        let mut start = 0;
        for end in ends.chain(unended) {
            let line = start..end;
            start = end + 1;
            if *position >= *reached {
                *reached = *position + 1;
                let text = match whole {
                    Some(whole) => whole.get(line),
                    None => std::str::from_utf8(&block[line]).ok(),
                };
                self.take_line(kind, text);
            } else {
                self.summary.duplicates += 1;
            }
            *position += 1;
        }
        self.posts.make(&mut self.changes);
    }

    /// Takes a line, or what is no text.
    fn take_line(&mut self, kind: Kind, line: Option<&str>) {
        let message = line.map(|line| line.strip_suffix('\r').unwrap_or(line));
        if message.is_some_and(is_blank) {
            return;
        }
        self.summary.records += 1;
        match message.and_then(|message| record::read(kind, message)) {
            Some((ind, fields)) => self.changes.push((ind, Change::of(kind, &fields, &mut self.names))),
            None => self.summary.rejected += 1,
        }
    }

    /// What became of the records.
    pub fn summary(&self) -> Summary {
        self.summary
    }

    /// All views, in pinflow's order.
    pub fn tables(&self) -> Vec<Table<'_>> {
        let (mut categories, mut posters) = (categories::Counts::default(), posters::Best::default());
        let (mut medians, mut people) = (medians::FollowerCounts::default(), people::People::default());
        for post in self.posts.iter() {
            categories.add(post);
            posters.add(post);
            medians.add(post);
            people.add(post);
        }
        let mut tables = categories.tables(&self.names);
        tables.extend(posters.tables(&self.names));
        tables.extend(medians.tables(&self.names));
        tables.push(people.table());
        tables
    }
}

fn is_blank(message: &str) -> bool {
    message.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\r'))
}
