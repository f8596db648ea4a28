//! The people who joined in each year, of all workers together.

use crate::hash::Map;
use crate::row::{Diff, Year};
use crate::view::{Columns, Group, View, ViewRow};
use serde::{Deserialize, Serialize};

/// More or fewer people joined in a year than before.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct YearChange {
    pub year: Year,
    pub change: i64,
}

/// People by year.
#[derive(Default)]
pub(crate) struct JoinYears {
    people: Map<Year, i64>,
    /// Those of the years that have changed in the open tick, as they were before.
    before: Map<Year, i64>,
}

impl JoinYears {
    /// Counts a worker's change.
    pub fn apply(&mut self, YearChange { year, change }: &YearChange) {
        let people = self.people.entry(*year).or_insert(0);
        self.before.entry(*year).or_insert(*people);
        *people += change;
    }

    /// Emits the changes of the rows of the view since the last call.
    pub fn changes(&mut self, mut emit: impl FnMut(ViewRow, Diff)) {
        for (year, before) in self.before.drain() {
            let after = self.people[&year];
            let group =
                Group { view: View::UsersJoinedByYear, country: None, year: Some(year), age_group: None };
            for (people, diff) in [(before, -1), (after, 1)] {
                if people > 0 && before != after {
                    emit(ViewRow { group, columns: Columns::Users { users: people as u64 } }, diff);
                }
            }
            if after == 0 {
                self.people.remove(&year);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_has_a_row_as_long_as_anybody_joined_in_it() {
        let mut years = JoinYears::default();
        let mut check = |changes: &[(u16, i64)], expected: &[(u16, u64, Diff)]| {
            for (year, change) in changes {
                years.apply(&YearChange { year: Year::new(*year).expect("not 0"), change: *change });
            }
            let mut found = Vec::new();
            years.changes(|row, diff| match row.columns {
                Columns::Users { users } => found.push((row.group.year.map_or(0, Year::get), users, diff)),
                _ => panic!("{row:?}"),
            });
            found.sort_unstable();
            assert_eq!(found, expected, "{changes:?}");
        };
        check(&[(2020, 2), (2021, 1), (2020, 1)], &[(2020, 3, 1), (2021, 1, 1)]);
        check(&[(2020, -1), (2021, 1), (2021, -1)], &[(2020, 2, 1), (2020, 3, -1)]);
        check(&[(2020, -2), (2022, 1)], &[(2020, 2, -1), (2022, 1, 1)]);
        check(&[(2020, 1), (2022, -1), (2022, 1)], &[(2020, 1, 1)]);
        check(&[], &[]);
    }
}
