//! Bodies that come oddly, late, too large or not at all.

use crate::client::{Client, exchange, request};
use crate::server::TestServer;
use pinflow::http::Limits;
use std::sync::atomic::Ordering;
use std::time::Duration;

const HEAD: &str = "POST /v1/ingest/pin HTTP/1.1\r\nHost: x\r\n";

#[tokio::test]
async fn half_a_body_and_silence() {
    let limits = Limits { body_timeout: Duration::from_millis(200), ..Limits::default() };
    let server = TestServer::with_limits(limits).await;
    for (head, status) in [
        (
            HEAD,
            r#"{"detail":"the body did not come in time","status":408,"title":"Request Timeout","type":"about:blank"}"#,
        ),
        (
            "PUT /streams/a-pin/record HTTP/1.1\r\nHost: x\r\n",
            r#"{"__type":"RequestTimeoutException","message":"the body did not come in time"}"#,
        ),
    ] {
        let mut client = Client::connect(server.address).await;
        client.send(format!("{head}Content-Length: 100\r\n\r\n{{\"ind\"")).await;
        let answer = client.answer().await.unwrap();
        assert_eq!(answer.parts(), (408, status));
        assert_eq!(answer.header("connection"), Some("close"));
        assert_eq!(client.answer().await, None);
    }
    assert_eq!(server.log.len(), 0);
    assert_eq!(server.in_flight.bytes(), 0);
}

#[tokio::test]
async fn a_client_that_leaves() {
    let server = TestServer::start().await;
    let mut client = Client::connect(server.address).await;
    client.send(format!("{HEAD}Content-Length: 100\r\n\r\n{{\"ind\": 1}}\n")).await;
    drop(client);
    let mut client = Client::connect(server.address).await;
    client.send(format!("{HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n{{\"ind\": 1}}\n")).await;
    assert_eq!(client.answer().await.unwrap().status, 400);
    assert_eq!(server.send("GET", "/livez", &[], "").await.status, 200);
    assert_eq!(server.log.len(), 0);
}

#[tokio::test]
async fn chunks_pipelines_and_expectations() {
    let server = TestServer::start().await;
    let mut client = Client::connect(server.address).await;
    let chunked =
        format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n7\r\n{{\"ind\":\r\n4\r\n 1}}\n\r\n0\r\n\r\n");
    let plain = request("POST", "/v1/ingest/pin", &[], "{\"ind\": 2}");
    client.send([chunked.as_bytes(), &plain, &request("GET", "/livez", &[], "")].concat()).await;
    let accepted = r#"{"accepted":1,"blank":0,"topic":"ingest.pin"}"#;
    assert_eq!(client.answer().await.unwrap().parts(), (200, accepted));
    assert_eq!(client.answer().await.unwrap().parts(), (200, accepted));
    assert_eq!(client.answer().await.unwrap().parts(), (200, "ok\n"));
    client.send(format!("{HEAD}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n")).await;
    assert_eq!(client.answer().await.unwrap().status, 100);
    client.send("{}").await;
    assert_eq!(client.answer().await.unwrap().parts(), (200, accepted));
    // A body that is too large is not asked for.
    client.send(format!("{HEAD}Expect: 100-continue\r\nContent-Length: 99999999999\r\n\r\n")).await;
    assert_eq!(client.answer().await.unwrap().status, 413);
    let mut records = server.log.records("ingest.pin");
    records.sort();
    assert_eq!(records, ["{\"ind\": 1}", "{\"ind\": 2}", "{}"]);
}

#[tokio::test]
async fn a_body_that_is_too_large() {
    let server = TestServer::with_limits(Limits { body_bytes: 1000, ..Limits::default() }).await;
    // The client sends all of it and still reads why.
    let answer = server.send("POST", "/v1/ingest/pin", &[], vec![b'\n'; 8 << 20]).await;
    assert_eq!((answer.status, &answer.json()["detail"]), (413, &"the body has more than 1000 bytes".into()));
    let chunks = "100\r\n".to_owned() + &"\n".repeat(256) + "\r\n";
    let chunked = format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n{}0\r\n\r\n", chunks.repeat(5));
    assert_eq!(exchange(server.address, chunked).await.status, 413);
    let allowed = format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n{}0\r\n\r\n", chunks.repeat(3));
    assert_eq!(exchange(server.address, allowed).await.status, 200);
    assert_eq!(server.in_flight.bytes(), 0);
}

#[tokio::test]
async fn bytes_in_flight_have_a_limit() {
    let server = TestServer::with_limits(Limits { in_flight_bytes: 100, ..Limits::default() }).await;
    server.log.open.send_replace(false);
    let mut waiting = Client::connect(server.address).await;
    waiting.send(request("POST", "/v1/ingest/pin", &[], "1".repeat(60))).await;
    while server.in_flight.bytes() < 60 {
        tokio::task::yield_now().await;
    }
    let busy = server.send("POST", "/v1/ingest/pin", &[], "1".repeat(60)).await;
    assert_eq!((busy.status, busy.header("retry-after")), (429, Some("1")));
    // A body that says how long it is need not be sent to hear that.
    let only_declared = exchange(server.address, format!("{HEAD}Content-Length: 60\r\n\r\n"));
    assert_eq!(only_declared.await.status, 429);
    let chunked = format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n3c\r\n{}\r\n0\r\n\r\n", "1".repeat(60));
    assert_eq!(exchange(server.address, chunked).await.status, 429);
    server.log.open.send_replace(true);
    assert_eq!(waiting.answer().await.unwrap().status, 200);
    assert_eq!(server.send("POST", "/v1/ingest/pin", &[], "1".repeat(60)).await.status, 200);
}

#[tokio::test]
async fn an_overloaded_pipeline() {
    let server = TestServer::start().await;
    server.overloaded.store(true, Ordering::Relaxed);
    for (method, path) in [
        ("POST", "/topics/a.pin"),
        ("PUT", "/streams/a-pin/record"),
        ("PUT", "/streams/a-pin/records"),
        ("POST", "/pin/"),
        ("POST", "/v1/ingest/pin"),
    ] {
        let json = if path.starts_with("/v1") { "application/x-ndjson" } else { "application/json" };
        let header = format!("Content-Type: {json}");
        let answer = server.send(method, path, &[&header], "{}").await;
        assert_eq!((answer.status, answer.header("retry-after")), (429, Some("1")), "{path}");
    }
    assert_eq!(server.send("GET", "/livez", &[], "").await.status, 200);
}
