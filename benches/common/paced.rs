//! Ticks that are due at fixed times, whether or not those before them are shown yet: latency counts from when a tick was
//! due, so one that waits for a slow one before it is late, too.

use super::fed::Fed;
use super::process::processor_time;
use pinflow_dataflows::row::Row;
use std::sync::{Arc, Barrier, OnceLock};
use std::time::{Duration, Instant};
use timely::worker::Worker;

/// Ticks to come, shared by the workers of a run.
pub struct Paced {
    ticks: Arc<Vec<Vec<Row>>>,
    period: Duration,
    ready: Barrier,
    start: OnceLock<Instant>,
}

/// What became of them.
#[derive(Clone, Debug)]
pub struct Latencies {
    /// Of each tick, in milliseconds, the shortest first.
    sorted_ms: Vec<f64>,
    /// Processor time of the process in the meantime.
    pub processor_time: Duration,
}

/// Before the first tick is due, so that all workers wait for it.
const RUN_UP: Duration = Duration::from_millis(5);

impl Paced {
    /// Ticks that are due one `period` after the other.
    pub fn new(ticks: Arc<Vec<Vec<Row>>>, period: Duration, workers: usize) -> Paced {
        Paced { ticks, period, ready: Barrier::new(workers), start: OnceLock::new() }
    }

    /// Feeds the worker's share of each tick when it is due. All workers of the run must do so.
    pub fn feed(&self, worker: &mut Worker, fed: &mut Fed) -> Latencies {
        self.ready.wait();
        let start = *self.start.get_or_init(|| Instant::now() + RUN_UP);
        let time_before = processor_time();
        let due = |tick: usize| start + self.period * tick as u32;
        let (mut fed_ticks, mut latencies) = (0, Vec::with_capacity(self.ticks.len()));
        let mut first_tick = None;
        while latencies.len() < self.ticks.len() {
            while fed_ticks < self.ticks.len() && due(fed_ticks) <= Instant::now() {
                let rows = &self.ticks[fed_ticks];
                let share = rows.len().div_ceil(worker.peers()).max(1);
                fed.feed(rows.chunks(share).nth(worker.index()).unwrap_or_default());
                let tick = fed.close_tick();
                first_tick.get_or_insert(tick);
                fed_ticks += 1;
            }
            let wait = (fed_ticks < self.ticks.len()).then(|| due(fed_ticks) - Instant::now());
            worker.step_or_park(wait.or(Some(self.period)));
            let shown = first_tick.map_or(0, |first| fed.shown_below().saturating_sub(first) as usize);
            for tick in latencies.len()..shown {
                latencies.push(due(tick).elapsed().as_secs_f64() * 1e3);
            }
        }
        let processor_time = processor_time() - time_before;
        latencies.sort_by(f64::total_cmp);
        Latencies { sorted_ms: latencies, processor_time }
    }
}

impl Latencies {
    /// The one that so large a part of the ticks does not exceed.
    pub fn at(&self, part: f64) -> f64 {
        let place = (self.sorted_ms.len() as f64 * part).ceil() as usize;
        self.sorted_ms[place.clamp(1, self.sorted_ms.len()) - 1]
    }
}
