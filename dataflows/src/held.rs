//! What is held of one `ind`, for those who ask between ticks.

use crate::chunk::segment_of;
use crate::row::{Geo, Pin, Tick, User};
use crate::state::State;

/// The latest records of an `ind`, as of a closed tick.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// The pin, unless there is none or it was deleted.
    pub pin: Option<Part<Pin>>,
    /// The geo record.
    pub geo: Option<Part<Geo>>,
    /// The user record.
    pub user: Option<Part<User>>,
}

/// A record, and when it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part<R> {
    /// What views need of it.
    pub record: R,
    /// Its time in milliseconds since 1970; 0 if it is not known.
    pub time: u64,
}

/// The number of the worker, of so many, that holds an `ind`.
pub fn owner(ind: u64, workers: usize) -> usize {
    segment_of(ind) % workers
}

impl State {
    /// The last tick with rows that was closed, 0 if there was none. Nothing if rows of a later one have been applied: then
    /// cannot be said what is held.
    pub fn closed_tick(&self) -> Option<Tick> {
        self.latest.borrow().is_closed().then(|| self.closed.get())
    }

    /// What is held of an `ind`. Has to be asked of the worker that owns it, between ticks.
    pub fn held(&self, ind: u64) -> Held {
        self.latest.borrow().held(ind)
    }
}
