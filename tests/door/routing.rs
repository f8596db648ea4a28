//! Routes that are not there, probes, stages, observation.

use crate::client::{exchange, request};
use crate::server::TestServer;
use pinflow::http::Limits;
use std::sync::atomic::Ordering;

#[tokio::test]
async fn probes() {
    let server = TestServer::start().await;
    assert_eq!(server.send("GET", "/livez", &[], "").await.parts(), (200, "ok\n"));
    assert_eq!(server.send("GET", "/readyz", &[], "").await.parts(), (200, "ok\n"));
    server.ready.store(false, Ordering::Relaxed);
    assert_eq!(server.send("GET", "/readyz", &[], "").await.parts(), (503, "recovering\n"));
    let head = exchange(server.address, "HEAD /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    // The length is that of the body that GET would bring.
    let mut head = head.await;
    head.headers.retain(|(name, _)| name == "content-length");
    assert_eq!((head.status, head.header("content-length")), (200, Some("3")));
    let post = server.send("POST", "/livez", &[], "").await;
    assert_eq!((post.status, post.header("allow")), (405, Some("GET,HEAD")));
}

#[tokio::test]
async fn what_is_not_there() {
    let server = TestServer::start().await;
    for path in ["/", "/nothing", "/a/b/topics/a.pin", "/test/v1/ingest/pin", "/topics/a.pin/x"] {
        let answer = server.send("POST", path, &[], "{}").await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (404, Some("application/problem+json")),
            "{path}"
        );
        assert_eq!(answer.json()["detail"], format!("there is nothing at {path}"));
    }
    let get = server.send("GET", "/nothing", &[], "").await;
    let body =
        r#"{"detail":"there is nothing at /nothing","status":404,"title":"Not Found","type":"about:blank"}"#;
    assert_eq!(get.parts(), (404, body));
}

#[tokio::test]
async fn addresses_and_headers_have_limits() {
    let server =
        TestServer::with_limits(Limits { header_bytes: 8 << 10, uri_bytes: 1 << 10, ..Limits::default() })
            .await;
    let path = format!("/{}", "x".repeat(1 << 10));
    assert_eq!(server.send("GET", &path, &[], "").await.status, 414);
    assert_eq!(server.send("GET", &path[..1 << 10], &[], "").await.status, 404);
    let long = format!("X-Long: {}", "x".repeat(9 << 10));
    assert_eq!(server.send("GET", "/livez", &[&long], "").await.status, 431);
    let many: Vec<String> = (0..200).map(|number| format!("X-{number}: 1")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(server.send("GET", "/livez", &many, "").await.status, 431);
    assert_eq!(exchange(server.address, "nonsense\r\n\r\n").await.status, 400);
}

#[tokio::test]
async fn requests_are_observed() {
    let server = TestServer::start().await;
    server.send("POST", "/test/topics/a.pin", &[], "123").await;
    server.send("PUT", "/streams/a.pin/record", &[], "{}").await;
    server.send("GET", "/nothing", &[], "").await;
    exchange(server.address, request("GET", "/livez", &["X: \u{0}"], "")).await;
    let expected = [
        ("/topics/{topic}", 415, 0),
        ("/streams/{stream}/record", 400, 2),
        ("(none)", 404, 0),
        ("(headers)", 400, 0),
    ];
    let expected = expected.map(|(route, status, bytes)| (route.to_owned(), status, bytes));
    while server.observed.lock().unwrap().len() < expected.len() {
        tokio::task::yield_now().await;
    }
    assert_eq!(server.observed.lock().unwrap()[..], expected);
}
