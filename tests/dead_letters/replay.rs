//! `pinflow dlq replay`.

use crate::data_folder::{dlq, geo, sample};
use crate::front_door::{Answer, FrontDoor, Request};
use pinflow::dead_letters::LiveLetters;
use pinflow::dead_letters::live::Limits;
use pinflow::decode::Reason;
use std::net::TcpListener;
use tempfile::{TempDir, tempdir};

const OK: &str = "200 OK";
const JSON: &str = "content-type: application/problem+json\r\n";

fn accepted(request: &Request) -> Answer {
    (OK, "content-type: application/json\r\n", format!("{{\"accepted\":{}}}", request.body.lines().count()))
}

/// A data folder with records of `ingest.geo`, at the positions from 0 on.
fn geos(records: &[&str]) -> TempDir {
    let data = tempdir().expect("make a folder");
    let live = LiveLetters::open(&data.path().join("dead-letters"), Limits::default()).expect("open it");
    let letters = (0..).zip(records).map(|(position, record)| geo(position, Reason::NoUsableInd, record));
    live.finish_block(0, 0, &letters.collect::<Vec<_>>());
    data
}

#[test]
fn what_is_json_is_sent() {
    let (data, door) = (sample(), FrontDoor::start(|request, _| accepted(request)));
    let done = dlq(&data, "replay", &["--to", &format!("{}/", door.url)]);
    let expected = "\
3 records sent (0 pin, 3 geo, 0 user)
1 letters cannot be sent: object faults: replay the archive once the object is whole
1 letters cannot be sent: too large: only the beginning was kept
3 letters cannot be sent: not JSON: the bulk route takes JSON alone
";
    assert_eq!((done.text(), done.err.as_str(), done.code), (expected, "", Some(0)));
    let request = Request {
        path: "/v1/ingest/geo".to_owned(),
        content_type: "application/x-ndjson".to_owned(),
        body: "{   \"ind\": -1 }\n[2]\n{\"ind\": null}\n".to_owned(),
    };
    assert_eq!(door.requests(), [request]);

    let done = dlq(&data, "replay", &["--to", &door.url, "--reason", "not an object"]);
    assert_eq!(done.text(), "1 records sent (0 pin, 1 geo, 0 user)\n");
    assert_eq!(door.requests()[1].body, "[2]\n");
}

#[test]
fn a_dry_run_sends_nothing() {
    let done =
        dlq(&sample(), "replay", &["--to", "http://127.0.0.1:1", "--dry-run", "--topic", "ingest.geo"]);
    let expected = "\
3 records to be sent (0 pin, 3 geo, 0 user)
1 letters cannot be sent: too large: only the beginning was kept
";
    assert_eq!((done.text(), done.err.as_str(), done.code), (expected, "", Some(0)));
}

#[test]
fn many_records_go_in_several_requests() {
    let records: Vec<String> = (0..1201).map(|n| format!("{{\"n\":{n}}}")).collect();
    let data = geos(&records.iter().map(String::as_str).collect::<Vec<_>>());
    let door = FrontDoor::start(|request, _| accepted(request));
    let done = dlq(&data, "replay", &["--to", &door.url]);
    assert_eq!((done.text(), done.code), ("1201 records sent (0 pin, 1201 geo, 0 user)\n", Some(0)));
    let bodies: Vec<String> = door.requests().into_iter().map(|request| request.body).collect();
    assert_eq!(bodies.iter().map(|body| body.lines().count()).collect::<Vec<_>>(), [500, 500, 201]);
    assert_eq!(bodies.concat().lines().collect::<Vec<_>>(), records);
}

#[test]
fn a_line_that_is_refused_is_left_out_and_told() {
    let data = geos(&[r#"{"a":1}"#, r#"{"bad":2}"#, r#"{"a":3}"#, r#"{"long":4}"#, r#"{"a":5}"#]);
    let door = FrontDoor::start(|request, _| {
        let problem = |status, word: &str, detail| {
            let line = 1 + request.body.lines().position(|line| line.contains(word))?;
            Some((status, JSON, format!("{{\"detail\":\"line {line} {detail}\",\"line\":{line}}}")))
        };
        problem("400 Bad Request", "bad", "is not JSON")
            .or_else(|| problem("413 Content Too Large", "long", "has more than 9 bytes"))
            .unwrap_or_else(|| accepted(request))
    });
    let done = dlq(&data, "replay", &["--to", &door.url]);
    let expected = "\
3 records sent (0 pin, 3 geo, 0 user)
2 records refused
  ingest.geo/3 at 1: line 2 is not JSON
  ingest.geo/3 at 3: line 2 has more than 9 bytes
";
    assert_eq!((done.text(), done.err.as_str(), done.code), (expected, "", Some(3)));
    let bodies: Vec<String> = door.requests().into_iter().map(|request| request.body).collect();
    assert_eq!(
        bodies[1..],
        ["{\"a\":1}\n", "{\"a\":3}\n{\"long\":4}\n{\"a\":5}\n", "{\"a\":3}\n", "{\"a\":5}\n"]
    );
}

#[test]
fn a_request_that_is_too_large_is_halved() {
    let data = geos(&["1", "2", "3", "44444", "5"]);
    let door = FrontDoor::start(|request, _| match request.body.len() {
        ..=4 => accepted(request),
        _ => ("413 Content Too Large", JSON, r#"{"title":"too much"}"#.to_owned()),
    });
    let done = dlq(&data, "replay", &["--to", &door.url]);
    let expected =
        "4 records sent (0 pin, 4 geo, 0 user)\n1 records refused\n  ingest.geo/3 at 3: too much\n";
    assert_eq!((done.text(), done.code), (expected, Some(3)));
}

#[test]
fn a_front_door_that_is_busy_is_asked_again() {
    let data = geos(&["{}"]);
    let door = FrontDoor::start(|request, number| match number {
        0 => ("429 Too Many Requests", "retry-after: 0\r\n", String::new()),
        1 => ("503 Service Unavailable", "", String::new()),
        _ => accepted(request),
    });
    let done = dlq(&data, "replay", &["--to", &door.url]);
    assert_eq!((done.text(), done.code), ("1 records sent (0 pin, 1 geo, 0 user)\n", Some(0)));
    assert_eq!(door.requests().len(), 3);
}

#[test]
fn what_will_not_change_ends_it() {
    #[track_caller]
    fn check(answer: Answer, code: i32, out: &str, err: &str) {
        let door = FrontDoor::start(move |_, _| answer.clone());
        let done = dlq(&geos(&["{}"]), "replay", &["--to", &door.url]);
        let err = err.replace("URL", &format!("{}/v1/ingest/geo", door.url));
        assert_eq!((done.code, done.text(), done.err.as_str()), (Some(code), out, err.as_str()));
    }
    let none = "0 records sent (0 pin, 0 geo, 0 user)\n";
    let busy = ("503 Service Unavailable", "retry-after: 0\r\n", "starting".to_owned());
    check(busy, 1, none, "pinflow: URL still answers 503 after 10 attempts: starting\n");
    let broken = ("500 Internal Server Error", "", String::new());
    check(broken, 1, none, "pinflow: URL answers 500, as no front door that works does: \n");
    let other = ("404 Not Found", "", "no such page".to_owned());
    let refused = format!("{none}1 records refused\n  ingest.geo/3 at 0: 404: no such page\n");
    check(other, 3, &refused, "");
}

#[test]
fn a_front_door_that_is_not_there_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("listen");
    let url = format!("http://{}", listener.local_addr().expect("it listens"));
    drop(listener);
    let done = dlq(&sample(), "replay", &["--to", &url]);
    let expected = format!(
        "pinflow: {url}/v1/ingest/geo does not answer: cannot connect: Connection refused (os error 111)\n"
    );
    assert_eq!((done.code, done.err.as_str()), (Some(1), expected.as_str()));
    assert!(done.text().starts_with("0 records sent"));

    for url in ["https://localhost", "localhost:8080", "http://a b", "http://a/?b"] {
        let done = dlq(&sample(), "replay", &["--to", url]);
        assert!(done.err.starts_with(&format!("pinflow: --to {url}: ")), "{}", done.err);
        assert_eq!((done.code, done.err.lines().count()), (Some(2), 1), "{url}");
    }
}
