//! Letters that are to be written one after the other.

use super::mark::Mark;

/// Lines, and what each letter is known by.
#[derive(Debug, Default)]
pub struct Batch {
    lines: Vec<u8>,
    /// Where each line ends.
    marks: Vec<(usize, Mark)>,
    /// How many letters are written, and their bytes.
    written: usize,
    written_bytes: usize,
}

impl Batch {
    /// Adds a letter's line, its LF included.
    pub fn push(&mut self, line: &[u8], mark: Mark) {
        self.lines.extend_from_slice(line);
        self.marks.push((self.lines.len(), mark));
    }

    /// Letters that are left to write.
    pub fn len(&self) -> usize {
        self.marks.len() - self.written
    }

    /// Whether none is left.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of all lines, written ones included.
    pub fn bytes(&self) -> u64 {
        self.lines.len() as u64
    }

    /// Bytes of the first line that is left.
    pub fn first_bytes(&self) -> Option<u64> {
        self.marks.get(self.written).map(|(end, _)| (end - self.written_bytes) as u64)
    }

    /// The first lines that take no more than these bytes; not to be asked for less than one.
    pub fn within(&self, bytes: u64) -> &[u8] {
        let last = self.written_bytes as u64 + bytes;
        let count = self.marks[self.written..].partition_point(|(end, _)| *end as u64 <= last);
        let end = self.marks[..self.written + count].last().map_or(0, |(end, _)| *end);
        &self.lines[self.written_bytes..end]
    }

    /// Lines of so many bytes are written; gives what their letters are known by.
    pub fn take(&mut self, bytes: usize) -> &[(usize, Mark)] {
        let first = self.written;
        self.written_bytes += bytes;
        self.written = self.marks.partition_point(|(end, _)| *end <= self.written_bytes);
        &self.marks[first..self.written]
    }
}
