//! A few rows as clients know them.

use pinflow::views::{Change, ViewStore};
use pinflow_dataflows::names::{NameFinder, NameTables, Names};
use pinflow_dataflows::row::{Count, Diff, Settings, Tick, Year};
use pinflow_dataflows::view::{Columns, Group, View, ViewRow};
use std::sync::{Arc, Mutex};

/// A store with one worker, to which rows are delivered by hand.
pub struct Sample {
    pub store: Arc<ViewStore>,
    names: NameTables,
    tick: Mutex<Tick>,
}

/// A country, if it is not empty, and a year, if it is not 0.
pub type Place = (&'static str, u16);

impl Sample {
    /// France and Germany in two years; posters with and without a country; medians.
    pub fn new() -> Sample {
        let sample = Sample::empty();
        let mut rows = Vec::new();
        for (country, categories) in [
            ("Côte d'Ivoire", [("travel", 9), ("art", 2)]),
            ("France", [("art", 7), ("travel", 5)]),
            ("Germany", [("finance", 4), ("art", 4)]),
        ] {
            for (place, (category, posts)) in (1..).zip(categories) {
                let rank = if country == "Germany" { 1 } else { place };
                rows.push(sample.category(View::CategoryByCountry, (country, 0), rank, category, posts));
                for year in [2018, 2019, 2020] {
                    let place = (country, year);
                    rows.push(sample.category(View::CategoryByCountryYear, place, rank, category, posts));
                }
            }
        }
        for (rank, poster, country, followers) in
            [(1, "Ada \"A\" <b>", "", 900), (1, "Bob", "France", 900), (3, "Cy", "Germany", 5)]
        {
            rows.push(sample.poster(rank, poster, country, followers));
        }
        for (group, posts, median) in [(0, 3, 100), (1, 12, 50), (4, 1, 7)] {
            rows.push(median_row(group, posts, median));
        }
        sample.deliver(&rows, 1);
        sample
    }

    /// Nothing.
    pub fn empty() -> Sample {
        let names = NameTables::default();
        let store = Arc::new(ViewStore::new(&names, &Settings::default(), 3, 1));
        Sample { store, names, tick: Mutex::new(1) }
    }

    /// Rows come (1) or go (-1) in a tick of their own.
    pub fn deliver(&self, rows: &[ViewRow], diff: Diff) {
        let mut tick = self.tick.lock().expect("no panic");
        let changes: Vec<Change> = rows.iter().map(|row| (*row, *tick, diff)).collect();
        *tick += 1;
        self.store.deliver(0, *tick, changes);
    }

    /// A row of a category view.
    pub fn category(
        &self,
        view: View,
        (country, year): Place,
        rank: u32,
        category: &str,
        posts: u64,
    ) -> ViewRow {
        let country = (!country.is_empty()).then(|| find(&self.names.countries, country));
        let group = Group { view, country, year: Year::new(year), age_group: None };
        let category = find(&self.names.categories, category);
        ViewRow { group, columns: Columns::Category { rank, category, posts } }
    }

    /// A row of `top_posters`.
    fn poster(&self, rank: u32, poster: &str, country: &str, followers: u64) -> ViewRow {
        let country = (!country.is_empty()).then(|| find(&self.names.countries, country));
        let group = Group { view: View::TopPosters, country: None, year: None, age_group: None };
        let poster = find(&self.names.posters, poster);
        let follower_count = Count::new(followers).expect("small");
        ViewRow { group, columns: Columns::Poster { rank, poster, country, follower_count } }
    }
}

fn find(names: &Arc<Names>, text: &str) -> pinflow_dataflows::names::NameId {
    NameFinder::new(names).id(text)
}

fn median_row(age_group: u8, posts: u64, median: u64) -> ViewRow {
    let view = View::MedianFollowersByAgeGroup;
    let group = Group { view, country: None, year: None, age_group: Some(age_group) };
    ViewRow { group, columns: Columns::Median { posts, follower_count: Count::new(median).expect("small") } }
}
