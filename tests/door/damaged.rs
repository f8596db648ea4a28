//! Whatever comes, it is stored or refused, and never half.

use crate::server::TestServer;
use proptest::prelude::*;
use std::sync::LazyLock;
use tokio::runtime::Runtime;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime starts"));

const REQUESTS: [(&str, &str, &str); 6] = [
    (
        "POST",
        "/topics/a.pin",
        r#"{"records":[{"key":7,"value":{"ind":7,"a":[1.5,"\n"]}},{"key":{"ind":"8"},"value":null}]}"#,
    ),
    ("PUT", "/streams/a-pin/record", r#"{"StreamName":"a-pin","Data":{"ind":7},"PartitionKey":"x"}"#),
    (
        "PUT",
        "/streams/a-pin/records",
        r#"{"records":[{"data":{"ind":7},"partition-key":"x"},{"data":"eyJpbmQiOiA3fQ==","partition-key":"y"}]}"#,
    ),
    ("POST", "/streams/a-pin", r#"{"ShardCount":1}"#),
    ("POST", "/pin/", r#"{"index":7,"title":"\u00e9"}"#),
    ("POST", "/v1/ingest/pin", "{\"ind\":7}\n\n[1]\r\n{\"ind\":\"8\"}"),
];

const DAMAGES: [&[u8]; 24] = [
    b"",
    b"\"",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"0",
    b"-",
    b".",
    b"e9",
    b"null",
    b"\n",
    b"\r\n",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\\ud800",
    b"\0",
    b"[[[[",
    b"\"ind\":",
    b"\"Data\":",
    b"=",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn stored_or_refused(
        request in prop::sample::select(&REQUESTS[..]),
        damages in prop::collection::vec(
            (any::<prop::sample::Index>(), prop::sample::select(&DAMAGES[..]), 0usize..3), 1..4,
        ),
    ) {
        let (method, path, body) = request;
        let mut body = body.as_bytes().to_vec();
        for (at, insert, remove) in damages {
            let at = at.index(body.len() + 1);
            let after = (at + remove).min(body.len());
            body.splice(at..after, insert.iter().copied());
        }
        RUNTIME.block_on(async {
            let server = TestServer::start().await;
            let header = if path.starts_with("/v1") { "X: y" } else { "Content-Type: application/json" };
            let answer = server.send(method, path, &[header], &body).await;
            let text = String::from_utf8_lossy(&body);
            match answer.status {
                200 => {}
                400 | 422 => assert_eq!(server.log.len(), 0, "{path} {text}"),
                status => panic!("{status} for {path} {text}"),
            }
            assert_eq!(server.in_flight.bytes(), 0);
        });
    }
}
