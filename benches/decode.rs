//! How many records a core decodes, against serde_json reading the same fields: `cargo bench --bench decode`
//!
//! The records are those of `pinflow emulate`, in memory, in blocks of the size that is shipped. pinflow is shown twice:
//! reading alone, which is what serde_json does here, and decoding, which also cleans the values, gives names their
//! numbers and gathers rows for the graph. Every round measures all four after each other.

mod common {
    pub mod measure;
}

use common::measure::{Times, timed};
use pinflow::archive::PartitionName;
use pinflow::block::{self, Block, Messages, Origin};
use pinflow::decode::{Decoder, read_record};
use pinflow::emulate::Chance;
use pinflow::emulate::records::record::{Record, Spelling};
use pinflow::emulate::records::{Catalogue, CatalogueOptions, Post};
use pinflow::skips::Skips;
use pinflow_dataflows::clean::{Fields, RawRecord};
use pinflow_dataflows::kind::Kind;
use pinflow_dataflows::names::NameTables;
use serde::Deserialize;
use std::borrow::Cow;
use std::hint::black_box;
use std::sync::Arc;

const POSTS: u64 = 50_000;
const ROUNDS: usize = 21;
/// `replay.block_bytes` and `limits.record_max_bytes` as shipped.
const BLOCK_BYTES: usize = 262_144;
const RECORD_MAX_BYTES: usize = 1_048_576;

fn main() {
    println!("{POSTS} records of each kind; medians of {ROUNDS} rounds with the slowest and the fastest");
    println!();
    println!(
        "{:<5} {:<6} {:<19} {:>12} {:>7} {:>7} {:>6} {:>11}",
        "kind", "fields", "reader", "M records/s", "slowest", "fastest", "MB/s", "to borrowed"
    );
    let (views, all) = (("views'", Fields::OF_VIEWS), ("all", Fields::ALL));
    measure::<PinOfViews>(Kind::Pin, views);
    measure::<WholePin>(Kind::Pin, all);
    measure::<GeoOfViews>(Kind::Geo, views);
    measure::<WholeGeo>(Kind::Geo, all);
    // Views need all fields of a user.
    measure::<User>(Kind::User, all);
}

/// Measures all readers on records of a kind; serde_json's borrowed one makes a `Borrowed` of each.
fn measure<'a, Borrowed: Deserialize<'a>>(kind: Kind, (fields, wanted): (&str, Fields)) {
    // Kept until the program ends, which saves a type for every lifetime of a borrowed record.
    let blocks: &'static [Block] = blocks(kind).leak();
    let bytes: u64 = blocks.iter().map(|block| block.bytes).sum();
    let mut decoder = Decoder::new(&NameTables::default(), 1, wanted, RECORD_MAX_BYTES);
    let mut readers: [Reader<'_>; 4] = [
        ("serde_json borrowed", Box::new(|| read_by_serde::<Borrowed>(blocks))),
        ("serde_json::Value", Box::new(|| read_by_serde::<serde_json::Value>(blocks))),
        ("pinflow, reading", Box::new(|| read(blocks, kind, wanted))),
        ("pinflow, decoding", Box::new(|| decode(blocks, kind, &mut decoder))),
    ];
    let mut times = [(); 4].map(|()| Times::default());
    for round in 0..=ROUNDS {
        for ((_, reader), times) in readers.iter_mut().zip(&mut times) {
            let (time, records) = timed(reader);
            assert_eq!(records, POSTS, "every line is a record");
            // The first round fills tables of names and caches.
            if round > 0 {
                times.push(time);
            }
        }
    }
    for ((name, _), own) in readers.iter().zip(&times) {
        let millions = |seconds: f64| POSTS as f64 / seconds / 1e6;
        let (shortest, longest) = own.range();
        println!(
            "{:<5} {fields:<6} {name:<19} {:>12.3} {:>7.3} {:>7.3} {:>6.0} {:>11.2}",
            kind.name(),
            millions(own.median()),
            millions(longest),
            millions(shortest),
            bytes as f64 / own.median() / 1e6,
            own.times_faster_than(&times[0])
        );
    }
    println!();
}

/// What reads all blocks and tells how many records they have, by its name.
type Reader<'a> = (&'static str, Box<dyn FnMut() -> u64 + 'a>);

fn read_by_serde<'a, T: Deserialize<'a>>(blocks: &'a [Block]) -> u64 {
    let mut records = 0;
    for block in blocks {
        let text = std::str::from_utf8(lines(block)).expect("emulated records are UTF-8");
        for line in text.lines() {
            black_box(serde_json::from_str::<T>(line).expect("emulated records are JSON"));
            records += 1;
        }
    }
    records
}

fn read(blocks: &[Block], kind: Kind, wanted: Fields) -> u64 {
    let (mut raw, mut records) = (RawRecord::default(), 0);
    for block in blocks {
        let text = simdutf8::basic::from_utf8(lines(block)).expect("emulated records are UTF-8");
        for line in text.lines() {
            read_record(kind, line, wanted, &mut raw).expect("emulated records are JSON");
            black_box(&raw);
            records += 1;
        }
    }
    records
}

fn decode(blocks: &[Block], kind: Kind, decoder: &mut Decoder) -> u64 {
    let before = decoder.counts()[kind].accepted;
    let mut send = |chunk| drop(black_box(chunk));
    for block in blocks {
        decoder.decode(block, &mut send);
    }
    decoder.flush(&mut send);
    decoder.counts()[kind].accepted - before
}

fn lines(block: &Block) -> &[u8] {
    match &block.messages {
        Messages::Lines(lines) => lines,
        _ => unreachable!("emulated records are lines"),
    }
}

/// The first records of all posts.
fn blocks(kind: Kind) -> Vec<Block> {
    let none = Chance::from_rate(0.0).expect("a rate");
    let catalogue =
        Catalogue::new(CatalogueOptions { seed: 1, posts: POSTS, missing_geo: none, missing_user: none });
    let partition = Arc::new(PartitionName { topic: kind.name().to_owned(), number: Some(0) });
    let origin = Arc::new(Origin { source: "emulated".to_owned(), partition, object: String::new() });
    let (mut blocks, mut record) = (Vec::new(), Record::default());
    let (mut lines, mut first) = (Vec::new(), 0);
    for number in 0..POSTS {
        catalogue.fill(kind, Post { number, version: 0 }, &mut record);
        record.write_to(&mut lines, Spelling::PLAIN);
        lines.push(b'\n');
        let positions = number + 1 - first;
        if lines.len() >= BLOCK_BYTES || number + 1 == POSTS {
            let bytes = lines.len() as u64;
            let messages = Messages::Lines(std::mem::take(&mut lines));
            blocks.push(Block {
                kind,
                partition: 0,
                rank: 0,
                sequence: blocks.len() as u64,
                first_order: first + 1,
                first_position: first,
                positions,
                skips: Skips::default(),
                bytes,
                times: block::Times::default(),
                origin: origin.clone(),
                messages,
            });
            first = number + 1;
        }
    }
    blocks
}

// What serde reads. It borrows texts without escapes, but only as a `Cow` that is spelled out and not in an `Option`.

#[derive(Deserialize)]
#[expect(dead_code, reason = "only read")]
struct PinOfViews<'a> {
    index: u64,
    #[serde(rename = "_deleted")]
    deleted: Option<bool>,
    #[serde(borrow)]
    poster_name: Cow<'a, str>,
    #[serde(borrow)]
    follower_count: Cow<'a, str>,
    #[serde(borrow)]
    category: Cow<'a, str>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only read")]
struct WholePin<'a> {
    index: u64,
    #[serde(rename = "_deleted")]
    deleted: Option<bool>,
    #[serde(borrow)]
    unique_id: Cow<'a, str>,
    #[serde(borrow)]
    title: Cow<'a, str>,
    #[serde(borrow)]
    description: Cow<'a, str>,
    #[serde(borrow)]
    poster_name: Cow<'a, str>,
    #[serde(borrow)]
    follower_count: Cow<'a, str>,
    #[serde(borrow)]
    tag_list: Cow<'a, str>,
    #[serde(borrow)]
    is_image_or_video: Cow<'a, str>,
    #[serde(borrow)]
    image_src: Cow<'a, str>,
    downloaded: u64,
    #[serde(borrow)]
    save_location: Cow<'a, str>,
    #[serde(borrow)]
    category: Cow<'a, str>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only read")]
struct GeoOfViews<'a> {
    ind: u64,
    #[serde(rename = "_deleted")]
    deleted: Option<bool>,
    #[serde(borrow)]
    country: Cow<'a, str>,
    #[serde(borrow)]
    timestamp: Cow<'a, str>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only read")]
struct WholeGeo<'a> {
    ind: u64,
    #[serde(rename = "_deleted")]
    deleted: Option<bool>,
    latitude: f64,
    longitude: f64,
    #[serde(borrow)]
    country: Cow<'a, str>,
    #[serde(borrow)]
    timestamp: Cow<'a, str>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only read")]
struct User<'a> {
    ind: u64,
    #[serde(rename = "_deleted")]
    deleted: Option<bool>,
    #[serde(borrow)]
    first_name: Cow<'a, str>,
    #[serde(borrow)]
    last_name: Cow<'a, str>,
    age: Option<u64>,
    #[serde(borrow)]
    date_joined: Cow<'a, str>,
}
