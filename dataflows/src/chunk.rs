//! Rows travel to the workers that own them in chunks, gathered by segment.
//!
//! `ind`s hash into segments, and a worker owns whole segments. A chunk of rows of one segment keeps the accesses to
//! the state close together, which is worth more than any prefetching.

use crate::hash::mix;
use crate::row::Row;
use serde::{Deserialize, Serialize};

/// Segments of the state; a power of two.
pub const SEGMENTS: usize = 1024;

/// Rows that are sent at once: 6 KiB, so that one chunk a segment stays in the cache.
const CHUNK_ROWS: usize = 128;

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
    segments: Vec<Vec<Row>>,
    workers: usize,
}

impl Chunks {
    /// For a computation of so many workers.
    pub fn new(workers: usize) -> Chunks {
        Chunks { segments: vec![Vec::new(); SEGMENTS], workers }
    }

    /// Takes a row; a chunk that it completes goes to `send`.
    pub fn push(&mut self, row: Row, send: &mut impl FnMut(Chunk)) {
        let segment = segment_of(row.ind);
        let rows = &mut self.segments[segment];
        if rows.capacity() == 0 {
            rows.reserve_exact(CHUNK_ROWS);
        }
        rows.push(row);
        if rows.len() == CHUNK_ROWS {
            send(Chunk { worker: (segment % self.workers) as u32, rows: std::mem::take(rows) });
        }
    }

    /// Sends all that is left, a chunk a worker: a tick's last rows are few, and a chunk for each would cost more than
    /// it gains.
    pub fn flush(&mut self, send: &mut impl FnMut(Chunk)) {
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
}
