//! The key of a message alone, for those who have to know where it belongs before it is decoded.

use super::fast;
use super::shape::Shape;
use pinflow_dataflows::clean::{Fields, RawRecord};
use pinflow_dataflows::kind::Kind;
use std::ops::Range;

/// Reads the keys of messages that are mostly written alike.
#[derive(Default)]
pub struct KeyReader(Shape);

/// What was found out about a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoundKey {
    /// It is an object, with this key if it has a usable one.
    Object(Option<u64>),
    /// It may be an object, another JSON value, or none: whoever reads it exactly knows.
    Unsure,
}

impl KeyReader {
    /// Checks all of a message, a part of `text`, and looks for its key. `raw` lends its room.
    pub fn read<'a>(&mut self, text: &'a str, message: Range<usize>, raw: &mut RawRecord<'a>) -> FoundKey {
        raw.clear();
        // No field is wanted, so the kind does not matter.
        let wanted = (Kind::Pin, Fields::none());
        match fast::read_record(wanted, text, message, &mut self.0, raw) {
            Ok(()) => FoundKey::Object(raw.key()),
            Err(fast::Unsure) => FoundKey::Unsure,
        }
    }
}
