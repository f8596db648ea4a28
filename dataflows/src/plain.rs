//! The thirteen views as they are defined, in differential's own operators: the specification that the graph is
//! tested against. Nothing here is fast.

use crate::kind::Kind;
use crate::names::NameId;
use crate::row::{AgeGroups, Count, Diff, Geo, Pin, Record, Row, Settings, Tick, User};
use crate::view::{Columns, Group, View, ViewRow};
use differential_dataflow::VecCollection;
use serde::{Deserialize, Serialize};

type Rows<'s, D> = VecCollection<'s, Tick, D, Diff>;
type ByInd<'s, D> = Rows<'s, (u64, D)>;

/// The rows of all views over the latest records. Records are only ever added; a later one replaces or deletes.
pub fn build<'s>(rows: Rows<'s, Row>, settings: &Settings) -> Rows<'s, ViewRow> {
    let latest = latest_records(rows);
    let pins = table(&latest, Kind::Pin);
    let geos = table(&latest, Kind::Geo);
    let users = table(&latest, Kind::User);

    // A view uses the smallest join that has its columns.
    let pin_geo = joined(&pins, &geos);
    let pin_user = joined(&pins, &users);
    let pin_geo_user = joined(&pin_geo, &users);

    let ages = &settings.age_groups;
    let in_category_views = grouped(View::CategoryByCountry, &pin_geo, ages).concatenate([
        grouped(View::CategoryByYear, &pin_geo, ages),
        grouped(View::CategoryByAgeGroup, &pin_user, ages),
        grouped(View::CategoryByCountryYear, &pin_geo, ages),
        grouped(View::CategoryByCountryAgeGroup, &pin_geo_user, ages),
        grouped(View::CategoryByYearAgeGroup, &pin_geo_user, ages),
        grouped(View::CategoryByCountryYearAgeGroup, &pin_geo_user, ages),
    ]);
    let in_poster_views = grouped(View::TopPostersByCountry, &pin_geo, ages).concatenate([grouped(
        View::TopPosters,
        &pin_geo,
        ages,
    )]);
    let in_median_views = grouped(View::MedianFollowersByAgeGroup, &pin_user, ages).concatenate([
        grouped(View::MedianFollowersByJoinYear, &pin_user, ages),
        grouped(View::MedianFollowersByJoinYearAgeGroup, &pin_user, ages),
    ]);

    best_ranks(categories(in_category_views).concat(posters(in_poster_views)), settings.k)
        .concatenate([medians(in_median_views), users_joined_by_year(users)])
}

/// The latest record of every kind and `ind`.
fn latest_records<'s>(rows: Rows<'s, Row>) -> Rows<'s, ((Kind, u64), Record)> {
    rows.map(|row| ((row.record.kind(), row.ind), (row.version, row.record))).reduce_named(
        "Latest record",
        |_key, records, latest| {
            let ((_version, record), _) = records.last().expect("reduce groups are never empty");
            latest.push((*record, 1));
        },
    )
}

/// What a join has found of an `ind`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Joined {
    pin: Option<Pin>,
    geo: Option<Geo>,
    user: Option<User>,
}

/// The records of one kind. One whose deletion is the latest is not there.
fn table<'s>(latest: &Rows<'s, ((Kind, u64), Record)>, kind: Kind) -> ByInd<'s, Joined> {
    latest.clone().filter(move |((of, _), _)| *of == kind).flat_map(|((_, ind), record)| {
        let none = Joined::default();
        match record {
            Record::Pin(pin) => Some((ind, Joined { pin: Some(pin), ..none })),
            Record::Geo(geo) => Some((ind, Joined { geo: Some(geo), ..none })),
            Record::User(user) => Some((ind, Joined { user: Some(user), ..none })),
            Record::Deleted(_) => None,
        }
    })
}

/// The inner join of tables of different kinds.
fn joined<'s>(left: &ByInd<'s, Joined>, right: &ByInd<'s, Joined>) -> ByInd<'s, Joined> {
    left.clone().join_map(right.clone(), |ind, left, right| {
        let row = Joined {
            pin: left.pin.or(right.pin),
            geo: left.geo.or(right.geo),
            user: left.user.or(right.user),
        };
        (*ind, row)
    })
}

/// The rows of a view's groups. A row is in none if a column that the view groups by is null.
fn grouped<'s>(view: View, rows: &ByInd<'s, Joined>, age_groups: &AgeGroups) -> Rows<'s, (Group, Joined)> {
    let by = view.group_columns();
    let by_post_year = View::CATEGORIES.contains(&view);
    let age_groups = age_groups.clone();
    rows.clone().flat_map(move |(_ind, row)| {
        let post_year = row.geo.and_then(|geo| geo.post_year);
        let join_year = row.user.and_then(|user| user.join_year);
        let country = row.geo.and_then(|geo| geo.country);
        let year = if by_post_year { post_year } else { join_year };
        let age_group = row.user.and_then(|user| user.age).map(|age| age_groups.of(age));

        let has_null = (by.country && country.is_none())
            || (by.year && year.is_none())
            || (by.age_group && age_group.is_none());
        let group = Group {
            view,
            country: country.filter(|_| by.country),
            year: year.filter(|_| by.year),
            age_group: age_group.filter(|_| by.age_group),
        };
        (!has_null).then_some((group, row))
    })
}

/// What is ranked inside a group: a category; a poster; a poster and a country, which may be null.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
enum Item {
    Category(NameId),
    PosterOfCountry(NameId),
    Poster(NameId, Option<NameId>),
}

/// The categories of each group, with the number of their posts.
fn categories<'s>(posts: Rows<'s, (Group, Joined)>) -> Rows<'s, ((Group, Item), Count)> {
    posts
        .flat_map(|(group, post)| Some((group, Item::Category(post.pin?.category?))))
        .count()
        .flat_map(|(category, posts)| Some((category, Count::new(posts as u64)?)))
}

/// The posters of each group, each once, with the highest of their follower counts.
fn posters<'s>(posts: Rows<'s, (Group, Joined)>) -> Rows<'s, ((Group, Item), Count)> {
    let counts = posts.flat_map(|(group, post)| {
        let poster = post.pin?.poster?;
        let item = match group.view {
            View::TopPostersByCountry => Item::PosterOfCountry(poster),
            _ => Item::Poster(poster, post.geo?.country),
        };
        Some(((group, item), post.pin?.follower_count?))
    });
    counts.reduce_named("Highest follower count", |_poster, counts, highest| {
        let (count, _) = counts.last().expect("reduce groups are never empty");
        highest.push((**count, 1));
    })
}

/// The rows of rank `k` and better. The rank is 1 + the number of the group's items that have a greater score.
fn best_ranks<'s>(scores: Rows<'s, ((Group, Item), Count)>, k: usize) -> Rows<'s, ViewRow> {
    scores
        .map(|((group, item), score)| (group, (score, item)))
        .reduce_named("Best ranks", move |_group, items, best| {
            for ((score, item), _) in items {
                let better = items.iter().filter(|((other, _), _)| other > score).take(k).count();
                if better < k {
                    best.push((columns(better as u32 + 1, *item, *score), 1));
                }
            }
        })
        .map(|(group, columns)| ViewRow { group, columns })
}

fn columns(rank: u32, item: Item, score: Count) -> Columns {
    match item {
        Item::Category(category) => Columns::Category { rank, category, posts: score.get() },
        Item::PosterOfCountry(poster) => Columns::PosterOfCountry { rank, poster, follower_count: score },
        Item::Poster(poster, country) => Columns::Poster { rank, poster, country, follower_count: score },
    }
}

/// The lower median: of n values in ascending order the ⌈n/2⌉-th.
fn medians<'s>(posts: Rows<'s, (Group, Joined)>) -> Rows<'s, ViewRow> {
    posts
        .flat_map(|(group, post)| Some((group, post.pin?.follower_count?)))
        .reduce_named("Median", |_group, counts, median| {
            let posts: Diff = counts.iter().map(|(_, times)| times).sum();
            let mut passed = 0;
            for (follower_count, times) in counts {
                passed += times;
                if 2 * passed >= posts {
                    let columns = Columns::Median { posts: posts as u64, follower_count: **follower_count };
                    median.push((columns, 1));
                    return;
                }
            }
        })
        .map(|(group, columns)| ViewRow { group, columns })
}

/// People, who are a name and an age, are counted in the earliest year in which they joined.
fn users_joined_by_year<'s>(users: ByInd<'s, Joined>) -> Rows<'s, ViewRow> {
    users
        .flat_map(|(_ind, row)| row.user)
        .flat_map(|user| Some(((user.name?, user.age), user.join_year?)))
        .reduce_named("Earliest year of a person", |_person, years, earliest| earliest.push((*years[0].0, 1)))
        .map(|(_person, year)| year)
        .count()
        .map(|(year, users)| {
            let group =
                Group { view: View::UsersJoinedByYear, country: None, year: Some(year), age_group: None };
            ViewRow { group, columns: Columns::Users { users: users as u64 } }
        })
}
