//! A group's columns packed into one word: what the operators hash and exchange.

use crate::names::NameId;
use crate::row::Year;
use crate::view::{Group, View};
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

    /// Which of its columns are null.
    pub fn nulls(self) -> Nulls {
        let column = |is_null: bool, place: u8| u8::from(is_null) << place;
        let country = column((self.0 >> COUNTRY_SHIFT) as u32 == 0, 0);
        let year = column((self.0 >> YEAR_SHIFT) as u16 == 0, 1);
        Nulls(country | year | column(self.0 & 0xFF == NO_AGE_GROUP, 2))
    }

    /// The view's group.
    pub fn group(self) -> Group {
        let view = View::ALL[(self.0 >> VIEW_SHIFT) as usize];
        Group { view, country: self.country(), year: self.year(), age_group: self.age_group() }
    }
}

/// How a group of all columns becomes one of a view: the same for every key, so it is worked out beforehand, and rolling up
/// takes no branch that depends on the view.
#[derive(Clone, Copy)]
pub(crate) struct RollUp {
    /// The bits of the view's columns.
    kept: u64,
    /// The view, and that the other columns are null.
    set: u64,
    /// Bits by column, as [`Nulls`] has them.
    columns: u8,
}

/// Which columns of a key are null.
#[derive(Clone, Copy)]
pub(crate) struct Nulls(u8);

impl RollUp {
    /// Into the groups of these views.
    pub const fn to<const N: usize>(views: [View; N]) -> [RollUp; N] {
        let mut all = [RollUp { kept: 0, set: 0, columns: 0 }; N];
        let mut at = 0;
        while at < N {
            let columns = views[at].group_columns();
            let country = if columns.country { 0xFFFF_FFFF << COUNTRY_SHIFT } else { 0 };
            let year = if columns.year { 0xFFFF << YEAR_SHIFT } else { 0 };
            let (age_group, no_age_group) = if columns.age_group { (0xFF, 0) } else { (0, NO_AGE_GROUP) };
            all[at] = RollUp {
                kept: country | year | age_group,
                set: (views[at] as u64) << VIEW_SHIFT | no_age_group,
                columns: columns.country as u8 | (columns.year as u8) << 1 | (columns.age_group as u8) << 2,
            };
            at += 1;
        }
        all
    }

    /// The view's group, unless one of its columns is null.
    #[inline]
    pub fn group(&self, key: GroupKey, nulls: Nulls) -> Option<GroupKey> {
        (self.columns & nulls.0 == 0).then_some(GroupKey(key.0 & self.kept | self.set))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_rolled_up_to_the_columns_of_each_view_that_it_has() {
        const ALL: [RollUp; 13] = RollUp::to(View::ALL);
        let (country, year) = (NameId::from_number(7), Year::new(2020));
        for (country, year, age_group) in [
            (country, year, Some(0)),
            (None, year, Some(4)),
            (country, None, Some(4)),
            (country, year, None),
            (None, None, None),
        ] {
            let key = GroupKey::new(country, year, age_group);
            for (view, roll_up) in View::ALL.into_iter().zip(&ALL) {
                let by = view.group_columns();
                let has = (!by.country || country.is_some())
                    && (!by.year || year.is_some())
                    && (!by.age_group || age_group.is_some());
                let expected = Group {
                    view,
                    country: country.filter(|_| by.country),
                    year: year.filter(|_| by.year),
                    age_group: age_group.filter(|_| by.age_group),
                };
                let group = roll_up.group(key, key.nulls()).map(GroupKey::group);
                assert_eq!(group, has.then_some(expected), "{view:?} of {key:?}");
            }
        }
    }
}
