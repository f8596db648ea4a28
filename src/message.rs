//! The messages of a block, each with its place.

use crate::archive::TooLarge;
use crate::block::{Block, Envelope, Messages, is_blank};
use std::ops::Range;

/// A message.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// Where it comes from.
    pub block: &'a Block,
    /// Its offset, or its index in the object.
    pub position: u64,
    /// In milliseconds since 1970, of its partition up to it; 0 where none is known.
    pub time: u64,
    /// What it holds.
    pub content: Content<'a>,
    /// What comes with it, if that is kept.
    pub envelope: Option<&'a Envelope>,
}

/// What a message holds.
#[derive(Clone, Copy, Debug)]
pub enum Content<'a> {
    /// All of it, without the line's end.
    Whole(&'a [u8]),
    /// Its beginning, length and hash.
    TooLarge(&'a TooLarge),
}

/// The messages of a block but for blank lines, which are none, to `each`; until that gives something.
pub fn each_message<T>(block: &Block, mut each: impl FnMut(Message<'_>) -> Option<T>) -> Option<T> {
    let message = |index: u64, content| {
        let (position, time) = (block.position_of(index), block.times.of(index));
        Message { block, position, time, content, envelope: block.envelopes.get(index as usize) }
    };
    match &block.messages {
        Messages::Lines(bytes) => {
            let mut lines = (0..).zip(bytes.split_inclusive(|byte| *byte == b'\n'));
            lines.find_map(|(index, line)| {
                let line = line.strip_suffix(b"\n").unwrap_or(line);
                let line = line.strip_suffix(b"\r").unwrap_or(line);
                if is_blank(line) { None } else { each(message(index, Content::Whole(line))) }
            })
        }
        Messages::Values(bytes, values) => {
            let whole = |value: &Range<usize>| Content::Whole(&bytes[value.clone()]);
            (0..).zip(values).find_map(|(index, value)| each(message(index, whole(value))))
        }
        Messages::TooLarge(large) => each(message(0, Content::TooLarge(large))),
    }
}
