//! What the views show in small cases that can be followed by hand.

mod graphs;

use graphs::Run;
use pinflow_dataflows::kind::Kind;
use pinflow_dataflows::names::NameId;
use pinflow_dataflows::row::{Count, Geo, Pin, Record, Row, Settings, User, Version, Year};
use pinflow_dataflows::view::{Columns, View, ViewRow};

#[test]
fn categories_that_tie_share_a_rank_and_the_next_rank_is_skipped() {
    let mut messages = Vec::new();
    for (ind, category) in ["art", "art", "diy", "diy", "food", "tattoos", "travel"].into_iter().enumerate() {
        messages.push(pin(ind as u64, "Ann", 10, category));
        messages.push(geo(ind as u64, "France", 2020));
    }
    let all_ties_of_rank_3 = ["1 art 2", "1 diy 2", "3 food 1", "3 tattoos 1", "3 travel 1"];
    check(&messages, View::CategoryByCountry, &all_ties_of_rank_3.map(|row| format!("France {row}")));
    check(&messages, View::CategoryByYear, &all_ties_of_rank_3.map(|row| format!("2020 {row}")));
}

#[test]
fn each_poster_counts_once_with_their_highest_count() {
    let mut messages = vec![
        pin(1, "Ann", 10, None),
        pin(2, "Ann", 30, None),
        pin(3, "Bob", 30, None),
        pin(4, "Cid", 20, None),
        pin(5, None, 99, None),
        pin(6, "Dan", None, None),
    ];
    messages.extend((1..=6).map(|ind| geo(ind, "France", 2020)));
    check(&messages, View::TopPostersByCountry, &["France 1 Ann 30", "France 1 Bob 30", "France 3 Cid 20"]);

    messages.push(delete(2, Kind::Pin));
    check(&messages, View::TopPostersByCountry, &["France 1 Bob 30", "France 2 Cid 20", "France 3 Ann 10"]);
}

#[test]
fn a_null_country_is_a_country_among_all_posters_only() {
    let mut messages = vec![
        pin(1, "Ann", 10, "art"),
        geo(1, "France", 2020),
        pin(2, "Ann", 20, "art"),
        geo(2, None, 2020),
        pin(3, "Bob", 30, "art"),
    ];
    check(&messages, View::TopPosters, &["1 Ann null 20", "2 Ann France 10"]);
    check(&messages, View::TopPostersByCountry, &["France 1 Ann 10"]);
    check(&messages, View::CategoryByCountry, &["France 1 art 1"]);
    check(&messages, View::CategoryByYear, &["2020 1 art 2"]);

    // Without its geo a post is not of the null country: it is of none.
    messages.push(delete(2, Kind::Geo));
    check(&messages, View::TopPosters, &["1 Ann France 10"]);
}

#[test]
fn the_lower_of_two_middle_counts_is_the_median() {
    let mut messages = vec![
        pin(1, "Ann", 40, None),
        pin(2, "Ann", 10, None),
        pin(3, "Ann", 30, None),
        pin(4, "Ann", 20, None),
        pin(5, "Ann", None, "art"),
    ];
    messages.extend((1..=5).map(|ind| user(ind, "Ann", 30, 2016)));
    check(&messages, View::MedianFollowersByAgeGroup, &["25-35 4 20"]);

    messages.push(delete(2, Kind::User));
    check(&messages, View::MedianFollowersByAgeGroup, &["25-35 3 30"]);
    check(&messages, View::MedianFollowersByJoinYear, &["2016 3 30"]);
    check(&messages, View::MedianFollowersByJoinYearAgeGroup, &["2016 25-35 3 30"]);
}

#[test]
fn a_person_joins_in_the_earliest_year_and_in_the_next_one_when_that_goes() {
    let mut messages = vec![user(1, "Ann", 30, 2018), user(2, "Ann", 30, 2016), user(3, "Ann", 30, None)];
    check(&messages, View::UsersJoinedByYear, &["2016 1"]);

    messages.push(delete(2, Kind::User));
    check(&messages, View::UsersJoinedByYear, &["2018 1"]);

    messages.push(user(1, "Ann", 30, 2020));
    check(&messages, View::UsersJoinedByYear, &["2020 1"]);
}

#[test]
fn people_of_one_name_and_different_ages_are_different_people() {
    let messages = [
        user(1, "Ann", 30, 2016),
        user(2, "Ann", 31, 2016),
        user(3, "Ann", None, 2016),
        user(4, "Ann", None, 2017),
        user(5, None, 30, 2016),
    ];
    check(&messages, View::UsersJoinedByYear, &["2016 3"]);
}

#[test]
fn a_post_without_a_user_counts_by_country_and_year_but_in_no_age_group() {
    let mut messages = vec![pin(1, "Ann", 10, "art"), geo(1, "France", 2020)];
    check(&messages, View::CategoryByCountry, &["France 1 art 1"]);
    check(&messages, View::CategoryByYear, &["2020 1 art 1"]);
    check(&messages, View::CategoryByCountryYear, &["France 2020 1 art 1"]);
    check(&messages, View::CategoryByAgeGroup, &NOTHING);
    check(&messages, View::CategoryByCountryAgeGroup, &NOTHING);
    check(&messages, View::CategoryByCountryYearAgeGroup, &NOTHING);

    messages.push(user(1, "Ann", 51, 2016));
    check(&messages, View::CategoryByAgeGroup, &["51+ 1 art 1"]);
    check(&messages, View::CategoryByCountryAgeGroup, &["France 51+ 1 art 1"]);
    check(&messages, View::CategoryByYearAgeGroup, &["2020 51+ 1 art 1"]);
    check(&messages, View::CategoryByCountryYearAgeGroup, &["France 2020 51+ 1 art 1"]);

    messages.push(delete(1, Kind::Geo));
    check(&messages, View::CategoryByAgeGroup, &["51+ 1 art 1"]);
    check(&messages, View::CategoryByCountryAgeGroup, &NOTHING);
}

#[test]
fn a_later_record_replaces_the_whole_of_an_earlier_one() {
    let mut messages = vec![pin(1, "Ann", 10, "art"), geo(1, "France", 2020), pin(1, "Ann", 10, "diy")];
    check(&messages, View::CategoryByCountry, &["France 1 diy 1"]);

    messages.push(pin(1, "Ann", 10, None));
    check(&messages, View::CategoryByCountry, &NOTHING);
    check(&messages, View::TopPosters, &["1 Ann France 10"]);
}

#[test]
fn an_older_record_that_comes_after_a_delete_revives_nothing() {
    let mut messages = vec![
        at(5, 0, geo(1, "France", 2020)),
        at(5, 0, pin(1, "Ann", 10, "art")),
        at(9, 1, delete(1, Kind::Pin)),
        at(8, 2, pin(1, "Ann", 10, "diy")),
    ];
    check(&messages, View::CategoryByCountry, &NOTHING);

    messages.push(at(9, 2, pin(1, "Ann", 10, "food")));
    check(&messages, View::CategoryByCountry, &["France 1 food 1"]);
}

#[test]
fn at_one_time_the_greater_partition_is_later_and_inside_a_partition_the_position_decides() {
    let messages = [
        at(0, 0, geo(1, "France", 2020)),
        at(0, 1, pin(1, "Ann", 10, "tattoos")),
        at(0, 1, pin(1, "Ann", 10, "art")),
        at(0, 0, pin(1, "Ann", 10, "travel")),
    ];
    check(&messages, View::CategoryByCountry, &["France 1 art 1"]);
}

const NOTHING: [&str; 0] = [];

/// Checks what a view shows in the end: with a tick for each message, and with all in one tick, in reverse and by two
/// workers. A row is written as its columns.
fn check(messages: &[Message], view: View, expected: &[impl AsRef<str>]) {
    let mut order = 0;
    let rows = messages.iter().map(|message| {
        order += 1;
        let version = Version::new(message.time, message.partition, order);
        Row { ind: message.ind, version, record: message.record }
    });
    let rows: Vec<Row> = rows.collect();
    let one_by_one = rows.iter().map(|row| vec![(0, *row)]).collect();
    let all_at_once = vec![rows.iter().rev().enumerate().map(|(nth, row)| (nth % 2, *row)).collect()];

    let mut expected: Vec<&str> = expected.iter().map(AsRef::as_ref).collect();
    expected.sort();
    for (workers, ticks) in [(1, one_by_one), (2, all_at_once)] {
        let run = Run { settings: Settings::default(), workers, open_ticks: 1, ticks };
        for (graph, after_ticks) in graphs::run(&run).expect("no worker panics") {
            let shown = after_ticks.last().expect("there are messages");
            let mut of_view = Vec::new();
            for (row, times) in shown.iter().filter(|(row, _)| row.group.view == view) {
                assert_eq!(*times, 1, "{graph:?} graph, {workers} workers: {row:?}");
                of_view.push(text_of(row));
            }
            of_view.sort();
            assert_eq!(of_view, expected, "{} of the {graph:?} graph, {workers} workers", view.name());
        }
    }
}

/// A record, where it comes from, and when.
struct Message {
    time: u64,
    partition: u32,
    ind: u64,
    record: Record,
}

fn at(time: u64, partition: u32, message: Message) -> Message {
    Message { time, partition, ..message }
}

fn message(ind: u64, record: Record) -> Message {
    Message { time: 0, partition: 0, ind, record }
}

type Text = Option<&'static str>;

fn pin(
    ind: u64,
    poster: impl Into<Text>,
    followers: impl Into<Option<u64>>,
    category: impl Into<Text>,
) -> Message {
    let poster = poster.into().map(name);
    let follower_count = followers.into().and_then(Count::new);
    let category = category.into().map(name);
    message(ind, Record::Pin(Pin { poster, follower_count, category }))
}

fn geo(ind: u64, country: impl Into<Text>, year: u16) -> Message {
    message(ind, Record::Geo(Geo { country: country.into().map(name), post_year: Year::new(year) }))
}

fn user(ind: u64, who: impl Into<Text>, age: impl Into<Option<u8>>, year: impl Into<Option<u16>>) -> Message {
    let name = who.into().map(name);
    message(ind, Record::User(User { name, age: age.into(), join_year: year.into().and_then(Year::new) }))
}

fn delete(ind: u64, kind: Kind) -> Message {
    message(ind, Record::Deleted(kind))
}

const NAMES: [&str; 10] = ["Ann", "Bob", "Cid", "Dan", "France", "art", "diy", "food", "tattoos", "travel"];

fn name(text: &str) -> NameId {
    let index = NAMES.iter().position(|name| *name == text).expect("it is among the names");
    NameId::from_number(index as u32 + 1).expect("numbers start at 1")
}

fn text_of(row: &ViewRow) -> String {
    let text = |id: NameId| NAMES[id.number() as usize - 1];
    let group = &row.group;
    let mut columns = Vec::new();
    columns.extend(group.country.map(|country| text(country).to_string()));
    columns.extend(group.year.map(|year| year.to_string()));
    columns.extend(group.age_group.map(|age_group| Settings::default().age_groups.label(age_group)));
    columns.push(match row.columns {
        Columns::Category { rank, category, posts } => format!("{rank} {} {posts}", text(category)),
        Columns::PosterOfCountry { rank, poster, follower_count } => {
            format!("{rank} {} {follower_count:?}", text(poster))
        }
        Columns::Poster { rank, poster, country, follower_count } => {
            format!("{rank} {} {} {follower_count:?}", text(poster), country.map_or("null", text))
        }
        Columns::Median { posts, follower_count } => format!("{posts} {follower_count:?}"),
        Columns::Users { users } => format!("{users}"),
    });
    columns.join(" ")
}
