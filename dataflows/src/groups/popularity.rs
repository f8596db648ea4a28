//! A group's posts by category, from which the most popular are read.

use crate::names::NameId;
use crate::ranks::with_ranks;
use crate::sorted::partition_point;
use std::cmp::Reverse;

/// How many posts there are of each category that has some; sorted by category, as groups have few.
#[derive(Default)]
pub(crate) struct Popularity {
    categories: Vec<NameId>,
    /// Of each category.
    posts: Vec<i64>,
}

/// A category with its posts and its rank. The more popular is the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ranked {
    pub posts: i64,
    pub category: NameId,
    pub rank: u32,
}

impl Popularity {
    /// Adds `posts` (or takes away, if negative) of a category. Gives how many it had, and how many it has.
    pub fn add(&mut self, category: NameId, posts: i64) -> (i64, i64) {
        let at = partition_point(&self.categories, |other| *other < category);
        if self.categories.get(at) != Some(&category) {
            self.categories.insert(at, category);
            self.posts.insert(at, posts);
            return (0, posts);
        }
        let before = self.posts[at];
        self.posts[at] += posts;
        if self.posts[at] == 0 {
            self.categories.remove(at);
            self.posts.remove(at);
        }
        (before, before + posts)
    }

    /// How many categories there are.
    pub fn len(&self) -> usize {
        self.categories.len()
    }

    /// Reads what `add` will read first.
    pub fn touch(&self) -> u64 {
        let category = self.categories.first().map_or(0, |category| u64::from(category.number()));
        category ^ self.posts.first().map_or(0, |posts| *posts as u64)
    }

    /// Makes `top` those of rank `k` and better, the best first. Those with fewer than `behind` posts must not be among
    /// them. `room` is lent.
    pub fn top(&self, k: usize, behind: i64, room: &mut Vec<u32>, top: &mut Vec<Ranked>) {
        // Nobody can guess which ones have enough, so each is written down, and the next one over it if it has not.
        room.resize(room.len().max(self.posts.len()), 0);
        let mut enough = 0;
        for (at, &posts) in (0..).zip(&self.posts) {
            room[enough] = at;
            enough += usize::from(posts >= behind);
        }
        let best = &mut room[..enough];
        // Categories are sorted, so of those that tie the later one is the greater.
        best.sort_unstable_by_key(|at| Reverse((self.posts[*at as usize], *at)));
        let best = best.iter().map(|at| (self.posts[*at as usize], self.categories[*at as usize]));
        top.clear();
        top.extend(with_ranks(best, k, |ranked| ranked.0).map(|(rank, (posts, category))| Ranked {
            posts,
            category,
            rank,
        }));
    }

    /// Bytes that it takes.
    pub fn bytes(&self) -> usize {
        self.categories.capacity() * size_of::<NameId>() + self.posts.capacity() * size_of::<i64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Adds posts of categories in turn; those of rank `k` and better are then these, with their ranks.
    fn check(added: &[(u32, i64)], k: usize, expected: &[(u32, i64, u32)]) {
        let category = |number| NameId::from_number(number).unwrap();
        let mut popularity = Popularity::default();
        for (number, posts) in added {
            popularity.add(category(*number), *posts);
        }
        let (mut room, mut top) = (Vec::new(), Vec::new());
        popularity.top(k, i64::MIN, &mut room, &mut top);
        let ranked = |(number, posts, rank): &(u32, i64, u32)| Ranked {
            posts: *posts,
            category: category(*number),
            rank: *rank,
        };
        assert_eq!(top, expected.iter().map(ranked).collect::<Vec<_>>(), "{added:?}, k = {k}");
        assert!(top.is_sorted_by(|a, b| a > b));
    }

    #[test]
    fn the_most_popular_are_ranked_with_all_that_tie() {
        check(&[], 3, &[]);
        check(&[(1, 5), (2, 7), (3, 1), (4, 6)], 3, &[(2, 7, 1), (4, 6, 2), (1, 5, 3)]);
        check(&[(1, 5), (2, 7), (3, 5), (4, 7), (5, 5)], 2, &[(4, 7, 1), (2, 7, 1)]);
        check(&[(1, 5), (2, 7), (3, 5), (4, 1), (5, 5)], 2, &[(2, 7, 1), (5, 5, 2), (3, 5, 2), (1, 5, 2)]);
        check(&[(5, 1), (4, 1), (3, 2), (2, 3), (1, 3)], 3, &[(2, 3, 1), (1, 3, 1), (3, 2, 3)]);
        check(&[(1, 5), (2, 7), (1, -5), (2, -6)], 3, &[(2, 1, 1)]);
    }
}
