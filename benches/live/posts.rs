//! Requests about invented posts, written before they are sent: to invent them takes longer than to take them in.

use pinflow::emulate::Chance;
use pinflow::emulate::records::record::{Record, Spelling};
use pinflow::emulate::records::{Catalogue, CatalogueOptions, Post};
use pinflow_dataflows::kind::Kind;
use std::ops::Range;

/// A request as it is sent, head and body.
pub struct Request {
    /// All of it.
    pub bytes: Vec<u8>,
    /// The kind of its records.
    pub kind: Kind,
    /// How many they are.
    pub records: u64,
}

impl Request {
    /// The topic that its records go to.
    pub fn topic(&self) -> String {
        format!("ingest.{}", self.kind.name())
    }
}

/// A record as a message of Kafka.
pub struct Value {
    /// Its kind.
    pub kind: Kind,
    /// Its post's `ind`, as text.
    pub key: String,
    /// The record.
    pub text: String,
}

/// Invents posts, none of which comes again as it was.
pub struct Posts {
    catalogue: Catalogue,
    drawn: u64,
}

impl Posts {
    /// Posts of which one in two is held by a program that holds so many, and is corrected.
    pub fn new(held: u64) -> Posts {
        let missing = Chance::from_rate(0.05).expect("a rate");
        let posts = 2 * held.max(100_000);
        let options = CatalogueOptions { seed: 1, posts, missing_geo: missing, missing_user: missing };
        Posts { catalogue: Catalogue::new(options), drawn: 0 }
    }

    /// Bulk requests with that many records at least, of as many posts at a time: one with their pins, one with their
    /// geos, one with their users.
    pub fn bulk(&mut self, records: u64, posts_at_a_time: u64) -> Vec<Request> {
        let (mut requests, mut written) = (Vec::new(), 0);
        while written < records {
            let first = self.drawn;
            self.drawn += posts_at_a_time;
            for kind in Kind::ALL {
                let (records, lines) = self.lines(kind, first..self.drawn);
                written += records;
                let path = format!("/v1/ingest/{}", kind.name());
                let bytes = post(&path, "application/x-ndjson", &lines);
                requests.push(Request { bytes, kind, records });
            }
        }
        requests
    }

    /// Requests to the Kafka REST Proxy's API, each with one record: its answers tell positions.
    pub fn single(&mut self, count: u64) -> Vec<Request> {
        let first = self.drawn;
        self.drawn += count;
        let request = |(number, kind)| self.positioned(kind, number..number + 1);
        (first..self.drawn).zip(Kind::ALL.into_iter().cycle()).map(request).collect()
    }

    /// So many records at least, those of a post one after the other.
    pub fn values(&mut self, count: u64) -> Vec<Value> {
        let first = self.drawn;
        self.drawn += count.div_ceil(Kind::ALL.len() as u64);
        let value = |(number, kind): (u64, Kind)| {
            let key = (number % self.catalogue.posts()).to_string();
            Value { kind, key, text: self.lines(kind, number..number + 1).1.trim_end().to_owned() }
        };
        let all = (first..self.drawn).flat_map(|number| Kind::ALL.map(|kind| (number, kind)));
        all.map(value).collect()
    }

    /// Requests to the same API, one for each kind, which together correct so many records.
    pub fn burst(&mut self, records: u64) -> Vec<Request> {
        let first = self.drawn;
        let posts = records.div_ceil(3) * 20 / 19 + 1;
        self.drawn += posts;
        Kind::ALL.map(|kind| self.positioned(kind, first..self.drawn)).into()
    }

    fn positioned(&self, kind: Kind, numbers: Range<u64>) -> Request {
        let (records, lines) = self.lines(kind, numbers);
        let values = lines.lines().map(|line| format!("{{\"value\":{line}}}"));
        let body = format!("{{\"records\":[{}]}}", values.collect::<Vec<_>>().join(","));
        let path = format!("/topics/ingest.{}", kind.name());
        Request { bytes: post(&path, "application/vnd.kafka.json.v2+json", &body), kind, records }
    }

    /// The records of some posts, one a line, and how many they are.
    fn lines(&self, kind: Kind, numbers: Range<u64>) -> (u64, String) {
        let (mut record, mut lines, mut records) = (Record::default(), Vec::new(), 0);
        for number in numbers {
            // The first ones of all are there, so that no request is empty.
            if records > 0 && !self.catalogue.has(kind, number) {
                continue;
            }
            let version = 1 + number / self.catalogue.posts();
            self.catalogue.fill(kind, Post { number: number % self.catalogue.posts(), version }, &mut record);
            record.write_to(&mut lines, Spelling::PLAIN);
            lines.push(b'\n');
            records += 1;
        }
        (records, String::from_utf8(lines).expect("emulated records are texts"))
    }
}

/// A request that posts a body.
pub fn post(path: &str, media_type: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: bench\r\ncontent-type: {media_type}\r\ncontent-length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body.as_bytes()].concat()
}
