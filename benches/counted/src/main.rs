//! Runs a part of pinflow on invented input, the same in every run: `pinflow-counted decode|graph`
//!
//! callgrind counts what happens inside of `counted`, and so not how the input is made.

#[path = "../../common"]
#[allow(dead_code, reason = "every bench uses its part of it")]
mod common {
    pub mod blocks;
    pub mod fed;
    pub mod process;
    pub mod random;
    pub mod rows;
}

use common::blocks::blocks;
use common::fed::Fed;
use common::rows::{Invented, Rows};
use pinflow::decode::Decoder;
use pinflow_dataflows::clean::Fields;
use pinflow_dataflows::kind::Kind;
use pinflow_dataflows::names::NameTables;
use pinflow_dataflows::row::{Count, Pin, Record, Row};
use std::hint::black_box;

/// `limits.record_max_bytes` as shipped.
const RECORD_MAX_BYTES: usize = 1_048_576;

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("decode") => decode(),
        Some("graph") => graph(),
        _ => panic!("usage: pinflow-counted decode|graph"),
    }
}

/// Everything that is counted. It is no part of anything else, so that it has a name.
#[inline(never)]
fn counted(work: &mut dyn FnMut()) {
    work();
}

/// Records of all kinds become rows.
fn decode() {
    let blocks = Kind::ALL.map(|kind| blocks(kind, 20_000));
    let mut decoder = Decoder::new(&NameTables::default(), 1, Fields::OF_VIEWS, RECORD_MAX_BYTES);
    counted(&mut || {
        for block in blocks.iter().flatten() {
            decoder.decode(block, &mut |chunk| drop(black_box(chunk)));
        }
        decoder.flush(&mut |chunk| drop(black_box(chunk)));
    });
}

/// Posts are loaded; then come ticks of corrections, and of falling follower counts.
fn graph() {
    timely::execute_directly(|worker| {
        let mut rows = Rows::new(Invented::usual(50_000), &NameTables::default());
        let first: Vec<Row> = rows.first().collect();
        let mut ticks: Vec<Vec<Row>> = (0..10).map(|_| rows.corrections(1_000)).collect();
        ticks.extend(falling(&first, &mut rows).chunks(1_000).take(10).map(<[Row]>::to_vec));
        let mut fed = Fed::new(worker);
        counted(&mut || {
            fed.replay(worker, &first);
            for tick in &ticks {
                fed.feed(tick);
                let tick = fed.close_tick();
                fed.wait_for(worker, tick);
            }
        });
    });
}

/// Pins, the highest counts first, fall to nothing.
fn falling(first: &[Row], rows: &mut Rows) -> Vec<Row> {
    let pin = |row: &Row| match row.record {
        Record::Pin(pin) => Some((pin.follower_count?, row.ind, pin)),
        _ => None,
    };
    let mut pins: Vec<(Count, u64, Pin)> = first.iter().filter_map(pin).collect();
    pins.sort_unstable_by(|a, b| b.cmp(a));
    let fallen = |pin| Record::Pin(Pin { follower_count: Count::new(0), ..pin });
    pins.into_iter().map(|(_, ind, pin)| rows.with_version(ind, fallen(pin))).collect()
}
