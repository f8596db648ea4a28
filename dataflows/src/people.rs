//! People join in the year of their earliest user record: (name, age) counts once.

use crate::hash::{Map, mix};
use crate::names::NameId;
use crate::row::Year;
use hashbrown::HashTable;
use serde::{Deserialize, Serialize};

/// A user row's part in a person: name, age (255: null) and join year in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Membership(u64);

const AGE_SHIFT: u32 = 24;
const NAME_SHIFT: u32 = 32;
const YEAR_SHIFT: u32 = 10;
const MAX_ROWS: u64 = (1 << YEAR_SHIFT) - 1;

impl Membership {
    pub fn new(name: NameId, age: u8, year: Year) -> Membership {
        let name = u64::from(name.number()) << NAME_SHIFT;
        Membership(name | u64::from(age) << AGE_SHIFT | u64::from(year.get()) << YEAR_SHIFT)
    }

    /// Name and age.
    fn person(self) -> u64 {
        self.0 >> AGE_SHIFT
    }

    fn hash(self) -> u64 {
        mix(self.person())
    }

    fn year(self) -> Year {
        Year::new((self.0 >> YEAR_SHIFT) as u16 & 0x3FFF).expect("made of a year")
    }

    /// The bucket that holds the person.
    pub fn bucket(self) -> usize {
        (self.hash() >> (64 - BUCKETS.trailing_zeros())) as usize
    }
}

/// Parts of the table; changes travel gathered by bucket, so that they meet a part that the cache holds.
pub(crate) const BUCKETS: usize = 256;

/// Changes of one bucket's memberships.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PeopleChanges {
    pub bucket: u32,
    pub added: Vec<Membership>,
    pub removed: Vec<Membership>,
}

/// One worker's people.
pub(crate) struct People {
    /// Memberships, each with the number of its rows in the lowest bits. The entries of a person share their hash.
    buckets: Vec<HashTable<u64>>,
    /// How many more people joined in a year than before the open tick.
    years: Map<Year, i64>,
}

impl People {
    pub fn new() -> People {
        People { buckets: (0..BUCKETS).map(|_| HashTable::new()).collect(), years: Map::default() }
    }

    /// Counts what is added. All of a tick's additions must come before its removals, whichever workers they come
    /// from: then what is removed is always there.
    pub fn add(&mut self, changes: &PeopleChanges) {
        let bucket = &mut self.buckets[changes.bucket as usize];
        for membership in &changes.added {
            let before = add(bucket, *membership);
            let after = before.map_or(membership.year(), |year| year.min(membership.year()));
            note(&mut self.years, before, Some(after));
        }
    }

    /// Counts what is removed.
    pub fn remove(&mut self, changes: &PeopleChanges) {
        let bucket = &mut self.buckets[changes.bucket as usize];
        for membership in &changes.removed {
            let before = earliest(bucket, *membership);
            remove(bucket, *membership);
            note(&mut self.years, before, earliest(bucket, *membership));
        }
    }

    /// The changes of the number of people by year since the last call.
    pub fn changes(&mut self) -> impl Iterator<Item = (Year, i64)> {
        self.years.drain().filter(|(_, change)| *change != 0)
    }

    /// Bytes that they take.
    pub fn bytes(&self) -> usize {
        self.buckets.iter().map(|bucket| bucket.allocation_size()).sum()
    }
}

fn earliest(bucket: &HashTable<u64>, membership: Membership) -> Option<Year> {
    let same_person = bucket.iter_hash(membership.hash()).map(|entry| Membership(*entry));
    same_person.filter(|entry| entry.person() == membership.person()).map(Membership::year).min()
}

/// Adds a row; gives the person's earliest year before it.
fn add(bucket: &mut HashTable<u64>, membership: Membership) -> Option<Year> {
    let (mut earliest, mut has_room) = (None, None);
    for entry in bucket.iter_hash_mut(membership.hash()) {
        let other = Membership(*entry);
        if other.person() == membership.person() {
            let year = other.year();
            earliest = Some(earliest.map_or(year, |earliest: Year| earliest.min(year)));
            if *entry & !MAX_ROWS == membership.0 && *entry & MAX_ROWS < MAX_ROWS {
                has_room = Some(entry);
            }
        }
    }
    match has_room {
        Some(entry) => *entry += 1,
        None => {
            bucket.insert_unique(membership.hash(), membership.0 | 1, |entry| Membership(*entry).hash());
        }
    }
    earliest
}

fn remove(bucket: &mut HashTable<u64>, membership: Membership) {
    let is_same = |entry: &u64| entry & !MAX_ROWS == membership.0;
    let mut entry = bucket.find_entry(membership.hash(), is_same).expect("what is removed was added");
    *entry.get_mut() -= 1;
    if *entry.get() & MAX_ROWS == 0 {
        entry.remove();
    }
}

fn note(years: &mut Map<Year, i64>, before: Option<Year>, after: Option<Year>) {
    if before != after {
        if let Some(year) = before {
            *years.entry(year).or_insert(0) -= 1;
        }
        if let Some(year) = after {
            *years.entry(year).or_insert(0) += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(people: &mut People, added: &[(u32, u8, u16)], removed: &[(u32, u8, u16)]) -> Vec<(u16, i64)> {
        let membership = |&(name, age, year): &(u32, u8, u16)| {
            Membership::new(NameId::from_number(name).unwrap(), age, Year::new(year).unwrap())
        };
        for bucket in 0..BUCKETS as u32 {
            let of_bucket = |rows: &[(u32, u8, u16)]| {
                rows.iter().map(membership).filter(|m| m.bucket() == bucket as usize).collect()
            };
            let changes = PeopleChanges { bucket, added: of_bucket(added), removed: of_bucket(removed) };
            people.add(&changes);
            people.remove(&changes);
        }
        let mut changes: Vec<_> = people.changes().map(|(year, n)| (year.get(), n)).collect();
        changes.sort();
        changes
    }

    #[test]
    fn the_earliest_year_counts_and_rises_when_its_row_goes() {
        let mut people = People::new();
        assert_eq!(
            change(&mut people, &[(1, 30, 2019), (1, 30, 2017), (1, 255, 2020)], &[]),
            [(2017, 1), (2020, 1)]
        );
        assert_eq!(change(&mut people, &[(1, 30, 2017)], &[]), []);
        assert_eq!(change(&mut people, &[], &[(1, 30, 2017)]), []);
        assert_eq!(change(&mut people, &[], &[(1, 30, 2017)]), [(2017, -1), (2019, 1)]);
        assert_eq!(change(&mut people, &[(1, 30, 2021)], &[(1, 30, 2019)]), [(2019, -1), (2021, 1)]);
    }

    #[test]
    fn more_rows_of_a_person_and_year_than_an_entry_counts() {
        let mut people = People::new();
        let rows = vec![(7, 40, 9999); 3 * MAX_ROWS as usize];
        assert_eq!(change(&mut people, &rows, &[]), [(9999, 1)]);
        assert_eq!(people.buckets.iter().map(HashTable::len).sum::<usize>(), 3, "entries are filled up");
        assert_eq!(change(&mut people, &[], &rows[1..]), []);
        assert_eq!(change(&mut people, &[], &rows[..1]), [(9999, -1)]);
        assert!(people.buckets.iter().all(|bucket| bucket.is_empty()));
    }
}
