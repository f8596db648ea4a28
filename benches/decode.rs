//! How many records a core decodes, against serde_json reading the same fields: `cargo bench --bench decode`
//!
//! The records are those of `pinflow emulate`, in memory, in blocks of the size that is shipped. pinflow is shown twice:
//! reading alone, which is what serde_json does here, and decoding, which also cleans the values, gives names their
//! numbers and gathers rows for the graph. Every round measures all four after each other. `-- --posts N --rounds N` takes
//! other numbers.

#[allow(dead_code, reason = "every bench uses its part of it")]
mod common {
    pub mod blocks;
    pub mod measure;
    pub mod options;
    pub mod report;
}

use common::blocks::blocks;
use common::measure::{Rounds, timed};
use common::options::Options;
use common::report::Report;
use pinflow::block::{Block, Messages};
use pinflow::decode::{Decoder, read_record};
use pinflow_dataflows::clean::{Fields, RawRecord};
use pinflow_dataflows::kind::Kind;
use pinflow_dataflows::names::NameTables;
use serde::Deserialize;
use std::borrow::Cow;
use std::hint::black_box;

const POSTS: u64 = 50_000;
const ROUNDS: usize = 21;
/// `limits.record_max_bytes` as shipped.
const RECORD_MAX_BYTES: usize = 1_048_576;

fn main() {
    let options = Options::given();
    let mut bench = Bench {
        posts: options.posts.unwrap_or(POSTS),
        rounds: options.rounds.unwrap_or(ROUNDS),
        report: Report::new("decode"),
    };
    println!("{} records of each kind; medians of {} rounds", bench.posts, bench.rounds);
    let (views, all) = (("views' fields", Fields::OF_VIEWS), ("all fields", Fields::ALL));
    bench.measure::<PinOfViews>(Kind::Pin, views);
    bench.measure::<WholePin>(Kind::Pin, all);
    bench.measure::<GeoOfViews>(Kind::Geo, views);
    bench.measure::<WholeGeo>(Kind::Geo, all);
    // Views need all fields of a user.
    bench.measure::<User>(Kind::User, all);
}

struct Bench {
    posts: u64,
    rounds: usize,
    report: Report,
}

impl Bench {
    /// Measures all readers on records of a kind; serde_json's borrowed one makes a `Borrowed` of each.
    fn measure<'a, Borrowed: Deserialize<'a>>(&mut self, kind: Kind, (fields, wanted): (&str, Fields)) {
        // Kept until the program ends, which saves a type for every lifetime of a borrowed record.
        let blocks: &'static [Block] = blocks(kind, self.posts).leak();
        let bytes: u64 = blocks.iter().map(|block| block.bytes).sum();
        let mut decoder = Decoder::new(&NameTables::default(), 1, wanted, RECORD_MAX_BYTES);
        let mut readers: [Reader<'_>; 4] = [
            ("serde_json, borrowed", Box::new(|| read_by_serde::<Borrowed>(blocks))),
            ("serde_json::Value", Box::new(|| read_by_serde::<serde_json::Value>(blocks))),
            ("pinflow, reading", Box::new(|| read(blocks, kind, wanted))),
            ("pinflow, decoding", Box::new(|| decode(blocks, kind, &mut decoder))),
        ];
        let mut a_second = [(); 4].map(|()| Rounds::default());
        for round in 0..=self.rounds {
            for ((_, reader), a_second) in readers.iter_mut().zip(&mut a_second) {
                let (time, records) = timed(reader);
                assert_eq!(records, self.posts, "every line is a record");
                // The first round fills tables of names and caches.
                if round > 0 {
                    a_second.push(1.0 / time.as_secs_f64());
                }
            }
        }
        self.report.head(&format!("{}, {fields}", kind.name()), "to borrowed");
        let (posts, report) = (self.posts as f64, &mut self.report);
        for ((name, _), a_second_of_it) in readers.iter().zip(&a_second) {
            let case = format!("{}, {fields}: {name}", kind.name());
            let borrowed = a_second[0].map(|times| times * posts / 1e6);
            let records = a_second_of_it.map(|times| times * posts / 1e6);
            report.row(&case, "M records/s", &records, Some(("serde_json, borrowed", &borrowed)));
            report.row(&case, "MB/s", &a_second_of_it.map(|times| times * bytes as f64 / 1e6), None);
        }
    }
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
