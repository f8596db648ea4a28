//! The changes of one tick on one worker, combined before they travel: a post that changes twice, or two that cancel
//! out, cost nothing further on.

use crate::group_key::{GroupKey, RollUp};
use crate::groups::{GroupChange, Item, roll_up};
use crate::latest::{AgeTable, CountCode, LargeCounts, Post};
use crate::names::NameId;
use crate::people::{BUCKETS, Membership, PersonChange};
use crate::posters::LocalPosters;
use crate::row::Settings;
use crate::sums::Sums;
use crate::view::View;

/// Into the groups of the median views.
const MEDIANS: [RollUp; 3] = RollUp::to(View::MEDIANS);

/// Sums since the last tick.
pub(crate) struct Combined {
    ages: AgeTable,
    /// Posts by the finest group (country, year, age group; null where a column is null or its record missing) and
    /// category: the cube that all category views roll up from.
    categories: Sums<(GroupKey, NameId)>,
    /// Room for the groups of all category views.
    rolled_up: Sums<(GroupKey, NameId)>,
    /// Posts by join year, age group and follower count.
    followers: Sums<(GroupKey, CountCode)>,
    /// Memberships that are gone, and new ones, by bucket.
    people: Vec<[Vec<Membership>; 2]>,
    /// The best posters: not a sum, but they change with the same posts.
    pub posters: LocalPosters,
}

impl Combined {
    pub fn new(settings: &Settings) -> Combined {
        Combined {
            ages: AgeTable::new(&settings.age_groups),
            categories: Sums::default(),
            rolled_up: Sums::default(),
            followers: Sums::default(),
            people: vec![Default::default(); BUCKETS],
            posters: LocalPosters::new(settings.k),
        }
    }

    /// A post is not what it was.
    pub fn change(&mut self, before: &Post, after: &Post, counts: &LargeCounts) {
        self.categories.replace(before.category(&self.ages), after.category(&self.ages));
        self.followers.replace(before.followers(&self.ages), after.followers(&self.ages));
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
        roll_up(&mut self.categories, &mut self.rolled_up, |key, category, change| {
            emit(GroupChange { key, item: Item::Category(category), change });
        });
        self.followers.take(|(key, code), change| {
            let (nulls, item) = (key.nulls(), Item::Followers(counts.count(code).get()));
            for key in MEDIANS.iter().filter_map(|view| view.group(key, nulls)) {
                emit(GroupChange { key, item, change });
            }
        });
    }

    /// Emits who has joined, or has not after all, bucket by bucket.
    pub fn people_changes(&mut self, mut emit: impl FnMut(PersonChange)) {
        // A tick of few changes has hardly any in a bucket.
        let touched =
            |bucket: &&mut [Vec<Membership>; 2]| bucket.iter().any(|memberships| !memberships.is_empty());
        for bucket in self.people.iter_mut().filter(touched) {
            for (memberships, is_added) in bucket.iter_mut().zip([false, true]) {
                memberships.drain(..).for_each(|membership| emit(PersonChange { membership, is_added }));
                memberships.shrink_to(KEPT_CAPACITY / BUCKETS);
            }
        }
    }
}

/// Memberships that room is kept for between ticks: what a large tick needed is given back.
const KEPT_CAPACITY: usize = 1 << 16;
