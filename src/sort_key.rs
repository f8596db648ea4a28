//! What rows of a view are sorted by.

use crate::texts::Texts;
use pinflow_dataflows::view::{Columns, Group, ViewRow};
use std::cmp::Ordering;
use std::ptr;

/// The group's columns (texts by bytes, years and age groups as numbers), the rank, then the texts behind it, null
/// first. What a view does not have is null or 0. No two rows of a view have the same key. Keys of rows have texts that
/// stay; others compare with them.
#[derive(Clone, Copy, Debug, Default)]
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
        SortKey::of_group(&row.group, texts).of_columns(&row.columns, texts)
    }

    /// What the keys of all rows of a group have in common.
    pub fn of_group(group: &Group, texts: &mut Texts) -> SortKey<'static> {
        SortKey {
            country: group.country.map(|country| texts.country(country)),
            year: group.year.map_or(0, |year| year.get()),
            age_group: group.age_group.unwrap_or_default(),
            rank: 0,
            texts: [None, None],
        }
    }

    /// The key of a row of this group.
    pub fn of_columns(self, columns: &Columns, texts: &mut Texts) -> SortKey<'static> {
        let (rank, behind) = match *columns {
            Columns::Category { rank, category, .. } => (rank, [Some(texts.category(category)), None]),
            Columns::PosterOfCountry { rank, poster, .. } => (rank, [Some(texts.poster(poster)), None]),
            Columns::Poster { rank, poster, country, .. } => {
                (rank, [Some(texts.poster(poster)), country.map(|country| texts.country(country))])
            }
            Columns::Median { .. } | Columns::Users { .. } => (0, [None, None]),
        };
        SortKey { rank, texts: behind, ..self }
    }
}

impl PartialEq for SortKey<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for SortKey<'_> {}

impl Ord for SortKey<'_> {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        text_order(self.country, other.country)
            .then_with(|| self.year.cmp(&other.year))
            .then_with(|| self.age_group.cmp(&other.age_group))
            .then_with(|| self.rank.cmp(&other.rank))
            .then_with(|| text_order(self.texts[0], other.texts[0]))
            .then_with(|| text_order(self.texts[1], other.texts[1]))
    }
}

impl PartialOrd for SortKey<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Keys that are compared are mostly near each other, and those of rows have the same text in the same place of memory: it
/// need not be read.
fn text_order(a: Option<&str>, b: Option<&str>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) if ptr::eq(a, b) => Ordering::Equal,
        _ => a.cmp(&b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_compare_column_by_column_wherever_their_texts_are() {
        let copy = String::from("Chad");
        let countries = [None, Some("Chad"), Some(copy.as_str()), Some("Chile")];
        let order_of = |text: Option<&str>| text.map(str::to_owned);
        let key =
            |country, year, rank, text| SortKey { country, year, rank, texts: [text, None], age_group: 1 };
        let some = |country| {
            [(1, 2, None), (1, 2, Some("art")), (1, 3, None), (2, 1, None)]
                .map(|(year, rank, text)| key(country, year, rank, text))
        };
        let keys: Vec<_> = countries.into_iter().flat_map(some).collect();
        for (a, b) in keys.iter().flat_map(|a| keys.iter().map(move |b| (a, b))) {
            let columns =
                |key: &SortKey<'_>| (order_of(key.country), key.year, key.rank, order_of(key.texts[0]));
            assert_eq!(a.cmp(b), columns(a).cmp(&columns(b)), "{a:?}, {b:?}");
            assert_eq!(a == b, a.cmp(b).is_eq());
        }
    }
}
