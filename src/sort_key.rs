//! What rows of a view are sorted by.

use crate::texts::Texts;
use pinflow_dataflows::view::{Columns, ViewRow};

/// The group's columns (texts by bytes, years and age groups as numbers), the rank, then the texts behind it, null
/// first. What a view does not have is null or 0. No two rows of a view have the same key. Keys of rows have texts that
/// stay; others compare with them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct SortKey<'a> {
    /// The group's country.
    pub country: Option<&'a str>,
    /// The group's year.
    pub year: u16,
    /// The number of the group's age group.
    pub age_group: u8,
    /// The rank in the group.
    pub rank: u32,
    /// The texts behind the rank, from left to right.
    pub texts: [Option<&'a str>; 2],
}

impl SortKey<'static> {
    /// The key of a row.
    pub fn of(row: &ViewRow, texts: &mut Texts) -> SortKey<'static> {
        let (rank, behind) = match row.columns {
            Columns::Category { rank, category, .. } => (rank, [Some(texts.category(category)), None]),
            Columns::PosterOfCountry { rank, poster, .. } => (rank, [Some(texts.poster(poster)), None]),
            Columns::Poster { rank, poster, country, .. } => {
                (rank, [Some(texts.poster(poster)), country.map(|country| texts.country(country))])
            }
            Columns::Median { .. } | Columns::Users { .. } => (0, [None, None]),
        };
        SortKey {
            country: row.group.country.map(|country| texts.country(country)),
            year: row.group.year.map_or(0, |year| year.get()),
            age_group: row.group.age_group.unwrap_or_default(),
            rank,
            texts: behind,
        }
    }
}
