//! Writes out what the kernel keeps in memory of files that grow, bit by bit, before they are made durable.
//!
//! A disk that is given many megabytes at once lets all that come after them wait, group commits among them. So it gets them as
//! they come, a piece of a file at a time. The pieces are a hint: what was not written out yet is written when the file is made
//! durable.

use std::fs::File;
use std::ops::Range;
use std::sync::Arc;

/// What a group commit may have to wait for. With four times as much it waits four times as long.
const PIECE_BYTES: u64 = 64 << 10;

/// A file, and how long it is now.
#[derive(Debug)]
pub(super) struct Grown {
    /// The file.
    pub file: Arc<File>,
    /// Its bytes.
    pub length: u64,
}

/// A file that grows.
#[derive(Debug)]
pub(super) struct Growing {
    file: Arc<File>,
    /// What is before was written out, or will be when the file is made durable.
    from: u64,
}

impl Growing {
    /// A file from where it is now.
    pub fn new(grown: &Grown) -> Growing {
        Growing { file: grown.file.clone(), from: grown.length }
    }

    /// The file.
    pub fn file(&self) -> &Arc<File> {
        &self.file
    }

    /// What is to be written out now that the file is so long, in whole pieces.
    pub fn next_range(&mut self, length: u64) -> Option<Range<u64>> {
        // A refused group is cut off.
        self.from = self.from.min(length);
        let pieces = (length - self.from) / PIECE_BYTES;
        let range = self.from..self.from + pieces * PIECE_BYTES;
        self.from = range.end;
        (!range.is_empty()).then_some(range)
    }
}

/// Begins to write a range of a file, piece by piece, and pauses after each.
pub(super) fn write_out(file: &File, range: Range<u64>, pause: impl Fn()) {
    for from in range.step_by(PIECE_BYTES as usize) {
        begin_to_write(file, from);
        pause();
    }
}

/// To say that nobody needs a piece makes Linux begin to write it, without waiting. What it writes stays in memory.
#[cfg(target_os = "linux")]
fn begin_to_write(file: &File, from: u64) {
    use rustix::fs::{Advice, fadvise};
    use std::num::NonZeroU64;
    let _ = fadvise(file, from, NonZeroU64::new(PIECE_BYTES), Advice::DontNeed);
}

#[cfg(not(target_os = "linux"))]
fn begin_to_write(_: &File, _: u64) {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::io::Write;
    use std::os::unix::fs::FileExt;

    #[test]
    fn ranges_are_of_whole_pieces_and_follow_each_other() {
        let file = Arc::new(tempfile::tempfile().expect("a file"));
        let mut growing = Growing::new(&Grown { file, length: 100 });
        assert_eq!(growing.next_range(100), None);
        assert_eq!(growing.next_range(PIECE_BYTES), None);
        assert_eq!(growing.next_range(PIECE_BYTES + 150), Some(100..PIECE_BYTES + 100));
        assert_eq!(growing.next_range(3 * PIECE_BYTES + 99), Some(PIECE_BYTES + 100..2 * PIECE_BYTES + 100));
        // A refused group was cut off.
        assert_eq!(growing.next_range(PIECE_BYTES), None);
        assert_eq!(growing.next_range(2 * PIECE_BYTES), Some(PIECE_BYTES..2 * PIECE_BYTES));
    }

    #[test]
    fn what_is_written_out_stays_what_it_is() {
        let mut file = tempfile::tempfile().expect("a file");
        let bytes: Vec<u8> = (0..3 * PIECE_BYTES + 7).map(|byte| byte as u8).collect();
        file.write_all(&bytes).expect("written");
        let pauses = Cell::new(0);
        write_out(&file, 5..bytes.len() as u64, || pauses.set(pauses.get() + 1));
        assert_eq!(pauses.get(), 4);
        let mut read = vec![0; bytes.len()];
        file.read_exact_at(&mut read, 0).expect("read");
        assert!(read == bytes);
    }
}
