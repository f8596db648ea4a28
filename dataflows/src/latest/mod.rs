//! The latest pin, geo and user record of every `ind`, on the worker that owns the `ind`.

mod index;
mod post;
mod segment;
mod versions;

pub(crate) use post::{AgeTable, CountCode, LargeCounts, Post};

use crate::chunk::{Chunk, SEGMENTS, segment_of};
use crate::held::Held;
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
    /// Room for what is found of a chunk.
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
        let found = self.find(&chunk.rows);
        let mut rest = &found[..];
        for rows in chunk.rows.chunk_by(|a, b| segment_of(a.ind) == segment_of(b.ind)) {
            let (of_rows, of_others) = rest.split_at(rows.len());
            self.apply_to_segment(segment_of(rows[0].ind), rows, of_rows);
            rest = of_others;
        }
        self.found = found;
    }

    /// The posts of these rows, as far as there are any.
    ///
    /// Posts lie far apart, and each look-up waits for memory twice, for the index and for the post: all rows are looked up
    /// step by step, so that the waits overlap.
    fn find(&mut self, rows: &[Row]) -> Vec<Option<u32>> {
        let mut found = std::mem::take(&mut self.found);
        let segment = |row: &Row| self.segments[segment_of(row.ind)].as_deref();
        found.clear();
        found.extend(rows.iter().map(|row| segment(row)?.candidate(row.ind)));
        for (row, found) in rows.iter().zip(&mut found) {
            *found = found.filter(|post| segment(row).is_some_and(|segment| segment.has(*post, row.ind)));
        }
        found
    }

    fn apply_to_segment(&mut self, number: usize, rows: &[Row], found: &[Option<u32>]) {
        let segment = self.segments[number].get_or_insert_with(|| Box::new(Segment::new()));
        let was_closed = segment.is_closed();
        self.superseded += segment.apply(rows, found, &mut self.counts);
        if was_closed && !segment.is_closed() {
            self.touched.push(number);
        }
    }

    /// Closes the tick: `changed` is given every post that it touched, as it was and as it is.
    pub fn close(&mut self, mut changed: impl FnMut(&Post, &Post, &LargeCounts)) {
        for number in self.touched.drain(..) {
            let segment = self.segments[number].as_mut().expect("touched");
            segment.close(number, |before, after| changed(before, after, &self.counts));
        }
    }

    /// Whether nothing has changed since the last tick was closed.
    pub fn is_closed(&self) -> bool {
        self.touched.is_empty()
    }

    /// What is held of an `ind`, between ticks.
    pub fn held(&self, ind: u64) -> Held {
        let segment = self.segments[segment_of(ind)].as_ref();
        segment.and_then(|segment| segment.held(ind, &self.counts)).unwrap_or_default()
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
    use crate::held::Part;
    use crate::kind::Kind;
    use crate::row::{Geo, Pin, Record, User, Version};

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

    #[test]
    fn what_is_held_has_the_times_of_its_records() {
        let mut latest = Latest::new();
        let mut apply = |rows: &[(u64, Record)]| {
            let row = |(time, record)| Row { ind: 7, version: Version::new(time, 3, 9), record };
            let before = latest.held(7);
            latest.apply(&Chunk { worker: 0, rows: rows.iter().copied().map(row).collect() });
            assert_eq!(latest.is_closed(), latest.held(7) == before);
            latest.close(|_, _, _| {});
            assert!(latest.is_closed());
            (latest.held(7), latest.held(8))
        };
        let count = crate::row::Count::new(1 << 40);
        let pin = Pin { follower_count: count, ..Pin::default() };
        let user = User { age: Some(30), ..User::default() };
        let (pin_part, user_part) = (Part { record: pin, time: 5 }, Part { record: user, time: 6 });
        let mut held = Held { pin: Some(pin_part), geo: None, user: Some(user_part) };
        assert_eq!(apply(&[(5, Record::Pin(pin)), (6, Record::User(user))]), (held, Held::default()));
        assert_eq!(apply(&[(4, Record::Pin(Pin::default()))]).0, held, "an older one");
        held.geo = Some(Part { record: Geo::default(), time: 8 });
        held.user = None;
        let rows = [(8, Record::Geo(Geo::default())), (9, Record::Deleted(Kind::User))];
        assert_eq!(apply(&rows).0, held);
    }
}
