//! What views group by, and how rows are ranked inside a group.

use crate::clean::Year;
use crate::names::{NameId, Names};
use crate::posts::Post;
use crate::table::Cell;
use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};

/// A hash map that is the same in every run.
pub type Map<K, V> = HashMap<K, V, FixedState>;

/// A hash set that is the same in every run.
pub type Set<T> = HashSet<T, FixedState>;

/// Ranks that a view shows.
pub const K: u64 = 3;

/// The values of the columns that a view may group by; of those that it does not group by, nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Group {
    pub country: Option<NameId>,
    /// Of the post, or of joining.
    pub year: Option<Year>,
    pub age_group: Option<u8>,
}

/// Which columns a view groups by.
#[derive(Clone, Copy, Debug)]
pub struct Columns {
    pub country: bool,
    pub year: bool,
    pub age_group: bool,
}

impl Group {
    /// The group of a pin by country, year of the post and age group. What the post has no record of is nothing, as is
    /// what the record does not say: neither is in a group.
    pub fn of_post(post: &Post) -> Group {
        Group {
            country: post.geo.and_then(|geo| geo.country),
            year: post.geo.and_then(|geo| geo.year),
            age_group: post.user.and_then(|user| user.age_group()),
        }
    }

    /// The group by some of the columns, unless one of them is null.
    pub fn by(self, columns: Columns) -> Option<Group> {
        let is_in_group = (!columns.country || self.country.is_some())
            && (!columns.year || self.year.is_some())
            && (!columns.age_group || self.age_group.is_some());
        is_in_group.then(|| Group {
            country: self.country.filter(|_| columns.country),
            year: self.year.filter(|_| columns.year),
            age_group: self.age_group.filter(|_| columns.age_group),
        })
    }

    /// The cells of a row of this group, which has none for what it does not group by.
    pub fn cells<'a>(self, names: &'a Names) -> Vec<Cell<'a>> {
        let country = self.country.map(|country| Cell::Text(names.text(country)));
        let year = self.year.map(|year| Cell::Number(year.get().into()));
        let age_group = self.age_group.map(|group| Cell::Text(AGE_GROUPS[usize::from(group)]));
        country.into_iter().chain(year).chain(age_group).collect()
    }
}

/// They sort as texts do.
const AGE_GROUPS: [&str; 5] = ["0-17", "18-24", "25-35", "36-50", "51+"];

/// Gives those rows, of which the best come first, whose rank is shown, each with its rank. Equal ones share a rank.
pub fn ranked<T>(rows: &[T], count: impl Fn(&T) -> u64) -> impl Iterator<Item = (u64, &T)> {
    let (mut rank, mut last) = (0, None);
    let ranked = (1..).zip(rows).map(move |(place, row)| {
        if last != Some(count(row)) {
            (rank, last) = (place, Some(count(row)));
        }
        (rank, row)
    });
    ranked.take_while(|(rank, _)| *rank <= K)
}
