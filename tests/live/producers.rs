//! The reference pipelines' producers, in their own language and with their own HTTP client.

use crate::program::{PATIENCE, Start, log_lines};
use crate::tools;
use serde_json::{Value, json};
use std::time::Instant;
use tempfile::TempDir;

const POSTS: usize = 5;

#[test]
fn python_producers_need_no_change() {
    let folder = TempDir::new().expect("make a folder");
    let data = folder.path().join("data");
    let program = Start::on(&data).program();
    let mut python = tools::command_of("PINFLOW_TEST_PYTHON");
    python.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/live/producers.py"));
    python.args([format!("http://{}", program.address), POSTS.to_string()]);
    // A proxy of this machine's is none of this test's.
    let sent = python.env("NO_PROXY", "*").output().expect("Python runs");
    let said = String::from_utf8_lossy(&sent.stderr);
    assert!(sent.status.success(), "{said}");
    let statuses = String::from_utf8_lossy(&sent.stdout);
    let statuses: Vec<&str> = statuses.split_whitespace().collect();
    assert_eq!(statuses, ["200"; 7 * POSTS], "{said}");
    assert_eq!(log_lines(&data).len(), 7 * POSTS);

    let mut client = program.client();
    let joined = json!([{
        "country": "Albania", "post_year": 2021, "age_group": "18-24", "rank": 1, "category": "diy-and-crafts",
        "posts": 2 * POSTS,
    }]);
    let begin = Instant::now();
    while client.view("category_by_country_year_age_group").1 != joined
        || client.get("/v1/status").json()["records"]["pin"] != json!(3 * POSTS)
    {
        assert!(begin.elapsed() < PATIENCE, "{:?}", client.view("category_by_country_year_age_group"));
    }
    let posters = client.view("top_posters").1;
    assert_eq!(
        (&posters[0]["poster_name"], &posters[0]["follower_count"]),
        (&json!("Ann Allen"), &json!(12_000))
    );
    assert_eq!(client.view("users_joined_by_year").1, json!([{ "join_year": 2015, "users": 1 }]));
    // Texts are kept as they were sent, through every dialect.
    let records = log_lines(&data).into_iter().map(|line| serde_json::from_str(&line).expect("JSON"));
    let titles = records.filter_map(|record: Value| record.get("title").cloned());
    let titles: Vec<Value> = titles.collect();
    assert_eq!(titles, vec![json!("Café \"Noir\" – 24 ideas ☕"); 3 * POSTS]);
    assert_eq!(client.get("/v1/status").json()["rejects"], 0);
    program.stop();
}
