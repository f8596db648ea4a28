//! `/v1/log`: the log of a run by pages, for clients of all sorts.

use crate::client::{Answer, Client};
use crate::program::{Program, Start};
use serde_json::{Value, json};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

fn program(config: &str) -> (TempDir, Program) {
    let folder = TempDir::new().expect("make a folder");
    let program = Start { config, ..Start::on(&folder.path().join("data")) }.program();
    (folder, program)
}

fn lines(inds: std::ops::Range<u64>) -> String {
    inds.map(|ind| format!("{{\"ind\": {ind}}}\n")).collect()
}

#[test]
fn partitions_and_records() {
    // A budget that is smaller than a page may take.
    let (_folder, program) =
        program("[log]\npartitions = 1\n[http]\nbody_max_bytes = 2048\nin_flight_max_bytes = 2048\n");
    let mut client = program.client();
    let empty = client.get("/v1/log").json();
    assert_eq!(empty["partitions"], json!([]));
    client.ingest("geo", &lines(0..3));
    let listing = client.get("/v1/log").json();
    let ends = json!([{"topic": "ingest.geo", "partition": 0, "kind": "geo", "first_position": 0, "end_position": 3}]);
    assert_eq!(listing["partitions"], ends);
    assert!(listing["change"].as_u64() > empty["change"].as_u64());

    let page = client.get("/v1/log/ingest.geo/0?from=1").json();
    assert_eq!((&page["next"], &page["end_position"], &page["faults"]), (&json!(3), &json!(3), &json!([])));
    let records = page["records"].as_array().expect("a list");
    assert_eq!(records.len(), 2);
    assert_eq!(records[0]["position"], 1);
    assert_eq!(records[0]["record"], "{\"ind\": 1}");
    assert_eq!(records[0]["object"], "topics/ingest.geo/partition=0/ingest.geo+0+0000000000.json");
    let time = records[0]["time"].as_str().expect("a time");
    let of_time = client.get(&format!("/v1/log/ingest.geo/0?from={time}")).json();
    assert_eq!(of_time["records"].as_array().map(Vec::len), Some(3));
    for from in ["latest", "3", "99", "2100-01-01T00:00:00Z"] {
        let page = client.get(&format!("/v1/log/ingest.geo/0?from={from}")).json();
        assert_eq!((&page["records"], &page["next"]), (&json!([]), &json!(3)), "{from}");
    }
    program.stop();
}

#[test]
fn wrong_requests_are_told() {
    let (_folder, program) = program("");
    let mut client = program.client();
    client.ingest("geo", &lines(0..3));
    let check = |client: &mut Client, path: &str, status: u16, part: &str| {
        let Answer { status: found, body, headers } = client.get(path);
        assert!(found == status && body.contains(part), "{path}: {found} {body}");
        assert_eq!(headers["content-type"], "application/problem+json");
    };
    check(&mut client, "/v1/log/none.pin/0", 404, "the log has no partition 0 of a topic");
    check(&mut client, "/v1/log/ingest.geo/4096", 404, "the log has no partition 4096");
    check(&mut client, "/v1/log/ingest.geo/x", 404, "the log has no partition x");
    check(&mut client, "/v1/log/ingest.geo/0?from=-1", 400, "from cannot be");
    check(&mut client, "/v1/log/ingest.geo/0?to=1", 400, "to is no parameter");
    check(&mut client, "/v1/log?from=1", 400, "from is no parameter");
    check(&mut client, "/v1/log?change=x", 400, "change cannot be");
    check(&mut client, "/v1/log?wait_ms=60000", 400, "wait_ms cannot be");
    program.stop();
}

#[test]
fn what_is_new_can_be_waited_for() {
    let (_folder, program) = program("");
    let mut client = program.client();
    client.ingest("geo", &lines(0..3));
    let change = client.get("/v1/log").json()["change"].clone();
    let begin = Instant::now();
    let same = client.get(&format!("/v1/log?change={change}&wait_ms=300")).json();
    assert!(same["change"] == change && begin.elapsed() >= Duration::from_millis(300));
    let mut other = program.client();
    let waiting = thread::spawn({
        let path = format!("/v1/log?change={change}&wait_ms=30000");
        move || other.get(&path).json()
    });
    client.ingest("geo", &lines(3..4));
    let told: Value = waiting.join().expect("it is told");
    assert!(told["change"].as_u64() > change.as_u64() && begin.elapsed() < Duration::from_secs(25));
    // A run that ends lets nobody wait.
    let mut other = program.client();
    let change = client.get("/v1/log").json()["change"].clone();
    let waiting = thread::spawn(move || {
        other
            .send("GET", &format!("/v1/log?change={change}&wait_ms=30000"), "", b"")
            .map(|answer| answer.status)
    });
    let begin = Instant::now();
    program.stop();
    assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
    drop(waiting.join());
}

#[test]
fn pages_follow_each_other_and_leave_nothing_out() {
    let (_folder, program) = program("[log]\npartitions = 1\nsegment_bytes = 100000\n");
    let mut client = program.client();
    let text = "x".repeat(1_000);
    for first in (0..4000).step_by(500) {
        let pins: String =
            (first..first + 500).map(|ind| format!("{{\"index\":{ind},\"title\":\"{text}\"}}\n")).collect();
        assert_eq!(client.ingest("pin", &pins).status, 200);
    }
    let (mut next, mut pages, mut positions) = (0, 0, Vec::new());
    while next < 4000 {
        let page = client.get(&format!("/v1/log/ingest.pin/0?from={next}"));
        assert!(page.body.len() < 3 << 20, "{}", page.body.len());
        let page = page.json();
        let records = page["records"].as_array().expect("a list");
        positions.extend(records.iter().map(|record| record["position"].as_u64().expect("a number")));
        assert!(page["next"].as_u64() > Some(next));
        (next, pages) = (page["next"].as_u64().expect("a number"), pages + 1);
    }
    assert_eq!(positions, (0..4000).collect::<Vec<u64>>());
    assert!((4..10).contains(&pages), "{pages}");
    program.stop();
}
