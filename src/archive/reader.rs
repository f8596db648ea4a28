//! Reads the partitions of an archive ahead of the workers, in bounded memory.

use super::fault::Fault;
use super::listing::Partition;
use super::partition::PartitionReader;
use super::sources::Source;
use crate::block::Block;
use crate::buffers::Buffers;
use crate::config::{Config, Replay};
use crate::progress::Progress;
use crate::store::StoreError;
use crossbeam_channel::{Receiver, Sender};
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

/// How much is read at once.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of a block.
    pub block_bytes: usize,
    /// Bytes of the longest message that is kept.
    pub record_max_bytes: usize,
    /// Blocks that wait for workers.
    pub prefetch_blocks: usize,
    /// Partitions that are read at the same time.
    pub readers: usize,
}

impl Limits {
    /// As configured.
    pub fn of(config: &Config) -> Limits {
        let Replay { block_bytes, prefetch_blocks, readers, .. } = config.replay;
        Limits { block_bytes, record_max_bytes: config.limits.record_max_bytes, prefetch_blocks, readers }
    }
}

/// What readers hand over. Of a partition, in its order.
#[derive(Debug)]
pub enum Item {
    /// Messages, and how many positions were dropped just before them because they had been reached.
    Block(Block, u64),
    /// What is left of an object cannot be read.
    Fault {
        /// The partition's ordinal.
        partition: u32,
        /// Its number among the partition's blocks and faults.
        sequence: u64,
        /// What is wrong.
        fault: Fault,
    },
    /// Objects that are not read at all.
    Unread(Vec<Fault>),
    /// All that was there at the start has been handed over.
    CaughtUp,
    /// All that was there a moment ago has been handed over: something complete, as far as who wrote it is concerned.
    AllRead,
    /// A store fails as a whole: nothing more comes.
    Failed(StoreError),
}

/// Where readers hand over.
pub type Items = Receiver<Item>;

/// Starts threads that read all partitions. They end when all is read or nobody receives any more.
pub fn read_all(
    partitions: Vec<Partition>,
    sources: &Arc<Vec<Source>>,
    limits: Limits,
    buffers: &Buffers,
    progress: &Arc<Progress>,
) -> io::Result<Items> {
    let (sender, items) = crossbeam_channel::bounded(limits.prefetch_blocks);
    let together = Arc::new(Mutex::new(read_together(partitions).into_iter()));
    for reader in 0..limits.readers {
        let (together, sender, buffers) = (together.clone(), sender.clone(), buffers.clone());
        let (sources, progress) = (sources.clone(), progress.clone());
        let take_next = move || together.lock().unwrap_or_else(PoisonError::into_inner).next();
        std::thread::Builder::new().name(format!("reader {reader}")).spawn(move || {
            while let Some(partitions) = take_next() {
                let open = |(ordinal, partition)| {
                    PartitionReader::new(ordinal, partition, &sources, limits, &progress)
                };
                if send_in_step(partitions.into_iter().map(open).collect(), &buffers, &sender).is_err() {
                    return;
                }
            }
        })?;
    }
    Ok(items)
}

/// Partitions that one reader reads in step, with their ordinals: those of one number, of all topics. Producers write
/// the records of an `ind` at about the same time and to partitions of one number, so they are read together, too: a
/// post is complete sooner, while the caches still hold it.
fn read_together(partitions: Vec<Partition>) -> Vec<Vec<(u32, Partition)>> {
    let mut together: BTreeMap<Option<u64>, Vec<(u32, Partition)>> = BTreeMap::new();
    for (ordinal, partition) in (0..).zip(partitions) {
        together.entry(partition.name.number).or_default().push((ordinal, partition));
    }
    together.into_values().collect()
}

/// Nobody needs more.
struct Stopped;

/// Sends what some partitions hold, always of the one that the smallest part has been read of.
fn send_in_step(
    mut readers: Vec<PartitionReader<'_>>,
    buffers: &Buffers,
    sender: &Sender<Item>,
) -> Result<(), Stopped> {
    while let Some(next) = readers.iter_mut().min_by(|a, b| a.part_read().total_cmp(&b.part_read())) {
        match next.next_item(buffers.take()) {
            Ok(Some(item)) => sender.send(item).map_err(|_| Stopped)?,
            Ok(None) => readers.retain(|reader| !reader.is_finished()),
            Err(error) => {
                // If nobody receives it, another reader's failure was told.
                let _ = sender.send(Item::Failed(error));
                return Err(Stopped);
            }
        }
    }
    Ok(())
}
