//! Finds a segment's posts by `ind`: open addressing, four bytes a slot.
//!
//! A slot holds a post's number and, in the bits that are left, a part of its hash. So a look-up reads one place of the
//! table, and tells nearly always without the post whether it is the right one.

use crate::chunk::SEGMENTS;
use crate::hash::mix;

/// Where an `ind` lies in its segment's index.
#[derive(Clone, Copy)]
pub(super) struct Hash(u64);

impl Hash {
    /// All `ind`s of a segment share the bits that choose it, so these are dropped.
    pub fn of(ind: u64) -> Hash {
        Hash(mix(ind) << SEGMENTS.trailing_zeros())
    }
}

pub(super) struct Index {
    /// 0, or the number of a post, counted from 1, below a part of its hash.
    slots: Box<[u32]>,
    posts: usize,
    /// The bits of a slot that hold the number.
    number: u32,
}

const FIRST_SLOTS: usize = 16;

impl Index {
    pub fn new() -> Index {
        Index::of_slots(FIRST_SLOTS)
    }

    fn of_slots(slots: usize) -> Index {
        let number = u32::MAX >> (slots as u32).leading_zeros();
        Index { slots: vec![0; slots].into_boxed_slice(), posts: 0, number }
    }

    fn home(&self, hash: Hash) -> usize {
        ((u128::from(hash.0) * self.slots.len() as u128) >> 64) as usize
    }

    fn after(&self, at: usize) -> usize {
        if at + 1 == self.slots.len() { 0 } else { at + 1 }
    }

    /// The part of a hash that slots keep.
    fn tag(&self, hash: Hash) -> u32 {
        ((hash.0 >> SEGMENTS.trailing_zeros()) as u32).wrapping_mul(self.number.wrapping_add(1))
    }

    /// The first post that may be the one, whose `ind` is still to be compared.
    #[inline]
    pub fn candidate(&self, hash: Hash) -> Option<u32> {
        self.find(hash, |_| true)
    }

    /// The post for which `is_it` holds.
    #[inline]
    pub fn find(&self, hash: Hash, is_it: impl Fn(u32) -> bool) -> Option<u32> {
        let tag = self.tag(hash);
        let mut at = self.home(hash);
        loop {
            let slot = self.slots[at];
            if slot == 0 {
                return None;
            }
            if (slot ^ tag) & !self.number == 0 {
                let post = (slot & self.number) - 1;
                if is_it(post) {
                    return Some(post);
                }
            }
            at = self.after(at);
        }
    }

    /// Adds the next post; the posts are numbered from 0. `hash_of` says where those before it lie.
    pub fn add(&mut self, hash: Hash, hash_of: impl Fn(u32) -> Hash) {
        if (self.posts + 1) * 4 > self.slots.len() * 3 {
            let mut larger = Index::of_slots(self.slots.len() * 3 / 2);
            (0..self.posts as u32).for_each(|post| larger.put(hash_of(post)));
            *self = larger;
        }
        self.put(hash);
    }

    fn put(&mut self, hash: Hash) {
        let mut at = self.home(hash);
        while self.slots[at] != 0 {
            at = self.after(at);
        }
        self.posts += 1;
        self.slots[at] = self.tag(hash) & !self.number | self.posts as u32;
    }

    /// Bytes that it takes.
    pub fn bytes(&self) -> usize {
        size_of_val(&*self.slots)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_post_is_found_however_many_there_are() {
        let mut index = Index::new();
        let ind = |post: u32| u64::from(post) * 3;
        for post in 0..100_000 {
            let find = |index: &Index, ind_: u64| index.find(Hash::of(ind_), |post| ind(post) == ind_);
            assert_eq!(find(&index, ind(post)), None);
            index.add(Hash::of(ind(post)), |post| Hash::of(ind(post)));
            for post in [post, post / 2, 0] {
                assert_eq!(find(&index, ind(post)), Some(post));
                assert_eq!(find(&index, ind(post) + 1), None);
            }
        }
        let right = (0..100_000).filter(|post| index.candidate(Hash::of(ind(*post))) == Some(*post)).count();
        assert!(right > 90_000, "the first candidate is mostly the right one: {right}");
    }
}
