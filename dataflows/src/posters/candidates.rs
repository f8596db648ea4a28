//! The best posters of a country among one worker's posts.
//!
//! A view shows a handful of posters, so only the best are kept in order; the others wait until falling counts and
//! deletions have used those up.

use super::rest::Rest;
use crate::hash::Map;
use crate::latest::{CountCode, LargeCounts};
use crate::names::NameId;
use crate::ranks::each_once;
use crate::row::Count;
use std::collections::BTreeMap;

/// A poster with one of its follower counts.
pub(crate) type Candidate = (Count, NameId);

/// The same in eight bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Counted {
    pub count: CountCode,
    pub poster: NameId,
}

impl Counted {
    pub fn candidate(&self, counts: &LargeCounts) -> Candidate {
        (counts.count(self.count), self.poster)
    }

    /// A post with this follower count of the poster of this number.
    #[cfg(test)]
    pub fn new(count: u64, poster: u32, counts: &mut LargeCounts) -> Counted {
        use crate::latest::Post;
        use crate::row::{Geo, Pin, Record};
        let poster = NameId::from_number(poster);
        let mut post = Post::empty(1);
        post.put(Record::Pin(Pin { poster, follower_count: Count::new(count), category: None }), counts);
        post.put(Record::Geo(Geo::default()), counts);
        let (_, poster, count) = post.poster().expect("it has a pin and a geo");
        Counted { count, poster }
    }
}

/// Posters that are kept in order when the list is cut.
const KEPT_POSTERS: usize = 128;

pub(super) struct Candidates {
    /// Posts by follower count and poster, with the count as posts have it.
    top: BTreeMap<Candidate, (CountCode, u32)>,
    /// The least that is kept in order; `None` if all are.
    floor: Option<Candidate>,
    rest: Rest,
    /// The list is cut when it is as long as this.
    cut_at: usize,
    /// Posters that a cut leaves.
    kept: usize,
}

impl Candidates {
    /// For views that show `k` ranks.
    pub fn new(k: usize) -> Candidates {
        let kept = KEPT_POSTERS.max(4 * k);
        Candidates { top: BTreeMap::new(), floor: None, rest: Rest::default(), cut_at: 2 * kept, kept }
    }

    pub fn add(&mut self, post: Counted, counts: &LargeCounts) {
        let candidate = post.candidate(counts);
        if self.is_in_rest(candidate) {
            self.rest.add(post, counts);
            return;
        }
        self.top.entry(candidate).or_insert((post.count, 0)).1 += 1;
        if self.top.len() >= self.cut_at {
            self.cut(counts);
        }
    }

    pub fn remove(&mut self, post: Counted, counts: &LargeCounts) {
        let candidate = post.candidate(counts);
        if self.is_in_rest(candidate) {
            self.rest.remove(post, counts);
            if self.rest.is_empty() {
                self.floor = None;
            }
            return;
        }
        let (_, posts) = self.top.get_mut(&candidate).expect("what is removed was added");
        *posts -= 1;
        if *posts == 0 {
            self.top.remove(&candidate);
        }
    }

    fn is_in_rest(&self, candidate: Candidate) -> bool {
        self.floor.is_some_and(|floor| candidate < floor)
    }

    /// Keeps the best posters in order.
    fn cut(&mut self, counts: &LargeCounts) {
        let mut posters = Map::default();
        let last = self.top.keys().rev().find(|(_, poster)| {
            posters.insert(*poster, ());
            posters.len() == self.kept
        });
        if let Some(&floor) = last {
            let top = self.top.split_off(&floor);
            let rest = std::mem::replace(&mut self.top, top);
            for (candidate, (count, posts)) in rest {
                for _ in 0..posts {
                    self.rest.add(Counted { count, poster: candidate.1 }, counts);
                }
            }
            self.floor = (!self.rest.is_empty()).then_some(floor);
        }
        self.cut_at = 2 * self.top.len().max(self.kept);
    }

    /// The posters of rank `k` and better, each once, with their highest counts, best first.
    pub fn best(&mut self, k: usize, counts: &LargeCounts) -> Vec<Candidate> {
        loop {
            let best = each_once(self.top.keys().rev().copied(), k);
            // Of those that tie with the last one, some may be below the floor.
            let is_complete = |floor: Candidate| best.get(k - 1).is_some_and(|(count, _)| *count > floor.0);
            if self.floor.is_none_or(is_complete) {
                return best;
            }
            self.promote(counts);
        }
    }

    /// Gets the next ones from the rest.
    fn promote(&mut self, counts: &LargeCounts) {
        for post in self.rest.take_best(self.kept.max(self.top.len()), counts) {
            let candidate = post.candidate(counts);
            self.top.entry(candidate).or_insert((post.count, 0)).1 += 1;
            self.floor = Some(candidate);
        }
        if self.rest.is_empty() {
            self.floor = None;
        }
        self.cut_at = self.cut_at.max(2 * self.top.len());
    }

    /// Bytes that they take, about: a B-tree's nodes are two thirds full.
    pub fn bytes(&self) -> usize {
        self.top.len() * size_of::<(Candidate, (CountCode, u32))>() * 3 / 2 + self.rest.bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    /// A list, and the same posts in order.
    struct Lists {
        list: Candidates,
        sorted: BTreeMap<Candidate, u32>,
        counts: LargeCounts,
    }

    impl Lists {
        fn new(k: usize) -> Lists {
            Lists { list: Candidates::new(k), sorted: BTreeMap::new(), counts: LargeCounts::default() }
        }

        fn post(&mut self, count: u64, poster: u32) -> (Candidate, Counted) {
            let post = Counted::new(count, poster, &mut self.counts);
            (post.candidate(&self.counts), post)
        }

        fn add(&mut self, count: u64, poster: u32) {
            let (candidate, post) = self.post(count, poster);
            self.list.add(post, &self.counts);
            *self.sorted.entry(candidate).or_insert(0) += 1;
        }

        fn remove(&mut self, count: u64, poster: u32) {
            let (candidate, post) = self.post(count, poster);
            self.list.remove(post, &self.counts);
            let posts = self.sorted.get_mut(&candidate).unwrap();
            *posts -= 1;
            if *posts == 0 {
                self.sorted.remove(&candidate);
            }
        }

        fn check(&mut self, k: usize) {
            let expected = each_once(self.sorted.keys().rev().copied(), k);
            assert_eq!(self.list.best(k, &self.counts), expected);
        }
    }

    #[test]
    fn when_the_best_are_gone_the_next_are_found() {
        let mut lists = Lists::new(3);
        // A permutation: 30,011 is prime.
        for n in 0..30_000 {
            lists.add(n * 7_919 % 30_011, n as u32 + 1);
        }
        assert!(lists.list.top.len() < 300, "most of them are in no order");
        for round in 0..300 {
            lists.check(3);
            let best: Vec<Candidate> = lists.sorted.keys().rev().take(100).copied().collect();
            for (count, poster) in best {
                lists.remove(count.get(), poster.number());
                lists.add(round, poster.number());
            }
        }
        assert!(lists.list.top.len() < 600);
        while let Some((count, poster)) = lists.sorted.keys().next().copied() {
            lists.remove(count.get(), poster.number());
        }
        lists.check(3);
        assert!(lists.list.rest.is_empty() && lists.list.top.is_empty());
    }

    #[test]
    fn any_posts_come_and_go() {
        for counts in [3, 500, 1 << 33] {
            let (mut lists, mut held, mut random) = (Lists::new(2), Vec::new(), Random::new());
            let mut below = |n| random.below(n);
            for step in 0..60_000 {
                // It grows, shrinks, and grows again.
                if held.is_empty() || (below(10) < 7) != (20_000..40_000).contains(&step) {
                    let (count, poster) = (below(counts), 1 + below(4_000) as u32);
                    held.push((count, poster));
                    lists.add(count, poster);
                } else {
                    let (count, poster) = held.swap_remove(below(held.len() as u64) as usize);
                    lists.remove(count, poster);
                }
                if step % 500 == 0 {
                    lists.check(2);
                }
            }
            let rest = lists.list.rest.bytes();
            assert!(rest < 24 * held.len() + 4_096, "{rest} bytes for {} posts", held.len());
        }
    }

    #[test]
    fn ties_are_shown_all_of_them() {
        let mut lists = Lists::new(1);
        for n in 1..=20_000 {
            lists.add(7, n);
            lists.add(7, 1);
        }
        lists.check(1);
        assert_eq!(lists.list.best(1, &lists.counts).len(), 20_000);
        lists.add(0, 1);
        lists.add(9, 2);
        lists.check(1);
        lists.remove(9, 2);
        lists.check(1);
    }

    #[test]
    fn a_poster_counts_once_with_the_highest_count() {
        let mut lists = Lists::new(2);
        for (count, poster) in [(5, 1), (9, 1), (9, 1), (7, 2), (7, 3)] {
            lists.add(count, poster);
        }
        lists.check(2);
        let best = |lists: &mut Lists| lists.list.best(2, &lists.counts).len();
        assert_eq!(best(&mut lists), 3);
        lists.remove(9, 1);
        assert_eq!(best(&mut lists), 3, "it has another post with that count");
        lists.remove(9, 1);
        lists.check(2);
        assert_eq!(best(&mut lists), 2);
    }
}
