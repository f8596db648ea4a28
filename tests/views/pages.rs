//! Pages of a query agree, whatever happens between them.

use crate::sample::Sample;
use crate::served::Served;
use pinflow::views::Pins;
use pinflow_dataflows::view::View;
use serde_json::{Value, json};

const ROWS: u16 = 25;

/// A category a year.
fn sample() -> Sample {
    let sample = Sample::empty();
    let rows: Vec<_> = (1..=ROWS)
        .map(|year| sample.category(View::CategoryByYear, ("", year), 1, "art", year.into()))
        .collect();
    sample.deliver(&rows, 1);
    sample
}

/// Asks for all pages, and lets something happen after each.
fn pages(served: &Served, parameters: &str, mut then: impl FnMut(u16)) -> Vec<Value> {
    let mut pages = Vec::new();
    let mut parameters = parameters.to_owned();
    loop {
        let page = served.get(&format!("/v1/views/category_by_year?{parameters}")).json();
        pages.push(page);
        then(pages.len() as u16);
        match pages.last().expect("just pushed")["next"].as_str() {
            Some(token) => parameters = format!("page={token}"),
            None => return pages,
        }
    }
}

fn years(pages: &[Value]) -> Vec<u64> {
    let rows = pages.iter().flat_map(|page| page["rows"].as_array().expect("an array"));
    rows.map(|row| row["post_year"].as_u64().expect("a number")).collect()
}

#[test]
fn pages_show_the_tick_of_the_first() {
    let served = Served::new(sample());
    let change = |n: u16| {
        // Away with rows that were and were not shown yet, and in with others.
        let rows = [n, ROWS + 1 - n]
            .map(|year| served.sample.category(View::CategoryByYear, ("", year), 1, "art", year.into()));
        served.sample.deliver(&rows, -1);
        let new = served.sample.category(View::CategoryByYear, ("", 100 + n), 1, "art", 1);
        served.sample.deliver(&[new], 1);
    };
    let found = pages(&served, "limit=4&post_year__gte=3&order=-posts", change);
    assert_eq!(years(&found), (3..=25).rev().collect::<Vec<u64>>());
    assert_eq!(found.len(), 6);
    assert!(found.iter().all(|page| page["as_of"] == "3-1" && page["total"] == 23));
    assert_eq!(served.get("/v1/views/category_by_year").json()["as_of"], "3-13");
}

#[test]
fn a_full_last_page_has_no_next() {
    let served = Served::new(sample());
    for limit in [1, 5, 24, 25, 26] {
        let found = pages(&served, &format!("limit={limit}"), |_| ());
        assert_eq!(years(&found), (1..=25).collect::<Vec<u64>>());
        assert_eq!(found.len(), 25_usize.div_ceil(limit));
    }
}

#[test]
fn a_page_has_the_tag_of_its_tick() {
    let served = Served::new(sample());
    let next =
        served.get("/v1/views/category_by_year?limit=9").json()["next"].as_str().expect("more").to_owned();
    served.sample.deliver(&[], 1);
    let path = format!("/v1/views/category_by_year?page={next}");
    assert_eq!(served.get(&path).header("etag"), "\"3-1\"");
    assert_eq!(served.send("GET", &path, "If-None-Match: \"3-1\"").status, 304);
    assert_eq!(served.send("GET", &path, "If-None-Match: \"3-2\"").status, 200);
}

#[test]
fn too_many_other_ticks_end_a_query() {
    let served = Served::new(sample());
    let first =
        || served.get("/v1/views/category_by_year?limit=9").json()["next"].as_str().expect("more").to_owned();
    let next = first();
    for _ in 0..Pins::MAX {
        served.sample.deliver(&[], 1);
        first();
    }
    let answer = served.get(&format!("/v1/views/category_by_year?page={next}"));
    assert_eq!(answer.status, 410);
    let detail = "the rows as of 3-1 are not kept any more: ask for the first page again";
    assert_eq!(answer.json()["detail"], json!(detail));
}
