//! While records pour in, every view that is seen is that of the log up to the vector of its tick.

use crate::checks::{check_all, check_rows, vector_of};
use crate::client::Client;
use crate::log_files;
use crate::producer::{Producer, Sent};
use crate::program::{PATIENCE, Start};
use crate::random::{Random, seed};
use crate::recomputed::{Recomputed, Vector};
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Instant;
use tempfile::TempDir;

/// Ticks of which all views have to be seen, and more that are checked of those of which some were.
const WHOLE_TICKS: usize = 40;
const MORE_TICKS: usize = 40;
const VIEWS: usize = 13;

/// What was seen of a tick.
#[derive(Default)]
struct Seen {
    vector: Vector,
    views: BTreeMap<String, Value>,
}

/// Ticks in their order.
type Ticks = BTreeMap<u64, Seen>;

/// A view of a tick, and its vector if it is not known yet.
fn see(client: &mut Client, view: &str, ticks: &mut Ticks) {
    let (as_of, rows) = client.view(view);
    let (_, number) = as_of.split_once('-').expect("an epoch and a number");
    let seen = ticks.entry(number.parse().expect("a number")).or_insert_with(|| {
        let answer = client.get(&format!("/v1/ticks/{as_of}")).json();
        assert_eq!(answer["tick"], *as_of);
        Seen { vector: vector_of(&answer["vector"]), views: BTreeMap::new() }
    });
    let before = seen.views.insert(view.to_owned(), rows.clone());
    assert!(before.is_none_or(|before| before == rows), "{view} as of {as_of} has changed");
}

/// Looks at all views again and again until enough ticks were seen whole.
fn poll(address: SocketAddr) -> Ticks {
    let mut client = Client::new(address);
    let listed = client.get("/v1/views").json();
    let views = listed["views"].as_array().expect("a list").iter();
    let views: Vec<&str> = views.map(|view| view["name"].as_str().expect("a name")).collect();
    assert_eq!(views.len(), VIEWS);
    let (mut ticks, begin) = (Ticks::new(), Instant::now());
    while ticks.values().filter(|seen| is_whole(seen)).count() < WHOLE_TICKS {
        views.iter().for_each(|view| see(&mut client, view, &mut ticks));
        assert!(begin.elapsed() < PATIENCE, "of {} ticks too few were seen whole", ticks.len());
    }
    ticks
}

fn is_whole(seen: &Seen) -> bool {
    seen.views.len() == VIEWS
}

/// Vectors never fall, and no two ticks have the same, but for the first one, which has what was there at the start:
/// nothing.
fn check_vectors(ticks: &Ticks) {
    let vectors: Vec<&Vector> = ticks.values().map(|seen| &seen.vector).collect();
    for pair in vectors.windows(2) {
        let at = |vector: &Vector, partition| vector.get(partition).copied().unwrap_or(0);
        assert!(pair[0].iter().all(|(partition, position)| at(pair[1], partition) >= *position), "{pair:?}");
        assert!(pair[0] != pair[1] || pair[1].is_empty(), "{pair:?}");
    }
}

#[test]
fn every_view_is_that_of_the_log_up_to_the_vector_of_its_tick() {
    let seed = seed();
    let folder = TempDir::new().expect("make a folder");
    let data = folder.path().join("data");
    let program = Start { workers: 3, ..Start::on(&data) }.program();
    let (numbers, enough) = (AtomicU64::new(0), AtomicBool::new(false));
    let ticks = thread::scope(|scope| {
        for producer in 0..3 {
            let (client, random, numbers, enough) =
                (program.client(), Random::new(seed ^ producer), &numbers, &enough);
            scope.spawn(move || {
                let mut producer = Producer { client, random, numbers, inds: 300, sent: Sent::default() };
                producer.send_until(enough);
            });
        }
        let ticks = scope.spawn(|| poll(program.address)).join();
        enough.store(true, Ordering::Relaxed);
        ticks.expect("it polls")
    });
    check_vectors(&ticks);
    check_all(&mut program.client(), &data);
    program.stop();
    let recomputed = Recomputed::of(&log_files::records(&data));
    let (whole, parts): (Vec<_>, Vec<_>) = ticks.iter().partition(|(_, seen)| is_whole(seen));
    let every = parts.len().div_ceil(MORE_TICKS).max(1);
    for (tick, Seen { vector, views }) in whole.iter().chain(parts.iter().step_by(every)) {
        let expected = recomputed.views_up_to(vector);
        for (view, rows) in views {
            check_rows(&format!("{view} as of tick {tick}"), rows, &expected[view]);
        }
    }
    println!("{} ticks, {} of them whole; {} records", ticks.len(), whole.len(), recomputed.accepted());
}
