//! What is sent to a server, and what becomes of its answers.

use crate::server::{Answer, Request, Server};
use pinflow::emulate::EmulateError;
use pinflow::emulate::live::{Dialect, Invented, LiveSettings, Pace, Rows, Sent, run};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;
use tempfile::TempDir;

/// Few rows as fast as they can be sent, each a pin, a geo and a user, one request after another.
fn few(server: &Server) -> LiveSettings {
    LiveSettings {
        to: server.to(),
        rows: Rows::Invented(complete()),
        rate: 10_000.0,
        count: Some(20),
        connections: 1,
        progress: false,
        ..LiveSettings::default()
    }
}

/// A small catalogue, so that rows come again, in which nothing is missing.
fn complete() -> Invented {
    Invented { posts: 10, missing_geo_rate: 0.0, missing_user_rate: 0.0, ..Invented::default() }
}

fn send(settings: &LiveSettings) -> Sent {
    run(settings, &AtomicBool::new(false)).expect("sent")
}

/// A server that takes everything, in the words of its dialect.
fn willing() -> Server {
    Server::start(accept)
}

fn accept(request: &Request, before: usize) -> Option<Answer> {
    let parts: Vec<&str> = request.path.split('/').collect();
    let body = match parts[1..] {
        ["topics", _] => {
            let records = parsed(&request.body)["records"].as_array().map_or(0, Vec::len);
            let offset =
                |n| json!({"partition": 3, "offset": before * 1_000 + n, "error_code": null, "error": null});
            json!({"offsets": (0..records).map(offset).collect::<Vec<_>>(), "key_schema_id": null})
        }
        ["streams", _, "record"] => json!({"ShardId": "shardId-3", "SequenceNumber": before.to_string()}),
        ["v1", "ingest", kind] => {
            json!({"accepted": request.body.lines().count(), "blank": 0, "topic": format!("ingest.{kind}")})
        }
        _ => parsed(&request.body),
    };
    Answer::new(200, &body.to_string())
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{text} is not JSON: {error}"))
}

/// Whether it is a record of that kind, as an archive would have it.
fn check_record(kind: &str, record: &Value) {
    let (key, field) = match kind {
        "pin" => ("index", "unique_id"),
        "geo" => ("ind", "timestamp"),
        _ => ("ind", "date_joined"),
    };
    assert!(
        record[key].as_u64().is_some_and(|ind| ind < 10) && record[field].is_string(),
        "{kind}: {record}"
    );
}

#[test]
fn the_rest_proxy_gets_a_request_for_each_record() {
    let server = willing();
    let sent = send(&few(&server));
    let requests = server.requests();
    assert_eq!(requests.len(), 60);
    for triple in requests.chunks(3) {
        for (request, kind) in triple.iter().zip(["pin", "geo", "user"]) {
            assert_eq!(
                (&*request.method, &*request.path),
                ("POST", &*format!("/topics/129a67850695.{kind}"))
            );
            assert_eq!(request.headers["content-type"], "application/vnd.kafka.json.v2+json");
            assert_eq!(request.headers["host"], server.address.to_string());
            let body = parsed(&request.body);
            check_record(kind, &body["records"][0]["value"]);
            assert_eq!(body, json!({"records": [{"value": body["records"][0]["value"]}]}));
        }
        let [pin, geo] = [0, 1].map(|n| parsed(&triple[n].body)["records"][0]["value"].clone());
        assert_eq!(pin["index"], geo["ind"], "a row's records come together");
        let stamp = geo["timestamp"].as_str().expect("a text");
        assert_eq!((stamp.len(), &stamp[10..11]), (19, " "), "YYYY-MM-DD HH:MM:SS");
    }
    assert_eq!((sent.posts, sent.answers, sent.stopped), (20, 60, false));
    assert_eq!((sent.pin.sent, sent.geo.accepted, sent.total().accepted), (20, 20, 60));
    assert!(sent.refusals.is_empty() && sent.wrongly_refused() == 0 && sent.total().retried == 0);
}

#[test]
fn kinesis_gets_a_put_for_each_record() {
    let server = willing();
    let to = format!("{}/stage/", server.to());
    let prefix = Some("streaming-me".to_owned());
    let sent = send(&LiveSettings { to, dialect: Dialect::Kinesis, prefix, ..few(&server) });
    let requests = server.requests();
    assert_eq!((requests.len(), sent.total().accepted), (60, 60));
    for (request, kind) in requests.iter().zip(["pin", "geo", "user"].into_iter().cycle()) {
        let stream = format!("streaming-me-{kind}");
        assert_eq!((&*request.method, &*request.path), ("PUT", &*format!("/stage/streams/{stream}/record")));
        assert_eq!(request.headers["content-type"], "application/json");
        let body = parsed(&request.body);
        check_record(kind, &body["Data"]);
        let ind = body["Data"].get("ind").or(body["Data"].get("index")).expect("a key").to_string();
        assert_eq!(body, json!({"StreamName": stream, "Data": body["Data"], "PartitionKey": ind}));
    }
}

#[test]
fn the_pin_service_gets_bare_pins_and_nothing_else() {
    let server = willing();
    let sent = send(&LiveSettings { dialect: Dialect::Pin, ..few(&server) });
    let requests = server.requests();
    assert_eq!((requests.len(), sent.pin.accepted, sent.geo.sent, sent.user.sent), (20, 20, 0, 0));
    for request in requests {
        assert_eq!((&*request.method, &*request.path), ("POST", "/pin/"));
        assert_eq!(request.headers["content-type"], "application/json");
        check_record("pin", &parsed(&request.body));
    }
}

#[test]
fn ingest_gets_a_record_a_line_in_bulk() {
    let server = willing();
    let count = Some(250);
    let sent = send(&LiveSettings { dialect: Dialect::Ingest, count, ..few(&server) });
    assert_eq!((sent.total().accepted, sent.answers), (750, 9));
    let mut sizes: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for request in server.requests() {
        assert_eq!((&*request.method, &*request.headers["content-type"]), ("POST", "application/x-ndjson"));
        let kind = request.path.strip_prefix("/v1/ingest/").expect("a kind").to_owned();
        assert!(request.body.ends_with('\n'));
        request.body.lines().for_each(|line| check_record(&kind, &parsed(line)));
        sizes.entry(kind).or_default().push(request.body.lines().count());
    }
    assert!(sizes.len() == 3 && sizes.values().all(|sizes| *sizes == [100, 100, 50]), "{sizes:?}");
}

#[test]
fn the_rest_proxy_takes_several_records_in_a_request_if_asked_to() {
    let server = willing();
    let sent = send(&LiveSettings { batch: Some(8), ..few(&server) });
    let records = |request: &Request| parsed(&request.body)["records"].as_array().map_or(0, Vec::len);
    let sizes: Vec<usize> = server.requests().iter().map(records).collect();
    assert_eq!((sizes, sent.total().accepted), (vec![8, 8, 8, 8, 8, 8, 4, 4, 4], 60));
}

#[test]
fn a_time_has_the_rows_that_are_due_in_it_however_slow_the_server_is() {
    let server = willing();
    let slow = Server::start(|request, before| {
        thread::sleep(Duration::from_millis(2));
        accept(request, before)
    });
    for (server, is_late) in [(&server, false), (&slow, true)] {
        let duration = Some(Duration::from_millis(100));
        let sent = send(&LiveSettings { rate: 1_000.0, count: None, duration, ..few(server) });
        assert_eq!((sent.posts, sent.total().accepted, sent.stopped), (100, 300, false));
        assert!(!is_late || sent.late.max_ms > 100.0, "{:?}", sent.late);
    }
}

#[test]
fn random_pauses_change_no_count_and_no_record() {
    let bodies = |pace| {
        let server = willing();
        send(&LiveSettings { pace, ..few(&server) });
        server.requests().into_iter().map(|request| request.body).collect::<Vec<_>>()
    };
    assert_eq!(bodies(Pace::Even), bodies(Pace::Random));
}

#[test]
fn records_of_an_ind_keep_their_order_over_several_connections_also_when_sent_again() {
    let by_ind = |connections| {
        // Every fifth request has to be sent again.
        let server = Server::start(|request, before| match before % 5 {
            4 => Some(Answer { status: 503, headers: &[("retry-after", "0")], body: String::new() }),
            _ => accept(request, before),
        });
        let invented = Invented { correction_rate: 0.5, ..complete() };
        let rows = Rows::Invented(invented);
        let sent = send(&LiveSettings { rows, connections, count: Some(200), ..few(&server) });
        assert!(sent.total().retried > 0 && sent.total().corrections > 100);
        let mut by_ind: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
        for (before, request) in
            server.requests().into_iter().enumerate().filter(|(before, _)| before % 5 != 4)
        {
            let record = &parsed(&request.body)["records"][0]["value"];
            let ind = record.get("ind").or(record.get("index")).expect("a key").to_string();
            assert!(before < 2_000);
            by_ind.entry((request.path, ind)).or_default().push(record.to_string());
        }
        by_ind
    };
    assert_eq!(by_ind(1), by_ind(4));
}

#[test]
fn some_of_everything_is_counted_and_malformed_texts_come_alone() {
    // What is not JSON is refused, as every front door does.
    let server = Server::start(|request, before| {
        match request.body.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()) {
            true => accept(request, before),
            false => Answer::new(400, r#"{"title":"Bad Request","detail":"line 1 is not JSON"}"#),
        }
    });
    let rates =
        Invented { correction_rate: 0.1, delete_rate: 0.1, malformed_rate: 0.1, odd_rate: 0.0, ..complete() };
    let rows = Rows::Invented(Invented { missing_geo_rate: 0.5, ..rates });
    let sent = send(&LiveSettings { rows, dialect: Dialect::Ingest, count: Some(1_000), ..few(&server) });
    let total = sent.total();
    let near = |counted: u64, of: u64| (of * 7 / 100..of * 13 / 100).contains(&counted);
    assert_eq!(
        (sent.pin.sent - sent.pin.corrections - sent.pin.deletes - sent.pin.malformed, sent.posts),
        (1_000, 1_000)
    );
    assert!(
        sent.geo.sent < sent.user.sent && near(total.deletes, 2_500) && near(total.malformed, 2_500),
        "{total:?}"
    );
    assert_eq!((total.refused, sent.wrongly_refused()), (total.malformed_refused, 0));
    assert!(total.malformed_refused > total.malformed / 4 && total.accepted + total.refused == total.sent);
    assert_eq!(sent.refusals.len(), 1);
    assert_eq!(
        (&*sent.refusals[0].reason, sent.refusals[0].records),
        ("400 line 1 is not JSON", total.refused)
    );
    let deletes = server
        .requests()
        .iter()
        .map(|request| request.body.matches("\"_deleted\": true").count())
        .sum::<usize>();
    assert_eq!(deletes as u64, total.deletes);
}

#[test]
fn what_a_server_has_no_room_for_is_sent_again_up_to_a_bound() {
    let full = |status, times: usize| {
        Server::start(move |request, before| match before < times {
            true => Some(Answer { status, headers: &[("Retry-After", "0")], body: "full".to_owned() }),
            false => accept(request, before),
        })
    };
    for status in [429, 503, 500] {
        let server = full(status, 3);
        let sent = send(&few(&server));
        assert_eq!((server.requests().len(), sent.pin.retried, sent.total().accepted), (63, 3, 60));
    }
    let server = full(503, 10);
    let sent = send(&few(&server));
    assert_eq!((sent.pin.retried, sent.pin.refused, sent.pin.accepted), (9, 1, 19));
    assert_eq!((&*sent.refusals[0].reason, sent.wrongly_refused()), ("503 full", 1));
}

#[test]
fn what_a_server_refuses_is_not_sent_again_and_the_first_reasons_are_kept() {
    let server = Server::start(|request, before| match before {
        0..30 => Answer::new(422, &format!(r#"{{"error_code":422,"message":"number {}"}}"#, before % 10)),
        _ => accept(request, before),
    });
    let sent = send(&few(&server));
    assert_eq!((server.requests().len(), sent.total().refused, sent.total().retried), (60, 30, 0));
    let reasons: Vec<(&str, u64)> =
        sent.refusals.iter().map(|refusal| (&*refusal.reason, refusal.records)).collect();
    let first = ["422 number 0", "422 number 1", "422 number 2", "422 number 3", "422 number 4"];
    assert_eq!(reasons[..5], first.map(|reason| (reason, 3)));
    assert_eq!(reasons[5..], [("other reasons", 15)]);
}

#[test]
fn a_record_alone_may_be_refused() {
    let server = Server::start(|_, _| {
        let offsets =
            r#"[{"partition":0,"offset":1},{"partition":null,"offset":null,"error_code":2,"error":"no"}]"#;
        Answer::new(200, &format!(r#"{{"offsets":{offsets}}}"#))
    });
    let sent = send(&LiveSettings { batch: Some(2), ..few(&server) });
    assert_eq!(
        (sent.total().accepted, sent.total().refused, &*sent.refusals[0].reason),
        (30, 30, "error 2 no")
    );
}

#[test]
fn a_broken_connection_is_replaced() {
    let server = Server::start(|request, before| if before == 7 { None } else { accept(request, before) });
    let sent = send(&few(&server));
    assert_eq!((sent.total().accepted, sent.total().retried, server.requests().len()), (60, 1, 61));
}

#[test]
fn accepted_records_are_logged_with_what_the_answer_says() {
    let folder = TempDir::new().expect("a folder");
    let lines = |dialect, malformed_rate| {
        let path = folder.path().join(dialect);
        let lines_before = fs::read_to_string(&path).map_or(0, |text| text.lines().count());
        let server = Server::start(|request, before| match before % 4 {
            3 => Answer::new(400, "no"),
            _ if request.path == "/pin/" => Answer::new(200, "null"),
            _ => accept(request, before),
        });
        let dialect = match dialect {
            "rest-proxy" => Dialect::RestProxy,
            "kinesis" => Dialect::Kinesis,
            "pin" => Dialect::Pin,
            _ => Dialect::Ingest,
        };
        let rows = Rows::Invented(Invented { malformed_rate, ..complete() });
        let sent = send(&LiveSettings { dialect, rows, log_sent: Some(path.clone()), ..few(&server) });
        let text = fs::read_to_string(&path).expect("a log");
        assert_eq!((text.lines().count() - lines_before) as u64, sent.total().accepted);
        text.lines().map(parsed).collect::<Vec<_>>()
    };
    let first = |dialect, expected: Value| {
        let line = lines(dialect, 0.0).swap_remove(0);
        check_record("pin", &line["record"]);
        let record = line["record"].clone();
        let mut expected = expected;
        expected["record"] = record;
        expected["kind"] = json!("pin");
        assert_eq!(line, expected);
    };
    first("rest-proxy", json!({"topic": "129a67850695.pin", "partition": 3, "offset": 0}));
    let stream = "streaming-129a67850695-pin";
    first("kinesis", json!({"topic": stream, "partition": "shardId-3", "offset": "0"}));
    first("ingest", json!({"topic": "ingest.pin", "partition": null, "offset": null}));
    first("pin", json!({"topic": null, "partition": null, "offset": null}));
    // A second run appends, and what is no JSON is still a text.
    let with_malformed = lines("pin", 1.0);
    assert!(with_malformed.iter().any(|line| line["text"].is_string() && line.get("record").is_none()));
    assert!(with_malformed[0]["record"].is_object());
}

fn with_catalogue(content: &str, dialect: Dialect) -> (Result<Sent, EmulateError>, Vec<Request>, PathBuf) {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("rows.ndjson");
    fs::write(&path, content).expect("written");
    let server = willing();
    let rows = Rows::File(path.clone());
    let sent = run(&LiveSettings { rows, dialect, ..few(&server) }, &AtomicBool::new(false));
    (sent, server.requests(), path)
}

#[test]
fn rows_of_a_file_are_sent_as_they_are_spelled() {
    let pin = r#"{"index":7,"title":"a\u0041 ", "x": 1.50}"#;
    let rows = format!(
        "{{\"pin\": {pin}, \"geo\": null}}\r\n\n{{\"user\": {{\"ind\":\"8\"}},\"geo\":{{\"ind\": 8}}}}\n"
    );
    let (sent, requests, _) = with_catalogue(&rows, Dialect::Kinesis);
    let sent = sent.expect("sent");
    assert_eq!((sent.posts, sent.geo.sent), (20, sent.user.sent));
    assert!(sent.pin.sent > 0 && sent.geo.sent > 0 && sent.pin.sent + sent.geo.sent == 20);
    for request in requests {
        let (data, key) = match request.path.as_str() {
            "/streams/streaming-129a67850695-pin/record" => (pin, "7"),
            "/streams/streaming-129a67850695-geo/record" => (r#"{"ind": 8}"#, "8"),
            _ => (r#"{"ind":"8"}"#, "8"),
        };
        assert!(
            request.body.contains(&format!(",\"Data\":{data},\"PartitionKey\":\"{key}\"}}")),
            "{}",
            request.body
        );
    }
    let (sent, requests, _) = with_catalogue(&rows, Dialect::Pin);
    assert_eq!(
        (sent.expect("sent").pin.sent, requests.len()),
        (20, 20),
        "rows without a pin are passed over"
    );
}

#[test]
fn errors_in_a_file_name_the_line() {
    let check = |content: &str, line: usize, problem: &str| {
        let (sent, requests, path) = with_catalogue(content, Dialect::Pin);
        let error = sent.expect_err(content);
        assert!(error.is_usage() && requests.is_empty());
        let place =
            if line > 0 { format!("{}:{line}: ", path.display()) } else { format!("{}: ", path.display()) };
        let said = error.to_string();
        assert!(said.starts_with(&place) && said.contains(problem), "{said:?} does not say {place}{problem}");
    };
    let good = r#"{"pin":{"ind":1}}"#;
    check(&format!("{good}\n\n{{\"pin\":{{}}"), 3, "EOF while parsing");
    check(
        &format!("{good}\n{{\"pins\":{{}}}}"),
        2,
        "unknown field `pins`, expected one of `pin`, `geo`, `user`",
    );
    check("[1]", 1, "a row must be an object");
    check("{}", 1, "a row must have a pin, a geo or a user");
    check(r#"{"pin":[1]}"#, 1, "its pin must be an object, not [1]");
    check(r#"{"geo":{"ind":1}}"#, 0, "no row has anything that --dialect pin takes");
    check("\n\n", 0, "no row");
}

#[test]
fn settings_that_make_no_sense_are_refused_before_anything_is_sent() {
    let server = willing();
    let check = |change: &dyn Fn(&mut LiveSettings), message: &str| {
        let mut settings = few(&server);
        change(&mut settings);
        let error = run(&settings, &AtomicBool::new(false)).expect_err(message);
        assert!(error.is_usage() && error.to_string().contains(message), "{error} does not say {message}");
    };
    for rate in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e9] {
        check(&|settings| settings.rate = rate, "--rate must be a number above 0");
    }
    check(&|settings| settings.connections = 0, "--connections must be a number from 1 to 1000, not 0");
    check(&|settings| settings.count = Some(0), "--count");
    check(
        &|settings| settings.batch = Some(0),
        "--batch must be a number from 1 to 1000 with --dialect rest-proxy",
    );
    for dialect in [Dialect::Kinesis, Dialect::Pin] {
        let message = format!("--batch must be a number from 1 to 1 with --dialect {dialect}, not 2");
        check(&|settings| (settings.dialect, settings.batch) = (dialect, Some(2)), &message);
    }
    for dialect in [Dialect::Pin, Dialect::Ingest] {
        check(
            &|settings| (settings.dialect, settings.prefix) = (dialect, Some("a".into())),
            "--prefix does not fit",
        );
    }
    check(&|settings| settings.prefix = Some("a/b".into()), "--prefix must be");
    check(&|settings| settings.rows = Rows::Invented(Invented { posts: 0, ..complete() }), "--posts");
    check(&|settings| settings.rows = Rows::Invented(Invented { odd_rate: 2.0, ..complete() }), "--odd-rate");
    check(&|settings| settings.to = "https://127.0.0.1".into(), "https is not spoken here");
    check(&|settings| settings.to = "http://".into(), "--to http://: ");
    assert!(server.requests().is_empty());
    let missing = few(&server);
    let missing = LiveSettings { rows: Rows::File(Path::new("/nowhere/rows").into()), ..missing };
    let error = run(&missing, &AtomicBool::new(false)).expect_err("no file").to_string();
    assert_eq!(error, "cannot read /nowhere/rows");
}

#[test]
fn an_endless_emulation_ends_soon_after_it_is_told_to_also_without_an_answer() {
    let willing = willing();
    let full = Server::start(|_, _| {
        Some(Answer { status: 429, headers: &[("retry-after", "50")], body: String::new() })
    });
    let silent = Server::start(|request, before| {
        if before > 0 {
            thread::sleep(Duration::from_secs(15));
        }
        accept(request, before)
    });
    for (server, is_answered) in [(&willing, true), (&full, false), (&silent, false)] {
        let stop = AtomicBool::new(false);
        let settings = LiveSettings { count: None, ..few(server) };
        let sent = thread::scope(|scope| {
            let sending = scope.spawn(|| run(&settings, &stop).expect("sent"));
            server.wait_for(if is_answered { 10 } else { 1 });
            stop.store(true, Ordering::Relaxed);
            sending.join().expect("no panic")
        });
        let total = sent.total();
        assert!(
            sent.stopped && total.sent == total.accepted + total.unanswered && total.refused == 0,
            "{total:?}"
        );
        assert!(total.unanswered == 0 || !is_answered, "{total:?}");
    }
}
