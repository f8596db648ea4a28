//! Where in a view's order the rows of a filter can be: conditions on its first columns spare looking at all others.

use crate::sort_key::SortKey;
use crate::views::column::{Column, Place};
use crate::views::filter::{Filter, Operand};
use std::ops::{Bound, RangeBounds};

/// Keys from one on, up to one that is not among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRange<'a> {
    from: SortKey<'a>,
    to: Option<SortKey<'a>>,
}

impl<'a> RangeBounds<SortKey<'a>> for KeyRange<'a> {
    fn start_bound(&self) -> Bound<&SortKey<'a>> {
        Bound::Included(&self.from)
    }

    fn end_bound(&self) -> Bound<&SortKey<'a>> {
        self.to.as_ref().map_or(Bound::Unbounded, Bound::Excluded)
    }
}

/// Ranges that are looked up; with more combinations of values than that, the last column's rows are all looked at.
const MAX_RANGES: usize = 1024;

/// Ranges that hold all rows that a filter wants, and others too, in order.
pub fn of<'a>(filter: &'a Filter, columns: &[Column]) -> Vec<KeyRange<'a>> {
    let mut starts = vec![SortKey::default()];
    let mut last = None;
    for column in columns {
        let place = column.place;
        let Some(conditions) = filter.on(place).filter(|_| is_sorted_by(place)) else { break };
        if conditions.any_of.is_empty() {
            let least = conditions.at_least.as_ref();
            return bounded(&starts, last, place, least, conditions.at_most.as_ref());
        }
        if starts.len() * conditions.any_of.len() > MAX_RANGES {
            break;
        }
        let one = |start| conditions.any_of.iter().filter_map(move |value| with(start, place, value));
        starts = starts.iter().flat_map(one).collect();
        last = Some(place);
    }
    starts.into_iter().map(|from| KeyRange { to: behind(&from, last), from }).collect()
}

/// Ranges of one column behind others whose values are given.
fn bounded<'a>(
    starts: &[SortKey<'a>],
    last: Option<Place>,
    place: Place,
    least: Option<&'a Operand>,
    most: Option<&'a Operand>,
) -> Vec<KeyRange<'a>> {
    let range = |start: &SortKey<'a>| {
        let from = least.map_or(Some(*start), |least| with(start, place, least))?;
        // More than any row can have is no bound.
        let to = match most.and_then(|most| with(start, place, most)) {
            Some(end) => behind(&end, Some(place)),
            None => behind(start, last),
        };
        let is_range = to.as_ref().is_none_or(|to| from < *to);
        is_range.then_some(KeyRange { from, to })
    };
    starts.iter().filter_map(range).collect()
}

/// The columns that groups and ranks are sorted by; texts behind them need no look-up, there are few in a rank.
fn is_sorted_by(place: Place) -> bool {
    matches!(place, Place::Country | Place::Year | Place::AgeGroup | Place::Rank)
}

/// The first key that begins as `start` and has that value in the next place; none if no row can have it.
fn with<'a>(start: &SortKey<'a>, place: Place, value: &'a Operand) -> Option<SortKey<'a>> {
    let mut key = *start;
    match (place, value) {
        (Place::Country, Operand::Null) => key.country = None,
        (Place::Country, Operand::Text(country)) => key.country = Some(country),
        (Place::Year, Operand::Number(year)) => key.year = u16::try_from(*year).ok()?,
        (Place::AgeGroup, Operand::AgeGroup(group)) => key.age_group = *group,
        (Place::Rank, Operand::Number(rank)) => key.rank = u32::try_from(*rank).ok()?,
        _ => unreachable!("a column is compared with values of its own kind"),
    }
    Some(key)
}

/// A key behind all rows that have the same values up to a place, and before all others; none if those are all rows.
/// No row has the greatest number in a column: years end at 9999, ages at 150, and ranks at the number of names.
fn behind<'a>(start: &SortKey<'a>, last: Option<Place>) -> Option<SortKey<'a>> {
    let last = last?;
    let mut key = *start;
    match last {
        Place::Country => (key.year, key.age_group, key.rank) = (u16::MAX, u8::MAX, u32::MAX),
        Place::Year => (key.age_group, key.rank) = (u8::MAX, u32::MAX),
        Place::AgeGroup => key.rank = u32::MAX,
        _ => key.rank = key.rank.saturating_add(1),
    }
    Some(key)
}
