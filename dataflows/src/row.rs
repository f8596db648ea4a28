//! What the graph works on: cleaned records reduced to the columns that views need, and rows of views.

use crate::kind::Kind;
use crate::names::NameId;
use serde::{Deserialize, Serialize};
use std::num::{NonZeroU16, NonZeroU64};

/// The number of a tick: all rows that carry it become visible in all views at once.
pub type Tick = u64;

/// How often a row is added (positive) or withdrawn (negative).
pub type Diff = isize;

/// A year of the Gregorian calendar, 1 to 9999, in UTC.
pub type Year = NonZeroU16;

/// A whole number from 0 to 2^63-1; takes eight bytes also inside an `Option`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Count(NonZeroU64);

impl Count {
    /// The count `n`, unless it is above 2^63-1.
    pub fn new(n: u64) -> Option<Count> {
        (n <= i64::MAX as u64).then(|| Count(NonZeroU64::MIN.saturating_add(n)))
    }

    /// The number.
    pub fn get(self) -> u64 {
        self.0.get() - 1
    }
}

impl std::fmt::Debug for Count {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.get().fmt(f)
    }
}

/// A record's place in the one total order: of two records of a kind and `ind`, the one with the greater version
/// is the later. It compares by time, then partition, then order inside the partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Version {
    /// The greatest broker time seen in the partition up to this message, in milliseconds since 1970; 0 if none is known.
    pub time: u64,
    /// The partition and the message's place in it.
    pub place: Place,
}

/// A partition's ordinal (partitions sorted by name and number) and a message's order inside it, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place(u64);

impl Place {
    /// Partitions that can be told apart.
    pub const MAX_PARTITIONS: usize = (1 << 20) - 1;
    /// The greatest order inside a partition.
    pub const MAX_ORDER: u64 = (1 << 44) - 1;

    /// The place of a partition's `order`-th message, counted from 1.
    pub fn new(partition: u32, order: u64) -> Place {
        debug_assert!(
            (partition as usize) < Place::MAX_PARTITIONS && (1..=Place::MAX_ORDER).contains(&order)
        );
        // Partitions count from 1 here, so no place is 0.
        Place((u64::from(partition) + 1) << 44 | order)
    }

    /// The partition's number, counted from 1; 0 where there is none.
    pub(crate) fn partition(self) -> usize {
        (self.0 >> 44) as usize
    }
}

impl Version {
    /// Earlier than any record's.
    pub const NONE: Version = Version { time: 0, place: Place(0) };

    /// The version of a message in its partition.
    pub fn new(time: u64, partition: u32, order: u64) -> Version {
        Version { time, place: Place::new(partition, order) }
    }

    /// The message's time.
    pub fn time(self) -> u64 {
        self.time
    }

    /// The version without the lowest bits of its order, which many versions of a partition share, and those bits. Versions
    /// compare as these do.
    pub(crate) fn split(self) -> (Version, u16) {
        let order = self.place.0 as u16;
        (Version { time: self.time, place: Place(self.place.0 - u64::from(order)) }, order)
    }
}

/// A cleaned record, or the deletion of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Row {
    /// The key that joins the kinds.
    pub ind: u64,
    /// Its place in the order of records.
    pub version: Version,
    /// What it says.
    pub record: Record,
}

/// The columns of a record that views need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Record {
    /// A pin.
    Pin(Pin),
    /// A geo.
    Geo(Geo),
    /// A user.
    User(User),
    /// The record of that kind is deleted.
    Deleted(Kind),
}

impl Record {
    /// The table that the record belongs to.
    pub fn kind(&self) -> Kind {
        match self {
            Record::Pin(_) => Kind::Pin,
            Record::Geo(_) => Kind::Geo,
            Record::User(_) => Kind::User,
            Record::Deleted(kind) => *kind,
        }
    }
}

/// What views need of a pin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Pin {
    /// Who posted it.
    pub poster: Option<NameId>,
    /// How many follow the poster.
    pub follower_count: Option<Count>,
    /// What it is about.
    pub category: Option<NameId>,
}

/// What views need of a geo.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Geo {
    /// Where it was posted.
    pub country: Option<NameId>,
    /// The year of its `timestamp`.
    pub post_year: Option<Year>,
}

/// What views need of a user.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct User {
    /// The name; two users of one name and age are one person.
    pub name: Option<NameId>,
    /// In years, 0 to 150.
    pub age: Option<u8>,
    /// The year of `date_joined`.
    pub join_year: Option<Year>,
}

/// The groups that ages fall into, by their last ages: `[17, 24]` stands for 0-17, 18-24 and 25+.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgeGroups(Vec<u8>);

impl AgeGroups {
    /// Groups that end with these ages, and an open one after them; the ages must rise.
    pub fn new(last_ages: Vec<u8>) -> Option<AgeGroups> {
        (last_ages.is_sorted_by(|a, b| a < b) && last_ages.last() < Some(&150))
            .then_some(AgeGroups(last_ages))
    }

    /// The number of an age's group, from 0.
    pub fn of(&self, age: u8) -> u8 {
        self.0.partition_point(|last| *last < age) as u8
    }

    /// The name of a group: `18-24`, or `51+` for the last.
    pub fn label(&self, group: u8) -> String {
        let first = if group == 0 { 0 } else { self.0[group as usize - 1] + 1 };
        match self.0.get(group as usize) {
            Some(last) => format!("{first}-{last}"),
            None => format!("{first}+"),
        }
    }

    /// The names of all groups, in order.
    pub fn labels(&self) -> Vec<String> {
        (0..=self.0.len()).map(|group| self.label(group as u8)).collect()
    }
}

impl Default for AgeGroups {
    fn default() -> Self {
        AgeGroups(vec![17, 24, 35, 50])
    }
}

/// What the views are computed with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Ranks that a view shows, at least 1.
    pub k: usize,
    /// The bounds of the age groups.
    pub age_groups: AgeGroups,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { k: 3, age_groups: AgeGroups::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks what groups that end with these ages are called, or that there are no such groups.
    fn check(last_ages: &[u8], labels: Option<&[&str]>) {
        let groups = AgeGroups::new(last_ages.to_vec());
        let found: Option<Vec<String>> = groups.map(|groups| groups.labels());
        let expected = labels.map(|labels| labels.iter().map(|label| label.to_string()).collect());
        assert_eq!(found, expected, "{last_ages:?}");
    }

    #[test]
    fn split_versions_compare_as_whole_ones() {
        let mut versions = vec![Version::NONE];
        for (time, partition) in [(0, 0), (0, 1), (7, 0), (7, Place::MAX_PARTITIONS as u32 - 1)] {
            for order in [1, 2, 65_535, 65_536, 65_537, Place::MAX_ORDER - 1, Place::MAX_ORDER] {
                versions.push(Version::new(time, partition, order));
            }
        }
        assert!(versions.is_sorted_by(|a, b| a < b && a.split() < b.split()));
        assert_ne!(Version::new(0, 0, 1).split().0, Version::NONE);
    }

    #[test]
    fn age_groups_end_with_rising_ages_below_the_greatest() {
        check(&[17, 24], Some(&["0-17", "18-24", "25+"]));
        check(&[0, 149], Some(&["0-0", "1-149", "150+"]));
        check(&[], Some(&["0+"]));
        check(&[17, 17], None);
        check(&[24, 17], None);
        check(&[17, 150], None);
    }
}
