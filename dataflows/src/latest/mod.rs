//! The latest pin, geo and user record of every `ind`, on the worker that owns the `ind`.

mod post;
mod segment;
mod versions;

pub(crate) use post::{AgeTable, CountCode, LargeCounts, Post};

use crate::chunk::{Chunk, SEGMENTS, segment_of};
use crate::row::Row;
use segment::Segment;

/// One worker's posts.
pub(crate) struct Latest {
    /// By number; those that no row has reached, or that other workers own, are not there.
    segments: Vec<Option<Box<Segment>>>,
    /// Those that the open tick has touched.
    touched: Vec<usize>,
    counts: LargeCounts,
    superseded: u64,
    found: Vec<Option<u32>>,
}

impl Latest {
    pub fn new() -> Latest {
        Latest {
            segments: (0..SEGMENTS).map(|_| None).collect(),
            touched: Vec::new(),
            counts: LargeCounts::default(),
            superseded: 0,
            found: Vec::new(),
        }
    }

    /// Applies rows of the open tick, in any order.
    pub fn apply(&mut self, chunk: &Chunk) {
        for rows in chunk.rows.chunk_by(|a, b| segment_of(a.ind) == segment_of(b.ind)) {
            self.apply_to_segment(segment_of(rows[0].ind), rows);
        }
    }

    fn apply_to_segment(&mut self, number: usize, rows: &[Row]) {
        let segment = self.segments[number].get_or_insert_with(|| Box::new(Segment::new()));
        if segment.is_closed() {
            self.touched.push(number);
        }
        self.superseded += segment.apply(rows, &mut self.found, &mut self.counts);
    }

    /// Closes the tick: `changed` is given every post that it touched, as it was and as it is.
    pub fn close(&mut self, mut changed: impl FnMut(&Post, &Post, &LargeCounts)) {
        for number in self.touched.drain(..) {
            let segment = self.segments[number].as_mut().expect("touched");
            segment.close(|before, after| changed(before, after, &self.counts));
        }
    }

    /// All posts.
    pub fn posts(&self) -> impl Iterator<Item = &Post> {
        self.segments.iter().flatten().flat_map(|segment| segment.posts())
    }

    /// The follower counts behind the posts' codes.
    pub fn counts(&self) -> &LargeCounts {
        &self.counts
    }

    /// Records that are not the latest of their `ind` and kind.
    pub fn superseded(&self) -> u64 {
        self.superseded
    }

    /// How many `ind`s there are.
    pub fn len(&self) -> usize {
        self.segments.iter().flatten().map(|segment| segment.len()).sum()
    }

    /// Bytes that posts, and their index and versions, take.
    pub fn bytes(&self) -> (usize, usize) {
        let (posts, index) = self
            .segments
            .iter()
            .flatten()
            .map(|segment| segment.bytes())
            .fold((0, self.counts.bytes()), |(posts, index), (p, i)| (posts + p, index + i));
        (posts, index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::Kind;
    use crate::row::{Geo, Pin, Record, Version};

    #[test]
    fn records_that_are_not_the_latest_of_their_kind_and_ind_are_counted() {
        let mut latest = Latest::new();
        let mut check = |rows: &[(u64, u64, Record)], superseded, inds| {
            let row = |(ind, time, record)| Row { ind, version: Version::new(time, 0, 1), record };
            latest.apply(&Chunk { worker: 0, rows: rows.iter().copied().map(row).collect() });
            latest.close(|_, _, _| {});
            assert_eq!((latest.superseded(), latest.len()), (superseded, inds), "{rows:?}");
        };
        let (pin, geo) = (Record::Pin(Pin::default()), Record::Geo(Geo::default()));
        check(&[(1, 5, pin), (1, 5, geo), (2, 5, geo)], 0, 2);
        check(&[(1, 8, pin), (1, 7, pin)], 2, 2);
        check(&[(2, 4, geo), (1, 9, Record::Deleted(Kind::Pin))], 4, 2);
        check(&[(3, 1, Record::Deleted(Kind::Pin))], 4, 3);
    }
}
