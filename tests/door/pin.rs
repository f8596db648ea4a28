//! `POST /pin/`.

use crate::server::TestServer;
use pinflow::http::Limits;
use pinflow::log::AppendError;

async fn check(body: &[u8], answer: &str) {
    let server = TestServer::start().await;
    let refused = server.send("POST", "/pin/", &["Content-Type: application/json"], body).await;
    assert_eq!(refused.parts(), (422, answer));
    assert_eq!(server.log.len(), 0);
}

#[tokio::test]
async fn a_pin_comes_back() {
    let server = TestServer::start().await;
    let pin = "{\"index\": 7528,\n \"downloaded\":1.0, \"title\": \"\u{e9}\\n\"}";
    let line = pin.replace('\n', " ");
    for (path, headers) in [("/pin/", &["Content-Type: application/json"][..]), ("/pin", &[])] {
        let answer = server.send("POST", path, headers, pin).await;
        assert_eq!(answer.parts(), (200, line.as_str()));
        assert_eq!(answer.header("content-type"), Some("application/json"));
    }
    assert_eq!(server.log.records("ingest.pin"), [line.as_str(); 2]);
    assert_eq!(server.send("POST", "/pin/", &[], r#"{"no": "ind"}"#).await.status, 200);
}

/// The bodies are those of FastAPI 0.165, but for the parser's own words and places.
#[tokio::test]
async fn what_is_no_pin() {
    check(b"", r#"{"detail":[{"input":null,"loc":["body"],"msg":"Field required","type":"missing"}]}"#).await;
    let no_object = |input: &str| {
        format!(
            r#"{{"detail":[{{"input":{input},"loc":["body"],"msg":"Input should be a valid dictionary","type":"dict_type"}}]}}"#
        )
    };
    for body in ["[1,2]", "null", "\"x\"", "12"] {
        check(body.as_bytes(), &no_object(body)).await;
    }
    check(format!("{}{}", "[".repeat(999), "]".repeat(999)).as_bytes(), &no_object("null")).await;
    let no_json = |position: usize, error: &str| {
        format!(
            r#"{{"detail":[{{"ctx":{{"error":"{error}"}},"input":{{}},"loc":["body",{position}],"msg":"JSON decode error","type":"json_invalid"}}]}}"#
        )
    };
    check(b"nope", &no_json(1, "expected ident at line 1 column 2")).await;
    check("{\"\u{e9}\": 1,\n x".as_bytes(), &no_json(10, "key must be a string at line 2 column 2")).await;
    check(b"{} x", &no_json(3, "trailing characters at line 1 column 4")).await;
    check(b"{\"a\": \"\xff\"}", &no_json(7, "invalid utf-8 sequence of 1 bytes from index 7")).await;
}

#[tokio::test]
async fn refusals_have_fastapis_shape() {
    let server =
        TestServer::with_limits(Limits { record_bytes: 5, body_bytes: 20, ..Limits::default() }).await;
    for (body, status, answer) in [
        ("{\"index\":1}", 413, r#"{"detail":"record 1 has more than 5 bytes"}"#),
        ("{                       }", 413, r#"{"detail":"the body has more than 20 bytes"}"#),
    ] {
        assert_eq!(server.send("POST", "/pin/", &[], body).await.parts(), (status, answer));
    }
    server.log.refuse(AppendError::Busy);
    let busy = server.send("POST", "/pin/", &[], "{}").await;
    assert_eq!(
        (busy.parts(), busy.header("retry-after")),
        ((429, r#"{"detail":"too many requests wait to be written"}"#), Some("1"))
    );
    let get = server.send("GET", "/pin/", &[], "").await;
    assert_eq!(
        (get.parts(), get.header("allow")),
        ((405, r#"{"detail":"Method Not Allowed"}"#), Some("POST"))
    );
    assert_eq!(server.send("POST", "/test/pin/", &[], "{}").await.status, 404);
    assert_eq!(server.send("DELETE", "/streams/ingest.pin", &[], "").await.status, 200);
    let gone = server.send("POST", "/pin/", &[], "{}").await;
    assert_eq!(gone.parts(), (410, r#"{"detail":"the stream of pins was deleted"}"#));
}
