//! The thread that asks a running pinflow for pages of its log.

use super::TapArgs;
use super::asking::Asking;
use super::error::TapError;
use super::source::Door;
use crate::api::log::{Listing, LogFault, LogRecord, Page, PartitionEnds};
use crate::archive::{Fault, FaultReason, Item, PartitionName};
use crate::begin::Begin;
use crate::block::{Block, Messages, Origin, Times};
use crate::config::{Kinds, Mapping};
use crate::skips::Skips;
use crossbeam_channel::Sender;
use pinflow_dataflows::kind::Kind;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Reads the log of a running pinflow.
pub struct DoorReader {
    asking: Asking,
    door: Door,
    kind: Option<Kind>,
    kinds: Kinds,
    begin: Begin,
    sender: Sender<Item>,
    /// By topic and number.
    partitions: BTreeMap<(String, u32), Reading>,
}

/// A partition that is read.
struct Reading {
    name: Arc<PartitionName>,
    /// Nothing where it is passed over.
    kind: Option<Kind>,
    /// Where the next page begins; a place that users named, until there was one.
    begin: Begin,
    next: u64,
    /// What was told last: a page that begins in the same object tells of it again.
    fault: Option<LogFault>,
}

/// Why nothing more is read.
enum Ended {
    /// Nobody wants more.
    Unwanted,
    /// It fails.
    Failed(TapError),
}

impl From<TapError> for Ended {
    fn from(error: TapError) -> Ended {
        Ended::Failed(error)
    }
}

impl DoorReader {
    /// Reads what the command line names.
    pub fn new(
        door: Door,
        args: &TapArgs,
        kinds: Kinds,
        sender: Sender<Item>,
    ) -> Result<DoorReader, TapError> {
        let asking = Asking::new(&door.url)?;
        let (kind, begin) = (args.kind, args.from.begin()?);
        Ok(DoorReader { asking, door, kind, kinds, begin, sender, partitions: BTreeMap::new() })
    }

    /// Reads until nobody wants more.
    pub fn run(mut self) -> Result<(), TapError> {
        match self.follow() {
            Err(Ended::Failed(error)) => Err(error),
            Err(Ended::Unwanted) | Ok(()) => Ok(()),
        }
    }

    fn follow(&mut self) -> Result<(), Ended> {
        let mut listing: Listing = self.asking.ask("/v1/log")?;
        self.check(&listing)?;
        self.read(&listing)?;
        self.send(Item::CaughtUp)?;
        // What is made later is read from its first record.
        self.begin = Begin::Earliest;
        loop {
            listing = self.asking.listing_after(listing.change)?;
            self.read(&listing)?;
        }
    }

    /// A topic that is named has to be there.
    fn check(&self, listing: &Listing) -> Result<(), TapError> {
        let Some(topic) = &self.door.topic else { return Ok(()) };
        let Some(ends) = listing.partitions.iter().find(|ends| ends.topic == *topic) else {
            return Err(self.failed(format!("its log has no topic {topic}")));
        };
        match (self.kind_of(ends), self.kind) {
            (None, Some(kind)) => Err(TapError::NothingOfKind { source_text: self.door.url.clone(), kind }),
            (None, None) => Err(TapError::Ignored { topic: topic.clone() }),
            (Some(_), _) => Ok(()),
        }
    }

    /// Reads all partitions that are wanted to where they end now.
    fn read(&mut self, listing: &Listing) -> Result<(), Ended> {
        for ends in &listing.partitions {
            if self.door.topic.as_ref().is_some_and(|topic| *topic != ends.topic) {
                continue;
            }
            let key = (ends.topic.clone(), ends.partition);
            let mut reading = match self.partitions.remove(&key) {
                Some(reading) => reading,
                None => Reading::new(ends, self.kind_of(ends), self.begin),
            };
            if reading.kind.is_some() {
                self.read_partition(&mut reading, ends.end_position)?;
            }
            self.partitions.insert(key, reading);
        }
        Ok(())
    }

    fn read_partition(&mut self, reading: &mut Reading, end: u64) -> Result<(), Ended> {
        let (topic, number) = (&reading.name.topic, reading.name.number.unwrap_or_default());
        if end < reading.next {
            let problem = format!(
                "topic {topic} partition {number} was read up to {}, and ends at {end} now: it is another log",
                reading.next
            );
            return Err(self.failed(problem).into());
        }
        while reading.next < end || reading.begin != Begin::Offset(reading.next) {
            let from =
                form_urlencoded::byte_serialize(reading.begin.to_string().as_bytes()).collect::<String>();
            let page: Page =
                self.asking.ask(&format!("/v1/log/{}/{number}?from={from}", reading.name.topic))?;
            (reading.next, reading.begin) = (page.next, Begin::Offset(page.next));
            self.send_page(page, reading)?;
        }
        Ok(())
    }

    fn send_page(&self, page: Page, reading: &mut Reading) -> Result<(), Ended> {
        for fault in page.faults {
            if reading.fault.as_ref() != Some(&fault) {
                let LogFault { object, byte, reason } = fault.clone();
                let (source, topic) = (self.door.url.clone(), reading.name.topic.clone());
                let reason = FaultReason::Unreadable(reason);
                let told = Fault { source, topic, key: object, byte, reason };
                reading.fault = Some(fault);
                self.send(Item::Fault { partition: 0, sequence: 0, fault: told })?;
            }
        }
        let mut origin = Arc::new(self.origin(reading, String::new()));
        for mut record in page.records {
            if record.object != origin.object {
                origin = Arc::new(self.origin(reading, std::mem::take(&mut record.object)));
            }
            let kind = reading.kind.expect("those without are not read");
            let block = block(record, kind, origin.clone());
            let block = block.ok_or_else(|| self.failed("it tells of records in another way".to_owned()))?;
            self.send(Item::Block(block, 0))?;
        }
        Ok(())
    }

    fn origin(&self, reading: &Reading, object: String) -> Origin {
        Origin { source: self.door.url.clone(), partition: reading.name.clone(), object }
    }

    /// What the records of a topic are, if they are wanted: as the run has it, else as it is said here.
    fn kind_of(&self, ends: &PartitionEnds) -> Option<Kind> {
        let told = ends.kind.as_deref().and_then(Kind::from_name);
        let kind = told.or_else(|| match self.kinds.of(&ends.topic) {
            Some(Mapping::Kind(kind)) => Some(kind),
            Some(Mapping::Ignore) | None => None,
        });
        kind.filter(|kind| self.kind.is_none_or(|wanted| wanted == *kind))
    }

    fn send(&self, item: Item) -> Result<(), Ended> {
        self.sender.send(item).map_err(|_| Ended::Unwanted)
    }

    fn failed(&self, problem: String) -> TapError {
        TapError::Door { url: self.door.url.clone(), problem }
    }
}

impl Reading {
    fn new(ends: &PartitionEnds, kind: Option<Kind>, begin: Begin) -> Reading {
        let name = PartitionName { topic: ends.topic.clone(), number: Some(ends.partition.into()) };
        Reading { name: Arc::new(name), kind, begin, next: 0, fault: None }
    }
}

/// A block of one record; nothing if that is told in a way that is not known here.
fn block(record: LogRecord, kind: Kind, origin: Arc<Origin>) -> Option<Block> {
    let (position, times) = (record.position, Times::one(record.time_ms()));
    let messages = match record.content()? {
        Ok(bytes) => {
            let whole = 0..bytes.len();
            Messages::Values(bytes, vec![whole])
        }
        Err(large) => Messages::TooLarge(Box::new(large)),
    };
    Some(Block {
        kind,
        partition: 0,
        rank: 0,
        sequence: 0,
        first_order: 1,
        first_position: position,
        positions: 1,
        skips: Skips::default(),
        bytes: messages.bytes() as u64,
        times,
        origin,
        messages,
        envelopes: Vec::new(),
    })
}
