//! A group's follower counts, from which the exact lower median is read.

use crate::row::Count;
use crate::sorted::partition_point;

/// Values of a block before it is split.
const BLOCK_VALUES: usize = 64;

/// A multiset in order: blocks of values and how often there are, each with its sum, so that the n-th value is found by
/// skipping blocks.
#[derive(Default)]
pub(crate) struct Multiset {
    size: i64,
    /// The smallest value that belongs to each block.
    firsts: Vec<u64>,
    blocks: Vec<Block>,
}

#[derive(Default)]
struct Block {
    size: i64,
    values: Vec<u64>,
    /// How often there is each value.
    times: Vec<i64>,
}

impl Multiset {
    /// Adds `times` (or takes away, if negative) of a value.
    pub fn add(&mut self, value: u64, times: i64) {
        if self.blocks.is_empty() {
            self.blocks.push(Block::default());
            self.firsts.push(0);
        }
        self.size += times;
        // The first block's first value is 0, and none is less.
        let at = partition_point(&self.firsts, |first| *first <= value) - 1;
        let block = &mut self.blocks[at];
        block.size += times;
        let place = partition_point(&block.values, |other| *other < value);
        if block.values.get(place) != Some(&value) {
            block.values.insert(place, value);
            block.times.insert(place, times);
        } else if block.times[place] + times != 0 {
            block.times[place] += times;
        } else {
            block.values.remove(place);
            block.times.remove(place);
        }
        if block.values.len() > BLOCK_VALUES {
            self.split(at);
        } else if block.values.is_empty() && at > 0 {
            self.blocks.remove(at);
            self.firsts.remove(at);
        }
    }

    fn split(&mut self, at: usize) {
        let block = &mut self.blocks[at];
        let values = block.values.split_off(BLOCK_VALUES / 2);
        let times = block.times.split_off(BLOCK_VALUES / 2);
        let size = times.iter().sum();
        block.size -= size;
        self.firsts.insert(at + 1, values[0]);
        self.blocks.insert(at + 1, Block { size, values, times });
    }

    /// How many values there are, and of n in ascending order the ⌈n/2⌉-th.
    pub fn median(&self) -> Option<(u64, Count)> {
        let mut before = (self.size - 1) / 2;
        if self.size <= 0 {
            return None;
        }
        let block = self.blocks.iter().find(|block| {
            let holds_it = before < block.size;
            before -= if holds_it { 0 } else { block.size };
            holds_it
        })?;
        let (value, _) = block.values.iter().zip(&block.times).find(|(_, times)| {
            let is_it = before < **times;
            before -= *times;
            is_it
        })?;
        Some((self.size as u64, Count::new(*value).expect("values are counts")))
    }

    /// Bytes that it takes.
    pub fn bytes(&self) -> usize {
        let of_block = |block: &Block| (block.values.capacity() + block.times.capacity()) * 8;
        let values: usize = self.blocks.iter().map(of_block).sum();
        values + self.blocks.capacity() * size_of::<Block>() + self.firsts.capacity() * 8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(values: &[u64], median: Option<u64>) {
        let mut multiset = Multiset::default();
        values.iter().for_each(|value| multiset.add(*value, 1));
        let expected = median.map(|median| (values.len() as u64, Count::new(median).unwrap()));
        assert_eq!(multiset.median(), expected, "{values:?}");
    }

    #[test]
    fn the_lower_median() {
        check(&[], None);
        check(&[7], Some(7));
        check(&[10, 40], Some(10));
        check(&[10, 30, 20], Some(20));
        check(&[1, 9, 9, 9], Some(9));
        check(&[0, u64::MAX >> 1], Some(0));
    }

    #[test]
    fn values_below_all_that_are_left_can_come_again() {
        let mut multiset = Multiset::default();
        let many = 4 * BLOCK_VALUES as u64;
        (0..many).for_each(|value| multiset.add(value, 1));
        (0..many - 1).for_each(|value| multiset.add(value, -1));
        assert_eq!(multiset.median(), Some((1, Count::new(many - 1).unwrap())));
        assert!(multiset.blocks.len() <= 2, "empty blocks go, but for the first");
        multiset.add(3, 1);
        assert_eq!(multiset.median(), Some((2, Count::new(3).unwrap())));
    }

    #[test]
    fn it_follows_thousands_of_additions_and_removals() {
        let mut multiset = Multiset::default();
        let mut sorted: Vec<u64> = Vec::new();
        for n in 0..6000u64 {
            let value = n * 7919 % 1500;
            multiset.add(value, 1);
            sorted.insert(sorted.partition_point(|v| *v <= value), value);
            if n % 3 == 0 || n > 4000 {
                for value in [n * 31 % 1500, n * 17 % 1500] {
                    if let Ok(at) = sorted.binary_search(&value) {
                        sorted.remove(at);
                        multiset.add(value, -1);
                    }
                }
            }
            let expected = sorted.get((sorted.len().max(1) - 1) / 2).map(|v| (sorted.len() as u64, *v));
            assert_eq!(multiset.median().map(|(n, value)| (n, value.get())), expected);
        }
        assert!(multiset.blocks.iter().all(|block| block.values.len() <= BLOCK_VALUES));
    }
}
