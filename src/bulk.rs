//! Whether records come in bulk: more of them than would be shown one small tick after the other.

use crate::block::Block;

/// Over how long they are counted, in milliseconds. Over less, what waited for a slow disk for a moment would seem to be bulk
/// when it comes at once.
const WINDOW_MS: u64 = 250;

/// Counts records by when they were written. When they are read does not count: where many have only gathered while ticks
/// before were worked on, larger ones would be late ever after.
#[derive(Debug)]
pub struct Bulk {
    /// So many in a window are bulk.
    records: u64,
    /// When the window that is counted began, in milliseconds since 1970, and what it has.
    begin: u64,
    counted: u64,
    /// Whether the window before had so many.
    is_now: bool,
}

impl Bulk {
    /// So many records a second are bulk.
    pub fn new(rate: u64) -> Bulk {
        Bulk { records: rate.saturating_mul(WINDOW_MS) / 1000, begin: 0, counted: 0, is_now: false }
    }

    /// A block has come.
    pub fn add(&mut self, block: &Block) {
        self.count(block.times.last(), block.positions);
    }

    fn count(&mut self, time: u64, records: u64) {
        // A clock may be set back, and partitions may have clocks of their own.
        let age = time.abs_diff(self.begin);
        if age >= WINDOW_MS {
            // After a longer while the window before had none.
            self.is_now = age < 2 * WINDOW_MS && self.counted >= self.records;
            (self.begin, self.counted) = (time, 0);
        }
        self.counted += records;
    }

    /// Whether they come in bulk now.
    pub fn is_now(&self) -> bool {
        self.is_now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether it is bulk after so many records every five milliseconds, from then until then.
    fn check(bulk: &mut Bulk, times: std::ops::Range<u64>, records: u64, expected: bool) {
        times.clone().step_by(5).for_each(|time| bulk.count(time, records));
        assert_eq!(bulk.is_now(), expected, "{times:?}");
    }

    #[test]
    fn a_high_rate_is_bulk_a_moment_after_it_begins_and_until_it_ends() {
        let mut bulk = Bulk::new(1000);
        check(&mut bulk, 7_000..7_900, 4, false);
        bulk.count(7_900, 40);
        check(&mut bulk, 7_905..8_600, 4, false);
        check(&mut bulk, 8_600..8_750, 6, false);
        check(&mut bulk, 8_750..9_200, 6, true);
        check(&mut bulk, 9_200..9_800, 4, false);
        check(&mut bulk, 9_800..10_600, 6, true);
        check(&mut bulk, 12_000..12_005, 6, false);
        check(&mut bulk, 12_005..12_600, 6, true);
        bulk.count(1_000_000, 6);
        check(&mut bulk, 12_605..12_610, 6, false);
    }
}
