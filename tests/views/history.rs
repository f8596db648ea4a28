//! Random changes of view rows, tick by tick, and the naive views at each.

use pinflow::tables::Tables;
use pinflow::views::Change;
use pinflow_dataflows::names::{NameFinder, NameId, NameTables};
use pinflow_dataflows::row::{Count, Settings, Tick, Year};
use pinflow_dataflows::view::{Columns, Group, View, ViewRow};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Texts in another order than their ids, with prefixes of each other and what JSON escapes.
pub const TEXTS: [&str; 7] = ["b", "a\"\\\n\u{1}", "B", "b ", "é", "a", "€ 漢"];

/// What tells rows of a view apart: few, so that they change often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    view: View,
    country: usize,
    year: u16,
    age_group: u8,
    rank: u32,
    text: usize,
}

impl Key {
    /// The same in another view.
    pub fn of(self, view: View) -> Key {
        Key { view, ..self }
    }
}

/// A row appears, changes its number, or goes.
pub type Step = (Key, Option<u64>);

/// Steps of each tick; a later one of the same row counts.
pub fn ticks() -> impl Strategy<Value = Vec<Vec<Step>>> {
    let view = prop::sample::select(View::ALL.to_vec());
    let place = (0..TEXTS.len(), 2018..2021_u16, 0..5_u8, 1..3_u32, 0..TEXTS.len());
    let key = (view, place).prop_map(|(view, (country, year, age_group, rank, text))| Key {
        view,
        country,
        year,
        age_group,
        rank,
        text,
    });
    let step = (key, prop::option::weighted(0.7, 0..3_u64));
    prop::collection::vec(prop::collection::vec(step, 0..25), 1..10)
}

/// Names, and the rows that refer to them.
pub struct History {
    pub names: NameTables,
    ids: [Vec<NameId>; 3],
    rows: BTreeMap<Key, ViewRow>,
}

impl History {
    pub fn new() -> History {
        let names = NameTables::default();
        let ids = [&names.posters, &names.categories, &names.countries].map(|names| {
            let mut finder = NameFinder::new(names);
            TEXTS.iter().map(|text| finder.id(text)).collect()
        });
        History { names, ids, rows: BTreeMap::new() }
    }

    fn row(&self, key: Key, number: u64) -> ViewRow {
        let [posters, categories, countries] = &self.ids;
        let by = key.view.group_columns();
        let group = Group {
            view: key.view,
            country: by.country.then(|| countries[key.country]),
            year: by.year.then(|| Year::new(key.year).expect("above zero")),
            age_group: by.age_group.then_some(key.age_group),
        };
        let count = Count::new(number).expect("small");
        let Key { rank, text, .. } = key;
        let columns = match key.view {
            View::TopPostersByCountry => {
                Columns::PosterOfCountry { rank, poster: posters[text], follower_count: count }
            }
            View::TopPosters => {
                let country = (key.country > 0).then(|| countries[key.country]);
                Columns::Poster { rank, poster: posters[text], country, follower_count: count }
            }
            View::UsersJoinedByYear => Columns::Users { users: number },
            view if View::MEDIANS.contains(&view) => Columns::Median { posts: number, follower_count: count },
            _ => Columns::Category { rank, category: categories[text], posts: number },
        };
        ViewRow { group, columns }
    }

    /// Columns that a view does not have tell none of its rows apart.
    fn reduced(key: Key) -> Key {
        let by = key.view.group_columns();
        let has_rank = key.view.columns().contains(&"rank");
        Key {
            country: if by.country || key.view == View::TopPosters { key.country } else { 0 },
            year: if by.year { key.year } else { 0 },
            age_group: if by.age_group { key.age_group } else { 0 },
            rank: if has_rank { key.rank } else { 0 },
            text: if has_rank { key.text } else { 0 },
            ..key
        }
    }

    /// What a tick's steps change, in order.
    pub fn changes(&mut self, tick: Tick, steps: &[Step]) -> Vec<Change> {
        let mut changes = Vec::new();
        for (key, number) in steps {
            let key = History::reduced(*key);
            let new = number.map(|number| self.row(key, number));
            changes.extend(self.rows.remove(&key).map(|row| (row, tick, -1)));
            changes.extend(new.map(|row| (row, tick, 1)));
            self.rows.extend(new.map(|row| (key, row)));
        }
        changes
    }

    /// All views, from scratch.
    pub fn tables(&self) -> Tables {
        Tables::new(self.rows.values().copied().collect(), &self.names, &Settings::default())
    }
}
