//! The view of the years in which people joined.

use crate::clean::Year;
use crate::groups::Map;
use crate::names::NameId;
use crate::posts::Post;
use crate::table::{Cell, Table};

/// The earliest join year of each person, who is a name and an age.
#[derive(Default)]
pub struct People(Map<(NameId, Option<u8>), Year>);

impl People {
    /// Takes a post.
    pub fn add(&mut self, post: &Post) {
        let Some(user) = post.user else { return };
        if let (Some(name), Some(joined)) = (user.name, user.join_year) {
            let earliest = self.0.entry((name, user.age)).or_insert(joined);
            *earliest = joined.min(*earliest);
        }
    }

    /// The view.
    pub fn table(&self) -> Table<'static> {
        let mut users: Map<Year, u64> = Map::default();
        for year in self.0.values() {
            *users.entry(*year).or_default() += 1;
        }
        let row = |(year, users): (Year, u64)| vec![Cell::Number(year.get().into()), Cell::Number(users)];
        Table::new("users_joined_by_year", &["join_year", "users"], users.into_iter().map(row).collect())
    }
}
