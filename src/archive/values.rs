//! Cuts an object of JSON values, with any or no white space between them, into pieces of whole values.
//!
//! Where a value ends is known once it has been read by the grammar. After an error in it, all from its beginning to
//! the next line that begins with `{` is one message, which decoding will reject.

use super::large::Measure;
use super::piece::Piece;
use super::window::Window;
use serde::de::IgnoredAny;
use std::io::{self, Read};
use std::ops::Range;

/// Reads an object piece by piece, in memory bounded by the piece and the longest value.
pub struct ValuePieces<R> {
    window: Window<R>,
    value_max_bytes: usize,
}

/// Where the reading of values has stopped.
enum Stopped {
    /// Nothing but white space is left.
    AtEnd,
    /// A value begins whose end is not there yet.
    InValue,
    /// A value is wrong, and the line that goes on is not there yet.
    InError,
}

impl<R: Read> ValuePieces<R> {
    /// Pieces of an object; a value may have `value_max_bytes`.
    pub fn new(window: Window<R>, value_max_bytes: usize) -> ValuePieces<R> {
        ValuePieces { window, value_max_bytes }
    }

    /// What is read.
    pub fn window(&self) -> &Window<R> {
        &self.window
    }

    /// The next piece, in `piece`, which lends its room. Nothing at the object's end; an error once, when all before it
    /// has been given.
    pub fn next(&mut self, mut piece: Vec<u8>) -> io::Result<Option<Piece>> {
        let mut filled = self.window.begin(&mut piece);
        loop {
            if self.window.can_read() {
                filled += self.window.read_more(&mut piece, filled);
            }
            let (values, read_to, stopped) = split(&piece[..filled], self.window.is_at_end());
            if !values.is_empty() {
                self.window.keep(&piece[read_to..filled]);
                piece.truncate(read_to);
                return Ok(Some(Piece::Values(piece, values)));
            }
            if !self.window.can_read() {
                return self.window.take_fault().map_or(Ok(None), Err);
            }
            // White space before a value need not be kept.
            piece.copy_within(read_to..filled, 0);
            filled -= read_to;
            if filled > self.value_max_bytes {
                piece.truncate(filled);
                return self.skip_value(piece, stopped);
            }
        }
    }

    /// Reads on to the end of a value that is too long, and keeps its beginning.
    fn skip_value(&mut self, mut part: Vec<u8>, stopped: Stopped) -> io::Result<Option<Piece>> {
        let mut measure = Measure::default();
        let mut end_of = match stopped {
            Stopped::InError => EndOf::Error { after_line: false },
            _ => EndOf::Value { depth: 0, in_text: false, escaped: false },
        };
        loop {
            if let Some(end) = end_of.find(&part) {
                measure.add(&part[..end]);
                self.window.keep(&part[end..]);
            } else {
                measure.add(&part);
                if self.window.can_read() {
                    let read = self.window.read_more(&mut part, 0);
                    part.truncate(read);
                    continue;
                }
                if let Some(fault) = self.window.take_fault() {
                    return Err(fault);
                }
            }
            return Ok(Some(Piece::TooLarge(Box::new(measure.finish()))));
        }
    }
}

/// Where the values in `bytes` lie, where the first begins that is not whole, and what is there.
fn split(bytes: &[u8], is_all: bool) -> (Vec<Range<usize>>, usize, Stopped) {
    let (mut values, mut at) = (Vec::new(), 0);
    loop {
        at += bytes[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        if at == bytes.len() {
            return (values, at, Stopped::AtEnd);
        }
        let mut stream = serde_json::Deserializer::from_slice(&bytes[at..]).into_iter::<IgnoredAny>();
        let value = stream.next();
        let end = at + stream.byte_offset();
        let end = match value {
            // A number or a word at the very end may go on.
            Some(Ok(_)) if end == bytes.len() && !is_all && !matches!(bytes[end - 1], b'}' | b']' | b'"') => {
                None
            }
            Some(Ok(_)) => Some(end),
            Some(Err(error)) if error.is_eof() && !is_all => None,
            _ => match next_object_line(&bytes[at + 1..]) {
                Some(line) => Some(at + 1 + line),
                None if is_all => Some(bytes.len()),
                None => return (values, at, Stopped::InError),
            },
        };
        match end {
            Some(end) => values.push(at..end),
            None => return (values, at, Stopped::InValue),
        }
        at = values.last().map_or(at, |value| value.end);
    }
}

/// Where the next line begins that begins with `{`.
fn next_object_line(bytes: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, b"\n{").map(|line_end| line_end + 1)
}

/// Looks for the end of something too long, part by part.
enum EndOf {
    /// A value: its last bracket or quote, or what follows a number or a word.
    Value { depth: usize, in_text: bool, escaped: bool },
    /// An error: the next line that begins with `{`.
    Error { after_line: bool },
}

impl EndOf {
    /// Behind the end, if it is in this part.
    fn find(&mut self, part: &[u8]) -> Option<usize> {
        match self {
            EndOf::Value { depth, in_text, escaped } => {
                for (at, byte) in part.iter().enumerate() {
                    match byte {
                        _ if *escaped => *escaped = false,
                        b'\\' if *in_text => *escaped = true,
                        b'"' => *in_text = !*in_text,
                        _ if *in_text => continue,
                        b'{' | b'[' => *depth += 1,
                        b'}' | b']' => *depth = depth.saturating_sub(1),
                        // Between the brackets anything may stand; a number or a word ends at white space.
                        _ if *depth > 0 || !byte.is_ascii_whitespace() => continue,
                        _ => return Some(at),
                    }
                    if *depth == 0 && !*in_text && !*escaped {
                        return Some(at + 1);
                    }
                }
                None
            }
            EndOf::Error { after_line } => {
                if *after_line && part.first() == Some(&b'{') {
                    return Some(0);
                }
                *after_line = part.last() == Some(&b'\n');
                next_object_line(part)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What an object is cut into, whatever the size of its pieces; a value that is too long is shown by its length.
    fn check(object: &str, value_max_bytes: usize, expected: &[&str]) {
        for piece_bytes in [1, 2, 3, 5, 8, 13, 1000] {
            let mut pieces = ValuePieces::new(Window::new(object.as_bytes(), piece_bytes), value_max_bytes);
            let mut found = Vec::new();
            while let Some(piece) = pieces.next(vec![b'?'; 7]).expect("memory can be read") {
                match piece {
                    Piece::Values(bytes, values) => {
                        let text =
                            |value: Range<usize>| String::from_utf8_lossy(&bytes[value]).trim().to_owned();
                        found.extend(values.into_iter().map(text));
                    }
                    Piece::TooLarge(large) => found.push(large.bytes.to_string()),
                    Piece::Lines(..) | Piece::Timed(_) | Piece::Blank => panic!("{object}: lines"),
                }
            }
            assert_eq!(found, expected, "{object:?} in pieces of {piece_bytes}");
        }
    }

    #[test]
    fn values_with_anything_between_them() {
        check("", 99, &[]);
        check(" \n\t\r\n ", 99, &[]);
        check(r#"{"a":1}{"b":2}"#, 99, &[r#"{"a":1}"#, r#"{"b":2}"#]);
        check(
            "{\"a\":\n {\"b\": \"}{\\\"\"}\n}\n\n[1,\n2] 12 \"x\"null\n",
            99,
            &["{\"a\":\n {\"b\": \"}{\\\"\"}\n}", "[1,\n2]", "12", "\"x\"", "null"],
        );
        check("123456789", 99, &["123456789"]);
    }

    #[test]
    fn after_an_error_the_next_line_that_begins_an_object_goes_on() {
        check("{\"a\":tru}{\"b\":1}\n{\"c\":2}", 99, &["{\"a\":tru}{\"b\":1}", "{\"c\":2}"]);
        check("{\"a\":\n{\"b\":1}\n{\"c\":2}\n", 99, &["{\"a\":", "{\"b\":1}", "{\"c\":2}"]);
        check("nonsense\n  {\"b\":1}\n{\"c\":2}", 99, &["nonsense\n  {\"b\":1}", "{\"c\":2}"]);
        check("{\"a\":1}x", 99, &["{\"a\":1}", "x"]);
        check("{\"a\":\"cut", 99, &["{\"a\":\"cut"]);
    }

    #[test]
    fn values_that_are_too_long_are_not_kept() {
        let long = format!("{{\"a\":\"{}\"}}", "x\\\"{".repeat(500));
        check(&format!("{long}{{\"b\":1}}"), 20, &[&long.len().to_string(), "{\"b\":1}"]);
        let wrong = format!("{{wrong {}", "y".repeat(2000));
        check(&format!("{wrong}\n{{\"b\":1}}"), 20, &[&(wrong.len() + 1).to_string(), "{\"b\":1}"]);
    }
}
