//! The groups of the category and median views: what each counts, and the rows that each shows.

mod median;
mod popularity;

use crate::group_key::GroupKey;
use crate::hash::{Map, mix};
use crate::names::NameId;
use crate::row::Diff;
use crate::view::{Columns, View, ViewRow};
use median::Multiset;
use popularity::Popularity;
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

/// One worker's groups.
pub(crate) struct Groups {
    k: usize,
    groups: Map<GroupKey, Group>,
    touched: Vec<GroupKey>,
}

struct Group {
    counted: Counted,
    shown: Vec<Columns>,
    touched: bool,
}

enum Counted {
    Categories(Popularity),
    Followers(Multiset),
}

impl Groups {
    pub fn new(k: usize) -> Groups {
        Groups { k, groups: Map::default(), touched: Vec::new() }
    }

    pub fn apply(&mut self, change: &GroupChange) {
        let group = self.groups.entry(change.key).or_insert_with(|| Group::new(change.item));
        if !group.touched {
            group.touched = true;
            self.touched.push(change.key);
        }
        match (&mut group.counted, change.item) {
            (Counted::Categories(categories), Item::Category(category)) => {
                categories.add(category, change.change)
            }
            (Counted::Followers(counts), Item::Followers(count)) => counts.add(count, change.change),
            _ => unreachable!("a view counts items of one sort"),
        }
    }

    /// Emits the changes of the rows that the groups show since the last call.
    pub fn changes(&mut self, mut emit: impl FnMut(ViewRow, Diff)) {
        for key in self.touched.drain(..) {
            let group = self.groups.get_mut(&key).expect("touched");
            group.touched = false;
            let rows = group.counted.rows(self.k);
            let row = |columns: &Columns| ViewRow { group: key.group(), columns: *columns };
            group.shown.iter().filter(|old| !rows.contains(old)).for_each(|old| emit(row(old), -1));
            rows.iter().filter(|new| !group.shown.contains(new)).for_each(|new| emit(row(new), 1));
            if rows.is_empty() {
                self.groups.remove(&key);
            } else {
                group.shown = rows;
            }
        }
    }

    /// Bytes that they take.
    pub fn bytes(&self) -> usize {
        let content: usize = self.groups.values().map(Group::bytes).sum();
        content + self.groups.allocation_size()
    }
}

impl Group {
    fn new(first: Item) -> Group {
        let counted = match first {
            Item::Category(_) => Counted::Categories(Popularity::default()),
            Item::Followers(_) => Counted::Followers(Multiset::default()),
        };
        Group { counted, shown: Vec::new(), touched: false }
    }

    fn bytes(&self) -> usize {
        let counted = match &self.counted {
            Counted::Categories(categories) => categories.bytes(),
            Counted::Followers(counts) => counts.bytes(),
        };
        counted + self.shown.capacity() * size_of::<Columns>()
    }
}

impl Counted {
    fn rows(&self, k: usize) -> Vec<Columns> {
        match self {
            Counted::Categories(categories) => {
                let top = categories.top(k).into_iter();
                top.map(|(rank, category, posts)| Columns::Category { rank, category, posts }).collect()
            }
            Counted::Followers(counts) => {
                let median = counts.median().into_iter();
                median.map(|(posts, follower_count)| Columns::Median { posts, follower_count }).collect()
            }
        }
    }
}

/// Rolls the changes of the finest groups up to the groups of the seven category views.
pub(crate) fn roll_up_categories(
    finest: impl Iterator<Item = ((GroupKey, NameId), i64)>,
    mut emit: impl FnMut(GroupChange),
) {
    let mut sums: Map<(GroupKey, NameId), i64> = Map::default();
    for ((key, category), change) in finest {
        if change == 0 {
            continue;
        }
        for view in View::CATEGORIES {
            let columns = view.group_columns();
            if key.has(columns) {
                *sums.entry((key.keep(columns).of_view(view), category)).or_insert(0) += change;
            }
        }
    }
    for ((key, category), change) in sums.into_iter().filter(|(_, change)| *change != 0) {
        emit(GroupChange { key, item: Item::Category(category), change });
    }
}
