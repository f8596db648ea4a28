//! Sums of a tick's changes by key, in a table that is emptied with every tick.

use crate::hash::Map;
use std::hash::Hash;

/// The table keeps room for what ticks needed lately: in one as large as the largest tick needed, a small tick's entries
/// would lie so far apart that none is in the cache, and to empty it would take longer than to fill it.
pub(crate) struct Sums<K> {
    table: Map<K, i64>,
    /// Entries of the largest of the last ticks, less an eighth for each tick since.
    needed: usize,
}

/// Entries that room is kept for at most.
const MOST_KEPT: usize = 1 << 15;

impl<K> Default for Sums<K> {
    fn default() -> Self {
        Sums { table: Map::default(), needed: 0 }
    }
}

impl<K: Hash + Eq> Sums<K> {
    /// Adds to a key's sum.
    pub fn add(&mut self, key: K, change: i64) {
        *self.table.entry(key).or_insert(0) += change;
    }

    /// Takes one from what was there before, and adds one to what is there after.
    pub fn replace(&mut self, before: Option<K>, after: Option<K>) {
        if before != after {
            before.into_iter().for_each(|key| self.add(key, -1));
            after.into_iter().for_each(|key| self.add(key, 1));
        }
    }

    /// Gives all sums but those that are 0, and begins anew.
    pub fn take(&mut self, mut each: impl FnMut(K, i64)) {
        let entries = self.table.len();
        self.table.drain().filter(|(_, sum)| *sum != 0).for_each(|(key, sum)| each(key, sum));
        self.needed = entries.max(self.needed - self.needed / 8).min(MOST_KEPT);
        self.table.shrink_to(2 * self.needed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_given_once_and_room_is_given_back() {
        let mut sums = Sums::default();
        let mut check = |keys: u64, room: usize| {
            (0..keys).for_each(|key| sums.add(key, 1));
            sums.replace(Some(0), Some(keys));
            sums.replace(Some(7), Some(7));
            let mut taken = Vec::new();
            sums.take(|key, sum| taken.push((key, sum)));
            taken.sort();
            assert!(taken.into_iter().eq((1..=keys).map(|key| (key, 1))), "{keys} keys");
            assert!(sums.table.capacity() <= room, "room for {} after {keys}", sums.table.capacity());
        };
        check(3, 16);
        check(200_000, 4 * MOST_KEPT);
        for _ in 0..80 {
            check(100, 4 * MOST_KEPT);
        }
        check(100, 450);
    }
}
