//! The views as people and programs see them: names in place of numbers, columns and rows in the contract's order.

use crate::sort_key::SortKey;
use crate::texts::Texts;
use pinflow_dataflows::names::NameTables;
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
        let mut texts = Texts::new(names);
        let mut by_view: Vec<Vec<(SortKey, Vec<Cell>)>> = View::ALL.iter().map(|_| Vec::new()).collect();
        for row in rows {
            let row_and_key = (SortKey::of(&row, &mut texts), cells(&row, &mut texts, &settings.age_groups));
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

fn cells(row: &ViewRow, texts: &mut Texts, age_groups: &AgeGroups) -> Vec<Cell> {
    let Group { country, year, age_group, .. } = row.group;
    let mut cells = Vec::with_capacity(row.group.view.columns().len());
    cells.extend(country.map(|country| Cell::Text(texts.country(country))));
    cells.extend(year.map(|year| Cell::Number(u64::from(year.get()))));
    cells.extend(age_group.map(|group| Cell::Text(age_groups.label(group).into())));
    match row.columns {
        Columns::Category { rank, category, posts } => cells.extend([
            Cell::Number(u64::from(rank)),
            Cell::Text(texts.category(category)),
            Cell::Number(posts),
        ]),
        Columns::PosterOfCountry { rank, poster, follower_count } => cells.extend([
            Cell::Number(u64::from(rank)),
            Cell::Text(texts.poster(poster)),
            Cell::Number(follower_count.get()),
        ]),
        Columns::Poster { rank, poster, country, follower_count } => cells.extend([
            Cell::Number(u64::from(rank)),
            Cell::Text(texts.poster(poster)),
            country.map_or(Cell::Null, |country| Cell::Text(texts.country(country))),
            Cell::Number(follower_count.get()),
        ]),
        Columns::Median { posts, follower_count } => {
            cells.extend([Cell::Number(posts), Cell::Number(follower_count.get())]);
        }
        Columns::Users { users } => cells.push(Cell::Number(users)),
    }
    cells
}
