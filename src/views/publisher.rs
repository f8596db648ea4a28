//! Makes a snapshot of the one before and the changes since.

use crate::sort_key::SortKey;
use crate::texts::Texts;
use crate::views::store::Change;
use crate::views::{Numbers, Snapshot};
use differential_dataflow::consolidation::consolidate;
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
        let changes = net(changes);
        for of_view in changes.chunk_by(|a, b| a.0.group.view == b.0.group.view) {
            let mut rows = self.latest.rows_mut(of_view[0].0.group.view).edit();
            let keyed: Vec<_> =
                of_view.iter().map(|(row, diff)| (SortKey::of(row, &mut self.texts), row, *diff)).collect();
            for of_key in keyed.chunk_by(|a, b| a.0 == b.0) {
                let is_as_expected = match *of_key {
                    [(key, _, -1)] => rows.remove(&key),
                    [(key, row, 1)] => rows.insert(key, Numbers::of(&row.columns)),
                    // The numbers alone change.
                    [(key, row, 1), (_, _, -1)] | [(_, _, -1), (key, row, 1)] => {
                        !rows.insert(key, Numbers::of(&row.columns))
                    }
                    _ => false,
                };
                assert!(is_as_expected, "rows come when they are not there and go when they are: {of_key:?}");
            }
        }
        self.latest.as_of.n = tick;
        (self.latest.clone(), changes.len())
    }
}

/// What changes add up to, those of a view and a group together, and those of rows that differ in numbers alone, too.
fn net(changes: &[Change]) -> Vec<(ViewRow, Diff)> {
    let mut net: Vec<_> = changes.iter().map(|(row, _, diff)| (*row, *diff)).collect();
    // Into the order of a row's fields: the view and the group, what tells rows of a group apart, numbers.
    consolidate(&mut net);
    net
}
