//! The rows that a worker's part of the views shows.

use crate::hash::Map;
use crate::row::Diff;
use crate::view::ViewRow;

/// Rows gathered from their changes.
#[derive(Default)]
pub struct Shown {
    rows: Map<ViewRow, Diff>,
}

impl Shown {
    /// Takes a change of a row.
    pub fn change(&mut self, row: ViewRow, diff: Diff) {
        let times = self.rows.entry(row).or_insert(0);
        *times += diff;
        if *times == 0 {
            self.rows.remove(&row);
        }
    }

    /// The rows, in no order.
    pub fn rows(&self) -> impl Iterator<Item = ViewRow> {
        self.rows.keys().copied()
    }
}
