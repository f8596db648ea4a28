//! The versions that a segment's records hold, in two bytes and two more.
//!
//! Versions of one time and partition differ in their orders alone, and where orders are near each other, in the lowest
//! bits of them. A post keeps these bits; what they share is kept once, and a number of two bytes names it. Where two
//! bytes are not enough, the upper halves are kept aside.

use super::post::Post;
use crate::chunk::SEGMENTS;
use crate::row::Version;

pub(super) struct Versions {
    /// What versions share, by number; number 0 is the version of no record, and none has a lower half of 0 besides.
    list: Vec<Version>,
    /// The upper halves of the numbers, by post and kind; empty while all numbers fit the posts' two bytes.
    upper: Vec<[u16; 3]>,
    /// The number that each partition was given last: rows of a partition mostly come in order. By the lowest bits of the
    /// partition's number.
    newest: Vec<u32>,
}

/// Partitions whose newest versions have a place of their own.
const FIRST_PARTITIONS: usize = 4;
const MAX_PARTITIONS: usize = 1024;

impl Versions {
    pub fn new() -> Versions {
        Versions { list: vec![Version::NONE], upper: Vec::new(), newest: vec![0; FIRST_PARTITIONS] }
    }

    /// Whether a version is later than that of the `kind` of the post at `index`.
    pub fn is_later(&mut self, version: Version, index: usize, post: &Post, kind: usize) -> bool {
        version.split() > (self.list[self.number_of(index, post, kind)], post.orders[kind])
    }

    /// Gives a version to the `kind` of the post at `index`.
    pub fn put(&mut self, version: Version, index: usize, post: &mut Post, kind: usize) {
        let (shared, order) = version.split();
        let number = self.number(shared);
        post.orders[kind] = order;
        self.put_number(number, index, post, kind);
    }

    /// The times of the records of the post at `index`.
    pub fn times(&self, index: usize, post: &Post) -> [u64; 3] {
        [0, 1, 2].map(|kind| self.list[self.number_of(index, post, kind)].time())
    }

    fn number_of(&self, index: usize, post: &Post, kind: usize) -> usize {
        let upper = self.upper.get(index).map_or(0, |upper| upper[kind]);
        usize::from(upper) << 16 | usize::from(post.versions[kind])
    }

    fn put_number(&mut self, number: usize, index: usize, post: &mut Post, kind: usize) {
        post.versions[kind] = number as u16;
        let upper = (number >> 16) as u16;
        if upper > 0 && self.upper.len() <= index {
            self.upper.resize(index + 1, [0; 3]);
        }
        if let Some(halves) = self.upper.get_mut(index) {
            halves[kind] = upper;
        }
    }

    fn number(&mut self, shared: Version) -> usize {
        let at = loop {
            let at = shared.place.partition() % self.newest.len();
            let newest = self.list[self.newest[at] as usize];
            if newest == shared {
                return self.newest[at] as usize;
            }
            let is_free = newest == Version::NONE || newest.place.partition() == shared.place.partition();
            if is_free || self.newest.len() == MAX_PARTITIONS {
                break at;
            }
            self.make_more_places();
        };
        if self.list.len() == self.list.capacity() {
            self.list.reserve_exact((self.list.len() / 4).max(4));
        }
        if self.list.len().is_multiple_of(1 << 16) {
            self.list.push(Version::NONE);
        }
        self.list.push(shared);
        self.newest[at] = self.list.len() as u32 - 1;
        self.list.len() - 1
    }

    fn make_more_places(&mut self) {
        let mut more = vec![0; self.newest.len() * 2];
        for number in &self.newest {
            more[self.list[*number as usize].place.partition() % (self.newest.len() * 2)] = *number;
        }
        self.newest = more;
    }

    /// Whether so few posts cannot hold most of a segment's list any more.
    ///
    /// Segments have from 4 to 8 versions a post then, by their numbers: where all posts get new versions in rounds, they
    /// would else all be compacted at once, and views wait for it.
    pub fn is_worth_compacting(&self, posts: usize, segment: usize) -> bool {
        self.list.len() > 64 + 4 * posts + 4 * posts * segment / SEGMENTS
    }

    /// Drops the versions that no post holds.
    pub fn compact<'a>(&mut self, posts: impl Iterator<Item = &'a mut Post>) {
        let old = std::mem::replace(self, Versions::new());
        for (index, post) in posts.enumerate() {
            for kind in 0..3 {
                let number = match old.number_of(index, post, kind) {
                    0 => 0,
                    number => self.number(old.list[number]),
                };
                self.put_number(number, index, post, kind);
            }
        }
    }

    /// Bytes that they take.
    pub fn bytes(&self) -> usize {
        self.list.capacity() * size_of::<Version>()
            + self.upper.capacity() * size_of::<[u16; 3]>()
            + self.newest.capacity() * size_of::<u32>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Posts keep their versions, however many there are, also after the list is compacted.
    fn check(posts: usize, rounds: u64, partitions: u64) {
        let mut versions = Versions::new();
        let mut held: Vec<(Post, [Option<Version>; 3])> =
            (0..posts).map(|n| (Post::empty(n as u64), [None; 3])).collect();
        for round in 0..rounds {
            let mut in_turn: Vec<_> = held.iter_mut().enumerate().collect();
            if round % 2 == 1 {
                in_turn.reverse();
            }
            for (index, (post, expected)) in in_turn {
                let (time, order) = (round * posts as u64 + index as u64, 1 + index as u64);
                let version = Version::new(time, (time % partitions) as u32, order);
                let kind = (time % 3) as usize;
                assert!(versions.is_later(version, index, post, kind));
                versions.put(version, index, post, kind);
                assert!(!versions.is_later(version, index, post, kind));
                expected[kind] = Some(version);
            }
            if versions.is_worth_compacting(posts, SEGMENTS / 2) {
                versions.compact(held.iter_mut().map(|(post, _)| post));
            }
            assert!(versions.list.len() <= 6 * posts + 64, "versions that no post holds are dropped");
            for (index, (post, expected)) in held.iter().enumerate() {
                assert_eq!(versions.times(index, post), expected.map(|v| v.map_or(0, Version::time)));
                for (kind, version) in expected.iter().enumerate() {
                    let Some(version) = *version else { continue };
                    assert!(!versions.is_later(version, index, post, kind));
                    let next = Version::new(version.time(), version.place.partition() as u32 - 1, 1 << 40);
                    assert!(versions.is_later(next, index, post, kind));
                }
            }
        }
        assert_eq!(versions.upper.is_empty(), versions.list.len() <= 1 << 16);
    }

    #[test]
    fn few_posts_with_many_versions() {
        check(10, 200, 5);
        check(10, 200, 3_000);
    }

    #[test]
    fn not_all_segments_are_compacted_at_once() {
        let due = |segment: usize, list: usize| {
            let list = vec![Version::NONE; list];
            Versions { list, ..Versions::new() }.is_worth_compacting(1000, segment)
        };
        let are_due = |list| (0..SEGMENTS).filter(|segment| due(*segment, list)).count();
        assert_eq!([4_000, 6_065, 8_065].map(are_due), [0, SEGMENTS / 2 + 1, SEGMENTS]);
    }

    #[test]
    fn more_versions_than_two_bytes_can_number() {
        check(40_000, 3, 5);
        check(70_000, 2, 5);
    }

    #[test]
    fn partitions_in_turn_share_what_their_versions_have_in_common() {
        let (mut versions, mut post) = (Versions::new(), Post::empty(7));
        for n in 0..50_000 {
            versions.put(Version::new(3, n % 500, 1 + u64::from(n)), 0, &mut post, 1);
        }
        assert_eq!(versions.list.len(), 1 + 500);
    }
}
