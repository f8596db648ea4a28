//! Snapshots that page tokens name are kept for a while, so that all pages of a query agree.

use crate::views::{Snapshot, TickName};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Pinned snapshots.
#[derive(Default)]
pub struct Pins {
    /// The one that was not used for longest is first.
    pins: Mutex<VecDeque<Pin>>,
}

struct Pin {
    snapshot: Arc<Snapshot>,
    used: Instant,
}

impl Pins {
    /// Snapshots that are kept at most. What they do not share with each other takes memory.
    pub const MAX: usize = 64;
    /// How long one is kept after its last use: enough for a program that asks for one page after the other.
    pub const KEPT: Duration = Duration::from_secs(60);

    /// Keeps a snapshot.
    pub fn pin(&self, snapshot: &Arc<Snapshot>, now: Instant) {
        let mut pins = self.lock();
        take(&mut pins, snapshot.as_of);
        let oldest = if pins.len() == Pins::MAX { pins.pop_front() } else { None };
        pins.push_back(Pin { snapshot: snapshot.clone(), used: now });
        drop(pins);
        // What only the oldest had is freed without the lock.
        drop(oldest);
    }

    /// The snapshot of a tick, if it is still kept; this is a use.
    pub fn get(&self, as_of: TickName, now: Instant) -> Option<Arc<Snapshot>> {
        self.expire(now);
        let mut pins = self.lock();
        let snapshot = take(&mut pins, as_of)?.snapshot;
        pins.push_back(Pin { snapshot: snapshot.clone(), used: now });
        Some(snapshot)
    }

    /// Lets go those that were not used for long.
    pub fn expire(&self, now: Instant) {
        let mut pins = self.lock();
        let expired = pins.partition_point(|pin| now.duration_since(pin.used) >= Pins::KEPT);
        let expired: Vec<Pin> = pins.drain(..expired).collect();
        drop(pins);
        drop(expired);
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Pin>> {
        self.pins.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn take(pins: &mut VecDeque<Pin>, as_of: TickName) -> Option<Pin> {
    let at = pins.iter().position(|pin| pin.snapshot.as_of == as_of)?;
    pins.remove(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(n: u64) -> Arc<Snapshot> {
        let mut snapshot = Snapshot::empty(1);
        snapshot.as_of.n = n;
        Arc::new(snapshot)
    }

    fn name(n: u64) -> TickName {
        TickName { epoch: 1, n }
    }

    #[test]
    fn a_pin_is_kept_while_it_is_used() {
        let (pins, start) = (Pins::default(), Instant::now());
        let almost = Pins::KEPT - Duration::from_millis(1);
        pins.pin(&snapshot(1), start);
        pins.pin(&snapshot(2), start);
        assert_eq!(pins.get(name(1), start + almost).map(|found| found.as_of), Some(name(1)));
        assert!(pins.get(name(2), start + Pins::KEPT).is_none());
        assert!(pins.get(name(1), start + almost + almost).is_some());
        assert!(pins.get(name(1), start + 4 * Pins::KEPT).is_none());
    }

    #[test]
    fn one_too_many_takes_the_place_of_the_oldest() {
        let (pins, now) = (Pins::default(), Instant::now());
        (0..Pins::MAX as u64).for_each(|n| pins.pin(&snapshot(n), now));
        pins.pin(&snapshot(0), now);
        pins.pin(&snapshot(1000), now);
        assert!(pins.get(name(1), now).is_none());
        assert!(pins.get(name(0), now).is_some());
        assert!(pins.get(name(2), now).is_some());
        assert!(pins.get(name(1000), now).is_some());
    }
}
