//! The changes of one tick on one worker, combined before they travel: a post that changes twice, or two that cancel
//! out, cost nothing further on.

use crate::group_key::GroupKey;
use crate::groups::{GroupChange, Item, roll_up};
use crate::hash::Map;
use crate::latest::{AgeTable, CountCode, LargeCounts, Post};
use crate::names::NameId;
use crate::people::{BUCKETS, Membership, PersonChange};
use crate::posters::LocalPosters;
use crate::row::Settings;
use crate::view::View;

/// Sums since the last tick.
pub(crate) struct Combined {
    ages: AgeTable,
    /// Posts by the finest group (country, year, age group; null where a column is null or its record missing) and
    /// category: the cube that all category views roll up from.
    categories: Map<(GroupKey, NameId), i64>,
    /// Room for the groups of all category views.
    rolled_up: Map<(GroupKey, NameId), i64>,
    /// Posts by join year, age group and follower count.
    followers: Map<(GroupKey, CountCode), i64>,
    /// Memberships that are gone, and new ones, by bucket.
    people: Vec<[Vec<Membership>; 2]>,
    /// The best posters: not a sum, but they change with the same posts.
    pub posters: LocalPosters,
}

impl Combined {
    pub fn new(settings: &Settings) -> Combined {
        Combined {
            ages: AgeTable::new(&settings.age_groups),
            categories: Map::default(),
            rolled_up: Map::default(),
            followers: Map::default(),
            people: vec![Default::default(); BUCKETS],
            posters: LocalPosters::new(settings.k),
        }
    }

    /// A post is not what it was.
    pub fn change(&mut self, before: &Post, after: &Post, counts: &LargeCounts) {
        replace(&mut self.categories, before.category(&self.ages), after.category(&self.ages));
        replace(&mut self.followers, before.followers(&self.ages), after.followers(&self.ages));
        self.posters.change(before.poster(), after.poster(), counts);
        self.change_people(before.membership(), after.membership());
    }

    fn change_people(&mut self, before: Option<Membership>, after: Option<Membership>) {
        if before != after {
            for (membership, is_added) in [(before, false), (after, true)] {
                if let Some(membership) = membership {
                    self.people[membership.bucket()][usize::from(is_added)].push(membership);
                }
            }
        }
    }

    /// Emits what the groups of the category and median views gain and lose.
    pub fn group_changes(&mut self, counts: &LargeCounts, mut emit: impl FnMut(GroupChange)) {
        roll_up(self.categories.drain(), &mut self.rolled_up, |key, category, change| {
            emit(GroupChange { key, item: Item::Category(category), change });
        });
        for ((key, code), change) in self.followers.drain().filter(|(_, change)| *change != 0) {
            for view in View::MEDIANS {
                let columns = view.group_columns();
                if key.has(columns) {
                    let key = key.keep(columns).of_view(view);
                    emit(GroupChange { key, item: Item::Followers(counts.count(code).get()), change });
                }
            }
        }
        self.categories.shrink_to(KEPT_CAPACITY);
        self.rolled_up.shrink_to(KEPT_CAPACITY);
        self.followers.shrink_to(KEPT_CAPACITY);
    }

    /// Emits who has joined, or has not after all, bucket by bucket.
    pub fn people_changes(&mut self, mut emit: impl FnMut(PersonChange)) {
        for bucket in &mut self.people {
            for (memberships, is_added) in bucket.iter_mut().zip([false, true]) {
                memberships.drain(..).for_each(|membership| emit(PersonChange { membership, is_added }));
                memberships.shrink_to(KEPT_CAPACITY / BUCKETS);
            }
        }
    }
}

/// Entries that a table keeps room for between ticks: what a large tick needed is given back.
const KEPT_CAPACITY: usize = 1 << 16;

fn replace<K: std::hash::Hash + Eq>(sums: &mut Map<K, i64>, before: Option<K>, after: Option<K>) {
    if before != after {
        if let Some(key) = before {
            *sums.entry(key).or_insert(0) -= 1;
        }
        if let Some(key) = after {
            *sums.entry(key).or_insert(0) += 1;
        }
    }
}
