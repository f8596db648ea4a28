//! The threads that compute the views.

use crate::worker::{self, Shared};
use std::sync::Arc;
use timely::communication::WorkerGuards;

/// Starts so many workers.
pub fn start(workers: usize, shared: Arc<Shared>) -> Result<WorkerGuards<()>, String> {
    let config = if workers == 1 { timely::Config::thread() } else { timely::Config::process(workers) };
    timely::execute(config, move |worker| worker::run(worker, &shared))
}

/// Waits until they have read all there is.
pub fn join(guards: WorkerGuards<()>) -> Result<(), String> {
    guards.join().into_iter().collect()
}
