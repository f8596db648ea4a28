//! What became of all records that were to be sent.

use super::Place;
use super::error::NotStored;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counts of records.
#[derive(Default)]
pub struct Counts {
    stored: AtomicU64,
    not_stored: AtomicU64,
    unknown: AtomicU64,
}

impl Counts {
    /// This became of one.
    pub fn add(&self, outcome: &Result<Place, NotStored>) {
        let count = match outcome {
            Ok(_) => &self.stored,
            Err(NotStored::Unknown(_)) => &self.unknown,
            Err(_) => &self.not_stored,
        };
        count.fetch_add(1, Ordering::Relaxed);
    }

    /// By what became of them.
    pub fn all(&self) -> [(&'static str, u64); 3] {
        let all = [("stored", &self.stored), ("not stored", &self.not_stored), ("unknown", &self.unknown)];
        all.map(|(outcome, count)| (outcome, count.load(Ordering::Relaxed)))
    }
}
