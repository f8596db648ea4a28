//! Cuts an object of lines into pieces of whole lines, and counts the lines.

use super::large::Measure;
use super::piece::Piece;
use super::window::Window;
use crate::block;
use std::io::{self, Read};

/// Reads an object piece by piece, in memory bounded by the piece and the longest line.
pub struct LinePieces<R> {
    window: Window<R>,
    line_max_bytes: usize,
}

impl<R: Read> LinePieces<R> {
    /// Pieces of an object; a line may have `line_max_bytes` and its end.
    pub fn new(window: Window<R>, line_max_bytes: usize) -> LinePieces<R> {
        LinePieces { window, line_max_bytes }
    }

    /// What is read.
    pub fn window(&self) -> &Window<R> {
        &self.window
    }

    /// The next piece, in `piece`, which lends its room. Nothing at the object's end; an error once, when all before it has been given.
    pub fn next(&mut self, mut piece: Vec<u8>) -> io::Result<Option<Piece>> {
        let mut filled = self.window.begin(&mut piece);
        // Behind a line that was too long, the rest may hold whole lines.
        let mut searched = 0;
        while self.window.can_read() {
            filled += self.window.read_more(&mut piece, filled);
            if let Some(end) = memchr::memrchr(b'\n', &piece[searched..filled]) {
                let end = searched + end + 1;
                self.window.keep(&piece[end..filled]);
                return Ok(Some(whole_lines(piece, end)));
            }
            // A line's end may be CR and LF.
            if filled > self.line_max_bytes + 2 {
                piece.truncate(filled);
                return self.skip_line(piece);
            }
            searched = filled;
        }
        // A line that a fault has cut off is part of the fault.
        let end = if self.window.is_at_end() { filled } else { line_end(&piece[..filled]) };
        match self.window.take_fault() {
            Some(fault) if end == 0 => Err(fault),
            _ if end == 0 => Ok(None),
            fault => {
                if let Some(fault) = fault {
                    self.window.put_back(fault);
                }
                Ok(Some(whole_lines(piece, end)))
            }
        }
    }

    /// Reads on to the end of a line that is too long, and keeps its beginning.
    fn skip_line(&mut self, mut part: Vec<u8>) -> io::Result<Option<Piece>> {
        let (mut measure, mut is_blank, mut ends_with_cr) = (Measure::default(), true, false);
        loop {
            let end = memchr::memchr(b'\n', &part);
            let line = &part[..end.unwrap_or(part.len())];
            is_blank &= block::is_blank(line);
            // A CR before the line's end does not count.
            if ends_with_cr && !line.is_empty() {
                measure.add(b"\r");
            }
            ends_with_cr = line.ends_with(b"\r") || ends_with_cr && line.is_empty();
            measure.add(line.strip_suffix(b"\r").unwrap_or(line));
            if let Some(end) = end {
                self.window.keep(&part[end + 1..]);
            } else if self.window.can_read() {
                let read = self.window.read_more(&mut part, 0);
                part.truncate(read);
                continue;
            } else if let Some(fault) = self.window.take_fault() {
                return Err(fault);
            }
            return Ok(Some(if is_blank {
                Piece::Blank
            } else {
                Piece::TooLarge(Box::new(measure.finish()))
            }));
        }
    }
}

/// Behind the last LF, or 0.
fn line_end(bytes: &[u8]) -> usize {
    memchr::memrchr(b'\n', bytes).map_or(0, |end| end + 1)
}

fn whole_lines(mut piece: Vec<u8>, end: usize) -> Piece {
    piece.truncate(end);
    let lines = count(&piece);
    Piece::Lines(piece, lines)
}

/// How many lines a piece has, the last of which may lack its LF. It is not empty.
pub(super) fn count(piece: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', piece).count() as u64 + u64::from(!piece.ends_with(b"\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(object: &str, piece_bytes: usize, line_max_bytes: usize) -> Vec<Piece> {
        let mut pieces = LinePieces::new(Window::new(object.as_bytes(), piece_bytes), line_max_bytes);
        std::iter::from_fn(|| pieces.next(Vec::new()).expect("memory can be read")).collect()
    }

    #[test]
    fn pieces_are_whole_lines_whatever_their_size() {
        for object in ["", "a", "a\n", "\n", "\n\n", "a\n\nbc\r\n", "a\nbcdef\ngh", "a\nb\nc\nd\ne\nf\n"] {
            for piece_bytes in 1..20 {
                let (mut bytes, mut count) = (Vec::new(), 0);
                for piece in pieces(object, piece_bytes, 100) {
                    let Piece::Lines(lines, n) = piece else { panic!("{object:?}: nothing is too large") };
                    assert!(
                        bytes.is_empty() || bytes.ends_with(b"\n"),
                        "{object:?} in pieces of {piece_bytes}"
                    );
                    bytes.extend(lines);
                    count += n;
                }
                assert_eq!(bytes, object.as_bytes());
                assert_eq!(count, object.split_inclusive('\n').count() as u64, "{object:?}");
            }
        }
    }

    #[test]
    fn lines_that_are_too_long_are_counted_and_not_kept() {
        let long = "x".repeat(50);
        for end in ["\n", "\r\n", "", "\nb", "\nb\n", "\nb\n\nc\nd", "\nb\nefghijklmnopqrst\n"] {
            let object = format!("a\n{long}{end}");
            for piece_bytes in 1..120 {
                let found = pieces(&object, piece_bytes, 20);
                // What fits one piece is still whole: decoding measures it.
                let is_large = |piece: &Piece| match piece {
                    Piece::Lines(lines, _) => {
                        lines.split(|b| *b == b'\n').any(|line| line.starts_with(b"xxx"))
                    }
                    Piece::TooLarge(large) => large.bytes == 50 && large.head == long.as_bytes(),
                    Piece::Timed(_) | Piece::Values(..) | Piece::Blank => false,
                };
                assert_eq!(found.iter().filter(|piece| is_large(piece)).count(), 1, "{found:?}");
                let lines = object.split_inclusive('\n').count() as u64;
                assert_eq!(found.iter().map(Piece::positions).sum::<u64>(), lines);
            }
        }
        let blank = " ".repeat(50);
        assert_eq!(pieces(&format!("{blank}\nb\n"), 10, 20).len(), 2, "a long blank line is a blank line");
    }

    /// Gives some bytes, then fails.
    struct Failing<'a>(&'a [u8]);

    impl Read for Failing<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() { Err(io::ErrorKind::BrokenPipe.into()) } else { self.0.read(buffer) }
        }
    }

    #[test]
    fn whole_lines_before_a_fault_count() {
        for (object, expected) in
            [("a\nb\nc", "a\nb\n"), ("abc", ""), ("a\n", "a\n"), ("", ""), ("xxxxxxxxxxxx", "")]
        {
            for piece_bytes in 1..10 {
                let mut pieces = LinePieces::new(Window::new(Failing(object.as_bytes()), piece_bytes), 5);
                let (mut bytes, mut faults) = (Vec::new(), 0);
                loop {
                    match pieces.next(Vec::new()) {
                        Ok(Some(Piece::Lines(lines, _))) => bytes.extend(lines),
                        Ok(Some(piece)) => panic!("{piece:?}"),
                        Ok(None) => break,
                        Err(_) => faults += 1,
                    }
                }
                assert_eq!((String::from_utf8(bytes).unwrap().as_str(), faults), (expected, 1), "{object:?}");
            }
        }
    }
}
