//! What a worker has counted and measured, told to others now and then.

use crate::decode::Counts;
use pinflow_dataflows::state::Size;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// One worker's counts and measures.
#[derive(Clone, Debug, Default)]
pub struct Measurement {
    /// What it decoded.
    pub counts: Counts,
    /// Accepted records that are not the latest of their `ind` and kind.
    pub superseded: u64,
    /// What its state takes.
    pub size: Size,
    /// Where its time went.
    pub times: Times,
}

/// Where a worker's time went.
#[derive(Clone, Copy, Debug, Default)]
pub struct Times {
    /// Decoding.
    pub decode: Duration,
    /// The graph.
    pub graph: Duration,
    /// Waiting for blocks or for other workers.
    pub wait: Duration,
}

impl Measurement {
    /// Adds another worker's.
    pub fn add(&mut self, other: &Measurement) {
        self.counts.add(&other.counts);
        self.superseded += other.superseded;
        self.size.add(&other.size);
        self.times.decode += other.times.decode;
        self.times.graph += other.times.graph;
        self.times.wait += other.times.wait;
    }

    /// All workers' together.
    pub fn of_all(workers: &[Measured]) -> Measurement {
        let mut all = Measurement::default();
        workers.iter().for_each(|worker| all.add(&worker.get()));
        all
    }
}

/// Where a worker puts its latest.
#[derive(Debug, Default)]
pub struct Measured(Mutex<Measurement>);

impl Measured {
    /// Changes it.
    pub fn update(&self, change: impl FnOnce(&mut Measurement)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// The latest.
    pub fn get(&self) -> Measurement {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
