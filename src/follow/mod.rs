//! Follows the embedded log: all that it holds, then what is appended, as soon as it is durable.

mod tail_file;
mod partition;
mod rest;

pub use rest::Rest;

use crate::archive::{Item, Limits, PartitionName};
use crate::buffers::Buffers;
use crate::config::{Kinds, Mapping};
use crate::kafka::{ReachedPartitions, key_of};
use crate::log::{Committed, End, Log, WaitError};
use crate::partitions::{KnownPartition, Partitions};
use crate::sequencer::Sequencer;
use crossbeam_channel::{Receiver, Sender, TrySendError};
use partition::{PartitionTail, Reading};
use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::Duration;
use tracing::warn;

/// How long it waits for the log before it looks whether it has to stop.
const WAIT: Duration = Duration::from_millis(100);

/// How far the log has been read, for others to see.
#[derive(Debug, Default)]
pub struct Followed {
    /// Bytes of the log that have been handed over or found damaged, companions not counted.
    pub bytes: AtomicU64,
    /// Bytes that the log had when its reading began.
    pub bytes_at_start: AtomicU64,
}

impl Followed {
    /// Bytes that wait to be read, of a log as it is now.
    pub fn lag_bytes(&self, committed: &Committed) -> u64 {
        let all = self.bytes_at_start.load(Ordering::Relaxed) + committed.appended;
        all.saturating_sub(self.bytes.load(Ordering::Relaxed))
    }

    /// All of the log as it was then has been read.
    fn reached(&self, committed: &Committed) {
        let all = self.bytes_at_start.load(Ordering::Relaxed) + committed.appended;
        self.bytes.store(all, Ordering::Relaxed);
    }
}

/// What a follower needs.
pub struct Follower {
    /// What it follows.
    pub log: Arc<Log>,
    /// What the log is called in dead letters.
    pub source: String,
    /// Which topics hold what.
    pub kinds: Kinds,
    /// Where it numbers partitions.
    pub partitions: Arc<Partitions>,
    /// How much is read at once.
    pub limits: Limits,
    /// Where buffers come from.
    pub buffers: Buffers,
    /// How far it is.
    pub followed: Arc<Followed>,
    /// Where partitions were reached before: they are gone on with at the object that holds that position.
    pub reached: ReachedPartitions,
    /// Set by who wants it to end.
    pub stop: Arc<AtomicBool>,
}

/// Who is woken when there is something to read; it is made after the follower.
pub type Woken = Arc<OnceLock<Arc<Sequencer>>>;

/// Nobody needs more.
struct Stopped;

impl Follower {
    /// Starts a thread that follows the log until it is closed and read to its end, or until it has to stop.
    pub fn start(self, woken: Woken) -> io::Result<(Receiver<Item>, JoinHandle<()>)> {
        let (sender, items) = crossbeam_channel::bounded(self.limits.prefetch_blocks);
        let thread = std::thread::Builder::new().name("follower".to_owned());
        let thread = thread.spawn(move || {
            let hand_over = HandOver { sender, woken };
            // Nobody needs more: all has been said.
            let _: Result<(), Stopped> = self.run(&hand_over);
            let HandOver { sender, woken } = hand_over;
            drop(sender);
            wake(&woken);
        })?;
        Ok((items, thread))
    }

    fn run(&self, hand_over: &HandOver) -> Result<(), Stopped> {
        let mut committed = self.log.committed();
        let mut tails = BTreeMap::new();
        self.followed.bytes_at_start.store(bytes_of_lines(&committed), Ordering::Relaxed);
        while self.read_some(&committed, &mut tails, hand_over)? {}
        self.followed.reached(&committed);
        hand_over.send_last(Item::CaughtUp)?;
        loop {
            committed = match self.log.wait_for_change(committed.change, WAIT) {
                Ok(committed) => committed,
                Err(WaitError::TimedOut) if self.stop.load(Ordering::Relaxed) => return Ok(()),
                Err(WaitError::TimedOut) => continue,
                Err(WaitError::Closed) => return Ok(()),
            };
            while self.read_some(&committed, &mut tails, hand_over)? {}
            self.followed.reached(&committed);
            hand_over.send_last(Item::AllRead)?;
        }
    }

    /// Hands over the next block of each partition that has one. False if none has.
    ///
    /// Of two records with one time the one in the greater partition is later. Only those of one group commit have one time,
    /// and all of them are read while `committed` is what is read up to: so a partition's place in it, which follows names
    /// and numbers, decides, and need not stay what it is when topics come.
    fn read_some(
        &self,
        committed: &Committed,
        tails: &mut BTreeMap<PartitionKey, Option<PartitionTail>>,
        hand_over: &HandOver,
    ) -> Result<bool, Stopped> {
        let mut any = false;
        for (rank, end) in (0..).zip(&committed.ends) {
            let key = (end.topic.clone(), end.partition);
            let tail = tails.entry(key).or_insert_with(|| self.tail(end));
            let Some(tail) = tail else { continue };
            if self.stop.load(Ordering::Relaxed) {
                return Err(Stopped);
            }
            let reading = Reading { end, rank, log: self.log.folder() };
            if let Some(item) = tail.next(&reading, || self.buffers.take()) {
                if let Item::Block(block, _) = &item {
                    self.followed.bytes.fetch_add(block.bytes, Ordering::Relaxed);
                }
                hand_over.send(item)?;
                any = true;
            }
        }
        Ok(any)
    }

    /// The beginning of a partition that has not been seen before, unless its topic is ignored.
    fn tail(&self, end: &End) -> Option<PartitionTail> {
        let kind = match self.kinds.of(&end.topic) {
            Some(Mapping::Kind(kind)) => kind,
            Some(Mapping::Ignore) => return None,
            None => {
                warn!(topic = %end.topic, "the topic's name does not say of which kind its records are: it is not read");
                return None;
            }
        };
        let name = PartitionName { topic: end.topic.to_string(), number: Some(end.partition.into()) };
        let reached = key_of(&name).and_then(|key| self.reached.get(&key)).map_or(0, |reached| reached.next);
        let holds = end.objects().rfind(|object| object.start_offset <= reached);
        let partition = KnownPartition { name: Arc::new(name), kind };
        let number = self.partitions.add(partition.clone());
        let next = holds.map_or(0, |object| object.start_offset);
        Some(PartitionTail::new(partition, number, next, self.source.clone(), self.limits))
    }
}

/// A topic and a partition's number.
type PartitionKey = (Arc<str>, u32);

/// Where blocks go, and who is woken then.
struct HandOver {
    sender: Sender<Item>,
    woken: Woken,
}

impl HandOver {
    /// Workers are not woken for each block: what a group commit has for many partitions would wake them as often.
    fn send(&self, item: Item) -> Result<(), Stopped> {
        let item = match self.sender.try_send(item) {
            Ok(()) => return Ok(()),
            Err(TrySendError::Disconnected(_)) => return Err(Stopped),
            Err(TrySendError::Full(item)) => item,
        };
        wake(&self.woken);
        self.sender.send(item).map_err(|_| Stopped)
    }

    /// The same, for the last item before there is nothing more to read.
    fn send_last(&self, item: Item) -> Result<(), Stopped> {
        self.send(item)?;
        wake(&self.woken);
        Ok(())
    }
}

/// Wakes those who wait for something to read, if there is anybody yet.
pub fn wake(woken: &Woken) {
    if let Some(sequencer) = woken.get() {
        sequencer.wake();
    }
}

/// Bytes of all objects, without their companions.
pub fn bytes_of_lines(committed: &Committed) -> u64 {
    committed.ends.iter().flat_map(|end| end.objects()).map(|object| object.bytes).sum()
}
