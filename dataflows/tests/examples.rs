//! The examples do what they show.

#[allow(dead_code)]
#[path = "../examples/ticks.rs"]
mod ticks;

use pinflow_dataflows::names::NameId;
use pinflow_dataflows::row::{Geo, Pin, Record, Year};
use pinflow_dataflows::view::View;
use std::sync::{Arc, Mutex};

#[test]
fn ticks_shows_the_changes_of_each_tick() {
    let id = NameId::from_number(1);
    let pin = Record::Pin(Pin { poster: None, follower_count: None, category: id });
    let geo = |country, year| Record::Geo(Geo { country, post_year: Year::new(year) });
    let changes = Arc::new(Mutex::new(Vec::new()));
    let seen = changes.clone();
    let ticks = vec![vec![pin, geo(id, 2022)], vec![], vec![geo(None, 2022)]];
    ticks::run(ticks, move |(row, tick, diff)| {
        seen.lock().expect("no panic").push((*tick, row.group.view, *diff));
    });
    let mut changes = changes.lock().expect("no panic").clone();
    changes.sort();
    let expected = [
        (0, View::CategoryByCountry, 1),
        (0, View::CategoryByYear, 1),
        (0, View::CategoryByCountryYear, 1),
        (2, View::CategoryByCountry, -1),
        (2, View::CategoryByCountryYear, -1),
    ];
    assert_eq!(changes, expected);
}
