//! A piece of an object: whole messages.

use super::large::TooLarge;
use crate::block::Times;
use std::ops::Range;

/// Whole messages that follow each other in an object.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece {
    /// Whole lines, and how many; only the object's last may lack its LF.
    Lines(Vec<u8>, u64),
    /// Whole lines whose offsets and times are known.
    Timed {
        /// The lines, each with its LF.
        bytes: Vec<u8>,
        /// How many.
        lines: u64,
        /// The first one's offset; there are no gaps.
        first_offset: u64,
        /// When they were written.
        times: Times,
    },
    /// Values, and where each lies; what is no JSON is one, too.
    Values(Vec<u8>, Vec<Range<usize>>),
    /// One message, longer than may be kept.
    TooLarge(Box<TooLarge>),
    /// A line of white space, longer than may be kept.
    Blank,
}

impl Piece {
    /// How many positions the messages take.
    pub fn positions(&self) -> u64 {
        match self {
            Piece::Lines(_, lines) | Piece::Timed { lines, .. } => *lines,
            Piece::Values(_, values) => values.len() as u64,
            Piece::TooLarge(_) | Piece::Blank => 1,
        }
    }
}
