//! Messages about invented posts, drawn at random: so they come again, as they do from the reference emulators.

use super::message::{Message, Sort};
use crate::emulate::framing::Framing;
use crate::emulate::malformed::Defect;
use crate::emulate::odd;
use crate::emulate::random::{Chance, Random};
use crate::emulate::records::record::{Record, Spelling, key_name, write_delete};
use crate::emulate::records::{Catalogue, Post};
use pinflow_dataflows::kind::Kind;
use std::collections::BTreeMap;

/// Posts after which a correction or a delete comes at the latest.
const LONGEST_CHANGE: u64 = 2_000;
/// Corrections of a record say so many different things.
const VERSIONS: u64 = 8;
/// Keeps this generator apart from those of records and archives.
const INVENTED_KEY: u64 = 0x6c69_7665;

/// What happens to records, for each.
#[derive(Clone, Copy, Debug)]
pub struct LiveChances {
    /// A record with other values follows.
    pub correction: Chance,
    /// A delete follows.
    pub delete: Chance,
    /// A text that must be rejected comes before it.
    pub malformed: Chance,
    /// It is spelled in an unusual way.
    pub odd: Chance,
}

/// A catalogue, and what is still to come about the posts that were drawn.
pub struct InventedRows {
    catalogue: Catalogue,
    chances: LiveChances,
    kinds: &'static [Kind],
    random: Random,
    record: Record,
    drawn: u64,
    /// By the post that they come with and the order in which they were thought of.
    late: BTreeMap<(u64, u64), Message>,
    late_ones: u64,
}

impl InventedRows {
    /// Posts of a catalogue that has at least one, of which these kinds are sent.
    pub fn new(
        catalogue: Catalogue,
        chances: LiveChances,
        kinds: &'static [Kind],
        seed: u64,
    ) -> InventedRows {
        InventedRows {
            catalogue,
            chances,
            kinds,
            random: Random::keyed(&[seed, INVENTED_KEY]),
            record: Record::default(),
            drawn: 0,
            late: BTreeMap::new(),
            late_ones: 0,
        }
    }

    /// Appends the messages about the next row, and those that have become due.
    pub fn draw(&mut self, messages: &mut Vec<Message>) {
        let number = self.random.below(self.catalogue.posts());
        for &kind in self.kinds {
            if self.catalogue.has(kind, number) {
                self.send_record(kind, number, messages);
            }
        }
        self.drawn += 1;
        while let Some(late) = self.late.first_entry().filter(|late| late.key().0 <= self.drawn) {
            messages.push(late.remove());
        }
    }

    /// Appends all messages that are still to come.
    pub fn finish(&mut self, messages: &mut Vec<Message>) {
        messages.extend(std::mem::take(&mut self.late).into_values());
    }

    fn send_record(&mut self, kind: Kind, number: u64, messages: &mut Vec<Message>) {
        self.fill(kind, Post { number, version: 0 });
        if self.random.happens(self.chances.malformed) {
            let mut text = Vec::new();
            let defect = self.random.weighted(&Defect::WEIGHTS);
            defect.write(&self.record, Framing::Lines, &mut self.random, &mut text);
            messages.push(self.message(kind, number, Sort::Malformed, text));
        }
        messages.push(self.spelled(kind, number, Sort::Record));
        if self.random.happens(self.chances.correction) {
            let version = self.random.within(1..=VERSIONS);
            self.fill(kind, Post { number, version });
            let correction = self.spelled(kind, number, Sort::Correction);
            self.send_late(correction);
        }
        if self.random.happens(self.chances.delete) {
            let key = if self.random.percent(50) { "ind" } else { key_name(kind) };
            let mut text = Vec::new();
            write_delete(key, self.catalogue.ind(number), &mut text);
            let delete = self.message(kind, number, Sort::Delete, text);
            self.send_late(delete);
        }
    }

    /// The reference emulators send times with a blank; archives have what other producers make of them, too.
    fn fill(&mut self, kind: Kind, post: Post) {
        self.catalogue.fill(kind, post, &mut self.record);
        for field in ["timestamp", "date_joined"] {
            if let Some(stamp) = self.record.value(field).map(<[u8]>::to_vec) {
                let blank = |byte: u8| if byte == b'T' { b' ' } else { byte };
                self.record.set(field, |out| out.extend(stamp.into_iter().map(blank)));
            }
        }
    }

    /// The record, some in an unusual way.
    fn spelled(&mut self, kind: Kind, number: u64, sort: Sort) -> Message {
        let odd = self.random.happens(self.chances.odd);
        let spelling = if odd { odd::change(&mut self.record, &mut self.random) } else { Spelling::PLAIN };
        let mut text = Vec::new();
        self.record.write_to(&mut text, spelling);
        Message { odd, ..self.message(kind, number, sort, text) }
    }

    fn message(&self, kind: Kind, number: u64, sort: Sort, text: Vec<u8>) -> Message {
        Message { kind, key: self.catalogue.ind(number), sort, odd: false, text }
    }

    fn send_late(&mut self, message: Message) {
        let due = self.drawn + self.random.within(1..=LONGEST_CHANGE);
        self.late_ones += 1;
        self.late.insert((due, self.late_ones), message);
    }
}
