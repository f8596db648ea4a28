//! The posts of one segment: found by `ind`, replaced by later records, compared before and after each tick.

use super::post::{LargeCounts, Post};
use super::versions::Versions;
use crate::hash::mix;
use crate::held::{Held, Part};
use crate::row::{Row, Version};
use hashbrown::HashTable;

/// Posts are kept in blocks, so that a growing segment copies none and wastes little.
const BLOCK_POSTS: usize = 64;

pub(crate) struct Segment {
    index: HashTable<u32>,
    #[expect(
        clippy::vec_box,
        reason = "a growing vector would copy the posts, and keep room for as many again"
    )]
    blocks: Vec<Box<[Post; BLOCK_POSTS]>>,
    posts: usize,
    versions: Versions,
    open: Vec<OpenPost>,
    /// Posts as they were before the open tick, for those that existed.
    before: Vec<Post>,
}

/// A post that rows of the open tick have touched. Its versions are exact while the tick is open: the tick's rows come
/// from several workers in any order.
struct OpenPost {
    index: u32,
    before: Option<u32>,
    versions: [Version; 3],
}

impl Segment {
    pub fn new() -> Segment {
        Segment {
            index: HashTable::new(),
            blocks: Vec::new(),
            posts: 0,
            versions: Versions::new(),
            open: Vec::new(),
            before: Vec::new(),
        }
    }

    /// Whether the open tick has touched none of its posts.
    pub fn is_closed(&self) -> bool {
        self.open.is_empty()
    }

    /// Applies rows of the open tick. Says how many records are superseded by them, or they by records.
    ///
    /// Posts are found first, all of them: they lie far apart, and this way the waits for memory overlap. `found` is
    /// empty, and only lends its room.
    pub fn apply(&mut self, rows: &[Row], found: &mut Vec<Option<u32>>, counts: &mut LargeCounts) -> u64 {
        found.extend(rows.iter().map(|row| self.find(row.ind)));
        let mut superseded = 0;
        for (row, found) in rows.iter().zip(found.drain(..)) {
            let index = found.unwrap_or_else(|| self.find(row.ind).unwrap_or_else(|| self.add(row.ind)));
            superseded += u64::from(self.apply_row(index as usize, row, counts));
        }
        superseded
    }

    /// True if a record is superseded by the row, or the row by a record.
    fn apply_row(&mut self, index: usize, row: &Row, counts: &mut LargeCounts) -> bool {
        let entry = self.open_post(index);
        let kind = row.record.kind() as usize;
        let held = &mut self.open[entry].versions[kind];
        let superseded = *held != Version::NONE;
        if row.version > *held {
            *held = row.version;
            self.blocks[index / BLOCK_POSTS][index % BLOCK_POSTS].put(row.record, counts);
        }
        superseded
    }

    fn find(&self, ind: u64) -> Option<u32> {
        let is_it = |index: &u32| {
            self.blocks[*index as usize / BLOCK_POSTS][*index as usize % BLOCK_POSTS].ind == ind
        };
        self.index.find(mix(ind), is_it).copied()
    }

    fn add(&mut self, ind: u64) -> u32 {
        let index = self.posts;
        assert!(index < u32::MAX as usize, "a segment is full: 2^32 posts");
        if index.is_multiple_of(BLOCK_POSTS) {
            self.blocks.push(Box::new([Post::empty(ind); BLOCK_POSTS]));
        }
        self.blocks[index / BLOCK_POSTS][index % BLOCK_POSTS] = Post::empty(ind);
        self.posts += 1;
        let hash =
            |index: &u32| mix(self.blocks[*index as usize / BLOCK_POSTS][*index as usize % BLOCK_POSTS].ind);
        self.index.insert_unique(mix(ind), index as u32, hash);
        index as u32
    }

    /// The number of the post's entry among the open ones; makes one at the first touch.
    fn open_post(&mut self, index: usize) -> usize {
        let post = &mut self.blocks[index / BLOCK_POSTS][index % BLOCK_POSTS];
        if post.is_open() {
            return usize::from(post.links[0]) << 16 | usize::from(post.links[1]);
        }
        let versions = self.versions.of(index, post);
        let before = (versions != [Version::NONE; 3]).then(|| {
            self.before.push(*post);
            self.before.len() as u32 - 1
        });
        let entry = self.open.len();
        self.open.push(OpenPost { index: index as u32, before, versions });
        post.links = [(entry >> 16) as u16, entry as u16, 0];
        post.set_open(true);
        entry
    }

    /// Closes the tick: `changed` is given every post that it touched, as it was and as it is.
    pub fn close(&mut self, mut changed: impl FnMut(&Post, &Post)) {
        for open in &self.open {
            let index = open.index as usize;
            let post = &mut self.blocks[index / BLOCK_POSTS][index % BLOCK_POSTS];
            post.set_open(false);
            self.versions.assign(index, post, open.versions.map(Version::closed));
            match open.before {
                Some(before) => changed(&self.before[before as usize], post),
                None => changed(&Post::empty(post.ind), post),
            }
        }
        self.open = Vec::new();
        self.before = Vec::new();
        if self.versions.is_worth_compacting(self.posts) {
            let posts = self.blocks.iter_mut().flat_map(|block| block.iter_mut()).take(self.posts);
            self.versions.compact(posts);
        }
    }

    /// What is held of an `ind`; the segment has to be closed.
    pub fn held(&self, ind: u64, counts: &LargeCounts) -> Option<Held> {
        let index = self.find(ind)? as usize;
        let post = &self.blocks[index / BLOCK_POSTS][index % BLOCK_POSTS];
        let [pin, geo, user] = self.versions.of(index, post).map(|version| version.time());
        Some(Held {
            pin: post.pin(counts).map(|record| Part { record, time: pin }),
            geo: post.geo().map(|record| Part { record, time: geo }),
            user: post.user().map(|record| Part { record, time: user }),
        })
    }

    /// All posts.
    pub fn posts(&self) -> impl Iterator<Item = &Post> {
        self.blocks.iter().flat_map(|block| block.iter()).take(self.posts)
    }

    /// How many posts there are.
    pub fn len(&self) -> usize {
        self.posts
    }

    /// Bytes that posts, and index and versions, take.
    pub fn bytes(&self) -> (usize, usize) {
        let posts = self.blocks.len() * size_of::<[Post; BLOCK_POSTS]>()
            + self.blocks.capacity() * size_of::<usize>();
        (posts, self.index.allocation_size() + self.versions.bytes() + size_of::<Segment>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::latest::AgeTable;
    use crate::names::NameId;
    use crate::row::{AgeGroups, Pin, Record};

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
        let (mut found, mut counts) = (Vec::new(), LargeCounts::default());
        let sum: u64 = applied.iter().map(|nth| segment.apply(&pins(*nth), &mut found, &mut counts)).sum();
        assert_eq!(sum, superseded);
        let ages = AgeTable::new(&AgeGroups::default());
        let category_of = |post: &Post| post.category(&ages).map(|(_, category)| category);
        let mut changed = 0;
        segment.close(|old, new| {
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
