//! The records of an archive, laid out anew.

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use pinflow::archive::{self, Place, Source};
use pinflow::config::{Config, S3Settings};
use serde_json::value::RawValue;
use std::fs;
use std::io::{Read, Write};
use std::path::Path;

/// How objects are named, and records framed in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// As the archive lies, every object packed or none.
    Connect,
    /// Values with nothing between them, at delivery times.
    Firehose,
    /// One pretty-printed document an object.
    Events,
    /// A record a line.
    Ndjson,
}

impl Layout {
    pub const ALL: [Layout; 4] = [Layout::Connect, Layout::Firehose, Layout::Events, Layout::Ndjson];
}

/// Records of an object, where it may have several.
const RECORDS: usize = 10;

/// A key and its object's bytes.
pub type Object = (String, Vec<u8>);

/// The archive in another layout. Partitions become one, a later one's records after an earlier one's: without times
/// that is their order.
pub fn lay_out(archive: &Path, config: &Config, layout: Layout, is_packed: bool) -> Vec<Object> {
    let root = archive.to_str().expect("UTF-8");
    let sources = [Source::open(root, &S3Settings::default()).expect("a folder")];
    let listing = archive::list(&sources, &config.kinds).expect("an archive");
    let pack = |bytes| if is_packed { packed(bytes) } else { bytes };
    let read = |object: &archive::Object| unpacked(&archive.join(&object.found.key));
    if layout == Layout::Connect {
        let objects = listing.partitions.iter().flat_map(|partition| &partition.objects);
        return objects.map(|object| (object.found.key.clone(), pack(read(object)))).collect();
    }
    let mut objects = Vec::new();
    for topic in listing.partitions.chunk_by(|a, b| a.name.topic == b.name.topic) {
        let mut records = Vec::new();
        for partition in topic {
            let mut reached = 0;
            for object in &partition.objects {
                let start = match object.place {
                    Place::Lines { start, .. } => start,
                    Place::Values { .. } => reached,
                };
                for (line, position) in read(object).split_inclusive(|byte| *byte == b'\n').zip(start..) {
                    if position >= reached {
                        records.extend(record(line));
                        reached = position + 1;
                    }
                }
            }
        }
        let together = if layout == Layout::Events { 1 } else { RECORDS };
        for records in records.chunks(together) {
            // Delivery times go on from topic to topic: where there are none, a later topic's records are later.
            let key = format!("{}/{}", topic[0].name.topic, layout.name(objects.len()));
            objects.push((key, pack(layout.content(records, config.limits.record_max_bytes))));
        }
    }
    objects
}

/// A line that is a JSON object, not nested too deep. What is none ends elsewhere in another framing.
fn record(line: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(line).ok()?.trim_matches([' ', '\t', '\r', '\n']).to_owned();
    let is_record = text.starts_with('{') && serde_json::from_str::<&RawValue>(&text).is_ok();
    (is_record && depth(&text) <= 128).then_some(text)
}

fn depth(record: &str) -> i32 {
    let steps = outside_texts(record).map(|(c, is_outside)| match c {
        '[' | '{' if is_outside => 1,
        ']' | '}' if is_outside => -1,
        _ => 0,
    });
    let depths = steps.scan(0, |depth, step| {
        *depth += step;
        Some(*depth)
    });
    depths.max().unwrap_or(0)
}

/// Each character of JSON, and whether it stands outside of texts.
fn outside_texts(json: &str) -> impl Iterator<Item = (char, bool)> {
    let (mut is_text, mut is_escaped) = (false, false);
    json.chars().map(move |c| {
        let is_outside = !is_text;
        is_text ^= c == '"' && !is_escaped;
        is_escaped = is_text && c == '\\' && !is_escaped;
        (c, is_outside)
    })
}

impl Layout {
    fn name(self, number: usize) -> String {
        let (hour, minute, second) = (number / 3600, number / 60 % 60, number % 60);
        match self {
            Layout::Firehose => format!(
                "2022/05/01/{hour:02}/delivery-1-2022-05-01-{hour:02}-{minute:02}-{second:02}-{number:04}"
            ),
            Layout::Events => format!("event-{number:06}.json"),
            Layout::Connect | Layout::Ndjson => format!("part-{number:06}.ndjson"),
        }
    }

    /// What stands in an object; a record that would become longer than `max_bytes` is not made so.
    fn content(self, records: &[String], max_bytes: usize) -> Vec<u8> {
        match self {
            Layout::Firehose => records.concat(),
            Layout::Events => {
                let pretty = |record| Some(pretty(record)).filter(|pretty| pretty.len() <= max_bytes);
                records.iter().map(|record| pretty(record).unwrap_or_else(|| record.clone())).collect()
            }
            Layout::Connect | Layout::Ndjson => records.iter().flat_map(|record| [record, "\n"]).collect(),
        }
        .into_bytes()
    }
}

/// The record over several lines, its values spelled as before.
fn pretty(record: &str) -> String {
    let mut pretty = String::new();
    for (c, is_outside) in outside_texts(record) {
        pretty.push(c);
        if is_outside && "{[,".contains(c) {
            pretty.push_str("\n  ");
        }
    }
    pretty
}

fn packed(bytes: Vec<u8>) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(&bytes).and_then(|()| gzip.finish()).expect("memory can be written")
}

fn unpacked(file: &Path) -> Vec<u8> {
    let bytes = fs::read(file).expect("read an object");
    if !bytes.starts_with(&[0x1F, 0x8B]) {
        return bytes;
    }
    let mut unpacked = Vec::new();
    MultiGzDecoder::new(&*bytes).read_to_end(&mut unpacked).expect("gzip");
    unpacked
}
