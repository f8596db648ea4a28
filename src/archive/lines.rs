//! Cuts an object's bytes into pieces of whole lines, and counts the lines.

use std::io::{self, Read};

/// A piece of an object.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece {
    /// Whole lines, and how many; only the object's last may lack its LF.
    Lines(Vec<u8>, u64),
    /// A line of so many bytes without its end, longer than may be kept.
    TooLarge(u64),
}

impl Piece {
    /// How many lines it is of.
    pub fn lines(&self) -> u64 {
        match self {
            Piece::Lines(_, lines) => *lines,
            Piece::TooLarge(_) => 1,
        }
    }
}

/// Reads an object piece by piece, in memory bounded by the piece and the longest line.
pub struct Pieces<R> {
    object: R,
    piece_bytes: usize,
    line_max_bytes: usize,
    /// The beginning of a line whose end has not been read yet.
    rest: Vec<u8>,
    is_at_end: bool,
}

impl<R: Read> Pieces<R> {
    /// Pieces of about `piece_bytes`; a line may have `line_max_bytes` and its end.
    pub fn new(object: R, piece_bytes: usize, line_max_bytes: usize) -> Pieces<R> {
        Pieces { object, piece_bytes, line_max_bytes, rest: Vec::new(), is_at_end: false }
    }

    /// What is read.
    pub fn object(&self) -> &R {
        &self.object
    }

    /// The next piece, in `piece`, whose content does not matter: it lends its room, and what of it is filled already
    /// need not be cleared. Nothing at the object's end.
    pub fn next(&mut self, mut piece: Vec<u8>) -> io::Result<Option<Piece>> {
        let mut filled = self.rest.len();
        piece.resize(piece.len().max(filled), 0);
        piece[..filled].copy_from_slice(&self.rest);
        self.rest.clear();
        // Behind a line that was too long, the rest may hold whole lines.
        let mut searched = 0;
        while !self.is_at_end {
            filled += self.read_more(&mut piece, filled)?;
            if let Some(end) = memchr::memrchr(b'\n', &piece[searched..filled]) {
                let end = searched + end + 1;
                self.rest.extend_from_slice(&piece[end..filled]);
                piece.truncate(end);
                let lines = memchr::memchr_iter(b'\n', &piece).count() as u64;
                return Ok(Some(Piece::Lines(piece, lines)));
            }
            // A line's end may be CR and LF.
            if filled > self.line_max_bytes + 2 {
                piece.truncate(filled);
                return self.skip_line(piece).map(Some);
            }
            searched = filled;
        }
        piece.truncate(filled);
        let lines = memchr::memchr_iter(b'\n', &piece).count() + usize::from(!piece.ends_with(b"\n"));
        Ok((!piece.is_empty()).then_some(Piece::Lines(piece, lines as u64)))
    }

    /// Reads as much as a piece behind what is filled, or to the object's end.
    fn read_more(&mut self, piece: &mut Vec<u8>, filled: usize) -> io::Result<usize> {
        let end = filled + self.piece_bytes;
        piece.resize(piece.len().max(end), 0);
        let mut at = filled;
        while at < end && !self.is_at_end {
            match self.object.read(&mut piece[at..end]) {
                Ok(0) => self.is_at_end = true,
                Ok(read) => at += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(at - filled)
    }

    /// Reads on to the end of a line that is too long, and keeps nothing of it.
    fn skip_line(&mut self, mut part: Vec<u8>) -> io::Result<Piece> {
        let (mut bytes, mut is_blank, mut last) = (0, true, None);
        loop {
            let end = memchr::memchr(b'\n', &part);
            let line = &part[..end.unwrap_or(part.len())];
            bytes += line.len() as u64;
            is_blank &= line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r'));
            last = line.last().copied().or(last);
            if let Some(end) = end {
                self.rest = part.split_off(end + 1);
            }
            if end.is_some() || self.is_at_end {
                let end_bytes = u64::from(last == Some(b'\r'));
                return Ok(if is_blank {
                    Piece::Lines(b"\n".to_vec(), 1)
                } else {
                    Piece::TooLarge(bytes - end_bytes)
                });
            }
            let read = self.read_more(&mut part, 0)?;
            part.truncate(read);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(object: &str, piece_bytes: usize, line_max_bytes: usize) -> Vec<Piece> {
        let mut pieces = Pieces::new(object.as_bytes(), piece_bytes, line_max_bytes);
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
                    Piece::TooLarge(bytes) => *bytes == 50,
                };
                assert_eq!(found.iter().filter(|piece| is_large(piece)).count(), 1, "{found:?}");
                assert_eq!(
                    found.iter().map(Piece::lines).sum::<u64>(),
                    object.split_inclusive('\n').count() as u64
                );
            }
        }
        let blank = " ".repeat(50);
        assert_eq!(pieces(&format!("{blank}\nb\n"), 10, 20).len(), 2, "a long blank line is a blank line");
    }
}
