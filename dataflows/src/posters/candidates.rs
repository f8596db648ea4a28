//! The best posters of a country among one worker's posts.
//!
//! A view shows a handful of posters, so only the best are kept, in order. When falling counts and deletions have used
//! them up, they are found again among the posts.

use crate::hash::Map;
use crate::names::NameId;
use crate::ranks::each_once;
use crate::row::Count;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// A poster with one of its follower counts.
pub(crate) type Candidate = (Count, NameId);

/// Posters that are kept at the least when the list is cut: enough that a refill is rare.
const KEPT_POSTERS: usize = 128;

pub(crate) struct Candidates {
    /// Posts by follower count, greatest first, and poster.
    posts: BTreeMap<(Reverse<Count>, NameId), u32>,
    /// Posts with lower counts were forgotten; `None` if none was.
    floor: Option<Count>,
    /// The list is cut when it is as long as this.
    cut_at: usize,
    /// Posters that a cut leaves.
    kept: usize,
}

impl Candidates {
    /// For views that show `k` ranks.
    pub fn new(k: usize) -> Candidates {
        let kept = KEPT_POSTERS.max(4 * k);
        Candidates { posts: BTreeMap::new(), floor: None, cut_at: 2 * kept, kept }
    }

    pub fn add(&mut self, (count, poster): Candidate) {
        if self.is_forgotten(count) {
            return;
        }
        *self.posts.entry((Reverse(count), poster)).or_insert(0) += 1;
        if self.posts.len() >= self.cut_at {
            self.cut();
        }
    }

    pub fn remove(&mut self, (count, poster): Candidate) {
        if self.is_forgotten(count) {
            return;
        }
        let key = (Reverse(count), poster);
        let posts = self.posts.get_mut(&key).expect("what is removed was added");
        *posts -= 1;
        if *posts == 0 {
            self.posts.remove(&key);
        }
    }

    fn is_forgotten(&self, count: Count) -> bool {
        self.floor.is_some_and(|floor| count < floor)
    }

    /// Keeps the best posters and all that tie with the last of them.
    fn cut(&mut self) {
        let mut posters = Map::default();
        let last = self.posts.keys().find(|(_, poster)| {
            posters.insert(*poster, ());
            posters.len() == self.kept
        });
        if let Some(&(Reverse(floor), _)) = last
            && let Some(below) = floor.get().checked_sub(1).and_then(Count::new)
        {
            let smallest = NameId::from_number(1).expect("above zero");
            let forgotten = self.posts.split_off(&(Reverse(below), smallest));
            if !forgotten.is_empty() {
                self.floor = Some(floor);
            }
        }
        self.cut_at = 2 * self.posts.len().max(self.kept);
    }

    /// The posters of rank `k` and better, each once, with their highest counts. `None` if forgotten ones are needed.
    pub fn top(&self, k: usize) -> Option<Vec<Candidate>> {
        let top = each_once(self.posts.keys().map(|&(Reverse(count), poster)| (count, poster)), k);
        (top.len() >= k || self.floor.is_none()).then_some(top)
    }

    /// Bytes that they take, about: a B-tree's nodes are two thirds full.
    pub fn bytes(&self) -> usize {
        self.posts.len() * size_of::<((Reverse<Count>, NameId), u32)>() * 3 / 2 + size_of::<Candidates>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(count: u64, poster: u32) -> Candidate {
        (Count::new(count).unwrap(), NameId::from_number(poster).unwrap())
    }

    #[test]
    fn a_cut_list_says_when_it_has_run_short() {
        let mut list = Candidates::new(3);
        for n in 1..=1000 {
            list.add(candidate(n, n as u32));
        }
        assert!(list.posts.len() < 300 && list.floor.is_some());
        let mut shown = 1000;
        while let Some(top) = list.top(3) {
            assert_eq!(top, [shown, shown - 1, shown - 2].map(|n| candidate(n, n as u32)));
            list.remove(candidate(shown, shown as u32));
            shown -= 1;
        }
        assert!(shown < 1000 - 120, "it ran short after {} removals", 1000 - shown);
        list.remove(candidate(5, 5)); // forgotten: nothing to remove
    }

    #[test]
    fn ties_are_never_cut_apart() {
        let mut list = Candidates::new(1);
        for n in 1..=2000 {
            list.add(candidate(7, n));
        }
        assert_eq!(list.top(1).map(|top| top.len()), Some(2000));
        list.add(candidate(0, 1));
        list.add(candidate(9, 2));
        assert_eq!(list.top(1), Some(vec![candidate(9, 2)]));
    }

    #[test]
    fn a_poster_counts_once_with_the_highest_count() {
        let mut list = Candidates::new(2);
        for (count, poster) in [(5, 1), (9, 1), (9, 1), (7, 2), (7, 3)] {
            list.add(candidate(count, poster));
        }
        assert_eq!(list.top(2), Some(vec![candidate(9, 1), candidate(7, 2), candidate(7, 3)]));
        list.remove(candidate(9, 1));
        assert_eq!(list.top(1), Some(vec![candidate(9, 1)]));
        list.remove(candidate(9, 1));
        assert_eq!(list.top(1), Some(vec![candidate(7, 2), candidate(7, 3)]));
    }
}
