//! A group's columns packed into one word: what the operators hash and exchange.

use crate::names::NameId;
use crate::row::Year;
use crate::view::{Group, GroupColumns, View};
use serde::{Deserialize, Serialize};

/// Country (32 bits), year (16) and age group (8), and the view (8) once the key is one of a view's group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct GroupKey(u64);

const NO_AGE_GROUP: u64 = 0xFF;
const VIEW_SHIFT: u32 = 56;
const COUNTRY_SHIFT: u32 = 24;
const YEAR_SHIFT: u32 = 8;

impl GroupKey {
    pub fn new(country: Option<NameId>, year: Option<Year>, age_group: Option<u8>) -> GroupKey {
        let country = country.map_or(0, |id| u64::from(id.number()));
        let year = year.map_or(0, |year| u64::from(year.get()));
        GroupKey(country << COUNTRY_SHIFT | year << YEAR_SHIFT | age_group.map_or(NO_AGE_GROUP, u64::from))
    }

    /// All of it.
    pub fn word(self) -> u64 {
        self.0
    }

    fn country(self) -> Option<NameId> {
        NameId::from_number((self.0 >> COUNTRY_SHIFT) as u32)
    }

    fn year(self) -> Option<Year> {
        Year::new((self.0 >> YEAR_SHIFT) as u16)
    }

    fn age_group(self) -> Option<u8> {
        let group = self.0 & 0xFF;
        (group != NO_AGE_GROUP).then_some(group as u8)
    }

    /// Keeps these columns; the others become null.
    pub fn keep(self, columns: GroupColumns) -> GroupKey {
        GroupKey::new(
            self.country().filter(|_| columns.country),
            self.year().filter(|_| columns.year),
            self.age_group().filter(|_| columns.age_group),
        )
    }

    /// Whether none of these columns is null.
    pub fn has(self, columns: GroupColumns) -> bool {
        !(columns.country && self.country().is_none()
            || columns.year && self.year().is_none()
            || columns.age_group && self.age_group().is_none())
    }

    /// The key of a group of `view`.
    pub fn of_view(self, view: View) -> GroupKey {
        GroupKey(self.0 | (view as u64) << VIEW_SHIFT)
    }

    /// The view's group.
    pub fn group(self) -> Group {
        let view = View::ALL[(self.0 >> VIEW_SHIFT) as usize];
        Group { view, country: self.country(), year: self.year(), age_group: self.age_group() }
    }
}
