//! Positions that librdkafka has passed without saying so: batches that compaction has emptied.
//!
//! It says where it reads next and how much it holds back. Where it holds nothing back, all that lies before the next
//! position has been polled; but both are not told at one moment, so it is believed when it is told a second time.

use rdkafka::statistics::Partition;
use std::collections::BTreeMap;

/// What was told the last time: where it reads next, by the partition's number among those that are read.
#[derive(Default)]
pub struct Empty(BTreeMap<u32, u64>);

impl Empty {
    /// Up to where there is nothing, of a partition that has been polled up to `next`.
    pub fn position(&mut self, number: u32, next: u64, told: &Partition) -> Option<u64> {
        let reads = u64::try_from(told.next_offset).ok()?;
        let is_idle = told.fetch_state == "active" && told.fetchq_cnt == 0;
        let before = if is_idle { self.0.insert(number, reads) } else { self.0.remove(&number) };
        before.filter(|before| is_idle && *before > next && *before <= reads)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(next_offset: i64, fetchq_cnt: i64) -> Partition {
        Partition { next_offset, fetchq_cnt, fetch_state: "active".to_owned(), ..Partition::default() }
    }

    #[test]
    fn it_is_believed_when_it_is_told_twice() {
        let mut empty = Empty::default();
        assert_eq!(empty.position(0, 5, &told(9, 0)), None);
        assert_eq!(empty.position(0, 5, &told(11, 0)), Some(9));
        assert_eq!(empty.position(0, 11, &told(11, 0)), None);
        assert_eq!(empty.position(0, 11, &told(15, 2)), None);
        assert_eq!(empty.position(0, 11, &told(15, 0)), None);
        assert_eq!(empty.position(0, 15, &told(15, 0)), None);
        assert_eq!(empty.position(0, 15, &told(-1001, 0)), None);
    }
}
