//! The three views of median follower counts.

use crate::groups::{Columns, Group, Map};
use crate::names::Names;
use crate::posts::Post;
use crate::table::{Cell, Table};

/// Follower counts by join year and age group.
#[derive(Default)]
pub struct FollowerCounts(Map<Group, Vec<u64>>);

const VIEWS: [(&str, &[&str], Columns); 3] = [
    (
        "median_followers_by_age_group",
        &["age_group", "posts", "median_follower_count"],
        Columns { country: false, year: false, age_group: true },
    ),
    (
        "median_followers_by_join_year",
        &["join_year", "posts", "median_follower_count"],
        Columns { country: false, year: true, age_group: false },
    ),
    (
        "median_followers_by_join_year_age_group",
        &["join_year", "age_group", "posts", "median_follower_count"],
        Columns { country: false, year: true, age_group: true },
    ),
];

impl FollowerCounts {
    /// Takes a post.
    pub fn add(&mut self, post: &Post) {
        let (Some(pin), Some(user)) = (post.pin, post.user) else { return };
        if let Some(count) = pin.follower_count {
            let group = Group { country: None, year: user.join_year, age_group: user.age_group() };
            self.0.entry(group).or_default().push(count);
        }
    }

    /// The views.
    pub fn tables<'a>(&self, names: &'a Names) -> [Table<'a>; 3] {
        VIEWS.map(|(name, columns, by)| Table::new(name, columns, self.rows(by, names)))
    }

    fn rows<'a>(&self, by: Columns, names: &'a Names) -> Vec<Vec<Cell<'a>>> {
        let mut groups: Map<Group, Vec<u64>> = Map::default();
        for (group, counts) in &self.0 {
            if let Some(group) = group.by(by) {
                groups.entry(group).or_default().extend(counts);
            }
        }
        let row = |(group, mut counts): (Group, Vec<u64>)| {
            let middle = (counts.len() - 1) / 2;
            let (_, median, _) = counts.select_nth_unstable(middle);
            let median = *median;
            let mut row = group.cells(names);
            row.extend([Cell::Number(counts.len() as u64), Cell::Number(median)]);
            row
        };
        groups.into_iter().map(row).collect()
    }
}
