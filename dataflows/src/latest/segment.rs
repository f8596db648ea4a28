//! The posts of one segment: found by `ind`, replaced by later records, compared before and after each tick.

use super::index::{Hash, Index};
use super::post::{LargeCounts, Post};
use super::versions::Versions;
use crate::held::{Held, Part};
use crate::row::Row;
use std::hint::black_box;

/// Posts are kept in blocks, so that a growing segment copies none and wastes little.
const BLOCK_POSTS: usize = 64;
/// What a tick touches in a segment is mostly no more: room for it is kept between ticks.
const KEPT_OPEN: usize = 16;

pub(super) struct Segment {
    index: Index,
    #[expect(
        clippy::vec_box,
        reason = "a growing vector would copy the posts, and keep room for as many again"
    )]
    blocks: Vec<Box<[Post; BLOCK_POSTS]>>,
    posts: usize,
    versions: Versions,
    /// The posts from here on are new in the open tick.
    first_new: usize,
    /// The numbers of the older posts that the open tick has touched, and how they were before.
    open: Vec<u32>,
    before: Vec<Post>,
}

impl Segment {
    pub fn new() -> Segment {
        Segment {
            index: Index::new(),
            blocks: Vec::new(),
            posts: 0,
            versions: Versions::new(),
            first_new: 0,
            open: Vec::new(),
            before: Vec::new(),
        }
    }

    /// Whether the open tick has touched none of its posts.
    pub fn is_closed(&self) -> bool {
        self.open.is_empty() && self.first_new == self.posts
    }

    /// The number of a post that may be the one.
    pub fn candidate(&self, ind: u64) -> Option<u32> {
        self.index.candidate(Hash::of(ind))
    }

    /// Whether the post of this number is the one.
    pub fn has(&self, post: u32, ind: u64) -> bool {
        self.post(post).ind == ind
    }

    /// Applies rows of the open tick, some of whose posts were found before. Says how many records are superseded by them, or
    /// they by records.
    pub fn apply(&mut self, rows: &[Row], found: &[Option<u32>], counts: &mut LargeCounts) -> u64 {
        let mut superseded = 0;
        for (row, found) in rows.iter().zip(found) {
            let index = found.unwrap_or_else(|| self.find(row.ind).unwrap_or_else(|| self.add(row.ind)));
            superseded += u64::from(self.apply_row(index as usize, row, counts));
        }
        superseded
    }

    /// True if a record is superseded by the row, or the row by a record.
    fn apply_row(&mut self, index: usize, row: &Row, counts: &mut LargeCounts) -> bool {
        let kind = row.record.kind() as usize;
        let post = &mut self.blocks[index / BLOCK_POSTS][index % BLOCK_POSTS];
        let superseded = post.versions[kind] != 0;
        if !superseded || self.versions.is_later(row.version, index, post, kind) {
            if index < self.first_new && !post.is_open() {
                self.open.push(index as u32);
                self.before.push(*post);
                post.set_open(true);
            }
            self.versions.put(row.version, index, post, kind);
            post.put(row.record, counts);
        }
        superseded
    }

    fn post(&self, index: u32) -> &Post {
        &self.blocks[index as usize / BLOCK_POSTS][index as usize % BLOCK_POSTS]
    }

    fn find(&self, ind: u64) -> Option<u32> {
        self.index.find(Hash::of(ind), |index| self.post(index).ind == ind)
    }

    fn add(&mut self, ind: u64) -> u32 {
        let index = self.posts;
        assert!(index < 1 << 31, "a segment is full: 2^31 posts");
        if index.is_multiple_of(BLOCK_POSTS) {
            self.blocks.push(Box::new([Post::empty(ind); BLOCK_POSTS]));
        }
        self.blocks[index / BLOCK_POSTS][index % BLOCK_POSTS] = Post::empty(ind);
        self.posts += 1;
        let blocks = &self.blocks;
        let ind_of = |index: u32| blocks[index as usize / BLOCK_POSTS][index as usize % BLOCK_POSTS].ind;
        self.index.add(Hash::of(ind), |index| Hash::of(ind_of(index)));
        index as u32
    }

    /// Closes the tick of the segment of this number: `changed` is given every post that it touched, as it was and as it is.
    pub fn close(&mut self, number: usize, mut changed: impl FnMut(&Post, &Post)) {
        // Read first, so that waits for memory overlap: it is a while since the tick touched them.
        black_box(self.open.iter().fold(0, |all, index| all ^ self.post(*index).ind));
        for (index, before) in self.open.iter().zip(&self.before) {
            let index = *index as usize;
            let post = &mut self.blocks[index / BLOCK_POSTS][index % BLOCK_POSTS];
            post.set_open(false);
            changed(before, post);
        }
        for index in self.first_new..self.posts {
            let post = self.post(index as u32);
            changed(&Post::empty(post.ind), post);
        }
        self.first_new = self.posts;
        self.open.clear();
        self.open.shrink_to(KEPT_OPEN);
        self.before.clear();
        self.before.shrink_to(KEPT_OPEN);
        if self.versions.is_worth_compacting(self.posts, number) {
            let posts = self.blocks.iter_mut().flat_map(|block| block.iter_mut()).take(self.posts);
            self.versions.compact(posts);
        }
    }

    /// What is held of an `ind`; the segment has to be closed.
    pub fn held(&self, ind: u64, counts: &LargeCounts) -> Option<Held> {
        let index = self.find(ind)? as usize;
        let post = &self.blocks[index / BLOCK_POSTS][index % BLOCK_POSTS];
        let [pin, geo, user] = self.versions.times(index, post);
        Some(Held {
            pin: post.pin(counts).map(|record| Part { record, time: pin }),
            geo: post.geo().map(|record| Part { record, time: geo }),
            user: post.user().map(|record| Part { record, time: user }),
        })
    }

    /// How many posts there are.
    pub fn len(&self) -> usize {
        self.posts
    }

    /// Bytes that posts, and index and versions, take.
    pub fn bytes(&self) -> (usize, usize) {
        let posts = self.blocks.len() * size_of::<[Post; BLOCK_POSTS]>()
            + self.blocks.capacity() * size_of::<usize>();
        (posts, self.index.bytes() + self.versions.bytes() + size_of::<Segment>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::latest::AgeTable;
    use crate::names::NameId;
    use crate::row::{AgeGroups, Pin, Record, Version};

    /// More than two bytes can number.
    const INDS: u32 = 70_000;

    /// The category of the `nth` pin of an `ind`.
    fn category(ind: u64, nth: u32) -> Option<NameId> {
        NameId::from_number(nth * INDS + ind as u32)
    }

    /// The `nth` pin of every `ind`.
    fn pins(nth: u32) -> Vec<Row> {
        let pin = |ind| Record::Pin(Pin { category: category(ind, nth), ..Pin::default() });
        let row = |ind| Row { ind, version: Version::new(u64::from(nth), 0, 1), record: pin(ind) };
        (0..u64::from(INDS)).map(row).collect()
    }

    /// Applies pins in a tick of their own; each then is the `after`-th of its `ind`, and was the `before`-th.
    fn check(segment: &mut Segment, applied: &[u32], superseded: u64, before: Option<u32>, after: u32) {
        let mut counts = LargeCounts::default();
        let apply = |nth: &u32| {
            let rows = pins(*nth);
            let found = |row: &Row| segment.candidate(row.ind).filter(|post| segment.has(*post, row.ind));
            let found: Vec<_> = rows.iter().map(found).collect();
            segment.apply(&rows, &found, &mut counts)
        };
        assert_eq!(applied.iter().map(apply).sum::<u64>(), superseded);
        let ages = AgeTable::new(&AgeGroups::default());
        let category_of = |post: &Post| post.category(&ages).map(|(_, category)| category);
        let mut changed = 0;
        segment.close(0, |old, new| {
            assert_eq!(category_of(old), before.and_then(|nth| category(new.ind, nth)), "{old:?}");
            assert_eq!(category_of(new), category(new.ind, after), "{new:?}");
            changed += 1;
        });
        assert_eq!((changed, segment.len()), (INDS, INDS as usize));
    }

    #[test]
    fn each_post_is_found_again_however_many_there_are() {
        let mut segment = Segment::new();
        let all = u64::from(INDS);
        check(&mut segment, &[2, 1, 3], 2 * all, None, 3);
        check(&mut segment, &[4], all, Some(3), 4);
    }
}
