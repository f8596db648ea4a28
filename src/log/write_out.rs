//! Writes out what the kernel keeps in memory of files that grow, bit by bit, before they are made durable.
//!
//! A disk that is given many megabytes at once lets all that come after them wait, group commits among them. So it gets them as
//! they come, a piece of a file at a time. The pieces are a hint: what was not written out yet is written when the file is made
//! durable.

use std::fs::File;
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

    /// The pieces that are to be written out now that the file is so long, by where they begin.
    pub fn next_pieces(&mut self, length: u64) -> impl Iterator<Item = u64> + use<> {
        // A refused group is cut off.
        self.from = self.from.min(length);
        let pieces = (length - self.from) / PIECE_BYTES;
        let range = self.from..self.from + pieces * PIECE_BYTES;
        self.from = range.end;
        range.step_by(PIECE_BYTES as usize)
    }
}

/// Begins to write a piece of a file.
///
/// To say that nobody needs a piece makes Linux begin to write it, without waiting. What it writes stays in memory.
#[cfg(target_os = "linux")]
pub(super) fn write_out(file: &File, from: u64) {
    use rustix::fs::{Advice, fadvise};
    use std::num::NonZeroU64;
    let _ = fadvise(file, from, NonZeroU64::new(PIECE_BYTES), Advice::DontNeed);
}

#[cfg(not(target_os = "linux"))]
pub(super) fn write_out(_: &File, _: u64) {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::os::unix::fs::FileExt;

    #[test]
    fn pieces_follow_each_other() {
        let file = Arc::new(tempfile::tempfile().expect("a file"));
        let mut growing = Growing::new(&Grown { file, length: 100 });
        let mut check = |length, expected: &[u64]| {
            assert_eq!(growing.next_pieces(length).collect::<Vec<_>>(), expected, "{length}");
        };
        check(100, &[]);
        check(PIECE_BYTES, &[]);
        check(PIECE_BYTES + 150, &[100]);
        check(4 * PIECE_BYTES + 99, &[PIECE_BYTES + 100, 2 * PIECE_BYTES + 100]);
        // A refused group was cut off.
        check(PIECE_BYTES, &[]);
        check(2 * PIECE_BYTES, &[PIECE_BYTES]);
    }

    #[test]
    fn what_is_written_out_stays_what_it_is() {
        let mut file = tempfile::tempfile().expect("a file");
        let bytes: Vec<u8> = (0..3 * PIECE_BYTES + 7).map(|byte| byte as u8).collect();
        file.write_all(&bytes).expect("written");
        (0..4).for_each(|piece| write_out(&file, 5 + piece * PIECE_BYTES));
        let mut read = vec![0; bytes.len()];
        file.read_exact_at(&mut read, 0).expect("read");
        assert!(read == bytes);
    }
}
