//! Topics of a real broker, held against what they hold.

use crate::cluster::{Cluster, Message, PATIENCE};
use crate::content::{Content, content};
use crate::messages::messages;
use crate::random::{Random, seed};
use crate::tap::{Shown, printed, shown, values};
use crate::topics::Topics;
use pinflow::times::rfc_3339;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseRecord, Producer};
use serde_json::json;
use std::collections::BTreeMap;

pub fn source(cluster: &Cluster, topics: &[String]) -> String {
    format!("kafka://{}/{}", cluster.brokers, topics.join(","))
}

/// What is to be shown of topics: each message with the greatest time up to it, JSON on one line.
pub fn expected(content: &Content) -> Vec<Shown> {
    let mut times: BTreeMap<_, u64> = BTreeMap::new();
    let shown = content.records.iter().map(|record| {
        let time = times.entry(record.partition.clone()).or_default();
        *time = record.time.max(*time);
        let is_json = serde_json::from_str::<&serde_json::value::RawValue>(&record.text).is_ok();
        let value = if is_json { record.text.replace(['\n', '\r'], " ") } else { record.text.clone() };
        let (topic, number) = record.partition.clone();
        let (partition, time) = (Some(number.into()), rfc_3339(*time));
        Shown { topic, partition, position: record.offset, time, value: value.into_bytes() }
    });
    shown.collect()
}

fn sorted(mut shown: Vec<Shown>) -> Vec<Shown> {
    shown.sort();
    shown
}

#[test]
fn topics_are_shown_as_they_are() {
    let cluster = Cluster::shared();
    let topics = Topics::of_all_kinds(&cluster, 3);
    cluster.send(&messages(&topics, 3_000, 300, &mut Random::new(seed())));
    let source = source(&cluster, &topics);
    let (content, found) = (content(&cluster, &topics), sorted(shown(&[&source, "--until-end"])));
    let expected = expected(&content);
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(found, expected);
    }
    let pins = sorted(shown(&[&source, "--until-end", "--kind", "pin"]));
    assert_eq!(
        pins,
        expected.iter().filter(|shown| shown.topic.ends_with(".pin")).cloned().collect::<Vec<_>>()
    );
    assert_eq!(shown(&[&source, "--count", "17"]).len(), 17);
    // As a run rejects them: no JSON is no record, a list is no object.
    let cleaned = values(&printed(&[&source, "--until-end", "--clean"]));
    let rejected = |reason: &str| cleaned.iter().filter(|line| line["reason"] == reason).count();
    let texts = || content.records.iter().map(|record| record.text.as_str());
    let not_json = texts().filter(|text| serde_json::from_str::<serde_json::Value>(text).is_err()).count();
    assert_eq!(rejected("not JSON"), not_json);
    assert_eq!(rejected("not an object"), texts().filter(|text| *text == "[1]").count());
    assert_eq!(cleaned.len(), content.records.len());
}

#[test]
fn odd_messages_are_shown() {
    let cluster = Cluster::shared();
    let topics = Topics::of_pins(&cluster, 1, &[]);
    let producer = cluster.producer(&[]);
    let headers = OwnedHeaders::new()
        .insert(Header { key: "trace", value: Some("1") })
        .insert(Header { key: "none", value: None::<&str> });
    let record = BaseRecord::<str, str>::to(&topics[0]).key("7").payload(r#"{"index":7}"#).headers(headers);
    producer.send(record).map_err(|(error, _)| error).expect("sent");
    producer.flush(PATIENCE).expect("delivered");
    let send = |key: Option<&str>, value: Option<&[u8]>| {
        let (key, value) = (key.map(str::to_owned), value.map(<[u8]>::to_vec));
        cluster.send(&[Message { topic: topics[0].clone(), key, value, ..Message::default() }]);
    };
    send(Some("7"), None);
    send(Some("no number"), None);
    send(None, Some(b"\xff\xfe{"));
    send(None, Some(b""));
    send(None, Some(b"{\n \"index\": 8\r\n}"));
    let large = format!(r#"{{"index":9,"title":"{}"}}"#, "a".repeat(900_000));
    send(None, Some(large.as_bytes()));

    let source = source(&cluster, &topics);
    let found: Vec<Vec<u8>> = shown(&[&source, "--until-end"]).into_iter().map(|shown| shown.value).collect();
    let expected = [
        &br#"{"index":7}"#[..],
        br#"{"ind":7,"_deleted":true}"#,
        &found[2],
        b"\xff\xfe{",
        b"",
        b"{  \"index\": 8  }",
        large.as_bytes(),
    ];
    assert_eq!(found, expected);
    for form in [&[][..], &["--clean"]] {
        let lines = values(&printed(&[&[&*source, "--until-end"], form].concat()));
        let enclosed = |name: &str| lines.iter().map(|line| line.get(name).cloned()).collect::<Vec<_>>();
        let keys = [Some(json!("7")), Some(json!("7")), Some(json!("no number")), None, None, None, None];
        assert_eq!(enclosed("key"), keys);
        let tombstones = [None, Some(json!(true)), Some(json!(true)), None, None, None, None];
        assert_eq!(enclosed("tombstone"), tombstones);
        assert_eq!(enclosed("headers")[0], Some(json!([{"name": "trace", "value": "1"}, {"name": "none"}])));
        assert_eq!(enclosed("headers")[1..], [const { None }; 6]);
    }
    let lines = values(&printed(&[&source, "--until-end", "--clean"]));
    assert_eq!(
        (&lines[0]["ind"], &lines[1]["deleted"], &lines[5]["ind"]),
        (&json!(7), &json!(true), &json!(8))
    );
    let reasons: Vec<_> = lines.iter().map(|line| line["reason"].as_str()).collect();
    let expected = [None, None, Some("no usable ind"), Some("not JSON"), Some("not JSON"), None, None];
    assert_eq!(reasons, expected);
    assert_eq!(lines[3]["base64"], "//57");
    let raw = printed(&[&source, "--until-end", "--raw"]);
    let expected: Vec<u8> = found.iter().flat_map(|value| [value, &b"\n"[..]].concat()).collect();
    assert!(raw == expected);
}

#[test]
fn partitions_are_begun_where_it_is_said() {
    let cluster = Cluster::shared();
    let topics = Topics::of_pins(&cluster, 1, &[]);
    // 2025-01-31T00:00:00Z and the hours around it.
    let hour = |hours: i64| 1_738_281_600_000 + hours * 3_600_000;
    let message = |ind: i64| Message {
        topic: topics[0].clone(),
        value: Some(format!(r#"{{"index":{ind}}}"#).into_bytes()),
        time: Some(hour(ind - 3)),
        ..Message::default()
    };
    (0..6).for_each(|ind| cluster.send(&[message(ind)]));
    let source = source(&cluster, &topics);
    let check = |from: &str, expected: std::ops::Range<u64>| {
        let found = shown(&[&source, "--until-end", "--from", from]);
        let found: Vec<u64> = found.iter().map(|shown| shown.position).collect();
        assert_eq!(found, expected.collect::<Vec<_>>(), "{from}");
    };
    check("earliest", 0..6);
    check("0", 0..6);
    check("4", 4..6);
    check("9", 6..6);
    check("latest", 6..6);
    check("2025-01-31T00:00:00Z", 3..6);
    check("2025-01-31T01:30:00+01:00", 4..6);
    check("2035-01-31T00:00:00Z", 6..6);
    // What retention has taken is passed over.
    cluster.delete_records(&topics[0], 0, 2);
    check("earliest", 2..6);
    check("1", 2..6);
}
