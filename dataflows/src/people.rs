//! People join in the year of their earliest user record: (name, age) counts once.

use crate::hash::{Map, mix};
use crate::join_years::YearChange;
use crate::names::NameId;
use crate::row::Year;
use hashbrown::HashTable;
use serde::{Deserialize, Serialize};
use std::hint::black_box;

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

    /// The bucket that holds the person. A bucket's table tells its entries apart by the hash's highest seven bits, and
    /// places them by the lowest, so these come from between.
    ///
    /// The first bucket gets half as many people as the last, and so on in between: tables double when they are full, and
    /// if all did at once, that would take long, and they would be half empty at once.
    pub fn bucket(self) -> usize {
        let hash = (self.hash() >> 32) & 0xFFFF;
        // Near to the logarithm to base 2 of 1 + the hash as a fraction.
        let bend = (hash * (0xFFFF - hash)) >> 16;
        ((hash + bend * 11 / 32) as usize * BUCKETS) >> 16
    }
}

/// Parts of the table; changes travel in their order, so that they meet a part that the cache holds.
pub(crate) const BUCKETS: usize = 256;

/// With more changes in a tick, several meet in each part of the table.
const READ_AHEAD: usize = 8 * BUCKETS;

/// A person has a row more in a year, or one less.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct PersonChange {
    pub membership: Membership,
    pub is_added: bool,
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

    /// Counts a row.
    fn apply(&mut self, change: &PersonChange) {
        let membership = change.membership;
        let bucket = &mut self.buckets[membership.bucket()];
        let (before, after) = match change.is_added {
            true => add(bucket, membership),
            false => remove(bucket, membership),
        };
        note(&mut self.years, before, after);
    }

    /// Applies all changes of a tick.
    pub fn apply_all(&mut self, changes: &[Vec<PersonChange>]) {
        if changes.iter().map(Vec::len).sum::<usize>() <= READ_AHEAD {
            self.read_ahead(changes.iter().flatten());
        }
        // What is removed is there then, whichever workers it comes from.
        for is_added in [true, false] {
            let changes = changes.iter().flatten().filter(|change| change.is_added == is_added);
            changes.for_each(|change| self.apply(change));
        }
    }

    /// Reads what changes concern. It lies far apart in memory: here the waits for it overlap.
    fn read_ahead<'a>(&self, changes: impl Iterator<Item = &'a PersonChange>) {
        let first = |PersonChange { membership, .. }: &PersonChange| {
            self.buckets[membership.bucket()].iter_hash(membership.hash()).next().map_or(0, |entry| *entry)
        };
        black_box(changes.map(first).fold(0, |all, entry| all ^ entry));
    }

    /// The changes of the number of people by year since the last call.
    pub fn changes(&mut self) -> impl Iterator<Item = YearChange> {
        let changes = self.years.drain().filter(|(_, change)| *change != 0);
        changes.map(|(year, change)| YearChange { year, change })
    }

    /// Bytes that they take.
    pub fn bytes(&self) -> usize {
        self.buckets.iter().map(|bucket| bucket.allocation_size()).sum()
    }
}

/// Adds a row, and gives the person's earliest year before and after.
fn add(bucket: &mut HashTable<u64>, membership: Membership) -> (Option<Year>, Option<Year>) {
    let (mut before, mut is_counted) = (None, false);
    for entry in bucket.iter_hash_mut(membership.hash()) {
        let other = Membership(*entry);
        if other.person() == membership.person() {
            before = earlier(before, other.year());
            if !is_counted && *entry & !MAX_ROWS == membership.0 && *entry & MAX_ROWS < MAX_ROWS {
                *entry += 1;
                is_counted = true;
            }
        }
    }
    if !is_counted {
        let hash = |entry: &u64| Membership(*entry).hash();
        bucket.insert_unique(membership.hash(), membership.0 | 1, hash);
    }
    (before, earlier(before, membership.year()))
}

/// Removes a row, and gives the person's earliest year before and after.
fn remove(bucket: &mut HashTable<u64>, membership: Membership) -> (Option<Year>, Option<Year>) {
    let (mut before, mut after, mut is_counted) = (None, None, false);
    for entry in bucket.iter_hash_mut(membership.hash()) {
        let other = Membership(*entry);
        if other.person() == membership.person() {
            before = earlier(before, other.year());
            if !is_counted && *entry & !MAX_ROWS == membership.0 {
                *entry -= 1;
                is_counted = true;
            }
            if *entry & MAX_ROWS > 0 {
                after = earlier(after, other.year());
            }
        }
    }
    assert!(is_counted, "what is removed was added");
    if let Ok(empty) = bucket.find_entry(membership.hash(), |entry| *entry == membership.0) {
        empty.remove();
    }
    (before, after)
}

fn earlier(year: Option<Year>, other: Year) -> Option<Year> {
    Some(year.map_or(other, |year| year.min(other)))
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
        let of = |rows: &[(u32, u8, u16)], is_added| {
            rows.iter().map(|row| PersonChange { membership: membership(row), is_added }).collect()
        };
        people.apply_all(&[of(removed, false), of(added, true)]);
        let mut changes: Vec<_> = people.changes().map(|change| (change.year.get(), change.change)).collect();
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

    #[test]
    fn buckets_fill_up_one_after_the_other() {
        let mut people = [0; BUCKETS];
        for name in 1..=1_000_000 {
            let name = NameId::from_number(name).unwrap();
            people[Membership::new(name, 30, Year::MIN).bucket()] += 1;
        }
        let part = |buckets: &[i32]| buckets.iter().sum::<i32>() as f64 / buckets.len() as f64;
        let (first, last) = (part(&people[..16]), part(&people[BUCKETS - 16..]));
        assert!((1.8..2.2).contains(&(last / first)), "{first}, {last}");
        assert!(people.iter().is_sorted_by(|a, b| *a * 10 <= *b * 11));
    }
}
