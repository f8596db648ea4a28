//! The groups of the category views, and the most popular categories that each shows.

use super::popularity::{Popularity, Ranked};
use crate::group_key::{GroupKey, RollUp};
use crate::hash::Map;
use crate::names::NameId;
use crate::ranks::differences;
use crate::row::Diff;
use crate::sums::Sums;
use crate::view::{Columns, View, ViewRow};

/// Into the groups by country and something else: there are so many that few changes would be summed up.
const FINE: [RollUp; 3] = RollUp::to([
    View::CategoryByCountryYear,
    View::CategoryByCountryAgeGroup,
    View::CategoryByCountryYearAgeGroup,
]);
/// Into those of the other category views.
const COARSE: [RollUp; 4] = RollUp::to([
    View::CategoryByCountry,
    View::CategoryByYear,
    View::CategoryByAgeGroup,
    View::CategoryByYearAgeGroup,
]);

/// Groups that have posts with a category.
pub(super) struct Categories {
    k: usize,
    /// Where each is in `groups`.
    places: Map<GroupKey, u32>,
    groups: Vec<Group>,
    /// Places of groups that are gone.
    free: Vec<u32>,
    /// Changes that are not applied yet.
    waiting: Vec<Change>,
    /// Places of those that may show something else now.
    touched: Vec<u32>,
    room: Vec<u32>,
    top: Vec<Ranked>,
}

struct Group {
    key: GroupKey,
    categories: Popularity,
    /// The best first.
    shown: Vec<Ranked>,
    /// Categories with fewer posts are behind all that are shown.
    least_shown: i64,
    /// How much categories have fallen in the open tick, all together, since one that is shown has.
    fallen: i64,
    touched: bool,
}

/// The group at that place has more or fewer posts of a category.
struct Change {
    place: u32,
    category: NameId,
    change: i64,
}

/// Changes that are applied together, and groups that are shown together. Groups lie far apart in memory, and what one has
/// lies elsewhere again; first each step is made for all of them, so that one wait for memory is that of all.
const BATCH: usize = 32;

impl Categories {
    pub fn new(k: usize) -> Categories {
        Categories {
            k,
            places: Map::default(),
            groups: Vec::new(),
            free: Vec::new(),
            waiting: Vec::with_capacity(BATCH),
            touched: Vec::new(),
            room: Vec::new(),
            top: Vec::new(),
        }
    }

    /// A group has more or fewer posts of a category.
    pub fn apply(&mut self, key: GroupKey, category: NameId, change: i64) {
        let place = self.place(key);
        self.waiting.push(Change { place, category, change });
        if self.waiting.len() == BATCH {
            self.apply_waiting();
        }
    }

    fn place(&mut self, key: GroupKey) -> u32 {
        if let Some(place) = self.places.get(&key) {
            return *place;
        }
        *self.places.entry(key).or_insert_with(|| {
            let group = Group {
                key,
                categories: Popularity::default(),
                shown: Vec::new(),
                least_shown: i64::MIN,
                fallen: 0,
                touched: false,
            };
            match self.free.pop() {
                Some(place) => {
                    self.groups[place as usize] = group;
                    place
                }
                None => {
                    self.groups.push(group);
                    u32::try_from(self.groups.len() - 1).expect("groups are fewer than posts in memory")
                }
            }
        })
    }

    fn apply_waiting(&mut self) {
        read_first(&self.groups, self.waiting.iter().map(|change| change.place));
        for Change { place, category, change } in self.waiting.drain(..) {
            let group = &mut self.groups[place as usize];
            let (before, after) = group.categories.add(category, change);
            // What was behind all that are shown, and still is, changes nothing of them.
            if before.max(after) >= group.least_shown || group.touched {
                group.fallen += (before - after).max(0);
                if !group.touched {
                    group.touched = true;
                    self.touched.push(place);
                }
            }
        }
    }

    /// Emits the changes of the rows that the groups show since the last call.
    pub fn changes(&mut self, mut emit: impl FnMut(ViewRow, Diff)) {
        self.apply_waiting();
        for batch in self.touched.chunks(BATCH) {
            read_first(&self.groups, batch.iter().copied());
            for &place in batch {
                let group = &mut self.groups[place as usize];
                group.touched = false;
                // None that is shown has fallen by more than all have, so there are as many left that are not behind this.
                let behind = group.least_shown.saturating_sub(std::mem::take(&mut group.fallen));
                group.categories.top(self.k, behind, &mut self.room, &mut self.top);
                let of_view = group.key.group();
                differences(&group.shown, &self.top, |Ranked { posts, category, rank }, diff| {
                    let columns = Columns::Category { rank, category, posts: posts as u64 };
                    emit(ViewRow { group: of_view, columns }, diff);
                });
                if self.top.is_empty() {
                    self.places.remove(&group.key);
                    self.free.push(place);
                }
                group.shown.clone_from(&self.top);
                let last = self.top.last().filter(|_| self.top.len() >= self.k);
                group.least_shown = last.map_or(i64::MIN, |last| last.posts);
            }
        }
        self.touched.clear();
    }

    /// Bytes that they take.
    pub fn bytes(&self) -> usize {
        let of_group =
            |group: &Group| group.categories.bytes() + group.shown.capacity() * size_of::<Ranked>();
        self.groups.iter().map(of_group).sum::<usize>()
            + self.groups.capacity() * size_of::<Group>()
            + self.free.capacity() * size_of::<u32>()
            + self.places.allocation_size()
    }
}

/// Reads what will be read first of groups, step by step.
fn read_first(groups: &[Group], places: impl Iterator<Item = u32> + Clone) {
    let all = |step: fn(&Group) -> u64| {
        let read = places.clone().fold(0, |all, place| all ^ step(&groups[place as usize]));
        std::hint::black_box(read);
    };
    all(|group| group.categories.len() as u64 ^ group.least_shown as u64);
    all(|group| group.categories.touch() ^ group.shown.first().map_or(0, |shown| shown.posts as u64));
}

/// Rolls the changes of the finest groups up to the groups of the seven category views. `sums` is empty, and lends its
/// room.
pub(crate) fn roll_up(
    finest: &mut Sums<(GroupKey, NameId)>,
    sums: &mut Sums<(GroupKey, NameId)>,
    mut emit: impl FnMut(GroupKey, NameId, i64),
) {
    finest.take(|(key, category), change| {
        let nulls = key.nulls();
        for group in FINE.iter().filter_map(|view| view.group(key, nulls)) {
            emit(group, category, change);
        }
        for group in COARSE.iter().filter_map(|view| view.group(key, nulls)) {
            sums.add((group, category), change);
        }
    });
    sums.take(|(key, category), change| emit(key, category, change));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;
    use std::collections::{BTreeMap, BTreeSet};

    /// What a group shows after any changes is what its categories say, however often they change in a tick.
    #[test]
    fn a_group_shows_its_best_whatever_rises_and_falls() {
        let country = GroupKey::new(NameId::from_number(1), None, None);
        let key = COARSE[0].group(country, country.nulls()).expect("it has a country");
        let mut random = Random::new();
        let mut below = |n| random.below(n);
        for k in 1..=4 {
            let (mut categories, mut shown) = (Categories::new(k), BTreeSet::new());
            let mut posts: BTreeMap<u32, i64> = BTreeMap::new();
            for _ in 0..4_000 {
                for _ in 0..below(6) {
                    let category = 1 + below(9) as u32;
                    let held = posts.entry(category).or_insert(0);
                    let change = if *held > 0 && below(2) == 0 {
                        -1 - below(*held as u64) as i64
                    } else {
                        1 + below(3) as i64
                    };
                    *held += change;
                    categories.apply(key, NameId::from_number(category).expect("not 0"), change);
                }
                categories.changes(|row, diff| {
                    assert!(
                        if diff > 0 { shown.insert(row) } else { shown.remove(&row) },
                        "{diff} of {row:?}"
                    );
                });
                posts.retain(|_, posts| *posts > 0);
                let rank = |held: i64| 1 + posts.values().filter(|posts| **posts > held).count();
                let expected = posts.iter().map(|(category, held)| (rank(*held), *category, *held as u64));
                let found = shown.iter().map(|row: &ViewRow| match row.columns {
                    Columns::Category { rank, category, posts } => (rank as usize, category.number(), posts),
                    _ => panic!("{row:?}"),
                });
                let expected: BTreeSet<_> = expected.filter(|(rank, _, _)| *rank <= k).collect();
                assert_eq!(found.collect::<BTreeSet<_>>(), expected, "k = {k}");
            }
        }
    }
}
