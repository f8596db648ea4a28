//! A partition, from a position up to the first that the archive does not have.

use super::outlet::{Outlet, Stopped};
use crate::archive::{Fault, Item, PartitionReader, ReadTo};
use crate::block::{Block, Messages, Origin, Times};
use crate::buffers::Buffers;
use crate::kafka::{HandedOut, Reached};
use crate::partitions::KnownPartition;
use crate::skips::Skips;
use crate::store::StoreError;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// Faults that were told: what is read again is not told again.
#[derive(Default)]
pub struct Told(Mutex<BTreeSet<(String, u64)>>);

impl Told {
    /// Whether it is new.
    pub fn add(&self, fault: &Fault) -> bool {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.insert((fault.key.clone(), fault.byte))
    }
}

/// Hands over what a partition's objects hold.
pub struct Part<'a> {
    pub partition: &'a KnownPartition,
    pub number: u32,
    pub rank: u32,
    /// What dead letters call the topics.
    pub topics_name: &'a str,
    pub buffers: &'a Buffers,
    pub outlet: &'a Outlet,
    pub told: &'a Told,
}

/// What messages of an object come from, as the archive has it and as the topic has it.
type Origins = (Arc<Origin>, Arc<Origin>);

/// How a part ended.
#[derive(Debug)]
pub struct End {
    /// How far it was read.
    pub reached: ReadTo,
    /// The next position that the archive has behind that.
    pub behind: Option<u64>,
    /// Why it ended early.
    pub failure: Option<StoreError>,
}

impl Part<'_> {
    /// Reads on from `from` with a reader that may begin further on: positions between are told as ones without a message.
    pub fn read(&self, from: ReadTo, mut reader: PartitionReader<'_>) -> Result<End, Stopped> {
        let begin = reader.read_to().next;
        let (mut reached, mut origin, mut is_damaged) = (from, None, false);
        loop {
            let before = reader.read_to().next;
            match reader.next_item(self.buffers.take()) {
                Ok(Some(Item::Block(block, _))) if is_damaged && block.first_position > reached.next => {
                    // What cannot be read lies before it. It is read again if it is gone on behind that.
                    return Ok(End { reached, behind: Some(block.first_position), failure: None });
                }
                Ok(Some(Item::Block(block, duplicates))) => {
                    let block = self.block_of_topic(block, &reached, &mut origin);
                    reached = ReadTo { sequence: reached.sequence + 1, ..reader.read_to() };
                    is_damaged &= block.positions == 0;
                    self.note(&reached);
                    self.outlet.send(Item::Block(block, duplicates))?;
                }
                Ok(Some(Item::Fault { fault, .. })) => {
                    if before > begin && !is_damaged {
                        self.pass_over(&mut reached, before)?;
                    }
                    is_damaged = true;
                    if self.told.add(&fault) {
                        let (partition, sequence) = (self.number, reached.sequence);
                        reached.sequence += 1;
                        self.outlet.send(Item::Fault { partition, sequence, fault })?;
                    }
                }
                Ok(None) if reader.is_finished() => {
                    let end = reader.read_to().next;
                    if end > begin && !is_damaged {
                        self.pass_over(&mut reached, end)?;
                    }
                    return Ok(End { reached, behind: reader.gap(), failure: None });
                }
                Ok(_) => {}
                Err(failure) => return Ok(End { reached, behind: None, failure: Some(failure) }),
            }
        }
    }

    /// Positions before this one have no message, as a companion says.
    fn pass_over(&self, reached: &mut ReadTo, position: u64) -> Result<(), Stopped> {
        if position <= reached.next {
            return Ok(());
        }
        let block = self.nothing(reached, position - reached.next);
        (reached.next, reached.sequence) = (position, reached.sequence + 1);
        self.note(reached);
        self.outlet.send(Item::Block(block, 0))
    }

    /// The archive's messages are the topic's.
    fn block_of_topic(&self, block: Block, reached: &ReadTo, last: &mut Option<Origins>) -> Block {
        let origin = match last {
            Some((archived, origin)) if Arc::ptr_eq(archived, &block.origin) => origin.clone(),
            _ => {
                let Origin { source, partition, object } = &*block.origin;
                let object = format!("{}/{object}", source.trim_end_matches('/'));
                let source = self.topics_name.to_owned();
                let origin = Arc::new(Origin { source, partition: partition.clone(), object });
                *last = Some((block.origin.clone(), origin.clone()));
                origin
            }
        };
        let skipped = block.first_position.saturating_sub(reached.next);
        Block {
            sequence: reached.sequence,
            first_position: block.first_position - skipped,
            positions: block.positions + skipped,
            skips: block.skips.behind(skipped),
            origin,
            ..block
        }
    }

    /// Positions without a message.
    fn nothing(&self, reached: &ReadTo, positions: u64) -> Block {
        let origin = Origin {
            source: self.topics_name.to_owned(),
            partition: self.partition.name.clone(),
            object: String::new(),
        };
        Block {
            kind: self.partition.kind,
            partition: self.number,
            rank: self.rank,
            sequence: reached.sequence,
            first_order: reached.handed_out + 1,
            first_position: reached.next,
            positions,
            skips: Skips::default().behind(positions),
            bytes: 0,
            times: Times::one(reached.time),
            origin: Arc::new(origin),
            messages: Messages::Lines(Vec::new()),
            envelopes: Vec::new(),
        }
    }

    /// For those who ask how far it is.
    fn note(&self, reached: &ReadTo) {
        if let Some(partition) = self.outlet.status.lock().partitions.get_mut(&self.number) {
            partition.reached_in_archive(reached.next, reached.time);
        }
    }
}

/// How far a partition is, as an archive's reader has it.
pub fn read_to(reached: &Reached) -> ReadTo {
    let HandedOut { sequence, positions, .. } = reached.handed_out.unwrap_or_default();
    ReadTo { next: reached.next, time: reached.time, sequence, handed_out: positions }
}

/// The same as who follows topics has it.
pub fn reached(number: u32, read_to: ReadTo) -> Reached {
    let ReadTo { next, time, sequence, handed_out } = read_to;
    Reached { next, time, handed_out: Some(HandedOut { number, sequence, positions: handed_out }) }
}
