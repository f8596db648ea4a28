//! Tells when all has been read that was there at the start.

use super::tails::Tails;
use std::collections::BTreeMap;

/// What has to be read before the run is ready.
#[derive(Default)]
pub struct AtStart {
    /// Where partitions ended that are not read so far yet, by their numbers among those that are read.
    ends: BTreeMap<u32, u64>,
    is_all_begun: bool,
    is_told: bool,
}

impl AtStart {
    /// A partition is begun that ends there.
    pub fn begin(&mut self, number: u32, end: u64) {
        if !self.is_all_begun {
            self.ends.insert(number, end);
        }
    }

    /// All have been begun that there were; others come later.
    pub fn all_begun(&mut self) {
        self.is_all_begun = true;
    }

    /// Whether all has been read now; true once.
    pub fn is_reached(&mut self, tails: &mut Tails) -> bool {
        if self.is_told {
            return false;
        }
        for tail in tails.all() {
            if self.ends.get(&tail.number()).is_some_and(|end| tail.next() >= *end) {
                self.ends.remove(&tail.number());
            }
        }
        self.is_told = self.is_all_begun && self.ends.is_empty();
        self.is_told
    }
}
