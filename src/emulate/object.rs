//! The object that a partition is filling: lines at consecutive offsets, the first of which names it.

/// Lines that are not stored yet.
#[derive(Debug, Default)]
pub struct Object {
    first_offset: u64,
    content: Vec<u8>,
    line_ends: Vec<usize>,
    skipped: u64,
    repeated: usize,
}

impl Object {
    /// The offset of the first line.
    pub fn first_offset(&self) -> u64 {
        self.first_offset
    }

    /// The lines, each with its end; in other layouts texts of other shapes.
    pub fn content(&self) -> &[u8] {
        &self.content
    }

    /// How many lines there are.
    pub fn lines(&self) -> usize {
        self.line_ends.len()
    }

    /// Whether there is a line that the object before does not have.
    pub fn has_news(&self) -> bool {
        self.lines() > self.repeated
    }

    /// How many lines the object before has too.
    pub fn repeated_lines(&self) -> usize {
        self.repeated
    }

    /// How many offsets lie between the object before and this one.
    pub fn skipped_offsets(&self) -> u64 {
        self.skipped
    }

    /// Adds a line, which `write` appends with its end.
    pub fn push(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.content);
        self.line_ends.push(self.content.len());
    }

    /// Becomes the next object: empty, so many offsets after this one.
    pub fn go_on_after_gap(&mut self, skipped: u64) {
        self.first_offset += self.lines() as u64 + skipped;
        self.content.clear();
        self.line_ends.clear();
        (self.skipped, self.repeated) = (skipped, 0);
    }

    /// Becomes the next object, which begins with this one's last lines at their offsets.
    pub fn go_on_with_last(&mut self, repeated: usize) {
        let left_out = self.lines() - repeated;
        let start = left_out.checked_sub(1).map_or(0, |line| self.line_ends[line]);
        self.first_offset += left_out as u64;
        self.content.drain(..start);
        self.line_ends.drain(..left_out);
        self.line_ends.iter_mut().for_each(|end| *end -= start);
        (self.skipped, self.repeated) = (0, repeated);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_object_begins_after_a_gap_or_with_the_last_lines() {
        let mut object = Object::default();
        for line in ["a\n", "\n", "ccc\n"] {
            object.push(|out| out.extend_from_slice(line.as_bytes()));
        }
        assert_eq!(
            (object.first_offset(), object.content(), object.has_news()),
            (0, &b"a\n\nccc\n"[..], true)
        );

        object.go_on_with_last(2);
        assert_eq!((object.first_offset(), object.content(), object.has_news()), (1, &b"\nccc\n"[..], false));
        object.push(|out| out.extend_from_slice(b"d\n"));
        assert_eq!((object.lines(), object.repeated_lines(), object.has_news()), (3, 2, true));

        object.go_on_with_last(1);
        assert_eq!((object.first_offset(), object.content()), (3, &b"d\n"[..]));

        object.go_on_after_gap(5);
        assert_eq!((object.first_offset(), object.lines(), object.content()), (9, 0, &b""[..]));
        assert_eq!((object.skipped_offsets(), object.repeated_lines()), (5, 0));
    }
}
