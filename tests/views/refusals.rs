//! What requests get that cannot be answered: a problem that says what there is.

use crate::sample::Sample;
use crate::served::Served;
use serde_json::{Value, json};

/// Checks status and detail of a problem, and returns it.
fn check(served: &Served, path: &str, status: u16, detail: &str) -> Value {
    let answer = served.get(path);
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (status, "application/problem+json"),
        "{path}"
    );
    let problem = answer.json();
    assert_eq!(problem["detail"], detail, "{path}");
    assert_eq!(problem["status"], status);
    problem
}

#[test]
fn an_unknown_view_is_answered_with_all_names() {
    let served = Served::new(Sample::new());
    let problem = check(&served, "/v1/views/posters", 404, "there is no view \"posters\"");
    assert_eq!(problem["views"].as_array().map(Vec::len), Some(13));
    assert_eq!(problem["views"][8], "top_posters");
}

#[test]
fn wrong_parameters_are_answered_with_right_ones() {
    let served = Served::new(Sample::new());
    let view = |parameters: &str, detail: &str| {
        let path = format!("/v1/views/category_by_country_year?{parameters}");
        let problem = check(&served, &path, 400, detail);
        assert_eq!(problem["columns"], json!(["country", "post_year", "rank", "category", "posts"]));
        assert_eq!(problem["operators"], json!(["=", "__gte=", "__lte="]));
        assert_eq!(problem["parameters"], json!(["order", "limit", "page", "wait_ms"]));
    };
    let unknown = |name| {
        format!("{name} is no column of the view, with or without an operator, and no other parameter")
    };
    view("city=Paris", &unknown("city"));
    view("country__like=F", &unknown("country__like"));
    view("__gte=1", &unknown("__gte"));
    view("age_group=0-17", &unknown("age_group"));
    let number = "wanted a whole number up to 2^64-1";
    view("posts=x", &format!("posts cannot be \"x\": {number}"));
    view("posts=", &format!("posts cannot be \"\": {number}"));
    view("rank__lte=-1", &format!("rank cannot be \"-1\": {number}"));
    view("post_year__gte=%2B5", &format!("post_year cannot be \"+5\": {number}"));
    view("posts=18446744073709551616", &format!("posts cannot be \"18446744073709551616\": {number}"));
    view("country__lte=", "nothing is more or less than null: country__gte and country__lte need a value");
    view("order=city", "order names \"city\", which is no column of the view");
    view("order=", "order names \"\", which is no column of the view");
    view("order=-posts,posts", "order names posts twice");
    view("order=posts&order=country", "order is given twice");
    let limit = "wanted a whole number from 1 to 100000";
    for value in ["0", "100001", "x", "-1", ""] {
        view(&format!("limit={value}"), &format!("limit cannot be \"{value}\": {limit}"));
    }
    view("limit=1&limit=1", "limit is given twice");
    view("wait_ms=30001", "wait_ms cannot be \"30001\": wanted a whole number up to 30000");
    view("wait_ms=1&wait_ms=1", "wait_ms is given twice");
    view("page=a&page=b", "page is given twice");
    check(
        &served,
        "/v1/views/median_followers_by_age_group?age_group=18-25",
        400,
        "age_group cannot be \"18-25\": wanted 0-17, 18-24, 25-35, 36-50, 51+",
    );
}

#[test]
fn the_list_takes_nothing_but_a_time_to_wait() {
    let served = Served::new(Sample::new());
    let problem = check(&served, "/v1/views?limit=1", 400, "limit is no parameter of the list of views");
    assert_eq!(problem["parameters"], json!(["wait_ms"]));
    check(&served, "/v1/views?wait_ms=x", 400, "wait_ms cannot be \"x\": wanted a whole number up to 30000");
}

#[test]
fn a_page_stands_alone() {
    let served = Served::new(Sample::new());
    let path = "/v1/views/category_by_country?limit=1";
    let next = served.get(path).json()["next"].as_str().expect("there are more").to_owned();
    let alone = "page has the query in it: give it alone";
    check(&served, &format!("{path}&page={next}"), 400, alone);
    check(&served, &format!("/v1/views/category_by_country?wait_ms=1&page={next}"), 400, alone);
    let other = "page is a token of the view category_by_country";
    check(&served, &format!("/v1/views/top_posters?page={next}"), 400, other);
    let none = "page is not a token that the next of an answer gave";
    check(&served, "/v1/views/top_posters?page=", 400, none);
    check(&served, &format!("/v1/views/top_posters?page={}", &next[1..]), 400, none);
}

#[test]
fn other_methods_are_not_allowed() {
    let served = Served::new(Sample::new());
    let answer = served.send("DELETE", "/v1/views/top_posters", "");
    assert_eq!((answer.status, answer.header("allow")), (405, "GET,HEAD"));
}
