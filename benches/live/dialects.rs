//! How many records a second each way in takes, from the emulator's connections.

use crate::figures::Figures;
use crate::program::Program;
use pinflow::emulate::live::{self, Dialect, Invented, LiveSettings, Rows};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// More posts a second than any dialect takes.
const ALL_IT_TAKES: f64 = 1_000_000.0;
const POSTS: u64 = 200_000;

/// Measures dialects, each with records a request and connections.
pub fn measure(time: Duration, figures: &mut Figures) {
    figures.head("each way in, from an empty log");
    for (dialect, batch, connections) in [
        (Dialect::RestProxy, 1, 64),
        (Dialect::RestProxy, 100, 16),
        (Dialect::Kinesis, 1, 64),
        (Dialect::Pin, 1, 64),
        (Dialect::Ingest, 100, 16),
        (Dialect::Ingest, 1000, 8),
    ] {
        let rate = rate(dialect, batch, connections, time);
        let numbers = [("records_per_s", rate), ("requests_per_s", rate / f64::from(batch))];
        figures.add(&format!("{dialect}, {batch} a request"), &numbers);
    }
}

/// Records a second that were accepted.
fn rate(dialect: Dialect, batch: u32, connections: u32, time: Duration) -> f64 {
    let program = Program::start(None);
    let settings = LiveSettings {
        to: program.url(),
        dialect,
        rows: Rows::Invented(Invented { posts: POSTS, ..Invented::default() }),
        rate: ALL_IT_TAKES,
        connections,
        batch: (batch > 1).then_some(batch),
        progress: false,
        ..LiveSettings::default()
    };
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(time);
            stop.store(true, Ordering::Relaxed);
        });
        let begin = Instant::now();
        let sent = live::run(&settings, &stop).expect("the server answers");
        sent.total().accepted as f64 / begin.elapsed().as_secs_f64()
    })
}
