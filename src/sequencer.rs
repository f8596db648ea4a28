//! Cuts ticks: says which messages of every partition belong to which tick.
//!
//! A tick is a vector of positions. Blocks are handed out to workers one after the other, each with the tick that is
//! open, so a tick takes a contiguous stretch of every partition, whichever workers decode it.

use crate::archive::{Item, Items};
use crate::block::Block;
use crate::cuts::{Cut, Cuts};
use crate::dead_letters::Letters;
use crate::store::StoreError;
use crossbeam_channel::TryRecvError;
use pinflow_dataflows::row::Tick;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::Thread;
use std::time::{Duration, Instant};

/// What a worker gets when it asks for work.
#[derive(Debug)]
pub enum Work {
    /// Messages to decode in a tick.
    Block(Tick, Block),
    /// Nothing at the moment; this tick is open.
    Nothing(Tick),
    /// Nothing any more; this was the last tick.
    Finished(Tick),
}

/// When a tick is closed.
#[derive(Clone, Copy, Debug)]
pub struct TickLimits {
    /// Once it has so many positions.
    pub max_records: u64,
    /// Once it has been open for so long, when the sources are caught up with. If all has been read and the ticks before it
    /// are complete, it is closed at once.
    pub max_time: Duration,
}

/// Hands out blocks and cuts ticks. All workers share it.
pub struct Sequencer {
    inner: Mutex<Inner>,
    limits: TickLimits,
    /// All ticks below are complete.
    complete_below: AtomicU64,
    /// Those that wait for work.
    threads: Mutex<Vec<Thread>>,
}

struct Inner {
    items: Items,
    open: Cut,
    open_since: Instant,
    cuts: Cuts,
    /// Whether what was there at the start has been read.
    is_live: bool,
    /// Whether nothing is left of what was there a moment ago. A tick that were closed between two blocks of a group commit
    /// would only make the rest wait for it.
    is_all_read: bool,
    /// The first tick that has all of it.
    caught_up: Option<Tick>,
    duplicates: u64,
    failure: Option<StoreError>,
}

impl Sequencer {
    /// Hands out blocks of `items`.
    pub fn new(items: Items, limits: TickLimits) -> Sequencer {
        let inner = Inner {
            items,
            // Tick 0 is what was before.
            open: Cut::default().next(),
            open_since: Instant::now(),
            cuts: Cuts::default(),
            is_live: false,
            is_all_read: false,
            caught_up: None,
            duplicates: 0,
            failure: None,
        };
        let (complete_below, threads) = (AtomicU64::new(0), Mutex::default());
        Sequencer { inner: Mutex::new(inner), limits, complete_below, threads }
    }

    /// The calling thread is woken when there is work.
    pub fn wake_this_thread(&self) {
        self.threads.lock().unwrap_or_else(PoisonError::into_inner).push(std::thread::current());
    }

    /// Wakes all that wait for work.
    pub fn wake(&self) {
        self.threads.lock().unwrap_or_else(PoisonError::into_inner).iter().for_each(Thread::unpark);
    }

    /// The next work; never waits. Faults that come before it go to the dead letters.
    pub fn next_work(&self, dead_letters: &dyn Letters) -> Work {
        let mut inner = self.lock();
        loop {
            match inner.items.try_recv() {
                Ok(Item::Block(block, duplicates)) => {
                    if self.is_due(&inner) {
                        inner.cut();
                    }
                    let is_live = inner.is_live;
                    inner.is_all_read = false;
                    inner.open.add(&block, is_live);
                    inner.duplicates += duplicates;
                    return Work::Block(inner.open.tick, block);
                }
                Ok(Item::Fault { partition, sequence, fault }) => {
                    dead_letters.fault(partition, sequence, fault)
                }
                Ok(Item::Unread(faults)) => dead_letters.unread(faults),
                Ok(Item::CaughtUp) => {
                    inner.is_live = true;
                    inner.caught_up = Some(inner.cut());
                }
                Ok(Item::AllRead) => inner.is_all_read = true,
                Ok(Item::Failed(error)) => {
                    inner.failure = Some(error);
                    // With nobody to receive, all readers stop.
                    inner.items = crossbeam_channel::bounded(0).1;
                }
                Err(TryRecvError::Empty) => {
                    if self.is_due(&inner) {
                        inner.cut();
                        self.wake();
                    }
                    return Work::Nothing(inner.open.tick);
                }
                Err(TryRecvError::Disconnected) => return Work::Finished(inner.open.tick),
            }
        }
    }

    /// Whether the open tick is to be closed: when it is large; and of live records when it is old, or when all that there was
    /// a moment ago is in it and the ticks before it are complete, so that it would wait for nothing but more records.
    fn is_due(&self, inner: &Inner) -> bool {
        let is_next = || self.complete_below.load(Ordering::Acquire) >= inner.open.tick;
        let is_old = || inner.open_since.elapsed() >= self.limits.max_time;
        inner.open.positions >= self.limits.max_records
            || inner.is_live && inner.open.positions > 0 && (inner.is_all_read && is_next() || is_old())
    }

    /// All ticks below are complete.
    pub fn complete_below(&self, tick: Tick) {
        self.complete_below.fetch_max(tick, Ordering::Release);
    }

    /// The last tick that is complete on all workers; 0 before there is one.
    pub fn last_complete(&self) -> Tick {
        self.complete_below.load(Ordering::Acquire).saturating_sub(1)
    }

    /// Whether the sources are caught up with: from now on those who wait for work are woken.
    pub fn is_live(&self) -> bool {
        self.lock().is_live
    }

    /// The first tick with all that was there at the start, once it has been read.
    pub fn caught_up(&self) -> Option<Tick> {
        self.lock().caught_up
    }

    /// A tick that was cut not long ago.
    pub fn cut(&self, tick: Tick) -> Option<Cut> {
        self.lock().cuts.get(tick).cloned()
    }

    /// Why reading ended early, if it did.
    pub fn take_failure(&self) -> Option<StoreError> {
        self.lock().failure.take()
    }

    /// Positions that were dropped because they had been reached before.
    pub fn duplicates(&self) -> u64 {
        self.lock().duplicates
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Closes the open tick, and says which it was.
    fn cut(&mut self) -> Tick {
        let next = self.open.next();
        let cut = std::mem::replace(&mut self.open, next);
        self.open_since = Instant::now();
        let tick = cut.tick;
        self.cuts.keep(cut);
        tick
    }
}
