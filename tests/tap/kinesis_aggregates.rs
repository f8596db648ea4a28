//! Aggregates of Kinesis' producer library.
//!
//! `aggregates.json` holds what version 1.1.1 of the library (`software.amazon.kinesis:amazon-kinesis-producer`), with ten records
//! an aggregate, made of the records that [`sent`] tells of, and put into the two shards of a stream.

use crate::kinesis_stream::{Put, Stream, text};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const RECORDS: u32 = 60;

#[derive(Deserialize)]
struct Aggregate {
    shard: usize,
    data: String,
}

/// The key, the explicit hash key and the value of a record that was given to the library.
fn sent(number: u32) -> (String, Option<String>, String) {
    let hash_key = number.is_multiple_of(5).then(|| 3_u128.pow(number % 80).to_string());
    let value = match number % 10 {
        3 => format!("{{not JSON {number}"),
        7 => format!("[{number}]"),
        _ => format!(r#"{{"index": {number}, "title": "Pin é {number}"}}"#),
    };
    (format!("key-{}", number % 7), hash_key, value)
}

/// The aggregates, each for its shard.
fn aggregates() -> Vec<Put> {
    let aggregates: Vec<Aggregate> =
        serde_json::from_str(include_str!("aggregates.json")).expect("a list of aggregates");
    let put = |aggregate: Aggregate| Put {
        key: "a".to_owned(),
        hash_key: Some(hash_key(aggregate.shard)),
        data: BASE64_STANDARD.decode(aggregate.data).expect("base64"),
    };
    aggregates.into_iter().map(put).collect()
}

/// Of two shards, the first takes the lower half.
fn hash_key(shard: usize) -> String {
    [0, u128::MAX][shard].to_string()
}

#[test]
fn aggregates_are_taken_apart() {
    let stream = Stream::new("pin", 2);
    let aggregates = aggregates();
    let places = stream.put(&aggregates);
    let (server, source) = (&stream.server, stream.source());
    let found = server.shown(&[&source, "--until-end"]);
    let number_of = |line: &Value| {
        let value = line["record"]["index"].as_u64().or_else(|| line["record"][0].as_u64());
        let digits = || text(line, "text").rsplit(' ').next().and_then(|digits| digits.parse().ok());
        value.or_else(digits).expect("a number") as u32
    };
    let mut by_number: BTreeMap<u32, &Value> = BTreeMap::new();
    let mut indexes: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for line in &found {
        assert!(by_number.insert(number_of(line), line).is_none(), "{line}");
        indexes.entry(text(line, "position")).or_default().push(line["index"].as_u64().expect("an index"));
    }
    assert!(by_number.keys().copied().eq(0..RECORDS));
    for (number, line) in &by_number {
        let (key, hash_key, value) = sent(*number);
        assert_eq!(
            (text(line, "partition_key"), line["explicit_hash_key"].as_str()),
            (&*key, hash_key.as_deref())
        );
        match serde_json::from_str::<Value>(&value) {
            Ok(value) => assert_eq!(line["record"], value),
            Err(_) => assert_eq!(line["text"], *value),
        }
    }
    assert_eq!(indexes.len(), aggregates.len());
    assert!(indexes.values().all(|indexes| indexes.iter().copied().eq(0..indexes.len() as u64)));
    // The library keeps the order in which a shard's records were given to it.
    for shard in ["shardId-000000000000", "shardId-000000000001"] {
        let of_shard = found.iter().filter(|line| line["partition"] == shard);
        assert!(of_shard.map(number_of).is_sorted());
    }
    // From the middle of a shard; other shards' numbers are greater or less.
    let from = &places[1].1;
    let later = server.shown(&[&source, "--until-end", "--from", from]);
    let is_later =
        |line: &&Value| (text(line, "position").len(), text(line, "position")) >= (from.len(), from);
    assert_eq!(later.len(), found.iter().filter(is_later).count());
    assert_eq!(server.shown(&[&source, "--count", "3", "--until-end"]).len(), 3);
    let cleaned = server.shown(&[&source, "--until-end", "--clean"]);
    let rejected = |reason: &str| cleaned.iter().filter(|line| line["reason"] == reason).count();
    assert_eq!((rejected("not JSON"), rejected("not an object"), cleaned.len()), (6, 6, 60));
    let raw = server.tap(&[&source, "--until-end", "--raw"]).out;
    let mut raw: Vec<&str> = str::from_utf8(&raw).expect("UTF-8").lines().collect();
    let mut expected: Vec<String> = (0..RECORDS).map(|number| sent(number).2).collect();
    raw.sort();
    expected.sort();
    assert_eq!(raw, expected);
}

#[test]
fn damaged_aggregates_are_shown_as_they_are() {
    let stream = Stream::new("pin", 2);
    let whole = aggregates().remove(0);
    let changed = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut put = whole.clone();
        change(&mut put.data);
        put
    };
    let damaged = [
        changed(&|data| *data.last_mut().expect("not empty") ^= 1),
        changed(&|data| data[20] ^= 0x40),
        changed(&|data| data.truncate(100)),
        changed(&|data| data.truncate(4)),
        changed(&|data| data.truncate(19)),
    ];
    stream.put(&damaged);
    let found = stream.server.shown(&[&stream.source(), "--until-end", "--clean"]);
    assert_eq!(found.len(), damaged.len());
    for (line, put) in found.iter().zip(&damaged) {
        assert_eq!(
            (&line["reason"], &line["base64"]),
            (&json!("not JSON"), &json!(BASE64_STANDARD.encode(&put.data)))
        );
        assert!(line.get("index").is_none(), "{line}");
    }
}

/// A shard was split between two looks of a producer at the list of shards: it sends again what has come to a wrong one.
#[test]
fn aggregates_of_other_shards_are_left_out() {
    let stream = Stream::new("pin", 2);
    let aggregates = aggregates();
    stream.put(&aggregates);
    let stray: Vec<Put> =
        aggregates.iter().map(|put| Put { hash_key: Some(hash_key(1)), ..put.clone() }).collect();
    stream.put(&stray[..2]);
    let done = stream.server.tap(&[&stream.source(), "--until-end"]);
    let lines = done.out.iter().filter(|byte| **byte == b'\n').count();
    assert_eq!((done.code, lines), (Some(0), RECORDS as usize));
    assert!(done.err.contains("2 aggregates with records of other shards were left out"), "{}", done.err);
}
