//! The groups of the category and median views: what each counts, and the rows that each shows.

mod popularity;
mod categories;
mod multiset;
mod medians;

pub(crate) use categories::roll_up;

use crate::group_key::GroupKey;
use crate::hash::mix;
use crate::names::NameId;
use crate::row::Diff;
use crate::view::ViewRow;
use categories::Categories;
use medians::Medians;
use serde::{Deserialize, Serialize};

/// A group counts something more or less often than before.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct GroupChange {
    pub key: GroupKey,
    pub item: Item,
    pub change: i64,
}

/// What a group counts.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum Item {
    /// Posts of a category.
    Category(NameId),
    /// Posts with a follower count.
    Followers(u64),
}

impl GroupChange {
    /// The hash by which groups are spread over workers.
    pub fn hash(&self) -> u64 {
        mix(self.key.word())
    }
}

/// One worker's groups. A view counts items of one sort, so no group is in both.
pub(crate) struct Groups {
    categories: Categories,
    medians: Medians,
}

impl Groups {
    pub fn new(k: usize) -> Groups {
        Groups { categories: Categories::new(k), medians: Medians::default() }
    }

    /// Applies changes.
    pub fn apply(&mut self, changes: &[GroupChange]) {
        for change in changes {
            match change.item {
                Item::Category(category) => self.categories.apply(change.key, category, change.change),
                Item::Followers(count) => self.medians.apply(change.key, count, change.change),
            }
        }
    }

    /// Emits the changes of the rows that the groups show since the last call.
    pub fn changes(&mut self, mut emit: impl FnMut(ViewRow, Diff)) {
        self.categories.changes(&mut emit);
        self.medians.changes(emit);
    }

    /// Bytes that they take.
    pub fn bytes(&self) -> usize {
        self.categories.bytes() + self.medians.bytes()
    }
}
