//! Kinesis behind API Gateway.

use crate::client::Answer;
use crate::server::TestServer;
use pinflow::front_door::Streams;
use pinflow::http::Limits;
use pinflow::log::AppendError;

async fn put(server: &TestServer, path: &str, body: &str) -> Answer {
    server.send("PUT", path, &["Content-Type: application/json"], body).await
}

const ONE: &str =
    r#"{"StreamName": "streaming-a-pin", "Data": {"index": 7, "x": 1.0}, "PartitionKey": "partition-1"}"#;

#[tokio::test]
async fn a_record() {
    let server = TestServer::start().await;
    for (path, number) in [
        ("/streams/streaming-a-pin/record", "49000000000001700000000000000000000000000000000000000000"),
        ("/dev/streams/streaming-a-pin/record", "49000000000001700000000001000000000000000000000000000001"),
    ] {
        let answer = put(&server, path, ONE).await;
        let body = format!(r#"{{"SequenceNumber":"{number}","ShardId":"shardId-000000000000"}}"#);
        assert_eq!(answer.parts(), (200, body.as_str()));
        assert_eq!(answer.header("content-type"), Some("application/json"));
    }
    assert_eq!(server.log.records("streaming-a-pin"), [r#"{"index": 7, "x": 1.0}"#; 2]);
}

#[tokio::test]
async fn records_in_both_spellings() {
    let server = TestServer::start().await;
    for body in [
        r#"{"records": [{"data": {"ind": 7}, "partition-key": "x"}, {"data": "eyJpbmQiOiA3fQ==", "partition-key": 1}]}"#,
        r#"{"Records": [{"Data": {"ind": 7}, "PartitionKey": "x"}, {"Data": "text", "PartitionKey": "y"}], "StreamName": 1}"#,
    ] {
        let answer = put(&server, "/test/streams/a-geo/records", body).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.json()["FailedRecordCount"], 0);
        assert_eq!(answer.json()["Records"].as_array().map(Vec::len), Some(2));
        assert_eq!(answer.json()["Records"][0]["ShardId"], "shardId-000000000000");
    }
    let mut records = server.log.records("a-geo");
    records.sort();
    assert_eq!(records, [r#""text""#, r#"{"ind": 7}"#, r#"{"ind": 7}"#, r#"{"ind": 7}"#]);
}

#[tokio::test]
async fn bodies_of_another_shape() {
    let server = TestServer::start().await;
    let no_json = "SerializationException";
    let invalid = "ValidationException";
    for (body, error_type) in [
        ("", no_json),
        ("{", no_json),
        ("Data=1", no_json),
        ("[]", invalid),
        ("{}", invalid),
        (r#"{"Data":{}}"#, invalid),
        (r#"{"Data":null,"PartitionKey":"x"}"#, invalid),
        (r#"{"Data":{},"PartitionKey":""}"#, invalid),
        (r#"{"Data":{},"PartitionKey":["x"]}"#, invalid),
        (r#"{"Data":{},"data":{},"PartitionKey":"x"}"#, invalid),
    ] {
        let answer = put(&server, "/streams/a-pin/record", body).await;
        assert_eq!(
            (answer.status, &answer.json()["__type"]),
            (400, &error_type.into()),
            "{body}: {answer:?}"
        );
        assert_eq!(answer.header("x-amzn-errortype"), Some(error_type));
    }
    let long_key = format!(r#"{{"Data":{{}},"PartitionKey":"{}"}}"#, "x".repeat(257));
    assert_eq!(put(&server, "/streams/a-pin/record", &long_key).await.status, 400);
    for body in [
        "{}",
        r#"{"records":[]}"#,
        r#"{"records":{}}"#,
        r#"{"records":[1]}"#,
        r#"{"records":[{"data":1}]}"#,
        r#"{"records":[],"Records":[]}"#,
    ] {
        let answer = put(&server, "/streams/a-pin/records", body).await;
        assert_eq!((answer.status, &answer.json()["__type"]), (400, &invalid.into()), "{body}: {answer:?}");
    }
    let second =
        put(&server, "/streams/a-pin/records", r#"{"records":[{"data":1,"partition-key":"x"},{"data":1}]}"#)
            .await;
    let message = "1 validation error detected: Value null at 'records.2.member.partitionKey' failed to satisfy constraint: \
                   Member must not be null";
    assert_eq!(second.json()["message"], message);
    assert_eq!(server.log.len(), 0);
}

#[tokio::test]
async fn a_stream_that_does_not_exist() {
    let server = TestServer::start().await;
    let answer = put(&server, "/streams/pins/record", ONE).await;
    let body = r#"{"__type":"ResourceNotFoundException","message":"Stream pins under account 000000000000 not found."}"#;
    assert_eq!(answer.parts(), (404, body));
    assert_eq!(put(&server, "/streams/%ff-pin/records", ONE).await.status, 404);
    assert_eq!(server.send("GET", "/streams/pins", &[], "").await.status, 404);
    assert_eq!(server.send("DELETE", "/streams/pins", &[], "").await.status, 404);
    let create = server.send("POST", "/streams/pins", &[], "").await;
    assert_eq!((create.status, &create.json()["__type"]), (400, &"ValidationException".into()));
}

#[tokio::test]
async fn a_streams_life() {
    let server = TestServer::start().await;
    let body = r#"{"ShardCount": 1}"#;
    assert_eq!(server.send("POST", "/dev/streams/a-user", &[], body).await.parts(), (200, "{}"));
    let again = server.send("POST", "/streams/a-user", &[], "").await;
    assert_eq!((again.status, &again.json()["__type"]), (400, &"ResourceInUseException".into()));
    let description = server.send("GET", "/streams/a-user", &[], "").await.json();
    let description = &description["StreamDescription"];
    assert_eq!(description["StreamStatus"], "ACTIVE");
    assert_eq!(description["Shards"][2]["ShardId"], "shardId-000000000002");
    assert!(description["StreamCreationTimestamp"].as_f64() > Some(1.7e9));

    let one = r#"{"Data":{"ind":1},"PartitionKey":"x"}"#;
    assert_eq!(put(&server, "/streams/a-user/record", one).await.status, 200);
    assert_eq!(server.send("DELETE", "/streams/a-user", &[], "").await.parts(), (200, "{}"));
    let closed = put(&server, "/streams/a-user/record", one).await;
    assert_eq!((closed.status, &closed.json()["__type"]), (404, &"ResourceNotFoundException".into()));
    let description = server.send("GET", "/streams/a-user", &[], "").await.json();
    assert_eq!(description["StreamDescription"]["StreamStatus"], "DELETING");
    assert_eq!(server.log.records("a-user").len(), 1);
    assert!(Streams::open(server.folder.path(), 9).unwrap().get("a-user").unwrap().closed);

    assert_eq!(server.send("POST", "/streams/a-user", &[], "{}").await.status, 200);
    assert_eq!(put(&server, "/streams/a-user/record", one).await.status, 200);
}

#[tokio::test]
async fn streams_are_listed_in_pages() {
    let server = TestServer::start().await;
    for stream in ["c-pin", "a-pin", "b-pin"] {
        assert_eq!(server.send("POST", &format!("/streams/{stream}"), &[], "").await.status, 200);
    }
    for (query, body) in [
        ("", r#"{"HasMoreStreams":false,"StreamNames":["a-pin","b-pin","c-pin"]}"#),
        ("?Limit=2", r#"{"HasMoreStreams":true,"StreamNames":["a-pin","b-pin"]}"#),
        ("?Limit=2&ExclusiveStartStreamName=b-pin", r#"{"HasMoreStreams":false,"StreamNames":["c-pin"]}"#),
        ("?ExclusiveStartStreamName=x", r#"{"HasMoreStreams":false,"StreamNames":[]}"#),
    ] {
        for path in ["/streams", "/dev/streams"] {
            assert_eq!(server.send("GET", &format!("{path}{query}"), &[], "").await.parts(), (200, body));
        }
    }
    for query in ["?Limit=0", "?Limit=x", "?Limit=10001"] {
        let answer = server.send("GET", &format!("/streams{query}"), &[], "").await;
        assert_eq!((answer.status, &answer.json()["__type"]), (400, &"ValidationException".into()));
    }
}

#[tokio::test]
async fn limits() {
    let server = TestServer::with_limits(Limits {
        kinesis_records: 1,
        record_bytes: 9,
        streams: 1,
        ..Limits::default()
    })
    .await;
    let two = r#"{"records":[{"data":1,"partition-key":"x"},{"data":1,"partition-key":"x"}]}"#;
    let answer = put(&server, "/streams/a-pin/records", two).await;
    let body = r#"{"__type":"InvalidArgumentException","message":"there are more than 1 records"}"#;
    assert_eq!(answer.parts(), (413, body));
    // Ten bytes come out of the base64.
    let large = r#"{"Data":"eyJpbmQiOiA3fQ==","PartitionKey":"x"}"#;
    assert_eq!(put(&server, "/streams/a-pin/record", large).await.status, 413);
    assert_eq!(server.log.len(), 0);
    assert_eq!(server.send("POST", "/streams/a-pin", &[], "").await.status, 200);
    let create = server.send("POST", "/streams/b-pin", &[], "").await;
    assert_eq!((create.status, &create.json()["__type"]), (400, &"LimitExceededException".into()));
    let put = put(&server, "/streams/b-pin/record", r#"{"Data":1,"PartitionKey":"x"}"#).await;
    assert_eq!((put.status, &put.json()["__type"]), (400, &"LimitExceededException".into()));
}

#[tokio::test]
async fn the_log_refuses() {
    let server = TestServer::start().await;
    for (refusal, status, error_type) in [
        (AppendError::Busy, 429, "ProvisionedThroughputExceededException"),
        (AppendError::NoRoom("full".to_owned()), 503, "ServiceUnavailable"),
        (AppendError::Closed, 503, "ServiceUnavailable"),
        (AppendError::Failed("EIO".to_owned()), 500, "InternalFailure"),
    ] {
        server.log.refuse(refusal.clone());
        let answer = put(&server, "/streams/a-pin/record", ONE).await;
        assert_eq!((answer.status, &answer.json()["__type"]), (status, &error_type.into()));
        assert_eq!(answer.json()["message"], refusal.to_string());
        assert_eq!(answer.header("retry-after"), (status != 500).then_some("1"));
    }
}

#[tokio::test]
async fn other_methods() {
    let server = TestServer::start().await;
    let answer = server.send("POST", "/streams/a-pin/record", &[], "").await;
    assert_eq!((answer.status, answer.header("allow")), (405, Some("PUT")));
    let answer = server.send("PUT", "/streams/a-pin", &[], "").await;
    assert_eq!((answer.status, answer.header("allow")), (405, Some("GET,HEAD,POST,DELETE")));
    let answer = server.send("OPTIONS", "/dev/streams", &[], "").await;
    assert_eq!((answer.status, answer.header("allow")), (204, Some("GET,HEAD")));
}
