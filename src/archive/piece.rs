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
