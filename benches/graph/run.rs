//! A run of the graph: it loads all posts, then takes the changes of a case.

use crate::changes::{Case, Posts};
use crate::common::fed::Fed;
use crate::common::paced::{Latencies, Paced};
use crate::common::process::{processor_time, thread_time};
use crate::common::table::Table;
use pinflow_dataflows::state::Size;
use std::hint::black_box;
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};
use timely::worker::Worker;

/// What it took.
pub struct Run {
    pub loading: Duration,
    pub loading_processor_time: Duration,
    /// What the workers hold once all is loaded.
    pub bytes: usize,
    pub inds: usize,
    pub changes: usize,
    pub latencies: Latencies,
    /// The processor time of the hash table for both.
    pub table_loading: Duration,
    pub table_changing: Duration,
}

/// What one worker tells of its part.
struct Part {
    loading: Duration,
    loading_processor_time: Duration,
    size: Size,
    latencies: Latencies,
}

impl Run {
    pub fn of(workers: usize, posts: &Posts, case: Case) -> Run {
        let ticks = Arc::new(posts.ticks(case));
        let changes = ticks.iter().map(Vec::len).sum();
        let (table_loading, table_changing) = run_table(posts, &ticks);

        let (first, ready) = (posts.first.clone(), Barrier::new(workers));
        let paced = Paced::new(ticks, case.period(), workers);
        let part = move |worker: &mut Worker| {
            let mut fed = Fed::new(worker);
            ready.wait();
            let (start, time_before) = (Instant::now(), processor_time());
            fed.replay(worker, &first);
            let (loading, loading_processor_time) = (start.elapsed(), processor_time() - time_before);
            let size = fed.state.size();
            let latencies = paced.feed(worker, &mut fed);
            black_box(fed.changes.get());
            Part { loading, loading_processor_time, size, latencies }
        };
        let config = match workers {
            1 => timely::Config::thread(),
            _ => timely::Config::process(workers),
        };
        let parts = timely::execute(config, part).expect("workers start").join();
        let parts: Vec<Part> = parts.into_iter().map(|part| part.expect("no panic")).collect();
        let mut size = Size::default();
        parts.iter().for_each(|part| size.add(&part.size));
        let first = parts.into_iter().next().expect("there is a worker");
        Run {
            loading: first.loading,
            loading_processor_time: first.loading_processor_time,
            bytes: size.bytes(),
            inds: size.inds,
            changes,
            latencies: first.latencies,
            table_loading,
            table_changing,
        }
    }
}

/// The processor time that the hash table takes for the same rows.
fn run_table(posts: &Posts, ticks: &[Vec<pinflow_dataflows::row::Row>]) -> (Duration, Duration) {
    let (start, mut table) = (thread_time(), Table::default());
    table.apply(&posts.first);
    let loaded = thread_time();
    ticks.iter().for_each(|tick| table.apply(tick));
    let changed = thread_time();
    black_box(table.records());
    (loaded - start, changed - loaded)
}
