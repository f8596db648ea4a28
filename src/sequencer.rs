//! Cuts ticks: says which messages of every partition belong to which tick.
//!
//! A tick is a vector of positions. Blocks are handed out to workers one after the other, each with the tick that is
//! open, so a tick takes a contiguous stretch of every partition, whichever workers decode it.

use crate::archive::{Item, Items};
use crate::block::Block;
use crate::dead_letters::DeadLetters;
use crate::store::StoreError;
use crossbeam_channel::TryRecvError;
use pinflow_dataflows::row::Tick;
use std::sync::{Mutex, PoisonError};

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

/// Hands out blocks and cuts ticks. All workers share it.
pub struct Sequencer {
    inner: Mutex<Inner>,
    tick_max_records: u64,
}

struct Inner {
    items: Items,
    open_tick: Tick,
    positions_in_tick: u64,
    duplicates: u64,
    failure: Option<StoreError>,
}

impl Sequencer {
    /// Hands out blocks of `items`; a tick is closed once it has `tick_max_records` positions.
    pub fn new(items: Items, tick_max_records: u64) -> Sequencer {
        let inner = Inner { items, open_tick: 0, positions_in_tick: 0, duplicates: 0, failure: None };
        Sequencer { inner: Mutex::new(inner), tick_max_records }
    }

    /// The next work; never waits. Faults that come before it go to the dead letters.
    pub fn next_work(&self, dead_letters: &DeadLetters) -> Work {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match inner.items.try_recv() {
                Ok(Item::Block(block, duplicates)) => {
                    if inner.positions_in_tick >= self.tick_max_records {
                        inner.open_tick += 1;
                        inner.positions_in_tick = 0;
                    }
                    inner.positions_in_tick += block.positions;
                    inner.duplicates += duplicates;
                    return Work::Block(inner.open_tick, block);
                }
                Ok(Item::Fault { partition, sequence, fault }) => {
                    dead_letters.fault(partition, sequence, fault)
                }
                Ok(Item::Failed(error)) => {
                    inner.failure = Some(error);
                    // With nobody to receive, all readers stop.
                    inner.items = crossbeam_channel::bounded(0).1;
                }
                Err(TryRecvError::Empty) => return Work::Nothing(inner.open_tick),
                Err(TryRecvError::Disconnected) => return Work::Finished(inner.open_tick),
            }
        }
    }

    /// Why reading ended early, if it did.
    pub fn take_failure(&self) -> Option<StoreError> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).failure.take()
    }

    /// Positions that were dropped because they had been reached before.
    pub fn duplicates(&self) -> u64 {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).duplicates
    }
}
