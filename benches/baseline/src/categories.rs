//! The seven views of the most popular categories.

use crate::groups::{Columns, Group, Map, ranked};
use crate::names::{NameId, Names};
use crate::posts::Post;
use crate::table::{Cell, Table};
use std::cmp::Reverse;

/// Posts by category and the finest group; all views' counts are sums of these.
#[derive(Default)]
pub struct Counts(Map<(Group, NameId), u64>);

/// The views' names and columns, and which of them a row is grouped by.
const VIEWS: [(&str, &[&str], Columns); 7] = [
    (
        "category_by_country",
        &["country", "rank", "category", "posts"],
        Columns { country: true, year: false, age_group: false },
    ),
    (
        "category_by_year",
        &["post_year", "rank", "category", "posts"],
        Columns { country: false, year: true, age_group: false },
    ),
    (
        "category_by_age_group",
        &["age_group", "rank", "category", "posts"],
        Columns { country: false, year: false, age_group: true },
    ),
    (
        "category_by_country_year",
        &["country", "post_year", "rank", "category", "posts"],
        Columns { country: true, year: true, age_group: false },
    ),
    (
        "category_by_country_age_group",
        &["country", "age_group", "rank", "category", "posts"],
        Columns { country: true, year: false, age_group: true },
    ),
    (
        "category_by_year_age_group",
        &["post_year", "age_group", "rank", "category", "posts"],
        Columns { country: false, year: true, age_group: true },
    ),
    (
        "category_by_country_year_age_group",
        &["country", "post_year", "age_group", "rank", "category", "posts"],
        Columns { country: true, year: true, age_group: true },
    ),
];

impl Counts {
    /// Counts a post.
    pub fn add(&mut self, post: &Post) {
        if let Some(category) = post.pin.and_then(|pin| pin.category) {
            *self.0.entry((Group::of_post(post), category)).or_default() += 1;
        }
    }

    /// The views.
    pub fn tables<'a>(&self, names: &'a Names) -> Vec<Table<'a>> {
        VIEWS.map(|(name, columns, by)| Table::new(name, columns, self.rows(by, names))).into()
    }

    fn rows<'a>(&self, by: Columns, names: &'a Names) -> Vec<Vec<Cell<'a>>> {
        let mut sums: Map<(Group, NameId), u64> = Map::default();
        for (&(group, category), posts) in &self.0 {
            if let Some(group) = group.by(by) {
                *sums.entry((group, category)).or_default() += posts;
            }
        }
        let mut counts: Vec<_> =
            sums.into_iter().map(|((group, category), posts)| (group, Reverse(posts), category)).collect();
        counts.sort_unstable();
        let mut rows = Vec::new();
        for group in counts.chunk_by(|one, other| one.0 == other.0) {
            for (rank, (group, Reverse(posts), category)) in ranked(group, |(_, posts, _)| posts.0) {
                let mut row = group.cells(names);
                row.extend([Cell::Number(rank), Cell::Text(names.text(*category)), Cell::Number(*posts)]);
                rows.push(row);
            }
        }
        rows
    }
}
