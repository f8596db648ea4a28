//! The groups of the median views, and the median that each shows.

use super::multiset::Multiset;
use crate::group_key::GroupKey;
use crate::hash::Map;
use crate::row::{Count, Diff};
use crate::view::{Columns, ViewRow};

/// Groups that have posts with a follower count.
#[derive(Default)]
pub(super) struct Medians {
    groups: Map<GroupKey, Group>,
    touched: Vec<GroupKey>,
}

#[derive(Default)]
struct Group {
    counts: Multiset,
    /// Posts and median.
    shown: Option<(u64, Count)>,
    touched: bool,
}

impl Medians {
    /// A group has more or fewer posts with a follower count.
    pub fn apply(&mut self, key: GroupKey, follower_count: u64, change: i64) {
        let group = self.groups.entry(key).or_default();
        group.counts.add(follower_count, change);
        if !group.touched {
            group.touched = true;
            self.touched.push(key);
        }
    }

    /// Emits the changes of the rows that the groups show since the last call.
    pub fn changes(&mut self, mut emit: impl FnMut(ViewRow, Diff)) {
        for key in self.touched.drain(..) {
            let group = self.groups.get_mut(&key).expect("touched");
            group.touched = false;
            let median = group.counts.median();
            if median != group.shown {
                for (shown, diff) in [(group.shown, -1), (median, 1)] {
                    if let Some((posts, follower_count)) = shown {
                        let columns = Columns::Median { posts, follower_count };
                        emit(ViewRow { group: key.group(), columns }, diff);
                    }
                }
                group.shown = median;
            }
            if median.is_none() {
                self.groups.remove(&key);
            }
        }
    }

    /// Bytes that they take.
    pub fn bytes(&self) -> usize {
        let content: usize = self.groups.values().map(|group| group.counts.bytes()).sum();
        content + self.groups.allocation_size()
    }
}
