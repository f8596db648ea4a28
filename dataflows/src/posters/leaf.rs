//! Some candidates of neighbouring counts, in no order until it is asked for.

use super::candidates::{Candidate, Counted};
use crate::hash::Map;
use crate::latest::LargeCounts;

/// Candidates that a leaf takes before it is split. They are sorted when the best are needed, which takes 0.1 ms.
const LIMIT: usize = 4096;

/// Candidates from one on, up to the next leaf's.
pub(super) struct Leaf {
    added: Vec<Counted>,
    /// Of those that were added; they are taken out once they are many, or the best are needed.
    removed: Vec<Counted>,
    is_sorted: bool,
    limit: usize,
}

impl Leaf {
    pub fn new() -> Leaf {
        Leaf { added: Vec::new(), removed: Vec::new(), is_sorted: true, limit: LIMIT }
    }

    pub fn add(&mut self, post: Counted) {
        push(&mut self.added, post);
        self.is_sorted = false;
    }

    pub fn remove(&mut self, post: Counted) {
        push(&mut self.removed, post);
        if self.removed.len() == self.added.len() {
            (self.added, self.removed) = (Vec::new(), Vec::new());
        } else if self.removed.len() > self.added.len() / 2 {
            self.take_out_removed();
        }
    }

    pub fn is_empty(&self) -> bool {
        self.added.is_empty()
    }

    /// Whether it is so short that it may as well be a part of the leaf before.
    pub fn is_short(&self) -> bool {
        self.added.len() < LIMIT / 8
    }

    /// Takes all of another leaf, which comes next.
    pub fn append(&mut self, mut next: Leaf) {
        self.added.append(&mut next.added);
        self.removed.append(&mut next.removed);
        self.is_sorted = false;
    }

    /// If it is too long: the upper half, as a leaf of its own, and the least candidate that belongs there.
    pub fn split(&mut self, counts: &LargeCounts) -> Option<(Candidate, Leaf)> {
        if self.added.len() <= self.limit {
            return None;
        }
        let candidate = |post: &Counted| post.candidate(counts);
        let middle = self.added.len() / 2;
        let middle = candidate(self.added.select_nth_unstable_by_key(middle, candidate).1);
        self.is_sorted = false;
        // Equal ones stay together.
        let has_less = self.added.iter().any(|post| candidate(post) < middle);
        let from = match has_less {
            true => Some(middle),
            false => self.added.iter().map(candidate).filter(|other| *other > middle).min(),
        };
        let Some(from) = from else {
            self.limit = 2 * self.added.len();
            return None;
        };
        let mut upper = Leaf { is_sorted: false, ..Leaf::new() };
        let is_upper = |post: &Counted| candidate(post) >= from;
        (upper.added, self.added) = self.added.iter().partition(|post| is_upper(post));
        (upper.removed, self.removed) = self.removed.iter().partition(|post| is_upper(post));
        for list in [&mut upper.added, &mut upper.removed, &mut self.added, &mut self.removed] {
            list.shrink_to_fit();
        }
        Some((from, upper))
    }

    /// Takes out the best, so many and those that are equal to the last of them; best first.
    pub fn take_best(&mut self, number: usize, counts: &LargeCounts) -> Vec<Counted> {
        self.take_out_removed();
        if !self.is_sorted {
            // A stable sort makes use of what is in order already.
            self.added.sort_by_key(|post| post.candidate(counts));
            self.is_sorted = true;
        }
        let mut start = self.added.len().saturating_sub(number);
        while start > 0 && self.added[start - 1] == self.added[start] {
            start -= 1;
        }
        let mut best = self.added.split_off(start);
        best.reverse();
        self.give_back();
        best
    }

    /// Takes what was removed out of what was added; the order stays.
    fn take_out_removed(&mut self) {
        let mut times: Map<Counted, usize> = Map::default();
        for post in std::mem::take(&mut self.removed) {
            *times.entry(post).or_insert(0) += 1;
        }
        if times.is_empty() {
            return;
        }
        self.added.retain(|post| {
            let left = times.get_mut(post).filter(|left| **left > 0);
            left.map(|left| *left -= 1).is_none()
        });
        assert!(times.values().all(|left| *left == 0), "what is removed was added");
        self.give_back();
    }

    /// Keeps no more room than it may soon need.
    fn give_back(&mut self) {
        if self.added.capacity() > 2 * self.added.len() {
            self.added.shrink_to_fit();
        }
    }

    /// Bytes that it takes.
    pub fn bytes(&self) -> usize {
        (self.added.capacity() + self.removed.capacity()) * size_of::<Counted>()
    }
}

/// There are many lists, so they grow by little.
fn push(list: &mut Vec<Counted>, post: Counted) {
    if list.len() == list.capacity() {
        list.reserve_exact((list.len() / 4).max(8));
    }
    list.push(post);
}
