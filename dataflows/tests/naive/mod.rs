//! All views recomputed from scratch, the slow and obvious way. Shares nothing with the graphs but the rows' types.

use pinflow_dataflows::kind::Kind;
use pinflow_dataflows::names::NameId;
use pinflow_dataflows::row::{Count, Geo, Pin, Record, Row, User, Version, Year};
use pinflow_dataflows::view::{Columns, Group, View, ViewRow};
use std::collections::{BTreeMap, BTreeSet};

/// What the views show once these rows have come, in whatever order.
pub fn views(rows: &[Row], k: usize, last_ages: &[u8]) -> BTreeSet<ViewRow> {
    let tables = Tables::of(rows);
    let mut shown = BTreeSet::new();
    categories(&tables, k, last_ages, &mut shown);
    posters(&tables, k, &mut shown);
    medians(&tables, last_ages, &mut shown);
    people(&tables, &mut shown);
    shown
}

/// The latest records, by `ind`.
#[derive(Default)]
struct Tables {
    pins: BTreeMap<u64, Pin>,
    geos: BTreeMap<u64, Geo>,
    users: BTreeMap<u64, User>,
}

impl Tables {
    fn of(rows: &[Row]) -> Tables {
        let mut latest: BTreeMap<(Kind, u64), (Version, Record)> = BTreeMap::new();
        for row in rows {
            let kind = match row.record {
                Record::Pin(_) | Record::Deleted(Kind::Pin) => Kind::Pin,
                Record::Geo(_) | Record::Deleted(Kind::Geo) => Kind::Geo,
                Record::User(_) | Record::Deleted(Kind::User) => Kind::User,
            };
            let known = latest.entry((kind, row.ind)).or_insert((row.version, row.record));
            if row.version > known.0 {
                *known = (row.version, row.record);
            }
        }
        let mut tables = Tables::default();
        for ((_, ind), (_, record)) in latest {
            match record {
                Record::Pin(pin) => drop(tables.pins.insert(ind, pin)),
                Record::Geo(geo) => drop(tables.geos.insert(ind, geo)),
                Record::User(user) => drop(tables.users.insert(ind, user)),
                Record::Deleted(_) => {}
            }
        }
        tables
    }
}

fn categories(tables: &Tables, k: usize, last_ages: &[u8], shown: &mut BTreeSet<ViewRow>) {
    let mut groups: BTreeMap<Group, BTreeMap<NameId, u64>> = BTreeMap::new();
    for (ind, pin) in &tables.pins {
        let Some(category) = pin.category else { continue };
        let country = tables.geos.get(ind).and_then(|geo| geo.country);
        let year = tables.geos.get(ind).and_then(|geo| geo.post_year);
        let age = tables.users.get(ind).and_then(|user| user.age).map(|age| age_group(age, last_ages));

        let mut post_in = |view, country, year, age| {
            *groups.entry(group(view, country, year, age)).or_default().entry(category).or_default() += 1;
        };
        if country.is_some() {
            post_in(View::CategoryByCountry, country, None, None);
        }
        if year.is_some() {
            post_in(View::CategoryByYear, None, year, None);
        }
        if age.is_some() {
            post_in(View::CategoryByAgeGroup, None, None, age);
        }
        if country.is_some() && year.is_some() {
            post_in(View::CategoryByCountryYear, country, year, None);
        }
        if country.is_some() && age.is_some() {
            post_in(View::CategoryByCountryAgeGroup, country, None, age);
        }
        if year.is_some() && age.is_some() {
            post_in(View::CategoryByYearAgeGroup, None, year, age);
        }
        if country.is_some() && year.is_some() && age.is_some() {
            post_in(View::CategoryByCountryYearAgeGroup, country, year, age);
        }
    }
    for (group, counts) in groups {
        for (rank, category, posts) in ranks(counts.into_iter().collect(), k) {
            shown.insert(ViewRow { group, columns: Columns::Category { rank, category, posts } });
        }
    }
}

fn posters(tables: &Tables, k: usize, shown: &mut BTreeSet<ViewRow>) {
    let mut of_country: BTreeMap<NameId, BTreeMap<NameId, Count>> = BTreeMap::new();
    let mut of_all: BTreeMap<(NameId, Option<NameId>), Count> = BTreeMap::new();
    for (ind, pin) in &tables.pins {
        let Some(geo) = tables.geos.get(ind) else { continue };
        let (Some(poster), Some(count)) = (pin.poster, pin.follower_count) else { continue };
        let highest = of_all.entry((poster, geo.country)).or_insert(count);
        *highest = count.max(*highest);
        if let Some(country) = geo.country {
            let highest = of_country.entry(country).or_default().entry(poster).or_insert(count);
            *highest = count.max(*highest);
        }
    }
    for (country, counts) in of_country {
        let group = group(View::TopPostersByCountry, Some(country), None, None);
        for (rank, poster, follower_count) in ranks(counts.into_iter().collect(), k) {
            shown.insert(ViewRow {
                group,
                columns: Columns::PosterOfCountry { rank, poster, follower_count },
            });
        }
    }
    let group = group(View::TopPosters, None, None, None);
    for (rank, (poster, country), follower_count) in ranks(of_all.into_iter().collect(), k) {
        shown.insert(ViewRow { group, columns: Columns::Poster { rank, poster, country, follower_count } });
    }
}

fn medians(tables: &Tables, last_ages: &[u8], shown: &mut BTreeSet<ViewRow>) {
    let mut groups: BTreeMap<Group, Vec<Count>> = BTreeMap::new();
    for (ind, pin) in &tables.pins {
        let (Some(user), Some(count)) = (tables.users.get(ind), pin.follower_count) else { continue };
        let age = user.age.map(|age| age_group(age, last_ages));
        let mut post_in =
            |view, year, age| groups.entry(group(view, None, year, age)).or_default().push(count);
        if age.is_some() {
            post_in(View::MedianFollowersByAgeGroup, None, age);
        }
        if user.join_year.is_some() {
            post_in(View::MedianFollowersByJoinYear, user.join_year, None);
        }
        if age.is_some() && user.join_year.is_some() {
            post_in(View::MedianFollowersByJoinYearAgeGroup, user.join_year, age);
        }
    }
    for (group, mut counts) in groups {
        counts.sort();
        let follower_count = counts[counts.len().div_ceil(2) - 1];
        shown.insert(ViewRow {
            group,
            columns: Columns::Median { posts: counts.len() as u64, follower_count },
        });
    }
}

fn people(tables: &Tables, shown: &mut BTreeSet<ViewRow>) {
    let mut joined: BTreeMap<(NameId, Option<u8>), Year> = BTreeMap::new();
    for user in tables.users.values() {
        let (Some(name), Some(year)) = (user.name, user.join_year) else { continue };
        let earliest = joined.entry((name, user.age)).or_insert(year);
        *earliest = year.min(*earliest);
    }
    let years: BTreeSet<Year> = joined.values().copied().collect();
    for year in years {
        let users = joined.values().filter(|joined| **joined == year).count() as u64;
        let group = group(View::UsersJoinedByYear, None, Some(year), None);
        shown.insert(ViewRow { group, columns: Columns::Users { users } });
    }
}

fn group(view: View, country: Option<NameId>, year: Option<Year>, age_group: Option<u8>) -> Group {
    Group { view, country, year, age_group }
}

/// The number of groups that end before that age.
fn age_group(age: u8, last_ages: &[u8]) -> u8 {
    last_ages.iter().filter(|last| age > **last).count() as u8
}

/// The rows with fewer than `k` strictly better ones, each with its rank.
fn ranks<D: Copy, S: Copy + Ord>(rows: Vec<(D, S)>, k: usize) -> Vec<(u32, D, S)> {
    let mut ranked = Vec::new();
    for (row, score) in &rows {
        let better = rows.iter().filter(|(_, other)| other > score).take(k).count();
        if better < k {
            ranked.push((better as u32 + 1, *row, *score));
        }
    }
    ranked
}
