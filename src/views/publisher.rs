//! Makes a snapshot of the one before and the changes since.

use crate::sort_key::SortKey;
use crate::texts::Texts;
use crate::views::rows::Edit;
use crate::views::store::Change;
use crate::views::{Numbers, Snapshot};
use differential_dataflow::consolidation::consolidate;
use pinflow_dataflows::names::NameTables;
use pinflow_dataflows::row::{Diff, Tick};
use pinflow_dataflows::view::Group;

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
    ///
    /// What changes in a group in a tick comes from one worker in one stretch. To sort these takes far less than to sort rows.
    pub fn next(&mut self, tick: Tick, changes: &[Change]) -> (Snapshot, usize) {
        let mut stretches: Vec<_> = changes.chunk_by(|a, b| a.0.group == b.0.group).collect();
        stretches.sort_by_key(|stretch| group_of(stretch));
        let (mut net, mut keyed, mut changed_rows) = (Vec::new(), Vec::new(), 0);
        for of_view in stretches.chunk_by(|a, b| group_of(a).view == group_of(b).view) {
            let mut rows = self.latest.rows_mut(group_of(of_view[0]).view).edit();
            for of_group in of_view.chunk_by(|a, b| group_of(a) == group_of(b)) {
                // Changes of rows that differ in numbers alone come together.
                net.extend(of_group.iter().copied().flatten().map(|(row, _, diff)| (row.columns, *diff)));
                consolidate(&mut net);
                changed_rows += net.len();
                let group = SortKey::of_group(&group_of(of_group[0]), &mut self.texts);
                keyed.extend(net.drain(..).map(|(columns, diff)| {
                    (group.of_columns(&columns, &mut self.texts), Numbers::of(&columns), diff)
                }));
                keyed.chunk_by(|a, b| a.0 == b.0).for_each(|of_key| change(&mut rows, of_key));
                keyed.clear();
            }
        }
        self.latest.as_of.n = tick;
        (self.latest.clone(), changed_rows)
    }
}

fn group_of(stretch: &[Change]) -> Group {
    stretch[0].0.group
}

/// Changes the row of a key.
fn change(rows: &mut Edit<'_>, of_key: &[(SortKey<'static>, Numbers, Diff)]) {
    let is_as_expected = match *of_key {
        [(key, _, -1)] => rows.remove(&key),
        [(key, numbers, 1)] => rows.insert(key, numbers),
        // The numbers alone change.
        [(key, numbers, 1), (_, _, -1)] | [(_, _, -1), (key, numbers, 1)] => !rows.insert(key, numbers),
        _ => false,
    };
    assert!(is_as_expected, "rows come when they are not there and go when they are: {of_key:?}");
}
