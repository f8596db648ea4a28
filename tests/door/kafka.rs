//! Kafka REST Proxy v2.

use crate::client::Answer;
use crate::server::TestServer;
use pinflow::http::Limits;
use pinflow::log::AppendError;

const JSON: &str = "Content-Type: application/vnd.kafka.json.v2+json";

async fn produce(server: &TestServer, topic: &str, body: &str) -> Answer {
    server.send("POST", &format!("/topics/{topic}"), &[JSON], body).await
}

async fn check(body: &str, status: u16, answer: &str) {
    let server = TestServer::start().await;
    assert_eq!(produce(&server, "a.pin", body).await.parts(), (status, answer), "{body}");
    assert_eq!(server.log.len(), 0, "{body}");
}

#[tokio::test]
async fn records_are_appended_as_they_are_spelled() {
    let server = TestServer::start().await;
    let first = produce(
        &server,
        "129a67850695.pin",
        r#"{"records": [{"value": {"index": 1,  "a":1.50, "a": 1E2}}]}"#,
    );
    let answer = r#"{"offsets":[{"partition":2,"offset":0,"error_code":null,"error":null}],"key_schema_id":null,"value_schema_id":null}"#;
    let first = first.await;
    assert_eq!(first.parts(), (200, answer));
    assert_eq!(first.header("content-type"), Some("application/vnd.kafka.v2+json"));
    let more = r#"{"records":[{"key":null,"value":{"ind":"1"},"partition":0},{"value":{"index":1.0}},{"key":{"x":1},"value":[]}]}"#;
    let more = produce(&server, "129a67850695.pin", more).await;
    assert_eq!(more.json()["offsets"][0]["partition"], 2);
    assert_eq!(more.json()["offsets"][1]["offset"], 2);
    let partitions = server.log.partitions("129a67850695.pin");
    assert_eq!(
        partitions[2][..3],
        [r#"{"index": 1,  "a":1.50, "a": 1E2}"#, r#"{"ind":"1"}"#, r#"{"index":1.0}"#]
    );
    assert_eq!(server.log.len(), 4);
}

/// What the reference's producers send: `requests.request("POST", url, headers=…, data=json.dumps(…, default=str))`.
#[tokio::test]
async fn the_reference_producer() {
    let server = TestServer::start().await;
    let body = r#"{"records": [{"value": {"ind": 7528, "timestamp": "2020-08-28 03:52:47", "latitude": -89.9787, "longitude": -173.293, "country": "Albania"}}]}"#;
    let headers = ["Accept-Encoding: gzip, deflate", "Accept: */*", "Connection: keep-alive", JSON];
    // Joined with one slash too many, the stage is empty.
    let paths = ["/topics/129a67850695.geo", "/test/topics/129a67850695.geo", "//topics/129a67850695.geo"];
    for path in paths {
        let answer = server.send("POST", path, &headers, body).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    assert_eq!(server.log.records("129a67850695.geo"), [&body[23..body.len() - 3]; 3]);
}

#[tokio::test]
async fn a_record_is_one_line() {
    let server = TestServer::start().await;
    let body = "\u{feff}{\r\n \"records\": [\r\n{\"value\": {\r\n\t\"ind\": 1e0,\n\"a\\n\": \"\\r\\n\\u2028\",\r\"b\": 12345678901234567890.10}\n}]}\n";
    assert_eq!(produce(&server, "a.pin", body).await.status, 200);
    let line = "{  \t\"ind\": 1e0, \"a\\n\": \"\\r\\n\\u2028\", \"b\": 12345678901234567890.10}";
    assert_eq!(server.log.records("a.pin"), [line]);
}

#[tokio::test]
async fn rejects_of_the_contract_are_accepted() {
    let server = TestServer::start().await;
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    let body = format!(
        r#"{{"records":[{{"value":7}},{{"value":"x"}},{{"value":{{}}}},{{"value":{{"a":{deep}}}}},{{"value":"\ud800"}}]}}"#
    );
    let answer = produce(&server, "a.pin", &body).await;
    assert_eq!(answer.json()["offsets"].as_array().map(Vec::len), Some(5), "{answer:?}");
    assert_eq!(server.log.len(), 5);
}

#[tokio::test]
async fn a_null_value_is_a_delete() {
    let server = TestServer::start().await;
    let body = r#"{"records":[{"value":{"ind":7}},{"key":"7","value":null},{"key":{"index":7.0}},{"key":"x","value":null},{}]}"#;
    assert_eq!(produce(&server, "a.user", body).await.status, 200);
    let partitions = server.log.partitions("a.user");
    let of_7 = partitions.iter().find(|records| records.contains(&r#"{"ind":7}"#.to_owned())).unwrap();
    let delete = r#"{"ind":7,"_deleted":true}"#;
    assert_eq!(of_7[..3], [r#"{"ind":7}"#, delete, delete]);
    let mut unusable = partitions.concat();
    unusable.retain(|record| record.starts_with(r#"{"_del"#));
    unusable.sort();
    assert_eq!(unusable, [r#"{"_deleted":true,"key":"x"}"#, r#"{"_deleted":true}"#]);
}

#[tokio::test]
async fn bodies_of_another_shape() {
    check("", 422, r#"{"error_code":422,"message":"the body may not be empty"}"#).await;
    check("{}", 422, r#"{"error_code":422,"message":"records may not be empty"}"#).await;
    check(r#"{"records":null}"#, 422, r#"{"error_code":422,"message":"records may not be empty"}"#).await;
    check(r#"{"records":[]}"#, 422, r#"{"error_code":422,"message":"records may not be empty"}"#).await;
    check(r#"{"records":{}}"#, 422, r#"{"error_code":422,"message":"records is not an array"}"#).await;
    check("[[]]", 422, r#"{"error_code":422,"message":"the body is not an object"}"#).await;
    check(
        r#"{"records":[{"value":1},2]}"#,
        422,
        r#"{"error_code":422,"message":"records[1] is not an object"}"#,
    )
    .await;
    for body in [
        r#"{"records":[{"valu":{}}]}"#,
        r#"{"record":[]}"#,
        r#"{"records":[],"records":[{"value":1}]}"#,
        r#"{"records":[{"value":1,"partition":"x"}]}"#,
    ] {
        let server = TestServer::start().await;
        let answer = produce(&server, "a.pin", body).await;
        assert_eq!((answer.status, &answer.json()["error_code"]), (422, &422.into()), "{answer:?}");
        assert_eq!(server.log.len(), 0);
    }
}

#[tokio::test]
async fn bodies_that_are_no_json() {
    for body in ["{", "records=1", r#"{"records":[{"value":NaN}]}"#, r#"{"records":[{"value":1}]} x"#, "'x'"]
    {
        let server = TestServer::start().await;
        let answer = produce(&server, "a.pin", body).await;
        assert_eq!((answer.status, &answer.json()["error_code"]), (400, &400.into()), "{answer:?}");
        assert_eq!(server.log.len(), 0);
    }
}

#[tokio::test]
async fn topics_that_do_not_exist() {
    let server = TestServer::start().await;
    let unknown = r#"{"error_code":40403,"message":"This server does not host this topic-partition."}"#;
    let body = r#"{"records":[{"value":{"ind":1}}]}"#;
    for topic in ["pins", "a.pins", "_a.pin", "a%2Fb.pin", "%ff.pin", "a.Pin", "..%2f.pin"] {
        assert_eq!(produce(&server, topic, body).await.parts(), (404, unknown), "{topic}");
    }
    for topic in ["Pinterest_data", "a%2Epin", "%61.pin"] {
        assert_eq!(produce(&server, topic, body).await.status, 200, "{topic}");
    }
    assert_eq!(server.log.records("a.pin").len(), 2);
    assert_eq!(server.send("DELETE", "/streams/a.pin", &[], "").await.status, 200);
    let closed = r#"{"error_code":40401,"message":"Topic not found."}"#;
    assert_eq!(produce(&server, "a.pin", body).await.parts(), (404, closed));
}

#[tokio::test]
async fn media_types() {
    let server = TestServer::start().await;
    let body = r#"{"records":[{"key":1,"value":{"ind":1}}]}"#;
    let send =
        |headers: &'static [&str], body: &'static str| server.send("POST", "/topics/a.pin", headers, body);
    for headers in [
        &["Content-Type: application/vnd.kafka.json.v2+json; charset=utf-8"][..],
        &["content-type: Application/JSON"],
        &["Content-Type: application/vnd.kafka.json+json"],
    ] {
        assert_eq!(send(headers, body).await.status, 200, "{headers:?}");
    }
    let unsupported = r#"{"error_code":415,"message":"HTTP 415 Unsupported Media Type"}"#;
    for headers in [
        &[][..],
        &["Content-Type: text/plain"],
        &["Content-Type: application/vnd.kafka.binary.v2+json"],
        &["Content-Type: application/vnd.kafka.v2+json"],
    ] {
        assert_eq!(send(headers, body).await.parts(), (415, unsupported), "{headers:?}");
    }
    let avro = &["Content-Type: application/vnd.kafka.avro.v2+json"];
    let no_key_schema =
        r#"{"error_code":42201,"message":"Request includes keys but does not include key schema"}"#;
    assert_eq!(send(avro, body).await.parts(), (422, no_key_schema));
    let no_value_schema =
        r#"{"error_code":42202,"message":"Request includes values but does not include value schema"}"#;
    assert_eq!(send(avro, r#"{"records":[{"value":1}]}"#).await.parts(), (422, no_value_schema));
    let with_key_schema = r#"{"key_schema_id":1,"records":[{"key":1,"value":1}]}"#;
    assert_eq!(send(avro, with_key_schema).await.parts(), (422, no_value_schema));
    let with_schemas = r#"{"key_schema_id":1,"value_schema":"{}","records":[{"key":1,"value":1}]}"#;
    assert_eq!(send(avro, with_schemas).await.parts(), (415, unsupported));
    let gzip = &[JSON, "Content-Encoding: gzip"];
    let encoded = r#"{"error_code":415,"message":"the content encoding gzip is not taken here"}"#;
    assert_eq!(send(gzip, body).await.parts(), (415, encoded));
    assert_eq!(server.log.len(), 3);
}

#[tokio::test]
async fn limits() {
    let server = TestServer::with_limits(Limits {
        kafka_records: 2,
        record_bytes: 10,
        body_bytes: 99,
        ..Limits::default()
    })
    .await;
    let many = r#"{"records":[{"value":1},{"value":2},{"value":3}]}"#;
    let too_many = r#"{"error_code":413,"message":"there are more than 2 records"}"#;
    assert_eq!(produce(&server, "a.pin", many).await.parts(), (413, too_many));
    let large = r#"{"records":[{"value":1},{"value":"234567890"}]}"#;
    let too_large = r#"{"error_code":413,"message":"record 2 has more than 10 bytes"}"#;
    assert_eq!(produce(&server, "a.pin", large).await.parts(), (413, too_large));
    let body_too_large = r#"{"error_code":413,"message":"the body has more than 99 bytes"}"#;
    assert_eq!(produce(&server, "a.pin", &" ".repeat(100)).await.parts(), (413, body_too_large));
    assert_eq!(server.log.len(), 0);
    assert_eq!(
        produce(&server, "a.pin", r#"{"records":[{"value":1},{"value":"23456789"}]}"#).await.status,
        200
    );
}

#[tokio::test]
async fn too_many_topics() {
    let server = TestServer::with_limits(Limits { streams: 1, ..Limits::default() }).await;
    let body = r#"{"records":[{"value":1}]}"#;
    assert_eq!(produce(&server, "a.pin", body).await.status, 200);
    let too_many =
        r#"{"error_code":400,"message":"there are 1 topics and streams, and no more are allowed"}"#;
    assert_eq!(produce(&server, "b.pin", body).await.parts(), (400, too_many));
    assert_eq!(produce(&server, "a.pin", body).await.status, 200);
}

#[tokio::test]
async fn the_log_refuses() {
    let server = TestServer::start().await;
    for (refusal, status, answer) in [
        (AppendError::Busy, 429, r#"{"error_code":429,"message":"too many requests wait to be written"}"#),
        (
            AppendError::NoRoom("1 KB free".to_owned()),
            503,
            r#"{"error_code":50003,"message":"Retriable Kafka error: there is no room: 1 KB free"}"#,
        ),
        (
            AppendError::Closed,
            503,
            r#"{"error_code":50003,"message":"Retriable Kafka error: the log is closed"}"#,
        ),
        (
            AppendError::Failed("EIO".to_owned()),
            500,
            r#"{"error_code":50003,"message":"Retriable Kafka error: the records cannot be written: EIO"}"#,
        ),
    ] {
        server.log.refuse(refusal);
        let refused = produce(&server, "a.pin", r#"{"records":[{"value":1}]}"#).await;
        assert_eq!(refused.parts(), (status, answer));
        assert_eq!(refused.header("retry-after"), (status != 500).then_some("1"));
    }
}

#[tokio::test]
async fn other_methods() {
    let server = TestServer::start().await;
    let get = server.send("GET", "/topics/a.pin", &[], "").await;
    assert_eq!(get.parts(), (405, r#"{"error_code":405,"message":"HTTP 405 Method Not Allowed"}"#));
    assert_eq!(get.header("allow"), Some("POST"));
    let options = server.send("OPTIONS", "/topics/a.pin", &[], "").await;
    assert_eq!((options.status, options.header("allow")), (204, Some("POST")));
}
