//! A producer whose records are numbered, so that each can be found again in the log.

use crate::client::{Answer, Client};
use crate::log_files::Partition;
use crate::random::Random;
use pinflow_dataflows::kind::Kind;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Where a record was put.
pub type Place = (Partition, u64);

/// What a producer has sent, and what was acknowledged.
#[derive(Default)]
pub struct Sent {
    pub records: BTreeMap<u64, Value>,
    /// With its place, where the answer says it.
    pub acknowledged: BTreeMap<u64, Option<Place>>,
}

impl Sent {
    pub fn add(&mut self, mut other: Sent) {
        self.records.append(&mut other.records);
        self.acknowledged.append(&mut other.acknowledged);
    }
}

/// A client that sends numbered records of all kinds through all dialects.
pub struct Producer<'a> {
    pub client: Client,
    pub random: Random,
    /// Shared with others, so that no two records have one number.
    pub numbers: &'a AtomicU64,
    /// Records have an `ind` below.
    pub inds: u64,
    pub sent: Sent,
}

impl Producer<'_> {
    /// Sends one request after the other, each of which has to be accepted, until it is enough.
    pub fn send_until(&mut self, enough: &AtomicBool) {
        while !enough.load(Ordering::Relaxed) {
            assert_eq!(self.send().expect("it answers").status, 200);
        }
    }

    /// Sends the records of one request, and keeps what was acknowledged.
    pub fn send(&mut self) -> io::Result<Answer> {
        let kind = Kind::ALL[self.random.below(3) as usize];
        let most = [1, 8, 1, 8, 40, 1][self.random.below(6) as usize];
        let numbers: Vec<u64> = (0..1 + self.random.below(most)).map(|_| self.next_record(kind)).collect();
        let records: Vec<&Value> = numbers.iter().map(|number| &self.sent.records[number]).collect();
        let name = kind.name();
        let (answer, topic) = match (most, records.as_slice()) {
            (40, records) => {
                let lines: String = records.iter().map(|record| format!("{record}\n")).collect();
                (self.client.send("POST", &format!("/v1/ingest/{name}"), "", lines.as_bytes()), None)
            }
            (1, [record]) if kind == Kind::Pin && self.random.below(3) == 0 => {
                (self.client.send("POST", "/pin/", "", record.to_string().as_bytes()), None)
            }
            (1, [record]) => {
                let stream = format!("streaming-{name}");
                let body = json!({ "StreamName": stream, "Data": record, "PartitionKey": "x" }).to_string();
                let path = format!("/test/streams/{stream}/record");
                (self.client.send("PUT", &path, "", body.as_bytes()), Some(stream))
            }
            (_, records) => {
                let topic = format!("numbered.{name}");
                (self.client.produce_all(&topic, records), Some(topic))
            }
        };
        let answer = answer?;
        if answer.status == 200 {
            let places = topic.map(|topic| places(&topic, &answer.json()));
            for (at, number) in numbers.into_iter().enumerate() {
                let place = places.as_ref().map(|places| places[at].clone());
                self.sent.acknowledged.insert(number, place);
            }
        }
        Ok(answer)
    }

    /// Invents a record, and gives its number.
    fn next_record(&mut self, kind: Kind) -> u64 {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let record = invented(kind, self.random.below(self.inds), &mut self.random, number);
        self.sent.records.insert(number, record);
        number
    }
}

/// A record of few categories, countries and names, so that there is something to group; some are deletes, some rejects.
pub fn invented(kind: Kind, ind: u64, random: &mut Random, number: u64) -> Value {
    match random.below(40) {
        0 | 1 => return json!({ "ind": ind, "_deleted": true, "n": number }),
        2 => return json!({ "ind": "none", "n": number }),
        _ => {}
    }
    let (year, day) = (2017 + random.below(6), 1 + random.below(28));
    let date = format!("{year}-03-{day:02} 04:05:06");
    let country = ["France", "Peru", "Chad", "Åland"][random.below(4) as usize];
    match kind {
        Kind::Pin => json!({
            "index": ind, "n": number, "category": format!("c{}", random.below(6)),
            "poster_name": format!("p{}", random.below(30)), "follower_count": format!("{}k", random.below(50)),
        }),
        Kind::Geo => json!({ "ind": ind, "n": number, "country": country, "timestamp": date }),
        Kind::User => json!({
            "ind": ind, "n": number, "first_name": format!("f{}", random.below(40)), "age": random.below(80),
            "date_joined": date,
        }),
    }
}

/// Where records are, as the REST Proxy or Kinesis says it: an offset is the last 20 digits of a sequence number.
fn places(topic: &str, answer: &Value) -> Vec<Place> {
    let at = |partition: u64, offset: u64| ((topic.to_owned(), partition as u32), offset);
    let number = |value: &Value| value.as_u64().expect("a number");
    if let Some(offsets) = answer["offsets"].as_array() {
        return offsets.iter().map(|at_| at(number(&at_["partition"]), number(&at_["offset"]))).collect();
    }
    let text = |name: &str| answer[name].as_str().expect("a text");
    let shard = text("ShardId").strip_prefix("shardId-").expect("a shard");
    let digits = text("SequenceNumber");
    let offset = digits[digits.len() - 20..].parse().expect("digits");
    vec![at(shard.parse().expect("digits"), offset)]
}
