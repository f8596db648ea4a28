//! A piece of an object: whole messages.

use super::large::TooLarge;
use crate::block::{Messages, Times};
use crate::skips::Skips;
use std::ops::Range;

/// Whole messages that follow each other in an object.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece {
    /// Whole lines, and how many; only the object's last may lack its LF.
    Lines(Vec<u8>, u64),
    /// Messages whose offsets and times are known.
    Timed(Timed),
    /// Values, and where each lies; what is no JSON is one, too.
    Values(Vec<u8>, Vec<Range<usize>>),
    /// One message, longer than may be kept.
    TooLarge(Box<TooLarge>),
    /// A line of white space, longer than may be kept.
    Blank,
}

/// Messages whose offsets and times are known.
#[derive(Debug, PartialEq, Eq)]
pub struct Timed {
    /// The messages: lines, each with its LF, or values if some of them are no lines.
    pub messages: Messages,
    /// How many.
    pub count: u64,
    /// The first one's offset.
    pub first_offset: u64,
    /// Offsets that no message has.
    pub skips: Skips,
    /// When they were written.
    pub times: Times,
}

impl Piece {
    /// How many positions the messages take.
    pub fn positions(&self) -> u64 {
        match self {
            Piece::Lines(_, lines) => *lines,
            Piece::Timed(timed) => timed.count + timed.skips.all(),
            Piece::Values(_, values) => values.len() as u64,
            Piece::TooLarge(_) | Piece::Blank => 1,
        }
    }

    /// How many messages lie in the first positions.
    pub fn messages_before(&self, positions: u64) -> u64 {
        let Piece::Timed(timed) = self else { return positions };
        let mut messages = positions.min(timed.count);
        while messages > 0 && messages - 1 + timed.skips.before(messages - 1) >= positions {
            messages -= 1;
        }
        messages
    }
}

impl Timed {
    /// A single message, a line or a value.
    pub fn of(offset: u64, time: u64, line: &[u8], value: Option<&[u8]>) -> Timed {
        let messages = match value {
            Some(_) => Messages::Values(Vec::new(), Vec::new()),
            None => Messages::Lines(Vec::new()),
        };
        let (skips, times) = (Skips::default(), Times::one(time));
        let mut piece = Timed { messages, count: 0, first_offset: offset, skips, times };
        piece.add(offset, time, line, value);
        piece
    }

    /// Whether there is room for another message of this sort.
    pub fn takes(&self, is_value: bool, piece_bytes: usize) -> bool {
        match &self.messages {
            Messages::Lines(bytes) => !is_value && bytes.len() < piece_bytes,
            Messages::Values(bytes, _) => is_value && bytes.len() < piece_bytes,
            Messages::TooLarge(_) => false,
        }
    }

    /// Adds the next message of this sort.
    pub fn add(&mut self, offset: u64, time: u64, line: &[u8], value: Option<&[u8]>) {
        self.skips.add(self.count, offset - self.first_offset - self.count - self.skips.all());
        self.times.go_on(self.count, time);
        self.count += 1;
        match (&mut self.messages, value) {
            (Messages::Values(bytes, values), Some(value)) => {
                let begin = bytes.len();
                bytes.extend_from_slice(value);
                values.push(begin..bytes.len());
            }
            (Messages::Lines(bytes), _) => bytes.extend_from_slice(line),
            _ => unreachable!("a piece takes messages of its own sort"),
        }
    }
}
