//! Cuts ticks: says which messages of every partition belong to which tick.
//!
//! A tick is a vector of positions. Blocks are handed out to workers one after the other, each with the tick that is
//! open, so a tick takes a contiguous stretch of every partition, whichever workers decode it.

use crate::archive::{ArchiveError, Blocks};
use crate::block::Block;
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
    blocks: Blocks,
    open_tick: Tick,
    positions_in_tick: u64,
    duplicates: u64,
    fault: Option<ArchiveError>,
}

impl Sequencer {
    /// Hands out `blocks`; a tick is closed once it has `tick_max_records` positions.
    pub fn new(blocks: Blocks, tick_max_records: u64) -> Sequencer {
        let inner = Inner { blocks, open_tick: 0, positions_in_tick: 0, duplicates: 0, fault: None };
        Sequencer { inner: Mutex::new(inner), tick_max_records }
    }

    /// The next work; never waits.
    pub fn next_work(&self) -> Work {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        if inner.fault.is_some() {
            return Work::Finished(inner.open_tick);
        }
        match inner.blocks.try_recv() {
            Ok(Ok(read)) => {
                if inner.positions_in_tick >= self.tick_max_records {
                    inner.open_tick += 1;
                    inner.positions_in_tick = 0;
                }
                inner.positions_in_tick += read.block.positions;
                inner.duplicates += read.duplicates;
                Work::Block(inner.open_tick, read.block)
            }
            Ok(Err(fault)) => {
                inner.fault = Some(fault);
                Work::Finished(inner.open_tick)
            }
            Err(TryRecvError::Empty) => Work::Nothing(inner.open_tick),
            Err(TryRecvError::Disconnected) => Work::Finished(inner.open_tick),
        }
    }

    /// Positions that were dropped because they had been reached before; or what stopped the reading.
    pub fn finish(&self) -> Result<u64, ArchiveError> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        match inner.fault.take() {
            Some(fault) => Err(fault),
            None => Ok(inner.duplicates),
        }
    }
}
