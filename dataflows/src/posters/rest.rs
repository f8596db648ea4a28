//! Candidates that are far from the top, in a coarse order: nothing is sorted before it is needed, so that a post costs
//! little, and when the top runs short, the next ones are found without looking at them all.

use super::candidates::{Candidate, Counted};
use super::leaf::Leaf;
use crate::latest::LargeCounts;
use crate::sorted::partition_point;

/// Leaves by their least candidates; the first takes all that are less, too.
#[derive(Default)]
pub(super) struct Rest {
    /// The least candidate of each leaf.
    froms: Vec<Candidate>,
    leaves: Vec<Leaf>,
}

impl Rest {
    pub fn is_empty(&self) -> bool {
        self.leaves.is_empty()
    }

    pub fn add(&mut self, candidate: Candidate, post: Counted, counts: &LargeCounts) {
        if self.leaves.is_empty() {
            self.froms.push(candidate);
            self.leaves.push(Leaf::new());
        }
        let at = self.leaf_of(candidate);
        self.leaves[at].add(post);
        if let Some((from, upper)) = self.leaves[at].split(counts) {
            self.froms.insert(at + 1, from);
            self.leaves.insert(at + 1, upper);
        }
    }

    pub fn remove(&mut self, candidate: Candidate, post: Counted) {
        let at = self.leaf_of(candidate);
        self.leaves[at].remove(post);
        self.tidy(at);
    }

    /// Takes out the best, so many and those that are equal to the last of them, as far as one leaf has them; best first.
    pub fn take_best(&mut self, number: usize, counts: &LargeCounts) -> Vec<Counted> {
        let Some(last) = self.leaves.last_mut() else { return Vec::new() };
        let best = last.take_best(number, counts);
        self.tidy(self.leaves.len() - 1);
        best
    }

    fn leaf_of(&self, candidate: Candidate) -> usize {
        partition_point(&self.froms, |from| *from <= candidate).saturating_sub(1)
    }

    /// Drops a leaf that is empty; two short ones become one.
    fn tidy(&mut self, at: usize) {
        if self.leaves[at].is_empty() {
            self.remove_leaf(at);
        } else if at > 0 && self.leaves[at].is_short() && self.leaves[at - 1].is_short() {
            let short = self.remove_leaf(at);
            self.leaves[at - 1].append(short);
        }
    }

    fn remove_leaf(&mut self, at: usize) -> Leaf {
        self.froms.remove(at);
        self.leaves.remove(at)
    }

    /// Bytes that they take.
    pub fn bytes(&self) -> usize {
        self.froms.capacity() * size_of::<Candidate>()
            + self.leaves.capacity() * size_of::<Leaf>()
            + self.leaves.iter().map(Leaf::bytes).sum::<usize>()
    }
}
