//! The groups of the category views, and the most popular categories that each shows.

use super::popularity::{Popularity, Ranked};
use crate::group_key::GroupKey;
use crate::hash::Map;
use crate::names::NameId;
use crate::ranks::differences;
use crate::row::Diff;
use crate::view::{Columns, View, ViewRow};

/// Groups that have posts with a category.
pub(super) struct Categories {
    k: usize,
    groups: Map<GroupKey, Group>,
    /// Those that may show something else now.
    touched: Vec<GroupKey>,
    room: Vec<i64>,
    top: Vec<Ranked>,
}

#[derive(Default)]
struct Group {
    categories: Popularity,
    /// The best first.
    shown: Vec<Ranked>,
    touched: bool,
}

impl Categories {
    pub fn new(k: usize) -> Categories {
        Categories { k, groups: Map::default(), touched: Vec::new(), room: Vec::new(), top: Vec::new() }
    }

    /// Reads what `apply` will read of a group.
    pub fn touch(&self, key: GroupKey) -> u64 {
        self.groups.get(&key).map_or(0, |group| group.categories.touch())
    }

    /// A group has more or fewer posts of a category.
    pub fn apply(&mut self, key: GroupKey, category: NameId, change: i64) {
        let group = self.groups.entry(key).or_default();
        let (before, after) = group.categories.add(category, change);
        // What was behind all that are shown, and still is, changes nothing of them.
        let is_behind = group.shown.len() >= self.k
            && group.shown.last().is_some_and(|last| before.max(after) < last.posts);
        if !is_behind && !group.touched {
            group.touched = true;
            self.touched.push(key);
        }
    }

    /// Emits the changes of the rows that the groups show since the last call.
    pub fn changes(&mut self, mut emit: impl FnMut(ViewRow, Diff)) {
        for key in self.touched.drain(..) {
            let group = self.groups.get_mut(&key).expect("touched");
            group.touched = false;
            group.categories.top(self.k, &mut self.room, &mut self.top);
            differences(&group.shown, &self.top, |Ranked { posts, category, rank }, diff| {
                let columns = Columns::Category { rank, category, posts: posts as u64 };
                emit(ViewRow { group: key.group(), columns }, diff);
            });
            if self.top.is_empty() {
                self.groups.remove(&key);
            } else {
                group.shown.clone_from(&self.top);
            }
        }
    }

    /// Bytes that they take.
    pub fn bytes(&self) -> usize {
        let of_group =
            |group: &Group| group.categories.bytes() + group.shown.capacity() * size_of::<Ranked>();
        self.groups.values().map(of_group).sum::<usize>() + self.groups.allocation_size()
    }
}

/// Rolls the changes of the finest groups up to the groups of the seven category views. `sums` is empty, and lends its
/// room.
pub(crate) fn roll_up(
    finest: impl Iterator<Item = ((GroupKey, NameId), i64)>,
    sums: &mut Map<(GroupKey, NameId), i64>,
    mut emit: impl FnMut(GroupKey, NameId, i64),
) {
    for ((key, category), change) in finest.filter(|(_, change)| *change != 0) {
        for view in View::CATEGORIES {
            let columns = view.group_columns();
            if key.has(columns) {
                let group = key.keep(columns).of_view(view);
                // There are so many groups by country and something else that few changes would be summed up.
                if columns.country && (columns.year || columns.age_group) {
                    emit(group, category, change);
                } else {
                    *sums.entry((group, category)).or_insert(0) += change;
                }
            }
        }
    }
    for ((key, category), change) in sums.drain().filter(|(_, change)| *change != 0) {
        emit(key, category, change);
    }
}
