//! Cuts ticks: says which messages of every partition belong to which tick.
//!
//! A tick is a vector of positions. Blocks are handed out to workers one after the other, each with the tick that is
//! open, so a tick takes a contiguous stretch of every partition, whichever workers decode it.

use crate::archive::{Item, Items};
use crate::block::Block;
use crate::bulk::Bulk;
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
    /// Nothing at the moment; this tick is open, and to be closed when so much time has passed if nothing comes until then.
    Nothing(Tick, Duration),
    /// Nothing any more; this was the last tick.
    Finished(Tick),
}

/// When a tick is closed.
#[derive(Clone, Copy, Debug)]
pub struct TickLimits {
    /// Once it has so many positions.
    pub max_records: u64,
    /// Once it has been open for so long, when the sources are caught up with. If all has been read and the ticks before it
    /// are complete, it is closed at once. One of bulk may be open longer.
    pub max_time: Duration,
    /// So many records a second are bulk.
    pub bulk_rate: u64,
}

/// A tick of bulk touches most of the groups that there are, and changes most rows of views, so one that is twice as large takes
/// far less than twice as long. So it waits for more, as long as some comes within `max_time`, up to so many times as long.
const BULK_TIMES: u32 = 4;

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
    /// When the last block came.
    last_block: Instant,
    bulk: Bulk,
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
            last_block: Instant::now(),
            bulk: Bulk::new(limits.bulk_rate),
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
                    inner.bulk.add(&block);
                    inner.last_block = Instant::now();
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
                    let left = self.time_left(&inner);
                    return Work::Nothing(inner.open.tick, left);
                }
                Err(TryRecvError::Disconnected) => return Work::Finished(inner.open.tick),
            }
        }
    }

    /// Whether the open tick is to be closed: when it is full; and of live records when it is old, or when all that there was
    /// a moment ago is in it and the ticks before it are complete, so that it would wait for nothing but more records.
    fn is_due(&self, inner: &Inner) -> bool {
        let is_next = || self.complete_below.load(Ordering::Acquire) >= inner.open.tick;
        let has_all = || inner.is_all_read && self.pause_left(inner).is_zero() && is_next();
        inner.open.positions >= self.limits.max_records
            || inner.is_live && inner.open.positions > 0 && (has_all() || self.age_left(inner).is_zero())
    }

    /// Until when the open tick need not be closed if nothing comes and the ticks before it are complete.
    fn time_left(&self, inner: &Inner) -> Duration {
        let (age, pause) = (self.age_left(inner), self.pause_left(inner));
        match inner.open.positions {
            0 => Duration::MAX,
            _ if inner.is_all_read && !pause.is_zero() => pause.min(age),
            _ => age,
        }
    }

    /// How long the open tick may stay open at most.
    fn age_left(&self, inner: &Inner) -> Duration {
        let max_time = self.limits.max_time.saturating_mul(if inner.bulk.is_now() { BULK_TIMES } else { 1 });
        max_time.saturating_sub(inner.open_since.elapsed())
    }

    /// How long the open tick waits for more although it has all that there is.
    fn pause_left(&self, inner: &Inner) -> Duration {
        let pause = if inner.bulk.is_now() { self.limits.max_time } else { Duration::ZERO };
        pause.saturating_sub(inner.last_block.elapsed())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::{Fault, PartitionName};
    use crate::block::{Messages, Origin, Times};
    use crate::dead_letters::Letter;
    use crate::skips::Skips;
    use pinflow_dataflows::kind::Kind;
    use std::sync::Arc;

    struct NoLetters;

    impl Letters for NoLetters {
        fn finish_block(&self, _: u32, _: u64, _: &[Letter]) {}
        fn fault(&self, _: u32, _: u64, _: Fault) {}
        fn unread(&self, _: Vec<Fault>) {}
    }

    /// A block of so many positions, written then.
    fn block(positions: u64, time: u64) -> Item {
        let partition = Arc::new(PartitionName { topic: "pin".to_owned(), number: Some(0) });
        let origin = Origin { source: "log".to_owned(), partition, object: "object".to_owned() };
        let block = Block {
            kind: Kind::Pin,
            partition: 0,
            rank: 0,
            sequence: 0,
            first_order: 1,
            first_position: 0,
            positions,
            skips: Skips::default(),
            bytes: 0,
            times: Times::one(time),
            origin: Arc::new(origin),
            messages: Messages::Lines(Vec::new()),
            envelopes: Vec::new(),
        };
        Item::Block(block, 0)
    }

    /// How long ticks may be open, and how many records a second are bulk.
    const LONG: Duration = Duration::from_secs(3600);
    const BULK: u64 = 1000;

    /// The tick that is open after blocks have come in tick 2, and nothing else is there, and how long it may stay so.
    fn open_after(blocks: &[(u64, u64)], max_time: Duration, are_earlier_complete: bool) -> (Tick, Duration) {
        let (sender, items) = crossbeam_channel::unbounded();
        let limits = TickLimits { max_records: 10_000, max_time, bulk_rate: BULK };
        let sequencer = Sequencer::new(items, limits);
        let send = |item| sender.send(item).expect("there is room");
        send(Item::CaughtUp);
        assert!(matches!(sequencer.next_work(&NoLetters), Work::Nothing(2, Duration::MAX)));
        for (positions, time) in blocks {
            send(block(*positions, *time));
            assert!(matches!(sequencer.next_work(&NoLetters), Work::Block(2, _)));
        }
        send(Item::AllRead);
        if are_earlier_complete {
            sequencer.complete_below(2);
        }
        match sequencer.next_work(&NoLetters) {
            Work::Nothing(tick, left) => (tick, left),
            work => panic!("{work:?}"),
        }
    }

    #[test]
    fn ticks_are_closed_when_they_would_wait_for_nothing_but_more_records_unless_they_are_of_bulk() {
        let check = |blocks: &[(u64, u64)], max_time, are_earlier_complete, is_closed: bool| {
            let (tick, left) = open_after(blocks, max_time, are_earlier_complete);
            assert_eq!(tick, if is_closed { 3 } else { 2 }, "{blocks:?}, {max_time:?}");
            left
        };
        assert_eq!(check(&[(1, 7)], LONG, true, true), Duration::MAX, "an empty tick may stay open");
        assert!(check(&[(1, 7)], LONG, false, false) > LONG / 2);
        check(&[(1, 7)], Duration::ZERO, false, true);
        check(&[(BULK, 7)], LONG, true, true);
        let bulk = [(BULK, 7), (1, 400)];
        let left = check(&bulk, LONG, true, false);
        assert!(left > LONG / 2 && left <= LONG, "{left:?}");
        check(&[(BULK / 10, 7), (1, 400)], LONG, true, true);
        check(&[(10_000, 7)], LONG, false, true);
    }
}
