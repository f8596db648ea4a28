//! Where what is read goes: to the workers, which wake up for it, as long as somebody wants it.

use crate::archive::Item;
use crate::follow::{Woken, wake};
use crate::kafka::Status;
use crossbeam_channel::{SendTimeoutError, Sender};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How long it waits for the workers before it looks whether it has to stop.
const WAIT: Duration = Duration::from_millis(50);

/// Where items go.
#[derive(Clone)]
pub struct Outlet {
    pub items: Sender<Item>,
    pub woken: Woken,
    pub status: Arc<Status>,
    pub stop: Arc<AtomicBool>,
}

/// Nobody needs more.
#[derive(Debug)]
pub struct Stopped;

impl Outlet {
    /// Waits until an item is taken.
    pub fn send(&self, mut item: Item) -> Result<(), Stopped> {
        loop {
            if self.has_to_stop() {
                return Err(Stopped);
            }
            match self.items.send_timeout(item, WAIT) {
                Ok(()) => break,
                Err(SendTimeoutError::Timeout(back)) => item = back,
                Err(SendTimeoutError::Disconnected(_)) => return Err(Stopped),
            }
        }
        wake(&self.woken);
        Ok(())
    }

    /// Whether the run ends, or nothing more is read.
    pub fn has_to_stop(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.status.lock().stopped.is_some()
    }
}
