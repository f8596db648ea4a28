//! The ticks that were cut, each with its vector of positions.

use crate::block::Block;
use pinflow_dataflows::row::Tick;
use std::collections::VecDeque;

/// Ticks that are remembered: some seconds of them at least.
const KEPT: usize = 4096;

/// A tick: up to which position each partition belongs to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cut {
    /// Its number.
    pub tick: Tick,
    /// By the partition's number: the first position that does not belong to it. Partitions that came later are missing.
    pub vector: Vec<u64>,
    /// How many positions it has that the tick before has not.
    pub positions: u64,
    /// The times of those that came live, each once in a block; 0 where it is not known.
    pub times: Vec<u64>,
}

impl Cut {
    /// A block belongs to it.
    pub fn add(&mut self, block: &Block, is_live: bool) {
        let partition = block.partition as usize;
        if self.vector.len() <= partition {
            self.vector.resize(partition + 1, 0);
        }
        self.vector[partition] = block.first_position + block.positions;
        self.positions += block.positions;
        // What was there at the start may have millions of them, and nobody asks how fresh it is.
        if is_live {
            self.times.push(block.times.first);
            self.times.extend(block.times.later.iter().map(|(_, time)| *time));
        }
    }

    /// The next one, with nothing in it yet.
    pub fn next(&self) -> Cut {
        Cut { tick: self.tick + 1, vector: self.vector.clone(), positions: 0, times: Vec::new() }
    }
}

/// The last ticks.
#[derive(Debug, Default)]
pub struct Cuts(VecDeque<Cut>);

impl Cuts {
    /// Remembers a tick, which follows the last one.
    pub fn keep(&mut self, cut: Cut) {
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(cut);
    }

    /// The tick of that number, if it is remembered.
    pub fn get(&self, tick: Tick) -> Option<&Cut> {
        let first = self.0.front()?.tick;
        self.0.get(usize::try_from(tick.checked_sub(first)?).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_ticks_are_remembered() {
        let mut cuts = Cuts::default();
        assert_eq!(cuts.get(0), None);
        let mut cut = Cut::default();
        for _ in 0..KEPT + 10 {
            let next = cut.next();
            cuts.keep(std::mem::replace(&mut cut, next));
        }
        let numbers = [0, 9, 10, 11, KEPT as u64 + 9, KEPT as u64 + 10];
        let found = numbers.map(|tick| cuts.get(tick).map(|cut| cut.tick));
        assert_eq!(found, [None, None, Some(10), Some(11), Some(KEPT as u64 + 9), None]);
    }
}
