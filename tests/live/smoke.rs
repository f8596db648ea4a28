//! A record's way: in at the front door, into the log, into the views, and again after the next start.

use crate::program::{Start, log_lines};
use serde_json::{Value, json};
use std::time::Instant;
use tempfile::TempDir;

/// Waits until a view shows these rows.
#[track_caller]
fn check_view(client: &mut crate::client::Client, view: &str, expected: &Value) {
    let begin = Instant::now();
    loop {
        let (_, rows) = client.view(view);
        if rows == *expected {
            return;
        }
        assert!(begin.elapsed() < crate::program::PATIENCE, "{view}: {rows}, not {expected}");
    }
}

#[test]
fn records_of_all_dialects_meet_in_the_views_and_are_there_after_the_next_start() {
    let folder = TempDir::new().expect("make a folder");
    let data = folder.path().join("data");
    let program = Start::on(&data).program();
    let mut client = program.client();
    let pin = json!({ "index": 7, "category": "art", "poster_name": "Ann", "follower_count": "12k" });
    assert_eq!(client.send("POST", "/pin/", "", pin.to_string().as_bytes()).expect("an answer").status, 200);
    let geo = json!({ "ind": 7, "country": "France", "timestamp": "2022-01-02 03:04:05" });
    assert_eq!(client.produce("129a.geo", &geo).expect("an answer").status, 200);
    let user = json!({ "ind": 7, "first_name": "Ann", "age": 20, "date_joined": "2019-01-01" });
    let stream = "streaming-129a-user";
    let record = json!({ "StreamName": stream, "Data": user, "PartitionKey": "7" }).to_string();
    let put = client.send("PUT", &format!("/test/streams/{stream}/record"), "", record.as_bytes());
    assert_eq!(put.expect("an answer").status, 200);
    let row =
        json!([{ "country": "France", "age_group": "18-24", "rank": 1, "category": "art", "posts": 1 }]);
    check_view(&mut client, "category_by_country_age_group", &row);
    let post = client.get("/v1/posts/7").json();
    assert_eq!((&post["pin"]["follower_count"], &post["user"]["user_name"]), (&json!(12_000), &json!("Ann")));
    assert_eq!(client.get("/v1/posts/8").status, 404);
    assert_eq!(log_lines(&data).len(), 3);
    program.kill();

    let program = Start { workers: 1, ..Start::on(&data) }.program();
    program.wait_until_ready();
    let mut client = program.client();
    check_view(&mut client, "category_by_country_age_group", &row);
    let status = client.get("/v1/status").json();
    assert_eq!(status["tick"]["epoch"], json!(2));
    assert_eq!(status["records"], json!({ "pin": 1, "geo": 1, "user": 1 }));
    let delete = json!({ "ind": 7, "_deleted": true });
    assert_eq!(client.ingest("pin", &delete.to_string()).status, 200);
    check_view(&mut client, "category_by_country_age_group", &json!([]));
    program.stop();
}
