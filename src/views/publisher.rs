//! Makes a snapshot of the one before and the changes since.

use crate::sort_key::SortKey;
use crate::texts::Texts;
use crate::views::store::Change;
use crate::views::{Numbers, Snapshot};
use pinflow_dataflows::hash::Map;
use pinflow_dataflows::names::NameTables;
use pinflow_dataflows::row::{Diff, Tick};
use pinflow_dataflows::view::ViewRow;

/// The latest snapshot, and what it takes to make the next.
pub struct Publisher {
    latest: Snapshot,
    texts: Texts,
}

impl Publisher {
    /// Starts with a snapshot without rows.
    pub fn new(empty: Snapshot, names: &NameTables) -> Publisher {
        Publisher { latest: empty, texts: Texts::new(names) }
    }

    /// The snapshot of a tick, by the changes of all ticks since the last one up to it; and how many rows changed. It
    /// takes time by the number of changes, hardly by that of rows.
    pub fn next(&mut self, tick: Tick, changes: &[Change]) -> (Snapshot, usize) {
        let mut sums: Map<ViewRow, Diff> = Map::default();
        for (row, _, diff) in changes {
            *sums.entry(*row).or_insert(0) += diff;
        }
        sums.retain(|_, diff| *diff != 0);
        // A row whose numbers alone changed keeps its key, so the old one has to go before the new one comes.
        sums.iter().filter(|(_, diff)| **diff < 0).for_each(|(row, diff)| self.remove(row, *diff));
        sums.iter().filter(|(_, diff)| **diff > 0).for_each(|(row, diff)| self.insert(row, *diff));
        self.latest.as_of.n = tick;
        (self.latest.clone(), sums.len())
    }

    fn remove(&mut self, row: &ViewRow, diff: Diff) {
        let key = SortKey::of(row, &mut self.texts);
        let was_there = self.latest.rows_mut(row.group.view).remove_mut(&key);
        assert!(diff == -1 && was_there, "a row that is withdrawn was there once: {row:?}");
    }

    fn insert(&mut self, row: &ViewRow, diff: Diff) {
        let key = SortKey::of(row, &mut self.texts);
        let rows = self.latest.rows_mut(row.group.view);
        let before = rows.size();
        rows.insert_mut(key, Numbers::of(&row.columns));
        assert!(diff == 1 && rows.size() == before + 1, "a row that is added was not there: {row:?}");
    }
}
