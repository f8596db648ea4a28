//! The rows of a view in the contract's order. A copy shares with its original all that changes in neither.
//!
//! Rows lie in leaves, sorted arrays of some dozens. A tick changes many rows, and those that it changes in one leaf are
//! near each other, so a leaf is copied once for all of them. A balanced tree of single rows would copy a path for each.
//! Of sixty rows that change in a tick, numbers alone change in all but one: the keys of a leaf, three quarters of it, are
//! copied only for the others.

use crate::sort_key::SortKey;
use crate::views::Numbers;
use std::cmp::Ordering;
use std::ops::{Bound, RangeBounds};
use std::sync::Arc;

/// A leaf with more rows is split. With fewer there would be more leaves to point to, with more a leaf takes longer to copy.
const MOST_ROWS: usize = 32;
/// A leaf with fewer is put together with one beside it, where both fit into one that is not full at once.
const FEW_ROWS: usize = MOST_ROWS / 4;

/// So many rows behind the last change are looked at before others: those of a group change together.
const NEAR_ROWS: usize = 3;

/// Rows by what sorts them.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    leaves: Arc<Vec<Arc<Leaf>>>,
    /// For each leaf but the first a key that is not greater than its own, and greater than those before. They lie side by
    /// side, while to look into a leaf waits for memory three times.
    begins: Arc<Vec<SortKey<'static>>>,
    size: usize,
}

/// Rows in order, and the numbers of each; none is empty.
#[derive(Debug, Default)]
struct Leaf {
    keys: Arc<Vec<SortKey<'static>>>,
    numbers: Vec<Numbers>,
}

impl Rows {
    /// How many there are.
    pub fn size(&self) -> usize {
        self.size
    }

    /// All, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&SortKey<'static>, &Numbers)> {
        self.leaves.iter().flat_map(|leaf| leaf.rows())
    }

    /// Those with keys in a range, in order.
    pub fn range<'r, 'k>(
        &'r self,
        range: impl RangeBounds<SortKey<'k>>,
    ) -> impl Iterator<Item = (&'r SortKey<'static>, &'r Numbers)> {
        let is_before = |key: &SortKey<'_>| match range.start_bound() {
            Bound::Included(start) => key < start,
            Bound::Excluded(start) => key <= start,
            Bound::Unbounded => false,
        };
        let leaf = self.begins.partition_point(is_before);
        let before = self.leaves.get(leaf).map_or(0, |leaf| leaf.keys.partition_point(is_before));
        let rows = self.leaves[leaf..].iter().flat_map(|leaf| leaf.rows()).skip(before);
        rows.take_while(move |(key, _)| match range.end_bound() {
            Bound::Included(end) => *key <= end,
            Bound::Excluded(end) => *key < end,
            Bound::Unbounded => true,
        })
    }

    /// For changes one after the other; those of keys near each other take less time than others.
    pub fn edit(&mut self) -> Edit<'_> {
        let (leaves, begins) = (Arc::make_mut(&mut self.leaves), &mut self.begins);
        Edit { leaves, begins, size: &mut self.size, at: 0, next: 0 }
    }
}

/// Rows that are being changed.
pub struct Edit<'a> {
    leaves: &'a mut Vec<Arc<Leaf>>,
    begins: &'a mut Arc<Vec<SortKey<'static>>>,
    size: &'a mut usize,
    /// The leaf of the last change.
    at: usize,
    /// The place in it of the row behind that change: it, or one near it, is mostly the next to change.
    next: usize,
}

impl Edit<'_> {
    /// Adds a row, unless there is one with that key, whose numbers become these. Whether there was none.
    pub fn insert(&mut self, key: SortKey<'static>, numbers: Numbers) -> bool {
        if self.leaves.is_empty() {
            self.leaves.push(Arc::default());
        }
        let found = self.find(&key);
        let leaf = own(&mut self.leaves[self.at]);
        self.next = 1 + found.unwrap_or_else(|place| place);
        match found {
            Ok(place) => {
                leaf.numbers[place] = numbers;
                return false;
            }
            Err(place) => {
                leaf.numbers.insert(place, numbers);
                Arc::make_mut(&mut leaf.keys).insert(place, key);
            }
        }
        *self.size += 1;
        if leaf.keys.len() > MOST_ROWS {
            let behind = leaf.split_off(MOST_ROWS / 2);
            Arc::make_mut(self.begins).insert(self.at, behind.keys[0]);
            self.leaves.insert(self.at + 1, Arc::new(behind));
        }
        true
    }

    /// Takes a row out. Whether it was there.
    pub fn remove(&mut self, key: &SortKey<'_>) -> bool {
        if self.leaves.is_empty() {
            return false;
        }
        let Ok(place) = self.find(key) else { return false };
        let leaf = own(&mut self.leaves[self.at]);
        leaf.numbers.remove(place);
        Arc::make_mut(&mut leaf.keys).remove(place);
        self.next = place;
        *self.size -= 1;
        if leaf.keys.is_empty() {
            self.remove_leaf(self.at);
            self.at = self.at.saturating_sub(1);
        } else if leaf.keys.len() < FEW_ROWS {
            self.join_next();
            if self.at > 0 {
                self.at -= 1;
                self.join_next();
            }
        }
        true
    }

    /// Puts the rows of the next leaf into this one, if both have few.
    fn join_next(&mut self) {
        let next = self.leaves.get(self.at + 1).map_or(MOST_ROWS, |next| next.keys.len());
        if self.leaves[self.at].keys.len() + next <= MOST_ROWS / 2 {
            let next = self.remove_leaf(self.at + 1);
            own(&mut self.leaves[self.at]).append(&next);
        }
    }

    fn remove_leaf(&mut self, at: usize) -> Arc<Leaf> {
        if !self.begins.is_empty() {
            Arc::make_mut(self.begins).remove(at.saturating_sub(1));
        }
        self.leaves.remove(at)
    }

    /// Goes to the leaf that has the key, or would get it. Where it is there, or where it would be.
    fn find(&mut self, key: &SortKey<'_>) -> Result<usize, usize> {
        let near = self.leaves.get(self.at).and_then(|leaf| leaf.keys.get(self.next..)).unwrap_or_default();
        for (place, other) in (self.next..).zip(near.iter().take(NEAR_ROWS)) {
            match other.cmp(key) {
                Ordering::Less => {}
                Ordering::Equal => return Ok(place),
                Ordering::Greater if place > self.next => return Err(place),
                Ordering::Greater => break,
            }
        }
        self.find_leaf(key);
        self.leaves[self.at].keys.binary_search_by(|other| other.cmp(key))
    }

    /// Goes to the leaf that has the key, or would get it. The way is short where that is near.
    fn find_leaf(&mut self, key: &SortKey<'_>) {
        let has_begun = |begin: &SortKey<'_>| begin <= key;
        let (mut from, mut to, mut step) = (0, self.begins.len(), 1);
        if self.at == 0 || has_begun(&self.begins[self.at - 1]) {
            from = self.at;
            while let Some(begin) = self.begins.get(self.at + step - 1) {
                if !has_begun(begin) {
                    to = self.at + step - 1;
                    break;
                }
                from = self.at + step;
                step *= 2;
            }
        } else {
            to = self.at - 1;
        }
        self.at = from + self.begins[from..to].partition_point(has_begun);
    }
}

impl Leaf {
    fn rows(&self) -> impl Iterator<Item = (&SortKey<'static>, &Numbers)> {
        self.keys.iter().zip(&self.numbers)
    }

    /// Takes out the rows from a place on, as a leaf of their own.
    fn split_off(&mut self, from: usize) -> Leaf {
        let keys = Arc::new(Arc::make_mut(&mut self.keys).split_off(from));
        Leaf { keys, numbers: self.numbers.split_off(from) }
    }

    /// Takes the rows of the next leaf, too.
    fn append(&mut self, next: &Leaf) {
        Arc::make_mut(&mut self.keys).extend_from_slice(&next.keys);
        self.numbers.extend_from_slice(&next.numbers);
    }
}

/// A leaf to be changed: a copy with keys in common, if others have it, too.
fn own(leaf: &mut Arc<Leaf>) -> &mut Leaf {
    if Arc::get_mut(leaf).is_none() {
        *leaf = Arc::new(Leaf { keys: leaf.keys.clone(), numbers: leaf.numbers.clone() });
    }
    Arc::get_mut(leaf).expect("nobody else has it")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn key(rank: u32) -> SortKey<'static> {
        SortKey { rank, ..SortKey::default() }
    }

    fn check(rows: &Rows, expected: &BTreeMap<u32, u64>) {
        let found: Vec<_> = rows.iter().map(|(key, numbers)| (key.rank, numbers.first)).collect();
        let all: Vec<_> = expected.iter().map(|(rank, first)| (*rank, *first)).collect();
        assert_eq!(found, all);
        assert_eq!(rows.size(), expected.len());
        assert_eq!(rows.leaves.len().saturating_sub(1), rows.begins.len());
        for (nth, leaf) in rows.leaves.iter().enumerate() {
            assert!((1..=MOST_ROWS).contains(&leaf.keys.len()));
            assert_eq!(leaf.keys.len(), leaf.numbers.len());
            assert!(nth == 0 || rows.begins[nth - 1] <= leaf.keys[0]);
            assert!(rows.begins.get(nth).is_none_or(|next| leaf.keys.last() < Some(next)));
        }
    }

    #[test]
    fn leaves_that_empty_do_not_stay() {
        let mut rows = Rows::default();
        (0..10_000).for_each(|rank| assert!(rows.edit().insert(key(rank), Numbers { first: 0, second: 0 })));
        assert!(rows.leaves.len() <= 10_000 / (MOST_ROWS / 2));
        (0..10_000).filter(|rank| rank % 100 > 0).for_each(|rank| assert!(rows.edit().remove(&key(rank))));
        assert_eq!(rows.size(), 100);
        assert!(rows.leaves.len() <= 10, "{}", rows.leaves.len());
        (0..10_000).step_by(100).for_each(|rank| assert!(rows.edit().remove(&key(rank))));
        assert!(rows.leaves.is_empty());
    }

    proptest! {
        #[test]
        fn rows_are_those_of_a_map_and_copies_stay_what_they_were(
            edits in prop::collection::vec(prop::collection::vec((0..400_u32, prop::option::of(0..9_u64)), 1..200), 1..12),
            bounds in (0..400_u32, 0..400_u32),
        ) {
            let (mut rows, mut map) = (Rows::default(), BTreeMap::new());
            let mut before = Vec::new();
            for changes in edits {
                before.push((rows.clone(), map.clone()));
                let mut edit = rows.edit();
                for (rank, number) in changes {
                    match number {
                        Some(first) => {
                            let is_new = edit.insert(key(rank), Numbers { first, second: 0 });
                            assert_eq!(is_new, map.insert(rank, first).is_none());
                        }
                        None => assert_eq!(edit.remove(&key(rank)), map.remove(&rank).is_some()),
                    }
                }
                check(&rows, &map);
            }
            before.iter().for_each(|(rows, map)| check(rows, map));
            let (from, to) = (bounds.0.min(bounds.1), bounds.0.max(bounds.1));
            let ranks = |found: Vec<(&SortKey<'static>, &Numbers)>| found.iter().map(|row| row.0.rank).collect::<Vec<_>>();
            let expected: Vec<u32> = map.range(from..to).map(|(rank, _)| *rank).collect();
            prop_assert_eq!(ranks(rows.range(key(from)..key(to)).collect()), expected);
            let expected: Vec<u32> = map.range(from..).map(|(rank, _)| *rank).collect();
            prop_assert_eq!(ranks(rows.range(key(from)..).collect()), expected);
        }
    }
}
