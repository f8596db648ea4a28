//! `POST /v1/ingest/{kind}`.

use crate::server::TestServer;
use flate2::Compression;
use flate2::write::GzEncoder;
use pinflow::http::Limits;
use pinflow::log::AppendError;
use std::io::Write;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn lines_become_records() {
    let server = TestServer::start().await;
    let body = "\u{feff}{\"ind\": 1e0}\r\n\n{\"ind\":\"1\", \"big\": 123456789012345678901234567890}\n[1]";
    let answer = server.send("POST", "/v1/ingest/geo", &["Content-Type: application/x-ndjson"], body).await;
    assert_eq!(answer.parts(), (200, r#"{"accepted":3,"blank":1,"topic":"ingest.geo"}"#));
    let partitions = server.log.partitions("ingest.geo");
    let of_1 = partitions.iter().find(|records| records.len() > 1).expect("one ind has one partition");
    assert_eq!(of_1[..2], ["{\"ind\": 1e0}", "{\"ind\":\"1\", \"big\": 123456789012345678901234567890}"]);
    let nothing = server.send("POST", "/v1/ingest/geo", &[], "\n").await;
    assert_eq!(nothing.parts(), (200, r#"{"accepted":0,"blank":1,"topic":"ingest.geo"}"#));
}

#[tokio::test]
async fn media_types() {
    let server = TestServer::start().await;
    for media_type in ["application/x-ndjson", "application/ndjson; charset=utf-8", "application/jsonl"] {
        let header = format!("Content-Type: {media_type}");
        assert_eq!(server.send("POST", "/v1/ingest/pin", &[&header], "{}").await.status, 200);
    }
    let form = &["Content-Type: application/x-www-form-urlencoded"];
    assert_eq!(server.send("POST", "/v1/ingest/pin", form, "{}").await.status, 200);
    let joined = server.send("POST", "/v1/ingest/pin", form, "{}{}").await;
    assert!(joined.body.contains("--data-binary"), "{joined:?}");
    let json = server.send("POST", "/v1/ingest/pin", &["Content-Type: application/json"], "{}").await;
    assert_eq!((json.status, json.header("content-type")), (415, Some("application/problem+json")));
    assert_eq!(json.json()["media_types"][0], "application/x-ndjson");
}

#[tokio::test]
async fn problems() {
    let server =
        TestServer::with_limits(Limits { ingest_records: 3, record_bytes: 20, ..Limits::default() }).await;
    let no_json = server.send("POST", "/v1/ingest/pin", &[], "{}\n\n{\"a\"}\n").await;
    let body = r#"{"detail":"line 3 is not JSON: expected `:` at column 5; nothing was stored","line":3,"status":400,"title":"Bad Request","type":"about:blank"}"#;
    assert_eq!(no_json.parts(), (400, body));
    assert_eq!(no_json.header("content-type"), Some("application/problem+json"));
    let no_kind = server.send("POST", "/v1/ingest/pins", &[], "{}").await;
    assert_eq!(
        (no_kind.status, no_kind.json()["kinds"].to_string()),
        (404, r#"["pin","geo","user"]"#.to_owned())
    );
    let no_text = server.send("POST", "/v1/ingest/pin", &[], b"{}\n\xff").await;
    assert_eq!((no_text.status, &no_text.json()["line"]), (400, &2.into()));
    let too_many = server.send("POST", "/v1/ingest/pin", &[], "1\n2\n3\n4\n").await;
    assert_eq!(too_many.status, 413);
    let too_large = server.send("POST", "/v1/ingest/pin", &[], "1\n\"34567890123456789012\"\n").await;
    assert_eq!((too_large.status, &too_large.json()["line"]), (413, &2.into()));
    let method = server.send("GET", "/v1/ingest/pin", &[], "").await;
    assert_eq!((method.status, method.header("allow")), (405, Some("POST")));
    server.log.refuse(AppendError::NoRoom("full".to_owned()));
    let no_room = server.send("POST", "/v1/ingest/pin", &[], "{}").await;
    assert_eq!((no_room.status, &no_room.json()["detail"]), (503, &"there is no room: full".into()));
    assert_eq!(server.send("DELETE", "/streams/ingest.pin", &[], "").await.status, 200);
    assert_eq!(server.send("POST", "/v1/ingest/pin", &[], "{}").await.status, 410);
    assert_eq!(server.log.len(), 0);
}

#[tokio::test]
async fn gzip_is_unpacked() {
    let limits = Limits { body_bytes: 1 << 20, in_flight_bytes: 3 << 20, ..Limits::default() };
    let server = TestServer::with_limits(limits).await;
    let headers = &["Content-Encoding: gzip"];
    let members = [gzip(b"{\"ind\":1}\n{\"i"), gzip(b"nd\":2}\n")].concat();
    let answer = server.send("POST", "/v1/ingest/user", headers, &members).await;
    assert_eq!(answer.parts(), (200, r#"{"accepted":2,"blank":0,"topic":"ingest.user"}"#));
    for damaged in [&members[..members.len() - 3], b"{}", b""] {
        assert_eq!(server.send("POST", "/v1/ingest/user", headers, damaged).await.status, 400);
    }
    let bomb = gzip(&vec![b'\n'; 100 << 20]);
    assert!(bomb.len() < 1 << 20);
    let answer = server.send("POST", "/v1/ingest/user", headers, &bomb).await;
    assert_eq!(
        (answer.status, &answer.json()["detail"]),
        (413, &"the decompressed body has more than 1048576 bytes".into())
    );
    assert_eq!(server.send("POST", "/v1/ingest/user", &["Content-Encoding: br"], "{}").await.status, 415);
    assert_eq!(server.log.len(), 2);
    assert_eq!(server.in_flight.bytes(), 0);
}

#[tokio::test]
async fn a_large_body() {
    let server = TestServer::start().await;
    let line = format!("{{\"ind\": 5, \"title\": \"{}\"}}\n", "x".repeat(70));
    let body = line.repeat(100_000);
    let answer = server.send("POST", "/v1/ingest/pin", &[], &body).await;
    assert_eq!(answer.parts(), (200, r#"{"accepted":100000,"blank":0,"topic":"ingest.pin"}"#));
    assert_eq!(
        server.observed.lock().unwrap()[..],
        [("/v1/ingest/{kind}".to_owned(), 200, body.len() as u64)]
    );
}
