//! Candidates that are far from the top, in a coarse order: nothing is sorted before it is needed, so that a post costs
//! little, and when the top runs short, the next ones are found without looking at them all.

use super::candidates::{Candidate, Counted};
use super::leaf::Leaf;
use crate::latest::LargeCounts;
use crate::sorted::partition_point;

/// What comes or goes waits until there is so much of it. Leaves lie far apart in memory: so most of it finds a leaf that was
/// read for another a moment ago.
const WAITING: usize = 128;

/// Leaves by their least candidates.
#[derive(Default)]
pub(super) struct Rest {
    /// How many there are.
    posts: usize,
    /// Those that came, and went, and no leaf knows of it yet.
    added: Vec<Counted>,
    removed: Vec<Counted>,
    /// The least candidate of each leaf but the first.
    froms: Vec<Candidate>,
    leaves: Vec<Leaf>,
}

impl Rest {
    pub fn is_empty(&self) -> bool {
        self.posts == 0
    }

    pub fn add(&mut self, post: Counted, counts: &LargeCounts) {
        self.posts += 1;
        self.added.push(post);
        self.settle_some(counts);
    }

    pub fn remove(&mut self, post: Counted, counts: &LargeCounts) {
        self.posts -= 1;
        self.removed.push(post);
        self.settle_some(counts);
    }

    fn settle_some(&mut self, counts: &LargeCounts) {
        if self.posts == 0 {
            *self = Rest::default();
        } else if self.added.len() + self.removed.len() >= WAITING {
            self.settle(counts);
        }
    }

    /// Lets the leaves know of what waits: what is removed was added before, or waits, too.
    fn settle(&mut self, counts: &LargeCounts) {
        let (mut added, mut removed) = (std::mem::take(&mut self.added), std::mem::take(&mut self.removed));
        added.drain(..).for_each(|post| self.add_to_leaf(post, counts));
        removed.drain(..).for_each(|post| self.remove_from_leaf(post, counts));
        (self.added, self.removed) = (added, removed);
    }

    fn add_to_leaf(&mut self, post: Counted, counts: &LargeCounts) {
        if self.leaves.is_empty() {
            self.leaves.push(Leaf::new());
        }
        let at = self.leaf_of(post.candidate(counts));
        self.leaves[at].add(post);
        if let Some((from, upper)) = self.leaves[at].split(counts) {
            self.froms.insert(at, from);
            self.leaves.insert(at + 1, upper);
        }
    }

    fn remove_from_leaf(&mut self, post: Counted, counts: &LargeCounts) {
        let at = self.leaf_of(post.candidate(counts));
        self.leaves[at].remove(post);
        self.tidy(at);
    }

    /// Takes out the best, so many and those that are equal to the last of them, as far as one leaf has them; best first.
    pub fn take_best(&mut self, number: usize, counts: &LargeCounts) -> Vec<Counted> {
        self.settle(counts);
        let Some(last) = self.leaves.last_mut() else { return Vec::new() };
        let best = last.take_best(number, counts);
        self.posts -= best.len();
        self.tidy(self.leaves.len() - 1);
        best
    }

    fn leaf_of(&self, candidate: Candidate) -> usize {
        partition_point(&self.froms, |from| *from <= candidate)
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
        if !self.froms.is_empty() {
            self.froms.remove(at.saturating_sub(1));
        }
        self.leaves.remove(at)
    }

    /// Bytes that they take.
    pub fn bytes(&self) -> usize {
        (self.added.capacity() + self.removed.capacity()) * size_of::<Counted>()
            + self.froms.capacity() * size_of::<Candidate>()
            + self.leaves.capacity() * size_of::<Leaf>()
            + self.leaves.iter().map(Leaf::bytes).sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lower_ones_come_where_the_first_leaf_was() {
        let (mut rest, mut counts) = (Rest::default(), LargeCounts::default());
        let mut of = |range: std::ops::Range<u64>| {
            range.map(|count| Counted::new(count, 1, &mut counts)).collect::<Vec<_>>()
        };
        let (high, low) = (of(100_000..120_000), of(1..10_000));
        high.iter().for_each(|post| rest.add(*post, &counts));
        high[..10_000].iter().for_each(|post| rest.remove(*post, &counts));
        low.iter().for_each(|post| rest.add(*post, &counts));
        assert!(rest.leaves.len() > 3 && rest.froms.is_sorted() && rest.froms.len() + 1 == rest.leaves.len());
        low.iter().for_each(|post| rest.remove(*post, &counts));
        let mut best = Vec::new();
        while !rest.is_empty() {
            best.extend(rest.take_best(1000, &counts));
        }
        assert!(best.iter().eq(high[10_000..].iter().rev()));
        assert!(rest.leaves.is_empty() && rest.froms.is_empty());
    }
}
