//! A partition on its way into the archive.

use super::built::build;
use super::commit::{CommitError, Keys, Outcome};
use super::committer::{Done, Job, Size, Task};
use super::gathered::Gathered;
use super::value::Values;
use crate::archive::PartitionName;
use crate::block::{self, Block, Messages};
use crate::log::frames::End;
use crate::log::{companion_key, partition_key};
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often it is looked for an object that somebody has announced.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How long an announced object is waited for that cannot be put by this archiver. Whoever has announced it and lives puts it
/// within seconds.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long it is waited after a failure, where the archiver goes on.
const RETRY_AFTER: Duration = Duration::from_secs(10);

/// A partition.
pub struct Partition {
    name: Arc<PartitionName>,
    gathered: Gathered,
    /// Up to where it has come.
    came_up_to: u64,
    /// Up to where records had come, and when.
    came: VecDeque<(u64, Instant)>,
    announced: Option<Announced>,
    is_underway: bool,
    retry_at: Option<Instant>,
}

/// An object that somebody has announced.
struct Announced {
    end: End,
    since: Instant,
    look_at: Instant,
    /// Whether what it has was built of other records than there are here.
    is_another: bool,
}

/// What a partition has to tell of what was done.
pub enum Told {
    /// An object was put, by this archiver or by another one.
    Archived {
        /// The one that was built here.
        object: Size,
        /// Whether this archiver has put it.
        by_us: bool,
    },
    /// Another archiver has put an object that ends elsewhere.
    ArchivedByAnother,
    /// Nothing to speak of.
    Nothing,
    /// It failed.
    Failed(CommitError),
    /// What is announced there does not come.
    NotFulfilled(Keys),
}

impl Partition {
    /// One of which nothing has come.
    pub fn new(name: Arc<PartitionName>, gathered: Gathered) -> Partition {
        let came = VecDeque::new();
        Partition { name, gathered, came_up_to: 0, came, announced: None, is_underway: false, retry_at: None }
    }

    /// Which one it is.
    pub fn name(&self) -> &Arc<PartitionName> {
        &self.name
    }

    /// The first position that no object has.
    pub fn archived(&self) -> u64 {
        self.gathered.archived()
    }

    /// Up to where it has come.
    pub fn came_up_to(&self) -> u64 {
        self.came_up_to
    }

    /// The memory that waits.
    pub fn bytes(&self) -> usize {
        self.gathered.bytes()
    }

    /// Memory that may be needed beside what is allowed, to put what another archiver has announced.
    pub fn owed_bytes(&self) -> usize {
        self.announced.as_ref().map_or(0, |announced| 2 * announced.end.bytes as usize)
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.gathered.records() == 0 && !self.is_underway
    }

    /// Messages came. One that is too long to be kept is lost; says how many were.
    pub fn take(&mut self, block: &Block, values: &mut Values) -> u64 {
        let before = self.gathered.records();
        let mut lost = 0;
        match &block.messages {
            Messages::Lines(bytes) => {
                let lines = bytes.strip_suffix(b"\n").unwrap_or(bytes);
                let lines = (!bytes.is_empty()).then(|| lines.split(|byte| *byte == b'\n'));
                for (index, line) in (0..).zip(lines.into_iter().flatten()) {
                    let line = line.strip_suffix(b"\r").unwrap_or(line);
                    let is_blank = block::is_blank(line);
                    self.add(block, index, line, is_blank, values);
                }
            }
            Messages::Values(bytes, ranges) => {
                let ranges: &[Range<usize>] = ranges;
                for (index, value) in (0..).zip(ranges) {
                    self.add(block, index, &bytes[value.clone()], false, values);
                }
            }
            Messages::TooLarge(_) => lost = 1,
        }
        self.came_up_to = block.first_position + block.positions;
        self.gathered.pass_over(self.came_up_to);
        if self.gathered.records() > before {
            self.came.push_back((self.gathered.next(), Instant::now()));
        }
        lost
    }

    fn add(&mut self, block: &Block, index: u64, value: &[u8], is_blank: bool, values: &mut Values) {
        let offset = block.position_of(index);
        // The archive has it already.
        if offset < self.gathered.next() {
            return;
        }
        let apart = if is_blank { None } else { values.no_line(block.kind, value) };
        let value = if is_blank { b"" } else { value };
        self.gathered.add(offset, block.times.of(index), value, apart);
    }

    /// How long the first record has waited.
    fn waited(&self, now: Instant) -> Duration {
        self.came.front().map_or(Duration::ZERO, |(_, came)| now.saturating_duration_since(*came))
    }

    /// What is to be done now, if anything. An object that is not closed is put if that is wanted, or if it has waited for too
    /// long.
    pub fn job(
        &mut self,
        number: u32,
        now: Instant,
        flush: bool,
        patience: Duration,
        gzip: bool,
    ) -> Option<Job> {
        if self.is_underway || self.retry_at.is_some_and(|at| now < at) {
            return None;
        }
        let task = match &mut self.announced {
            Some(announced) if self.gathered.next() >= announced.end.position && !announced.is_another => {
                let first = self.gathered.before(announced.end.position);
                if first.end == announced.end.position {
                    Task::Put(Box::new(build(first)))
                } else {
                    announced.is_another = true;
                    Task::Look(announced.end)
                }
            }
            Some(announced) if now >= announced.look_at => Task::Look(announced.end),
            Some(_) => return None,
            None => {
                let is_due = self.gathered.is_closed() || flush || self.waited(now) >= patience;
                if self.gathered.records() == 0 || !is_due {
                    return None;
                }
                Task::Put(Box::new(build(self.gathered.first())))
            }
        };
        self.is_underway = true;
        self.retry_at = None;
        Some(Job { partition: number, keys: self.keys(gzip), task })
    }

    fn keys(&self, gzip: bool) -> Keys {
        let number = self.name.number.unwrap_or_default() as u32;
        let object = partition_key(&self.name.topic, number, self.gathered.archived());
        let object = if gzip { format!("{object}.gz") } else { object };
        Keys { companion: companion_key(&object), object }
    }

    /// What was to be done is done.
    pub fn done(&mut self, Done { keys, outcome, object, .. }: Done, now: Instant) -> Told {
        self.is_underway = false;
        match (outcome, object) {
            (Ok(Outcome::Committed { by_us }), Some(object)) => {
                self.archived_up_to(object.end, object.time);
                Told::Archived { object, by_us }
            }
            (Ok(Outcome::Committed { .. }), None) => Told::Nothing,
            (Ok(Outcome::Taken { end, .. }), _) if end.position <= self.gathered.archived() => {
                let problem = format!("it ends at {}, before it begins", end.position);
                Told::Failed(CommitError::Companion { place: keys.companion, problem })
            }
            (Ok(Outcome::Taken { end, is_there: true }), _) => {
                self.archived_up_to(end.position, end.time);
                Told::ArchivedByAnother
            }
            (Ok(Outcome::Taken { end, is_there: false }), was_put) => {
                let announced = self.announced.get_or_insert(Announced {
                    end,
                    since: now,
                    look_at: now,
                    is_another: false,
                });
                // It was put with the end that is announced, and is still not what is.
                announced.is_another |= was_put.is_some_and(|object| object.end == end.position);
                announced.end = end;
                announced.look_at = now + LOOK_EVERY;
                let is_late = now.saturating_duration_since(announced.since) >= PATIENCE;
                if !is_late || !announced.is_another {
                    return Told::Nothing;
                }
                self.retry_at = Some(now + RETRY_AFTER);
                Told::NotFulfilled(keys)
            }
            (Err(error), _) => {
                self.retry_at = Some(now + RETRY_AFTER);
                Told::Failed(error)
            }
        }
    }

    /// What keeps it from going on, if an announced object has been waited for for long.
    pub fn waits_in_vain(&self, now: Instant, gzip: bool) -> Option<Keys> {
        let announced = self.announced.as_ref()?;
        let is_late = now.saturating_duration_since(announced.since) >= PATIENCE;
        is_late.then(|| self.keys(gzip))
    }

    fn archived_up_to(&mut self, position: u64, time: u64) {
        self.gathered.archived_up_to(position, time);
        self.announced = None;
        while self.came.front().is_some_and(|(next, _)| *next <= position) {
            self.came.pop_front();
        }
    }
}
