//! The ways in whose records come without a topic: streams, `/pin/`, and in bulk.

use crate::client::{Answer, Client};
use crate::cluster::Cluster;
use crate::run::{self, Run};
use crate::stored::stored;
use crate::topics::Topics;
use serde_json::{Value, json};

fn put(client: &mut Client, path: &str, body: &Value) -> Answer {
    client.send("PUT", path, "", body.to_string().as_bytes()).expect("it answers")
}

/// Topics of all kinds with two partitions, and the streams `s-pin`, `s-geo` and `s-user`.
fn open() -> (Cluster, Topics, Run) {
    let cluster = Cluster::shared();
    let topics = Topics::of_all_kinds(&cluster, 2);
    let streams = ["pin", "geo", "user"].iter().zip(&*topics);
    let streams: String = streams.map(|(kind, topic)| format!("\"s-{kind}\" = \"{topic}\"\n")).collect();
    let run = run::start(&cluster, &topics, &format!("[front_door.streams]\n{streams}"));
    (cluster, topics, run)
}

#[test]
fn streams_stand_for_topics() {
    let (cluster, topics, run) = open();
    let mut client = run.program.client();
    let mut puts = Vec::new();
    for stream in ["s-geo", &*topics[1]] {
        let record = json!({ "StreamName": "x", "Data": { "ind": 7 }, "PartitionKey": "any" });
        let answer = put(&mut client, &format!("/test/streams/{stream}/record"), &record);
        assert_eq!(answer.status, 200, "{answer:?}");
        puts.push(answer.json());
        let answer = put(&mut client, &format!("/streams/{stream}/records"), &json!({ "records": [record] }));
        assert_eq!((answer.status, &answer.json()["FailedRecordCount"]), (200, &json!(0)), "{answer:?}");
        puts.push(answer.json()["Records"][0].clone());
    }
    for (number, put) in puts.iter().enumerate() {
        let text = |name: &str| put[name].as_str().expect("a text");
        let partition = text("ShardId").strip_prefix("shardId-").expect("a shard").parse().expect("digits");
        let (start, offset) = text("SequenceNumber").split_at(36);
        assert_eq!(start, format!("490000{:020}{partition:010}", 0));
        assert_eq!(offset.parse::<usize>(), Ok(number));
        let at = stored(&cluster, &topics[1], partition, number as i64);
        assert_eq!(at, (Some("7".to_owned()), Some(r#"{"ind":7}"#.to_owned())));
    }
    run.check(&topics);
    run.program.stop();
}

#[test]
fn streams_are_listed_and_described_and_neither_made_nor_deleted() {
    let (_, topics, run) = open();
    let mut client = run.program.client();
    run.wait_for_partitions(6);
    let mut all = topics.to_vec();
    all.extend(["s-geo", "s-pin", "s-user"].map(str::to_owned));
    all.sort();
    assert_eq!(client.get("/streams").json(), json!({ "HasMoreStreams": false, "StreamNames": all }));
    let page = client.get("/streams?Limit=2").json();
    assert_eq!(page, json!({ "HasMoreStreams": true, "StreamNames": all[..2] }));
    let described = client.get("/streams/s-user").json()["StreamDescription"].clone();
    assert_eq!((&described["StreamName"], &described["StreamStatus"]), (&json!("s-user"), &json!("ACTIVE")));
    assert_eq!(described["Shards"].as_array().map(Vec::len), Some(2));
    for (method, stream, status, error) in [
        ("POST", "s-pin", 400, "ResourceInUseException"),
        ("POST", "t-pin", 403, "AccessDeniedException"),
        ("DELETE", "s-pin", 403, "AccessDeniedException"),
        ("DELETE", "t-pin", 404, "ResourceNotFoundException"),
        ("GET", "t-pin", 404, "ResourceNotFoundException"),
    ] {
        let answer = client.send(method, &format!("/streams/{stream}"), "", b"{}").expect("it answers");
        assert_eq!((answer.status, &answer.json()["__type"]), (status, &json!(error)), "{answer:?}");
    }
    run.program.stop();
}

#[test]
fn what_comes_without_a_topic_goes_to_the_only_one_of_its_kind() {
    let (cluster, topics, run) = open();
    let mut client = run.program.client();
    run.wait_for_partitions(6);
    let answer = client.send("POST", "/pin/", "", br#"{"index": 7}"#).expect("it answers");
    assert_eq!((answer.status, &*answer.body), (200, r#"{"index": 7}"#));
    for kind in ["pin", "geo", "user"] {
        let answer = client.ingest(kind, "{\"ind\":1}\n\n{\"ind\":2}\n");
        let topic = topics.iter().find(|topic| topic.ends_with(kind)).expect("each kind has a topic");
        assert_eq!(
            (answer.status, answer.json()),
            (200, json!({ "accepted": 2, "blank": 1, "topic": topic }))
        );
    }
    assert_eq!(run.check(&topics).records.len(), 7);
    drop(cluster);
    run.program.stop();
}

#[test]
fn of_several_topics_the_configuration_chooses() {
    let cluster = Cluster::shared();
    let (first, second) = (Topics::of_pins(&cluster, 1, &[]), Topics::of_pins(&cluster, 1, &[]));
    let both = [first[0].clone(), second[0].clone()];
    let run = run::start(&cluster, &both, "");
    run.wait_for_partitions(2);
    let mut client = run.program.client();
    for (kind, told) in [("pin", "several topics of the kind pin"), ("geo", "no topic of the kind geo")] {
        let answer = client.ingest(kind, "{}");
        let key = format!("front_door.{kind}");
        assert_eq!((answer.status, &answer.json()["key"]), (404, &json!(key)), "{answer:?}");
        assert!(answer.body.contains(told), "{answer:?}");
    }
    let answer = client.send("POST", "/pin/", "", br#"{"index": 7}"#).expect("it answers");
    assert_eq!(answer.status, 404, "{answer:?}");
    assert!(answer.body.contains("set front_door.pin in the configuration"), "{answer:?}");
    run.program.stop();

    let run = run::start(&cluster, &both, &format!("[front_door]\npin = \"{}\"", both[1]));
    let mut client = run.program.client();
    assert_eq!(client.ingest("pin", "{\"ind\":1}").json()["topic"], both[1]);
    let answer = client.send("POST", "/pin/", "", br#"{"index": 7}"#).expect("it answers");
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(run.check(&both).records.len(), 2);
    run.program.stop();
}
