//! The front door sends to topics: every way in, with the places that it answers read back.

use crate::client::{Answer, Client};
use crate::cluster::{Cluster, Message};
use crate::run::{self, Run};
use crate::stored::{stored, stored_at};
use crate::topics::Topics;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const JSON: &str = "Content-Type: application/vnd.kafka.json.v2+json\r\n";

pub fn produce(client: &mut Client, topic: &str, records: &Value) -> Answer {
    let body = json!({ "records": records }).to_string();
    client.send("POST", &format!("/topics/{topic}"), JSON, body.as_bytes()).expect("it answers")
}

struct Opened {
    cluster: Cluster,
    topics: Topics,
    run: Run,
    client: Client,
}

/// A run before topics of three partitions.
fn open() -> Opened {
    let cluster = Cluster::shared();
    let topics = Topics::of_all_kinds(&cluster, 3);
    let run = run::start(&cluster, &topics, "");
    let client = run.program.client();
    Opened { cluster, topics, run, client }
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn the_rest_proxys_records_have_keys_places_and_tombstones() {
    let Opened { cluster, topics, run, mut client } = open();
    let topic = &topics[0];
    let records = json!([
        { "value": { "index": 7, "category": "art" } },
        { "key": "seven", "value": { "index": 7 } },
        { "key": { "ind": [7, " "] }, "value": { "index": 7 }, "partition": 2 },
        { "value": { "index": "none" } },
        { "key": 7, "value": null },
    ]);
    let answer = produce(&mut client, topic, &records);
    assert_eq!(answer.status, 200, "{answer:?}");
    let answer = answer.json();
    let places = answer["offsets"].as_array().expect("a list");
    let at = |index: usize| stored_at(&cluster, topic, &places[index]);
    assert_eq!(at(0), (some("7"), some(r#"{"category":"art","index":7}"#)));
    assert_eq!(at(1), (some("\"seven\""), some(r#"{"index":7}"#)));
    assert_eq!(at(2), (some(r#"{"ind":[7," "]}"#), some(r#"{"index":7}"#)));
    assert_eq!(places[2]["partition"], 2);
    assert_eq!(at(3), (None, some(r#"{"index":"none"}"#)));
    assert_eq!(at(4), (some("7"), None));
    // A number as the key is spelled as the ind is, so the tombstone is where the record was.
    assert_eq!(places[4]["partition"], places[0]["partition"]);
    run.check(&topics);
    run.program.stop();
}

#[test]
fn an_ind_has_the_partition_that_javas_producers_give_it() {
    let Opened { cluster, topics, run, mut client } = open();
    let topic = &topics[1];
    let records: Vec<Value> = (0..40).map(|ind| json!({ "value": { "ind": ind } })).collect();
    let answer = produce(&mut client, topic, &json!(records)).json();
    let settings = [("partitioner", "murmur2")];
    let message = |ind: u32| Message {
        topic: topic.clone(),
        key: Some(ind.to_string()),
        value: Some(b"{}".to_vec()),
        ..Message::default()
    };
    let messages: Vec<Message> = (0..40).map(message).collect();
    cluster.send_with(&settings, &messages);
    let mut of_ind = BTreeMap::<String, Vec<u64>>::new();
    for (ind, place) in answer["offsets"].as_array().expect("a list").iter().enumerate() {
        of_ind.entry(ind.to_string()).or_default().push(place["partition"].as_u64().expect("a number"));
    }
    // In each partition these come before those.
    for partition in 0..3 {
        let sent = of_ind.values().filter(|partitions| partitions[0] == partition).count() as i64;
        assert!(sent > 0, "{of_ind:?}");
        for offset in sent..2 * sent {
            let (key, _) = stored(&cluster, topic, partition as i32, offset);
            assert_eq!(of_ind[&key.expect("a key")], [partition]);
        }
    }
    run.program.stop();
}

#[test]
fn what_cannot_be_sent_is_told_record_by_record() {
    let cluster = Cluster::shared();
    let topics = Topics::of_pins(&cluster, 3, &[("max.message.bytes", "1048588")]);
    let run = run::start(&cluster, &topics, "[limits]\nrecord_max_bytes = 3000000");
    let mut client = run.program.client();
    let topic = &topics[0];
    let large = "x".repeat(2_000_000);
    let records = json!([
        { "value": { "index": 1 } },
        { "value": { "index": 2, "title": large } },
        { "value": { "index": 3 }, "partition": 3 },
        { "value": { "index": 4 } },
    ]);
    let answer = produce(&mut client, topic, &records);
    assert_eq!(answer.status, 200, "{answer:?}");
    let places = answer.json()["offsets"].clone();
    for (index, ind) in [(0, 1), (3, 4)] {
        let (key, _) = stored_at(&cluster, topic, &places[index]);
        assert_eq!(key, Some(format!("{ind}")));
    }
    for (index, told) in [(1, "larger than the topic takes"), (2, "no such partition")] {
        assert_eq!((&places[index]["error_code"], &places[index]["offset"]), (&json!(50002), &Value::Null));
        assert!(places[index]["error"].as_str().expect("a text").contains(told), "{places}");
    }
    // If nothing of a request is stored its status says so.
    let alone = produce(&mut client, topic, &json!([records[1]]));
    assert_eq!((alone.status, &alone.json()["error_code"]), (413, &json!(50002)), "{alone:?}");
    assert_eq!(alone.json()["offsets"][0]["error_code"], 50002);
    let alone = produce(&mut client, topic, &json!([records[2]]));
    assert_eq!(alone.status, 422, "{alone:?}");
    let body = json!({ "Records": [{ "Data": records[1]["value"], "PartitionKey": "x" },
                                   { "Data": records[0]["value"], "PartitionKey": "x" }] });
    let path = format!("/streams/{topic}/records");
    let answer = client.send("PUT", &path, "", body.to_string().as_bytes()).expect("it answers");
    let put = answer.json();
    assert_eq!((answer.status, &put["FailedRecordCount"]), (200, &json!(1)), "{put}");
    assert_eq!(put["Records"][0]["ErrorCode"], "InternalFailure", "{put}");
    assert!(put["Records"][1]["SequenceNumber"].is_string(), "{put}");
    let lines = format!("{}\n\n{}\n", records[0]["value"], records[1]["value"]);
    let answer = client.ingest("pin", &lines);
    let told = answer.json();
    assert_eq!((answer.status, &told["accepted"], &told["not_stored"]), (413, &json!(1), &json!(1)));
    assert_eq!((&told["unknown"], &told["lines"][0]["line"]), (&json!(0), &json!(3)), "{told}");
    run.check(&topics);
    run.program.stop();
}

#[test]
fn topics_that_are_not_read_or_not_there_are_unknown() {
    let Opened { cluster, run, mut client, .. } = open();
    let other = Topics::of_pins(&cluster, 1, &[]);
    for topic in [&*other[0], "nowhere.pin", "a b", "__consumer_offsets"] {
        let path = format!("/topics/{}", topic.replace(' ', "%20"));
        let body = r#"{"records":[{"value":{"index":7}}]}"#;
        let answer = client.send("POST", &path, JSON, body.as_bytes()).expect("it answers");
        assert_eq!((answer.status, &answer.json()["error_code"]), (404, &json!(40403)), "{answer:?}");
        let path = format!("/streams/{}/record", topic.replace(' ', "%20"));
        let answer = client.send("PUT", &path, "", br#"{"Data":{},"PartitionKey":"x"}"#).expect("it answers");
        assert_eq!((answer.status, &answer.json()["__type"]), (404, &json!("ResourceNotFoundException")));
    }
    run.program.stop();
}
