//! Rows travel to the workers that own them in chunks, gathered by segment.
//!
//! `ind`s hash into segments, and a worker owns whole segments. A chunk of rows of one segment keeps the accesses to
//! the state close together, which is worth more than any prefetching. A tick of few rows has hardly two of a segment: its
//! rows wait in one place, as those of the segments lie so far apart that each row would wait for memory.

use crate::hash::mix;
use crate::row::Row;
use serde::{Deserialize, Serialize};

/// Segments of the state; a power of two.
pub const SEGMENTS: usize = 1024;

/// Rows that are sent at once: 6 KiB, so that one chunk a segment stays in the cache.
const CHUNK_ROWS: usize = 128;

/// A tick has few rows up to so many: 192 KiB, which a core's cache holds.
const FEW_ROWS: usize = 4096;

/// The segment that an `ind` belongs to.
pub(crate) fn segment_of(ind: u64) -> usize {
    (mix(ind) >> (64 - SEGMENTS.trailing_zeros())) as usize
}

/// Rows for one worker, sorted into runs of one segment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Chunk {
    /// The worker that owns the segments of all rows.
    pub(crate) worker: u32,
    /// The rows.
    pub(crate) rows: Vec<Row>,
}

/// Gathers rows into chunks.
pub struct Chunks {
    /// All rows of the open tick, as long as they are few.
    few: Vec<Row>,
    /// By segment, once they are many; of a tick that has few, without room.
    segments: Vec<Vec<Row>>,
    are_many: bool,
    workers: usize,
}

impl Chunks {
    /// For a computation of so many workers.
    pub fn new(workers: usize) -> Chunks {
        Chunks { few: Vec::new(), segments: Vec::new(), are_many: false, workers }
    }

    /// Takes a row; a chunk that it completes goes to `send`.
    ///
    /// The row is copied from where it lies. If it was written a moment ago, in parts, a processor reads it as a whole only
    /// once all writes before it are done, those to other chunks included, which are in no cache.
    #[inline]
    pub fn push(&mut self, row: &Row, send: &mut impl FnMut(Chunk)) {
        if self.are_many {
            return self.push_to_segment(row, send);
        }
        self.few.push(*row);
        if self.few.len() == FEW_ROWS {
            self.spread(send);
        }
    }

    /// The rows are many now: they lie by segment from here on.
    #[cold]
    fn spread(&mut self, send: &mut impl FnMut(Chunk)) {
        self.are_many = true;
        self.segments.resize(SEGMENTS, Vec::new());
        for row in &std::mem::take(&mut self.few) {
            self.push_to_segment(row, send);
        }
    }

    #[inline]
    fn push_to_segment(&mut self, row: &Row, send: &mut impl FnMut(Chunk)) {
        let segment = segment_of(row.ind);
        let rows = &mut self.segments[segment];
        if rows.capacity() == 0 {
            rows.reserve_exact(CHUNK_ROWS);
        }
        rows.push(*row);
        if rows.len() == CHUNK_ROWS {
            send(Chunk { worker: (segment % self.workers) as u32, rows: std::mem::take(rows) });
        }
    }

    /// Sends all that is left, a chunk a worker: a tick's last rows are few, and a chunk for each segment would cost more
    /// than it gains.
    pub fn flush(&mut self, send: &mut impl FnMut(Chunk)) {
        match std::mem::take(&mut self.are_many) {
            true => self.flush_segments(send),
            false => self.flush_few(send),
        }
    }

    fn flush_segments(&mut self, send: &mut impl FnMut(Chunk)) {
        for worker in 0..self.workers {
            let mut rows = Vec::new();
            for segment in self.segments.iter_mut().skip(worker).step_by(self.workers) {
                rows.append(segment);
            }
            if !rows.is_empty() {
                send(Chunk { worker: worker as u32, rows });
            }
        }
    }

    fn flush_few(&mut self, send: &mut impl FnMut(Chunk)) {
        let workers = self.workers;
        let place = |row: &Row| {
            let segment = segment_of(row.ind);
            (segment % workers, segment)
        };
        self.few.sort_unstable_by_key(place);
        for rows in self.few.chunk_by(|a, b| place(a).0 == place(b).0) {
            send(Chunk { worker: place(&rows[0]).0 as u32, rows: rows.to_vec() });
        }
        self.few.clear();
        self.segments = Vec::new();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::Kind;
    use crate::row::{Record, Version};

    /// Rows of a tick arrive once, at the workers that own them, in runs of one segment.
    fn check(chunks: &mut Chunks, rows: u64) {
        let mut arrived = Vec::new();
        let row = |ind| Row { ind, version: Version::new(1, 0, 1), record: Record::Deleted(Kind::Pin) };
        let mut send = |chunk: Chunk| {
            let segments = chunk.rows.chunk_by(|a, b| segment_of(a.ind) == segment_of(b.ind));
            let mut segments: Vec<_> = segments.map(|rows| segment_of(rows[0].ind)).collect();
            assert!(segments.iter().all(|segment| segment % 3 == chunk.worker as usize));
            segments.dedup();
            let runs = segments.len();
            segments.sort();
            segments.dedup();
            assert_eq!(segments.len(), runs, "a segment's rows lie together");
            arrived.extend(chunk.rows.iter().map(|row| row.ind));
        };
        (0..rows).for_each(|ind| chunks.push(&row(ind), &mut send));
        chunks.flush(&mut send);
        arrived.sort();
        assert!(arrived.into_iter().eq(0..rows), "{rows} rows");
    }

    #[test]
    fn each_row_reaches_its_worker_in_ticks_of_any_size() {
        let mut chunks = Chunks::new(3);
        let few = FEW_ROWS as u64;
        for rows in [0, 1, 500, few - 1, few, few + 1, 200_000, 7, 200_000, few, 0, few - 1] {
            check(&mut chunks, rows);
        }
    }
}
