//! What good requests get.

use crate::sample::Sample;
use crate::served::Served;
use serde_json::{Value, json};

/// Checks one column of the rows that a query gives.
fn check(served: &Served, path: &str, column: &str, expected: Value) {
    let rows = served.rows(path);
    let rows = rows.as_array().expect("rows are an array");
    let found: Value = rows.iter().map(|row| row[column].clone()).collect();
    assert_eq!(found, expected, "{path}");
}

#[test]
fn the_list_names_views_columns_and_sizes() {
    let served = Served::new(Sample::new());
    let answer = served.get("/v1/views");
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"));
    let list = answer.json();
    assert_eq!(list["as_of"], "3-1");
    assert_eq!(list["views"].as_array().map(Vec::len), Some(13));
    let columns = json!([
        {"name": "country", "type": "text"}, {"name": "rank", "type": "integer"},
        {"name": "category", "type": "text"}, {"name": "posts", "type": "integer"},
    ]);
    assert_eq!(list["views"][0], json!({"name": "category_by_country", "columns": columns, "rows": 6}));
    assert_eq!(list["views"][9]["columns"][0], json!({"name": "age_group", "type": "text"}));
}

#[test]
fn an_answer_is_this() {
    let served = Served::new(Sample::new());
    let answer = served.get("/v1/views/category_by_country?country=France");
    let expected = concat!(
        r#"{"view":"category_by_country","as_of":"3-1","columns":["country","rank","category","posts"],"rows":["#,
        r#"{"country":"France","rank":1,"category":"art","posts":7},"#,
        r#"{"country":"France","rank":2,"category":"travel","posts":5}],"total":2,"next":null}"#,
    );
    assert_eq!(answer.body, expected);
    assert_eq!(answer.header("content-length"), expected.len().to_string());
    assert_eq!((answer.header("etag"), answer.header("cache-control")), ("\"3-1\"", "no-cache"));
}

#[test]
fn an_empty_view_has_no_rows() {
    let served = Served::new(Sample::empty());
    let answer = served.get("/v1/views/top_posters").json();
    assert_eq!(answer["rows"], json!([]));
    assert_eq!(
        (&answer["as_of"], &answer["total"], &answer["next"]),
        (&json!("3-0"), &json!(0), &json!(null))
    );
}

#[test]
fn rows_are_filtered_by_any_column() {
    let served = Served::new(Sample::new());
    let by_country = |filter: &str, posts: Value| {
        check(&served, &format!("/v1/views/category_by_country?{filter}"), "posts", posts)
    };
    by_country("", json!([9, 2, 7, 5, 4, 4]));
    by_country("country=France&country=Germany", json!([7, 5, 4, 4]));
    by_country("country=C%C3%B4te+d%27Ivoire&rank=1", json!([9]));
    by_country("country=france", json!([]));
    by_country("country__gte=France", json!([7, 5, 4, 4]));
    by_country("country__gte=D&country__lte=Fz", json!([7, 5]));
    by_country("posts__gte=4&posts__lte=7", json!([7, 5, 4, 4]));
    by_country("posts=4", json!([4, 4]));
    by_country("rank__lte=1", json!([9, 7, 4, 4]));
    by_country("category=art", json!([2, 7, 4]));
    by_country("posts__gte=7&posts__lte=4", json!([]));
    let by_year = |filter: &str, years: Value| {
        check(&served, &format!("/v1/views/category_by_country_year?{filter}"), "post_year", years)
    };
    by_year("country=France&rank=1&post_year__gte=2019", json!([2019, 2020]));
    by_year("country=France&rank=1&post_year__gte=2020&post_year__lte=2018", json!([]));
    by_year("category=finance&post_year=2020&post_year=2018", json!([2018, 2020]));
}

#[test]
fn age_groups_compare_by_their_bounds() {
    let served = Served::new(Sample::new());
    let by_age = |filter: &str, groups: Value| {
        check(&served, &format!("/v1/views/median_followers_by_age_group?{filter}"), "age_group", groups)
    };
    by_age("age_group__gte=18-24", json!(["18-24", "51+"]));
    by_age("age_group__lte=36-50", json!(["0-17", "18-24"]));
    by_age("age_group=51%2B", json!(["51+"]));
    by_age("order=-age_group", json!(["51+", "18-24", "0-17"]));
    by_age("order=median_follower_count", json!(["51+", "18-24", "0-17"]));
}

#[test]
fn an_empty_value_is_null() {
    let served = Served::new(Sample::new());
    let of_country = |filter: &str, posters: Value| {
        check(&served, &format!("/v1/views/top_posters?{filter}"), "poster_name", posters)
    };
    of_country("country=", json!(["Ada \"A\" <b>"]));
    of_country("country=&country=France", json!(["Ada \"A\" <b>", "Bob"]));
    of_country("country__gte=A", json!(["Bob", "Cy"]));
    of_country("order=country", json!(["Ada \"A\" <b>", "Bob", "Cy"]));
    of_country("order=-country", json!(["Cy", "Bob", "Ada \"A\" <b>"]));
    of_country("rank=1", json!(["Ada \"A\" <b>", "Bob"]));
    check(&served, "/v1/views/top_posters?country=", "country", json!([null]));
    check(&served, "/v1/views/category_by_country?country=", "country", json!([]));
}

#[test]
fn rows_are_ordered_by_columns_then_as_ever() {
    let served = Served::new(Sample::new());
    let ordered = |order: &str, posts: Value| {
        check(&served, &format!("/v1/views/category_by_country?order={order}"), "posts", posts)
    };
    ordered("-posts", json!([9, 7, 5, 4, 4, 2]));
    ordered("rank,-posts", json!([9, 7, 4, 4, 5, 2]));
    ordered("-country", json!([4, 4, 7, 5, 9, 2]));
    let tied = "/v1/views/category_by_country?posts=4&order=posts,-country";
    check(&served, tied, "category", json!(["art", "finance"]));
}

#[test]
fn head_is_get_without_the_body() {
    let served = Served::new(Sample::new());
    for path in ["/v1/views", "/v1/views/top_posters", "/"] {
        let (get, head) = (served.get(path), served.send("HEAD", path, ""));
        assert_eq!((head.status, head.body.as_str()), (200, ""), "{path}");
        for name in ["content-length", "content-type", "etag", "cache-control"] {
            assert_eq!(head.header(name), get.header(name), "{path}: {name}");
        }
    }
}
