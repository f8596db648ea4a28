//! What was decoded, by kind.

use pinflow_dataflows::clean::{Field, Fields};
use pinflow_dataflows::kind::Kind;
use std::ops::{Index, IndexMut};

/// Why a message was rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// It is longer than a record may be.
    TooLarge,
    /// It is not one JSON value.
    NotJson,
    /// It is a JSON value, but no object.
    NotAnObject,
    /// Its key is missing or no whole number.
    NoUsableInd,
}

impl Reason {
    /// All reasons, in the order in which they are looked at.
    pub const ALL: [Reason; 4] =
        [Reason::TooLarge, Reason::NotJson, Reason::NotAnObject, Reason::NoUsableInd];

    /// The words that counts and dead letters use.
    pub fn name(self) -> &'static str {
        match self {
            Reason::TooLarge => "too large",
            Reason::NotJson => "not JSON",
            Reason::NotAnObject => "not an object",
            Reason::NoUsableInd => "no usable ind",
        }
    }
}

/// Counts of all kinds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    kinds: [KindCounts; 3],
    /// Bytes of messages, line ends included.
    pub bytes: u64,
    /// By the partition's number.
    pub partitions: Vec<PartitionCounts>,
}

/// What became of a partition's positions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PartitionCounts {
    /// Records.
    pub accepted: u64,
    /// Messages that are none.
    pub rejected: u64,
    /// Positions that hold nothing.
    pub blank: u64,
    /// Positions that were not delivered: transaction markers, what was aborted, compacted or deleted.
    pub skipped: u64,
}

impl PartitionCounts {
    /// All positions.
    pub fn positions(&self) -> u64 {
        self.accepted + self.rejected + self.blank + self.skipped
    }

    fn add(&mut self, other: &PartitionCounts) {
        self.accepted += other.accepted;
        self.rejected += other.rejected;
        self.blank += other.blank;
        self.skipped += other.skipped;
    }
}

impl Counts {
    /// Adds another worker's.
    pub fn add(&mut self, other: &Counts) {
        self.bytes += other.bytes;
        for (number, counts) in (0..).zip(&other.partitions) {
            self.partition(number).add(counts);
        }
        for kind in Kind::ALL {
            self[kind].add(&other[kind]);
        }
    }

    /// A block of a partition was decoded; `before` are the counts of its kind before that.
    pub(super) fn block(&mut self, partition: u32, kind: Kind, before: &KindCounts, skipped: u64) {
        let now = &self[kind];
        let accepted = now.accepted - before.accepted;
        let rejected = now.all_rejected() - before.all_rejected();
        let blank = now.blank - before.blank;
        self.partition(partition).add(&PartitionCounts { accepted, rejected, blank, skipped });
    }

    fn partition(&mut self, number: u32) -> &mut PartitionCounts {
        let number = number as usize;
        if self.partitions.len() <= number {
            self.partitions.resize(number + 1, PartitionCounts::default());
        }
        &mut self.partitions[number]
    }
}

impl Index<Kind> for Counts {
    type Output = KindCounts;

    fn index(&self, kind: Kind) -> &KindCounts {
        &self.kinds[kind as usize]
    }
}

impl IndexMut<Kind> for Counts {
    fn index_mut(&mut self, kind: Kind) -> &mut KindCounts {
        &mut self.kinds[kind as usize]
    }
}

/// Counts of one kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KindCounts {
    /// Positions that hold nothing.
    pub blank: u64,
    /// Records.
    pub accepted: u64,
    rejected: [u64; Reason::ALL.len()],
    malformed: [u64; Field::ALL.len()],
}

impl KindCounts {
    pub(super) fn reject(&mut self, reason: Reason) {
        self.rejected[reason as usize] += 1;
    }

    pub(super) fn accept(&mut self, malformed: Fields) {
        self.accepted += 1;
        if !malformed.is_empty() {
            malformed.iter().for_each(|field| self.malformed[field as usize] += 1);
        }
    }

    fn add(&mut self, other: &KindCounts) {
        self.blank += other.blank;
        self.accepted += other.accepted;
        self.rejected.iter_mut().zip(other.rejected).for_each(|(sum, n)| *sum += n);
        self.malformed.iter_mut().zip(other.malformed).for_each(|(sum, n)| *sum += n);
    }

    /// Messages rejected for a reason.
    pub fn rejected(&self, reason: Reason) -> u64 {
        self.rejected[reason as usize]
    }

    /// Accepted records in which a field is malformed.
    pub fn malformed(&self, field: Field) -> u64 {
        self.malformed[field as usize]
    }

    /// Messages that are not blank.
    pub fn messages(&self) -> u64 {
        self.accepted + self.all_rejected()
    }

    fn all_rejected(&self) -> u64 {
        self.rejected.iter().sum()
    }
}
