//! What producers append for a record: the record, perhaps spelled unusually, and what comes before and later.

use super::error::EmulateError;
use super::framing::{Framing, Text};
use super::malformed::Defect;
use super::odd;
use super::partition::Partition;
use super::plan::Chances;
use super::random::Random;
use super::records::record::{Record, Spelling, key_name, write_delete};
use super::records::{Catalogue, Post};
use super::shape::Shape;
use super::target::Target;
use super::written::Written;
use pinflow_dataflows::kind::Kind;

/// Lines after which a re-delivery comes at the latest: what a producer has in flight.
const LONGEST_REDELIVERY: u64 = 200;
/// Lines after which a correction or a delete comes at the latest.
const LONGEST_CHANGE: u64 = 2_000;
/// Lines of white space. Blank ones take an offset like others.
const BLANKS: [&str; 4] = ["", " ", " \t", "\r"];
/// Keeps this generator apart from those of records and partitions.
const PRODUCER_KEY: u64 = 0x7072_6f64;

/// Appends records of a catalogue to the partitions of the three topics.
pub struct Producer<'a> {
    catalogue: &'a Catalogue,
    chances: Chances,
    framing: Framing,
    draws_scattered: bool,
    topics: [Vec<Partition<'a>>; 3],
    random: Random,
    record: Record,
    line: Vec<u8>,
    written: Written,
}

impl<'a> Producer<'a> {
    /// A producer whose topics are empty.
    pub fn new(
        catalogue: &'a Catalogue,
        chances: Chances,
        target: &'a Target,
        shape: &'a Shape,
    ) -> Producer<'a> {
        let topic =
            |kind| (0..shape.partitions).map(|number| Partition::new(target, shape, kind, number)).collect();
        Producer {
            catalogue,
            chances,
            framing: shape.layout.framing(),
            draws_scattered: shape.draws_scattered,
            topics: Kind::ALL.map(topic),
            random: Random::keyed(&[shape.seed, PRODUCER_KEY]),
            record: Record::default(),
            line: Vec::new(),
            written: Written::default(),
        }
    }

    /// Appends a post's record of that kind and all that comes with it.
    pub fn produce(&mut self, kind: Kind, number: u64) -> Result<(), EmulateError> {
        let partition = self.route(kind, number);
        self.catalogue.fill(kind, Post { number, version: 0 }, &mut self.record);
        self.append_blank(kind, partition)?;
        self.append_malformed(kind, partition)?;
        self.spell(kind);
        self.append(kind, partition)?;
        self.written.of_mut(kind).records += 1;
        self.redeliver_later(kind, partition);
        self.correct_later(kind, number);
        self.delete_later(kind, number);
        Ok(())
    }

    /// Appends what is still to come and stores the last objects.
    pub fn close(mut self) -> Result<Written, EmulateError> {
        for (kind, topic) in Kind::ALL.into_iter().zip(self.topics) {
            for partition in topic {
                partition.close(self.written.of_mut(kind))?;
            }
        }
        Ok(self.written)
    }

    /// The partition of a post's records: `ind` modulo their number, unless the record is scattered.
    fn route(&mut self, kind: Kind, number: u64) -> usize {
        let partitions = self.topics[kind as usize].len();
        let own = (self.catalogue.ind(number) % partitions as u64) as usize;
        if !self.draws_scattered || !self.random.happens(self.chances.scatter) {
            return own;
        }
        self.written.of_mut(kind).scattered += 1;
        (own + 1 + self.random.index(partitions - 1)) % partitions
    }

    fn append_blank(&mut self, kind: Kind, partition: usize) -> Result<(), EmulateError> {
        if !self.random.happens(self.chances.blank) {
            return Ok(());
        }
        self.line.clear();
        self.line.extend_from_slice(self.random.one_of(&BLANKS).as_bytes());
        self.written.of_mut(kind).blanks += 1;
        self.append(kind, partition)
    }

    fn append_malformed(&mut self, kind: Kind, partition: usize) -> Result<(), EmulateError> {
        if !self.random.happens(self.chances.malformed) {
            return Ok(());
        }
        self.line.clear();
        let defect = self.random.weighted(&Defect::WEIGHTS);
        defect.write(&self.record, self.framing, &mut self.random, &mut self.line);
        self.written.of_mut(kind).malformed += 1;
        let text = Text::Malformed(&self.line);
        self.topics[kind as usize][partition].append(text, self.written.of_mut(kind))
    }

    /// Writes the record into the line, some in an unusual way.
    fn spell(&mut self, kind: Kind) {
        let mut spelling = Spelling::PLAIN;
        if self.random.happens(self.chances.odd) {
            spelling = odd::change(&mut self.record, &mut self.random);
            self.written.of_mut(kind).odd += 1;
        }
        self.line.clear();
        self.record.write_to(&mut self.line, spelling);
    }

    fn append(&mut self, kind: Kind, partition: usize) -> Result<(), EmulateError> {
        let text = Text::Good(&self.line);
        self.topics[kind as usize][partition].append(text, self.written.of_mut(kind))
    }

    fn append_late(&mut self, kind: Kind, partition: usize, longest_delay: u64) {
        let delay = self.random.within(1..=longest_delay);
        self.topics[kind as usize][partition].append_late(&self.line, delay);
    }

    fn redeliver_later(&mut self, kind: Kind, partition: usize) {
        if self.random.happens(self.chances.redelivery) {
            self.written.of_mut(kind).redeliveries += 1;
            self.append_late(kind, partition, LONGEST_REDELIVERY);
        }
    }

    fn correct_later(&mut self, kind: Kind, number: u64) {
        if self.random.happens(self.chances.correction) {
            self.catalogue.fill(kind, Post { number, version: 1 }, &mut self.record);
            self.spell(kind);
            self.written.of_mut(kind).corrections += 1;
            let partition = self.route(kind, number);
            self.append_late(kind, partition, LONGEST_CHANGE);
        }
    }

    fn delete_later(&mut self, kind: Kind, number: u64) {
        if self.random.happens(self.chances.delete) {
            let key = if self.random.percent(50) { "ind" } else { key_name(kind) };
            self.line.clear();
            write_delete(key, self.catalogue.ind(number), &mut self.line);
            self.written.of_mut(kind).deletes += 1;
            let partition = self.route(kind, number);
            self.append_late(kind, partition, LONGEST_CHANGE);
        }
    }
}
