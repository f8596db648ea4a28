//! A group's posts by category, from which the most popular are read.

use crate::names::NameId;
use crate::ranks::with_ranks;

/// How many posts there are of each category that has some; sorted by category, as groups have few.
#[derive(Default)]
pub(crate) struct Popularity {
    posts: Vec<(NameId, i64)>,
}

impl Popularity {
    /// Adds `posts` (or takes away, if negative) of a category.
    pub fn add(&mut self, category: NameId, posts: i64) {
        match self.posts.binary_search_by_key(&category, |(category, _)| *category) {
            Ok(at) => {
                self.posts[at].1 += posts;
                if self.posts[at].1 == 0 {
                    self.posts.remove(at);
                }
            }
            Err(at) => self.posts.insert(at, (category, posts)),
        }
    }

    /// Rank, category and posts of those of rank `k` and better.
    pub fn top(&self, k: usize) -> Vec<(u32, NameId, u64)> {
        let mut best: Vec<(i64, NameId)> =
            self.posts.iter().map(|(category, posts)| (*posts, *category)).collect();
        if best.len() > k {
            // Only those that tie with the k-th or are better need sorting.
            let (_, kth, _) = best.select_nth_unstable_by(k - 1, |a, b| b.cmp(a));
            let least = kth.0;
            best.retain(|(posts, _)| *posts >= least);
        }
        best.sort_unstable_by(|a, b| b.cmp(a));
        let ranked = with_ranks(best.into_iter(), k, |(posts, _)| *posts);
        ranked.map(|(rank, (posts, category))| (rank, category, posts as u64)).collect()
    }

    /// Bytes that it takes.
    pub fn bytes(&self) -> usize {
        self.posts.capacity() * size_of::<(NameId, i64)>()
    }
}
