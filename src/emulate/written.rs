//! What was written, counted.

use pinflow_dataflows::kind::Kind;
use std::ops::AddAssign;

/// What was written, by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// In the topic of pins.
    pub pin: WrittenKind,
    /// In the topic of geos.
    pub geo: WrittenKind,
    /// In the topic of users.
    pub user: WrittenKind,
}

/// What was written of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WrittenKind {
    /// First records of a post.
    pub records: u64,
    /// Records that were appended once more.
    pub redeliveries: u64,
    /// Later records with other values.
    pub corrections: u64,
    /// Deletes.
    pub deletes: u64,
    /// Lines that must be rejected.
    pub malformed: u64,
    /// Blank lines.
    pub blanks: u64,
    /// Records and corrections spelled in an unusual way.
    pub odd: u64,
    /// Records, corrections and deletes in another partition than their `ind`'s.
    pub scattered: u64,
    /// Lines that an object repeats from the one before.
    pub repeated_lines: u64,
    /// Offsets left out between objects.
    pub skipped_offsets: u64,
    /// Objects.
    pub objects: u64,
    /// Bytes of all objects, as stored.
    pub bytes: u64,
}

impl Written {
    /// What was written of a kind.
    pub fn of(&self, kind: Kind) -> &WrittenKind {
        match kind {
            Kind::Pin => &self.pin,
            Kind::Geo => &self.geo,
            Kind::User => &self.user,
        }
    }

    /// The same, to count in.
    pub(super) fn of_mut(&mut self, kind: Kind) -> &mut WrittenKind {
        match kind {
            Kind::Pin => &mut self.pin,
            Kind::Geo => &mut self.geo,
            Kind::User => &mut self.user,
        }
    }

    /// All kinds together.
    pub fn total(&self) -> WrittenKind {
        let mut total = self.pin;
        total += self.geo;
        total += self.user;
        total
    }
}

impl WrittenKind {
    /// Offsets that have a line: everything but what is repeated or left out.
    pub fn positions(&self) -> u64 {
        self.records + self.redeliveries + self.corrections + self.deletes + self.malformed + self.blanks
    }
}

impl AddAssign for WrittenKind {
    fn add_assign(&mut self, other: WrittenKind) {
        self.records += other.records;
        self.redeliveries += other.redeliveries;
        self.corrections += other.corrections;
        self.deletes += other.deletes;
        self.malformed += other.malformed;
        self.blanks += other.blanks;
        self.odd += other.odd;
        self.scattered += other.scattered;
        self.repeated_lines += other.repeated_lines;
        self.skipped_offsets += other.skipped_offsets;
        self.objects += other.objects;
        self.bytes += other.bytes;
    }
}
