//! The views as people and programs see them: names in place of numbers, columns and rows in the contract's order.

use crate::sort_key::SortKey;
use crate::texts::Texts;
use crate::views::{Numbers, Snapshot};
use pinflow_dataflows::names::NameTables;
use pinflow_dataflows::row::{AgeGroups, Settings};
use pinflow_dataflows::view::{View, ViewRow};
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
        let mut by_view: Vec<Vec<(SortKey<'static>, Numbers)>> =
            View::ALL.iter().map(|_| Vec::new()).collect();
        for row in rows {
            let key_and_numbers = (SortKey::of(&row, &mut texts), Numbers::of(&row.columns));
            by_view[row.group.view as usize].push(key_and_numbers);
        }
        let table = |(view, mut rows): (View, Vec<(SortKey<'static>, Numbers)>)| {
            rows.sort_unstable_by(|a, b| a.0.cmp(&b.0));
            let cells = |(key, numbers)| cells(view, &key, &numbers, &settings.age_groups);
            Table { view, rows: rows.into_iter().map(cells).collect() }
        };
        Tables { tables: View::ALL.into_iter().zip(by_view).map(table).collect() }
    }

    /// The views of a snapshot.
    pub fn of(snapshot: &Snapshot, age_groups: &AgeGroups) -> Tables {
        let table = |view| {
            let cells = |(key, numbers)| cells(view, key, numbers, age_groups);
            Table { view, rows: snapshot.rows(view).iter().map(cells).collect() }
        };
        Tables { tables: View::ALL.into_iter().map(table).collect() }
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

fn cells(view: View, key: &SortKey<'_>, numbers: &Numbers, age_groups: &AgeGroups) -> Vec<Cell> {
    let text = |text: Option<&str>| text.map_or(Cell::Null, |text| Cell::Text(text.into()));
    let cell = |column: &&str| match *column {
        "country" if view.group_columns().country => text(key.country),
        "country" => text(key.texts[1]),
        "post_year" | "join_year" => Cell::Number(key.year.into()),
        "age_group" => Cell::Text(age_groups.label(key.age_group).into()),
        "rank" => Cell::Number(key.rank.into()),
        "category" | "poster_name" => text(key.texts[0]),
        "posts" | "follower_count" | "users" => Cell::Number(numbers.first),
        "median_follower_count" => Cell::Number(numbers.second),
        column => unreachable!("no view has the column {column}"),
    };
    view.columns().iter().map(cell).collect()
}
