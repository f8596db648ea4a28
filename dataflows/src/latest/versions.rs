//! The versions that a segment's records hold, each kept once and named by a small number.
//!
//! A closed record's version is only (time, partition), so an archive without times has as many versions as
//! partitions, and a number of two bytes a record is enough; where it is not, the upper halves are kept aside.

use super::post::Post;
use crate::row::Version;

pub(crate) struct Versions {
    /// By number; number 0 is the version of no record.
    list: Vec<Version>,
    /// The upper halves of the numbers, by post and kind; empty while all numbers fit the posts' two bytes.
    upper: Vec<[u16; 3]>,
}

/// The newest numbers are looked at first: rows that come together mostly share their version.
const NEWEST: usize = 4;

impl Versions {
    pub fn new() -> Versions {
        Versions { list: vec![Version::NONE], upper: Vec::new() }
    }

    /// The versions of the records of the closed post at `index`.
    pub fn of(&self, index: usize, post: &Post) -> [Version; 3] {
        let upper = self.upper.get(index).copied().unwrap_or_default();
        std::array::from_fn(|kind| self.list[usize::from(upper[kind]) << 16 | usize::from(post.links[kind])])
    }

    /// Writes the numbers of `versions` into the post at `index`.
    pub fn assign(&mut self, index: usize, post: &mut Post, versions: [Version; 3]) {
        for (kind, version) in versions.into_iter().enumerate() {
            let number = self.number(version);
            post.links[kind] = number as u16;
            let upper = (number >> 16) as u16;
            if upper > 0 && self.upper.len() <= index {
                self.upper.resize(index + 1, [0; 3]);
            }
            if let Some(halves) = self.upper.get_mut(index) {
                halves[kind] = upper;
            }
        }
    }

    fn number(&mut self, version: Version) -> usize {
        if version == Version::NONE {
            return 0;
        }
        let newest = self.list.len().saturating_sub(NEWEST);
        if let Some(at) = self.list[newest..].iter().position(|v| *v == version) {
            return newest + at;
        }
        // The first ones are those of an archive's partitions, which come again and again.
        if let Some(at) = self.list.iter().take(8 * NEWEST).position(|v| *v == version) {
            return at;
        }
        if self.list.len() == self.list.capacity() {
            self.list.reserve_exact((self.list.len() / 4).max(4));
        }
        self.list.push(version);
        self.list.len() - 1
    }

    /// Whether so few posts cannot hold most of the list any more.
    pub fn is_worth_compacting(&self, posts: usize) -> bool {
        self.list.len() > 6 * posts + 64
    }

    /// Drops the versions that no post holds. All posts must be closed.
    pub fn compact<'a>(&mut self, posts: impl Iterator<Item = &'a mut Post>) {
        let old = std::mem::replace(self, Versions::new());
        for (index, post) in posts.enumerate() {
            self.assign(index, post, old.of(index, post));
        }
    }

    /// Bytes that they take.
    pub fn bytes(&self) -> usize {
        self.list.capacity() * size_of::<Version>() + self.upper.capacity() * size_of::<[u16; 3]>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Posts keep their versions, however many there are, also after the list is compacted.
    fn check(posts: usize, rounds: u64) {
        let mut versions = Versions::new();
        let mut held: Vec<(Post, [Version; 3])> =
            (0..posts).map(|n| (Post::empty(n as u64), [Version::NONE; 3])).collect();
        for round in 0..rounds {
            let mut in_turn: Vec<_> = held.iter_mut().enumerate().collect();
            if round % 2 == 1 {
                in_turn.reverse();
            }
            for (index, (post, expected)) in in_turn {
                let time = round * posts as u64 + index as u64;
                expected[(time % 3) as usize] = Version::new(time, (time % 5) as u32, 1).closed();
                versions.assign(index, post, *expected);
            }
            if versions.is_worth_compacting(posts) {
                versions.compact(held.iter_mut().map(|(post, _)| post));
            }
            assert!(versions.list.len() <= 6 * posts + 64, "versions that no post holds are dropped");
            for (index, (post, expected)) in held.iter().enumerate() {
                assert_eq!(versions.of(index, post), *expected);
            }
        }
        assert_eq!(versions.upper.is_empty(), versions.list.len() <= 1 << 16);
    }

    #[test]
    fn few_posts_with_many_versions() {
        check(10, 200);
    }

    #[test]
    fn more_versions_than_two_bytes_can_number() {
        check(40_000, 3);
        check(70_000, 2);
    }
}
