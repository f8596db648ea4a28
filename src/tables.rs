//! The views as people and programs see them: names in place of numbers, columns and rows in the contract's order.

use pinflow_dataflows::hash::Map;
use pinflow_dataflows::names::{NameId, NameTables, Names};
use pinflow_dataflows::row::{AgeGroups, Settings};
use pinflow_dataflows::view::{Columns, Group, View, ViewRow};
use serde::{Serialize, Serializer};
use std::fmt;
use std::ops::Index;
use std::sync::Arc;

/// All views.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tables {
    tables: Vec<Table>,
}

/// One view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Which view it is.
    pub view: View,
    /// Its rows; a cell for each of the view's columns.
    pub rows: Vec<Vec<Cell>>,
}

/// The value of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Null.
    Null,
    /// A whole number.
    Number(u64),
    /// A text.
    Text(Arc<str>),
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Cell::Null => serializer.serialize_unit(),
            Cell::Number(number) => serializer.serialize_u64(*number),
            Cell::Text(text) => serializer.serialize_str(text),
        }
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cell::Null => Ok(()),
            Cell::Number(number) => number.fmt(f),
            Cell::Text(text) => f.write_str(text),
        }
    }
}

impl Tables {
    /// Puts rows, in any order, into their views.
    pub fn new(rows: Vec<ViewRow>, names: &NameTables, settings: &Settings) -> Tables {
        let mut texts =
            Texts { names, posters: Map::default(), categories: Map::default(), countries: Map::default() };
        let mut by_view: Vec<Vec<(SortKey, Vec<Cell>)>> = View::ALL.iter().map(|_| Vec::new()).collect();
        for row in rows {
            let row_and_key = (texts.sort_key(&row), texts.cells(&row, &settings.age_groups));
            by_view[row.group.view as usize].push(row_and_key);
        }
        let sorted = |mut rows: Vec<(SortKey, Vec<Cell>)>| {
            rows.sort_unstable_by(|a, b| a.0.cmp(&b.0));
            rows.into_iter().map(|(_, cells)| cells).collect()
        };
        let tables = View::ALL.into_iter().zip(by_view);
        Tables { tables: tables.map(|(view, rows)| Table { view, rows: sorted(rows) }).collect() }
    }

    /// All views, in their order.
    pub fn iter(&self) -> impl Iterator<Item = &Table> {
        self.tables.iter()
    }
}

impl Index<View> for Tables {
    type Output = Table;

    fn index(&self, view: View) -> &Table {
        &self.tables[view as usize]
    }
}

/// What rows of a view are sorted by: the group's columns (texts by bytes, years and age groups as numbers), the rank,
/// then the texts behind it, null first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct SortKey {
    country: Option<Arc<str>>,
    year: u16,
    age_group: u8,
    rank: u32,
    texts: [Option<Arc<str>>; 2],
}

/// Looks names up once.
struct Texts<'a> {
    names: &'a NameTables,
    posters: Map<NameId, Arc<str>>,
    categories: Map<NameId, Arc<str>>,
    countries: Map<NameId, Arc<str>>,
}

fn look_up(known: &mut Map<NameId, Arc<str>>, names: &Names, id: NameId) -> Arc<str> {
    known.entry(id).or_insert_with(|| names.text(id).into()).clone()
}

impl Texts<'_> {
    fn poster(&mut self, id: NameId) -> Arc<str> {
        look_up(&mut self.posters, &self.names.posters, id)
    }

    fn category(&mut self, id: NameId) -> Arc<str> {
        look_up(&mut self.categories, &self.names.categories, id)
    }

    fn country(&mut self, id: NameId) -> Arc<str> {
        look_up(&mut self.countries, &self.names.countries, id)
    }

    fn sort_key(&mut self, row: &ViewRow) -> SortKey {
        let (rank, texts) = match row.columns {
            Columns::Category { rank, category, .. } => (rank, [Some(self.category(category)), None]),
            Columns::PosterOfCountry { rank, poster, .. } => (rank, [Some(self.poster(poster)), None]),
            Columns::Poster { rank, poster, country, .. } => {
                (rank, [Some(self.poster(poster)), country.map(|country| self.country(country))])
            }
            Columns::Median { .. } | Columns::Users { .. } => (0, [None, None]),
        };
        SortKey {
            country: row.group.country.map(|country| self.country(country)),
            year: row.group.year.map_or(0, |year| year.get()),
            age_group: row.group.age_group.unwrap_or_default(),
            rank,
            texts,
        }
    }

    fn cells(&mut self, row: &ViewRow, age_groups: &AgeGroups) -> Vec<Cell> {
        let Group { country, year, age_group, .. } = row.group;
        let mut cells = Vec::with_capacity(row.group.view.columns().len());
        cells.extend(country.map(|country| Cell::Text(self.country(country))));
        cells.extend(year.map(|year| Cell::Number(u64::from(year.get()))));
        cells.extend(age_group.map(|group| Cell::Text(age_groups.label(group).into())));
        match row.columns {
            Columns::Category { rank, category, posts } => cells.extend([
                Cell::Number(u64::from(rank)),
                Cell::Text(self.category(category)),
                Cell::Number(posts),
            ]),
            Columns::PosterOfCountry { rank, poster, follower_count } => cells.extend([
                Cell::Number(u64::from(rank)),
                Cell::Text(self.poster(poster)),
                Cell::Number(follower_count.get()),
            ]),
            Columns::Poster { rank, poster, country, follower_count } => cells.extend([
                Cell::Number(u64::from(rank)),
                Cell::Text(self.poster(poster)),
                country.map_or(Cell::Null, |country| Cell::Text(self.country(country))),
                Cell::Number(follower_count.get()),
            ]),
            Columns::Median { posts, follower_count } => {
                cells.extend([Cell::Number(posts), Cell::Number(follower_count.get())]);
            }
            Columns::Users { users } => cells.push(Cell::Number(users)),
        }
        cells
    }
}
