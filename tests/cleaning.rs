//! The contract's cleaning cases: raw records, and what decoding and cleaning make of each.

#[path = "cleaning/same.rs"]
mod same;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use pinflow::archive::PartitionName;
use pinflow::block::{Block, Messages, Origin, Times};
use pinflow::decode::{Counts, Decoder, NoRecord, Reason, read_record};
use pinflow::skips::Skips;
use pinflow_dataflows::clean::{self, Coordinates, Field, Fields, RawRecord, Stamp};
use pinflow_dataflows::kind::Kind;
use pinflow_dataflows::names::NameTables;
use same::same;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

#[derive(Debug, Deserialize)]
struct Case {
    kind: Kind,
    raw: Option<String>,
    raw_base64: Option<String>,
    reject: Option<String>,
    ind: Option<u64>,
    #[serde(default)]
    malformed: BTreeSet<String>,
    row: Option<Value>,
}

impl Case {
    fn bytes(&self) -> Vec<u8> {
        match (&self.raw, &self.raw_base64) {
            (Some(text), None) => text.clone().into_bytes(),
            (None, Some(base64)) => BASE64_STANDARD.decode(base64).expect("base64"),
            _ => panic!("{self:?} has one raw record"),
        }
    }
}

fn cases() -> Vec<Case> {
    let lines = include_str!("data/cleaning-cases.jsonl").lines();
    lines.map(|line| serde_json::from_str(line).expect("a case a line")).collect()
}

/// Cleans one record with all its fields: key, columns (null for a deletion) and malformed fields, or why it is none.
fn cleaned(kind: Kind, bytes: &[u8]) -> Result<(u64, Value, BTreeSet<String>), &'static str> {
    let text = std::str::from_utf8(bytes).map_err(|_| "not JSON")?;
    let mut raw = RawRecord::default();
    read_record(kind, text, Fields::ALL, &mut raw).map_err(|error| match error {
        NoRecord::NotJson => "not JSON",
        NoRecord::NotAnObject => "not an object",
    })?;
    let ind = raw.key().ok_or("no usable ind")?;
    if raw.is_deletion() {
        return Ok((ind, Value::Null, BTreeSet::new()));
    }
    let (row, malformed) = match kind {
        Kind::Pin => {
            let (pin, malformed) = clean::pin(&raw);
            let row = json!({
                "unique_id": pin.unique_id, "title": pin.title, "description": pin.description,
                "poster_name": pin.poster_name, "follower_count": pin.follower_count.map(|count| count.get()),
                "tag_list": pin.tag_list, "is_image_or_video": pin.is_image_or_video, "is_video": pin.is_video,
                "image_src": pin.image_src, "downloaded": pin.downloaded, "save_location": pin.save_location,
                "category": pin.category,
            });
            (row, malformed)
        }
        Kind::Geo => {
            let (geo, malformed) = clean::geo(&raw);
            let pair = |c: Coordinates| json!([c.latitude, c.longitude]);
            let row = json!({
                "timestamp": geo.timestamp.map(shown), "coordinates": geo.coordinates.map(pair), "country": geo.country,
            });
            (row, malformed)
        }
        Kind::User => {
            let (user, malformed) = clean::user(&raw);
            let row = json!({
                "user_name": user.user_name.map(|name| name.to_string()), "age": user.age,
                "date_joined": user.date_joined.map(shown),
            });
            (row, malformed)
        }
    };
    Ok((ind, row, malformed.iter().map(|field| field.name().to_owned()).collect()))
}

fn shown(stamp: Stamp) -> String {
    stamp.utc().format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

/// Decodes one line as a worker does.
fn decoded(kind: Kind, bytes: &[u8], wanted: Fields, record_max_bytes: usize) -> Counts {
    decoded_all(kind, Messages::Lines(bytes.to_vec()), 1, wanted, record_max_bytes)
}

/// Decodes messages as a worker does.
fn decoded_all(
    kind: Kind,
    messages: Messages,
    count: u64,
    wanted: Fields,
    record_max_bytes: usize,
) -> Counts {
    let mut decoder = Decoder::new(&NameTables::default(), 1, wanted, record_max_bytes);
    let partition = Arc::new(PartitionName { topic: "a.pin".into(), number: Some(0) });
    let origin = Arc::new(Origin { source: "source".into(), partition, object: "object".into() });
    let block = Block {
        kind,
        partition: 0,
        rank: 0,
        sequence: 0,
        first_order: 1,
        first_position: 0,
        positions: count,
        skips: Skips::default(),
        bytes: messages.bytes() as u64,
        times: Times::default(),
        origin,
        messages,
        envelopes: Vec::new(),
    };
    decoder.decode(&block, &mut |_| {});
    decoder.counts().clone()
}

#[test]
fn every_case_is_cleaned_as_the_contract_says() {
    let cases = cases();
    assert!(cases.len() > 300);
    for case in &cases {
        let found = cleaned(case.kind, &case.bytes());
        match (&case.reject, found) {
            (Some(reason), found) => assert_eq!(found.map(|_| ()), Err(reason.as_str()), "{case:?}"),
            (None, Err(reason)) => panic!("{reason}: {case:?}"),
            (None, Ok((ind, row, malformed))) => {
                assert_eq!(Some(ind), case.ind, "{case:?}");
                assert!(same(&row, case.row.as_ref().unwrap_or(&Value::Null)), "{row}\n{case:?}");
                assert_eq!(malformed, case.malformed, "{case:?}");
            }
        }
    }
}

#[test]
fn every_case_is_counted_as_it_was_cleaned() {
    for case in cases() {
        for end in ["", "\n", "\r\n"] {
            let line = [&case.bytes(), end.as_bytes()].concat();
            for wanted in [Fields::ALL, Fields::OF_VIEWS] {
                let counts = &decoded(case.kind, &line, wanted, 1 << 20)[case.kind];
                for reason in Reason::ALL {
                    let expected = u64::from(case.reject.as_deref() == Some(reason.name()));
                    assert_eq!(counts.rejected(reason), expected, "{case:?}");
                }
                assert_eq!(counts.accepted, u64::from(case.reject.is_none()), "{case:?}");
                for field in Field::ALL {
                    let expected = wanted.contains(field) && case.malformed.contains(field.name());
                    assert_eq!(counts.malformed(field), u64::from(expected), "{field:?} of {case:?}");
                }
            }
        }
    }
}

#[test]
fn a_message_is_judged_without_its_neighbours() {
    let (good, cut) = (&br#"{"ind":1,"country":"Per\u00fa"}"#[..], &b"{\"ind\":2,\"country\":\"Per\xc3"[..]);
    let check = |values: &[&[u8]], rejected: u64| {
        let mut end = 0;
        let ends = values.iter().map(|value| {
            end += value.len();
            end
        });
        let places = values.iter().zip(ends).map(|(value, end)| end - value.len()..end).collect();
        let messages = Messages::Values(values.concat(), places);
        let count = values.len() as u64;
        let counts = &decoded_all(Kind::Geo, messages, count, Fields::ALL, 1 << 20)[Kind::Geo];
        assert_eq!((counts.accepted, counts.rejected(Reason::NotJson)), (count - rejected, rejected));
    };
    check(&[good, cut, good], 1);
    // What one message lacks of a character, the next has.
    check(&[good, cut, b"\xba\"}", good], 2);
    check(&[good, b"{\"ind\":2}\xe2\x82", b"\xac", good], 2);
    check(&[b"\xff", good, b"\xe2", b"\x82", b"\xac", good, good, b"\xff"], 5);
}

#[test]
fn length_is_looked_at_first_and_without_the_line_end() {
    let check = |bytes: &[u8], limit, expected: Option<Reason>| {
        let counts = decoded(Kind::Geo, bytes, Fields::ALL, limit);
        for reason in Reason::ALL {
            assert_eq!(counts[Kind::Geo].rejected(reason), u64::from(Some(reason) == expected), "{reason:?}");
        }
    };
    check(b"{\"ind\": 1}\r\n", 10, None);
    check(b"{\"ind\": 10}\n", 10, Some(Reason::TooLarge));
    check(b"not JSON, and long", 10, Some(Reason::TooLarge));
    check(b"\xFF not UTF-8, and long", 10, Some(Reason::TooLarge));
    check(b"\xFF not\n", 10, Some(Reason::NotJson));
}

#[test]
fn blank_lines_are_no_messages() {
    for line in ["\n", " \t\r\n", "\r", "  "] {
        let counts = decoded(Kind::Pin, line.as_bytes(), Fields::ALL, 1 << 20);
        assert_eq!((counts[Kind::Pin].blank, counts[Kind::Pin].messages()), (1, 0), "{line:?}");
    }
    assert_eq!(
        decoded(Kind::Pin, "\u{a0}\n".as_bytes(), Fields::ALL, 99)[Kind::Pin].rejected(Reason::NotJson),
        1
    );
}
