//! Questions of what is held of an `ind`, answered by the worker that holds it, as of a closed tick.

use pinflow_dataflows::held::{Held, owner};
use pinflow_dataflows::row::Tick;
use std::sync::{Mutex, PoisonError};
use tokio::sync::oneshot;

/// The questions that wait, by worker.
#[derive(Debug)]
pub struct Lookups(Vec<Mutex<Vec<Lookup>>>);

/// A question.
#[derive(Debug)]
pub struct Lookup {
    /// Of which `ind`.
    pub ind: u64,
    /// Who asks.
    pub answer: oneshot::Sender<Answer>,
}

/// What is held of an `ind`.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    /// The tick that it is held as of.
    pub tick: Tick,
    /// The records.
    pub held: Held,
}

impl Lookups {
    /// For so many workers.
    pub fn new(workers: usize) -> Lookups {
        Lookups((0..workers).map(|_| Mutex::default()).collect())
    }

    /// Asks; the worker has to be woken. Nothing comes if the workers have ended.
    pub fn ask(&self, ind: u64) -> oneshot::Receiver<Answer> {
        let (answer, answered) = oneshot::channel();
        let waiting = &self.0[owner(ind, self.0.len())];
        waiting.lock().unwrap_or_else(PoisonError::into_inner).push(Lookup { ind, answer });
        answered
    }

    /// The questions for a worker.
    pub fn take(&self, worker: usize) -> Vec<Lookup> {
        std::mem::take(&mut *self.0[worker].lock().unwrap_or_else(PoisonError::into_inner))
    }
}
