//! Lands what a source holds in an archive: one more consumer of its blocks.
//!
//! A record counts as archived when the object that has it is durable, with its companion. Where an archive ends, its
//! objects alone tell: there is no other memory, so an archiver that was killed goes on behind them. [`commit`] says why
//! several may write to one archive.

pub mod commit;
mod limits;
mod value;
mod gathered;
mod built;
mod reached;
mod place;
mod committer;
mod partition;
mod status;
mod error;

pub use error::ArchiverError;
pub use place::{ArchivePlace, PlaceError};
pub use status::{Archived, ArchiverStatus, Status};

use crate::archive::{Fault, Item, Items, PartitionName};
use crate::block::{Block, Messages};
use crate::buffers::Buffers;
use crate::config::ArchiveSettings;
use crate::kafka::key_of;
use commit::Keys;
use committer::{Committers, Done};
use crossbeam_channel::{never, select};
use gathered::Gathered;
use limits::ObjectLimits;
use partition::{Partition, Told};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tracing::{error, info};
use value::Values;

/// How often it is looked whether an object has waited for long enough.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How long puts that are underway may take when it has to stop. What is not put then is put by the next start.
const STOP_TIMEOUT: Duration = Duration::from_secs(8);
/// How often it is logged how far it is.
const LOG_EVERY: Duration = Duration::from_secs(60);

/// When an archiver ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// When all that the source held at the start is archived.
    CaughtUp,
    /// When it has to stop; at the first failure as well.
    Failure,
    /// When it has to stop. What fails is tried again.
    Stopped,
}

/// An archiver before it runs.
pub struct Archiver {
    settings: ArchiveSettings,
    place: ArchivePlace,
    until: Until,
    source: Source,
    status: Arc<Status>,
    stop: Arc<AtomicBool>,
    committers: Committers,
    partitions: BTreeMap<u32, Partition>,
    /// The partition that is the first to get something to do.
    turn: u32,
    values: Values,
    is_caught_up: bool,
    /// Whether the source has ended.
    is_ended: bool,
}

/// Partitions' numbers, and where each ends.
pub type Ends = Vec<(u32, u64)>;

/// What an archiver reads.
pub struct Source {
    /// Its items.
    pub items: Items,
    /// Where buffers of blocks go.
    pub buffers: Buffers,
    /// Why it gives nothing more, if so.
    pub stopped: Box<dyn Fn() -> Option<String> + Send>,
    /// Where its partitions ended at the start, by their numbers; nothing while it is not known of all.
    pub ends_at_start: Box<dyn Fn() -> Option<Ends> + Send>,
}

impl Archiver {
    /// Starts the threads that put objects.
    pub fn new(
        settings: &ArchiveSettings,
        place: ArchivePlace,
        until: Until,
        source: Source,
        status: Arc<Status>,
        stop: Arc<AtomicBool>,
    ) -> Result<Archiver, ArchiverError> {
        let committers = Committers::start(&place.target, settings.puts, place.gzip)?;
        Ok(Archiver {
            settings: settings.clone(),
            place,
            until,
            source,
            status,
            stop,
            committers,
            partitions: BTreeMap::new(),
            turn: 0,
            values: Values::default(),
            is_caught_up: false,
            is_ended: false,
        })
    }

    /// Archives until it has to end.
    pub fn run(mut self) -> Result<(), ArchiverError> {
        let ended = self.run_to_its_end();
        if let Err(error) = &ended {
            self.status.lock().stopped = Some(error.to_string());
        }
        self.tell(true);
        ended
    }

    fn run_to_its_end(&mut self) -> Result<(), ArchiverError> {
        let mut told = Instant::now();
        loop {
            if self.stop.load(Ordering::Relaxed) {
                self.finish_underway();
                return Ok(());
            }
            let stopped = (self.source.stopped)();
            // First, for what has come by then is among the items or the partitions afterwards.
            let is_finished = self.has_all_of_the_start();
            self.give_jobs(stopped.is_some() || self.is_ended || is_finished)?;
            self.take_some()?;
            let is_empty = self.partitions.values().all(Partition::is_empty) && self.source.items.is_empty();
            if is_empty && is_finished {
                return Ok(());
            }
            if let Some(why) = stopped.filter(|_| is_empty) {
                return Err(ArchiverError::Stopped(why));
            }
            if is_empty && self.is_ended {
                return Ok(());
            }
            if told.elapsed() >= LOG_EVERY {
                told = Instant::now();
                self.tell(false);
            }
        }
    }

    /// Whether all has come that there was at the start, if that is all that is waited for.
    fn has_all_of_the_start(&self) -> bool {
        let came = |number| self.partitions.get(&number).map_or(0, Partition::came_up_to);
        self.until == Until::CaughtUp
            && self.is_caught_up
            && (self.source.ends_at_start)()
                .is_some_and(|ends| ends.into_iter().all(|(number, end)| came(number) >= end))
    }

    /// Takes what comes next, or what is done next, and waits a little for either.
    fn take_some(&mut self) -> Result<(), ArchiverError> {
        let owed: usize = self.partitions.values().map(Partition::owed_bytes).sum();
        let is_full = self.waiting_bytes() >= self.settings.buffer_bytes + owed;
        let items = if is_full || self.is_ended { never() } else { self.source.items.clone() };
        let done = self.committers.done().clone();
        select! {
            recv(done) -> done => self.done(done.expect("the threads live as long as this")),
            recv(items) -> item => match item {
                Ok(item) => self.take(item),
                Err(_) => {
                    self.is_ended = true;
                    Ok(())
                }
            },
            default(LOOK_EVERY) => Ok(()),
        }
    }

    fn take(&mut self, item: Item) -> Result<(), ArchiverError> {
        match item {
            Item::Block(block, _) => self.take_block(block),
            Item::Fault { fault, .. } => {
                self.note(&fault);
                Ok(())
            }
            Item::Unread(faults) => {
                faults.iter().for_each(|fault| self.note(fault));
                Ok(())
            }
            Item::CaughtUp => {
                self.is_caught_up = true;
                self.partitions.values().try_for_each(|partition| self.check_not_behind(partition))
            }
            Item::AllRead => Ok(()),
            Item::Failed(error) => Err(error.into()),
        }
    }

    fn note(&self, fault: &Fault) {
        error!(topic = fault.topic, object = fault.key, byte = fault.byte, reason = %fault.reason, "a part of the source cannot be read, and is not archived");
        self.status.lock().faults += 1;
    }

    fn take_block(&mut self, block: Block) -> Result<(), ArchiverError> {
        let name = &block.origin.partition;
        if !self.partitions.contains_key(&block.partition) {
            if name.topic.starts_with(['_', '.']) {
                return Err(ArchiverError::Hidden { topic: name.topic.clone() });
            }
            let reached = key_of(name).and_then(|key| self.place.reached.get(&key)).copied();
            let time = reached.map_or(0, |reached| reached.time);
            let limits = ObjectLimits::of(&self.settings);
            let gathered = Gathered::from(reached.map(|reached| reached.next), time, limits);
            info!(topic = name.topic, partition = name.number, position = gathered.next(), "archiving");
            self.partitions.insert(block.partition, Partition::new(name.clone(), gathered));
        }
        let partition = self.partitions.get_mut(&block.partition).expect("it is there now");
        let lost = partition.take(&block, &mut self.values);
        if lost > 0 {
            let (topic, position) = (&name.topic, block.first_position);
            error!(topic, position, "a record is too long to be kept, and is not archived");
            self.status.lock().faults += lost;
        }
        let partition = &self.partitions[&block.partition];
        if self.is_caught_up {
            self.check_not_behind(partition)?;
        }
        self.show(block.partition);
        if let Messages::Lines(bytes) | Messages::Values(bytes, _) = block.messages {
            self.source.buffers.give(bytes);
        }
        Ok(())
    }

    /// A source that ends before the archive is another one: what it brings would be passed over as archived already.
    fn check_not_behind(&self, partition: &Partition) -> Result<(), ArchiverError> {
        let (archived, end) = (partition.archived(), partition.came_up_to());
        if end >= archived {
            return Ok(());
        }
        let PartitionName { topic, number } = (**partition.name()).clone();
        Err(ArchiverError::Behind { topic, partition: number.unwrap_or_default(), archived, end })
    }

    /// Gives free threads something to do.
    fn give_jobs(&mut self, is_last: bool) -> Result<(), ArchiverError> {
        let now = Instant::now();
        let patience = Duration::from_secs(self.settings.object_seconds as u64);
        let is_full = self.waiting_bytes() >= self.settings.buffer_bytes;
        let largest = self.partitions.iter().max_by_key(|(_, partition)| partition.bytes());
        let largest = largest.map(|(number, _)| *number).filter(|_| is_full);
        // Each begins behind the one that was served last, so that busy ones do not keep others waiting.
        let turn = self.partitions.range(self.turn..).chain(self.partitions.range(..self.turn));
        let turn: Vec<u32> = turn.map(|(number, _)| *number).collect();
        for number in turn {
            if !self.committers.has_room() {
                break;
            }
            let partition = self.partitions.get_mut(&number).expect("partitions stay");
            let flush = is_last || largest == Some(number);
            if let Some(job) = partition.job(number, now, flush, patience, self.place.gzip) {
                self.committers.give(job);
                self.turn = number + 1;
            }
            if is_last && let Some(keys) = partition.waits_in_vain(now, self.place.gzip) {
                return Err(self.not_fulfilled(&keys));
            }
        }
        Ok(())
    }

    fn done(&mut self, done: Done) -> Result<(), ArchiverError> {
        self.committers.taken();
        let number = done.partition;
        let partition = self.partitions.get_mut(&number).expect("it had something to do");
        let told = partition.done(done, Instant::now());
        self.show(number);
        let mut status = self.status.lock();
        match told {
            Told::Archived { object, by_us: true } => {
                status.objects += 1;
                status.records += object.records;
                status.apart += object.apart;
                status.bytes += object.bytes;
            }
            Told::Archived { by_us: false, .. } | Told::ArchivedByAnother => status.objects_of_others += 1,
            Told::Nothing => {}
            Told::NotFulfilled(keys) => {
                drop(status);
                let error = self.not_fulfilled(&keys);
                return self.failed(error);
            }
            Told::Failed(error) => {
                drop(status);
                return self.failed(error.into());
            }
        }
        Ok(())
    }

    fn not_fulfilled(&self, keys: &Keys) -> ArchiverError {
        ArchiverError::NotFulfilled { place: self.place.target.place(&keys.companion) }
    }

    /// Ends it, or is told and tried again.
    fn failed(&self, failure: ArchiverError) -> Result<(), ArchiverError> {
        if self.until != Until::Stopped {
            return Err(failure);
        }
        error!(error = %failure, "could not archive; it is tried again");
        let mut status = self.status.lock();
        status.error = Some((failure.to_string(), Instant::now()));
        status.errors += 1;
        Ok(())
    }

    /// Waits for what is underway. What has not begun is begun by the next start.
    fn finish_underway(&mut self) {
        let deadline = Instant::now() + STOP_TIMEOUT;
        while !self.committers.is_idle() {
            let Ok(done) = self.committers.done().recv_deadline(deadline) else { return };
            // What fails now is tried again by the next start.
            let _ = self.done(done);
        }
    }

    fn waiting_bytes(&self) -> usize {
        self.partitions.values().map(Partition::bytes).sum()
    }

    /// Shows others how far a partition is.
    fn show(&self, number: u32) {
        let partition = &self.partitions[&number];
        let archived = Archived {
            name: partition.name().clone(),
            position: partition.archived(),
            next: partition.came_up_to().max(partition.archived()),
        };
        let mut status = self.status.lock();
        status.partitions.insert(number, archived);
        status.waiting_bytes = self.waiting_bytes() as u64;
    }

    fn tell(&self, is_end: bool) {
        let status = self.status.lock();
        let waiting: u64 =
            status.partitions.values().map(|partition| partition.next - partition.position).sum();
        let ArchiverStatus { objects, records, bytes, errors, .. } = *status;
        let what = if is_end { "archiving ended" } else { "archived" };
        info!(objects, records, bytes, waiting, errors, "{what}");
    }
}
